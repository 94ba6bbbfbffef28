"""Forums: a thread whose posts are ads of their own, and the list of threads."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from random import Random

from benchmarks.site_pages import shop as writing
from benchmarks.site_pages.boards import _page, slug
from benchmarks.site_pages.sample import TODAY, Row, Sample
from benchmarks.site_pages.shop import make_shop


def thread(rng: Random) -> Sample:
    posts, found = [], []
    layout = rng.randrange(3)
    for number in range(rng.randrange(3, 14)):
        shop = make_shop(rng, located=0.3)
        day = TODAY - timedelta(days=rng.randrange(1, 40))
        meta = f'<span class="who">member{rng.randrange(999)}</span> <span class="date">{day:%d %b %Y}</span>'
        text = writing.body(shop, rng)
        ident = 9000 + number
        posts.append(
            (
                f'<div class="post" id="p{ident}"><h3 class="subject">{escape(rng.choice(("Ad", "New in town", shop.name)))}</h3>{meta}<div class="text">{text}</div><a href="#p{ident}">#{number + 1}</a></div>',
                f'<article class="message"><header>{meta}</header><div class="message-body">{text}</div><footer><a href="/report/{ident}">Report</a></footer></article>',
                f'<table class="tborder" id="post{ident}"><tr><td class="thead">{meta}</td></tr><tr><td class="alt1">{text}</td></tr></table>',
            )[layout]
        )
        found.append(shop.numbers)
    body = (
        f'<div class="header"><a href="/">Board</a> Support {writing.support(rng)}</div><div class="thread"><h1>Springfield listings</h1>{"".join(posts)}'
        f'<a class="next" href="/thread/12?page=2">Next</a></div>{writing.footer(rng, "forum-shape")}'
    )
    return Sample(
        "https://forum-shape.example/thread/12",
        _page("Springfield listings", body),
        ads=tuple(found),
        next="https://forum-shape.example/thread/12?page=2",
    )


def thread_list(rng: Random) -> Sample:
    rows, parts = [], []
    for number in range(rng.randrange(5, 30)):
        day = TODAY - timedelta(days=rng.randrange(60))
        title = f"{make_shop(rng).name} and others"
        url = f"https://forum-shape.example/thread/{slug(title)}.{100 + number}"
        parts.append(
            f'<tr><td><a href="{url}">{escape(title)}</a></td><td>{rng.randrange(99)} replies</td><td>{day:%d %b %Y}</td></tr>'
        )
        rows.append(Row(url, title, day))
    body = (
        f'<div class="nav"><a href="/">Board</a> <a href="/members">Members</a></div><h1>Springfield</h1><table class="threads"><tr><th>Thread</th><th>Replies</th><th>Last</th></tr>{"".join(parts)}</table>'
        f'<a rel="next" href="/forum/3?page=2">Next page</a>{writing.footer(rng, "forum-shape")}'
    )
    return Sample(
        "https://forum-shape.example/forum/3",
        _page("Springfield", body),
        rows=tuple(rows),
        next="https://forum-shape.example/forum/3?page=2",
    )
