"""The visible text read off the markup is the one found by visiting the nodes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborNode

from pipeline.extract.layout import lay_out
from pipeline.extract.text import parse, text_without
from pipeline.extract.visible import read_visible

_UNSEEN = """script style noscript template head select datalist iframe object svg canvas audio video noframes noembed
    math"""
_BLOCKS = """html body address article aside blockquote button center dd details dialog dir div dl dt fieldset
    figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol optgroup
    option p pre search section summary table tbody tfoot thead caption title ul br tr td th"""
UNSEEN, BLOCKS = frozenset(_UNSEEN.split()), frozenset(_BLOCKS.split())
HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


def visited(root: LexborNode, without: LexborNode | None = None) -> str:
    """The same text the slow way: node by node, every text with its nearest block, "^" for what is left out."""
    parts: list[str] = []
    last, pending = 0, ""
    for node in root.traverse(include_text=True):
        if node.tag in BLOCKS:
            mark = "\0t" if node.tag in {"td", "th"} else "\0n"
            pending = mark if node.tag in {"br", "tr"} else pending or mark
        if node.tag != "-text":
            continue
        text = node.text_content or ""
        if not text or text.isspace():
            parts.append(" ")
        elif block := nearest_block(node.parent, root):
            if block != last or pending:
                parts.append(pending or "\0n")
            last, pending = block, ""
            parts.append(re.sub(r"\S", "^", text) if without is not None and lies_in(node, without) else text)
    joined = re.sub(r"\s+", " ", "".join(parts))
    return re.sub(r" ?\0n ?", "\n", re.sub(r" ?\0t ?", "\t", joined)).strip()


def lies_in(node: LexborNode | None, part: LexborNode) -> bool:
    while node is not None and node.mem_id != part.mem_id:
        node = node.parent
    return node is not None


def nearest_block(node: LexborNode | None, root: LexborNode) -> int:
    """The block an element's text stands in, 0 when it is not shown."""
    block = 0
    while node is not None:
        if node.mem_id == root.mem_id:
            return block or root.mem_id
        hidden = "hidden" in node.attributes or HIDING.search(node.attributes.get("style") or "")
        if hidden or node.tag in UNSEEN:
            return 0
        if node.tag in BLOCKS and not block:
            block = node.mem_id
        node = node.parent
    return 0


_TAGS = """div p span b a li ul td th tr table br hr script style template select option object iframe xmp noscript
    textarea pre title h1 img input button dl dt dd noembed noframes h1 z<!--x"""
_TEXTS = """a foo\xa0bar &nbsp; &lt;b&gt; &amp;amp; <!-- --> <!--c--> </script> é\u3000ü <?php"-->"?> <!--> '" < </
    \x02 \x1c"""
ATTRIBUTES = (
    "",
    " hidden",
    ' style="display:none"',
    ' style="color:red"',
    ' title="x hidden="',
    ' =x=" hidden="',
    ' a"b',
    " title='\"><b> hidden=\"'",
    " a<b=1",
    ' STYLE="VISIBILITY : hidden"',
)
starts = st.builds("<{}{}>".format, st.sampled_from(_TAGS.split()), st.sampled_from(ATTRIBUTES))
ends = st.builds("</{}>".format, st.sampled_from(_TAGS.split()))
pages = st.lists(
    st.one_of(starts, st.sampled_from(["b c", *_TEXTS.split(" "), " ", "\n", "\x0b"]), ends), max_size=30
).map("".join)


@settings(max_examples=400, deadline=None)
@given(pages)
def test_markup_and_nodes_say_the_same(html: str) -> None:
    body = parse(html).body
    if body is not None:
        assert read_visible(body) == visited(body), body.html


@settings(max_examples=300, deadline=None)
@given(pages, st.data())
def test_what_is_read_from_the_layout_of_the_body_is_what_each_element_shows(html: str, data: st.DataObject) -> None:
    body = parse(html).body
    if body is None or (layout := lay_out(body)) is None:
        return
    placed = [(node, span) for node in body.css("*") if (span := layout.span(node))]
    assert [layout.tokens.shown(*span) for _, span in placed] == [read_visible(node) for node, _ in placed]
    part, span = data.draw(st.sampled_from(placed))
    blanked = layout.tokens.shown(*placed[0][1], [span])
    assert blanked == visited(body, part).replace("^", " "), body.html


@pytest.mark.parametrize("space", [" ", "&nbsp;", "\u2003"])
def test_a_space_that_is_not_shown_parts_words_however_it_is_written(space: str) -> None:
    body = parse(f"<p>417<a hidden>{space}</a>555").body
    assert body is not None
    assert read_visible(body) == visited(body) == "417 555"


@pytest.mark.parametrize("attribute", ["hidden", "style='visibility:hidden'"])
def test_of_a_body_that_a_script_is_to_show_parts_are_left_out_too(attribute: str) -> None:
    body = parse(f"<body {attribute}><p>a 1</p><div hidden><p>x</p></div><p>b 2</p></body>").body
    assert body is not None
    assert text_without(body, [body.css("p")[2]]) == "a 1\n   "


@settings(max_examples=200, deadline=None)
@given(pages)
def test_bodies_can_be_laid_out(html: str) -> None:
    body = parse(html).body
    assert body is None or lay_out(body) is not None, body.html


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("a<b>c</b> d<script>x(1<2)</script>e", "ac de"),
        ("<p>a</p><p>b</p>", "a\nb"),
        ("<div>a<div></div>b</div>", "a\nb"),
        ("<table><tr><td>k</td><td>v</td></tr><tr><td>k2<td>v2</table>", "k\tv\nk2\tv2"),
        ("<table><tr><td>k<td><br>v</table>", "k\nv"),
        ("a<span hidden>x<p>y</p></span>b", "a\nb"),
        ("a<svg><svg>x</svg>y</svg>b", "ab"),
        ("a<template><p>x</p></template>b", "ab"),
        ("a<script> </script>b", "a b"),
        ("<script><!-- <script> </script> --> x</script>b", "b"),
        ("<xmp><i>1</i></xmp>", "<i>1</i>"),
        ("<z<!--x>shown</z<!--x>", "shown"),
        ("a &lt;b&gt; &amp;lt; &nbsp; c", "a <b> &lt; c"),
        ("<input hidden>a<img style='display:none'>b", "ab"),
        ("a<noscript><img style='display:none'>x</noscript>b", "ab"),
        ("a<noscript><b hidden>x</b></noscript><i hidden>y</i>b", "ab"),
        (f"a<svg>{'<g>' * 20}<text style='display:none'>x</text>{'</g>' * 20}</svg>b", "ab"),
    ],
)
def test_examples(html: str, shown: str) -> None:
    body = parse(html).body
    assert body is not None
    assert read_visible(body) == shown == visited(body)
