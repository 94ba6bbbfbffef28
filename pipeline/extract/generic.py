"""Reading a page nobody has profiled: where its ad stands, and what its structured data says.

JSON-LD, microdata, OpenGraph, labelled lines (tables, definition lists) fill the same fields as a profile's selectors;
phones, addresses and the rest come from the visible text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.extract.facts import labelled
from pipeline.extract.names import business_name_span, find_business_names, is_name_and_place
from pipeline.extract.selection import MAX_MATCHES, MAX_TEXT, Selected, Value
from pipeline.extract.text import visible_text

_BUSINESS_TYPE = re.compile(r"business|organization|store|place|spa\b|salon|massage|health|clinic|service|therap", re.I)
_FRAME_TAGS = frozenset(["nav", "header", "footer", "aside"])
_FRAME_NAME = re.compile(
    r"(?:^|[\s_-])(?:foot(?:er)?|header|nav(?:bar)?|side(?:nav|bar)|menu|breadcrumbs?|login)(?:$|[\s_-])"
    r"|siteheader|sidenav|tlheader",
    re.I,
)
_OTHERS = ", ".join(f"[{a}*={w} i]" for a in ("id", "class") for w in ("otherads", "other-ads", "related", "similar"))
_FRAMES = "nav, header, footer, aside, [class], [id]"

# property -> field, for JSON-LD and microdata
_PROPERTIES = {
    "name": "business_name",
    "telephone": "phone",
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
_META = {
    "business:contact_data:phone_number": "phone",
    "business:contact_data:street_address": "address",
    "business:contact_data:locality": "city",
    "business:contact_data:region": "state",
    "business:contact_data:postal_code": "zip",
    "business:contact_data:email": "email",
    "business:contact_data:website": "website",
    "og:phone_number": "phone",
    "og:street-address": "address",
    "og:locality": "city",
    "og:region": "state",
    "og:postal-code": "zip",
    "og:email": "email",
    "article:published_time": "posted",
    "article:modified_time": "updated",
}
_LABELS = {
    "business name": "business_name",
    "business": "business_name",
    "company": "business_name",
    "company name": "business_name",
    "salon name": "business_name",
    "address": "address",
    "street address": "address",
    "street": "address",
    "location": "location",
    "city": "city",
    "state": "state",
    "zip": "zip",
    "zip code": "zip",
    "postal code": "zip",
    "hours": "hours",
    "opening hours": "hours",
    "business hours": "hours",
    "hours of operation": "hours",
    "website": "website",
    "web site": "website",
    "homepage": "website",
    "phone": "phone",
    "post id": "posting_id",
    "posting id": "posting_id",
    "ad id": "posting_id",
    "listing id": "posting_id",
}


def find_root(tree: LexborHTMLParser) -> LexborNode | None:
    """The element that holds the page's own matter without its frame, grown from the first heading outside it."""
    body = tree.body
    if body is None:
        return tree.root
    for css in ("main", "[role=main]", "article"):
        if len(found := body.css(css)) == 1 and len(visible_text(found[0])) > 100:
            return found[0]
    frames = {n.mem_id for n in body.css(_FRAMES) if _is_frame(n)}
    heading = next((h for h in body.css("h1, h2") if not _inside(h, frames)), None)
    if heading is None or not frames:
        return body
    holding = _ancestors_of_frames(body, frames)
    here = heading
    while here.parent is not None and here.parent.is_element_node and here.parent.mem_id not in holding:
        here = here.parent
    return here if len(visible_text(here)) > 60 else body


def _frames_within(root: LexborNode) -> Iterator[LexborNode]:
    """Outermost frame elements below the root: their phones and links are the site's."""
    marked = {n.mem_id for n in root.css(_FRAMES) if n.mem_id != root.mem_id and _is_frame(n)}
    for node in root.css(_FRAMES) if marked else ():
        if node.mem_id in marked and (node.parent is None or not _inside(node.parent, marked)):
            yield node


def _is_frame(node: LexborNode) -> bool:
    if node.tag in _FRAME_TAGS:
        return True
    if node.tag in {"html", "body", "main", "article"}:
        return False
    names = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
    return len(names) < 300 and _FRAME_NAME.search(names) is not None


def _inside(node: LexborNode, marked: set[int]) -> bool:
    here: LexborNode | None = node
    while here is not None:
        if here.mem_id in marked:
            return True
        here = here.parent
    return False


def _ancestors_of_frames(body: LexborNode, frames: set[int]) -> set[int]:
    """Elements that contain a frame element outside of any other."""
    holding: set[int] = {body.mem_id}
    for node in body.css(_FRAMES):
        if node.mem_id not in frames:
            continue
        here = node.parent
        while here is not None and here.mem_id not in holding:
            holding.add(here.mem_id)
            here = here.parent
    return holding


