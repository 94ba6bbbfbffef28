"""Microformats: values in elements whose class says what they are (hCard, hReview, adr)."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from pipeline.extract.names import find_business_names, reads_like_a_name
from pipeline.extract.selection import MAX_MATCHES, Value
from pipeline.extract.text import is_inside, visible_text

_FIELDS = {
    "org": "business_name",
    "p-org": "business_name",
    "fn": "business_name",
    "p-name": "business_name",
    "tel": "phone",
    "p-tel": "phone",
    "street-address": "address",
    "p-street-address": "address",
    "locality": "city",
    "p-locality": "city",
    "region": "state",
    "p-region": "state",
    "postal-code": "zip",
    "p-postal-code": "zip",
}
_HOLDERS = ".vcard, .h-card, .hreview, .hreview-aggregate, .h-review, .adr, .h-adr"
_LONGEST = 200


def microformats(root: LexborNode, left_out: set[int]) -> Iterator[tuple[str, Value]]:
    """(field, value) of the first card on the page; a full name ("fn") counts when it reads like a business's."""
    for holder in root.css(_HOLDERS)[:1]:
        for node in holder.css("[class]")[:MAX_MATCHES]:
            for name in node.attrs.sget("class").split():
                field, text = _FIELDS.get(name), visible_text(node)
                if field is None or not 0 < len(text) <= _LONGEST or is_inside(node, left_out):
                    continue
                if name in {"fn", "p-name"} and not (reads_like_a_name(text) or find_business_names(text)):
                    continue
                yield field, Value(text, node, "text")
