"""Resolving many records of people with known truth: the operator model beside plain Splink with Levenshtein levels."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from resource import RUSAGE_SELF, getrusage

import duckdb
import pyarrow as pa

from benchmarks.people_state import Row, make_rows
from benchmarks.plain_splink import clusters_of, make_linker, people_settings
from benchmarks.table import Cell, Table, quality
from pipeline.model import Ref
from pipeline.resolve.cluster import cluster
from pipeline.resolve.corpus import score_pairs
from pipeline.resolve.model import base_model
from pipeline.resolve.training import train

FULL = True
Pairs = set[tuple[str, str]]


def run(small: bool = False, full: bool = False) -> Table:
    """Seconds to keys, pairs and entities, and F1 of pairs, ours and Splink's, on the same rows."""
    count = 2_000 if small else 1_000_000 if full else 200_000
    rows = list(make_rows(3, count))
    true = pairs_of({row.row_id: row.person for row in rows})
    ours, mine, train_time = resolve_ours(rows, training=not full)
    peer, theirs = resolve_splink(rows)
    lines: list[tuple[Cell, ...]] = []
    for name, found, spent, training in (
        ("ours, shipped model", ours, mine, train_time),
        ("Splink, plain, Levenshtein", peer, theirs, None),
    ):
        q = quality(found, true)
        lines.append((name, q.precision, q.recall, q.f1, spent.wall, spent.cpu, training))
    columns = ("method", "precision", "recall", "F1", "seconds", "CPU seconds", "training, apart")
    notes = (
        f"{count:,} records, {len(true):,} true pairs; ours / Splink: {mine.wall / theirs.wall:.2f} by the clock, "
        f"{mine.cpu / theirs.cpu:.2f} in processor time",
        "Splink trains, predicts and clusters in its seconds; ours is trained by its own command (last column, once)",
        f"peak memory of the process, both methods and the truth: {getrusage(RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB",
    )
    return Table("Corpus: people on papers", columns, tuple(lines), notes)


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock and of processor time, over all threads and ended children; of a moment, or between two."""

    wall: float
    cpu: float

    @classmethod
    def now(cls) -> Spent:
        return cls(time.perf_counter(), sum(os.times()[:4]))

    def since(self, start: Spent) -> Spent:
        return Spent(self.wall - start.wall, self.cpu - start.cpu)


def resolve_ours(rows: Sequence[Row], *, training: bool) -> tuple[Pairs, Spent, float | None]:
    """Pairs of one entity; seconds of a build's resolution; seconds of a training, if it is wanted."""
    model = base_model()
    with duckdb.connect() as connection:
        start = Spent.now()
        refs = [make_ref(n, row) for n, row in enumerate(rows)]
        pairs = score_pairs(connection, refs, "operator", model)
        entities = cluster(refs, pairs, [], model)
        resolved = Spent.now()
        if training:
            train(refs)
        trained = Spent.now().since(resolved).wall if training else None
    found = {pair for e in entities for pair in combinations(e.members, 2)}
    return found, resolved.since(start), trained


def make_ref(number: int, row: Row) -> Ref:
    return Ref(
        row.row_id, "operator", "record", row.row_id, "papers", "license", "", "regulatory", number, row.name, "owner",
        dob=row.born, phones=(row.phone,), addresses=(row.place,),
    )  # fmt: skip


def resolve_splink(rows: Sequence[Row]) -> tuple[Pairs, Spent]:
    with duckdb.connect() as connection:
        start = Spent.now()
        parts = [_split(row.name) for row in rows]
        table = pa.table(
            {
                "unique_id": [r.row_id for r in rows],
                "given": [p[0] for p in parts],
                "surname": [p[1] for p in parts],
                "born": [r.born.isoformat() if r.born else None for r in rows],
                "phone": [r.phone for r in rows],
                "street": [f"{r.place.street_key} {r.place.unit}" for r in rows],
                "zip": [r.place.zip for r in rows],
            }
        )
        found = clusters_of(make_linker(connection, [table], people_settings()), connection, 0.9)
        spent = Spent.now().since(start)
    return pairs_of(found), spent


def _split(name: str) -> tuple[str, str]:
    """Given name and surname as a plain configuration splits them: at the comma, else the last word."""
    low = name.lower()
    if "," in low:
        surname, _, given = low.partition(", ")
        return given, surname
    given, _, surname = low.rpartition(" ")
    return given, surname


def pairs_of(cluster_of: Mapping[str, str]) -> Pairs:
    groups: dict[str, list[str]] = defaultdict(list)
    for key in sorted(cluster_of):
        groups[cluster_of[key]].append(key)
    return {pair for members in groups.values() for pair in combinations(members, 2)}