def structured_fields(tree: LexborHTMLParser, root: LexborNode) -> Selected:
    """What structured data and labelled lines say, per field, best source first."""
    selected: Selected = {}
    for field, value in (*_json_ld(tree), *_microdata(tree), *_meta(tree), *_labelled(root)):
        selected.setdefault(field, []).append(value)
    selected["other_ads"] = [
        Value(link.attributes.get("href") or "", link, "attr:href")
        for block in root.css(_OTHERS)[:20]
        for link in block.css("a[href]")[:MAX_MATCHES]
    ]
    selected["frame"] = [Value("", frame, "text") for frame in _frames_within(root)]
    _name_and_title(tree, root, selected)
    return selected


def _name_and_title(tree: LexborHTMLParser, root: LexborNode, selected: Selected) -> None:
    """The title is the root's heading, and the business name when it reads like one or the page gives an address."""
    heading = root.css_first("h1") or root.css_first("h2") or tree.css_first("h1") or tree.css_first("title")
    if heading is None:
        return
    title = Value(visible_text(heading), heading, "text")
    if not title.text:
        return
    selected["title"] = [title]
    if "business_name" in selected:
        return
    phrases = find_business_names(title.text)
    span = business_name_span(title.text)
    if span and is_name_and_place(title.text) and len(title.text[slice(*span)].split()) <= 6:
        selected["business_name"] = [title]
    elif phrases:
        f = phrases[0]
        selected["business_name"] = [Value(title.text[f.start : f.end], heading, "text", f.start)]
    elif span and "address" in selected and len(title.text[slice(*span)].split()) <= 6:
        selected["business_name"] = [title]


def _json_ld(tree: LexborHTMLParser) -> Iterator[tuple[str, Value]]:
    for script in tree.css('script[type="application/ld+json" i]')[:20]:
        text = visible_text(script)[:MAX_TEXT]
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            continue
        for key, words in _business_properties(data):
            start = text.find(words)
            if start >= 0 and words.strip():
                yield _PROPERTIES[key], Value(words, script, "text", start)


def _business_properties(data: Any) -> Iterator[tuple[str, str]]:
    """Texts of the properties of interest in business objects and their addresses; at most 500 objects."""
    queue, seen = [(data, False)], 0
    while queue and seen < 500:
        item, inside = queue.pop(0)
        seen += 1
        if isinstance(item, list):
            queue += [(i, inside) for i in item[:100]]
        elif isinstance(item, dict):
            kinds = str(item.get("@type", ""))
            business = _BUSINESS_TYPE.search(kinds) is not None or "telephone" in item
            for key, value in item.items():
                if isinstance(value, dict | list):
                    queue.append((value, business or inside))
                if key == "name" and not business:
                    continue
                for words in value if isinstance(value, list) else [value]:
                    if key in _PROPERTIES and (business or inside) and isinstance(words, str):
                        yield key, words


def _microdata(tree: LexborHTMLParser) -> Iterator[tuple[str, Value]]:
    for node in tree.css("[itemprop]")[:MAX_MATCHES]:
        for name in (node.attributes.get("itemprop") or "").split():
            if name not in _PROPERTIES or (name == "name" and not _of_business(node)):
                continue
            attr = next((a for a in ("content", "datetime") if node.attributes.get(a)), "")
            text = (node.attributes.get(attr) or "") if attr else visible_text(node)
            if text.strip() and len(text) < 500:
                yield _PROPERTIES[name], Value(text, node, f"attr:{attr}" if attr else "text")


def _of_business(node: LexborNode) -> bool:
    here = node.parent
    while here is not None and here.is_element_node:
        if "itemtype" in here.attributes:
            return _BUSINESS_TYPE.search(here.attributes.get("itemtype") or "") is not None
        here = here.parent
    return False


def _meta(tree: LexborHTMLParser) -> Iterator[tuple[str, Value]]:
    for node in tree.css("meta[content]")[:MAX_MATCHES]:
        key = (node.attributes.get("property") or node.attributes.get("name") or "").lower()
        content = node.attributes.get("content") or ""
        if key in _META and content.strip():
            yield _META[key], Value(content, node, "attr:content")
    for node in tree.css("time[datetime]")[:1]:
        yield "posted", Value(node.attributes.get("datetime") or "", node, "attr:datetime")


def _labelled(root: LexborNode) -> Iterator[tuple[str, Value]]:
    text = visible_text(root)[:MAX_TEXT]
    for label, start, end in labelled(text):
        if label in _LABELS:
            yield _LABELS[label], Value(text[start:end], root, "text", start)
