"""Splits an oversized component into communities: the same answer for the same links, whatever their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

Edges = Mapping[tuple[str, str], float]


def split(nodes: Sequence[str], edges: Edges, held_by: float, seed: int) -> list[list[str]]:
    """Communities of one component, each sorted, sorted by first node.

    Louvain on one thread with a fixed seed. Communities that links of together `held_by` or more connect (the sum of
    their probabilities) stay one: only a bridge that hangs by a thread is cut, however large the whole is.
    """
    parts = _louvain(sorted(nodes), edges, 1.0, seed)
    while len(parts) > 1:
        merged = _rejoin(parts, edges, held_by)
        if len(merged) == len(parts):
            break
        parts = merged
    return sorted(parts)


def _rejoin(parts: list[list[str]], edges: Edges, held_by: float) -> list[list[str]]:
    part_of = {node: i for i, part in enumerate(parts) for node in part}
    between: dict[tuple[int, int], float] = defaultdict(float)
    for (a, b), weight in sorted(edges.items()):
        if a in part_of and b in part_of and part_of[a] != part_of[b]:
            low, high = sorted((part_of[a], part_of[b]))
            between[low, high] += weight
    strong = [pair for pair, weight in between.items() if weight >= held_by]
    if not strong:
        return parts
    (one, two), _ = min(((p, between[p]) for p in strong), key=lambda x: (-x[1], x[0]))
    rest = [part for i, part in enumerate(parts) if i not in {one, two}]
    return sorted([*rest, sorted([*parts[one], *parts[two]])])


def _louvain(nodes: Sequence[str], edges: Edges, gamma: float, seed: int) -> list[list[str]]:
    index = {node: i for i, node in enumerate(nodes)}
    import networkit  # half a second that most commands never need

    graph = networkit.Graph(len(nodes), weighted=True)
    for (a, b), weight in sorted(edges.items()):
        if a in index and b in index:
            graph.addEdge(index[a], index[b], weight)
    threads = networkit.getMaxNumberOfThreads()
    networkit.setNumberOfThreads(1)
    try:
        networkit.setSeed(seed, False)
        search = networkit.community.PLM(graph, refine=True, gamma=gamma, par="none")
        search.run()
        labels = search.getPartition().getVector()
    finally:
        networkit.setNumberOfThreads(threads)
    found: dict[int, list[str]] = defaultdict(list)
    for node, label in zip(nodes, labels, strict=True):
        found[label].append(node)
    return sorted(found.values())
