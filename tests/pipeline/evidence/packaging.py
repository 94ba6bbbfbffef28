"""Packages for tests: what they are asked for with, and one with everything in it, for tools by others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.evidence.archive import Archive
from pipeline.evidence.importing import import_archive
from pipeline.evidence.package.building import build_package
from pipeline.evidence.warc.writing import Exchange
from pipeline.model import Capture
from tests.pipeline.evidence.authority import Authority
from tests.pipeline.evidence.stamping import stamping_home

FACTS = {"exhibit": "12", "case": "26-CR-1", "requester": "County", "authority": "order", "exporter": "clerk"}
STRANGE = FACTS | {"case": "=CASE<1>"}  # a formula to a spreadsheet, a tag to a page
OLD_PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Lotus Spa</p>"
ABOUT = b"1 0 Old Office\nURL IP-address Archive-date Content-type Archive-length\n"
ARC = b"filedesc://old.arc 0.0.0.0 20120301120000 text/plain %d\n%s\n" % (
    len(ABOUT),
    ABOUT,
) + b"http://ads.example/old 127.0.0.1 20120301120001 text/html %d\n%s\n" % (len(OLD_PAGE), OLD_PAGE)


def captures_of(archive: Archive) -> list[Capture]:
    return [known.capture for known in archive.captures()]


def sealed_package(
    folder: Path, authority: Authority, make: Callable[..., Exchange], extra: Sequence[Exchange] = ()
) -> Path:
    """Own captures in two crawls, a redirect, an ARC file received from others; sealed and stamped."""
    home = stamping_home(folder, authority, more='operator = "unit 7"\n')
    archive = Archive(home)
    moved = "http://ads.example/moved"
    crawls = [
        [make(0), make(1, url=moved, status=302, body=b""), make(2, meta={"why": "listed", "redirected-from": moved})],
        [*(make(number) for number in range(3, 6)), *extra],
    ]
    for exchanges in crawls:
        crawl_id = archive.begin_crawl("board", {})
        for exchange in exchanges:
            archive.write("board", crawl_id, exchange)
        archive.end_crawl(crawl_id, {}, True, [])
        archive.sealer.close(grace=30)
    (folder / "old.arc").write_bytes(ARC)
    import_archive(archive, folder / "old.arc", "another office", lambda url: "board")
    captures = [known.capture for known in archive.captures() if known.capture.url != moved]
    return build_package(home, archive, captures, folder / "ex", FACTS).path
