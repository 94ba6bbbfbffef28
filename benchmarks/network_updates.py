"""Networks after one percent of new ads and records, against computing all of them; the same digests.

The state of straight_state.py, resolved with and without the new ones. They are all papers of one business in a
hundred, or every hundredth paper of everybody: then nearly each network of a hundred ads has one. What is measured is
the stage from refs and entities to links, networks, successions, standings and businesses in their tables, without the
search for templates.
"""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus import Spent
from benchmarks.straight_state import straight_refs
from benchmarks.table import Cell, Table
from benchmarks.true_networks import resolved, scored
from demo.world import make_world
from flows.stages.networks.reach import begin
from flows.stages.networks.updating import update_networks
from flows.stages.resolution.refs import ref_row
from flows.stages.resolution.resolving import entity_row
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
    pairs = scored(refs)
    after = resolved(refs, pairs)
    owners = sorted({r.owner_id for r in refs})
    with tempfile.TemporaryDirectory() as folder:
        with open_working(Path(folder) / "anew.duckdb") as store:
            put(store, refs, after, [])
            whole = updated(store)
            links = store.count("core_links")
        rows: list[tuple[Cell, ...]] = [("all", whole.businesses, whole.spent.wall, whole.spent.cpu, None, None)]
        notes = [f"{len(refs):,} refs, {links:,} links, {len(owners):,} ads and records"]
        for name, new in (("of new businesses", _of_businesses(refs, after)), ("spread over all", owners[50::100])):
            before = resolved([r for r in refs if r.owner_id not in set(new)], pairs)
            with open_working(Path(folder) / f"{name}.duckdb") as store:
                nothing, nightly = _nightly(store, refs, (before, after), new)
            wall = (nightly.spent.wall - nothing.spent.wall) / whole.spent.wall
            cpu = (nightly.spent.cpu - nothing.spent.cpu) / whole.spent.cpu
            rows += [
                (
                    f"1 % {name}",
                    nightly.businesses,
                    nightly.spent.wall,
                    nightly.spent.cpu,
                    round(wall, 3),
                    round(cpu, 3),
                ),
                (f"nothing new, then 1 % {name}", 0, nothing.spent.wall, nothing.spent.cpu, None, None),
            ]
            same = "the same digests" if whole.digests == nightly.digests else "OTHER DIGESTS"
            notes.append(f"1 % {name}: {len(new):,} ads and records; step by step and all at once: {same}")
    columns = ("computed", "businesses", "seconds", "CPU seconds", "(new - nothing) / all", "in CPU")
    return Table("Networks of what is new", columns, tuple(rows), tuple(notes))


def _of_businesses(refs: Sequence[Ref], entities: Sequence[Entity]) -> list[str]:
    """The owners of every hundredth business."""
    chosen = [e for e in entities if e.kind == "business"][50::100]
    members = {m for e in chosen for m in e.members}
    return sorted({r.owner_id for r in refs if r.ref_id in members})


def _nightly(
    store: Store, refs: Sequence[Ref], entities: tuple[Sequence[Entity], Sequence[Entity]], new: Sequence[str]
) -> tuple[Outcome, Outcome]:
    """What nothing new costs, and what the owners in `new` cost beside the others."""
    put(store, [r for r in refs if r.owner_id not in set(new)], entities[0], [])
    updated(store)
    nothing = updated(store)
    put(store, refs, entities[1], new)
    return nothing, updated(store)


def put(store: Store, refs: Sequence[Ref], entities: Sequence[Entity], changed: Sequence[str]) -> None:
    """Refs and entities as a resolution leaves them; `changed`: owners whose refs are new."""
    with store.transaction():
        begin(store)
        store.replace("core_refs", map(ref_row, refs))
        store.replace("core_entities", map(entity_row, entities))
        store.append("networks_due", [(owner,) for owner in changed])
    store.connection.execute("CHECKPOINT")  # writing them belongs to the stages before


def updated(store: Store) -> Outcome:
    gc.collect()
    gc.freeze()  # the state itself is in this process as well: looking through it would cost either way as much
    start = Spent.now()
    businesses, _ = update_networks(store, {})
    spent = Spent.now().since(start)
    gc.unfreeze()
    return Outcome(spent, businesses, store.digests(content_only=False, only=RESULTS))
