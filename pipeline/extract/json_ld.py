"""Businesses in a page's JSON-LD, each value with its place in the script."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

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
_SCRIPTS = 'script[type="application/ld+json" i]'
_MANY = 3  # businesses from which the page is a directory
_MOST_OBJECTS = 500

Property = tuple[str, str]


def json_ld_fields(tree: LexborHTMLParser) -> list[tuple[str, Value]]:
    """(field, value) of the page's one business, the fullest description first; [] for a directory of several."""
    found = [(script, text, properties) for script, text, data in _scripts(tree) for properties in _businesses(data)]
    if len(_contactable(p for *_, p in found)) >= _MANY:
        return []
    found.sort(key=lambda business: -_fullness(business[2]))
    best = _fullness(found[0][2]) if found else 0
    return [
        (field, value)
        for script, text, properties in found
        if not best or _fullness(properties)
        for key, words in properties
        for field, part in _parts(key, words)
        if (value := _placed(part, script, text)) is not None
    ]


def _parts(key: str, words: str) -> list[Property]:
    """(field of an ad, words). An address in lines is street and place, which stand apart in the script."""
    lines = words.split("\n")
    if key == "address" and len(lines) > 1:
        return [("address", lines[0]), ("location", lines[1])]
    return [(PROPERTIES[key], words)]


def _scripts(tree: LexborHTMLParser) -> Iterator[tuple[LexborNode, str, Any]]:
    for script in tree.css(_SCRIPTS)[:20]:
        text = visible_text(script)[:MAX_TEXT]
        try:
            yield script, text, json.loads(text)
        except (ValueError, RecursionError):
            continue


def _fullness(properties: list[Property]) -> int:
    return len({"telephone", "streetAddress", "address"} & {key for key, _ in properties})


def _contactable(businesses: Iterator[list[Property]]) -> set[str]:
    return {dict(reversed(p)).get("name", "") for p in businesses if _fullness(p)}


def _placed(words: str, script: LexborNode, text: str) -> Value | None:
    """The value where it stands in the script; None when it is written there with escapes."""
    found = re.search(rf'(?:"|\\n)({re.escape(words)})(?:"|\\n)', text) if words.strip() else None
    return Value(words, script, "text", found.start(1)) if found else None


def _businesses(data: Any) -> list[list[Property]]:
    """The properties of interest of each business object; those of its address and contact points are its own."""
    found: list[list[Property]] = []
    queue: list[tuple[Any, list[Property] | None]] = [(data, None)]
    for _ in range(_MOST_OBJECTS):
        if not queue:
            break
        item, owner = queue.pop(0)
        if isinstance(item, list):
            queue += [(i, owner) for i in item[:100]]
        elif isinstance(item, dict):
            kind = str(item.get("@type", ""))
            part = owner is not None and _NOT_THE_BUSINESS.search(kind) is None and "name" not in item
            if not part and (BUSINESS_TYPE.search(kind) or "telephone" in item) and not _is_address(kind):
                owner = []
                found.append(owner)
            elif not part and not _is_address(kind):
                owner = None
            if owner is not None:
                owner += _texts(item)
            queue += [(value, owner) for value in item.values() if isinstance(value, dict | list)]
    return [properties for properties in found if properties]


def _is_address(kind: str) -> bool:
    return "postaladdress" in kind.lower()


def _texts(item: dict[str, Any]) -> Iterator[Property]:
    for key, value in item.items():
        for words in value if isinstance(value, list) else [value]:
            if key in PROPERTIES and isinstance(words, str):
                yield key, words
