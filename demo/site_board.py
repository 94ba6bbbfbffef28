"""city-board.example: a classified board. Dates on the listing lack the year; a deleted post leaves a tombstone."""

from __future__ import annotations

import re
from datetime import date
from html import escape

from demo.markup import Response, Shelf, ad_text, frame, html, not_found, pages_of
from demo.places import METROS
from demo.postings import BOARD
from demo.state import Posting

ROWS = 25
SECTION = "Bodywork"
LOOPS = "springfield"  # the page after this area's last one repeats its first
LIST = re.compile(rf"^/(?P<metro>[a-z-]+)/{SECTION}/?$")
AD = re.compile(rf"^/(?P<metro>[a-z-]+)/{SECTION}/(?P<slug>[^/]+)/(?P<id>\d+)\.html$")
TOMBSTONE_DAYS, GONE_DAYS = 45, 120


def answer(shelf: Shelf, path: str, query: dict[str, str], cookies: dict[str, str], on: date) -> Response:
    """The page of a path on a day."""
    if path == "/robots.txt":
        return Response(200, (("Content-Type", "text/plain"),), b"User-agent: *\nDisallow: /private/\n")
    if path == "/":
        links = "".join(f'<li><a href="/{slug}/{SECTION}/">{name}</a></li>' for slug, name in METROS.items())
        return html(frame(BOARD, "Areas", f'<div class="geoUnit"><ul>{links}</ul></div>'))
    if (found := LIST.match(path)) and found["metro"] in METROS:
        page = query.get("page", "1")
        return _listing(shelf, found["metro"], int(page) if page.isdigit() else 1, on)
    if (found := AD.match(path)) and (post := shelf.by_id.get((BOARD, found["id"]))):
        return _ad(shelf, post, on)
    return not_found(BOARD)


def url_of(post: Posting) -> str:
    return f"/{post.metro}/{SECTION}/{post.slug}/{post.posting_id}.html"


def listed(shelf: Shelf, metro: str, on: date) -> list[Posting]:
    """Live posts, newest first, and those deleted in the last two days: the list lags behind."""
    posts = shelf.by_metro.get((BOARD, metro), [])
    return [
        p
        for p in posts
        if p.live_on(on) or (p.removed is not None and p.posted.date() <= on and 0 <= (on - p.removed).days < 2)
    ]


def _listing(shelf: Shelf, metro: str, page: int, on: date) -> Response:
    posts = listed(shelf, metro, on)
    rows, more = pages_of(posts, page, ROWS)
    if metro == LOOPS:
        more = bool(posts)
        rows = rows or posts[:ROWS]
    parts = [
        f'<div class="date">{p.posted:%a %d %b}</div><div class="cat"><a href="{url_of(p)}">'
        f"{escape(p.version_on(on).title)}</a> <b>( {escape(p.city)} )</b></div>\n"
        for p in rows
    ]
    if page == 1:
        old = f"/{metro}/{SECTION}/spring-special/{3_999_000 + len(metro)}.html"
        parts.insert(len(parts) // 2, f'<div class="cat"><a href="{old}">Spring special</a> <b>( area )</b></div>\n')
    turn = f'<div class="pagination"><a href="/{metro}/{SECTION}/?page={page + 1}">Next</a></div>' if more else ""
    crumb = f'<div id="cookieCrumb"><a href="/">{BOARD}</a> &gt; {METROS[metro]} &gt; {SECTION}</div>'
    main = f'<div id="pageBackground">{crumb}<div class="mainBody">{"".join(parts)}{turn}</div></div>'
    return html(frame(BOARD, f"{METROS[metro]} {SECTION.lower()}", main))


def _ad(shelf: Shelf, post: Posting, on: date) -> Response:
    if on < post.posted.date():
        return not_found(BOARD)
    if not post.live_on(on):
        return _gone(post, on)
    version, shop = post.version_on(on), shelf.shop(post)
    others = [p for p in shelf.by_shop[BOARD, post.storefront_id] if p is not post and p.live_on(on)]
    links = "".join(f'<li><a href="{url_of(p)}">{escape(p.version_on(on).title)}</a></li>' for p in others)
    other = f'<div id="OtherAdsByThisUser"><h4>Other ads by this user</h4><ul>{links}</ul></div>' if others else ""
    main = (
        f'<div id="pageBackground"><div id="cookieCrumb"><a href="/">{BOARD}</a> &gt; '
        f'<a href="/{post.metro}/{SECTION}/">{METROS[post.metro]}</a></div><div class="mainBody">'
        f'<div id="postingTitle"><h2>{escape(version.title)}</h2></div>'
        f'<div class="adInfo">Posted: {_moment(post)}</div>'
        f'<div class="posting"><div class="postingBody">{ad_text(post, version, shop.premises)}</div>'
        f'<div class="attributes">• Post ID: {post.posting_id}<br>• Location: <span class="loc">'
        f"{escape(post.city)}, MO</span></div></div>{other}"
        f'<p><a href="/private/report?ad={post.posting_id}">Report ad</a></p></div></div>'
    )
    return html(frame(BOARD, version.title, main))


def _moment(post: Posting) -> str:
    when = post.posted
    hour = when.hour % 12 or 12
    return f"{when:%A, %B} {when.day}, {when.year} {hour}:{when:%M} {'PM' if when.hour >= 12 else 'AM'}"


def _gone(post: Posting, on: date) -> Response:
    assert post.removed is not None
    days = (on - post.removed).days
    if days < TOMBSTONE_DAYS:
        words = '<div id="deleted_post"><p>This posting was deleted by its author.</p></div>'
        return html(frame(BOARD, "Deleted", f'<div id="pageBackground">{words}</div>'))
    if days < GONE_DAYS:
        return not_found(BOARD, "This posting has been removed", 410)
    return not_found(BOARD)
