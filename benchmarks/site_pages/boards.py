"""Classified boards: Backpage and what grew out of it, CityXGuide."""

from __future__ import annotations

from datetime import date, timedelta
from html import escape
from random import Random

from benchmarks.site_pages import shop as writing
from benchmarks.site_pages.sample import TODAY, Row, Sample
from benchmarks.site_pages.shop import Shop, make_shop

BOARD_NOISE = ("Home", "My account", "Post ad", "Search", "Help")


def _page(title: str, body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html>\n<html><head><meta charset=utf-8><title>{escape(title)}</title>{head}</head>\n<body>{body}</body></html>".encode()


def _sample(url: str, body: bytes, shop: Shop) -> Sample:
    return Sample(url, body, shop.numbers, shop.places, shop.name if shop.named else "", shop.posted)


def slug(text: str) -> str:
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in text.lower()).split())[:50] or "ad"


def _top(rng: Random, city: str) -> str:
    links = "".join(f'<li><a rel="nofollow" href="/{w.lower().replace(" ", "-")}">{w}</a></li>' for w in BOARD_NOISE)
    return (
        '<div id="tlHeader" class="siteHeader"><div id="postAdButton" class="tlBlock"><a href="/post-ad">Post Ad</a></div>'
        f'<div id="community"><h1><span class="city"><a href="/">{city} free classifieds</a></span></h1></div></div>'
        f'<div id="mySidenav" class="sidenav"><ul class="myulSidenav">{links}</ul></div>'
    )


def bedpage(rng: Random) -> Sample:
    shop = make_shop(rng)
    ident, headline = rng.randrange(10**6, 10**7), writing.title(shop, rng, with_name=rng.random() < 0.5)
    metro = shop.city.metro
    facts = [f"Post ID: {ident}", f"Poster's age: {rng.randrange(22, 45)}", f"Location: {shop.city.name}, MO"]
    if rng.random() < 0.5:
        facts.append(f"Mobile: {shop.plain(rng)}")
    host = f"https://{metro}.bedpage-shape.example"
    body = (
        f'{_top(rng, metro)}<div id="pageBackground"><div id="cookieCrumb"><a href="//bedpage-shape.example">board</a> &gt; '
        f'<a href="{host}/Bodyrubs">Bodyrubs</a></div><div class="mainBody"><div id="postingTitle"><h2>{escape(headline)}</h2></div>'
        f'<div class="adInfo">Posted: {shop.posted:%A, %d %B, %Y, %I:%M %p}</div><br>'
        f'<div class="tapone"><a class="postrp1" href="{host}/Bodyrubs">More ads</a></div>'
        f'<ul id="viewAdPhotoLayout"><li><img src="/img/{ident}1.jpg"></li></ul>'
        f'<div class="posting"><div class="postingBody">{writing.body(shop, rng)}<br>• {"<br>• ".join(facts)}'
        f'<div class="helperLinks"><a href="{host}/x/EmailAd?oid={ident}">Email this ad</a></div></div></div></div></div>'
        f"{writing.footer(rng, 'bedpage-shape')}{writing.script(rng)}"
    )
    return _sample(f"{host}/Bodyrubs/{slug(headline)}/{ident}.html", _page(f"{headline} - {metro}", body), shop)


def _days(rng: Random, count: int) -> list[date]:
    days = sorted((TODAY - timedelta(days=rng.randrange(20)) for _ in range(count)), reverse=True)
    return days


