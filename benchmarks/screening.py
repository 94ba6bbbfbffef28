"""Applications against 100,000 known businesses, one at a time and in a batch, beside Splink one record at a time."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import psutil
import pyarrow as pa

from analysis.screening.saved_index import open_index, save_index
from analysis.screening.screen import screen, screen_all
from benchmarks.known_state import (
    Shop,
    apply_for,
    draw_birth,
    draw_person,
    draw_phone,
    draw_place,
    make_index,
    make_shops,
)
from benchmarks.plain_splink import make_linker, people_settings, quiet
from benchmarks.table import Cell, Table, quantile
from benchmarks.written_index import write_index
from pipeline.model import Application

FULL = True
WORKERS, WARM, MANY = 2, 100, 1_000_000
COLUMNS = ("what", "p50 ms", "p99 ms", "seconds", "CPU ms each")


def run(small: bool = False, full: bool = False) -> Table:
    """Latency and throughput of ours from the saved file, and Splink's latency for one record. `full`: ours also
    against a million known businesses."""
    known, asked, single = (300, 4_000, 200) if small else (100_000, 100_000, 5_000)
    rng = Random(9)
    shops = make_shops(rng, known)
    applications = draw_applications(rng, shops, asked)
    with TemporaryDirectory(prefix="imb-bench-") as folder:
        path = Path(folder) / "index"
        built, used = prepare(shops, path)
        with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
            opened, one_by_one = fresh.submit(latencies, path, applications[: single + WARM]).result()
        lines: list[tuple[Cell, ...]] = [
            ("ours, saved index", *one_by_one),
            (f"ours, batch of {asked:,}, {WORKERS} processes", *batch(path, applications, WORKERS)),
            (f"ours, batch of {asked:,}, 1 process", *batch(path, applications, 1)),
        ]
        size = path.stat().st_size
    more = []
    if full:
        words, many = against_many(MANY, single)
        lines.append((f"ours, saved index of {MANY:,}", *many))
        more.append(f"{MANY:,} known businesses; {words}")
    lines.append(("Splink, one record against the table", *splink_latencies(shops, applications[: 3 if small else 40])))
    notes = (
        f"{known:,} known businesses; index built in {built:.1f} s, {used / 1e6:,.0f} MB while it is built, "
        f"{size / 1e6:,.0f} MB on disk; {opened}",
        *more,
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}",
    )
    return Table("Screening", COLUMNS, tuple(lines), notes)


def against_many(known: int, asked: int) -> tuple[str, tuple[Cell, ...]]:
    """One application at a time against the saved index of so many businesses, which never is in memory; as
    `latencies`."""
    rng = Random(9)
    shops = make_shops(rng, known)
    applications = draw_applications(rng, shops, asked + WARM)
    with TemporaryDirectory(prefix="imb-bench-") as folder:
        write_index(shops, path := Path(folder) / "index")
        with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
            words, found = fresh.submit(latencies, path, applications).result()
        return f"{path.stat().st_size / 1e6:,.0f} MB on disk; {words}", found


def prepare(shops: Sequence[Shop], path: Path) -> tuple[float, int]:
    """Build and save an index; seconds, and bytes of memory it holds."""
    process = psutil.Process()
    gc.collect()
    before = process.memory_info().rss
    seconds, index = timed(lambda: make_index(shops))
    gc.collect()
    used = process.memory_info().rss - before
    save_index(index, path, "")
    return seconds, used


def timed(act: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    result = act()
    return time.perf_counter() - start, result


def draw_applications(rng: Random, shops: Sequence[Shop], count: int) -> list[Application]:
    """A fiftieth by known operators, some at known premises or numbers, the others strangers."""
    found = []
    for number in range(count):
        known, (name, surname) = rng.choice(shops), draw_person(rng)
        born, phone, place = draw_birth(rng), draw_phone(rng), draw_place(rng)
        kind = rng.random()
        if kind < 0.02:
            name, surname, born = known.operator, known.surname, known.born
        elif kind < 0.06:
            phone = known.phone
        elif kind < 0.10:
            place = known.place
        found.append(apply_for(number, name, surname, born, phone, place, known.name if kind < 0.1 else ""))
    return found


def latencies(path: Path, applications: Sequence[Application]) -> tuple[str, tuple[Cell, ...]]:
    """In a process of its own: how the index opened, in words, and the figures after WARM applications."""
    process = psutil.Process()
    empty = process.memory_info().rss
    opening, index = timed(lambda: open_index(path))
    assert index is not None
    first, _ = timed(lambda: screen(applications[0], index))
    for application in applications[1:WARM]:
        screen(application, index)
    before = cpu()
    taken = [timed(lambda a=a: screen(a, index))[0] for a in applications[WARM:]]
    spent = cpu() - before
    held = (process.memory_info().rss - empty) / 1e6
    words = f"opened in {opening:.3f} s, the first answer after {first * 1e3:.0f} ms more; {held:,.0f} MB to screen"
    return words, figures(taken, spent)


def figures(taken: Sequence[float], processor: float) -> tuple[Cell, ...]:
    return quantile(taken, 0.5) * 1e3, quantile(taken, 0.99) * 1e3, sum(taken), processor / len(taken) * 1e3


def cpu() -> float:
    """Seconds of processor time of this process and of the workers that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def batch(path: Path, applications: Sequence[Application], workers: int) -> tuple[Cell, ...]:
    index = open_index(path)
    assert index is not None
    before = cpu()
    seconds, _ = timed(lambda: screen_all(applications, index, workers=workers))
    return None, None, seconds, (cpu() - before) / len(applications) * 1e3


def splink_latencies(shops: Sequence[Shop], applications: Sequence[Application]) -> tuple[Cell, ...]:
    """`predict_between` of a trained linker: one record at a time against the table of known people."""
    from splink import DuckDBAPI

    known = [_row(s.number, s.operator, s.born.isoformat(), s.phone, s.place.street_key, s.place.zip) for s in shops]
    with duckdb.connect() as connection:
        linker = make_linker(connection, [pa.Table.from_pylist(known)], people_settings())
        taken, before = [], cpu()
        with quiet():
            api = DuckDBAPI(connection=connection)
            table = api.register(pa.Table.from_pylist(known))
            for number, application in enumerate(applications):
                asked = api.register(pa.Table.from_pylist([_asked(number, application)]))
                seconds, _ = timed(lambda a=asked: _predict(linker, a, table))
                taken.append(seconds)
    return figures(taken, cpu() - before)


def _predict(linker: Any, asked: Any, table: Any) -> int:
    return len(linker.inference.predict_between(asked, table, threshold_match_probability=0.9).as_record_list())


def _asked(number: int, application: Application) -> dict[str, str]:
    party, place = application.applicant, application.premises
    assert party is not None and place is not None and party.dob is not None
    row = _row(number, party.full_name, party.dob.isoformat(), application.phones[0], place.street_key, place.zip)
    return {**row, "unique_id": f"asked {number}"}


def _row(number: int, name: str, born: str, phone: str, street: str, zip_: str) -> dict[str, str]:
    given, _, surname = name.rpartition(" ")
    row = {"given": given, "surname": surname, "born": born, "phone": phone, "street": street, "zip": zip_}
    return {"unique_id": str(number), **row}
