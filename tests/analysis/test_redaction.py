"""Redacted pages: what is blanked wherever it hides, what stays, and a leak check that finds what is planted."""

from __future__ import annotations

import base64
import html
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.redact import profile_named
from analysis.redaction.leaks import find_leaks
from analysis.redaction.page import redact_page, texts_of
from analysis.redaction.plain import folded, folded_places, views
from analysis.redaction.protected_values import Collector, Protected

PAGE = """<html><head><title>Ask for {name} at Golden Lotus Spa</title>
<meta name="description" content="Meet {name}, 23 years old">
<script>var staff = ["{name}"];</script>
<script type="application/ld+json">{{"@type":"Review","author":{{"name":"cool_{name}_fan"}},
 "description":"Ask for {name}","telephone":"(417) 555-0142","age":"23"}}</script></head>
<body><h1>Golden Lotus Spa</h1><p>Ask for {split}. Call (417) 555-0142.</p><!-- {name} -->
<img src="/img/{name}.jpg" alt="{name} today"><a href="/girls/{lower}-23?ask={lower}">more of {upper}</a>
<p onclick="show('{name}')" data-girl="{name}">100 E Walnut St, Savannah. {where}</p>
<table><tr><td>Name</td><td>{name}</td></tr></table></body></html>"""
NAMES = ("Lily", "Anna", "Coco", "Amy", "Jasmine", "Yuki")


def protect(page: str, profile: str = "prosecutor", trade: str = "Golden Lotus Spa") -> Protected:
    collector = Collector(profile_named(profile))
    collector.trade_name(trade)
    texts_of(page, collector.text)
    return collector.done()


def page_of(name: str, where: str = "") -> str:
    split = f"{name[:2]}<b>{name[2:]}</b>"
    return PAGE.format(name=name, split=split, lower=name.lower(), upper=name.upper(), where=where)


def written(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "page.html").write_text(text, encoding="utf-8")
    return folder


ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper": str.upper,
    "percent": lambda v: "".join(f"%{b:02X}" for b in v.encode()),
    "percent twice": lambda v: quote(quote("".join(f"%{b:02X}" for b in v.encode()))),
    "entities": lambda v: html.escape("".join(f"&#{ord(c)};" for c in v)),
    "base64": lambda v: base64.b64encode(f"name={v}; ok".encode()).decode(),
    "base64 in the middle": lambda v: "x" + base64.b64encode(f"to {v} today".encode()).decode(),
    "url base64": lambda v: base64.urlsafe_b64encode(f"?>{v} ~~~".encode()).decode().rstrip("="),
    "hexadecimal": lambda v: f"hi {v}!".encode().hex(),
    "backslash": lambda v: "".join(f"\\u{ord(c):04x}" for c in v),
    "zero width": "\u200b".join,
    "letters apart": " ".join,
    "dotted": ".".join,
    "starred": "*".join,
    "two signs between": ". ".join,
    "hyphen within": lambda v: f"{v[:2]}-{v[2:]}" if len(v) > 3 else "-".join(v),
    "full width": lambda v: "".join(chr(ord(c) + 0xFEE0) for c in v),
    "mathematical": lambda v: "".join(
        chr(0x1D400 + ord(c) - 65) if c.isupper() else chr(0x1D41A + ord(c) - 97) for c in v
    ),
    "accents": lambda v: "".join(c + "\u0301" for c in v),
}


@pytest.mark.parametrize(("name", "encoding"), zip(NAMES * 4, ENCODINGS, strict=False))
def test_a_name_goes_wherever_and_however_it_is_written(name: str, encoding: str, tmp_path: Path) -> None:
    page = page_of(name, ENCODINGS[encoding](name))
    protected = protect(page)
    made = redact_page(page, protected, "notice")
    assert list(find_leaks(written(tmp_path / "copy", made.html), protected.values(), protected.trade_names)) == []
    assert "Ask for W-001" in made.html
    for kept in ("Golden Lotus Spa", "(417) 555-0142", "100 E Walnut St, Savannah"):
        assert kept in made.html
    for gone in ("23 years", "onclick", "data-girl", "<img", "var staff", "<!--", "fan", '"age"'):
        assert gone not in made.html
    assert made.counts["worker_name"] >= 5


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(NAMES),
    st.sampled_from(sorted(ENCODINGS)),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "L", "N")), max_size=20),
    st.text(max_size=20),
    st.sampled_from(["<p>{}</p>", "<i title='{}'>x</i>", "{}", '{{"a": "{}"}}', "<a href='http://x.example/{}'>y</a>"]),
)
def test_the_leak_check_finds_whatever_is_planted(
    tmp_path_factory: pytest.TempPathFactory, name: str, encoding: str, before: str, after: str, place: str
) -> None:
    """The value stands between others than letters, in any of the encodings, anywhere in a file."""
    planted = place.format(f" {ENCODINGS[encoding](name)} ")
    folder = written(tmp_path_factory.mktemp("leak"), f"{before}\n{planted}\n{after}")
    assert [leak.kind for leak in find_leaks(folder, {folded(name): "worker_name"})] == ["worker_name"]


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60), st.sampled_from(NAMES), st.sampled_from(sorted(ENCODINGS)), st.text(max_size=30))
def test_whatever_stands_around_it_an_edited_page_shows_nothing_protected(
    tmp_path_factory: pytest.TempPathFactory, before: str, name: str, encoding: str, after: str
) -> None:
    hidden = html.escape(before) + f" {ENCODINGS[encoding](name)} " + html.escape(after)
    page = page_of(name, hidden)
    protected = protect(page)
    made = redact_page(page, protected, "notice")
    folder = written(tmp_path_factory.mktemp("copy"), made.html)
    assert list(find_leaks(folder, protected.values(), protected.trade_names)) == []


