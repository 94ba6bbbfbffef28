"""Killed in the middle and started again; and nothing lives on after its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import DiskFull, FixHome
from pipeline.evidence.archive import Archive
from pipeline.home import Home, create_home
from spiders.run import run_crawl

Write = Callable[..., Path]
PARENT = """
import signal
import sys
from pathlib import Path
from pipeline.home import open_home
from spiders.run import run_crawl
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell starts its children deaf to it
print(run_crawl(open_home(Path(sys.argv[1])), Path(sys.argv[2])), flush=True)
"""


def board(site: Any, ads: int, per_page: int) -> None:
    pages = [range(i, min(i + per_page, ads)) for i in range(0, ads, per_page)]
    for n, page in enumerate(pages):
        site.listing(f"/list?page={n}" if n else "/list", [site.ad(i) for i in page], f"/list?page={n + 1}")
    site.listing(f"/list?page={len(pages)}", [])


def start(home: Home, profile: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", PARENT, str(home.root), str(profile)], stdout=subprocess.DEVNULL)


def crawlers(parent: int) -> list[int]:
    """Children of a process, from /proc."""
    path = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(pid) for pid in path.read_text().split()]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("requests", [17, *(pytest.param(n, marks=pytest.mark.soak) for n in (1, 2, 3, 9, 10, 26))])
def test_killed_and_started_again_nothing_is_lost_or_fetched_twice(
    site: Any, home: Home, profile: Write, requests: int
) -> None:
    board(site, ads=24, per_page=8)
    reached, go_on = threading.Event(), threading.Event()

    def hold(_path: str) -> None:
        if len(site.log) >= requests and not go_on.is_set():
            reached.set()
            go_on.wait(60)

    site.on_request = hold
    parent = start(home, profile(together=1))
    assert reached.wait(60)
    [child] = crawlers(parent.pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    wait_for(lambda: not is_running(child))
    go_on.set()

    archive = Archive(home)
    archive.recover()
    kept = [c.url.removeprefix(site.root) for _, c in archive.captures()]
    assert set(site.paths()[: requests - 1]) == set(kept)  # what had been answered is archived
    result = run_crawl(home, profile(together=1))
    assert result.healthy, result
    ads = Counter(c.url for _, c in Archive(home).captures() if "/ad/" in c.url)
    assert len(ads) == 24 and set(ads.values()) == {1}
    assert result.counts["resumed"] == sum("/ad/" in path for path in kept)
    assert result.new + result.counts["resumed"] == 24 == result.counts["found"]
    assert list(archive.journal.verify()) == []
    assert run_crawl(home, profile(together=1)).skipped_reason


def test_interrupted_by_the_operator_it_finishes_what_is_under_way(site: Any, home: Home, profile: Write) -> None:
    board(site, ads=24, per_page=8)
    parents: list[subprocess.Popen[bytes]] = []

    def interrupt(_path: str) -> None:
        if len(site.log) == 8:
            parents[0].send_signal(signal.SIGINT)
            while len(site.log) == 8 and parents[0].poll() is None and not stopping():
                time.sleep(0.01)

    def stopping() -> bool:
        return any("Received SIGTERM" in log.read_text() for log in home.root.glob("logs/*.log"))

    site.on_request = interrupt
    parents.append(start(home, profile(together=1)))
    assert parents[0].wait(60) != 0
    archive = Archive(home)
    [entry] = archive.journal.entries("crawl_failed")
    assert entry.body["problems"][0].startswith("the crawl was interrupted (shutdown)")
    assert len(list(archive.captures())) == len(site.log) < 20  # each answered request is archived
    site.on_request = lambda _path: None
    assert run_crawl(home, profile(together=1)).counts["found"] == 24


def test_a_crawler_that_dies_leaves_a_failed_crawl_and_an_archive_in_order(
    site: Any, home: Home, profile: Write
) -> None:
    board(site, ads=12, per_page=12)
    me = os.getpid()

    def kill_crawler(_path: str) -> None:
        if len(site.log) == 6:
            for pid in crawlers(me):
                if b"spiders.crawl" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)

    site.on_request = kill_crawler
    result = run_crawl(home, profile(together=1))
    assert not result.healthy and result.problems[0].startswith("the crawler ended unexpectedly (exit code -9)")
    archive = Archive(home)
    assert [e.body["crawl_id"] for e in archive.journal.entries("crawl_failed")] == [result.crawl_id]
    again = run_crawl(home, profile(together=1))
    assert again.healthy and again.counts["resumed"] > 0 and again.counts["found"] == 12


def test_an_archive_that_cannot_be_written_ends_the_crawl_with_what_to_do(
    site: Any, home: Home, profile: Write
) -> None:
    board(site, ads=5, per_page=5)
    (home.archive / "warc" / "tiny-board").write_text("a file where the folder belongs")
    with pytest.raises(FixHome, match="cannot be written"):
        run_crawl(home, profile())
    assert site.paths() == ["/robots.txt"]  # nothing is fetched that cannot be kept
    assert Archive(home).last_crawl("tiny-board") is None


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("needs the right to mount a small filesystem")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk_ends_the_crawl_and_keeps_what_was_complete(site: Any, small_disk: Path, profile: Write) -> None:
    board(site, ads=20, per_page=20)
    for i in range(20):
        noise = os.urandom(40_000).hex()
        site.html(f"/ad/{i}.html", f"<html><h1>Lotus</h1><div class='posting'>Open late</div><!--{noise}--></html>")
    home = create_home(small_disk / "home")
    with pytest.raises(DiskFull, match="Free space"):
        run_crawl(home, profile(together=1))
    assert len(site.log) < 20
    archive = Archive(home)
    kept = [capture for _, capture in archive.captures()]
    [log] = home.root.glob("logs/*.log")
    assert [c.url.removeprefix(site.root) for c in kept] == site.paths()[:-1], log.read_text()
    assert all(archive.read(capture).payload for capture in kept if capture.status == 200)
    assert list(archive.journal.verify()) == []
