import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.extract.page import extract_page
from pipeline.extract.profile import load_profile, parse_profile
from pipeline.extract.scaffold import check, scaffold

ROOT = Path(__file__).parents[3]
SITES = ROOT / "tests" / "sites"
WHEN = datetime(2020, 7, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize("page", sorted(SITES.glob("*/*/input.html")), ids=lambda p: f"{p.parts[-3]}/{p.parts[-2]}")
def test_every_draft_loads(page: Path):
    url = tomllib.loads(page.with_name("meta.toml").read_text())["url"]
    profile = parse_profile(scaffold(page.read_bytes().decode("utf-8", "replace"), url), "draft.toml")
    assert profile.start_urls == (url,)


@pytest.mark.parametrize("case", ["rubmaps-shape/place", "cityxguide-shape/ad", "backpage-classic-shape/ad"])
def test_a_draft_of_an_ad_reads_the_page_it_was_made_from(case: str):
    body = (SITES / case / "input.html").read_bytes()
    meta = tomllib.loads((SITES / case / "meta.toml").read_text())
    draft = parse_profile(scaffold(body.decode(), meta["url"]), "draft.toml")
    by_hand = extract_page(
        body, "text/html", meta["url"], WHEN, load_profile(ROOT / f"spiders/sites/{meta['profile']}.toml")
    )
    ad = extract_page(body, "text/html", meta["url"], WHEN, draft).ads[0]
    assert set(ad.phones) == set(by_hand.ads[0].phones)
    assert ad.posting_id == by_hand.ads[0].posting_id
    assert ad.title == by_hand.ads[0].title


def test_a_draft_of_a_listing_finds_its_rows():
    body = (SITES / "rubmaps-shape/listing/input.html").read_bytes()
    url = "https://rubmaps-shape.example/springfield-massage-parlors-mo"
    page = extract_page(body, "text/html", url, WHEN, parse_profile(scaffold(body.decode(), url), "draft.toml"))
    assert page.kind == "listing"
    assert [i.title for i in page.items] == ["Lucky in Love Spa", "Jade Garden"]


def test_hostile_names_do_not_break_the_draft():
    html = """<body><h1 class='a"b'>x'y\\z</h1><div id='1"'>417-555-0101 "quoted" \\ 'single'</div></body>"""
    parse_profile(scaffold(html, 'https://x.example/a"b\\c-123'), "draft.toml")
    parse_profile(scaffold("", ""), "draft.toml")


def test_check_shows_what_each_selector_found():
    body = (SITES / "rubmaps-shape/place/input.html").read_bytes()
    url = "https://rubmaps-shape.example/erotic-massage-lucky-in-love-spa-springfield-mo-40123"
    rows = {
        r[0]: r[1:]
        for r in check(load_profile(ROOT / "spiders/sites/rubmaps-shape.toml"), body, "text/html", url, WHEN)
    }
    assert rows["ad.phone"] == ("div.loc-left-right span#qe_phone_number", 1, "(417) 555-0123")
    assert rows["ad.posting_id"][1:] == (1, "40123")
    assert rows["pages.ad"][1] == 1
    assert rows["pages.listing"][1] == 0
    assert rows["ad.status_closed"][1] == 0


def test_check_leaves_sentinels_out_and_reads_ids_from_the_rows():
    profile = load_profile(ROOT / "spiders/sites/rubmaps-shape.toml")
    closed = (SITES / "rubmaps-shape/closed/input.html").read_bytes()
    rows = {r[0]: r[2:] for r in check(profile, closed, "text/html", "https://rubmaps-shape.example/x-40077", WHEN)}
    assert rows["ad.phone"] == (0, "")
    assert rows["ad.status_closed"][0] == 1
    listing = (SITES / "rubmaps-shape/listing/input.html").read_bytes()
    rows = {r[0]: r[2:] for r in check(profile, listing, "text/html", "https://rubmaps-shape.example/l", WHEN)}
    assert rows["listing.posting_id"] == (2, "40123")
