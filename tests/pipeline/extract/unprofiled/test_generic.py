"""The generic reader on pages whose profile is taken away, and on each kind of structured data."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.extract import extract_ad
from pipeline.extract.page import extract_page
from pipeline.extract.profile import load_profile

ROOT = Path(__file__).parents[4]
SITES = ROOT / "tests" / "sites"
WHEN = datetime(2020, 7, 1, 3, tzinfo=UTC)
ADS = [
    "rubmaps-shape/place",
    "rubmaps-shape/closed",
    "cityxguide-shape/ad",
    "bedpage-shape/ad",
    "backpage-classic-shape/ad",
]


@pytest.mark.parametrize("case", ADS)
def test_without_its_profile_an_ad_says_the_same(case: str):
    meta = tomllib.loads((SITES / case / "meta.toml").read_text())
    body = (SITES / case / "input.html").read_bytes()
    profile = load_profile(ROOT / "spiders" / "sites" / f"{meta['profile']}.toml")
    known = extract_page(body, meta["content_type"], meta["url"], meta["captured_at"], profile).ads[0]
    ad = extract_page(body, meta["content_type"], meta["url"], meta["captured_at"]).ads[0]
    assert set(ad.phones) == set(known.phones)
    assert [a.street_key for a in ad.addresses] == [a.street_key for a in known.addresses]
    assert ad.business_name == known.business_name


def test_microdata():
    html = """<div itemscope itemtype="https://schema.org/DaySpa"><h1>About us</h1><b itemprop="name">Jade Spa</b>
    <span itemprop="telephone" content="+14175550101">Call</span><div itemprop="address" itemscope
    itemtype="https://schema.org/PostalAddress"><span itemprop="streetAddress">12 E Elm St</span>
    <span itemprop="addressLocality">Nixa</span> <span itemprop="addressRegion">MO</span>
    <span itemprop="postalCode">65714</span></div></div>"""
    ad = extract_ad(html, "https://x.example/1", WHEN)
    assert (ad.business_name, ad.phones) == ("Jade Spa", ("+14175550101",))
    assert [(a.street_key, a.city, a.state, a.zip) for a in ad.addresses] == [("12 E ELM ST", "Nixa", "MO", "65714")]


def test_a_list_of_businesses_is_not_taken_for_one():
    rows = "".join(f"<li>Shop {i} 417-555-01{i:02}</li>" for i in range(12))
    page = extract_page(f"<h1>All shops</h1><ul>{rows}</ul>".encode(), "text/html", "https://x.example/", WHEN)
    assert page.kind == "other" and "imb sites new" in page.problem


def test_a_page_about_nothing_holds_no_ad():
    page = extract_page(
        b"<h1>Weather</h1><p>Rain tomorrow, 60% of the day.</p>", "text/html", "https://x.example/", WHEN
    )
    assert (page.kind, page.ads) == ("other", ())
    assert extract_ad("<p>nothing</p>", "https://x.example/", WHEN).phones == ()


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ("<p>This ad has been removed.</p>", "tombstone"),
        ("<title>Attention Required! | Cloudflare</title><p>Please complete the security check</p>", "bot_wall"),
        ("<p>You must be 18 to enter</p><a href=/in>I agree</a>", "consent"),
        ("<html></html>", "empty"),
    ],
)
def test_short_pages_that_are_no_ads(html: str, kind: str):
    assert extract_page(html.encode(), "text/html", "https://x.example/", WHEN).kind == kind


def test_broken_json_ld_is_passed_over():
    html = (
        '<script type="application/ld+json">{"name": "Jade</script>'
        + '<script type="application/ld+json">'
        + "[" * 9000
    )
    ad = extract_ad(html + "</script><h1>Jade Spa</h1><p>417-555-0101</p>", "https://x.example/1", WHEN)
    assert ad.phones == ("+14175550101",)


def test_the_date_of_a_review_is_not_the_ads():
    review = (
        "<section class=reviews><h2>Reviews</h2><p><time datetime=2026-01-20>Jan 20</time> nice place</p></section>"
    )
    ad = "<h1>Jade Spa</h1><dl><dt>Phone</dt><dd>417-555-0101</dd><dt>Listed</dt><dd>12 Jan 2026</dd></dl>"
    posted = extract_ad(f"<main>{ad}{review}</main>", "https://x.example/1", WHEN.replace(year=2026, month=3)).posted
    assert posted and str(posted.earliest) == "2026-01-12"
    own = ad.replace("12 Jan 2026", "<time datetime=2026-01-11>a while ago</time>")
    posted = extract_ad(f"<main>{review}{own}</main>", "https://x.example/1", WHEN.replace(year=2026, month=3)).posted
    assert posted and str(posted.earliest) == "2026-01-11"
