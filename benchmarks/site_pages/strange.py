"""Businesses' own pages and older sites: a blog theme, site builders, tables of 2003, a document, two scripts on one page."""

from __future__ import annotations

import json
from html import escape
from random import Random

from benchmarks.site_pages import shop as writing
from benchmarks.site_pages.sample import Sample
from benchmarks.site_pages.shop import Shop, make_shop


def _sample(rng: Random, host: str, shop: Shop, title: str, body: str, head: str = "") -> Sample:
    page = (
        f'<!DOCTYPE html><html lang="en-US"><head><meta charset="UTF-8"><title>{escape(title)}</title>{head}</head>'
        f"<body>{body}</body></html>"
    )
    path = rng.choice(("", "contact", "about-us", "location"))
    return Sample(f"https://{host}.example/{path}", page.encode(), shop.numbers, shop.places, shop.name)


def _shop(rng: Random) -> Shop:
    return make_shop(rng, named=1.0, located=0.9, odd=0.05)


def _calls(shop: Shop, rng: Random) -> list[str]:
    return [f'<a href="tel:{shop.tel(rng, n)}">{shop.plain(rng, n)}</a>' for n in range(len(shop.phones))]


def wordpress(rng: Random) -> Sample:
    """A blog theme: post with date and author, sidebar of recent posts, widgets, comments."""
    shop = _shop(rng)
    recent = "".join(
        f'<li><a href="/{n}">{escape(o.name)} opens</a></li>' for n, o in enumerate(writing.others(rng, 3))
    )
    address = f"<p><strong>Address</strong><br>{shop.street}<br>{shop.place_line}</p>" if shop.located else ""
    body = (
        '<div id="page" class="hfeed site"><a class="skip-link" href="#content">Skip to content</a>'
        f'<header id="masthead" class="site-header"><p class="site-title"><a href="/">{shop.written_name}</a></p>'
        '<p class="site-description">Just another relaxing day</p></header>'
        f'<div id="primary"><article class="post-7 hentry"><header class="entry-header"><h1 class="entry-title">'
        f'{rng.choice(("Welcome", "Contact Us", "About"))}</h1><span class="posted-on"><time class="entry-date" '
        f'datetime="{shop.posted:%Y-%m-%d}T10:00:00">{shop.posted:%B %d, %Y}</time></span> by <span class="author">admin'
        f'</span></header><div class="entry-content"><p>{" ".join(writing.sentences(rng, 2))}</p>{address}'
        f"<p><strong>Phone</strong><br>{'<br>'.join(_calls(shop, rng))}</p></div></article>"
        '<div id="comments"><h2>Leave a Reply</h2><p>Your email address will not be published.</p></div></div>'
        f'<div id="secondary" class="widget-area"><section class="widget"><h2>Recent Posts</h2><ul>{recent}</ul></section>'
        '<section class="widget"><h2>Archives</h2><ul><li><a href="/2021/02">February 2021</a></li></ul></section></div>'
        f'<footer class="site-footer"><div>© 2021 {shop.written_name}. Proudly powered by a blog.</div></footer></div>'
    )
    return _sample(rng, "blog-theme", shop, f"{shop.name} – Just another relaxing day", body)


def builder(rng: Random) -> Sample:
    """A site builder's nest of containers: every line is a paragraph of spans, nothing has a meaning."""
    shop = _shop(rng)

    def block(text: str, tag: str = "p") -> str:
        ident = f"comp-{rng.randrange(16**8):08x}"
        return (
            f'<div id="{ident}" class="_2Hij5 _3bcaz" data-testid="richTextElement"><{tag} class="font_8" '
            f'style="font-size:18px"><span style="color:#333"><span class="wixui">{text}</span></span></{tag}></div>'
        )

    parts = [block(shop.written_name, rng.choice(("h1", "h2", "p"))), block(" ".join(writing.sentences(rng, 1)))]
    contacts = [block(rng.choice(("Tel: {}", "Call {}", "{}")).format(call)) for call in _calls(shop, rng)]
    if shop.located:
        contacts.append(block(rng.choice((f"{shop.street}, {shop.place_line}", f"{shop.street}<br>{shop.place_line}"))))
    contacts.append(block("Mon - Sun: 9:30am - 10pm"))
    rng.shuffle(contacts)
    body = (
        f'<div id="SITE_CONTAINER"><div id="masterPage"><div id="SITE_HEADER">{block("HOME")}{block("SERVICES")}'
        f'{block("BOOK NOW")}</div><div id="PAGES_CONTAINER">{"".join(parts)}<section>{"".join(contacts)}</section></div>'
        f'<div id="SITE_FOOTER">{block(f"©2020 by {shop.written_name}. Created with a builder.")}</div></div></div>'
        f"<script>window.viewerModel={json.dumps({'id': rng.randrange(10**10), 'site': str(rng.randrange(10**12))})}</script>"
    )
    return _sample(
        rng, "builder-site", shop, rng.choice((f"Home | {shop.name}", shop.name, f"{shop.name} | Massage")), body
    )


