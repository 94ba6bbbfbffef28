"""Communities of one large component: ours beside networkit alone and beside networkx, on the same graph in one run.

A graph with planted communities of very different sizes, 2.7 links a node, a tenth of them between communities. Each
method runs in a process of its own, so that its peak memory is its own. networkx is asked at the smaller size
only.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from analysis.networks.communities import louvain, partition
from analysis.rules import shipped_rules
from benchmarks.table import Cell, Table

FULL = True
SEED = 5
NETWORKX_UP_TO = 100_000
COLUMNS = ("method", "nodes", "links", "CPU s", "of networkit", "networkx of it", "peak MB", "communities")
Method = Callable[[Any], int]


def planted(nodes: int, seed: int) -> tuple[Any, Any, Any]:
    """(sources, targets, weights), sorted, each pair once: communities whose sizes fall as 1 / rank."""
    import numpy

    draw = numpy.random.default_rng(seed)
    of = numpy.sort((nodes / 40) ** draw.random(nodes)).astype(numpy.int64)  # log-uniform: a few large, many small
    first = numpy.searchsorted(of, of, side="left")
    size = numpy.searchsorted(of, of, side="right") - first
    links = int(nodes * 2.7 * 1.07)  # some pairs are drawn twice
    one = draw.integers(0, nodes, links)
    near = first[one] + (draw.random(links) * size[one]).astype(numpy.int64)
    two = numpy.where(draw.random(links) < 0.1, draw.integers(0, nodes, links), near)
    pairs = numpy.stack([numpy.minimum(one, two), numpy.maximum(one, two)], axis=1)
    pairs = numpy.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    weights = draw.uniform(0.7, 0.97, len(pairs))
    return pairs[:, 0].astype(numpy.uint32), pairs[:, 1].astype(numpy.uint32), weights


def ours(graph: tuple[int, Any, Any, Any]) -> int:
    rules = shipped_rules().binding
    return int(partition(*graph, rules.held_by, rules.seed).max()) + 1


def networkit_alone(graph: tuple[int, Any, Any, Any]) -> int:
    return int(louvain(*graph, shipped_rules().binding.seed).max()) + 1


def networkx_louvain(graph: tuple[int, Any, Any, Any]) -> int:
    import networkx

    count, sources, targets, weights = graph
    made = networkx.Graph()
    made.add_nodes_from(range(count))
    made.add_weighted_edges_from(zip(sources.tolist(), targets.tolist(), weights.tolist(), strict=True))
    return len(networkx.community.louvain_communities(made, seed=SEED))


METHODS: dict[str, Method] = {"networkit alone": networkit_alone, "ours": ours, "networkx": networkx_louvain}


def measured(name: str, nodes: int) -> tuple[int, float, float, int]:
    """(links, CPU seconds, peak MB, communities) of one method, without making the graph."""
    import networkit  # noqa: F401  imported before the clock starts

    graph = planted(nodes, SEED)
    begin = time.process_time()
    found = METHODS[name]((nodes, *graph))
    spent = time.process_time() - begin
    return len(graph[2]), spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, found


def run(small: bool = False, full: bool = False) -> Table:
    sizes = [2_000] if small else [NETWORKX_UP_TO, 1_000_000] if full else [NETWORKX_UP_TO]
    rows = [row for nodes in sizes for row in _rows(nodes, with_networkx=nodes <= NETWORKX_UP_TO)]
    return Table("Communities of one component", COLUMNS, tuple(rows), ("ours joins again what many links hold",))


def _rows(nodes: int, *, with_networkx: bool) -> list[tuple[Cell, ...]]:
    names = [name for name in METHODS if with_networkx or name != "networkx"]
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        found = dict(zip(names, pool.map(partial(measured, nodes=nodes), names, chunksize=1), strict=True))
    base, slow = found["networkit alone"][1], found.get("networkx", (0, 0.0))[1]
    return [
        (
            f"{name}, {nodes:,}", nodes, links, round(cpu, 2), round(cpu / base, 2) if base else None,
            round(slow / cpu, 1) if cpu and slow else None, round(peak), communities,
        )
        for name, (links, cpu, peak, communities) in found.items()
    ]  # fmt: skip
