"""An archive of ads read again from its bytes: by one process and by two, beside reading the same pages alone."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.site_pages import PROFILED, draw
from benchmarks.site_pages.sample import CAPTURED, Sample
from benchmarks.table import Cell, Table
from flows.stages.build import preview_reading
from flows.stages.captures.extraction import extract_new
from flows.stages.captures.intake import sync_captures
from flows.stages.progress import silent
from flows.stages.sites.profiles import site_profiles
from pipeline.evidence.archive import Archive
from pipeline.evidence.warc.writing import Exchange
from pipeline.extract.page import extract_page
from pipeline.home import Home, create_home, locked
from pipeline.store.intelligence import open_working

FULL = True
COLUMNS = ("read", "pages", "seconds", "CPU seconds", "pages per second", "pages per CPU second")
DRAWN = 2_000  # different pages, archived over and over under other addresses
SETTINGS = 'fsync = "batch"\ngenerated_numbers = true\n'


def run(small: bool = False, full: bool = False) -> Table:
    """Pages per second by the clock and by the processors: read alone, first into the database, then again."""
    count = 60 if small else 100_000 if full else 3_000
    samples = [(f"{shape}-shape", draw(shape, n)) for n in range(min(count, DRAWN) // 10) for shape in PROFILED]
    again = _read_again if small else partial(_afresh, _read_again)
    with TemporaryDirectory(prefix="imb-bench-") as place:
        home = create_home(Path(place) / "home", settings_text=SETTINGS)
        begun = time.monotonic()
        _fill(home, samples, count)
        filled = time.monotonic() - begun
        with locked(home, "benchmark"):
            rows = [
                _timed("pages only, no archive, 1 process", len(samples), lambda: _read_bare(home, samples)),
                _timed("first, 2 processes", count, lambda: _read_first(home)),
                _timed("again with report, 1 process", count, lambda: again(home, 1)),
                _timed("again with report, 2 processes", count, lambda: again(home, 2)),
            ]
    kilobytes = sum(len(s.body) for _, s in samples) / len(samples) / 1024
    (alone, busy), (both, more) = ([float(str(row[n])) for n in (2, 3)] for row in rows[-2:])
    notes = (
        f"ads of ten site shapes, {kilobytes:.1f} KB a page; archived in {filled:.0f} s",
        f"1 -> 2 processes: {alone / both:.2f} times as fast, for {more / busy:.2f} times the processor time",
        f"processor time by the clock: {busy / alone:.2f} and {more / both:.2f}; 1 and 2 on a quiet machine",
    )
    return Table("Re-reading", COLUMNS, tuple(rows), notes)


def _fill(home: Home, samples: list[tuple[str, Sample]], count: int) -> None:
    archive = Archive(home)
    crawl = archive.begin_crawl("bench", {})
    for number in range(count):
        site, sample = samples[number % len(samples)]
        archive.write(site, crawl, _exchange(sample, number))
    archive.end_crawl(crawl, {}, True, ())
    archive.close()


def _exchange(sample: Sample, number: int) -> Exchange:
    moment = CAPTURED + timedelta(seconds=number)
    return Exchange(
        url=sample.url,
        method="GET",
        request_headers=[(b"Host", b"board.example")],
        request_body=b"",
        status=200,
        reason="OK",
        protocol="HTTP/1.1",
        response_headers=[(b"Content-Type", sample.content_type.encode())],
        body=sample.body,
        ip="127.0.0.1",
        started_at=moment,
        received_at=moment,
        meta={},
    )


def _read_bare(home: Home, samples: list[tuple[str, Sample]]) -> None:
    profiles = site_profiles(home)
    for site, sample in samples:
        extract_page(sample.body, sample.content_type, sample.url, CAPTURED, profiles.get(site), generated=True)


def _read_first(home: Home) -> None:
    archive = Archive(home)
    with open_working(home.working_database) as store:
        sync_captures(archive, store)
        extract_new(home, archive, store, silent, 2)
    archive.close()


def _read_again(home: Home, processes: int) -> None:
    for earlier in home.readings.glob("*.duckdb"):
        earlier.unlink()
    preview_reading(home, processes=processes)


def _afresh(work: Callable[[Home, int], None], home: Home, processes: int) -> None:
    """In a program of its own, as `imb build --reextract` is: nothing that was read before is at hand."""
    program = get_context("spawn").Process(target=work, args=(home, processes))
    program.start()
    program.join()
    if program.exitcode:
        raise RuntimeError(f"reading again with {processes} processes ended with {program.exitcode}")


def _timed(name: str, count: int, work: Callable[[], None]) -> tuple[Cell, ...]:
    begun, spent = time.monotonic(), _cpu()
    work()
    seconds, spent = time.monotonic() - begun, _cpu() - spent
    return name, count, round(seconds, 2), round(spent, 2), round(count / seconds), round(count / spent)


def _cpu() -> float:
    """Seconds of processor time of this process and of those it has waited for."""
    used = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(u.ru_utime + u.ru_stime for u in used)
