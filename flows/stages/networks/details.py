"""Networks with all that a picture or an export shows of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from flows.stages.networks.showing import network_detail
from pipeline.home import Home
from pipeline.store.intelligence import Store, open_snapshot
from pipeline.store.snapshot import read_manifest


def full_details(home: Home, network_ids: Iterable[str]) -> list[dict[str, Any]]:
    """Networks with the successions among their businesses, the further names of each and the day of the snapshot."""
    details = [network_detail(home, i) for i in network_ids]
    built_on = str(read_manifest(home.current_snapshot())["built_at"])[:10]
    with open_snapshot(home.current_snapshot()) as store:
        successions, names = store.rows("SELECT * FROM out_successions"), _names(store)
    made = []
    for detail in details:
        ids = {m["entity_id"] for m in detail["members"]}
        within = [s for s in successions if s["from_business"] in ids and s["to_business"] in ids]
        members = [{**m, **_further(str(m["name"]), names.get(m["entity_id"], []))} for m in detail["members"]]
        made.append({**detail, "members": members, "successions": within, "built_on": built_on})
    return made


def _names(store: Store) -> dict[str, list[dict[str, Any]]]:
    """business -> its names in the regulatory lane with the period of each."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = store.rows(
        """SELECT e.entity_id, r.name, min(r.first_seen) AS first, max(r.last_seen) AS last
           FROM core_entities e, unnest(e.members) AS m(ref_id) JOIN core_refs r ON r.ref_id = m.ref_id
           WHERE e.kind = 'business' AND r.role = 'business' AND r.lane = 'regulatory' AND r.name <> ''
           GROUP BY ALL ORDER BY ALL"""
    )
    for row in rows:
        found[row["entity_id"]].append(row)
    return found


def _further(name: str, rows: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """Names besides the one it goes by: those that ended before that one began are previous ones."""
    began = next((r["first"] for r in rows if r["name"] == name), None)
    others = [r for r in rows if r["name"] != name]
    previous = [r["name"] for r in others if began and r["last"] and r["last"] < began]
    return {"previous_names": previous, "other_names": [r["name"] for r in others if r["name"] not in previous]}
