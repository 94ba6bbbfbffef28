"""Bytes that no honest site sends: bounded, never an exception, provenance intact."""

import random
import tomllib
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.extract import extract_ad
from pipeline.extract.page import extract_page
from pipeline.extract.profile import SiteProfile, load_profile
from pipeline.extract.text import MAX_BYTES, MAX_NESTING, field_text
from pipeline.model import Page

ROOT = Path(__file__).parents[3]
WHEN = datetime(2020, 7, 1, 3, tzinfo=UTC)
URL = "https://rubmaps-shape.example/x-40123"
PROFILE = load_profile(ROOT / "spiders" / "sites" / "rubmaps-shape.toml")


def _profile(folder: Path, name: str) -> SiteProfile | None:
    if not name:
        return None
    return load_profile(folder / name if name.endswith(".toml") else ROOT / "spiders" / "sites" / f"{name}.toml")


def _fixtures() -> list[tuple[bytes, str, str, SiteProfile | None]]:
    found = []
    for page in sorted((ROOT / "tests" / "sites").glob("*/*/input.html")):
        meta = tomllib.loads(page.with_name("meta.toml").read_text(encoding="utf-8"))
        profile = _profile(page.parents[1], meta.get("profile", ""))
        found.append((page.read_bytes(), meta["content_type"], meta["url"], profile))
    return found


FIXTURES = _fixtures()
SPLICES = [
    b"<", b">", b'"', b"'", b"&", b"&#", b"\0", b"\xff", b"\xfe\xff", b"<!--", b"<script>", b"</div>", b"<table><td>",
    b"<div hidden>", b"\xe2\x80\x8b", b"\xef\xbb\xbf", b"<svg><p>", b"&#0;", b"&#xD800;", b"<base href='http://['>",
    b"<a href='tel:417 555 0101'>", b"\xf0\x9f\x98\x80", b"<template>", b"<select><option>", b'<meta charset="utf-16">',
]  # fmt: skip


def mutated(body: bytes, rng: random.Random) -> bytes:
    """The page with a few stretches cut, doubled, flipped or replaced by troublesome bytes."""
    data = bytearray(body)
    for _ in range(rng.randint(1, 12)):
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.choice([1, 2, 7, 40, 300]))
        match rng.randrange(4):
            case 0:
                del data[at:end]
            case 1:
                data[at:at] = data[at:end]
            case 2:
                data[at:at] = rng.choice(SPLICES)
            case _:
                data[at:end] = bytes(b ^ rng.randrange(256) for b in data[at:end])
    return bytes(data)


def check(body: bytes, content_type: str, url: str, profile: SiteProfile | None) -> Page:
    page = extract_page(body, content_type, url, WHEN, profile)
    assert not page.problem.startswith("cannot be read"), page.problem
    if page.suspected_minor:
        assert not (page.ads or page.items or page.next or page.consent)
    for mention in (m for ad in page.ads for m in ad.mentions):
        text = url if mention.field == "url" else field_text(body, content_type, mention.field, mention.node)
        assert text[mention.start : mention.end] == mention.quote, mention
        assert mention.kind != "protected" or mention.value == ""
    return page


@pytest.mark.parametrize("seed", range(20))
def test_mutated_pages_are_read_and_every_quote_is_found_again(seed: int):
    rng = random.Random(seed)
    kinds = {check(mutated(rng.choice(FIXTURES)[0], rng), *rng.choice(FIXTURES)[1:]).kind for _ in range(15)}
    kinds |= {check(mutated(body, rng), *rest).kind for body, *rest in FIXTURES}
    assert "ad" in kinds


@pytest.mark.soak
@pytest.mark.timeout(7200)  # ten thousand pages on a busy machine
def test_ten_thousand_mutated_pages():
    rng = random.Random(7)
    for _ in range(10_000):
        body, *rest = rng.choice(FIXTURES)
        check(mutated(body, rng), *rest)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=300),
    st.sampled_from(
        ["", "text/html", "text/html; charset=big5", "text/html; charset=nonsense", "text/html;charset=hex"]
    ),
    st.sampled_from([PROFILE, None]),
)
def test_any_bytes(body: bytes, content_type: str, profile: SiteProfile | None):
    check(body, content_type, URL, profile)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_url_and_text(text: str):
    page = extract_page(f"<p>{text} 417 555 0101</p>".encode("utf-8", "replace"), "text/html", text, WHEN)
    assert page.kind in {"ad", "other", "empty", "bot_wall", "tombstone", "consent"}
    assert not page.problem.startswith("cannot be read"), page.problem


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"%PDF-1.7\n...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"PK\x03\x04", "ZIP"),
        (zlib.compress(b"x", wbits=31), "gzip"),
    ],
)
def test_what_is_no_page_says_so(body: bytes, words: str):
    page = extract_page(body, "text/html", URL, WHEN, PROFILE)
    assert page.kind == "other" and words in page.problem


