"""SIGKILL at random moments of a crawl: what was complete is kept, once, and the journal holds together."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline.evidence.archive import Archive
from pipeline.evidence.verify import verify_home
from pipeline.home import Home
from tests.spiders.test_killed import board

Write = Callable[..., Path]

# Forks a crawler at each line: it begins at once, without loading Scrapy again.
NURSERY = """
import os
import sys
from pathlib import Path
import scrapy.crawler
import spiders.ad_spider
import spiders.archive
from pipeline.evidence.archive import Archive
from pipeline.home import open_home
from spiders.crawl import crawl
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        home = open_home(Path(sys.argv[1]))
        Archive(home).recover()
        crawl(home, Path(sys.argv[2]), [], "test", lambda value: None)
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""


@contextmanager
def nursing(home: Home, profile: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", NURSERY, str(home.root), str(profile)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as parent:
        yield parent
        assert parent.stdin is not None
        parent.stdin.close()


def kill_one(nursery: subprocess.Popen[str], site: Any, requests: int, delay: float) -> list[str]:
    """Begin a crawl, kill it `delay` seconds after so many requests; the paths that it asked for."""
    assert nursery.stdin is not None and nursery.stdout is not None
    before = len(site.log)
    nursery.stdin.write("\n")
    nursery.stdin.flush()
    crawler = int(nursery.stdout.readline())
    deadline = time.monotonic() + 60
    while len(site.log) < before + requests and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(delay)
    os.kill(crawler, signal.SIGKILL)
    assert nursery.stdout.readline() == "ended\n"
    asked: list[str] = site.paths()[before:]
    return asked


@pytest.mark.parametrize(
    ("fsync", "together", "kills"),
    [
        ("batch", 1, 10),
        ("record", 4, 10),
        *(pytest.param(*how, 200, marks=pytest.mark.soak) for how in (("batch", 1), ("record", 4))),
    ],
)
def test_killed_at_random_moments_of_a_crawl(
    site: Any, home: Home, profile: Write, fsync: str, together: int, kills: int
) -> None:
    (home.root / "imb.toml").write_text(f"fictional_numbers = true\nfsync = {fsync!r}\n")
    board(site, ads=30 * kills, per_page=50)
    rng = random.Random(kills)
    asked: list[list[str]] = []
    with nursing(home, profile(together=together)) as nursery:
        asked += [kill_one(nursery, site, rng.randint(1, 12), rng.uniform(0, 0.05)) for _ in range(kills)]
    archive = Archive(home)
    archive.recover()
    kept = Counter(k.capture.url.removeprefix(site.root) for k in archive.captures())
    assert any(len(paths) > together for paths in asked)
    for paths in asked:  # no more are under way at once: what came before had been archived
        assert sum(path not in kept for path in paths) <= together
    assert {path: n for path, n in kept.items() if "/ad/" in path and n > 1} == {}
    assert all(archive.read(k.capture).status == 200 for k in archive.captures() if k.capture.status != 404)
    report = verify_home(home)
    assert report.problems == [] and report.records > 3 * len(kept)
    ends = [e.body["problems"][0] for e in archive.journal.entries("crawl_failed")]
    assert len(ends) == kills and all(said.startswith("interrupted") for said in ends)
