"""What a build changed about networks since the snapshot in force: computed, kept in casework, shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.changes import Bound, Change, State, network_changes, replaced
from pipeline.home import Home
from pipeline.model import Decision, Entity, Link, Network
from pipeline.store.casework import Casework
from pipeline.store.intelligence import Store, open_snapshot


def note_network_changes(
    home: Home, casework: Casework, networks: Iterable[Network], links: Iterable[Link], entities: Iterable[Entity],
    decisions: Iterable[Decision], snapshot_id: str,
) -> list[Change]:  # fmt: skip
    """Keep the events since the current snapshot, and an alias for every network id that is replaced.

    They tell of two snapshots, not of the data, so they live in casework: a full build and an incremental one make the
    same snapshot, and whoever was shown a network by its old id still finds it.
    """
    if not (home.snapshots / "current").exists():
        return []
    current = home.current_snapshot()
    with open_snapshot(current) as store:
        before = snapshot_state(store)
    changes = network_changes(before, built_state(networks, links, entities), _kept_apart(decisions))
    casework.add_network_events(
        ((c.kind, c.network_id, c.others, c.reason) for c in changes), current.name, snapshot_id
    )
    casework.add_aliases(replaced(changes), snapshot_id)
    return changes


def snapshot_state(store: Store) -> State:
    """The networks of a published snapshot."""
    members: dict[str, list[str]] = defaultdict(list)
    refs: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    rows = store.rows(
        """SELECT m.network_id, e.entity_id, e.members, b.name FROM core_network_members m
           JOIN core_entities e USING (entity_id) JOIN core_businesses b ON b.business_id = e.entity_id
           WHERE m.kind = 'business' ORDER BY m.network_id, e.entity_id"""
    )
    for r in rows:
        members[r["network_id"]].append(r["entity_id"])
        refs[r["entity_id"]], names[r["entity_id"]] = r["members"], r["name"]
    found = store.rows("SELECT from_id, to_id, probability, sentence FROM core_links WHERE binding")
    return State(members, refs, names, [Bound(**r) for r in found if r["from_id"] in refs and r["to_id"] in refs])


def built_state(networks: Iterable[Network], links: Iterable[Link], entities: Iterable[Entity]) -> State:
    """The networks of a build that is under way."""
    members = {n.network_id: [m for m, kind, _ in n.members if kind == "business"] for n in networks}
    inside = {b for businesses in members.values() for b in businesses}
    kept = [e for e in entities if e.entity_id in inside]
    bound = [
        Bound(k.from_id, k.to_id, k.probability, k.sentence)
        for k in links
        if k.binding and k.from_id in inside and k.to_id in inside
    ]
    return State(members, {e.entity_id: e.members for e in kept}, {e.entity_id: e.name for e in kept}, bound)


def _kept_apart(decisions: Iterable[Decision]) -> Mapping[tuple[str, str], str]:
    return {
        (d.ref_a, d.ref_b): f"{d.user} decided so on {d.decided_at:%Y-%m-%d}: {d.reason.rstrip('.')}"
        for d in decisions
        if not d.same
    }


def network_history(home: Home, network_id: str = "") -> list[dict[str, Any]]:
    """Events, newest first: of one network (by the beginning of its id or of an id it had) or of all."""
    casework = Casework(home.casework_url)
    events = casework.network_events()[::-1]
    if not network_id:
        return events
    aliases = casework.aliases()
    wanted = {i for e in events for i in (e["network_id"], *e["others"]) if i.startswith(network_id)}
    wanted |= {aliases[i] for i in wanted if i in aliases}
    return [e for e in events if wanted & {e["network_id"], *e["others"]}]


def present_id(home: Home, beginning: str) -> str | None:
    """The id that a network goes by now which had an id of this beginning; None when casework knows of none."""
    found = {new for old, new in Casework(home.casework_url).aliases().items() if old.startswith(beginning)}
    return found.pop() if len(found) == 1 else None
