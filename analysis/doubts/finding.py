"""Entities for which something says that they may be two, with the two refs about which a person is to decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from analysis.doubts.papers import Pair, Paper, numbers_at_one_time
from analysis.doubts.parts import held_by_one
from pipeline.model import Entity, Ref

LARGE = 0.5  # share of the largest size the model lets a cluster reach
SURE = 0.999  # a bridge of this probability is no weak one


@dataclass(frozen=True, slots=True)
class Doubt:
    """`pair`: two refs of the two that this may be, for `imb decide not-same`; None where nothing tells which."""

    entity_id: str
    kind: str
    name: str
    size: int
    reasons: tuple[str, ...]
    pair: Pair | None


def find_doubtful(
    entities: Iterable[Entity],
    pairs: Iterable[tuple[str, str, float]],
    refs: Mapping[str, Ref],
    largest: Mapping[str, int],
    papers: Mapping[str, Paper] | None = None,
) -> list[Doubt]:
    """Most reasons first, then the largest.

    `pairs`: joined refs with probability, 1 where a person said so; `largest`: size limit by kind; `papers`: by ref.
    """
    several = {e.entity_id: e for e in entities if e.kind in largest and len(e.members) > 1}
    entity_of = {ref: e.entity_id for e in several.values() for ref in e.members}
    joined: dict[str, list[tuple[str, str, float]]] = defaultdict(list)
    for a, b, probability in pairs:
        if a in entity_of and entity_of[a] == entity_of.get(b):
            joined[entity_of[a]].append((a, b, probability))
    doubts = [_doubt(e, joined[e.entity_id], refs, largest[e.kind], papers or {}) for e in several.values()]
    return sorted((d for d in doubts if d.reasons), key=lambda d: (-len(d.reasons), -d.size, d.entity_id))


def _doubt(
    entity: Entity,
    pairs: Sequence[tuple[str, str, float]],
    refs: Mapping[str, Ref],
    largest: int,
    papers: Mapping[str, Paper],
) -> Doubt:
    graph: nx.Graph[str] = nx.Graph()
    graph.add_weighted_edges_from(pairs)
    found: list[tuple[str, Pair | None]] = []
    if entity.kind == "operator" and (births := _births(entity, refs)):
        found.append(births)
    if numbers := numbers_at_one_time(papers[r] for r in entity.members if r in papers):
        found.append(numbers)
    if held := held_by_one(graph, refs, papers):
        found.append(held)
    if weakest := _bridge(graph):
        found.append((f"two parts held together by one pair ({weakest[2]:.3f})", weakest[:2]))
    if len(entity.members) >= LARGE * largest:
        found.append((f"{len(entity.members)} records, {largest} are the most allowed", None))
    pair = next((pair for _, pair in found if pair), None)
    return Doubt(entity.entity_id, entity.kind, entity.name, len(entity.members), tuple(why for why, _ in found), pair)


def _births(entity: Entity, refs: Mapping[str, Ref]) -> tuple[str, Pair] | None:
    born = {ref.dob: ref.ref_id for r in entity.members if (ref := refs.get(r)) and ref.dob}
    return (f"{len(born)} dates of birth", (born[min(born)], born[max(born)])) if len(born) > 1 else None


def _bridge(graph: nx.Graph[str]) -> tuple[str, str, float] | None:
    """The least probable pair without which the entity falls into parts of two refs and more; None when it is sure."""
    found = []
    for a, b in nx.bridges(graph):
        probability = float(graph[a][b]["weight"])
        if probability < SURE and min(graph.degree(a), graph.degree(b)) > 1:
            found.append((probability, min(a, b), max(a, b)))
    if not found:
        return None
    probability, a, b = min(found)
    return a, b, probability
