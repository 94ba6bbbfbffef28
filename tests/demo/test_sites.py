"""The four sites as pure functions: each trap of the real ones, once."""

import re
from datetime import timedelta

import pytest

from demo import site_board, site_forum, site_parlor, site_town
from demo.ad_pages import respond
from demo.collector import CONSENT, target_of
from demo.markup import SUPPORT, Response, Shelf
from demo.postings import BOARD, FORUM, PARLOR, SITES, TOWN
from demo.state import Posting


def get(shelf: Shelf, site: str, target: str, cookies: dict[str, str] = CONSENT) -> Response:
    return respond(shelf, f"{site}.example", target, cookies, shelf.world.today)


def live(shelf: Shelf, site: str) -> list[Posting]:
    return [p for p in shelf.world.postings if p.site == site and p.live_on(shelf.world.today)]


@pytest.mark.parametrize("site", SITES)
def test_live_ads_answer_with_their_first_phone_somewhere(shelf: Shelf, site: str) -> None:
    for post in live(shelf, site)[:20]:
        answer = get(shelf, site, target_of(post, shelf.world.today))
        assert answer.status == 200
        assert SUPPORT[site].encode() in answer.body


@pytest.mark.parametrize("site", SITES)
def test_private_paths_are_forbidden_and_robots_says_so(shelf: Shelf, site: str) -> None:
    assert b"Disallow: /private/" in get(shelf, site, "/robots.txt").body
    assert get(shelf, site, "/private/account").status == 403
    assert b'href="/private/' in get(shelf, site, "/").body


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize(
    "target", ["/no/such/page", "/biz/x-999999", "/?page=x", "/forum/nowhere", "/springfield/Bodywork/?page=zz"]
)
def test_odd_requests_never_fail(shelf: Shelf, site: str, target: str) -> None:
    assert get(shelf, site, target).status in {200, 301, 302, 404}


def test_unknown_host(shelf: Shelf) -> None:
    assert respond(shelf, "elsewhere.example", "/", {}, shelf.world.today).status == 502


def test_consent_is_asked_for_and_passes_by_link(shelf: Shelf) -> None:
    path = "/springfield-massage-parlors-mo"
    asked = get(shelf, PARLOR, path, {})
    link = re.search(rb'class="enter" href="([^"]+)"', asked.body)
    assert link is not None
    passed = get(shelf, PARLOR, link[1].decode().replace("&amp;", "&"), {})
    assert (passed.status, passed.location) == (302, path)
    assert ("Set-Cookie", "consent=1; Path=/") in passed.headers
    assert b"main-row" in get(shelf, PARLOR, path).body


def test_closed_places_stay_listed_in_the_review_directory(shelf: Shelf) -> None:
    today = shelf.world.today
    closed = [
        p for p in shelf.world.postings
        if p.site == PARLOR and not p.live_on(today) and site_parlor.shown(shelf, p, today)
    ]  # fmt: skip
    assert closed
    page = get(shelf, PARLOR, site_parlor.url_of(closed[0], today)).body
    assert b"Permanently closed" in page
    assert get(shelf, PARLOR, f"/{closed[0].metro}-massage-parlors-mo").body.count(b"CLOSED") >= 1


def test_the_id_survives_a_rename_and_the_old_address_redirects(shelf: Shelf) -> None:
    renamed = [p for p in shelf.world.postings if p.site == PARLOR and len({v.name for v in p.versions}) > 1]
    assert renamed
    post, today = renamed[0], shelf.world.today
    old, new = site_parlor.url_of(post, post.posted.date()), site_parlor.url_of(post, today)
    assert old != new
    assert get(shelf, PARLOR, old).location == new
    assert post.posting_id in new


def test_pages_in_windows_1252(shelf: Shelf) -> None:
    pages = [get(shelf, PARLOR, site_parlor.url_of(p, shelf.world.today)) for p in live(shelf, PARLOR)]
    kinds = {dict(page.headers)["Content-Type"] for page in pages}
    assert kinds == {"text/html; charset=windows-1252", "text/html; charset=utf-8"}
    old = next(p for p in pages if "1252" in dict(p.headers)["Content-Type"] and b"\x93ok\x94" in p.body)
    assert "“ok”" in old.body.decode("cp1252")


def test_a_deleted_post_leaves_a_tombstone_then_410_then_404(shelf: Shelf) -> None:
    post = next(p for p in shelf.world.postings if p.site == BOARD and p.removed and p.removed < shelf.world.today)
    assert post.removed is not None
    found = []
    for days in (-1, 1, site_board.TOMBSTONE_DAYS + 1, site_board.GONE_DAYS + 1):
        answer = respond(shelf, f"{BOARD}.example", site_board.url_of(post), {}, post.removed + timedelta(days=days))
        found.append((answer.status, b"deleted_post" in answer.body))
    assert found == [(200, False), (200, True), (410, False), (404, False)]


def test_a_listing_that_repeats_itself(shelf: Shelf) -> None:
    first = get(shelf, BOARD, f"/{site_board.LOOPS}/Bodywork/?page=1").body
    count = len(site_board.listed(shelf, site_board.LOOPS, shelf.world.today))
    beyond = (count - 1) // site_board.ROWS + 2
    again = get(shelf, BOARD, f"/{site_board.LOOPS}/Bodywork/?page={beyond}").body
    urls = re.findall(rb'href="(/springfield/Bodywork/[^"]+\.html)"', first)
    assert urls
    assert set(re.findall(rb'href="(/springfield/Bodywork/[^"]+\.html)"', again)) <= set(urls)
    assert f"page={beyond + 1}".encode() in again


def test_listing_dates_lack_the_year_and_ads_have_it(shelf: Shelf) -> None:
    post = live(shelf, BOARD)[0]
    listing = get(shelf, BOARD, f"/{post.metro}/Bodywork/").body.decode()
    assert re.search(r'<div class="date">\w{3} \d\d \w{3}</div>', listing)
    ad = get(shelf, BOARD, site_board.url_of(post)).body.decode()
    assert re.search(r"Posted: \w+, \w+ \d+, 20\d\d \d+:\d\d [AP]M", ad)


def test_several_ads_on_a_forum_page(shelf: Shelf) -> None:
    counts = [
        get(shelf, FORUM, f"/thread/{thread}").body.count(b'class="post"')
        for metro in ("st-louis", "kansas-city", "springfield", "columbia")
        for thread in site_forum.threads(shelf, metro, shelf.world.today)
    ]
    assert max(counts) > 1


def test_a_directory_entry_that_left_redirects_to_the_list(shelf: Shelf) -> None:
    gone = next(p for p in shelf.world.postings if p.site == TOWN and not p.live_on(shelf.world.today))
    answer = get(shelf, TOWN, site_town.url_of(gone, shelf.world.today))
    assert (answer.status, answer.location) == (302, f"/massage/{gone.metro}")


def test_innocents_stand_in_the_review_directory_on_few_days_only(shelf: Shelf) -> None:
    passing = [p for p in shelf.world.postings if p.site == PARLOR and not shelf.shop(p).network]
    assert all(p.removed is not None and (p.removed - p.posted.date()).days <= 7 for p in passing)
    assert not [p for p in shelf.world.postings if p.site in {BOARD, FORUM} and not shelf.shop(p).network]


def test_no_ad_states_an_age(shelf: Shelf) -> None:
    for post in shelf.world.postings:
        text = " ".join(line for v in post.versions for line in (v.title, *v.body)).lower()
        assert not re.search(r"\bage\b|\byears?\b|\by/?o\b|\byrs?\b|school|teen|young|girl", text)