def bedpage_list(rng: Random) -> Sample:
    host = "https://springfield.bedpage-shape.example"
    rows, parts, last = [], [], None
    for day in _days(rng, rng.randrange(5, 40)):
        shop = make_shop(rng)
        headline, ident = writing.title(shop, rng, with_name=True), rng.randrange(10**6, 10**7)
        url = f"{host}/Bodyrubs/{slug(headline)}/{ident}.html"
        parts.append(f'<div class="date">{day:%a %d %b}</div>' if day != last else "")
        parts.append(f'<div class="cat"><a href="{url}">{escape(headline)}</a> <b>( {shop.city.name} )</b></div>')
        rows.append(Row(url, headline, day))
        last = day
    body = (
        f'{_top(rng, "springfield")}<div id="pageBackground"><div id="cookieCrumb"><a href="/">board</a> &gt; Bodyrubs</div>'
        f'<div class="mainBody">{"".join(parts)}<div class="pagination"><a href="/Bodyrubs?page=2">Next</a></div></div></div>'
        f"{writing.footer(rng, 'bedpage-shape')}"
    )
    return Sample(
        f"{host}/Bodyrubs", _page("Springfield bodyrubs", body), rows=tuple(rows), next=f"{host}/Bodyrubs?page=2"
    )


def backpage(rng: Random) -> Sample:
    shop = make_shop(rng)
    ident, headline = rng.randrange(10**7, 10**8), writing.title(shop, rng, with_name=rng.random() < 0.5)
    host = f"http://{shop.city.metro}.backpage-classic-shape.example"
    url = f"{host}/BodyRubs/{slug(headline)}/{ident}"
    links = "".join(
        f'<a href="{host}/BodyRubs/{slug(t)}/{ident + n}">{escape(t)}</a>\n'
        for n, o in enumerate(writing.others(rng, rng.randrange(4)), 1)
        if (t := writing.title(o, rng, with_name=True))
    )
    other = f'<div id="OtherAdsByThisUser"><h4>Other ads by this user</h4>{links}</div>' if links else ""
    body = (
        f'<div id="logo"><a href="{host}/">home</a></div><div id="pageBackground"><h1>{escape(headline)}</h1>'
        f'<div class="adInfo">Posted: {shop.posted:%A, %B %d, %Y %I:%M %p}</div><div class="postingBody">{writing.body(shop, rng)}</div>'
        f'<div style="padding-left:2em;">Location: {shop.city.name}, MO</div><div style="padding-left:2em;">Post ID: {ident}</div>'
        f'<ul id="viewAdPhotoLayout"><li><img src="http://images1.example/{ident}.jpg"></li></ul>{other}</div>'
        f"{writing.footer(rng, 'backpage-classic-shape')}{writing.script(rng)}"
    )
    return _sample(url, _page(headline, body, f'<link rel="canonical" href="{url}">'), shop)


def backpage_list(rng: Random) -> Sample:
    host = "http://springfield.backpage-classic-shape.example"
    rows, parts, last = [], [], None
    for day in _days(rng, rng.randrange(5, 40)):
        shop = make_shop(rng)
        headline, ident = writing.title(shop, rng, with_name=True), rng.randrange(10**7, 10**8)
        url = f"{host}/BodyRubs/{slug(headline)}/{ident}"
        parts.append(f'<div class="date">{day:%a. %b.} {day.day}</div>' if day != last else "")
        parts.append(f'<div class="cat"><a href="{url}">{escape(headline)}</a> ({shop.city.name})</div>')
        rows.append(Row(url, headline, day))
        last = day
    body = f'<div class="mainBody">{"".join(parts)}<a class="pagination next" href="/BodyRubs/?page=2">Next</a></div>'
    return Sample(f"{host}/BodyRubs/", _page("BodyRubs", body), rows=tuple(rows), next=f"{host}/BodyRubs/?page=2")


