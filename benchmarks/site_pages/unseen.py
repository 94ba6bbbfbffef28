"""Pages of sites that were never described: meaningless class names, drawn layouts, structured data or none."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from html import escape
from random import Random

from benchmarks.site_pages import shop as writing
from benchmarks.site_pages.boards import _page, slug
from benchmarks.site_pages.sample import TODAY, Row, Sample
from benchmarks.site_pages.shop import Shop, make_shop

_LABELS = {
    "name": ("Business", "Business name", "Name of business", "Company", "Salon", "Shop name", "Business Name"),
    "phone": ("Phone", "Tel", "Telephone", "Call", "Contact", "Phone number", "Mobile"),
    "address": ("Address", "Location", "Where", "Find us at", "Street address"),
    "hours": ("Hours", "Open", "Opening hours"),
    "posted": ("Posted", "Date", "Listed on", "Added"),
}


def _class(rng: Random) -> str:
    return rng.choice(("css-", "x", "_", "sc-", "jsx-")) + "".join(
        rng.choice("abcdefghkmnpqrtuvwz0123456789") for _ in range(6)
    )


def _facts(shop: Shop, rng: Random) -> dict[str, str]:
    facts = {
        "name": shop.written_name,
        "phone": rng.choice((" or ", ", ", " / ", "<br>")).join(shop.plain(rng, n) for n in range(len(shop.phones))),
        "address": f"{shop.street}, {shop.place_line}" if shop.located else "",
        "hours": "10am - 10pm",
        "posted": rng.choice((f"{shop.posted:%m/%d/%Y}", f"{shop.posted:%d %b %Y}", f"{shop.posted:%Y-%m-%d}")),
    }
    return {rng.choice(_LABELS[key]): value for key, value in facts.items() if value}


def _table(shop: Shop, rng: Random) -> str:
    cell = rng.choice(("th", "td"))
    rows = "".join(
        f"<tr><{cell}>{k}{rng.choice(('', ':'))}</{cell}><td>{v}</td></tr>" for k, v in _facts(shop, rng).items()
    )
    return f'<h1>{escape(rng.choice((shop.name, "Listing details")))}</h1><table class="{_class(rng)}">{rows}</table>'


def _definitions(shop: Shop, rng: Random) -> str:
    rows = "".join(f"<dt>{k}</dt><dd>{v}</dd>" for k, v in _facts(shop, rng).items())
    return f"<h2>{shop.written_name}</h2><dl>{rows}</dl>"


def _lines(shop: Shop, rng: Random) -> str:
    mark = rng.choice(("<br>", "<p>", "<li>"))
    bold = rng.choice(("{}", "<b>{}</b>", "<strong>{}</strong>"))
    return f"<h1>{shop.written_name}</h1>" + "".join(
        f"{mark}{bold.format(k + ':')} {v}" for k, v in _facts(shop, rng).items()
    )


def _grid(shop: Shop, rng: Random) -> str:
    a, b = _class(rng), _class(rng)
    rows = "".join(
        f'<div class="{a}"><span class="{b}">{k}</span><span>{v}</span></div>' for k, v in _facts(shop, rng).items()
    )
    return f'<div class="{_class(rng)}">{shop.written_name}</div>{rows}'


def _stacked(shop: Shop, rng: Random) -> str:
    rows = "".join(f"<div><h4>{k}</h4><p>{v}</p></div>" for k, v in _facts(shop, rng).items())
    return f"<h1>{shop.written_name}</h1>{rows}"


def _linked(shop: Shop, rng: Random) -> str:
    data = {
        "@context": "http://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": "Town Finder"},
            {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "name": "Massage"}]},
            {
                "@type": rng.choice(
                    (
                        "MassageBusiness",
                        "DaySpa",
                        "LocalBusiness",
                        "ProfessionalService",
                        "https://schema.org/LocalBusiness",
                    )
                ),
                "name": shop.name,
                "telephone": [shop.plain(rng, n) for n in range(len(shop.phones))],
                "address": {
                    "streetAddress": shop.street,
                    "addressLocality": shop.city.name,
                    "addressRegion": "MO",
                    "postalCode": shop.zip,
                }
                if shop.located
                else shop.city.name,
                "openingHours": "Mo-Su 10:00-22:00",
            },
        ],
    }
    return f'<script type="application/ld+json">{json.dumps(data, indent=rng.choice((None, 2)))}</script><h1>{escape(rng.choice((shop.name, "Details")))}</h1><div id="app"></div>'


def _microdata(shop: Shop, rng: Random) -> str:
    phones = " ".join(f'<span itemprop="telephone">{shop.plain(rng, n)}</span>' for n in range(len(shop.phones)))
    place = (
        f'<div itemprop="address" itemscope itemtype="http://schema.org/PostalAddress"><span itemprop="streetAddress">{shop.street}</span> <span itemprop="addressLocality">{shop.city.name}</span>, '
        f'<span itemprop="addressRegion">MO</span> <span itemprop="postalCode">{shop.zip}</span></div>'
    )
    return f'<div itemscope itemtype="http://schema.org/LocalBusiness"><h1 itemprop="name">{shop.written_name}</h1>{phones}{place if shop.located else ""}</div>'


def _open_graph(shop: Shop, rng: Random) -> str:
    return f"<h1>{shop.written_name}</h1><p>{writing.body(shop, rng, named=False)}</p>"


def _prose(shop: Shop, rng: Random) -> str:
    lead = rng.choice(
        (
            f"<h1>{shop.written_name}</h1>",
            f"<h3>{shop.written_name}</h3>",
            f"<h1>{shop.written_name} - {shop.city.name}, MO</h1>",
        )
    )
    return f"{lead}{writing.body(shop, rng)}"


_LAYOUTS: tuple[Callable[[Shop, Random], str], ...] = (
    _table, _definitions, _lines, _grid, _stacked, _linked, _microdata, _open_graph, _prose)  # fmt: skip


def page(rng: Random) -> Sample:
    shop = make_shop(rng, named=1.0, located=0.85, odd=0.2)
    layout = rng.choice(_LAYOUTS)
    inner = layout(shop, rng)
    holder = rng.choice(
        (
            "<div class='{c}'>{i}</div>",
            "<main>{i}</main>",
            "<article>{i}</article>",
            "<div id='{c}'><div>{i}</div></div>",
            "{i}",
        )
    )
    nav = "".join(f'<li><a href="/{w}">{w.title()}</a></li>' for w in ("home", "cities", "add-listing", "contact"))
    side = "".join(
        f'<div class="{_class(rng)}"><a href="/biz/{slug(o.name)}">{escape(o.name)}</a> {o.plain(rng)}</div>'
        for o in writing.others(rng, rng.randrange(4))
    )
    side = (
        rng.choice(
            (
                "<aside><h3>Featured</h3>{}</aside>",
                '<div class="related"><h3>You may also like</h3>{}</div>',
                "<div><h3>Similar listings</h3>{}</div>",
            )
        ).format(side)
        if side
        else ""
    )
    body = f"<nav><ul>{nav}</ul></nav><header>{rng.choice(('', f'Call us {writing.support(rng)}'))}</header>{holder.format(c=_class(rng), i=inner)}{side}{writing.footer(rng, 'town-finder')}{writing.script(rng)}"
    head = (
        f'<meta property="og:title" content="{escape(shop.name)}"><meta property="og:type" content="business.business">'
        if rng.random() < 0.3
        else ""
    )
    title = rng.choice(
        (f"{shop.name} | Town Finder", f"{shop.name} - {shop.city.name} MO - Town Finder", "Town Finder")
    )
    return Sample(
        f"https://town-finder.example/biz/{rng.randrange(10**5)}",
        _page(title, body, head),
        shop.numbers,
        shop.places,
        shop.name,
    )


def page_list(rng: Random) -> Sample:
    base, c1, c2 = "https://town-finder.example", _class(rng), _class(rng)
    layout = rng.randrange(5)
    rows, parts = [], []
    for _ in range(rng.randrange(4, 30)):
        shop = make_shop(rng, odd=0.1)
        day = TODAY - timedelta(days=rng.randrange(30))
        url, text = f"{base}/biz/{slug(shop.name)}/{rng.randrange(10**5)}", escape(shop.name)
        when = f"{day:%b} {day.day}"
        parts.append(
            (
                f'<li><a href="{url}">{text}</a> - {shop.city.name} <span>{when}</span></li>',
                f'<div class="{c1}"><a href="{url}"><img src="/t.jpg"></a><h3><a href="{url}">{text}</a></h3><p>{shop.plain(rng)}</p><time datetime="{day:%Y-%m-%d}">{when}</time></div>',
                f'<tr><td>{when}</td><td><a href="{url}">{text}</a></td><td>{shop.city.name}</td></tr>',
                f'<article><h2><a href="{url}">{text}</a></h2><span>{when}</span><p>{" ".join(writing.sentences(rng, 2))}</p><a href="{url}">Read more</a></article>',
                f'<a class="{c2}" href="{url}"><div>{text}</div><div>{when}</div></a>',
            )[layout]
        )
        rows.append(Row(url, shop.name, day))
    inner = ("<ul>{}</ul>", "<section>{}</section>", "<table>{}</table>", "<div>{}</div>", "<div>{}</div>")[
        layout
    ].format("".join(parts))
    more = rng.choice(
        (
            '<a href="/list?page=2">Next</a>',
            '<a rel="next" href="/list?page=2">2</a>',
            '<div><a href="/list?page=2">Next »</a></div>',
        )
    )
    nav = "".join(
        f'<li><a href="/city/{w}">{w.title()}</a></li>' for w in ("joplin", "nixa", "ozark", "branson", "columbia")
    )
    body = f"<nav><ul>{nav}</ul></nav><h1>Massage in Springfield</h1>{inner}{more}{writing.footer(rng, 'town-finder')}"
    return Sample(f"{base}/list", _page("Massage in Springfield", body), rows=tuple(rows), next=f"{base}/list?page=2")
