"""Resolving one percent of new records beside settled ones, against resolving all of them; the same digests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks.corpus import Spent
from benchmarks.people_state import Row, make_rows
from benchmarks.table import Cell, Table
from flows.stages.resolution.resolving import settle
from pipeline.model import Party, Record, stable_id
from pipeline.resolve.model import base_model
from pipeline.store.codec import to_json
from pipeline.store.intelligence import Store, open_working

FULL = True
RESULTS = ("core_refs", "core_pairs", "core_entities")
START = datetime(2026, 1, 1, tzinfo=UTC)


def run(small: bool = False, full: bool = False) -> Table:
    """Seconds from records to entities: of everything, with nothing new, and with one percent new."""
    count = 2_000 if small else 1_000_000 if full else 100_000
    rows = list(make_rows(3, count))
    # The new ones are papers from everywhere, not the last persons of the list.
    new = rows[50::100]
    old = [row for number, row in enumerate(rows) if number % 100 != 50]
    with tempfile.TemporaryDirectory() as folder:
        with open_working(Path(folder) / "nightly.duckdb") as store:
            put(store, old, 0)
            first = settled(store)
            nothing = settled(store)
            put(store, new, 1)
            nightly = settled(store)
        with open_working(Path(folder) / "anew.duckdb") as store:
            put(store, old, 0)
            put(store, new, 1)
            whole = settled(store)
    wall = (nightly.spent.wall - nothing.spent.wall) / whole.spent.wall
    cpu = (nightly.spent.cpu - nothing.spent.cpu) / whole.spent.cpu
    lines: list[tuple[Cell, ...]] = [
        (name, one.spent.wall, one.spent.cpu)
        for name, one in (
            ("all", whole),
            ("99 %, the first time", first),
            ("nothing new", nothing),
            ("1 % new", nightly),
        )
    ]
    same = "the same digests" if whole.digests == nightly.digests else "OTHER DIGESTS"
    notes = (
        f"{len(rows):,} records: (1 % new - nothing new) / all: {wall:.3f} by the clock, {cpu:.3f} in processor time",
        f"settled step by step and all at once: {same}",
        "a build reads all refs and entities besides, for networks, screening and the snapshot",
    )
    return Table("Resolution of what is new", ("resolved", "seconds", "CPU seconds"), tuple(lines), notes)


@dataclass(frozen=True, slots=True)
class Outcome:
    spent: Spent
    digests: dict[str, str]


def settled(store: Store) -> Outcome:
    start = Spent.now()
    settle(store, base_model(), [])
    spent = Spent.now().since(start)
    digests = store.digests()
    return Outcome(spent, {table: digests[table] for table in RESULTS})


def put(store: Store, rows: Iterable[Row], day: int) -> None:
    """The rows as records that arrived on a day."""
    store.insert("core_records", (record_row(row, day) for row in rows))


def record_row(row: Row, day: int) -> dict[str, Any]:
    owner = Party("owner", row.name, dob=row.born)
    record = Record("license", "papers", row.row_id, 1, parties=(owner,), phones=(row.phone,), premises=row.place)
    payload = to_json(record)
    return {
        "record_id": record.record_id, "version": sha256(payload.encode()).hexdigest()[:32], "dataset": "papers",
        "kind": "license", "natural_key": row.row_id, "source_id": stable_id("row", row.row_id), "file_sha256": "f",
        "line": 1, "lane": "regulatory", "intake_seq": day, "known_at": START + timedelta(days=day), "payload": payload,
    }  # fmt: skip
