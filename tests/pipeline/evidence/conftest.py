"""A home, hostile exchanges to archive in it, and an authority that stamps what is sealed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.evidence.archive import Archive
from pipeline.evidence.warc.writing import Exchange
from pipeline.home import Home, create_home
from tests.pipeline.evidence.authority import Authority, serving

SHARED_WARC = Path(__file__).parents[3] / "../shared/data/warc"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return create_home(tmp_path / "home", settings_text='fsync = "batch"\noperator = "unit 7"\n')


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with serving(tmp_path_factory.mktemp("authority")) as running:
        yield running


@pytest.fixture
def shared_warc() -> Path:
    if not SHARED_WARC.is_dir():
        pytest.skip("the web archives of other tools are not beside this checkout")
    return SHARED_WARC


def make_exchange(number: int = 1, **changes: object) -> Exchange:
    started = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC) + timedelta(seconds=number)
    body = f"<html><title>Lotus Spa {number}</title><p>Call 417-555-01{number % 100:02d}</p></html>".encode()
    plain = Exchange(
        url=f"http://ads.example/post/{number}?a=1&b=%C3%A9",
        method="GET",
        request_headers=[(b"Host", b"ads.example"), (b"User-Agent", b"imb")],
        request_body=b"",
        status=200,
        reason="OK",
        protocol="HTTP/1.1",
        response_headers=[
            (b"Content-Type", b"text/html; charset=utf-8"),
            (b"Set-Cookie", b"a=1"),
            (b"Set-Cookie", b"b=2"),
            (b"X-Place", b"caf\xe9"),
            (b"Date", b"Sun, 01 Mar 2026 12:00:07 GMT"),
        ],
        body=body,
        ip="127.0.0.1",
        started_at=started,
        received_at=started + timedelta(milliseconds=250),
        meta={"why": "listed on page 1"},
    )
    return plain._replace(**changes)


@pytest.fixture
def exchange() -> Callable[..., Exchange]:
    return make_exchange


@pytest.fixture
def archive(home: Home, exchange: Callable[..., Exchange]) -> Archive:
    """An archive of one crawl with four pages."""
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {"robots": "obeyed"})
    for number in range(4):
        archive.write("board", crawl_id, exchange(number))
    archive.end_crawl(crawl_id, {"pages": 4}, True, [])
    return archive
