"""town-pages.example: a directory of all kinds of massage businesses, good ones and others alike."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from html import escape

from demo.markup import Response, Shelf, address_lines, draw, frame, html, not_found, pages_of, redirect
from demo.phone_styles import write_phone
from demo.places import METROS
from demo.postings import TOWN
from demo.state import Posting, Premises, Version
from demo.wording import REVIEWS

ROWS = 20
LIST_LAG = timedelta(days=120)  # after a rename the list links the old address for so long: it redirects
LIST = re.compile(r"^/massage/(?P<metro>[a-z-]+)$")
PLACE = re.compile(r"^/biz/(?P<slug>.+)-(?P<id>\d+)$")


def answer(shelf: Shelf, path: str, query: dict[str, str], cookies: dict[str, str], on: date) -> Response:
    """The page of a path on a day."""
    if path == "/robots.txt":
        return Response(200, (("Content-Type", "text/plain"),), b"User-agent: *\nDisallow: /private/\n")
    if path == "/":
        links = "".join(f'<li><a href="/massage/{slug}">{name}</a></li>' for slug, name in METROS.items())
        return html(frame(TOWN, "Massage near you", f'<ul class="areas">{links}</ul>'))
    if (found := LIST.match(path)) and found["metro"] in METROS:
        start = int(query["start"]) if query.get("start", "").isdigit() else 0
        return _listing(shelf, found["metro"], start // ROWS + 1, on)
    if (found := PLACE.match(path)) and (post := shelf.by_id.get((TOWN, found["id"]))) and post.posted.date() <= on:
        return _place(shelf, post, path, on)
    return not_found(TOWN)


def url_of(post: Posting, on: date) -> str:
    words = "-".join("".join(c if c.isalnum() else " " for c in post.version_on(on).name.lower()).split())
    return f"/biz/{words}-{post.posting_id}"


def _listing(shelf: Shelf, metro: str, page: int, on: date) -> Response:
    posts = [p for p in shelf.by_metro.get((TOWN, metro), []) if p.live_on(on)]
    rows, more = pages_of(posts, page, ROWS)
    body = "".join(
        f'<li class="result"><a class="biz-name" href="{url_of(p, on - LIST_LAG)}">{escape(p.version_on(on).name)}</a> '
        f'<span class="where">{escape(p.city)}, MO</span></li>\n'
        for p in rows
    )
    turn = f'<a class="next-link" rel="next" href="/massage/{metro}?start={page * ROWS}">Next</a>' if more else ""
    main = f'<div id="results"><h1>Massage in {METROS[metro]}</h1><ul>{body}</ul>{turn}</div>'
    return html(frame(TOWN, f"Massage in {METROS[metro]}", main))


def _place(shelf: Shelf, post: Posting, path: str, on: date) -> Response:
    if not post.live_on(on):
        return redirect(f"/massage/{post.metro}", 302)
    if path != url_of(post, on):
        return redirect(url_of(post, on))
    version, shop = post.version_on(on), shelf.shop(post)
    street, city = address_lines(shop.premises, post.posting_id)
    number = write_phone(version.phones[0][0], "brackets")
    more = "".join(f' / <span class="phone2">{write_phone(n, "dashes")}</span>' for n, _ in version.phones[1:])
    site = f'<a class="website" href="{shop.website}" rel="nofollow">{shop.website}</a>' if shop.website else ""
    mail = f'<a class="email" href="mailto:{version.email}">{version.email}</a>' if version.email else ""
    main = (
        f'<article class="biz"><h1>{escape(version.name)}</h1><p class="cats"><a href="/massage/{post.metro}">Massage'
        f'</a></p><address><span class="street">{escape(street)}</span><br><span class="city">{escape(city)}</span>'
        f'</address><p class="phone"><a class="tel" href="tel:{version.phones[0][0]}">{number}</a>{more}</p>'
        f'<p class="links">{site} {mail}</p><p class="hours">{escape(version.hours)}</p>{_reviews(post, on)}</article>'
        f'<script type="application/ld+json">{_json_ld(version, shop.premises)}</script>'
    )
    return html(frame(TOWN, f"{version.name} - {city}", main))


def _json_ld(version: Version, place: Premises) -> str:
    street = place.line + (f" Ste {place.unit}" if place.unit else "")
    address = {
        "@type": "PostalAddress",
        "streetAddress": street,
        "addressLocality": place.city,
        "addressRegion": place.state,
        "postalCode": place.zip,
    }
    data = {
        "@context": "https://schema.org",
        "@type": "HealthAndBeautyBusiness",
        "name": version.name,
        "telephone": version.phones[0][0],
        "address": address,
    }
    return json.dumps(data)


def _reviews(post: Posting, on: date) -> str:
    rng = draw("town reviews", post.posting_id)
    day, rows = post.posted.date(), []
    while (day := day + timedelta(days=rng.randrange(30, 110))) <= on:
        rows.append(f'<li><time datetime="{day}">{day:%m/%d/%Y}</time> <p>{rng.choice(REVIEWS)}</p></li>')
    return f'<ul class="reviews">{"".join(rows[-3:])}</ul>'
