"""Networks and reopened businesses against the truth of synthetic states of different sizes and seeds.

The refs are made straight from each state (straight_state.py): what is measured is matching, linking and following, not
the reading of pages, which `imb demo` measures end to end.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.networks.network import build_links, build_networks
from analysis.networks.standing import computed_standings
from analysis.networks.succession import find_successions
from benchmarks.straight_state import straight_refs
from benchmarks.table import Cell, Table
from demo.evaluate import evaluate_networks, evaluate_successions, trap_merges
from demo.truth import Truth
from demo.visible import Item
from demo.world import make_world
from pipeline.model import Entity, Network, Ref, Role, Succession
from pipeline.resolve.cluster import cluster
from pipeline.resolve.corpus import ScoredPair, score_pairs
from pipeline.resolve.exact import exact_entities
from pipeline.resolve.model import base_model
from pipeline.store.intelligence import memory_connection

FULL = True
EXACT: tuple[Role, ...] = ("premises", "phone")
COLUMNS = (
    "state", "networks P", "R", "F1", "B3 F1", "two true in one", "innocents in", "succession P", "R", "refs", "CPU s",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """What the pipeline makes of one state."""

    truth: Truth
    refs: dict[str, Ref]
    items: dict[str, Item]
    entities: list[Entity]
    networks: list[Network]
    successions: list[Succession]
    seconds: float

    @property
    def network_of(self) -> dict[Item, str]:
        """Item -> network, or business when in none."""
        network = {
            m: n.network_id for n in self.networks for m, kind, _ in n.members if kind in {"business", "operator"}
        }
        found: dict[Item, str] = {}
        for kind in ("business", "operator"):
            for entity in (e for e in self.entities if e.kind == kind):
                for member in entity.members:
                    item = self.items[self.refs[member].owner_id]
                    found.setdefault(item, network.get(entity.entity_id, entity.entity_id))
        return found

    @property
    def business_of(self) -> dict[Item, str]:
        return {
            self.items[self.refs[member].owner_id]: e.entity_id
            for e in self.entities
            if e.kind == "business"
            for member in e.members
        }


def make_result(seed: int, scale: float) -> Result:
    """Entities, networks and successions of one state, as a build makes them without decisions of people."""
    world = make_world(seed, scale)
    refs, items = straight_refs(world)
    begin = time.process_time()
    entities = resolved(refs)
    by_id = {r.ref_id: r for r in refs}
    links = build_links(entities, by_id)
    networks = build_networks(entities, links, refs=by_id)
    successions = find_successions(entities, by_id, links, computed_standings(entities, by_id))
    seconds = time.process_time() - begin
    return Result(Truth.of(world), by_id, items, entities, networks, successions, seconds)


def scored(refs: Sequence[Ref]) -> dict[Role, list[ScoredPair]]:
    """The pairs of businesses and operators by the shipped model."""
    model, roles, connection = base_model(), list[Role](("business", "operator")), memory_connection()
    try:
        return {role: score_pairs(connection, [r for r in refs if r.role == role], role, model) for role in roles}
    finally:
        connection.close()


def resolved(refs: Sequence[Ref], pairs: Mapping[Role, Sequence[ScoredPair]] | None = None) -> list[Entity]:
    """Entities of all roles by the shipped model; `pairs` of other refs do nothing."""
    pairs, entities = pairs or scored(refs), list[Entity]()
    for role, some in pairs.items():
        entities.extend(cluster([r for r in refs if r.role == role], some, (), base_model()))
    for exact in EXACT:
        entities.extend(exact_entities([r for r in refs if r.role == exact], exact))
    return entities


def figures(result: Result) -> dict[str, Any]:
    """The figures of `imb demo`, and how many predicted networks hold items of two true ones."""
    network_of = result.network_of
    pairs = [(s.from_business, s.to_business, s.confidence) for s in result.successions]
    return {
        "networks": evaluate_networks(result.truth, network_of),
        "two_in_one": len(two_in_one(result.truth, network_of)),
        "innocents": sum(trap_merges(result.truth, network_of).values()),
        "successions": evaluate_successions(result.truth, result.business_of, pairs),
    }


def two_in_one(truth: Truth, network_of: Mapping[Item, str]) -> dict[str, set[str]]:
    """Predicted networks that hold items of more than one true network (its parts count as one)."""
    rings: dict[str, set[str]] = defaultdict(set)
    for item, label in truth.networks.items():
        if item in network_of:
            rings[network_of[item]].add(label.partition(".")[0])
    return {network: labels for network, labels in rings.items() if len(labels) > 1}


def run(small: bool = False, full: bool = False) -> Table:
    scales = (0.02, 0.05) if small else (1.0, 10.0) if full else (1.0,)
    seeds = (1,) if small else (1, 2, 3)
    rows = [_row(seed, scale) for scale in scales for seed in seeds]
    return Table("Networks and successions against the truth", COLUMNS, tuple(rows), ("CPU: resolving to successions",))


def _row(seed: int, scale: float) -> tuple[Cell, ...]:
    result = make_result(seed, scale)
    found = figures(result)
    networks, successions = found["networks"], found["successions"]
    return (
        f"seed {seed}, scale {scale:g}", networks["precision"], networks["recall"], networks["f1"], networks["b3_f1"],
        found["two_in_one"], found["innocents"], successions["precision"], successions["recall"], len(result.refs),
        round(result.seconds, 1),
    )  # fmt: skip
