"""Networks after one percent of new ads and records, against computing all of them; the same digests.

The state of straight_state.py, resolved with and without the new ones. What is measured is the stage from refs and
entities to links, networks, successions, standings and businesses in their tables, without the search for templates.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus import Spent
from benchmarks.straight_state import straight_refs
from benchmarks.table import Cell, Table
from benchmarks.true_networks import resolved, scored
from demo.world import make_world
from flows.stages.network_reach import begin
from flows.stages.networks import update_networks
from flows.stages.refs import ref_row
from flows.stages.resolution import entity_row
from pipeline.model import Entity, Ref
from pipeline.store.intelligence import Store, open_working

FULL = True
SEED = 1
RESULTS = (
    "core_links", "core_hubs", "core_networks", "core_network_members", "core_successions", "core_standings",
    "core_businesses",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    spent: Spent
    businesses: int  # computed anew
    digests: dict[str, str]


def run(small: bool = False, full: bool = False) -> Table:
    scale = 0.05 if small else 10.0 if full else 1.0
    refs, _ = straight_refs(make_world(SEED, scale))
    owners = sorted({r.owner_id for r in refs})
    new = set(owners[50::100])
    pairs = scored(refs)
    old = [r for r in refs if r.owner_id not in new]
    before, after = resolved(old, pairs), resolved(refs, pairs)
    with tempfile.TemporaryDirectory() as folder:
        with open_working(Path(folder) / "nightly.duckdb") as store:
            put(store, old, before, [])
            first = updated(store)
            nothing = updated(store)
            put(store, refs, after, sorted(new))
            nightly = updated(store)
        with open_working(Path(folder) / "anew.duckdb") as store:
            put(store, refs, after, [])
            whole = updated(store)
            links = store.count("core_links")
    rows: list[tuple[Cell, ...]] = [
        (name, one.businesses, one.spent.wall, one.spent.cpu)
        for name, one in (
            ("all", whole), ("99 %, the first time", first), ("nothing new", nothing), ("1 % new", nightly),
        )
    ]  # fmt: skip
    wall = (nightly.spent.wall - nothing.spent.wall) / whole.spent.wall
    cpu = (nightly.spent.cpu - nothing.spent.cpu) / whole.spent.cpu
    same = "the same digests" if whole.digests == nightly.digests else "OTHER DIGESTS"
    notes = (
        f"{len(refs):,} refs, {links:,} links; {len(new):,} of {len(owners):,} ads and records new: "
        f"(1 % new - nothing new) / all: {wall:.3f} by the clock, {cpu:.3f} in processor time",
        f"computed step by step and all at once: {same}",
    )
    return Table("Networks of what is new", ("computed", "businesses", "seconds", "CPU seconds"), tuple(rows), notes)


def put(store: Store, refs: Sequence[Ref], entities: Sequence[Entity], changed: Sequence[str]) -> None:
    """Refs and entities as a resolution leaves them; `changed`: owners whose refs are new."""
    with store.transaction():
        begin(store)
        store.replace("core_refs", map(ref_row, refs))
        store.replace("core_entities", map(entity_row, entities))
        store.append("networks_due", [(owner,) for owner in changed])


def updated(store: Store) -> Outcome:
    start = Spent.now()
    businesses, _ = update_networks(store, {})
    spent = Spent.now().since(start)
    return Outcome(spent, businesses, store.digests(content_only=False, only=RESULTS))
