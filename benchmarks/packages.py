"""An exhibit package of a thousand ads, different pages of the synthetic state: processor time of all processes,
Chromium's too, clock, memory and disk; beside it `bagit` that makes a bag of the same files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.table import Cell, Table
from demo.ad_pages import respond
from demo.collector import CONSENT, REASONS, visits
from demo.markup import Shelf
from demo.world import make_world
from flows.stages.evidence.documents import RENDERINGS, document_maker
from flows.stages.evidence.rendering import browser_path
from flows.stages.queries.finding import QUOTED
from flows.stages.sites.profiles import site_profiles
from pipeline.errors import EvidenceBroken
from pipeline.evidence.archive import Archive
from pipeline.evidence.package.building import build_package
from pipeline.evidence.sealing.keys import make_key
from pipeline.evidence.verify import verify_package
from pipeline.evidence.warc.writing import Exchange
from pipeline.extract.page import extract_page
from pipeline.home import create_home, open_home

FACTS = {"exhibit": "12", "case": "26-CR-0001", "requester": "County", "authority": "order", "exporter": "clerk"}
COLUMNS = ("what", "CPU seconds", "by the clock", "peak MB, Chromium too", "MB on disk", "files")
MENTION = ("kind", "value", "quote", "field", "node", "start", "end")
TICKS = os.sysconf("SC_CLK_TCK")


def run(small: bool = False) -> Table:
    """Each row is a process of its own; the home with the captures is made before."""
    ads = 12 if small else 1_000
    drawn = [3] if small else [0, RENDERINGS, ads]
    with TemporaryDirectory(prefix="imb-bench-") as place:
        folder = Path(place)
        capture_ads(folder / "home", ads)
        rows = [measured("without report and certificates", folder, "build", "plain", "-1")]
        for number in drawn if browser_path() else [0]:
            rows.append(measured(f"with them, {number:,} pages drawn", folder, "build", f"drawn{number}", str(number)))
        rows.append(measured("verify the last one, made again and compared", folder, "verify", f"drawn{number}"))
        rows.append(measured("bagit: hashes of the same files", folder, "bagit", f"drawn{number}"))
    missing = "" if browser_path() else "; no Chromium here: no page is drawn"
    note = (
        f"{ads:,} captures of ads with different pages, signed seals, no time-stamps; {os.cpu_count()} cores{missing}"
    )
    return Table("Exhibit packages", COLUMNS, tuple(rows), (note,))


def capture_ads(place: Path, ads: int) -> None:
    """A home that captured so many pages of ads, all different, and sealed them."""
    home = create_home(place, settings_text='fsync = "batch"\noperator = "collector"\ngenerated_numbers = true\n')
    make_key(home)
    archive = Archive(home)
    crawl_id = archive.begin_crawl("synthetic", {"robots": "obeyed"})
    for site, exchange in islice(_exchanges(0.2 if ads > 100 else 0.02), ads):
        archive.write(site, crawl_id, exchange)
    archive.end_crawl(crawl_id, {"captures": ads}, True, [])
    archive.close()


def _exchanges(scale: float) -> Iterator[tuple[str, Exchange]]:
    shelf, known, number = Shelf(make_world(1, scale)), set[bytes](), 0
    for visit in visits(shelf):
        if "-massage-parlors-" in visit.target or visit.target.startswith(("/forum/", "/massage/")):
            continue
        answer = respond(shelf, f"{visit.site}.example", visit.target, CONSENT, visit.day)
        if answer.status != 200 or answer.body in known:
            continue
        known.add(answer.body)
        number += 1
        begun = datetime.combine(visit.day, datetime.min.time(), UTC) + timedelta(hours=9, seconds=number)
        ended = begun + timedelta(milliseconds=200)
        lines = [(name.encode(), value.encode()) for name, value in answer.headers]
        url, host = f"http://{visit.site}.example{visit.target}", f"{visit.site}.example".encode()
        asked = [(b"Host", host), (b"User-Agent", b"imb")]
        said = (200, REASONS[200], "HTTP/1.1", lines, answer.body, "127.0.0.1")
        yield visit.site, Exchange(url, "GET", asked, b"", *said, begun, ended, meta={"why": "linked from the listing"})


def measured(what: str, folder: Path, task: str, name: str, *arguments: str) -> tuple[Cell, ...]:
    """Run a task in a process of its own and watch it with everything that it starts."""
    command = [sys.executable, "-m", "benchmarks.packages", task, str(folder), name, *arguments]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        watch = Watch(process.pid)
        shown = process.communicate(timeout=3600)[0]
    cpu, peak = watch.end()
    if process.returncode:
        raise EvidenceBroken(f"{task} of the benchmark failed: {shown[-2000:]}")
    files = [p for p in (folder / name).rglob("*") if p.is_file()]
    size = sum(p.stat().st_size for p in files) / 1e6
    return what, cpu, time.perf_counter() - begun, peak, size, len(files)


class Watch(threading.Thread):
    """Processor time and memory of a process and its offspring, read from /proc five times a second. (What a process
    says of its children lacks those of Chromium that nobody waits for.)"""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._family, self._over = {pid}, threading.Event()
        self._spent: dict[int, float] = {}
        self._peak = 0.0
        self.start()

    def end(self) -> tuple[float, float]:
        """Seconds, and the most megabytes at one time (shared ones shared out)."""
        self._over.set()
        self.join()
        return sum(self._spent.values()), self._peak

    def run(self) -> None:
        while not self._over.wait(0.1):
            self._look()

    def _look(self) -> None:
        found = {int(p.name): _stat(p) for p in Path("/proc").iterdir() if p.name.isdigit()}
        for _ in range(4):  # generations that may have begun since the last look
            self._family |= {pid for pid, stat in found.items() if stat and int(stat[1]) in self._family}
        own = {pid: stat for pid, stat in found.items() if stat and pid in self._family}
        for pid, stat in own.items():
            self._spent[pid] = (int(stat[11]) + int(stat[12])) / TICKS
        self._peak = max(self._peak, sum(map(_megabytes, own)))


def _stat(process: Path) -> list[str]:
    """The fields of /proc/PID/stat behind the name, [] for a process that has ended."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _megabytes(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def build(folder: Path, name: str, renderings: str) -> None:
    home = open_home(folder / "home")
    archive, profiles = Archive(home), site_profiles(home)
    captures = [known.capture for known in archive.captures()]
    described: dict[str, list[dict[str, Any]]] = {}
    for capture in captures:
        answer = archive.read(capture)
        page = extract_page(
            answer.payload, answer.content_type, capture.url, capture.captured_at, profiles.get(capture.site),
            generated=True,
        )  # fmt: skip
        described[capture.capture_id] = [
            {
                "title": ad.title,
                "business_name": ad.business_name,
                "mentions": [{n: getattr(m, n) for n in MENTION} for m in ad.mentions if m.kind in QUOTED and m.quote],
            }
            for ad in page.ads
        ]
    documents = document_maker(int(renderings)) if int(renderings) >= 0 else None
    build_package(home, archive, captures, folder / name, FACTS, described, documents=documents)
    archive.close()


def verify(folder: Path, name: str) -> None:
    report = verify_package(folder / name)
    if report.problems:
        raise EvidenceBroken(str(report.problems[0]))


def bagit(folder: Path, name: str) -> None:
    """What the library of the Library of Congress takes for manifests over the same payload."""
    from bagit import make_bag

    shutil.copytree(folder / name / "data", folder / "copy")
    make_bag(str(folder / "copy"), checksums=["sha256"])


if __name__ == "__main__":
    task, place, *rest = sys.argv[1:]
    {"build": build, "verify": verify, "bagit": bagit}[task](Path(place), *rest)
