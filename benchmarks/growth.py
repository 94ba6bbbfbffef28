"""Precision as the data grow: the same people's papers, more and more of them, resolved each time from nothing."""

from __future__ import annotations

from itertools import combinations

import duckdb

from benchmarks.bounded import resolve_in_file
from benchmarks.corpus import make_ref, pairs_of
from benchmarks.people_state import make_rows
from benchmarks.table import Cell, Table, quality
from pipeline.resolve.cluster import cluster_with_refusals
from pipeline.resolve.corpus import score_pairs
from pipeline.resolve.model import base_model

FULL = True
SIZES = (5_000, 20_000, 80_000, 320_000)
IN_FILE = (1_000_000, 4_000_000)


def run(small: bool = False, full: bool = False) -> Table:
    """Quality of pairs, the largest entity beside the most papers of one person, and what the guards kept apart; of
    the largest sizes, which stand in a file, the seconds and the memory of a build's resolution besides."""
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
        lines.append((f"{size:,}", q.precision, q.recall, q.f1, largest, len(refused), None, None))
    del rows
    for size in (2_000,) if small else IN_FILE if full else ():
        done = resolve_in_file(size)
        q = done.quality
        found = (q.precision, q.recall, q.f1, done.largest, None)
        lines.append((f"{size:,} in a file", *found, done.seconds, done.peak_gigabytes))
    quality_columns = ("precision", "recall", "F1", "largest entity", "pairs kept apart by a guard")
    notes = (
        "nobody has more than five papers",
        "in a file: from records to refs, pairs and entities of people, premises and phones; seconds and the most "
        "memory, in GiB, of the process and its children together",
    )
    return Table(
        "Corpus: precision as the data grow", ("records", *quality_columns, "seconds", "peak"), tuple(lines), notes
    )
