"""What a build changed about networks since the snapshot in force: computed, kept in casework, shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from analysis.networks.changes import Bound, Change, State, mentioned, network_changes, replaced, told
from pipeline.home import Home
from pipeline.model import Decision, Entity, Link, Network
from pipeline.store.casework import Casework
from pipeline.store.intelligence import Store, open_snapshot
from pipeline.store.snapshot import is_readable, last_readable


def note_network_changes(
    home: Home, casework: Casework, networks: Iterable[Network], links: Iterable[Link], entities: Iterable[Entity],
    decisions: Iterable[Decision], snapshot_id: str,
) -> list[Change]:  # fmt: skip
    """Keep the events since the last snapshot, and an alias for every network id that is replaced.

    They tell of two snapshots, not of the data, so they live in casework: a full build and an incremental one make the
    same snapshot, and whoever was shown a network by its old id still finds it.
    """
    if (last := last_readable(home)) is None:
        return []
    with open_snapshot(last) as store:
        before = snapshot_state(store)
    changes = network_changes(before, built_state(networks, links, entities), _kept_apart(decisions))
    casework.add_network_events(((c.kind, c.network_id, c.others, c.reason) for c in changes), last.name, snapshot_id)
    casework.add_aliases(replaced(changes), snapshot_id)
    return changes


def snapshot_state(store: Store) -> State:
    """The networks of a published snapshot."""
    members: dict[str, list[str]] = defaultdict(list)
    refs: dict[str, list[str]] = {}
    rows = store.rows(
        """SELECT m.network_id, e.entity_id, e.members FROM core_network_members m
           JOIN core_entities e USING (entity_id) WHERE m.kind = 'business' ORDER BY m.network_id, e.entity_id"""
    )
    for r in rows:
        members[r["network_id"]].append(r["entity_id"])
        refs[r["entity_id"]] = r["members"]
    found = store.rows("SELECT from_id, to_id, probability, kind FROM core_links WHERE binding")
    return State(members, refs, [Bound(**r) for r in found if r["from_id"] in refs and r["to_id"] in refs])


def built_state(networks: Iterable[Network], links: Iterable[Link], entities: Iterable[Entity]) -> State:
    """The networks of a build that is under way."""
    members = {n.network_id: [m for m, kind, _ in n.members if kind == "business"] for n in networks}
    inside = {b for businesses in members.values() for b in businesses}
    bound = [
        Bound(k.from_id, k.to_id, k.probability, k.kind)
        for k in links
        if k.binding and k.from_id in inside and k.to_id in inside
    ]
    return State(members, {e.entity_id: e.members for e in entities if e.entity_id in inside}, bound)


def _kept_apart(decisions: Iterable[Decision]) -> Mapping[tuple[str, str], str]:
    return {(d.ref_a, d.ref_b): d.decision_id for d in decisions if not d.same}


def network_history(home: Home, network_id: str = "") -> list[dict[str, Any]]:
    """Events, newest first: of one network (by the beginning of its id or of an id it had) or of all.

    Names and links are those of the snapshots the event lies between, or of the current one.
    """
    casework = Casework(home.casework_url)
    events = casework.network_events()[::-1]
    if network_id:
        aliases = casework.aliases()
        wanted = {i for e in events for i in (e["network_id"], *e["others"]) if i.startswith(network_id)}
        wanted |= {aliases[i] for i in wanted if i in aliases}
        events = [e for e in events if wanted & {e["network_id"], *e["others"]}]
    return _in_words(home, casework, events)


def _in_words(home: Home, casework: Casework, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    decided = {d.decision_id: _decision(d) for d in casework.decisions()}
    current = home.current_snapshot().name if events else ""
    asked: dict[str, list[str]] = defaultdict(list)
    for e in events:
        for name in (e["snapshot_id"], e["before_snapshot"], current):
            asked[name].append(e["reason"])
    known = {name: _words_of(home.snapshots / name, reasons) for name, reasons in asked.items()}

    def words(event: dict[str, Any]) -> Callable[[str, str], str]:
        kept = [known[name] for name in (event["snapshot_id"], event["before_snapshot"], current)]
        return lambda what, key: (
            decided.get(key, "") if what == "decision" else next((k[what, key] for k in kept if (what, key) in k), "")
        )

    return [{**e, "reason": told(e["reason"], words(e))} for e in events]


def _decision(d: Decision) -> str:
    return f"{d.user} decided so on {d.decided_at:%Y-%m-%d}: {d.reason.rstrip('.')}"


def _words_of(folder: Path, reasons: Iterable[str]) -> dict[tuple[str, str], str]:
    """(business, id) -> its name; (link, "from to kind") -> its sentence; of a snapshot that may be gone or damaged."""
    keys = mentioned(reasons)
    if not keys or not is_readable(folder):
        return {}
    with open_snapshot(folder) as store:
        names = store.rows(
            "SELECT business_id, name FROM core_businesses WHERE list_contains(?, business_id)",
            [sorted(keys["business"])],
        )
        links = store.rows(
            """SELECT concat_ws(' ', from_id, to_id, kind) AS key, sentence FROM core_links
               WHERE binding AND list_contains(?, concat_ws(' ', from_id, to_id, kind))""",
            [sorted(keys["link"])],
        )
    found = {("business", r["business_id"]): r["name"] or "a business without a name" for r in names}
    return found | {("link", r["key"]): r["sentence"] for r in links}
