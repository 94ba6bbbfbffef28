"""Whole crawls over real sockets: what the spider asks for, and when it stops."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import FixProfile
from pipeline.evidence.archive import Archive
from pipeline.extract.profile import UNSTATED_BASIS
from pipeline.home import Home, open_home
from spiders.run import run_crawl

Write = Callable[..., Path]
Later = Callable[[Home, str], Home]


def board(site: Any, ads: int = 6, per_page: int = 3, first: int = 1) -> None:
    """Listing pages /list, /list?page=2 … of ads first … first + ads - 1."""
    numbers = list(range(first, first + ads))
    pages = [numbers[i : i + per_page] for i in range(0, ads, per_page)]
    for n, page in enumerate(pages, 1):
        path = "/list" if n == 1 else f"/list?page={n}"
        site.listing(path, [site.ad(i) for i in page], f"/list?page={n + 1}" if n < len(pages) else "")


def ad_paths(first: int, last: int) -> list[str]:
    return [f"/ad/{i}.html" for i in range(first, last + 1)]


def failures(home: Home) -> list[tuple[str, str]]:
    return [(e.body["url"], e.body["reason"]) for e in Archive(home).journal.entries("failure")]


def test_follows_a_board_to_its_end_and_asks_for_each_page_once(site: Any, home: Home, profile: Write) -> None:
    board(site)
    seen: list[dict[str, Any]] = []
    result = run_crawl(home, profile(), progress=seen.append)
    assert result.healthy, result
    assert (result.ads, result.new, result.failures) == (6, 6, 0)
    assert sorted(site.paths()) == sorted(["/robots.txt", "/list", "/list?page=2", *ad_paths(1, 6)])
    assert seen[-1]["ads"] == 6
    last = Archive(home).last_crawl("tiny-board")
    assert last is not None and last.crawl_id == result.crawl_id and last.counts["found"] == 6

    journal, asked = home.journal.read_bytes(), len(site.log)
    again = run_crawl(home, profile())
    assert again.skipped_reason.startswith("not due before 20") and again.healthy and again.crawl_id == ""
    assert len(site.log) == asked and home.journal.read_bytes() == journal


def test_a_draft_s_legal_basis_is_written_before_anything_is_collected(site: Any, home: Home, profile: Write) -> None:
    path = profile()
    path.write_text(path.read_text().replace("synthetic pages of the test suite", UNSTATED_BASIS))
    with pytest.raises(FixProfile, match="legal_basis still says"):
        run_crawl(home, path, force=True)
    assert not site.log


def test_a_forced_run_stops_where_most_ads_are_known(site: Any, home: Home, profile: Write) -> None:
    board(site, ads=9)
    run_crawl(home, profile())
    site.log.clear()
    site.listing("/list", [site.ad(20), "/ad/1.html", "/ad/2.html"], "/list?page=2")  # a third is new
    result = run_crawl(home, profile(), force=True)
    assert sorted(site.paths()) == ["/ad/20.html", "/list", "/robots.txt"]
    assert (result.new, result.counts["known"]) == (1, 2)


def test_known_ads_are_seen_again_when_old_even_when_no_longer_listed(
    site: Any, home: Home, profile: Write, later: Later
) -> None:
    board(site, ads=3)
    site.listing("/list", [*ad_paths(1, 3), "/ad/4.html"])  # the fourth is a dead link
    run_crawl(later(home, "2026-11-02"), profile())
    site.log.clear()
    site.listing("/list", ["/ad/1.html"])
    site.html("/ad/2.html", "<html>This posting was deleted by its author</html>")
    result = run_crawl(later(home, "2026-11-09"), profile())
    assert sorted(site.paths()) == sorted(["/robots.txt", "/list", *ad_paths(1, 3)])
    assert (result.counts["revisited"], result.counts["tombstones"], result.new) == (3, 1, 0)


def test_a_list_that_repeats_itself_ends(site: Any, home: Home, profile: Write) -> None:
    links = [site.ad(i) for i in (1, 2)]
    for n in range(1, 9):
        site.listing("/list" if n == 1 else f"/list?page={n}", links[:: -1 if n % 2 else 1], f"/list?page={n + 1}")
    result = run_crawl(home, profile())
    assert [p for p in site.paths() if p.startswith("/list")] == ["/list", "/list?page=2"]
    assert result.counts["repeats"] == 1 and result.healthy


def test_limits_of_depth_and_pages_and_a_crawl_that_found_too_little(site: Any, home: Home, profile: Write) -> None:
    board(site, ads=12)
    result = run_crawl(home, profile(depth=2, max_pages=5, min_ads=7))
    assert sorted(site.paths()) == sorted(["/robots.txt", "/list", "/list?page=2", *ad_paths(1, 3)])
    assert result.counts["left_out"] == 3 and result.counts["found"] == 6
    assert result.problems == ("too few ads: 6 found, at least 7 expected",)
    [entry] = Archive(home).journal.entries("crawl_failed")
    assert entry.body["crawl_id"] == result.crawl_id and entry.body["problems"] == list(result.problems)


def test_consent_is_given_once_and_the_wanted_page_asked_again(site: Any, home: Home, profile: Write) -> None:
    board(site)
    site.html("/thanks", "<html>Welcome</html>")
    site.wants_consent = True
    result = run_crawl(home, profile())
    assert site.paths()[:5] == ["/robots.txt", "/list", "/agree?to=/list", "/thanks", "/list"]
    assert (result.ads, result.counts["consents"], result.failures) == (6, 1, 0)
    assert b"Cookie: agreed=1; seen=yes" in site.log[-1].request


def test_consent_that_cannot_be_passed_is_a_failure_not_a_loop(site: Any, home: Home, profile: Write) -> None:
    site.html("/list", "<html><form class='agree'></form><a class='enter' href='/yes'>Enter</a></html>")
    site.html("/yes", "<html>thank you</html>")
    result = run_crawl(home, profile())
    assert site.paths().count("/list") == 3 and result.failures == 1
    assert not result.healthy


def test_what_is_followed_and_what_is_not(site: Any, home: Home, profile: Write) -> None:
    site.robots("User-agent: imb-collector\nDisallow: /private\n\nUser-agent: *\nDisallow: /\n")
    links = [
        "/ad/1.html",
        "/private/2.html",
        "/ad/gone.html",
        "http://elsewhere.example/ad/3.html",
        "/old/4.html",
        "/out",
        "/redesigned",
    ]
    site.listing("/list", links)
    site.html("/ad/1.html", f"<html><div class='posting'>Open late</div><a class='other' href='{site.ad(7)}'>more</a>")
    site.html("/old/4.html", "", 301, ("Location", site.ad(4)))
    site.html("/redesigned", "<html><p>Nothing the profile knows</p></html>")
    site.html("/out", "", 302, ("Location", "http://elsewhere.example/"))
    result = run_crawl(home, profile())
    fetched = [
        "/ad/1.html",
        "/ad/4.html",
        "/ad/7.html",
        "/ad/gone.html",
        "/list",
        "/old/4.html",
        "/out",
        "/redesigned",
        "/robots.txt",
    ]
    assert sorted(site.paths()) == fetched
    counts = result.counts
    assert (counts["robots_forbidden"], counts["gone"], result.failures, result.ads) == (1, 1, 0, 3)
    assert counts["unread"] == 1
    assert counts["off_site"] == 1  # the target of a redirect; the link is no item of the listing in the first place
    assert failures(home) == [
        (f"{site.root}/private/2.html", "robots_forbidden"),
        ("http://elsewhere.example/", "off_site"),
    ]


def test_robots_that_cannot_be_had_forbid_everything(site: Any, home: Home, profile: Write) -> None:
    board(site)
    site.html("/robots.txt", "User-agent: *\nAllow: /", 500)
    result = run_crawl(home, profile())
    assert set(site.paths()) == {"/robots.txt"} and not result.healthy
    assert "robots.txt forbids every page" in result.problems[0]


def test_a_bot_wall_ends_the_crawl(site: Any, home: Home, profile: Write) -> None:
    board(site, ads=30, per_page=30)
    for path in ad_paths(1, 30):
        site.html(path, "<html>Checking your browser before you enter</html>", 403)
    result = run_crawl(home, profile(together=1))
    assert 3 <= result.counts["bot_walls"] < 10
    assert not result.healthy and result.problems[0].startswith("a bot wall was met")
    assert Archive(home).last_crawl("tiny-board") is None  # so it is due again
    assert len(list(Archive(home).captures())) == len(site.log)  # and what came is kept


def test_only_the_addresses_asked_for(site: Any, home: Home, profile: Write) -> None:
    board(site)
    result = run_crawl(home, profile(min_ads=5), urls=[f"{site.root}/ad/2.html"])
    assert site.paths() == ["/robots.txt", "/ad/2.html"] and result.healthy and result.ads == 1


def test_every_request_goes_through_the_proxy(site: Any, home: Home, tmp_path: Path, profile: Write) -> None:
    board(site, ads=1)
    text = profile().read_text(encoding="utf-8").replace(site.root, "http://board.example")
    path = tmp_path / "tiny-board.toml"
    path.write_text(text.replace('["127.0.0.1"]', '["board.example"]'), encoding="utf-8")
    (home.root / "imb.toml").write_text(f"proxy = 'http://us:secret@127.0.0.1:{site.port}'\n")
    for route in list(site.routes):
        site.routes[f"http://board.example{route}"] = site.routes[route]
    result = run_crawl(open_home(home.root), path)
    names = ("/robots.txt", "/list", "/ad/1.html")
    assert site.paths() == [f"http://board.example{name}" for name in names]
    assert result.ads == 1 and all(b"Proxy-Authorization: Basic" in e.request for e in site.log)
    for file in home.archive.glob("warc/*/*/*.warc.gz"):
        with gzip.open(file) as stored:  # the password is ours, and no part of the exchange
            assert b"roxy-" not in stored.read()
    assert "secret" not in Path(result.log).read_text() and b"secret" not in home.journal.read_bytes()
