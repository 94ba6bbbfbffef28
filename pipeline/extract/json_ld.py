"""Businesses in a page's JSON-LD, each value with its place in the script."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.extract.inventory import inventory
from pipeline.extract.selection import MAX_TEXT, Value
from pipeline.extract.text import visible_text

BUSINESS_TYPE = re.compile(r"business|organization|store|place|spa\b|salon|massage|health|clinic|service|therap", re.I)
_NOT_THE_BUSINESS = re.compile(
    r"postaladdress|rating|review|person|breadcrumb|listitem|website|webpage|searchaction", re.I
)
PROPERTIES = {  # property -> field of AdFields, for JSON-LD and microdata
    "name": "business_name",
    "legalName": "business_name",
    "alternateName": "business_name",
    "telephone": "phone",
    "address": "address",
    "streetAddress": "address",
    "addressLocality": "city",
    "addressRegion": "state",
    "postalCode": "zip",
    "email": "email",
    "openingHours": "hours",
    "datePosted": "posted",
    "datePublished": "posted",
    "dateModified": "updated",
}
_MOST_SCRIPTS = 20
_WHOLE = 2  # a telephone and an address
_MANY = 3  # businesses from which the page is a directory
_MOST_OBJECTS = 500

Property = tuple[str, str]
_PAGE_TYPE = re.compile(r"page|article|posting|product|offer", re.I)
_ANY_PUBLISHER = frozenset(["organization", "corporation", "newsmediaorganization", "website"])


def json_ld_fields(tree: LexborHTMLParser) -> list[tuple[str, Value]]:
    """(field, value) of the page's one business, the fullest description first; [] for a directory of several."""
    scripts = list(_scripts(tree))
    found = [(script, text, properties) for script, text, data in scripts for properties in _businesses(data)]
    if len(_contactable(p for *_, p in found)) >= _MANY:
        return []
    found.sort(key=lambda business: -_fullness(business[2]))
    best = _fullness(found[0][2]) if found else 0
    said = (
        (script, text, field, part)
        for script, text, properties in found
        if not best or _fullness(properties)
        for key, words in properties
        for field, part in _parts(key, words)
    )
    dated = ((script, text, PROPERTIES[key], day) for script, text, data in scripts for key, day in _page_dates(data))
    values = ((field, _placed(part, script, text)) for script, text, field, part in chain(said, dated))
    return [(field, value) for field, value in values if value is not None]


def is_of_publisher(tree: LexborHTMLParser) -> bool:
    """Whether the described is a mere organization, which may be the site: its like says nothing of a trade."""
    kinds = [kind for _, _, data in _scripts(tree) for _, kind in _described(data)]
    return bool(kinds) and _ANY_PUBLISHER.issuperset(kinds)


def _parts(key: str, words: str) -> list[Property]:
    """(field of an ad, words). An address in lines is street and place, which stand apart in the script."""
    lines = words.split("\n")
    if key == "address" and len(lines) > 1:
        return [("address", lines[0]), ("location", lines[1])]
    return [(PROPERTIES[key], words)]


def _scripts(tree: LexborHTMLParser) -> Iterator[tuple[LexborNode, str, Any]]:
    for script in inventory(tree).structured[:_MOST_SCRIPTS]:
        text = visible_text(script)[:MAX_TEXT]
        try:
            yield script, text, json.loads(text)
        except (ValueError, RecursionError):
            continue


def _fullness(properties: list[Property]) -> int:
    keys = {key for key, _ in properties}
    return ("telephone" in keys) + bool({"streetAddress", "address"} & keys)


def _contactable(businesses: Iterator[list[Property]]) -> set[str]:
    return {dict(reversed(p)).get("name", "") for p in businesses if _fullness(p)}


def _placed(words: str, script: LexborNode, text: str) -> Value | None:
    """The value where it stands in the script; None when it is written there with escapes."""
    found = re.search(rf'(?:"|\\n)({re.escape(words)})(?:"|\\n)', text) if words.strip() else None
    return Value(words, script, "text", found.start(1)) if found else None


def _businesses(data: Any) -> list[list[Property]]:
    """The properties of interest of each business object.

    A mere organization is the site that lists them beside a business with telephone and address, or with one of them
    and another name.
    """
    kept = _described(data)
    others = [p for p, kind in kept if kind not in _ANY_PUBLISHER and _fullness(p)]
    placed = any(_fullness(p) == _WHOLE for p in others)
    named = {name for p in others for key, name in p if key == "name"}
    return [p for p, kind in kept if kind not in _ANY_PUBLISHER or not (placed or _is_called_otherwise(p, named))]


def _is_called_otherwise(properties: list[Property], names: set[str]) -> bool:
    """Whether a publisher has a name, and it is none of the businesses' that stand beside it."""
    own = {name for key, name in properties if key == "name"}
    return bool(own and names) and own.isdisjoint(names)


def _described(data: Any) -> list[tuple[list[Property], str]]:
    """(properties, type) of each business object; those of its address and contact points are its own."""
    found: list[tuple[list[Property], str]] = []
    queue: list[tuple[Any, list[Property] | None]] = [(data, None)]
    for _ in range(_MOST_OBJECTS):
        if not queue:
            break
        item, owner = queue.pop(0)
        if isinstance(item, list):
            queue += [(i, owner) for i in item[:100]]
        elif isinstance(item, dict):
            kind = str(item.get("@type", ""))
            if owner is not None and "person" in kind.lower():
                continue  # somebody who works there
            part = owner is not None and _NOT_THE_BUSINESS.search(kind) is None and "name" not in item
            if not part and (BUSINESS_TYPE.search(kind) or "telephone" in item) and not _is_address(kind):
                owner = []
                found.append((owner, kind.lower()))
            elif not part and not _is_address(kind):
                owner = None
            if owner is not None:
                owner += _texts(item)
            queue += [(value, owner) for value in item.values() if isinstance(value, dict | list)]
    return [(properties, kind) for properties, kind in found if properties]


def _page_dates(data: Any) -> Iterator[Property]:
    """The dates of the page itself or its article, where no business claims them."""
    items = data.get("@graph", [data]) if isinstance(data, dict) else data
    for item in (items if isinstance(items, list) else [])[:100]:
        if isinstance(item, dict) and _PAGE_TYPE.search(str(item.get("@type", ""))):
            yield from ((key, words) for key, words in _texts(item) if key.startswith("date"))


def _is_address(kind: str) -> bool:
    return "postaladdress" in kind.lower()


def _texts(item: dict[str, Any]) -> Iterator[Property]:
    for key, value in item.items():
        for words in value if isinstance(value, list) else [value]:
            if key in PROPERTIES and isinstance(words, str):
                yield key, words
