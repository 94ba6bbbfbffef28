"""Homes whose seals are stamped by the authority of the tests, and crawls to seal in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from pipeline.evidence.archive import Archive
from pipeline.evidence.sealing.keys import make_key
from pipeline.evidence.warc.writing import Exchange
from pipeline.home import Home, create_home
from pipeline.model import Capture
from tests.pipeline.evidence.authority import Authority

Make = Callable[..., Exchange]
PATIENCE = 30  # seconds: of a test, not of an operator


def stamping_home(
    folder: Path, authority: Authority, *behaviors: str, certificates: str | Path = "", more: str = ""
) -> Home:
    """A home below `folder` with a key; `more` are further lines of its settings."""
    urls = ", ".join(authority.url(behavior) for behavior in behaviors or ("honest",))
    text = (
        f'timestamp_authorities = "{urls}"\ntimestamp_certificates = "{certificates or authority.root}"\n'
        f'fsync = "batch"\n{more}'
    )
    home = create_home(folder / "home", settings_text=text)
    make_key(home)
    return home


def crawl(archive: Archive, make: Make, pages: Iterable[int]) -> list[Capture]:
    """One finished crawl of these pages."""
    crawl_id = archive.begin_crawl("board", {})
    found = [archive.write("board", crawl_id, make(number)) for number in pages]
    archive.end_crawl(crawl_id, {}, True, [])
    return found


def finish(archive: Archive) -> None:
    archive.sealer.close(grace=PATIENCE)
    archive.close()
