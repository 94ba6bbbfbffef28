"""JSON-LD of a profiled page says what the profile's selectors and the ad's own text do not."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from pipeline.extract.page import extract_page
from pipeline.extract.profile import parse_profile
from pipeline.extract.text import field_text
from pipeline.model import Ad

URL, HTML = "https://board.example/ad/1.html", "text/html; charset=utf-8"
PROFILE = parse_profile(
    """
    id = "board"
    class = "mixed"
    allowed_domains = ["board.example"]
    legal_basis = "synthetic"
    [pages]
    ad = { css = "main" }
    [ad]
    root = "main"
    title = "h1"
    """,
    "board.toml",
)
BUSINESS = {
    "@type": "HealthAndBeautyBusiness",
    "name": "Jade Garden Spa",
    "telephone": "417-555-0143",
    "address": {"@type": "PostalAddress", "streetAddress": "2410 Pellham Ave Ste 5", "addressLocality": "Joplin"},
    "openingHours": "Mo-Su 10:00-22:00",
}


def read(text: str, *businesses: dict[str, object]) -> tuple[bytes, Ad]:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(b)}</script>' for b in businesses)
    body = f"<html><head>{scripts}</head><body><main><h1>Quiet room</h1><p>{text}</p></main></body></html>".encode()
    page = extract_page(body, HTML, URL, datetime(2026, 3, 3, tzinfo=UTC), PROFILE)
    return body, page.ads[0]


def test_what_the_page_does_not_show_is_taken_from_its_structured_data() -> None:
    body, ad = read("Soft music and warm towels.", BUSINESS)
    assert (ad.business_name, ad.phones, ad.hours) == ("Jade Garden Spa", ("+14175550143",), "Mo-Su 10:00-22:00")
    assert [(a.street_key, a.unit, a.city) for a in ad.addresses] == [("2410 PELLHAM AVE", "5", "Joplin")]
    for mention in ad.mentions:
        assert field_text(body, HTML, mention.field, mention.node)[mention.start : mention.end] == mention.quote


@pytest.mark.parametrize(
    ("text", "phones", "streets"),
    [
        ("Call 417-555-0187.", ("+14175550187",), ["2410 PELLHAM AVE"]),
        ("1200 N Larkmoor St, Joplin, MO 64804", ("+14175550143",), ["1200 N LARKMOOR ST"]),
    ],
)
def test_what_the_ad_says_itself_stands_alone(text: str, phones: tuple[str, ...], streets: list[str]) -> None:
    _, ad = read(text, BUSINESS)
    assert ad.phones == phones
    assert [a.street_key for a in ad.addresses] == streets


def test_the_businesses_of_a_directory_are_nobody_s() -> None:
    others = [BUSINESS | {"name": f"Spa {n}", "telephone": f"417-555-01{n}"} for n in (60, 61, 62)]
    _, ad = read("Soft music and warm towels.", *others)
    assert (ad.business_name, ad.phones, ad.addresses) == ("", (), ())
