"""The generic reader on drawn pages of every shape, without their profiles: the figures that must hold."""

from __future__ import annotations

import json

import pytest

from benchmarks.site_pages import PROFILED, SHAPES, draw
from benchmarks.site_pages.sample import CAPTURED
from benchmarks.unprofiled import COLUMNS, figures, folded, read
from pipeline.extract.page import extract_page
from pipeline.extract.text import field_text

PAGES = 25
LEAST = {
    "phone F1": 0.98,
    "address F1": 0.90,
    "name": 0.85,
    "posted": 0.9,
    "rows F1": 0.98,
    "row dates": 0.95,
    "next": 0.95,
}


@pytest.fixture(scope="module")
def table() -> dict[str, dict[str, float | None]]:
    return {shape: dict(zip(COLUMNS[2:], figures(shape, PAGES), strict=True)) for shape in SHAPES}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_is_read_without_its_profile(shape: str, table: dict[str, dict[str, float | None]]):
    found = table[shape]
    assert {k: v for k, v in found.items() if k in LEAST and v is not None and v < LEAST[k]} == {}


@pytest.mark.soak
@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_is_read_over_many_pages(shape: str):
    found = dict(zip(COLUMNS[2:], figures(shape, 400), strict=True))
    assert {k: v for k, v in found.items() if k in LEAST and v is not None and v < LEAST[k]} == {}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_mention_of_a_drawn_page_is_found_again(shape: str):
    for number in range(5):
        sample = draw(shape, 1000 + number)
        for mention in (m for ad in read(sample).ads for m in ad.mentions):
            text = (
                sample.url
                if mention.field == "url"
                else field_text(sample.body, sample.content_type, mention.field, mention.node)
            )
            assert text[mention.start : mention.end] == mention.quote, mention


def test_there_are_ten_profiled_shapes():
    assert len(PROFILED) == 10


def page(html: str, url: str = "https://x.example/ad/1"):
    return extract_page(html.encode(), "text/html; charset=utf-8", url, CAPTURED)


BODY = "<h1>Jade Garden Spa</h1><p>Quiet rooms on the ground floor. Call 417-555-0101.</p>"


@pytest.mark.parametrize(
    "around",
    [
        "<footer>Support 888-555-0150</footer>",
        '<div class="tlFooter">Call 888-555-0150</div>',
        '<div class="x9a"><p>© 2021 Some Site. 888-555-0150</p></div>',
        '<div class="x9a"><span>Advertise with us</span> 888-555-0150</div>' + "<p>Some words of the ad. </p>" * 20,
        '<div class="x9a"><h3>Similar places</h3><a href="/2">Red Maple Spa</a> 816-555-0102</div>',
        "<h3>You may also like</h3><ul><li><a href='/2'>Red Maple Spa</a> 816-555-0102</li></ul>",
        '<aside><a href="/2">A</a><a href="/3">B</a><a href="/4">Red Maple Spa 816-555-0102</a></aside>',
        '<div id="related_ads"><a href="/2">Red Maple Spa 816-555-0102</a></div>',
    ],
)
def test_what_stands_around_an_ad_is_no_part_of_it(around: str):
    for html in (f"<div>{BODY}</div>{around}", f"<div>{BODY}{around}</div>"):
        (ad,) = page(html).ads
        assert (ad.phones, ad.business_name, ad.other_ads) == (("+14175550101",), "Jade Garden Spa", ())


@pytest.mark.parametrize(
    "heading", ["Other ads by this user", "More ads from this poster", "All listings from the same advertiser"]
)
def test_other_ads_of_the_account_are_links_and_no_words(heading: str):
    html = f"<div>{BODY}<div><h4>{heading}</h4><a href='/ad/2'>Red Maple Spa 816-555-0102</a></div></div>"
    (ad,) = page(html).ads
    assert (ad.phones, ad.other_ads) == (("+14175550101",), ("https://x.example/ad/2",))


def test_similar_ads_are_never_ads_of_the_account():
    html = f"<div>{BODY}<div class='similar'><h4>Similar ads</h4><a href='/ad/2'>Red Maple Spa</a></div></div>"
    assert page(html).ads[0].other_ads == ()


@pytest.mark.parametrize(
    ("html", "name"),
    [
        ("<h1>Welcome</h1><table><tr><td>Salon</td><td>Quiet River</td></tr></table>", "Quiet River"),
        ("<h1>Details</h1><dl><dt>Business name:</dt><dd>Quiet River</dd></dl>", "Quiet River"),
        ("<h1>Details</h1><div><span>Company</span><span>Quiet River</span></div>", "Quiet River"),
        ("<h1>Details</h1><p><b>Business:</b> Quiet River</p>", "Quiet River"),
        ('<div class="vcard"><span class="org">Quiet River</span></div>', "Quiet River"),
        ("<h1>Quiet River</h1><p>12 E Elm St, Nixa, MO 65714</p>", "Quiet River"),
        ("<h1>Grand Opening</h1><p>12 E Elm St, Nixa, MO 65714</p>", ""),
        ("<h1>New Staff Today</h1><p>Welcome to Quiet River!</p>", "Quiet River"),
        ("<h1>Kind hands</h1><p>Welcome to Springfield! Visit Missouri</p>", ""),
        ("<h1>Kind hands</h1><p>visit golden lotus spa today</p>", "golden lotus spa"),
        ("<title>Quiet River Spa | Finder</title><h1>Details</h1><p>At Quiet River Spa</p>", "Quiet River Spa"),
        ("<h1>Ad</h1><div><span>Lily</span><span>Full Body Massage</span></div>", ""),
    ],
)
def test_names(html: str, name: str):
    (ad,) = page(html + "<p>Call 417-555-0101</p>").ads
    assert ad.business_name == name


