"""Indicators of the current snapshot: list them, and sum up those of a network."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from analysis.indicators import Indicator, leads, shipped
from pipeline.errors import NotFound
from pipeline.home import Home
from pipeline.store.intelligence import Store, open_snapshot


def list_indicators(home: Home, wanted: str = "", *, leads_only: bool = False) -> list[dict[str, Any]]:
    """Indicators with the name of each business; of one business or network when the beginning of an id is given.

    `lead` says whether the business has two groups. Raises NotFound for an id that names nothing.
    """
    with open_snapshot(home.current_snapshot()) as store:
        if not store.value("SELECT count(*) FROM duckdb_views() WHERE view_name = 'out_indicators'"):
            raise NotFound("This snapshot was built before there were indicators. Run: imb build")
        rows = store.rows(
            """SELECT i.*, b.name, b.standing, b.network_id
               FROM out_indicators i JOIN out_businesses b USING (business_id)
               WHERE starts_with(i.business_id, $1) OR (b.network_id <> '' AND starts_with(b.network_id, $1))
               ORDER BY b.name, i.business_id, i."group", i.indicator""",
            [wanted.strip().lower()],
        )
        if wanted and not rows and not _is_known(store, wanted):
            raise NotFound(f"No business and no network begins with {wanted!r}. Look it up with: imb search TEXT")
    found = [Indicator(**{c: _plain(r[c]) for c in Indicator.__dataclass_fields__}) for r in rows]
    shown = leads(found)
    meanings = {name: one["meaning"] for name, one in shipped().items()}
    made = [{**r, "meaning": meanings.get(r["indicator"], ""), "lead": r["business_id"] in shown} for r in rows]
    return [r for r in made if r["lead"]] if leads_only else made


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _is_known(store: Store, wanted: str) -> bool:
    return bool(
        store.value(
            "SELECT 1 FROM out_businesses WHERE starts_with(business_id, $1) OR starts_with(network_id, $1) LIMIT 1",
            [wanted.strip().lower()],
        )
    )


def indicators_of(home: Home, network_id: str) -> list[dict[str, Any]]:
    """{group, indicator, meaning, businesses} of a network, most businesses first; nothing in a snapshot without."""
    try:
        rows = list_indicators(home, network_id)
    except NotFound:
        return []
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in rows:
        found[row["group"], row["indicator"], row["meaning"]].add(row["business_id"])
    made = [
        {"group": g, "indicator": i, "meaning": meaning, "businesses": len(shops)}
        for (g, i, meaning), shops in found.items()
    ]
    return sorted(made, key=lambda r: (r["group"], -r["businesses"], r["indicator"]))
