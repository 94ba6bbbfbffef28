"""Directories of businesses: RubMaps and Yelp. Every place has a name; closed ones stay listed."""

from __future__ import annotations

import json
from html import escape
from random import Random

from benchmarks.site_pages import shop as writing
from benchmarks.site_pages.boards import _page, slug
from benchmarks.site_pages.sample import Row, Sample
from benchmarks.site_pages.shop import Shop, make_shop

_REVIEWS = [
    "Nice and clean, friendly staff.",
    "I went there last month, parking was easy.",
    "Prices went up to $80.",
    "Quick service.",
    "Good foot massage, will come back.",
    "They moved from the old store at the mall.",
    "Owner was polite.",
]


def _place(rng: Random) -> Shop:
    shop = make_shop(rng, named=1.0, located=0.93, odd=0.0)
    return shop


def _sample(url: str, body: bytes, shop: Shop, numbers: frozenset[str]) -> Sample:
    return Sample(url, body, numbers, shop.places, shop.name)


def rubmaps(rng: Random) -> Sample:
    shop = _place(rng)
    ident, metro = rng.randrange(1000, 99999), shop.city.metro
    reviews = "".join(
        f'<div class="review"><b>user{rng.randrange(999)}</b> <i>{rng.randrange(1, 12)}/{rng.randrange(1, 28)}/2020</i> {rng.choice(_REVIEWS)}</div>'
        for _ in range(rng.randrange(6))
    )
    table = {
        "Phone": f'<span id="qe_x">{shop.plain(rng)}</span>' if rng.random() < 0.3 else "",
        "Email": '<span id="qe_email">Not Available</span>',
        "Parking": "<span>Lot, Street</span>",
        "Table shower": "<span>Yes</span>",
        "Fee": "<span>$60 per hour</span>",
    }
    rows = "".join(f"<tr><td>{k}: {v}</td></tr>" for k, v in table.items() if v)
    hours = "".join(
        f'<div class="loc-hours-operation-item"><div class="lhop-name">{d}</div><div class="lhop-interval">10:00 AM - 10:00 PM</div></div>'
        for d in ("Monday", "Tuesday", "Sunday")
    )
    near = "".join(
        f'<li><a href="/erotic-massage-{slug(o.name)}-{ident + 7}">{escape(o.name)}</a> {o.plain(rng)}</li>'
        for o in writing.others(rng, 3)
    )
    near = (
        f'<div class="nearby-similar"><h3>Similar places nearby</h3><ul>{near}</ul></div>' if rng.random() < 0.5 else ""
    )
    address = (
        f"{shop.street}<br>{shop.place_line.replace(' MO ', ' MO, ')}" if shop.located else f"{shop.city.name}, MO"
    )
    shown = len(shop.phones)
    phones = "<br>".join(f'<span class="m_hide">{shop.plain(rng, n)}</span>' for n in range(shown))
    body = (
        f'<div id="header"><ul class="menu"><li><a href="/">Home</a></li><li><a href="/search">Search</a></li></ul></div><div id="container">'
        f'<h1 class="titlu">{escape(shop.name)} in Missouri, {shop.city.name}</h1><a class="l_nr_reviews" href="#r">{rng.randrange(40)} reviews</a>'
        f'<div class="loc-left"><div class="loc-left-left">{address}</div><div class="loc-left-right"><span id="qe_phone_number">{phones}</span></div></div>'
        f'<div id="loc-right-tabl"><table>{rows}</table></div><div class="loc-hours">{hours}</div><div id="reviews">{reviews}</div>{near}</div>'
        f"{writing.footer(rng, 'rubmaps-shape')}"
    )
    url = f"https://rubmaps-shape.example/erotic-massage-{slug(shop.name)}-{metro}-mo-{ident}"
    return _sample(url, _page(f"{shop.name} in Missouri, {shop.city.name} - reviews", body), shop, shop.numbers)


def rubmaps_list(rng: Random) -> Sample:
    base = "https://rubmaps-shape.example/springfield-massage-parlors-mo"
    rows, parts = [], []
    for _ in range(rng.randrange(3, 21)):
        shop = make_shop(rng, odd=0.0)
        url = f"https://rubmaps-shape.example/erotic-massage-{slug(shop.name)}-springfield-mo-{rng.randrange(1000, 99999)}"
        parts.append(
            f'<div class="main-row"><div class="col1"><a class="th-a" href="{url}">{escape(shop.name)}</a><br>{shop.street}<br>{shop.place_line}</div>'
            f'<div class="col2"><i class="phonenumberrow">{shop.plain(rng)}</i></div><div class="col3">{rng.randrange(90)} reviews</div></div>'
        )
        rows.append(Row(url, shop.name))
    body = (
        '<div id="header"><ul class="menu"><li><a href="/">Home</a></li></ul></div><div id="container"><h1>Springfield massage parlors - '
        f'{len(rows)}</h1>{"".join(parts)}<div class="pagination"><b>1</b> <a href="{base}-2">2</a> <a href="{base}-3">3</a></div></div>'
        f"{writing.footer(rng, 'rubmaps-shape')}"
    )
    return Sample(base, _page("Springfield massage parlors", body), rows=tuple(rows), next=f"{base}-2")


