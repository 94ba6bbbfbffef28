"""Contacts of an unprofiled page by the names of their elements and by their attributes, where its text gives none.

Spans that only a style sheet sets apart run together in the text: "…MO 65804417-555-0121".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.extract.lexicon import vocabulary
from pipeline.extract.selection import Value
from pipeline.extract.text import is_inside, not_deep, visible_text

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LONGEST = {"phone": 60, "address": 200, "location": 80}
_MAX_NODES = 5_000
_MAPS = "a[href*='maps'], iframe[src*='maps']"
_PLACE_ASKED = re.compile(r"(?:[?&](?:q|query|daddr|destination|near)=|/maps/(?:place|search|dir/)/?)([^&/#]{8,200})")
_DIGITS = re.compile(r"\d")


def named_contacts(root: LexborNode, left_out: set[int]) -> Iterator[tuple[str, Value]]:
    """(field, value) of elements called "phone" or "address", and of attributes that hold a number to be shown."""
    kinds = {field: frozenset(vocabulary("surroundings")[f"{field}_names"]) for field in _LONGEST}
    for node in not_deep(root, root.css("[class], [id], address")[:_MAX_NODES]):
        names = f"{node.attrs.sget('class')} {node.id or ''}"
        words = {word.lower() for word in (*_WORDS.findall(names[:300]), *names[:300].split())} | (
            {"address"} if node.tag == "address" else set()
        )
        field = next((field for field, known in kinds.items() if known & words), "")
        text = visible_text(node) if field else ""
        if not 0 < len(text) <= _LONGEST.get(field, 0) or not _DIGITS.search(text) or is_inside(node, left_out):
            continue
        yield from _address_parts(node, text) if field == "address" else [(field, Value(text, node, "text"))]
    yield from _in_attributes(root, left_out)
    for node in root.css(_MAPS)[:_MAX_NODES]:
        name = "href" if node.tag == "a" else "src"
        if (asked := _PLACE_ASKED.search(link := node.attrs.sget(name))) and not is_inside(node, left_out):
            yield "address", Value(link[slice(*asked.span(1))], node, f"attr:{name}", asked.start(1))


def titled_contacts(tree: LexborHTMLParser) -> Iterator[tuple[str, Value]]:
    """Telephones of the document's title and of its description for search engines, the last places to look."""
    for node in tree.css("title"):
        yield "phone", Value(visible_text(node), node, "text")
    for node in tree.css("meta[name=description], meta[property='og:title'], meta[property='og:description']"):
        yield "phone", Value(node.attrs.sget("content"), node, "attr:content")


def _in_attributes(root: LexborNode, left_out: set[int]) -> Iterator[tuple[str, Value]]:
    """Numbers that a script is to show: data-phone="…"."""
    attributes = vocabulary("surroundings")["phone_attributes"]
    for node in root.css(", ".join(f"[{name}]" for name in attributes))[:_MAX_NODES]:
        for name in attributes:
            text = node.attrs.sget(name)
            if len(text) <= _LONGEST["phone"] and _DIGITS.search(text) and not is_inside(node, left_out):
                yield "phone", Value(text, node, f"attr:{name}")


def _address_parts(node: LexborNode, text: str) -> Iterator[tuple[str, Value]]:
    """The whole, or street and place where an inner element's words run into those behind it."""
    inner = next((child for child in node.iter() if visible_text(child)), None)
    words = visible_text(inner) if inner is not None else ""
    tail = text[len(words) :]
    if not words or not text.startswith(words) or not tail[:1].isalpha():
        yield "address", Value(text, node, "text")
        return
    yield "address", Value(words, inner, "text")
    yield "location", Value(tail, node, "text", len(words))
