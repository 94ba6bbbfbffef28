"""Templates: ours beside plain MinHash and LSH over the same ads with known templates, and cost as they grow."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from math import comb
from random import Random

import networkx
from datasketch import MinHash, MinHashLSH

from benchmarks.table import Cell, Table
from benchmarks.template_ads import Labelled, make_ads
from pipeline.extract.templates import find_templates

FULL = True
COLUMNS = (
    "method",
    "ads",
    "precision",
    "recall",
    "ads per second",
    "CPU seconds",
    "times as many ads",
    "times the CPU",
)
LARGEST_PLAIN = 10_000  # ads for the method beside ours: its cost grows with the square of stock phrases


def run(small: bool = False, full: bool = False) -> Table:
    """Pairwise precision and recall, and CPU seconds, at several sizes; how both grow from the size before."""
    sizes = (300,) if small else (2_000, 10_000, 100_000, 1_000_000) if full else (2_000, 10_000)
    rows: list[tuple[Cell, ...]] = []
    before: tuple[int, float] | None = None
    for size in sizes:
        labelled = make_ads(Random(size), size)
        row, seconds = _measured("ours", ours, labelled)
        growth = (round(size / before[0], 1), round(seconds / before[1], 1)) if before else ("", "")
        rows.append((*row, *growth))
        before = size, seconds
        if size <= LARGEST_PLAIN:
            rows.append((*_measured("plain MinHash LSH", plain, labelled)[0], "", ""))
    note = "60 % of the ads follow a template of 2 to 60 ads: slots, order, emoji, slips, lines dropped and added"
    peak = f"peak memory, the ads with it: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10:,} MB"
    return Table("Templates", COLUMNS, tuple(rows), (note, peak))


def _measured(
    name: str, method: Callable[[Sequence[Labelled]], dict[str, int]], labelled: Sequence[Labelled]
) -> tuple[tuple[Cell, ...], float]:
    start = time.process_time()
    found = method(labelled)
    seconds = time.process_time() - start
    size = len(labelled)
    return (
        (f"{name} {size:,}", size, *pairwise(labelled, found), round(size / seconds), round(seconds, 2)),
        seconds,
    )


def ours(labelled: Sequence[Labelled]) -> dict[str, int]:
    """ad id -> number of its template."""
    return {a: n for n, t in enumerate(find_templates([x.ad for x in labelled])) for a in t.ad_ids}


def plain(labelled: Sequence[Labelled]) -> dict[str, int]:
    """Word 3-grams, 128 permutations, threshold 0.5, connected components: the textbook recipe."""
    index, graph = MinHashLSH(threshold=0.5, num_perm=128), networkx.Graph()
    for x in labelled:
        words = x.ad.text.lower().split()
        made = MinHash(num_perm=128)
        made.update_batch([" ".join(words[i : i + 3]).encode() for i in range(len(words))])
        graph.add_node(x.ad.ad_id)
        graph.add_edges_from((x.ad.ad_id, other) for other in index.query(made))
        index.insert(x.ad.ad_id, made)
    parts = [part for part in networkx.connected_components(graph) if len(part) > 1]
    return {a: n for n, part in enumerate(parts) for a in part}


def pairwise(labelled: Sequence[Labelled], found: Mapping[str, int]) -> tuple[float, float]:
    """Precision and recall of pairs of ads put under one template; an ad written freely belongs to none."""
    both = Counter((found[x.ad.ad_id], x.template) for x in labelled if x.template and x.ad.ad_id in found)
    claimed = Counter(found[x.ad.ad_id] for x in labelled if x.ad.ad_id in found)
    wanted = Counter(x.template for x in labelled if x.template)
    right = sum(comb(n, 2) for n in both.values())
    pairs = sum(comb(n, 2) for n in claimed.values())
    return round(right / pairs if pairs else 1.0, 4), round(right / sum(comb(n, 2) for n in wanted.values()), 4)
