"""What reviewers wrote is nobody's ad: no contact of the business, no word of its text, an indicator told as theirs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

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


@pytest.mark.parametrize("mark", ['class="review"', 'itemprop="review" itemtype="https://schema.org/Review"'])
def test_a_page_without_a_profile_is_read_without_its_reviews(mark: str):
    html = f"""<body><h1>Jade Spa</h1><p>Call 417-555-0101</p><section><h2>Reviews</h2>
    <div {mark}><div class=review><p>New staff weekly. Was Pearl Spa, 417-555-0199</p></div></div></section></body>"""
    (ad,) = extract_page(html.encode(), "text/html", "https://x.example/1", WHEN).ads
    assert ad.phones == ("+14175550101",)
    assert [m.style for m in ad.mentions if m.kind == "indicator"] == ["review"]


@pytest.mark.parametrize(
    "inside",
    ["<h1>Jade Spa</h1><p>Call 417-555-0101</p>", "<b>Jade Spa</b><p>Call 417-555-0101</p>"],
)
def test_a_card_that_is_only_called_a_review_is_the_ad(inside: str):
    html = f"<body><div class=review>{inside}</div><p>All rights reserved</p></body>"
    (ad,) = extract_page(html.encode(), "text/html", "https://x.example/1", WHEN).ads
    assert ad.phones == ("+14175550101",)