JSON_LD = '<script type="application/ld+json">%s</script><h1>Finder</h1><p>Call 417-555-0101</p>'


SHOP = {"@type": "DaySpa", "name": "Quiet River", "telephone": "417-555-0101"}
PLACED = {"@type": "LocalBusiness", "name": "Quiet River", "address": "12 E Elm St, Nixa, MO"}
REVIEWED = {**SHOP, "review": {"author": {"@type": "Person", "name": "Pat"}}}
MANY = [{"@type": "DaySpa", "name": f"Shop {n} Spa", "telephone": f"417-555-010{n}"} for n in range(4)]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (SHOP, "Quiet River"),
        ([{"@type": "Organization", "name": "Finder Inc"}, SHOP], "Quiet River"),
        ({"@graph": [{"@type": "WebSite", "name": "Finder"}, PLACED]}, "Quiet River"),
        (REVIEWED, "Quiet River"),
        ({"@type": "ItemList", "itemListElement": MANY}, ""),
    ],
)
def test_json_ld_names_the_one_business(data: object, name: str):
    assert page(JSON_LD % json.dumps(data)).ads[0].business_name == name


def test_posts_of_a_thread_are_ads_of_their_own():
    posts = "".join(
        f'<div class="post" id="p{n}"><b>user{n}</b><p>Quiet rooms, parking behind the store. 417-555-010{n}</p></div>'
        for n in range(4)
    )
    found = page(f"<h1>Springfield</h1>{posts}<a rel=next href='?p=2'>2</a>", "https://x.example/t")
    assert found.kind == "forum"
    assert [ad.phones for ad in found.ads] == [(f"+1417555010{n}",) for n in range(4)]
    assert [ad.url for ad in found.ads] == [f"https://x.example/t#p{n}" for n in range(4)]
    assert found.next == "https://x.example/t?p=2"


def test_rows_of_a_listing_have_title_date_place_and_id():
    rows = "".join(
        f'<li><a href="/spa/quiet-room-{4711 + n}.html">Quiet room {n}</a> <i>(Nixa)</i> <time>Mar {n + 3}</time></li>'
        for n in range(4)
    )
    found = page(f"<h1>Bodywork</h1><ul>{rows}</ul><a class=next href='/p2'>more</a>", "https://x.example/")
    assert found.kind == "listing"
    item = found.items[0]
    assert (item.url, item.title, item.location, item.posting_id) == (
        "https://x.example/spa/quiet-room-4711.html", "Quiet room 0", "Nixa", "4711")  # fmt: skip
    assert item.date is not None and item.date.earliest.isoformat() == "2021-03-03"
    assert found.next == "https://x.example/p2"


def test_folding_of_names_drops_legal_forms_only():
    assert folded("★ Quiet River Spa LLC") == "quiet river spa"


def test_the_own_site_of_a_business_bears_its_name_and_gives_its_contacts_at_the_foot() -> None:
    data = '{"@type": "LocalBusiness", "name": "Lotus Spa", "address": "1200 Larkmoor Ave\\nSpringfield, MO 65804"}'
    html = (
        f'<title>Lotus Spa</title><script type="application/ld+json">{data}</script>'
        "<main><h2>Relax</h2><p>Calm.</p></main>"
        "<footer><h3>Lotus Spa</h3><p>1200 Larkmoor Ave<br>Springfield, MO 65804</p><p>417-555-0142</p></footer>"
    )
    page = extract_page(html.encode(), "text/html", "https://lotus.example/", CAPTURED)
    (ad,) = page.ads
    assert (ad.business_name, ad.phones) == ("Lotus Spa", ("+14175550142",))
    assert [(a.street_key, a.city) for a in ad.addresses] == [("1200 LARKMOOR AVE", "Springfield")]


def test_the_name_of_a_business_stands_at_the_head_of_its_own_site() -> None:
    html = (
        '<title>Lotus Spa – Calm days</title><header class="site-header"><p><a href="/">Lotus Spa</a></p></header>'
        "<main><h1>Contact Us</h1><p>Call 417-555-0142</p></main><footer>A foot. Support: 417-555-0199</footer>"
    )
    page = extract_page(html.encode(), "text/html", "https://lotus.example/", CAPTURED)
    (ad,) = page.ads
    assert (ad.business_name, ad.phones) == ("Lotus Spa", ("+14175550142",))
