"""parlor-guide.example: a review directory. Ids survive a rename; closed places stay listed; consent is asked for."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import escape
from urllib.parse import quote

from demo.markup import (
    Response,
    Shelf,
    address_lines,
    draw,
    frame,
    html,
    not_found,
    pages_of,
    phones_html,
    redirect,
)
from demo.places import METROS
from demo.postings import PARLOR
from demo.state import Posting
from demo.wording import REVIEWS

ROWS = 20
LIST_LAG = timedelta(days=120)  # after a rename the list links the old address for so long: it redirects
LIST = re.compile(r"^/(?P<metro>[a-z-]+?)-massage-parlors-mo(?:-(?P<page>\d+))?$")
PLACE = re.compile(r"^/place-(?P<slug>.+)-mo-(?P<id>\d+)$")


def answer(shelf: Shelf, path: str, query: dict[str, str], cookies: dict[str, str], on: date) -> Response:
    """The page of a path on a day."""
    if "i_agree_notice" in query:
        return redirect(query.get("to") or "/", 302, (("Set-Cookie", "consent=1; Path=/"),))
    if path == "/robots.txt":
        return Response(200, (("Content-Type", "text/plain"),), b"User-agent: *\nDisallow: /private/\n")
    if "consent" not in cookies:
        return _consent(path)
    if path == "/":
        return html(frame(PARLOR, "All areas", f'<div id="container"><ul id="states">{_areas()}</ul></div>'))
    if (found := LIST.match(path)) and found["metro"] in METROS:
        return _listing(shelf, found["metro"], int(found["page"] or 1), on)
    if (found := PLACE.match(path)) and (post := shelf.by_id.get((PARLOR, found["id"]))) and shown(shelf, post, on):
        return _place(shelf, post, path, on)
    return not_found(PARLOR)


def shown(shelf: Shelf, post: Posting, on: date) -> bool:
    """Closed places stay listed; the passing entries of innocent ones are taken down."""
    return post.posted.date() <= on and (post.live_on(on) or bool(shelf.shop(post).network))


def url_of(post: Posting, on: date) -> str:
    name = post.version_on(on).name
    words = "-".join("".join(c if c.isalnum() else " " for c in f"{name} {post.city}".lower()).split())
    return f"/place-{words}-mo-{post.posting_id}"


def _areas() -> str:
    return "".join(
        f'<li class="item-mainstate-li"><a href="/{slug}-massage-parlors-mo">{name}</a></li>'
        for slug, name in METROS.items()
    )


def _consent(path: str) -> Response:
    main = (
        '<form class="agree" method="get" action="/"><p>You must accept the terms of this site to go on.</p>'
        f'<a class="enter" href="/?i_agree_notice=1&amp;to={quote(path)}">I agree, enter</a></form>'
    )
    return html(frame(PARLOR, "Notice", main))


def _listing(shelf: Shelf, metro: str, page: int, on: date) -> Response:
    posts = [p for p in shelf.by_metro.get((PARLOR, metro), []) if shown(shelf, p, on)]
    rows, more = pages_of(posts, page, ROWS)
    base = f"/{metro}-massage-parlors-mo"
    body = "".join(_row(shelf, p, on) for p in rows) or '<p class="none">no results</p>'
    links = "".join(f'<a href="{base}-{n}">{n}</a> ' for n in range(2, (len(posts) - 1) // ROWS + 2))
    turn = f'<a class="next" href="{base}-{page + 1}">Next</a>' if more else ""
    main = (
        f'<div id="container"><h1>Massage parlors in {METROS[metro]} - {len(posts)}</h1>{body}'
        f'<div class="pagination">{links}{turn}</div></div>'
    )
    return html(frame(PARLOR, f"Massage parlors in {METROS[metro]}", main))


def _row(shelf: Shelf, post: Posting, on: date) -> str:
    version, place = post.version_on(on), shelf.shop(post).premises
    street, city = address_lines(place, post.posting_id)
    closed = ' <b class="shut">CLOSED</b>' if not post.live_on(on) else ""
    return (
        f'<div class="main-row"><a class="th-a" href="{url_of(post, on - LIST_LAG)}">{escape(version.name)}</a>'
        f'{closed} <i class="phonenumberrow">{phones_html(version, post.posting_id)}</i>'
        f"<br>{escape(street)}<br>{escape(city.replace(' MO ', ' MO, '))}</div>\n"
    )


def _place(shelf: Shelf, post: Posting, path: str, on: date) -> Response:
    if path != url_of(post, on):
        return redirect(url_of(post, on))
    version, place = post.version_on(on), shelf.shop(post).premises
    street, city = address_lines(place, post.posting_id)
    status = "Open" if post.live_on(on) else "Permanently closed"
    count, reviews = _reviews(post, on)
    email = f'<tr><td>E-mail: <span id="qe_email">{escape(version.email)}</span></td></tr>' if version.email else ""
    chat = f"<tr><td>WeChat: <span>{escape(version.handle.removeprefix('wechat:'))}</span></td></tr>"
    main = (
        f'<div id="place"><h1 class="titlu">{escape(version.name)}</h1><div class="status">{status}</div>'
        f'<div class="loc-left-left"><span class="street">{escape(street)}</span><br>'
        f'<span class="citystate">{escape(city)}</span></div>'
        f'<div class="loc-left-right"><span id="qe_phone_number"><span class="m_hide">'
        f"{phones_html(version, post.posting_id)}</span></span></div>"
        f'<div class="loc-hours-operation-item">{escape(version.hours)}</div>'
        f'<div id="loc-right-tabl"><table><tr><td>Type: <span>Massage parlor</span></td></tr>{email}'
        f"{chat if version.handle else ''}</table></div>"
        f'<a class="l_nr_reviews" href="/private/reviews-{post.posting_id}">{count} reviews</a>{reviews}</div>'
    )
    charset = "windows-1252" if int(post.posting_id) % 3 == 0 else "utf-8"
    return html(frame(PARLOR, f"{version.name} in {city}", main, charset), charset=charset)


def _reviews(post: Posting, on: date) -> tuple[int, str]:
    rng = draw("reviews", post.posting_id)
    day, last, rows = post.posted.date(), post.removed or on, []
    while (day := day + timedelta(days=rng.randrange(20, 70))) <= min(on, last):
        text = rng.choice(REVIEWS)
        rows.append(f'<div class="review"><span class="when">{day:%B %d, %Y}</span><p>{text} – “ok”</p></div>')
    return len(rows), "".join(rows[-4:])
