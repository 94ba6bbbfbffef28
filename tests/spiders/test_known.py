"""New, captured in this round, recent or due again: by what the archive's journal says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.evidence.archive import Archive
from pipeline.evidence.warc.writing import Exchange
from pipeline.extract.profile import Revisit, SiteProfile
from pipeline.home import Home
from spiders.known import load_known, round_began

PROFILE = SiteProfile("tiny-board", "illicit", ("board.example",), "synthetic", revisit=Revisit(24, 48, 0.7, 9))
URL = "http://board.example/ad/"


def at(home: Home, day: int) -> Home:
    """The home on a simulated day of November."""
    settings = replace(home.settings, simulated_today=f"2026-11-{day:02}")
    return replace(home, demo=True, settings=settings)


@contextmanager
def crawl(home: Home, ends: str = "finished", **counts: int) -> Iterator[Any]:
    archive = Archive(home)
    crawl_id = archive.begin_crawl("tiny-board", {})

    def keep(page: str, status: int = 200, site: str = "tiny-board") -> str:
        now = home.now()
        exchange = Exchange(URL + page, "GET", [], b"", status, "", "HTTP/1.1", [], b"x", "", now, now)
        return archive.write(site, crawl_id, exchange).capture_id

    yield keep
    if ends:
        archive.end_crawl(crawl_id, counts, ends == "finished", [])
    archive.close()


def standings(home: Home, *pages: str) -> list[str]:
    known = load_known(Archive(home), PROFILE)
    return [known.standing(URL + page) for page in pages]


def test_by_age(home: Home) -> None:
    with crawl(at(home, 2)) as keep:
        keep("1")
        keep("2", 404)
    assert standings(at(home, 3), "1", "2", "3") == ["recent", "recent", "new"]
    assert standings(at(home, 5), "1", "2", "3") == ["stale", "stale", "new"]
    known = load_known(Archive(at(home, 5)), PROFILE)
    assert [c.url for c in known.stale()] == [URL + "1"]  # what was gone is not asked again by itself


def test_what_broke_off_is_asked_again_also_when_recovery_journalled_it(home: Home) -> None:
    archive = Archive(at(home, 5))
    crawl_id = archive.begin_crawl("tiny-board", {})
    now = archive.home.now()
    whole = Exchange(URL + "1", "GET", [], b"", 200, "", "HTTP/1.1", [], b"x", "", now, now)
    archive.put("tiny-board", crawl_id, whole)
    archive.put("tiny-board", crawl_id, whole._replace(url=URL + "2", truncated="disconnect"))
    Archive(at(home, 5)).recover()
    assert standings(at(home, 6), "1", "2") == ["resumed", "new"]


def test_captures_of_other_sites_do_not_count(home: Home) -> None:
    with crawl(at(home, 2)) as keep:
        keep("1", site="tiny-board-2")
    assert standings(at(home, 2), "1") == ["new"]


@pytest.mark.parametrize("ends", ["", "failed"])
def test_a_round_goes_on_until_a_healthy_end(home: Home, ends: str) -> None:
    with crawl(at(home, 2)) as keep:
        keep("0")
    with crawl(at(home, 5), ends) as keep:
        keep("1")
        keep("2", 503)
        keep("3", 301)
        keep("4", 410)
    known = load_known(Archive(at(home, 6)), PROFILE)
    assert [known.standing(URL + str(n)) for n in range(6)] == ["stale", "resumed", "new", "new", "resumed", "new"]
    assert [known.is_new(URL + str(n)) for n in range(3)] == [False, True, True]
    with crawl(at(home, 6)):
        pass
    assert standings(at(home, 6), "0", "1", "2") == ["stale", "recent", "recent"]


def test_a_page_limit_does_not_complete_a_round(home: Home) -> None:
    with crawl(at(home, 5), left_out=3) as keep:
        keep("1")
    assert standings(at(home, 6), "1") == ["resumed"]


def test_an_old_interruption_is_no_round_any_more(home: Home) -> None:
    with crawl(at(home, 2), "failed"):
        pass
    now = at(home, 3).now()
    assert round_began(Archive(home), "tiny-board", PROFILE.revisit, now) is not None
    assert round_began(Archive(home), "tiny-board", PROFILE.revisit, now + timedelta(days=3)) is None
    assert round_began(Archive(home), "another", PROFILE.revisit, datetime(2026, 11, 2, tzinfo=UTC)) is None


def test_a_held_capture_is_not_fetched_again(home: Home) -> None:
    with crawl(at(home, 2)) as keep:
        held = keep("1")
    archive = Archive(at(home, 9))
    archive.block(held, "suspected minor")
    known = load_known(archive, PROFILE)
    assert known.standing(URL + "1") == "recent" and list(known.stale()) == []