def twobackpage(rng: Random) -> Sample:
    shop = make_shop(rng)
    ident, headline = rng.randrange(10**6, 10**7), writing.title(shop, rng, with_name=rng.random() < 0.5)
    host = f"https://{shop.city.metro}.2backpage-shape.example"
    taps = f'<div class="tapone"><a class="btn btn-info" href="tel:{shop.tel(rng)}"><i class="fa"></i>{shop.plain(rng)}</a></div>'
    taps = taps if rng.random() < 0.7 else '<div class="tapone"><a href="mailto:jo1@mail.example">E-mail</a></div>'
    body = (
        f'{_top(rng, shop.city.metro)}<div id="pageBackground"><div id="cookieCrumb"><a href="/">Home</a> &gt; <a href="#">Missouri</a> '
        f'&gt; <a href="#">{shop.city.name}</a> &gt; <a href="{host}">massage</a></div><div class="mainBody">'
        f'<div id="postingTitle"><h1>{escape(headline)}</h1></div><div class="adInfo">Posted: {shop.posted:%d %B %Y, %I:%M %p}</div><br>'
        f'<div class="tapbox">{taps}</div><hr><ul id="viewAdPhotoLayout"><li class="error_0"><a class="group1" href="/i/1.jpg">'
        f'<img src="/i/{ident}.jpg"></a></li></ul><div class="posting"><div class="postingBody"><div>{writing.body(shop, rng)}</div>'
        f"<div>• Post ID: {ident}</div><div>• Location: {shop.city.name}</div>"
        f'<div class="tapbox"><a id="postrport" href="/contact?report-ad={ident}">Report ad</a></div></div></div></div></div>'
        f"{writing.footer(rng, '2backpage-shape')}{writing.script(rng)}"
    )
    return _sample(f"{host}/view/{slug(headline)}/{ident}.html", _page(headline, body), shop)


def twobackpage_list(rng: Random) -> Sample:
    host = "https://joplin.2backpage-shape.example"
    rows, parts = [], []
    for day in _days(rng, rng.randrange(5, 40)):
        shop = make_shop(rng)
        headline, ident = writing.title(shop, rng, with_name=True), rng.randrange(10**6, 10**7)
        url = f"{host}/view/{slug(headline)}/{ident}.html"
        parts.append(
            f'<span class="dateWrapper"><div class="date date_one">{day:%a %d %b}</div><div class="cat ad-{ident % 9}">'
            f'<a href="{url}"><i class="fa fa-trash"></i>{escape(headline)}</a> <b>{rng.randrange(22, 40)} <span>({shop.city.name})</span></b><br></div></span>'
        )
        rows.append(Row(url, headline, day))
    nav = " | ".join(
        f'<a class="inactive" href="{host}/post/massage-{w}">{w}</a>' for w in ("spa", "bodywork", "therapy")
    )
    body = (
        f'{_top(rng, "joplin")}<div id="pageBackground"><div class="mainBody"><div class="infobox">Choose your city and post '
        f'<b>free ads</b> every day. All ads are checked by <b>our staff</b> before they are shown.</div><div id="superRegionNavMenu">{nav}</div>'
        f'{"".join(parts)}<div class="pagination"><a rel="next" href="/post/massage?page=2">2</a></div></div></div>{writing.footer(rng, "2backpage-shape")}'
    )
    return Sample(
        f"{host}/post/massage", _page("Joplin massage", body), rows=tuple(rows), next=f"{host}/post/massage?page=2"
    )


