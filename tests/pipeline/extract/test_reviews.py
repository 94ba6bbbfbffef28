"""What reviewers wrote is nobody's ad: no contact of the business, no word of its text, an indicator told as theirs."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.extract.page import extract_page
from pipeline.extract.profile import parse_profile
from pipeline.extract.text import field_text

HEAD = 'id = "x"\nclass = "illicit"\nallowed_domains = ["x.example"]\nlegal_basis = "order"\n[ad]\nroot = "body"\n'
HTML = b"""<body><h1>Jade Spa</h1><p>Call 417-555-0101, table shower</p>
<div class=review><b>Pat</b><p>Was Pearl Spa, 417-555-0199. New staff weekly. She is 22 years old.</p></div></body>"""
WHEN = datetime(2026, 3, 1, tzinfo=UTC)


def read(reviews: str):
    profile = parse_profile(HEAD + reviews, "x.toml")
    (ad,) = extract_page(HTML, "text/html", "https://x.example/1", WHEN, profile).ads
    return ad


def test_reviews_are_no_words_of_the_ad():
    ad = read('reviews = ["div.none", "div.review"]\n')
    assert ad.phones == ("+14175550101",)
    assert "weekly" not in ad.body and "table shower" in ad.body
    styles = {m.value: m.style for m in ad.mentions if m.kind == "indicator"}
    assert styles == {"table_shower": "lexicon", "rotation": "review"}
    assert {"+14175550101", "+14175550199"} <= set(read("").phones), "without the key they are read as the ad's"


def test_what_is_protected_is_protected_in_reviews_and_every_quote_is_found_again():
    ad = read('reviews = "div.review"\n')
    assert any(m.kind == "protected" and "22" in m.quote for m in ad.mentions)
    for m in ad.mentions:
        assert field_text(HTML, "text/html", m.field, m.node)[m.start : m.end] == m.quote, m
