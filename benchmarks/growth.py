"""Precision as the data grow: the same people's papers, more and more of them, resolved each time from nothing."""

from __future__ import annotations

from itertools import combinations

import duckdb

from benchmarks.corpus import make_ref, pairs_of
from benchmarks.people_state import make_rows
from benchmarks.table import Cell, Table, quality
from pipeline.resolve.cluster import cluster_with_refusals
from pipeline.resolve.corpus import score_pairs
from pipeline.resolve.model import base_model

SIZES = (5_000, 20_000, 80_000, 320_000)


def run(small: bool = False) -> Table:
    """Quality of pairs, the largest entity beside the most papers of one person, and what the guards kept apart."""
    model, sizes = base_model(), (1_000, 5_000) if small else SIZES
    rows = list(make_rows(3, sizes[-1]))
    lines: list[tuple[Cell, ...]] = []
    for size in sizes:
        refs = [make_ref(number, row) for number, row in enumerate(rows[:size])]
        true = pairs_of({row.row_id: row.person for row in rows[:size]})
        with duckdb.connect() as connection:
            pairs = score_pairs(connection, refs, "operator", model)
        entities, refused = cluster_with_refusals(refs, pairs, [], model)
        q = quality({pair for e in entities for pair in combinations(e.members, 2)}, true)
        largest = max(len(e.members) for e in entities)
        lines.append((f"{size:,}", q.precision, q.recall, q.f1, largest, len(refused)))
    columns = ("records", "precision", "recall", "F1", "largest entity", "pairs kept apart by a guard")
    return Table("Corpus: precision as the data grow", columns, tuple(lines), ("nobody has more than five papers",))