def onebackpage(rng: Random) -> Sample:
    shop = make_shop(rng)
    headline = writing.title(shop, rng, with_name=rng.random() < 0.5)
    ident = rng.randrange(10**5, 10**6)
    host = "https://onebackpage-shape.example"
    crumbs = "".join(
        f'<div class="breadcrumb-data"><span itemprop="itemListElement" itemtype="http://schema.org/ListItem"><a itemprop="url" '
        f'href="/{w}"><span itemprop="name">{w}</span></a></span></div><span class="breadcrumb separator">»</span>'
        for w in ("Home", "Missouri", shop.city.name, "Body rubs")
    )
    related = "".join(
        f'<div class="related"><a href="/body-rubs/{slug(o.name)}_i{ident + 9}">{escape(writing.title(o, rng, with_name=True))} {o.plain(rng)}</a></div>'
        for o in writing.others(rng, rng.randrange(3))
    )
    social = rng.choice(("", f'<li>Social Link: <a href="https://www.instagram.com/spa{ident}">Instagram</a></li>'))
    phone = rng.choice(
        (
            f'<div><i class="fa fa-user-circle"></i> Poster</div><div><i class="fa fa-user-circle"></i> {shop.plain(rng)}</div>',
            f'<div><i class="fa fa-user-circle"></i> Poster</div><div><i class="fa fa-user-circle"></i> <a href="tel:{shop.tel(rng)}">Call</a></div>',
            "",
        )
    )
    body = (
        '<div class="wrapper"><div id="header"><header class="navbar"><nav><ul class="nav navbar-nav"><li><a href="/">Home</a></li>'
        f'<li><a href="/user/login">Login</a></li></ul></nav></header><div class="container"><h1 class="title">{escape(headline)} {shop.city.name} Missouri</h1></div></div>'
        f'<div class="container"><div class="breadcrumb">{crumbs}<span class="breadcrumb item_title">{escape(headline)}</span></div></div>'
        '<div class="container"><div class="ads non"><a href="/item/new"><h2><b>Publish your ad for free</b></h2></a></div></div>'
        '<div class="container item"><div id="content"><div class="row"><div class="col-md-12 main"><div class="col-md-3"><div class="side bottomer">'
        '<div class="useful"><h3>Useful information</h3><div class="usecontent">Avoid scams by acting locally. Never pay with anonymous services. '
        f'This site is never involved in any transaction.</div></div><div id="related_ads"><div class="similar_ads"><h3>Related ads</h3>{related}</div></div></div></div>'
        f'<div class="col-md-6"><div class="panel"><h1 class="judul">{escape(headline)}</h1><p class="datas"><em class="publish"><span class="utc_time">'
        f'{shop.posted:%Y-%m-%d}T10:12:00Z</span></em></p><div class="item galleryz slide"><a class="group1" href="/i/{ident}.jpg"><img src="/i/{ident}.jpg"></a></div>'
        f'<div class="desss"><h3>Description</h3></div><p>{writing.body(shop, rng)}</p></div></div>'
        f'<div class="col-md-3"><div class="panel">{phone}<ul><li>Age: {rng.randrange(22, 40)}</li><li>Location: {shop.city.name}</li><li>Category: Body rubs</li>{social}</ul></div></div>'
        f"</div></div></div></div></div>{writing.footer(rng, 'onebackpage-shape')}"
    )
    return _sample(
        f"{host}/body-rubs/{shop.city.metro}/{slug(headline)}_i{ident}",
        _page(f"{headline} {shop.city.name}", body),
        shop,
    )


def onebackpage_list(rng: Random) -> Sample:
    host = "https://onebackpage-shape.example"
    rows, parts = [], []
    for day in _days(rng, rng.randrange(5, 25)):
        shop = make_shop(rng)
        headline, ident = writing.title(shop, rng, with_name=True), rng.randrange(10**5, 10**6)
        url = f"{host}/body-rubs/{shop.city.metro}/{slug(headline)}_i{ident}"
        parts.append(
            f'<div class="thumbnail lister"><div class="col-md-3"><a href="{url}"><img class="lazy" src="/i/{ident}.jpg"></a></div><div class="col-md-9">'
            f'<a class="list-title" href="{url}">{escape(headline)}</a><br><span class="categoryzen">Body rubs</span><div class="list-wrappers">{" ".join(writing.sentences(rng, 3))} {shop.plain(rng)}</div>'
            f'<div class="locatio"><span class="cityzen">{shop.city.name}</span><span class="regionzen">Missouri</span><span class="datezen"><span class="utc_time">{day:%Y-%m-%d}T08:00:00Z</span></span></div></div></div>'
        )
        rows.append(Row(url, headline, day))
        if rng.random() < 0.1:
            parts.append(
                '<div class="thumbnail lister adsense"><a href="https://ads.example/go?x=1">Sponsored</a></div>'
            )
    body = (
        '<div id="header"><header class="navbar"><nav><ul><li><a href="/">Home</a></li><li><a href="/user/login">Login</a></li></ul></nav></header></div>'
        f'<div class="container"><div id="list">{"".join(parts)}</div><div class="paginate"><a class="searchPaginationNext" href="/search/region,23/iPage,2">›</a></div></div>{writing.footer(rng, "onebackpage-shape")}'
    )
    return Sample(
        f"{host}/search/region,23", _page("Missouri", body), rows=tuple(rows), next=f"{host}/search/region,23/iPage,2"
    )