def squarespace(rng: Random) -> Sample:
    """A builder that gives structured data of the site, a card in the footer and little text."""
    shop = _shop(rng)
    data = [
        {"@context": "http://schema.org", "@type": "WebSite", "url": "https://square-site.example", "name": shop.name},
        {
            "@context": "http://schema.org",
            "@type": "LocalBusiness",
            "name": shop.name,
            "address": "\n".join((shop.street, shop.place_line, "United States")) if shop.located else "",
            "telephone": shop.plain(rng) if rng.random() < 0.5 else "",
            "openingHours": ", , , , , , ",
        },
    ]
    place = f"<p>{shop.street}<br>{shop.place_line}</p>" if shop.located else ""
    body = (
        f'<header class="Header"><a class="Header-branding" href="/">{shop.written_name}</a></header>'
        f'<main><section class="Index-page"><div class="sqs-block html-block"><div class="sqs-block-content"><h2>Relax</h2>'
        f"<p>{' '.join(writing.sentences(rng, 2))}</p></div></div></section></main>"
        f'<footer class="Footer"><div class="sqs-block-content"><h3>{shop.written_name}</h3>{place}'
        f"<p>{' | '.join(_calls(shop, rng))}</p></div></footer>"
    )
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(d)}</script>' for d in data)
    meta = f'<meta property="og:site_name" content="{escape(shop.name)}"><meta property="og:title" content="{escape(shop.name)}">'
    return _sample(rng, "square-site", shop, shop.name, body, meta + scripts)


def tables_2003(rng: Random) -> Sample:
    """Nested tables, font tags, capitals, spacer images."""
    shop = _shop(rng)
    place = f"<BR>{shop.street}<BR>{shop.place_line}" if shop.located else ""
    phones = " or ".join(shop.plain(rng, n) for n in range(len(shop.phones)))
    menu = "".join(
        f'<TR><TD BGCOLOR=#CC6699><A HREF="{n}.htm"><FONT COLOR=white>{n}</FONT></A></TD></TR>'
        for n in ("Home", "Rates", "Map")
    )
    body = (
        f'<TABLE WIDTH=760 BORDER=0><TR><TD COLSPAN=2 ALIGN=center><FONT FACE="Comic Sans MS" SIZE=6><B>{shop.written_name}'
        f"</B></FONT></TD></TR><TR><TD WIDTH=120 VALIGN=top><TABLE>{menu}</TABLE></TD><TD><IMG SRC=spacer.gif HEIGHT=1>"
        f"<TABLE CELLPADDING=4><TR><TD><FONT SIZE=2>{' '.join(writing.sentences(rng, 2))}</FONT></TD></TR>"
        f"<TR><TD ALIGN=center><FONT COLOR=red><B>CALL {phones}</B></FONT>{place}</TD></TR></TABLE></TD></TR>"
        f"<TR><TD COLSPAN=2 ALIGN=center><FONT SIZE=1>You are visitor no. {rng.randrange(10**6):07d}. Last updated "
        f"{shop.posted:%m/%d/%Y}. Best viewed at 800x600.</FONT></TD></TR></TABLE>"
    )
    return _sample(rng, "oldpages", shop, rng.choice((f"Welcome to {shop.name}", shop.name)), body)


def document(rng: Random) -> Sample:
    """A page made like a document: sections of spans, an embedded map, no structure but headings."""
    shop = _shop(rng)
    place = f'<p dir="ltr" class="zfr3Q"><span>{shop.street}, {shop.place_line}</span></p>' if shop.located else ""
    calls = "".join(
        f'<p dir="ltr" class="zfr3Q"><span>{rng.choice(("☎ ", "Phone: ", ""))}{call}</span></p>'
        for call in _calls(shop, rng)
    )
    body = (
        f'<div jscontroller="x1"><div role="banner"><a href="/view/home">{shop.written_name}</a></div><div role="main">'
        f'<section><h1 dir="ltr"><span>{shop.written_name}</span></h1></section><section><h2><span>Find us</span></h2>{place}'
        f'{calls}<iframe src="https://maps.example/embed?pb=1!2d{rng.random() * 90:.7f}"></iframe></section>'
        f"<section><p><span>{' '.join(writing.sentences(rng, 1))}</span></p></section></div>"
        '<div role="contentinfo"><a href="/abuse">Report abuse</a> <span>Page details</span></div></div>'
    )
    return _sample(rng, "document-site", shop, rng.choice((shop.name, f"{shop.name} - Home")), body)


def two_scripts(rng: Random) -> Sample:
    """A page in English beside Chinese or Korean, labels in both."""
    shop = _shop(rng)
    words = rng.choice(
        (("地址", "电话", "营业时间", "专业按摩，环境优雅"), ("주소", "전화", "영업시간", "편안한 마사지"))
    )
    place = f"<p>{words[0]} Address: {shop.street}, {shop.place_line}</p>" if shop.located else ""
    phones = "".join(f"<p>{words[1]} Tel：{shop.plain(rng, n)}</p>" for n in range(len(shop.phones)))
    body = (
        f'<div class="top"><a href="/cn">中文</a> <a href="/kr">한국어</a> <a href="/">English</a></div>'
        f"<h1>{shop.written_name} {words[3][:4]}</h1><div class='c'>{place}{phones}<p>{words[2]} Hours: 10:00 - 22:00</p>"
        f"<p>{words[3]}。{' '.join(writing.sentences(rng, 1))}</p></div><div class='bottom'>版权所有 © 2021</div>"
    )
    return _sample(rng, "two-scripts", shop, f"{shop.name} | {words[3]}", body)
