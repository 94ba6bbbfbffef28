from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.page import extract_page
from pipeline.extract.protected import find_protected, minor_signs

WHEN = datetime(2020, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Ask for Amy or Lily.", ["Amy", "Lily"]),
        ("ASK FOR AMY", ["AMY"]),
        ("My name is Kiki", ["Kiki"]),
        ("I'm Coco, call me", ["Coco"]),
        ("Meet Lucy, Mimi and Gigi", ["Lucy", "Mimi", "Gigi"]),
        ("Coco is back.", ["Coco"]),
        ("Lily, 24 years old", ["Lily", "24 years old"]),
        ("Name: Mimi", ["Mimi"]),
        ("Age: 23", ["Age: 23"]),
        ("25yo", ["25yo"]),
        ("height: five feet", ["height: five feet"]),
        ("petite", ["petite"]),
        ("Call for appointment", []),
        ("Ask for specials", []),
        ("12 years in business", []),
        ("Over 10 years of experience.", []),
        ("Amy 22 years of charm", ["Amy"]),
        ("a 17 year old business", []),
        ("60 min massage, 7 days", []),
    ],
)
def test_spans_without_values(text: str, spans: list[str]):
    found = find_protected(text)
    assert [text[f.start : f.end] for f in found] == spans
    assert all((f.kind, f.value) == ("protected", "") for f in found)


@pytest.mark.parametrize(
    "text",
    ["I am 17 years old", "Age: 16", "seventeen years old", "17yo", "１７ yo", "turned 17 last week",
     "Poster's age: 17",
     "16 y/o", "aged 15", "still in high school", "a high school student", "10th grader"],
)  # fmt: skip
def test_signs_of_a_minor(text: str):
    assert minor_signs(text)


@pytest.mark.parametrize(
    "text",
    ["must be 18 years old", "under 18 not allowed", "must be at least 16 years old",
     "children under 12 years old free",
     "17 years in business", "our 17 year old business", "17 years of experience", "age 18+", "age 16+",
     "age 17 and over",
     "next to the high school", "massage school graduate", "only 15 min away", "i'm 15 minutes from you", "I am 23",
     "if you are 17 years old or younger leave", "open 17 hours", "Swedish massage at 17 Main", "age: 21",
     "ages 16 - 20"],
)  # fmt: skip
def test_no_signs_of_a_minor(text: str):
    assert not minor_signs(text)


@pytest.mark.parametrize(
    "html",
    ["<h1>Jade Spa</h1><p>417-555-0101. Age: 16</p>",
     "<h1>Jade Spa</h1><p>417-555-0101</p><img src=x alt='17 years old'>",
     "<title>17 yo</title><h1>Jade Spa</h1><p>417-555-0101</p>",
     "<meta name=description content='I am 17 years old'><h1>Jade Spa</h1><p>417-555-0101</p>"],
)  # fmt: skip
def test_a_held_page_keeps_nothing(html: str):
    page = extract_page(html.encode(), "text/html", "https://x.example/1", WHEN)
    assert page.suspected_minor
    assert (page.ads, page.items, page.next, page.consent, page.problem) == ((), (), None, None, "")


def test_a_worker_s_name_is_no_value_and_a_business_s_name_is_not_protected():
    html = "<h1>Amy Garden Spa</h1><p>417-555-0101. Ask for Amy. Ask for Lulu. Ethnicity: stated</p>"
    ad = extract_page(html.encode(), "text/html", "https://x.example/1", WHEN).ads[0]
    protected = [m for m in ad.mentions if m.kind == "protected"]
    assert [m.quote for m in protected] == ["Lulu", "Ethnicity: stated"]
    assert all("Lulu" not in m.value for m in ad.mentions)


@given(st.text(max_size=200))
def test_any_text(text: str):
    found = find_protected(text)
    assert all(0 <= f.start < f.end <= len(text) for f in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    minor_signs(text)
