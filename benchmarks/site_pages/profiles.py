"""Sites that show an advertiser's profile: MegaPersonals, adultsearch, GFE Monkey."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from random import Random

from benchmarks.site_pages import shop as writing
from benchmarks.site_pages.boards import _page, slug
from benchmarks.site_pages.sample import TODAY, Row, Sample
from benchmarks.site_pages.shop import Shop, make_shop


def _sample(url: str, body: bytes, shop: Shop) -> Sample:
    return Sample(url, body, shop.numbers, shop.places, shop.name if shop.named else "")


def megapersonals(rng: Random) -> Sample:
    shop = make_shop(rng)
    ident, headline = rng.randrange(10**6, 10**7), writing.title(shop, rng, with_name=rng.random() < 0.5)
    shown = f'<span class="toShowPhone"><a href="tel:{shop.tel(rng)}">{shop.plain(rng)}</a></span>'
    body = (
        f'<div class="container"><div id="bottom_container"><div id="backButton"><img src="/b.png"></div></div><a href="/home"><img id="header" src="/h.png"></a><div class="clearfix"></div>'
        f'<div class="post_preview_title">{escape(headline)} <div class="post_preview_date_time">{shop.posted:%b} {shop.posted.day}, {shop.posted.year}</div></div>'
        f'<div class="post_preview_age">Age: {rng.randrange(22, 45)}</div><div class="post_preview_body"><span class="postbody">{writing.body(shop, rng)}</span>'
        f'<div class="fromLeft post_preview_phone"><br>{shown if rng.random() < 0.8 else ""}</div><p class="prev_city"><span>City: {shop.city.name}</span>'
        f'<span class="fromRight">Name: Coco</span></p><p class="prev_location"><span>Location: {rng.choice(("Near the mall", "Incall", shop.city.name))}</span></p></div>'
        f'<div class="viewpostgallery"><img class="post_preview_image" src="/i/{ident}.jpg" alt="1"></div><div><p><a id="postreportlink" href="/users/report_post/{ident}">Report Post</a></p></div></div>'
        f'<footer><nav><ul class="pager"><li><a href="/home">Home</a></li></ul></nav><div id="copyrigh">Copyright 2021 <a href="mailto:support@megapersonals-shape.example">support@megapersonals-shape.example</a> {writing.support(rng)}</div></footer>'
    )
    return _sample(
        f"https://megapersonals-shape.example/public/escort_post_detail/{slug(headline)[:9]}/{ident}",
        _page("Classified board", body),
        shop,
    )


def megapersonals_list(rng: Random) -> Sample:
    base = "https://megapersonals-shape.example"
    rows, parts, day, last = [], [], TODAY, None
    for _ in range(rng.randrange(4, 20)):
        shop = make_shop(rng)
        headline = writing.title(shop, rng, with_name=True)
        url = f"{base}/public/escort_post_detail/{rng.randrange(10**6, 10**7)}"
        day -= timedelta(days=rng.choice((0, 0, 1)))
        if day != last:
            parts.append(f'<div class="briefdate">{day:%A} {day:%b} {day.day}, {day.year}</div>')
        parts.append(
            f'<div class="listadd"><div class="listimage_saved"><a href="{url}"><img src="/i.jpg"></a></div><div class="listcontent"><div class="listinfo"><a class="listtitle" href="{url}">{escape(headline)}</a>'
            f'<div class="titleAge">{rng.randrange(22, 40)}</div><br>{shop.city.name}</div><div class="listbody">{" ".join(writing.sentences(rng, 3))} {shop.phone()}</div></div></div>'
        )
        rows.append(Row(url, headline, day))
        last = day
    body = (
        '<div class="container listview"><a href="/users/posts/list"><img src="/p.png"></a><div class="list_city"><span class="mpcityname">Springfield</span></div>'
        f'<div class="view_buttons_container"><a class="navtext" href="/public/post_list/9/1/1?view=s">Gallery</a><a class="navtext" href="/public/post_list/9/1/1?view=l">List</a></div><div id="list">{"".join(parts)}</div>'
        '<div class="paginationwrapper"><div><a>1</a></div><div><a href="/public/post_list/9/1/2">2</a></div><a href="/public/post_list/9/1/2"><div id="paginationNext">Next</div></a></div></div>'
        f"<footer>Support {writing.support(rng)}</footer>"
    )
    return Sample(
        f"{base}/public/post_list/9/1/1",
        _page("Classified", body),
        rows=tuple(rows),
        next=f"{base}/public/post_list/9/1/2",
    )


def _card(header: str, inner: str) -> str:
    return f'<div class="details__card"><div class="details__card-header">{header}</div><div class="details__card-body">{inner}</div></div>'


def _table(rows: dict[str, str]) -> str:
    return (
        '<table class="details__table">'
        + "".join(
            f'<tr class="table-row"><td class="table-item"><span class="title">{k}</span></td><td class="table-item">{v}</td></tr>'
            for k, v in rows.items()
            if v
        )
        + "</table>"
    )


def adultsearch(rng: Random) -> Sample:
    shop = make_shop(rng)
    ident, headline = rng.randrange(10**6, 10**7), writing.title(shop, rng, with_name=rng.random() < 0.3)
    called = rng.random() < 0.85
    phone = f'<a class="link" href="tel:{shop.tel(rng)}">{shop.plain(rng)}</a>' if called else ""
    heading = (
        shop.name if shop.named and rng.random() < 0.4 else rng.choice(("Coco", "Lily", "Therapist team", "New staff"))
    )
    about = _table({"Stats": "Ask", "Available To": "Men, Women", "Incall": "Yes", "Location": shop.city.name})
    contact = _table({"Phone": phone, "Website": "", "Email": rng.choice(("", "lotus9@mail.example"))})
    body = (
        f'<header class="nav"><a href="/">Home</a> <a href="/login">Log in</a></header><ul class="breadcrumb"><li><a href="/">Home</a></li><li>US</li><li>Missouri</li><li>{shop.city.name}</li><li>Body rubs</li><li>{shop.plain(rng)}</li></ul>'
        f'<div id="ad"><div class="details__heading"><span class="details__heading-item h4">{escape(heading)}</span>{rng.choice(("", " "))}<span class="details__heading-item details__heading-item_ellipsis">{escape(headline)}</span>'
        f'<div class="details__heading-contacts">{f"<span>{phone}</span>" if called else ""}<span class="details__heading-item_location"><span>{shop.city.name}, MO</span></span></div></div>'
        f'<div class="row"><div class="carousel"><img class="image" src="/i/{ident}.jpg"></div>{_card("About", about)}{_card("Contact", contact)}'
        f'<div class="details__card"><h5 class="details__card-header">{escape(headline)}</h5><div class="details__card-body"><div>{writing.body(shop, rng)}</div><div class="details__buttons"><a href="/ad/reply?id={ident}">Reply to this ad</a></div></div></div></div></div>'
        f"{writing.footer(rng, 'adultsearch-shape')}"
    )
    return _sample(
        f"https://adultsearch-shape.example/missouri/{shop.city.metro}/body-rubs/{ident}",
        _page(f"{heading} {headline}", body),
        shop,
    )


def adultsearch_list(rng: Random) -> Sample:
    base = "https://adultsearch-shape.example/missouri/springfield/body-rubs"
    rows, parts = [], []
    for _ in range(rng.randrange(4, 24)):
        shop = make_shop(rng)
        headline, url = writing.title(shop, rng, with_name=True), f"{base}/{rng.randrange(10**6, 10**7)}"
        parts.append(
            f'<div class="card-view"><a href="{url}"><div class="info info-left"><div class="image-wrapper"><img class="image" src="/i.jpg"></div><div class="info-container"><h6 class="title">{escape(headline)}</h6>'
            f'<h6 class="description">{shop.city.name}</h6><p class="description">{rng.choice(writing.sentences(rng, 1))}</p></div></div></a></div>'
        )
        rows.append(Row(url, headline))
        if rng.random() < 0.1:
            parts.append('<div class="card-view"><a href="https://partner.example/ad?go=1">Sponsored</a></div>')
    body = (
        '<header class="nav"><a href="/">Home</a></header><ul class="breadcrumb"><li>Home</li><li>Missouri</li></ul>'
        f'<div class="list">{"".join(parts)}</div><div class="pages"><a class="next-arrow" href="{base}?page=2">→</a></div>{writing.footer(rng, "adultsearch-shape")}'
    )
    return Sample(base, _page("Springfield body rubs", body), rows=tuple(rows), next=f"{base}?page=2")


def _cfemail(address: str, key: int) -> str:
    return bytes([key, *(b ^ key for b in address.encode())]).hex()


def gfemonkey(rng: Random) -> Sample:
    shop = make_shop(rng)
    shown, number = shop.plain(rng), shop.plain(rng)
    heading = shop.name if shop.named and rng.random() < 0.5 else "Body rub"
    code = _cfemail("lotus7@mail.example", rng.randrange(256))
    email = f'<tr><td>Email:</td><td><a href="/cdn-cgi/l/email-protection#{code}"><span class="__cf_email__" data-cfemail="{code}">[email&#160;protected]</span></a></td></tr>'
    crumb = f'<span class="long">{escape(heading)} {number}</span><span class="short">{escape(heading)[:5]}</span>'
    body = (
        '<div class="header"><a href="/">Home</a><a href="/login">Login</a></div><div id="pageContent"><div class="secondary-navigation"><div class="breadcrumbs-container">'
        f'<a class="alias" href="/escorts/mo"><span class="long">Missouri</span><span class="short">MO</span></a> / <a class="alias" href="/x/y">{crumb}</a></div></div>'
        f'<div id="carousel"><ul><li><div class="ribbon-wrapper"><div class="ribbon">New <span>Review it</span></div></div><img src="/i/1.jpg"></li></ul></div><div class="pagePadding hreview-aggregate">'
        f'<h2 class="profile-name item"><span class="fn">{escape(heading)} {rng.choice((number, ""))}</span></h2><div class="card-container"><table class="subcategory"><tr><td><a href="tel:{shop.tel(rng)}">{shown} <span>Phone number</span></a></td></tr>'
        f'<tr><td>{shop.city.name} <span>Location</span></td></tr></table></div><div id="table-container"><div id="stats"><table class="table-borders"><thead><tr><th>My stats</th></tr></thead><tbody><tr><td>Gender:</td><td>Female</td></tr>'
        f'<tr><td>Age:</td><td>{rng.randrange(24, 45)}</td></tr><tr><td>Location:</td><td>{shop.city.name}, Missouri</td></tr></tbody></table></div><div id="contact"><table class="table-borders"><thead><tr><th>Contact details</th></tr></thead>'
        f'<tbody><tr><td>Phone:</td><td><a href="tel:{shop.tel(rng)}">{shown}</a></td></tr>{email if rng.random() < 0.5 else ""}</tbody></table></div></div><div class="about">{writing.body(shop, rng)}</div></div></div>'
        f"{writing.footer(rng, 'gfemonkey-shape')}"
    )
    url = f"https://gfemonkey-shape.example/profiles/{slug(heading)}-{shop.phones[0][0][2:]}/{rng.randrange(10**5)}"
    return _sample(url, _page(f"{heading} {number} {shop.city.name} reviews", body), shop)


def gfemonkey_list(rng: Random) -> Sample:
    base = "https://gfemonkey-shape.example"
    rows, parts = [], []
    for _ in range(rng.randrange(4, 24)):
        shop = make_shop(rng)
        heading, url = f"{shop.name} {shop.plain(rng)}", f"{base}/profiles/{slug(shop.name)}/{rng.randrange(10**5)}"
        parts.append(
            f'<div class="card"><a href="{url}"><div class="ribbon-wrapper"><div class="ribbon">New <span>Review it</span></div></div><div class="card-image"></div><div class="card-header">{escape(heading)}</div></a>'
            f'<table class="subcategory"><tbody><tr><td><a href="tel:{shop.tel(rng)}">{shop.plain(rng)} <span>Phone number</span></a></td></tr><tr><td><a href="{url}">{shop.city.name} <span>Location</span></a></td></tr></tbody></table></div>'
        )
        rows.append(Row(url, heading))
    body = (
        f'<div class="header"><a href="/">Home</a></div><div id="pageContent"><div class="breadcrumbs-container"><span class="long">Springfield</span></div><div class="cards">{"".join(parts)}</div>'
        f'<div class="pages"><a class="next" href="/escorts/mo/springfield/page-2">»</a></div></div>{writing.footer(rng, "gfemonkey-shape")}'
    )
    return Sample(
        f"{base}/escorts/mo/springfield",
        _page("Springfield", body),
        rows=tuple(rows),
        next=f"{base}/escorts/mo/springfield/page-2",
    )
