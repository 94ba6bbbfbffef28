"""Processor time per page of crawls over loopback: plain Scrapy, with our archive, with warcio instead.

The crawls take turns in one process, block by block, so that a neighbor on the machine burdens all of them alike:
`python -m benchmarks.archiving PORT BLOCKS PAGES METHOD…`, and the server is another process. A block's time is that
of all threads of the process, from its first request until its last page is read; its share is taken over the plain
block of the same turn.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.reading import make_page
from benchmarks.table import Cell, Table

METHODS = {
    "plain": "plain Scrapy",
    "wire": "… whose bytes are remembered",
    "ours": "Scrapy with our archive",
    "flushed": "… that flushes each record to the disk",
    "warcio": "Scrapy with warcio",
    "plain+read": "plain Scrapy, page read as an ad",
    "ours+read": "Scrapy with our archive, page read as an ad",
    "plain+lean": "plain Scrapy, one task for the items of a page (default: 100)",
    "ours+lean": "Scrapy with our archive, one task: as our crawls run",
}
PAGE = make_page(Random(4))[: 30 * 1024]
HEAD = b"HTTP/1.1 200 OK\r\nServer: test\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
PROFILE = Path(__file__).parents[1] / "spiders/sites/city-board.toml"
FULL = True  # 20,000 pages each way
SETTLE = 0.01  # seconds between blocks, for what a block leaves behind


def run(small: bool = False, full: bool = False) -> Table:
    """Processor milliseconds per page of each crawl, and its share over plain Scrapy (median of the turns)."""
    blocks, pages = (2, 10) if small else (200, 100) if full else (30, 100)
    with serving() as port:
        figures = _measure(port, blocks, pages)
    spent, kept = figures["spent"], figures["kept"]
    shares = {m: median(a / b - 1 for a, b in zip(times, spent[_peer(m)], strict=True)) for m, times in spent.items()}
    lines: list[tuple[Cell, ...]] = [
        (name, median(spent[m]) / pages * 1e3, shares[m], kept.get(m)) for m, name in METHODS.items()
    ]
    columns = ("crawl", "CPU ms per page", "over plain", "bytes kept per page")
    note = (
        f"{blocks * pages:,} pages of {len(PAGE) / 1024:.0f} KB each way, in blocks of {pages}, in turns in one "
        "process. Ours: request, response and metadata with digests, journal with its chain, fsync once a second, "
        f"seals. Beginning and ending a crawl: {figures['once'] * 1e3:.0f} ms, once. warcio: request and response"
    )
    return Table("Archiving", columns, tuple(lines), (note,))


def _peer(method: str) -> str:
    return "plain+read" if method.endswith("+read") else "plain"


def _measure(port: int, blocks: int, pages: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.archiving", str(port), str(blocks), str(pages), *METHODS]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


class serving:  # noqa: N801
    """Every path answers with the same page, from a thread of this process; gives the port."""

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
    answer = HEAD % len(PAGE) + PAGE

    def connection_made(self, transport: Any) -> None:
        self._transport, self._asked = transport, b""

    def data_received(self, data: bytes) -> None:
        self._asked += data
        while b"\r\n\r\n" in self._asked:
            self._asked = self._asked.partition(b"\r\n\r\n")[2]
            self._transport.write(self.answer)


def crawl(methods: list[str], port: int, blocks: int, pages: int, folder: Path) -> dict[str, Any]:
    """Run all blocks in this process. Seconds by method and block, and the bytes that were kept."""
    from scrapy import Request, Spider
    from scrapy.crawler import CrawlerProcess

    from benchmarks.archiving_peers import Peers

    peers = Peers(folder, PROFILE)
    spent: dict[str, list[float]] = {method: [] for method in methods}

    class Loopback(Spider):  # type: ignore[misc]
        name = "loopback"
        recorder: Any = None

        async def start(self) -> Any:
            usual = self.crawler.engine.scraper.concurrent_items
            for turn in range(-1, blocks):  # the first turn, not counted, is for what happens once only
                for method in methods[turn % len(methods) :] + methods[: turn % len(methods)]:
                    await asyncio.sleep(SETTLE)
                    self.left, self.read_all = pages, asyncio.Event()
                    self.recorder = peers.recorders.get(method.partition("+")[0])
                    self.crawler.engine.scraper.concurrent_items = 1 if method.endswith("+lean") else usual
                    begun = time.process_time()
                    for number in range(pages):
                        url = f"http://127.0.0.1:{port}/{method}/{turn}/{number}"
                        yield Request(url, dont_filter=True, meta={"method": method})
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
    settings |= {"ROBOTSTXT_OBEY": False, "DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 8}
    settings |= {"DOWNLOAD_HANDLERS": {"http": "benchmarks.archiving_peers.TurnsHandler"}, **peers.settings}
    process = CrawlerProcess(settings)
    process.crawl(Loopback)
    process.start()
    once = peers.close()
    return {"spent": spent, "kept": peers.kept(), "once": once}


if __name__ == "__main__":
    with TemporaryDirectory(prefix="imb-bench-") as place:
        port, blocks, pages = map(int, sys.argv[1:4])
        print(json.dumps(crawl(sys.argv[4:], port, blocks, pages, Path(place))))
