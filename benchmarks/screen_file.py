"""`imb screen FILE` from the command line: reading, screening, writing and keeping the results, in every format."""

from __future__ import annotations

import csv
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from subprocess import DEVNULL
from subprocess import run as run_process
from tempfile import TemporaryDirectory

from analysis.screening.saved_index import save_index
from benchmarks.known_state import Shop, make_index, make_shops
from benchmarks.screening import draw_applications
from benchmarks.table import Cell, Table
from flows.stages.build import build
from flows.stages.resolution.models import model_in_force
from flows.stages.screening.applications import INDEX, index_state
from pipeline.home import Home, create_home
from pipeline.model import Application
from pipeline.store.snapshot import read_manifest

HEADER = (
    "application_id", "received_date", "business_name", "applicant_name", "dob", "address", "city", "state", "zip",
    "phone",
)  # fmt: skip
ENDINGS = (".csv", ".json", ".xlsx", ".html")
SITES = 6  # that "no relevant result" names as searched


def run(small: bool = False) -> Table:
    """Seconds by the clock and of the processors of the whole command, 100,000 applications against as many known."""
    known, asked, endings = (200, 300, ENDINGS[:2]) if small else (100_000, 100_000, ENDINGS)
    rng = Random(9)
    shops = make_shops(rng, known)
    applications = draw_applications(rng, shops, asked)
    with TemporaryDirectory(prefix="imb-bench-") as folder:
        home = create_home(Path(folder) / "home", settings_text="generated_numbers = true\n")
        build(home)
        place_index(home, shops)
        file = write_applications(applications, Path(folder) / "asked.csv")
        rows = tuple((f"imb screen FILE -o out{e}", *timed(home, file, Path(folder) / f"out{e}")) for e in endings)
    note = f"{asked:,} applications, {known:,} known; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    columns = ("command", "seconds", "CPU seconds", "MB written")
    return Table("Screening a file by the command line", columns, rows, (note,))


def place_index(home: Home, shops: Sequence[Shop]) -> None:
    """The index of these businesses beside the home's snapshot, as the one that the snapshot was built with."""
    folder, model = home.current_snapshot(), model_in_force(home)
    index = make_index(shops)
    index.snapshot_id, index.model_version = str(read_manifest(folder)["snapshot_id"]), model.version
    index.coverage = tuple(f"site-{n}: 1234 captures, 2025-01-10 to 2025-12-20" for n in range(SITES))
    save_index(index, folder / INDEX, index_state(home, {}, index.snapshot_id, model))


def write_applications(applications: Sequence[Application], path: Path) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_row(a) for a in applications)
    return path


def _row(a: Application) -> tuple[str, ...]:
    party, place = a.applicant, a.premises
    assert party is not None and party.dob is not None and place is not None
    return (
        a.application_id, "2026-09-01", a.business_name, party.full_name, party.dob.isoformat(), place.line, place.city,
        place.state, place.zip, a.phones[0],
    )  # fmt: skip


def timed(home: Home, file: Path, output: Path) -> tuple[Cell, ...]:
    """Seconds, CPU seconds of the command and its workers, and what it wrote."""
    command = Path(sys.executable).with_name("imb")
    before, start = _children(), time.perf_counter()
    run_process(
        [command, "screen", file, "-o", output, "--home", home.root], check=True, stdout=DEVNULL, stderr=DEVNULL
    )
    taken = time.perf_counter() - start
    return taken, _children() - before, output.stat().st_size / 1e6


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system