def test_declared_other_types_and_empty_bodies():
    assert "image/webp" in extract_page(b"xx", "image/webp", URL, WHEN).problem
    assert extract_page(b" \n", "text/html", URL, WHEN).kind == "empty"


CONTACT = "<div id=container><h1 class=titlu>Jade Spa</h1><p>417-555-0101</p>"


@pytest.mark.parametrize(
    ("tail", "words"),
    [
        ("<div>" * 100_000, f"more than {MAX_NESTING} tags inside one another"),
        ("<b><i><font>" * 30_000, "inside one another"),
        ("<table><tr><td>" * 30_000, "inside one another"),
        ("<p x" + " ".join(f"a{i}" for i in range(100_000)) + ">", "attributes"),
        ("<select>" + "<option>a" * 60_000, "options"),
        ("<div a='<" + "<div " * 30_000, "attributes"),
        ("<i>x</i>" * 100_000, "tags"),
    ],
)
def test_traps_for_tree_builders_are_cut_off_and_named(tail: str, words: str):
    page = extract_page((CONTACT + tail).encode(), "text/html", URL, WHEN, PROFILE)
    assert words in page.problem
    assert page.ads[0].phones == ("+14175550101",)


def test_a_page_beyond_the_limit_is_read_up_to_it():
    body = (CONTACT + "</div>").encode() + b" " * MAX_BYTES + b"<p>417-555-0102</p>"
    page = extract_page(body, "text/html", URL, WHEN, PROFILE)
    assert "5,000,000" in page.problem
    assert page.ads[0].phones == ("+14175550101",)


def test_nul_and_zero_width_characters_do_not_hide_an_ad():
    ad = extract_ad(b"<body><h1>Jade\0 Spa</h1><p>417-5\0" + "55\u200b-0101".encode() + b"</p>", URL, WHEN)
    assert (ad.phones, ad.business_name) == (("+14175550101",), "Jade Spa")


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "text/html; charset=utf-8"),
        ("utf-8", "text/html"),
        ("utf-8-sig", "text/html; charset=windows-1252"),
        ("utf-16", "text/html"),
        ("big5", "text/html; charset=big5"),
        ("gbk", "text/html; charset=gb2312"),
    ],
)
def test_chinese_pages_in_their_encodings(encoding: str, declared: str):
    html = "<html><body><h1>玉 Jade Garden Spa</h1><p>微信: jade_88 電 417-555-0101</p></body></html>"
    html = html if encoding != "gbk" else html.replace("電", "电")
    html = html if encoding != "big5" else html.replace("微信: jade_88", "WeChat: jade_88")
    ad = extract_page(html.encode(encoding), declared, URL, WHEN).ads[0]
    assert ad.title == "玉 Jade Garden Spa"
    assert ad.values("handle") == ("wechat:jade_88",)


def test_korean_page_declared_in_its_meta_tag():
    html = '<html><head><meta charset="euc-kr"></head><body><h1>제이드 Jade Spa</h1><p>카톡: jade_77, 417 555 0101</p>'
    ad = extract_page(html.encode("euc-kr"), "text/html", URL, WHEN).ads[0]
    assert (ad.title, ad.values("handle")) == ("제이드 Jade Spa", ("kakaotalk:jade_77",))


SPA = "<h1>Jade Spa</h1><p>417-555-0101</p>"


@pytest.mark.parametrize(
    "tail",
    [
        "<p>quiet rooms and soft music</p>" * 1_600_000,
        "x" * 50_000_000,
        "<p " + " ".join(f"a{i}=1" for i in range(1_000_000)) + ">",
        "".join(f"<p a{i}=1 b=2 c=3 d=4 e=5>x</p>" for i in range(200_000)),
        "<script>var a='</div><p>816-555-0102';</script>" * 20_000,
        "<div><h3>Similar places</h3>x</div>" * 20_000,
        "<h3>Similar places</h3>" * 20_000,
        "<p>\u00a9 2020 all rights reserved</p>" * 20_000,
        "<div><span>Phone</span><span>417-555-0101</span></div>" * 20_000,
        "<p>\u202e\u200b \u200f\u202c</p>" * 5_000,
        "<p>" + "Aa & " * 200_000 + "Spa",
        "<p>" + "a dot " * 200_000,
        " \n" * 1_000_000,
    ],
    ids=lambda tail: tail[:24].strip() + f"… {len(tail):,}",
)
def test_traps_for_the_reader_of_unknown_sites_cost_little(tail: str):
    """Quadratic reading of any of these would take minutes; the run's time limit is what would fail."""
    ad = extract_page((SPA + tail).encode(), "text/html; charset=utf-8", URL, WHEN).ads[0]
    assert ad.phones[0] == "+14175550101"
    assert ad.business_name == "Jade Spa"


def test_text_written_from_right_to_left_keeps_its_places():
    ad = extract_ad("<h1>Jade Spa</h1><p>\u200f\u202bمرحبا\u202c 417-555-0101 \u2066x\u2069</p>", URL, WHEN)
    assert ad.phones == ("+14175550101",)
