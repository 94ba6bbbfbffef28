"""Splits an oversized component into communities: the same answer for the same links, whatever their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import networkit

Edges = Mapping[tuple[str, str], float]


def split(nodes: Sequence[str], edges: Edges, oversized: int, seed: int) -> list[list[str]]:
    """Communities of one component, each sorted, sorted by first node.

    Louvain on one thread with a fixed seed; a part that is still oversized is searched again at a finer resolution.
    """
    parts, gamma = [sorted(nodes)], 1.0
    for _ in range(4):
        if all(len(part) <= oversized for part in parts):
            break
        parts = [
            sub for part in parts for sub in ([part] if len(part) <= oversized else _louvain(part, edges, gamma, seed))
        ]
        gamma *= 2.0
    return sorted(parts)


def _louvain(nodes: Sequence[str], edges: Edges, gamma: float, seed: int) -> list[list[str]]:
    index = {node: i for i, node in enumerate(nodes)}
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
