"""Resolving more records than fit into memory as objects: made by one process, resolved by another, both watched."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from benchmarks.incremental import put
from benchmarks.people_state import Row, make_rows
from benchmarks.table import Quality
from flows.stages.resolution.resolving import settle
from pipeline.resolve.model import base_model
from pipeline.store.intelligence import Store, open_working

SEED = 3
LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of the records of `count` papers: quality of pairs, papers of the largest person, and what resolving took."""

    quality: Quality
    largest: int
    seconds: float
    peak_gigabytes: float  # of resident memory, of the process and its children together


def resolve_in_file(count: int) -> Outcome:
    """`count` records from nothing to refs, pairs and entities, as a build does it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.duckdb"
        _watched(make_records, path, count)
        seconds, peak = _watched(resolve_records, path)
        with open_working(path) as store:
            quality, largest = _measured(store)
    return Outcome(quality, largest, seconds, peak)


def make_records(path: Path, count: int) -> None:
    """Records of people in a working database, and whose they are; a few thousand in memory at a time."""
    with open_working(path) as store:
        store.connection.execute("CREATE TABLE truth (natural_key VARCHAR, person VARCHAR)")
        put(store, _noted(store, make_rows(SEED, count)), 0)


def _noted(store: Store, rows: Iterator[Row]) -> Iterator[Row]:
    known: list[tuple[str, str]] = []
    for row in rows:
        known.append((row.row_id, row.person))
        yield row
        if len(known) == 100_000:
            store.append("truth", known)
            known = []
    store.append("truth", known)


def resolve_records(path: Path) -> None:
    with open_working(path) as store:
        settle(store, base_model(), [])


def _watched(work: object, *given: object) -> tuple[float, float]:
    """Seconds by the clock and the most memory that a process of its own and its children held at one time."""
    start, peak = time.perf_counter(), 0
    process = get_context("spawn").Process(target=work, args=given)  # type: ignore[arg-type]
    process.start()
    while process.is_alive():
        peak = max(peak, _resident(process.pid or 0))
        process.join(LOOK_SECONDS)
    if process.exitcode:
        raise RuntimeError(f"{work} ended with {process.exitcode}")
    return time.perf_counter() - start, peak / 2**20


def _resident(pid: int) -> int:
    """Kilobytes; 0 of a process that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return 0
    own = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")), 0)
    return own + sum(_resident(int(child)) for child in children)


def _measured(store: Store) -> tuple[Quality, int]:
    """From how many papers each entity shares with each person, without a pair in memory."""
    store.connection.execute(
        """CREATE TEMP TABLE shared AS SELECT entity_id, person, count(*) AS n
           FROM (SELECT entity_id, unnest(members) AS ref_id FROM core_entities WHERE kind = 'operator')
           JOIN core_refs USING (ref_id) JOIN core_records ON owner_id = record_id JOIN truth USING (natural_key)
           GROUP BY entity_id, person"""
    )
    pairs = "coalesce(sum(n * (n - 1) // 2), 0)::BIGINT"
    hits = store.value(f"SELECT {pairs} FROM shared")
    found, true = (
        store.value(f"SELECT {pairs} FROM (SELECT sum(n)::BIGINT AS n FROM shared GROUP BY {key})")
        for key in ("entity_id", "person")
    )
    largest = store.value("SELECT max(len(members)) FROM core_entities WHERE kind = 'operator'")
    return Quality(hits / max(1, found), hits / max(1, true), 2 * hits / max(1, found + true)), int(largest)
