"""Labelled values of a page: "Phone: …" lines, table rows, definition lists, label and value side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice

from selectolax.lexbor import LexborNode

from pipeline.extract.addresses import find_addresses
from pipeline.extract.elements import with_tags
from pipeline.extract.facts import labelled
from pipeline.extract.lexicon import fold, vocabulary
from pipeline.extract.selection import MAX_TEXT, Value
from pipeline.extract.text import is_inside, not_deep, visible_text

_LABEL_TAGS = frozenset(
    ["th", "td", "dt", "b", "strong", "span", "label", "div", "p", "h2", "h3", "h4", "h5", "h6", "li", "em", "i"]
)
_LEAF = ":not(:has(div, p, ul, table))"  # which of the two a label may be
_LEAVES = f"div{_LEAF}, li{_LEAF}"
_MAYBE_LEAVES = frozenset(["div", "li"])
_ORNAMENT = " \t:：•*·-–—|#"
_LONGEST_LABEL = 30
_LONGEST_VALUE = 300
_MAX_NODES = 20_000


@cache
def fields_by_label() -> dict[str, str]:
    """Label in lower case -> field of AdFields."""
    return {label: field for field, labels in vocabulary("labels").items() for label in labels}


def labelled_lines(own: str, root: LexborNode) -> Iterator[tuple[str, Value]]:
    """Values of "Label: value" lines (see `facts.labelled`); `own` is the element's text with foreign parts blanked."""
    shown = visible_text(root)
    for label, start, end in labelled(own[:MAX_TEXT]):
        value, field = own[start:end], fields_by_label().get(label)
        if field is None or not value.strip() or value != shown[start:end]:
            continue
        if _is_value(field, value):
            yield field, Value(value, root, "text", start)


def labelled_elements(root: LexborNode, left_out: set[int]) -> Iterator[tuple[str, Value, LexborNode]]:
    """(field, value, label) of elements that stand directly after one whose whole text is a label."""
    leaves = {leaf.mem_id for leaf in root.css(_LEAVES)}
    for node in islice(not_deep(root, with_tags(root, _LABEL_TAGS)), _MAX_NODES):
        if node.tag in _MAYBE_LEAVES and node.mem_id not in leaves:
            continue
        words = node.text(deep=True, strip=True)
        if not 2 <= len(words) <= _LONGEST_LABEL:
            continue
        field = _field_of(words)
        if field is None or is_inside(node, left_out):
            continue
        value = _value_after(node)
        if value is not None and _is_value(field, value.text):
            yield field, value, node


def _is_value(field: str, text: str) -> bool:
    """Whether a text is no label itself, and a business's name no address: "Spa" may be a heading over it."""
    if fold(text).strip(_ORNAMENT) in fields_by_label():
        return False
    return field != "business_name" or not find_addresses(text)


@lru_cache(maxsize=8192)  # a site's pages have the same few words
def _field_of(words: str) -> str | None:
    return fields_by_label().get(" ".join(fold(words).split()).strip(_ORNAMENT))


def _value_after(label: LexborNode) -> Value | None:
    """The text of the next element in the same row; of the next cell when the label fills its own."""
    here = label
    for _ in range(3):
        after = here.next
        while after is not None and not after.is_element_node:
            if (after.text_content or "").strip(_ORNAMENT + "\n\r\xa0"):
                return None  # running text: the line "Label: value" is read from the text
            after = after.next
        while after is not None and after.tag in {"br", "wbr"}:
            after = after.next
        if after is not None and after.is_element_node:
            text = visible_text(after)
            return Value(text, after, "text") if 0 < len(text) <= _LONGEST_VALUE else None
        if here.parent is None or visible_text(here.parent) != visible_text(label):
            return None
        here = here.parent
    return None


def dated_elements(root: LexborNode, left_out: set[int]) -> Iterator[Value]:
    """Short texts of elements named for a date: class "post_date", "utc_time", "published"."""
    named = (n for n in root.css("[class], [id]") if _is_dated(f"{n.attrs.sget('class')} {n.id or ''}"))
    for node in islice(not_deep(root, named), _MAX_NODES):
        if is_inside(node, left_out):
            continue
        text = visible_text(node)
        if 3 <= len(text) <= 60 and any(c.isdigit() for c in text):
            yield Value(text, node, "text")


_DATE_NAME = re.compile(
    r"(?:^|[\s_-]|(?<=[a-z]))(?:[Dd]ate|[Dd]ated|[Pp]osted|[Pp]ublish(?:ed)?|[Tt]imestamp|utc_time|adInfo|post_time)(?![a-z])"
)


@lru_cache(maxsize=8192)  # a site's pages have the same few names
def _is_dated(names: str) -> bool:
    return len(names) <= 200 and _DATE_NAME.search(names) is not None
