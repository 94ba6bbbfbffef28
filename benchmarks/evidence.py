"""Pages archived and records verified per second of processor time, beside the raw limit and the readers of others."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from benchmarks.reading import make_page
from benchmarks.table import Cell, Table
from pipeline.evidence.archive import Archive
from pipeline.evidence.verify import verify_home
from pipeline.evidence.warc.writing import Exchange, WarcWriter
from pipeline.home import Home, create_home

SIZE = 30 * 1024  # bytes of a page
SENT = b"GET /page HTTP/1.1\r\nHost: board.example\r\nUser-Agent: imb\r\nAccept-Encoding: gzip, deflate, br\r\n\r\n"
LINES = (("Server", "test"), ("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(SIZE)))
HEAD = "\r\n".join(["HTTP/1.1 200 OK", *(f"{n}: {v}" for n, v in LINES), "", ""]).encode()


def run(small: bool = False) -> Table:
    """Pages per second (written) and records per second (read), each with its share of the reference."""
    count, repeats = (40, 1) if small else (1_500, 3)
    rng = Random(5)
    pages = [make_page(rng)[:SIZE] for _ in range(20)]
    with TemporaryDirectory(prefix="imb-bench-") as place:
        home = create_home(Path(place) / "home", settings_text='fsync = "batch"\n')
        lines = [*writing(home, pages, count, repeats), *reading(home, repeats)]
    note = f"{count:,} pages of {SIZE // 1024} KB, three records each, journal with fsync by batch, best of {repeats}"
    return Table("Evidence", ("what", "per second of CPU", "share", "bytes per page"), tuple(lines), (note,))


def writing(home: Home, pages: list[bytes], count: int, repeats: int) -> list[tuple[Cell, ...]]:
    turns = [pages[n % len(pages)] for n in range(count)]
    packer = import_module("zlib_ng.zlib_ng")
    raw, packed = rate(lambda: sum(len(packer.compress(page, 6, 31)) for page in turns), count, repeats)
    theirs, by_them = rate(lambda: write_warcio(turns), count, repeats)
    bare, own = rate(lambda: write_records(home, turns), count, repeats)
    whole, kept = rate(lambda: archive(home, turns), count, repeats)
    return [
        ("raw zlib-ng, level 6: bodies only", raw, 1.0, packed / count),
        ("warcio: request, response", theirs, theirs / raw, by_them / count),
        ("ours: request, response, metadata", bare, bare / raw, own / count),
        ("ours, journalled", whole, whole / raw, kept / count),
    ]


def reading(home: Home, repeats: int) -> list[tuple[Cell, ...]]:
    files = sorted((home.archive / "warc").glob("*/*/*.gz"))
    checked = verify_home(home).records
    ours, _ = rate(lambda: verify_home(home).found, checked, repeats)
    slow, _ = rate(lambda: read_warcio(files), checked, repeats)
    fast, _ = rate(lambda: read_fastwarc(files), checked, repeats)
    return [
        ("fastwarc: block digests", fast, 1.0, None),
        ("warcio: digests", slow, slow / fast, None),
        ("ours: verify, journal and records", ours, ours / fast, None),
    ]


def rate(work: Callable[[], int], things: int, repeats: int) -> tuple[float, int]:
    """Things per second of processor time in the best of the repeats, and what the work returned."""
    least, result = float("inf"), 0
    for _ in range(repeats):
        begun = time.process_time()
        result = work()
        least = min(least, time.process_time() - begun)
    return things / max(least, 1e-9), result


def write_records(home: Home, pages: list[bytes]) -> int:
    path = home.root / "work" / "bare.warc.gz"
    path.unlink(missing_ok=True)
    writer = WarcWriter(path, {}, home.now())
    for number, page in enumerate(pages):
        writer.write(exchange(home, number, page))
    writer.close()
    return writer.size


def archive(home: Home, pages: list[bytes]) -> int:
    kept = Archive(home)
    crawl_id = kept.begin_crawl("board", {})
    stored = [kept.write("board", crawl_id, exchange(home, number, page)).length for number, page in enumerate(pages)]
    kept.end_crawl(crawl_id, {}, True, [])
    kept.close()
    return sum(stored)


def exchange(home: Home, number: int, page: bytes) -> Exchange:
    now, url = home.now(), f"http://board.example/page/{number}"
    about = {"why": "listed", "lawful-basis": "synthetic", "egress": "direct"}
    fixed = ((), b"", 200, "OK", "HTTP/1.1", (), page, "127.0.0.1", now, now, None, about, SENT, HEAD)
    return Exchange(url, "GET", *fixed)


def write_warcio(pages: list[bytes]) -> int:
    target = BytesIO()
    writer = WARCWriter(target, gzip=True)
    for number, page in enumerate(pages):
        url = f"http://board.example/page/{number}"
        said = StatusAndHeaders("200 OK", list(LINES), protocol="HTTP/1.1")
        kept = writer.create_warc_record(url, "response", payload=BytesIO(page), http_headers=said)
        asked = StatusAndHeaders("GET /page HTTP/1.1", [("Host", "board.example")], is_http_request=True)
        sent = writer.create_warc_record(url, "request", http_headers=asked)
        writer.write_request_response_pair(sent, kept)
    return target.tell()


def read_warcio(files: list[Path]) -> int:
    read = 0
    for file in files:
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                record.raw_stream.read()
                read += 1
    return read


def read_fastwarc(files: list[Path]) -> int:
    return sum(
        record.verify_block_digest() for file in files for record in FastIterator(file.open("rb"), parse_http=False)
    )
