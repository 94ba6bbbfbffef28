"""A still keeps what a page says and nothing that acts or fetches."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from pipeline.evidence.package.still import Still, harmless_style, still_page

HTML = "text/html; charset=utf-8"
ACTIVE = "script iframe frame object embed applet link meta base form input button select textarea svg math img video"


def shown(html: str, content_type: str = HTML) -> Still:
    return still_page(html.encode("utf-8", "surrogatepass"), content_type)


def faults(still: Still) -> list[str]:
    """What in the still, read as a browser would, could act or fetch."""
    tree = LexborHTMLParser(f"<body>{still.html}</body>")
    found = [f"<{tag}>" for tag in ACTIVE.split() if tree.css(f"body {tag}")]
    for node in tree.css("body *"):
        for name, value in node.attributes.items():
            if name.startswith("on") or name in {"href", "src", "srcset", "action", "background", "poster", "srcdoc"}:
                found.append(name)
            if name == "style" and re.search(r"url|import|expression|\\", value or "", re.I):
                found.append(f"style={value}")
    found += [s.text() for s in tree.css("style") if re.search(r"url\s*\(|@import|expression", s.text() or "", re.I)]
    return found


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script><SCRIPT src=//x.example/a></SCRIPT>",
        "<p onclick=alert(1) onmouseover='x'>hi</p><a href='javascript:x()'>y</a><a href=http://x.example>z</a>",
        "<img src=x onerror=alert(1)><picture><source srcset=a></picture><video poster=a src=b></video>",
        "<meta http-equiv=refresh content='0;url=http://x.example'><base href=http://x.example><link href=a>",
        "<form action=http://x.example><input name=a value=b><button formaction=c>d</button><select><option>e</select>",
        "<svg><script>alert(1)</script><a xlink:href=x><text>t</text></a></svg><math><mi xlink:href=x></math>",
        "<style>@import 'http://x.example/a.css';body{background:url(http://x.example/b)}</style>",
        "<style>body{background:u\\72l(http://x.example/b)}p{color:red}</style>",
        "<style>p{x:1}/*</style><img src=x onerror=alert(1)>*/</style>",
        "<p style='background:url(http://x.example/a);color:red'>a</p><p style='behavior:url(x)'>b</p>",
        "<table background=http://x.example/a><tr><td background=b>c</table><body background=d>",
        "<iframe srcdoc='<script>x</script>'></iframe><frameset><frame src=a></frameset><object data=a></object>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        "<xmp><img src=x onerror=alert(1)></xmp><plaintext><img src=x onerror=alert(1)>",
        "<template><img src=x onerror=alert(1)></template><textarea><img src=x></textarea>",
        "<x-custom onfoo=a is=b style='color:red'>text</x-custom>",
        "<p title='\"><script>alert(1)</script>'>a</p><p class='\"><img src=x>'>b</p>",
    ],
)  # fmt: skip
def test_nothing_that_acts_or_fetches_is_left(html: str) -> None:
    still = shown(f"<html><head><title>T</title></head><body>{html}<p>Call 417-555-0101</p></body></html>")
    assert faults(still) == []
    assert "417-555-0101" in still.html


@given(st.text("<>/='\"! -abcimgsrptylonfe{}:;()@\\&#x0\n", max_size=300))
def test_no_text_becomes_anything_that_acts(text: str) -> None:
    assert faults(shown(text)) == []


@given(st.text("{}@;:()/*\\ urlimportmedia<>abc0", max_size=200))
def test_no_style_fetches(css: str) -> None:
    kept = harmless_style(css)
    assert not re.search(r"url\s*\(|@import|<|\\", kept, re.I)


def test_looks_are_kept() -> None:
    still = shown(
        "<style>.a{color:red}@media print{.a{color:blue}}@font-face{src:url(x)}</style>"
        "<p class=a style='font-weight:bold'>Lotus<br>Spa</p><table width=200 bgcolor='#eee'><tr><td>x</table>"
    )
    assert ".a{color:red}" in still.html
    assert "@media print{.a{color:blue}}" in still.html
    assert "font-face" not in still.html
    assert '<p class="a" style="font-weight:bold">Lotus<br>Spa</p>' in still.html
    assert '<table width="200" bgcolor="#eee">' in still.html


def test_words_in_odd_places_are_kept() -> None:
    still = shown(
        "<svg><text>drawn 1</text></svg><math><mi>2</mi></math><xmp>raw <b>3</b></xmp><canvas>4</canvas><x>5</x>"
    )
    for words in ("drawn 1", "2</span>", "raw &lt;b&gt;3", "4</div>", "5</span>"):
        assert words in still.html


def test_what_is_left_out_is_marked_and_counted() -> None:
    still = shown(
        "<head><link rel='preload stylesheet' href=a><title> Lotus\n Spa </title><script>x</script></head>"
        "<img src=http://x.example/a.jpg alt='front door'><img src='data:image/png;base64,AA'><iframe src=b></iframe>"
        "<a href='/contact?x=1&y=2'>contact</a><input value='Springfield'><input type=hidden value=secret>"
    )
    assert still.left_out == {"frames": 1, "images": 2, "scripts": 1, "style sheets": 1}
    assert "not collected: image “front door”" in still.html
    assert 'title="http://x.example/a.jpg"' in still.html
    assert "base64" not in still.html
    assert 'title="/contact?x=1&amp;y=2">contact' in still.html
    assert "Springfield" in still.html
    assert "secret" not in still.html
    assert still.title == "Lotus Spa"


@pytest.mark.parametrize(
    ("body", "kind", "problem"),
    [
        (b"", HTML, "no body"),
        (b"%PDF-1.7", "application/pdf", "not a page but application/pdf"),
        (b"<x/>", "application/xml", "not a page but application/xml"),
        (b"\x89PNG", "image/png", "not a page but image/png"),
    ],
)
def test_what_is_no_page_is_said(body: bytes, kind: str, problem: str) -> None:
    still = still_page(body, kind)
    assert problem in still.problem
    assert still.html == ""


def test_plain_text_and_odd_encodings() -> None:
    assert still_page(b"a <b> c", "text/plain").html == "<pre>a &lt;b&gt; c</pre>"
    assert "café" in still_page("<p>café".encode("latin-1"), "text/html; charset=iso-8859-1").html


def test_deep_and_wide_pages_end() -> None:
    assert shown("<div>" * 100_000 + "deep").problem.startswith("only shown up to")
    assert shown("<b>x</b>" * 20_000).problem == ""


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/ld+json", "text/csv", "text/plain"])
def test_data_is_shown_as_it_is_written(kind: str) -> None:
    body = b'{"name": "<b>Lotus</b>", "phone": "417-555-0153"}'
    still = still_page(body, kind)
    assert (still.text, still.problem) == (body.decode(), "")
    assert "&lt;b&gt;Lotus" in still.html
