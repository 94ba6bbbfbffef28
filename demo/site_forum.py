"""body-forum.example: threads of an area and half-month; each post on a thread's page is an ad of its own."""

from __future__ import annotations

import re
from datetime import date
from html import escape

from demo.markup import Response, Shelf, ad_text, frame, html, not_found, pages_of
from demo.places import METROS
from demo.postings import FORUM
from demo.state import Posting

POSTS, THREADS = 8, 15
LIST = re.compile(r"^/forum/(?P<metro>[a-z-]+)/?$")
THREAD = re.compile(r"^/thread/(?P<thread>[a-z-]+-\d{6}[ab])$")


def answer(shelf: Shelf, path: str, query: dict[str, str], cookies: dict[str, str], on: date) -> Response:
    """The page of a path on a day."""
    page = int(query["page"]) if query.get("page", "").isdigit() else 1
    if path == "/robots.txt":
        return Response(200, (("Content-Type", "text/plain"),), b"User-agent: *\nDisallow: /private/\n")
    if path == "/":
        links = "".join(f'<li><a href="/forum/{slug}">{name}</a></li>' for slug, name in METROS.items())
        return html(frame(FORUM, "Forums", f'<ul class="forums">{links}</ul>'))
    if (found := LIST.match(path)) and found["metro"] in METROS:
        return _listing(shelf, found["metro"], page, on)
    if (found := THREAD.match(path)) and (posts := in_thread(shelf, found["thread"], on)):
        return _thread(shelf, found["thread"], posts, page, on)
    return not_found(FORUM)


def in_thread(shelf: Shelf, thread: str, on: date) -> list[Posting]:
    return [p for p in shelf.by_thread.get(thread, []) if p.live_on(on)]


def threads(shelf: Shelf, metro: str, on: date) -> list[str]:
    """Threads of an area that still hold a post, newest first."""
    names = dict.fromkeys(p.thread for p in shelf.by_metro.get((FORUM, metro), []) if p.live_on(on))
    return sorted(names, reverse=True)


def thread_pages(shelf: Shelf, thread: str, on: date) -> int:
    return (len(in_thread(shelf, thread, on)) + POSTS - 1) // POSTS


def _listing(shelf: Shelf, metro: str, page: int, on: date) -> Response:
    names = threads(shelf, metro, on)
    rows = names[(page - 1) * THREADS : page * THREADS]
    body = "".join(
        f'<li class="thread-row"><a class="topic" href="/thread/{name}">Spas and bodywork, {METROS[metro]} '
        f"{name[-7:-3]}-{name[-3:-1]}</a> "
        f'<span class="last">{in_thread(shelf, name, on)[-1].posted:%d %b %Y}</span></li>'
        for name in rows
    )
    more = f'<a class="next" href="/forum/{metro}?page={page + 1}">Next</a>' if page * THREADS < len(names) else ""
    main = f'<div id="board"><h1>{METROS[metro]}</h1><ul class="threads">{body}</ul>{more}</div>'
    return html(frame(FORUM, METROS[metro], main))


def _thread(shelf: Shelf, thread: str, posts: list[Posting], page: int, on: date) -> Response:
    rows, more = pages_of(posts, page, POSTS)
    if not rows:
        return not_found(FORUM)
    body = "".join(_post(shelf, p, on) for p in rows)
    turn = f'<a class="next" href="/thread/{thread}?page={page + 1}">Next</a>' if more else ""
    main = f'<div class="thread" id="t-{thread}"><h1>Spas and bodywork</h1>{body}{turn}</div>'
    return html(frame(FORUM, "Spas and bodywork", main))


def _post(shelf: Shelf, post: Posting, on: date) -> str:
    version, shop = post.version_on(on), shelf.shop(post)
    name = f'<strong class="place">{escape(version.name)}</strong>' if version.name else ""
    return (
        f'<div class="post" id="p{post.posting_id}"><div class="head"><a class="author" href="/private/user/'
        f'{post.author}">{post.author}</a> <span class="date">{post.posted:%d %b %Y}</span> '
        f'<span class="area">{escape(post.city)}, MO</span></div><h3 class="subject">{escape(version.title)}</h3>'
        f'{name}<div class="text">{ad_text(post, version, shop.premises)}</div></div>\n'
    )
