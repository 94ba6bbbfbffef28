"""Splits an oversized component into communities: the same answer for the same links, whatever their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Any

Edges = Mapping[tuple[str, str], float]


def split(nodes: Sequence[str], edges: Edges, held_by: float, seed: int) -> list[list[str]]:
    """Communities of one component, each sorted, sorted by first node. Edges to others are left out.

    Louvain on one thread with a fixed seed. Communities that links of together `held_by` or more connect (the sum of
    their probabilities) stay one: only a bridge that hangs by a thread is cut, however large the whole is.
    """
    import numpy

    ordered = sorted(nodes)
    index = {node: i for i, node in enumerate(ordered)}
    inside = sorted((index[a], index[b], p) for (a, b), p in edges.items() if a in index and b in index)
    ends = numpy.array([(a, b) for a, b, _ in inside], dtype=numpy.uint32).reshape(-1, 2)
    weights = numpy.array([p for _, _, p in inside], dtype=float)
    labels = partition(len(ordered), ends[:, 0], ends[:, 1], weights, held_by, seed)
    found: dict[int, list[str]] = defaultdict(list)
    for node, label in zip(ordered, labels.tolist(), strict=True):
        found[label].append(node)
    return sorted(found.values())


def partition(count: int, sources: Any, targets: Any, weights: Any, held_by: float, seed: int) -> Any:
    """Label of each of `count` nodes (an array); labels are 0, 1 … in the order of their first node.

    `sources`, `targets`, `weights`: numpy arrays, one entry per edge, sorted by (source, target).
    """
    import numpy

    labels = louvain(count, sources, targets, weights, seed)
    width = int(labels.max(initial=0)) + 1
    one, two = labels[sources], labels[targets]
    crossing = one != two
    keys = numpy.minimum(one, two)[crossing] * width + numpy.maximum(one, two)[crossing]
    keys, at = numpy.unique(keys, return_inverse=True)
    sums = numpy.bincount(at, weights=weights[crossing], minlength=len(keys))
    pairs = zip((keys // width).tolist(), (keys % width).tolist(), sums.tolist(), strict=True)
    owner = numpy.array(rejoined(width, pairs, held_by), dtype=numpy.int64)
    return in_order(owner[labels])


def in_order(labels: Any) -> Any:
    """The same partition, numbered by first appearance."""
    import numpy

    _, first, at = numpy.unique(labels, return_index=True, return_inverse=True)
    rank = numpy.empty(len(first), dtype=numpy.int64)
    rank[numpy.argsort(first)] = numpy.arange(len(first))
    return rank[at]


def rejoined(count: int, pairs: Iterable[tuple[int, int, float]], held_by: float) -> list[int]:
    """Which of `count` communities belong together: label -> representative.

    The pair with the strongest sum of links is joined first, sums are added up, and so on while a sum reaches
    `held_by`; ties go by number.
    """
    between: list[dict[int, float]] = [{} for _ in range(count)]
    for a, b, weight in pairs:
        between[a][b] = between[b][a] = weight
    waiting = [(-w, a, b) for a, near in enumerate(between) for b, w in near.items() if a < b and w >= held_by]
    heapify(waiting)
    owner = list(range(count))
    while waiting:
        negative, a, b = heappop(waiting)
        if between[a].get(b) != -negative:
            continue  # one of them has been joined since, or the sum has grown
        owner[b] = a
        del between[a][b], between[b][a]
        for c, weight in between[b].items():
            del between[c][b]
            total = between[a].get(c, 0.0) + weight
            between[a][c] = between[c][a] = total
            if total >= held_by:
                heappush(waiting, (-total, min(a, c), max(a, c)))
        between[b] = {}
    for label in range(count):
        while owner[owner[label]] != owner[label]:
            owner[label] = owner[owner[label]]
    return owner


def louvain(count: int, sources: Any, targets: Any, weights: Any, seed: int) -> Any:
    """Label of each node by networkit's Louvain, one thread, fixed seed."""
    import networkit  # half a second that most commands never need
    import numpy

    threads = networkit.getMaxNumberOfThreads()
    networkit.setNumberOfThreads(1)
    try:
        graph = networkit.GraphFromCoo((weights, (sources, targets)), n=count, weighted=True)
        networkit.setSeed(seed, False)
        search = networkit.community.PLM(graph, refine=True, gamma=1.0, par="none")
        search.run()
        return numpy.array(search.getPartition().getVector(), dtype=numpy.int64)
    finally:
        networkit.setNumberOfThreads(threads)