@pytest.mark.parametrize("written_as", ["jasminespa", "SweetJasmine", "callJasmine", "jasmines", "j-a-s-m-i-n-e's"])
def test_a_long_name_goes_out_of_a_longer_word(written_as: str) -> None:
    page = f"<html><body><p>My name is Jasmine.</p><p>{written_as} today</p></body></html>"
    shown = redact_page(page, protect(page), "notice").html.casefold()
    assert "jasmine" not in shown.replace("-", "")


def test_ordinary_words_stay(tmp_path: Path) -> None:
    """What only looks like a name in pieces, or holds a short one, is shown."""
    words = "Plan nap, family, hannah, a lily-white wall, my mate, I am y, lilypad"
    page = f"<html><body><p>My name is Amy. I am Anna.</p><p>{words}</p></body></html>"
    shown = redact_page(page, protect(page), "notice").html
    assert words in shown


def test_file_names_are_searched_too(tmp_path: Path) -> None:
    (tmp_path / "lily-1.html").write_text("nothing")
    assert [leak.file for leak in find_leaks(tmp_path, {"lily": "worker_name"})] == ["lily-1.html"]
    assert list(find_leaks(tmp_path, {"anna": "worker_name"})) == []


def test_a_name_inside_another_word_is_another_word(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("Savannah, Roseville, 3ada7bc")
    assert list(find_leaks(tmp_path, {"anna": "worker_name", "rose": "worker_name"})) == []
    protected = protect("<p>Ask for Anna</p>")
    assert "Savannah" in redact_page("<p>Savannah. Anna</p>", protected, "").html


def test_one_person_has_one_number_on_all_pages_and_two_have_two() -> None:
    collector = Collector(profile_named("prosecutor"))
    first, second = "<p>Ask for Lily or Coco</p>", "<p>My name is COCO</p><p>meet Yuki</p>"
    for page in (first, second):
        texts_of(page, collector.text)
    protected = collector.done()
    assert "Ask for W-001 or W-002" in redact_page(first, protected, "").html
    shown = redact_page(second, protected, "").html
    assert "My name is W-002" in shown
    assert "meet W-003" in shown


def test_a_trade_name_stays_though_a_worker_is_called_like_it() -> None:
    page = "<h1>Lily Spa</h1><p>Lily Spa, ask for Lily. LILY is in.</p>"
    shown = redact_page(page, protect(page, trade="Lily Spa"), "").html
    assert shown.count("Lily Spa") == 2
    assert "ask for W-001. W-001 is in" in shown
    assert "Lily" not in redact_page(page, protect(page, trade="Lily"), "").html.replace("Lily Spa", "x"), (
        "no trade name"
    )


def test_a_word_of_a_trade_name_is_no_worker() -> None:
    page = "<h1>Prairie Lily & Co Massage</h1><p>This is Prairie Lily & Co Massage. Near the prairie.</p>"
    protected = protect(page, trade="Prairie Lily & Co Massage")
    assert protected.names == {}
    assert "Near the prairie" in redact_page(page, protected, "").html


def test_with_phrases_to_keep_nothing_else_is_seen() -> None:
    page = page_of("Lily", "late hours, full body")
    protected = protect(page, "board")
    shown = redact_page(page, protected, "notice", keep=["Golden Lotus Spa", "(417) 555-0142"])
    text = shown.html.partition("<hr>")[2]
    assert "Golden Lotus Spa" in text
    assert "(417) 555-0142" in text
    for gone in ("late hours", "Walnut", "W-001", "Ask", "more of", "href", "Review"):
        assert gone.casefold() not in text.casefold().replace('"@type": "[removed]"', "")
    assert shown.counts["text"] > 3


def test_a_reader_of_figures_sees_no_contact() -> None:
    page = page_of("Lily", "write to info@lotus.example")
    shown = redact_page(page, protect(page, "public"), "notice", keep=[]).html
    for gone in ("555", "@lotus", "Golden", "Walnut"):
        assert gone not in shown


def test_hostile_pages_are_edited_too() -> None:
    deep = "<div>" * 1500 + "Ask for Lily" + "</div>" * 1500
    for page in (
        deep,
        "<p>Ask for Lily",
        "<p title='Ask for Lily'<<b",
        "<![CDATA[Ask for Lily]]><p>Ask for Lily",
        "",
        "\ufeff",
    ):
        shown = redact_page(page, protect(page), "notice").html
        assert "Lily" not in shown


def test_views_and_folding_keep_places() -> None:
    text = "  Caf\u00e9\u200b  Li\u0301ly"
    plain, places = folded_places(text)
    assert plain == " cafe lily" == folded(text)
    assert [text[p] for p in places] == list(" Cafe Lily".replace("e", "\u00e9", 1))
    assert "lily" in set(views(base64.b64encode(b"lily").decode()))
    assert Counter(views("plain words")) == Counter(["plain words"])