def cityxguide(rng: Random) -> Sample:
    shop = make_shop(rng)
    ident, headline = rng.randrange(10**6, 10**7), writing.title(shop, rng, with_name=rng.random() < 0.5)
    listed = rng.random() < 0.7
    phone = (
        rng.choice((shop.plain(rng), f'<a href="tel:{shop.tel(rng)}">{shop.plain(rng)}</a>'))
        if listed
        else "Not Available"
    )
    fields = {
        "Category": '<a href="/c/x/cat/body-rubs">Body rubs</a>',
        "Name": f'<span class="_name"><i>{rng.choice(("Coco", "Lily", "Amy", "Not Available"))}</i></span>',
        "Phone": f'<span class="_phone">{phone}</span>',
        "Email": '<span class="_email">Not Available</span>',
        "Website": '<span class="_website">Not Available</span>',
        "Location": f'<span class="_location">{shop.city.name}, MO</span>',
        "Last Updated": f"<span>{shop.posted:%B} {shop.posted.day}, {shop.posted.year}</span>",
    }
    items = "".join(f'<li class="list-group-item"><span>{k}</span> {v}</li>' for k, v in fields.items())
    body = (
        '<div class="wrapper"><div class="header inside"><div class="container"><a href="/"><img src="/logo.png"></a> <a class="btn" href="/post-ad">Post ad</a></div></div>'
        f'<div class="breadcrumbs-border"><div class="breadcrumbs"><span itemprop="itemListElement"><a href="/"><span itemprop="name" property="name">HOME</span></a></span>'
        f'<span itemprop="itemListElement"><a href="/c/x"><span itemprop="name" property="name">{shop.city.name}</span></a></span></div></div>'
        f'<div class="container section-page"><h1 itemprop="name">{escape(headline)}</h1><div class="swiper-wrapper"><img src="/i/{ident}.jpg"></div>'
        f'<div class="content" itemprop="description">{writing.body(shop, rng)}</div><blockquote>Post {ident} <div>Report</div></blockquote>'
        f'<div class="info"><ul class="list-group">{items}</ul></div></div><div class="push"></div></div>{writing.footer(rng, "cityxguide-shape")}'
    )
    return _sample(f"https://cityxguide-shape.example/body-rubs/{slug(headline)}-{ident}/", _page(headline, body), shop)


def cityxguide_list(rng: Random) -> Sample:
    host = "https://cityxguide-shape.example"
    rows, parts, last = [], [], None
    for day in _days(rng, rng.randrange(5, 30)):
        shop = make_shop(rng)
        headline, ident = writing.title(shop, rng, with_name=True), rng.randrange(10**6, 10**7)
        url = f"{host}/body-rubs/{slug(headline)}-{ident}/"
        if day != last:
            parts.append(
                f'{"</ul>" if last else ""}<div class="date">{day:%A} {day:%B} {day.day}, {day.year}</div><ul class="postlist">'
            )
        parts.append(
            f'<li><a href="{url}" rel="bookmark">{escape(headline)}</a> <small>({shop.city.name})</small></li>'
        )
        rows.append(Row(url, headline, day))
        last = day
    body = (
        '<div class="header"><a href="/">Home</a> <a href="/post-ad">Post ad</a></div><div class="breadcrumbs"><a href="/">HOME</a></div>'
        f'<div class="container">{"".join(parts)}</ul><div class="nav-next"><a href="/c/springfield/cat/body-rubs/page/2/">Next</a></div></div>{writing.footer(rng, "cityxguide-shape")}'
    )
    url = f"{host}/c/springfield/cat/body-rubs"
    return Sample(url, _page("Body rubs", body), rows=tuple(rows), next=f"{url}/page/2/")
