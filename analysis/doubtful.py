"""Entities that may hold two people or two businesses: to be shown to somebody, never parted by themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import networkx as nx

from pipeline.model import Entity, Ref

LARGE = 0.5  # share of the largest size the model lets a cluster reach
SURE = 0.999  # a bridge of this probability is no weak one
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Doubt:
    """`weakest`: the two refs whose likeness alone holds the entity together, for `imb decide not-same`."""

    entity_id: str
    kind: str
    name: str
    size: int
    reasons: tuple[str, ...]
    weakest: Pair | None


def find_doubtful(
    entities: Iterable[Entity],
    pairs: Iterable[tuple[str, str, float]],
    refs: Mapping[str, Ref],
    largest: Mapping[str, int],
) -> list[Doubt]:
    """Most reasons first, then the largest. `pairs`: joined refs with probability; `largest`: size limit by kind."""
    several = {e.entity_id: e for e in entities if e.kind in largest and len(e.members) > 1}
    entity_of = {ref: e.entity_id for e in several.values() for ref in e.members}
    joined: dict[str, list[tuple[str, str, float]]] = defaultdict(list)
    for a, b, probability in pairs:
        if a in entity_of and entity_of[a] == entity_of.get(b):
            joined[entity_of[a]].append((a, b, probability))
    doubts = [_doubt(e, joined[e.entity_id], refs, largest[e.kind]) for e in several.values()]
    return sorted((d for d in doubts if d.reasons), key=lambda d: (-len(d.reasons), -d.size, d.entity_id))


def _doubt(entity: Entity, pairs: list[tuple[str, str, float]], refs: Mapping[str, Ref], largest: int) -> Doubt:
    reasons = []
    births = {ref.dob for r in entity.members if (ref := refs.get(r)) and ref.dob}
    if entity.kind == "operator" and len(births) > 1:
        reasons.append(f"{len(births)} dates of birth")
    weakest = _bridge(pairs)
    if weakest:
        reasons.append(f"two parts held together by one pair ({weakest[2]:.3f})")
    if len(entity.members) >= LARGE * largest:
        reasons.append(f"{len(entity.members)} records, {largest} are the most allowed")
    return Doubt(
        entity.entity_id,
        entity.kind,
        entity.name,
        len(entity.members),
        tuple(reasons),
        weakest[:2] if weakest else None,
    )


def _bridge(pairs: list[tuple[str, str, float]]) -> tuple[str, str, float] | None:
    """The least probable pair without which the entity falls into parts of two refs and more; None when it is sure."""
    graph = nx.Graph()
    graph.add_weighted_edges_from(pairs)
    found = []
    for a, b in nx.bridges(graph):
        probability = float(graph[a][b]["weight"])
        if probability < SURE and min(graph.degree(a), graph.degree(b)) > 1:
            found.append((probability, min(a, b), max(a, b)))
    if not found:
        return None
    probability, a, b = min(found)
    return a, b, probability