def _json_ld(shop: Shop, rng: Random) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": rng.choice(("LocalBusiness", "HealthAndBeautyBusiness", ["DaySpa", "LocalBusiness"])),
        "name": shop.name,
        "telephone": shop.plain(rng),
        "address": {
            "@type": "PostalAddress",
            "streetAddress": shop.street,
            "addressLocality": shop.city.name,
            "addressRegion": "MO",
            "postalCode": shop.zip,
        },
        "aggregateRating": {"@type": "AggregateRating", "ratingValue": 4.5, "reviewCount": 18},
        "review": [
            {"@type": "Review", "author": {"@type": "Person", "name": "Dana R."}, "reviewBody": rng.choice(_REVIEWS)}
        ],
    }
    if not shop.located:
        del data["address"]
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def yelp(rng: Random) -> Sample:
    shop = _place(rng)
    first = frozenset([shop.phones[0][0]])
    written = f"{shop.street}, {shop.place_line}" if shop.located else f"{shop.city.name}, MO"
    reviews = "".join(
        f'<li><div class="review"><a href="/user?id={n}">Pat {chr(65 + n)}.</a> <span>{rng.randrange(1, 12)}/{rng.randrange(1, 28)}/2020</span><p>{rng.choice(_REVIEWS)}</p></div></li>'
        for n in range(rng.randrange(1, 7))
    )
    side = (
        f"<p>Phone number</p><p>{shop.plain(rng)}</p>"
        + (f'<p><a href="/map/{slug(shop.name)}">Get Directions</a></p><p>{written}</p>' if shop.located else "")
        + rng.choice(
            (
                "",
                f'<p>Business website</p><p><a href="/biz_redir?url=http%3A%2F%2F{slug(shop.name)}.example">{slug(shop.name)}.example</a></p>',
            )
        )
    )
    hours = "".join(
        f"<tr><th><p>{d}</p></th><td><p>10:00 AM - 9:00 PM</p></td></tr>" for d in ("Mon", "Tue", "Wed", "Sun")
    )
    also = "".join(
        f'<div class="ad-biz"><a href="/adredir?x={n}">{escape(o.name)}</a> <span>{rng.randrange(99)} reviews</span></div>'
        for n, o in enumerate(writing.others(rng, 2))
    )
    body = (
        f'<header><a href="/">Yelp-like</a><form><input name="find_desc"></form><a href="/login">Log In</a></header><main id="main-content"><div class="photoHeader"><h1>{escape(shop.name)}</h1>'
        f'<span>{rng.randrange(1, 80)} reviews</span> <span><a href="/c/massage">Massage</a>, <a href="/c/reflexology">Reflexology</a></span></div>'
        f'<aside class="sidebar-{rng.randrange(99)}">{side}</aside><section aria-label="Location &amp; Hours"><h2>Location &amp; Hours</h2><address><p>{written}</p></address><table>{hours}</table></section>'
        f'<section><h2>About the Business</h2><p>{" ".join(writing.sentences(rng, 2))}</p></section><section aria-label="Recommended Reviews"><h2>Recommended Reviews</h2><ul>{reviews}</ul></section>'
        f"<section><h2>People also viewed</h2>{also}</section></main><footer><p>About</p><p>Business Support {writing.support(rng)}</p></footer>"
    )
    head = _json_ld(shop, rng) if rng.random() < 0.6 else ""
    head += f'<meta property="og:title" content="{escape(shop.name)} - {shop.city.name}, MO"><meta property="og:site_name" content="Yelp-like">'
    name = f"{shop.name} - {shop.city.name}, Missouri - Massage - Phone Number - Yelp-like"
    return _sample(
        f"https://yelp-shape.example/biz/{slug(shop.name)}-{slug(shop.city.name)}", _page(name, body, head), shop, first
    )


def yelp_list(rng: Random) -> Sample:
    base = "https://yelp-shape.example"
    rows, parts = [], []
    for number in range(1, rng.randrange(4, 12)):
        shop = make_shop(rng, odd=0.0)
        url = f"{base}/biz/{slug(shop.name)}-{slug(shop.city.name)}-{number}"
        parts.append(
            f'<li class="border-color"><div class="container"><h3><span>{number}. <a href="{url}">{escape(shop.name)}</a></span></h3><span>{rng.randrange(80)} reviews</span>'
            f'<p>{shop.plain(rng)}</p><p>{shop.street}</p><p>{rng.choice(_REVIEWS)} <a href="{url}?hrid=1">more</a></p></div></li>'
        )
        rows.append(Row(url, shop.name))
    body = (
        f'<header><a href="/">Yelp-like</a></header><main><h1>The Best 10 Massage near Springfield, Missouri</h1><ul class="results">{"".join(parts)}</ul>'
        f'<nav><a class="next-link" aria-label="Next" href="/search?start=10">Next</a></nav></main><footer>Support {writing.support(rng)}</footer>'
    )
    return Sample(
        f"{base}/search?find_desc=massage",
        _page("Best massage", body),
        rows=tuple(rows),
        next=f"{base}/search?start=10",
    )
