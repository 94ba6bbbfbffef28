"""Processor time per page of a crawl over loopback: plain Scrapy, with our archive, with warcio in a middleware.

Each crawl is a process of its own (`python -m benchmarks.archiving METHOD PORT PAGES`), and so is the server.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from random import Random
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
}
PAGE = make_page(Random(4))[: 30 * 1024]
PROFILE = Path(__file__).parents[1] / "spiders/sites/city-board.toml"


def run(small: bool = False) -> Table:
    """Processor milliseconds per page of each crawl (start-up taken off), and its share over plain Scrapy."""
    pages, repeats = (20, 1) if small else (400, 3)
    with serving() as port:
        turns = [{method: _crawl(method, port, pages) for method in METHODS} for _ in range(repeats)]
    least = {method: min((turn[method] for turn in turns), key=lambda f: f["cpu"]) for method in METHODS}
    plain = least["plain"]["cpu"]
    lines: list[tuple[Cell, ...]] = [
        (name, least[m]["cpu"] / pages * 1e3, least[m]["cpu"] / plain - 1, least[m]["bytes"] / pages)
        for m, name in METHODS.items()
    ]
    columns = ("crawl", "CPU ms per page", "over plain", "bytes kept per page")
    note = (
        f"{pages:,} pages of {len(PAGE) / 1024:.0f} KB, best of {repeats}, in turns. Ours: request, response and "
        "metadata with digests, journal with its chain, fsync once a second. warcio: request and response"
    )
    return Table("Archiving", columns, tuple(lines), (note,))


class serving:  # noqa: N801
    """Every path answers with the same page, from a thread of this process; gives the port."""

    def __enter__(self) -> int:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(PAGE)))
                self.end_headers()
                self.wfile.write(PAGE)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return int(self.server.server_address[1])

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def _crawl(method: str, port: int, pages: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.archiving", method, str(port), str(pages)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    assert figures["pages"] == pages, figures
    return figures


def crawl(method: str, port: int, pages: int, folder: Path) -> dict[str, float]:
    """Run one crawl in this process. `cpu`: seconds from the first request to the end."""
    from scrapy import Request, Spider
    from scrapy.crawler import CrawlerProcess

    class Loopback(Spider):  # type: ignore[misc]
        name = "loopback"
        read = 0

        async def start(self) -> Any:
            for number in range(pages):
                yield Request(f"http://127.0.0.1:{port}/page/{number}", dont_filter=True)

        def parse(self, response: Any) -> None:
            type(self).read += 1

    settings: dict[str, Any] = {"LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False}
    settings |= {"ROBOTSTXT_OBEY": False, "DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 8}
    prepare = {"wire": _with_wire, "ours": _with_archive, "flushed": _with_flushed, "warcio": _with_warcio}
    close = prepare.get(method, _plain)(Loopback, settings, folder)
    process = CrawlerProcess(settings)
    process.crawl(Loopback)
    before = _cpu()
    process.start()
    close()
    spent = _cpu() - before
    kept = sum(p.stat().st_size for p in folder.rglob("*.warc.gz"))
    return {"cpu": spent, "pages": Loopback.read, "bytes": kept}


def _cpu() -> float:
    times = os.times()
    return times.user + times.system


def _plain(_spider: Any, _settings: dict[str, Any], _folder: Path) -> Any:
    return lambda: None


def _with_wire(_spider: Any, settings: dict[str, Any], _folder: Path) -> Any:
    """Our download handler without an archive behind it."""
    settings["DOWNLOAD_HANDLERS"] = {"http": "spiders.wire.WireHandler"}
    return lambda: None


def _with_flushed(spider: Any, settings: dict[str, Any], folder: Path) -> Any:
    return _with_archive(spider, settings, folder, "record")


def _with_archive(spider: Any, settings: dict[str, Any], folder: Path, fsync: str = "batch") -> Any:
    """Our download handler on a home of its own."""
    from pipeline.evidence.archive import Archive
    from pipeline.extract.profile import load_profile
    from pipeline.home import create_home
    from spiders.archive import Recorder
    from spiders.settings import BODY_LIMIT

    home = create_home(folder / "home", settings_text=f'fsync = "{fsync}"\n')
    archive, profile = Archive(home), load_profile(PROFILE)
    crawl_id = archive.begin_crawl(profile.id, {})
    spider.recorder = Recorder(archive, home.now, profile, crawl_id, "")
    settings["DOWNLOAD_HANDLERS"] = {"http": "spiders.archive.ArchivingHandler"}
    settings["IMB_BODY_LIMIT"] = BODY_LIMIT

    def close() -> None:
        archive.end_crawl(crawl_id, spider.recorder.counts.as_dict(), True, [])
        archive.close()

    return close


def _with_warcio(_spider: Any, settings: dict[str, Any], folder: Path) -> Any:
    """What a project without an archive of its own would write: a middleware that hands exchanges to warcio."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    file = (folder / "warcio.warc.gz").open("wb")
    writer = WARCWriter(file, gzip=True)

    def lines(headers: Any) -> list[tuple[str, str]]:
        return [(k.decode("latin-1"), v.decode("latin-1")) for k, values in headers.items() for v in values]

    class Keep:
        def process_response(self, request: Any, response: Any) -> Any:
            said = StatusAndHeaders(f"{response.status} OK", lines(response.headers), protocol="HTTP/1.1")
            kept = writer.create_warc_record(request.url, "response", payload=BytesIO(response.body), http_headers=said)
            asked = StatusAndHeaders(f"GET {request.url} HTTP/1.1", lines(request.headers), is_http_request=True)
            sent = writer.create_warc_record(request.url, "request", http_headers=asked)
            writer.write_request_response_pair(sent, kept)
            return response

    settings["DOWNLOADER_MIDDLEWARES"] = {Keep: 1}
    return file.close


if __name__ == "__main__":
    with TemporaryDirectory(prefix="imb-bench-") as place:
        print(json.dumps(crawl(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(place))))
