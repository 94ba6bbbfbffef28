"""Processor time per page of crawls over loopback: plain Scrapy, with our archive, with warcio instead.

What "plain" means: Scrapy's own download handler and nothing that keeps evidence. All else is alike on both sides: the
pages (advertisements of 42 KB, all different in a block), the spider, the settings, and one task for the items of a
page, as our crawls have it. (Scrapy's default of a hundred makes plain Scrapy dearer, and ours would look cheaper; it
has a row of its own.) Crawls whose spider reads each page as ours does are compared with each other, and so are those
whose spider does nothing; the second kind is the harder measure, no crawl is like that.

How it is measured: several processes, one after another; in each of them all crawls take turns, in blocks of a few
pages, in an order that changes with every turn, so that a neighbor on the machine burdens all of them alike. Before a
block the garbage is collected; the collector stays on, but no longer walks through the modules. The first turns of a
process are not counted. A block's time is that of all threads of the process, from its first request until its last
page is read; its share is taken over the plain block of the same turn. Shown are the median of the shares and the
interval that holds it in 95 of 100 such runs. The server is another process.
`python -m benchmarks.archiving PORT SEED TURNS PAGES METHOD…` runs one process.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from math import sqrt
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.ad_page import make_page
from benchmarks.table import Cell, Table

METHODS = {
    "plain+read": "page read as an ad: plain Scrapy",
    "ours+read": "read: with our archive",
    "flushed+read": "read: with our archive, on the disk before it is handed on (the default)",
    "alone+read": "read: the same, and each page waits alone",
    "warcio+read": "read: with warcio",
    "hundred+read": "read: plain, with Scrapy's default of a hundred tasks",
    "plain": "page not read: plain Scrapy",
    "wire": "not read: its bytes remembered",
    "ours": "not read: with our archive",
    "warcio": "not read: with warcio",
}
COLUMNS = ("crawl", "CPU ms per page", "over plain", "at least", "at most", "bytes kept per page")
PAGES = [make_page(Random(number)) for number in range(50)]
HEAD = b"HTTP/1.1 200 OK\r\nServer: test\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
PROFILE = Path(__file__).parents[1] / "spiders/sites/city-board.toml"
FULL = True  # 20,000 pages each way
PROCESSES, WARM = 5, 2  # one after another; turns of each that are not counted
TARGET = "{method}/{turn}/{number}"  # of a request; the server answers with the page of that number


def run(small: bool = False, full: bool = False) -> Table:
    """Processor milliseconds per page of each crawl, and its share over plain Scrapy (median of the turns)."""
    from benchmarks.archiving_peers import TOGETHER
    from spiders.archive import GATHER

    processes, turns, pages = (1, 2, 10) if small else (PROCESSES, 80, 50) if full else (PROCESSES, 16, 50)
    with serving() as port:
        found = [_measure(port, seed, turns, pages) for seed in range(processes)]
    spent = {m: [s for figures in found for s in figures["spent"][m]] for m in METHODS}
    lines = [_row(m, spent, pages, found[0]["kept"]) for m in METHODS]
    once = [figures["once"] for figures in found]
    size = sum(map(len, PAGES)) / len(PAGES) / 1024
    note = (
        f"{processes * turns * pages:,} pages of {size:.0f} KB each way, blocks of {pages}, {processes} processes. "
        "Ours: request, response and metadata with digests, journal with its chain, on the disk within a second where "
        f"no more is said; up to {TOGETHER} pages that arrive within {GATHER * 1e3:.0f} ms wait together. "
        f"Once for each crawl of ours, not in the shares: {median(o['begin'] for o in once) * 1e3:.0f} ms to begin, "
        f"{median(o['end'] for o in once) * 1e3:.0f} ms to end, {median(o['seal'] for o in once) * 1e3:.0f} ms to seal "
        f"{once[0]['entries']:,} entries. warcio: request and response, never flushed"
    )
    return Table("Archiving", COLUMNS, tuple(lines), (note,))


def _row(method: str, spent: dict[str, list[float]], pages: int, kept: dict[str, float]) -> tuple[Cell, ...]:
    peer = spent["plain+read" if method.endswith("+read") else "plain"]
    shares = [a / b - 1 for a, b in zip(spent[method], peer, strict=True)]
    low, high = median_interval(shares)
    size = None if method.startswith(("plain", "wire", "hundred")) else kept[method.partition("+")[0]]
    return METHODS[method], median(spent[method]) / pages * 1e3, median(shares), low, high, size


def median_interval(values: Sequence[float]) -> tuple[float, float]:
    """The values between which the median of what they are drawn from lies, with 95 % (by the ranks alone)."""
    ordered, width = sorted(values), 0.98 * sqrt(len(values))
    first = max(0, int(len(values) / 2 - width))
    last = min(len(values) - 1, int(len(values) / 2 + width))
    return ordered[first], ordered[last]


def _measure(port: int, seed: int, turns: int, pages: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.archiving", *map(str, (port, seed, turns, pages)), *METHODS]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


class serving:  # noqa: N801
    """Every path answers with the page that its last part numbers, from a thread of this process; gives the port."""

    def __enter__(self) -> int:
        self._loop = asyncio.new_event_loop()
        begun = self._loop.create_server(_Answer, "127.0.0.1", 0)
        server = self._loop.run_until_complete(begun)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return int(server.sockets[0].getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


class _Answer(asyncio.Protocol):
    answers = tuple(HEAD % len(page) + page for page in PAGES)

    def connection_made(self, transport: Any) -> None:
        self._transport, self._asked = transport, b""

    def data_received(self, data: bytes) -> None:
        self._asked += data
        while b"\r\n\r\n" in self._asked:
            line, _, self._asked = self._asked.partition(b"\r\n\r\n")
            number = int(line.partition(b" HTTP/")[0].rpartition(b"/")[2])
            self._transport.write(self.answers[number % len(self.answers)])


def crawl(methods: list[str], port: int, seed: int, turns: int, pages: int, folder: Path) -> dict[str, Any]:
    """Run all blocks in this process. Seconds by method and block, and the bytes that were kept."""
    from scrapy import Request, Spider
    from scrapy.crawler import CrawlerProcess

    from benchmarks.archiving_peers import TOGETHER, Peers

    peers, rng = Peers(folder, PROFILE), Random(seed)
    spent: dict[str, list[float]] = {method: [] for method in methods}

    class Loopback(Spider):  # type: ignore[misc]
        name = "loopback"
        recorder: Any = None

        async def start(self) -> Any:
            for turn in range(-WARM, turns):
                if turn == 0:
                    gc.collect()
                    gc.freeze()  # the modules: a collection in a block then costs what the block has made
                for method in rng.sample(methods, len(methods)):
                    self.left, self.read_all = pages, asyncio.Event()
                    self.recorder = peers.recorders.get(method.partition("+")[0])
                    self.crawler.engine.scraper.concurrent_items = 100 if method.startswith("hundred") else 1
                    await asyncio.sleep(0.005)  # for what the block before leaves behind
                    gc.collect()
                    begun = time.process_time()
                    for number in range(pages):
                        target = TARGET.format(method=method, turn=turn, number=number)
                        yield Request(f"http://127.0.0.1:{port}/{target}", dont_filter=True, meta={"method": method})
                    await self.read_all.wait()
                    if turn >= 0:
                        spent[method].append(time.process_time() - begun)

        def parse(self, response: Any) -> None:
            if response.meta["method"].endswith("+read"):
                peers.read(response)
            self.left -= 1
            if not self.left:
                self.read_all.set()

    settings: dict[str, Any] = {"LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False}
    settings |= {"ROBOTSTXT_OBEY": False, "DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": TOGETHER}
    settings |= {"DOWNLOAD_HANDLERS": {"http": "benchmarks.archiving_peers.TurnsHandler"}, **peers.settings}
    process = CrawlerProcess(settings)
    process.crawl(Loopback)
    process.start()
    once = peers.close()
    return {"spent": spent, "kept": peers.kept(), "once": once}


if __name__ == "__main__":
    with TemporaryDirectory(prefix="imb-bench-") as place:
        port, seed, turns, pages = map(int, sys.argv[1:5])
        print(json.dumps(crawl(sys.argv[5:], port, seed, turns, pages, Path(place))))
