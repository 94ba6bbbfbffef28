"""Reading a page nobody has profiled: where its ad stands, and what its structured data says.

JSON-LD, microdata, OpenGraph, labelled lines (tables, definition lists) fill the same fields as a profile's selectors;
phones, addresses and the rest come from the visible text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.extract.addresses import find_addresses
from pipeline.extract.json_ld import BUSINESS_TYPE, PROPERTIES, is_of_publisher, json_ld_fields
from pipeline.extract.lexicon import fold
from pipeline.extract.phones import find_phones
from pipeline.extract.selection import MAX_MATCHES, Selected, Value
from pipeline.extract.text import is_inside, text_without, visible_text
from pipeline.extract.unprofiled.labels import dated_elements, labelled_elements, labelled_lines
from pipeline.extract.unprofiled.microformats import microformats
from pipeline.extract.unprofiled.surroundings import Surroundings

_NAMES = frozenset(["name", "legalName", "alternateName"])
_GLUED = frozenset(["business_name", "address", "location"])  # "LocationMain Street": labels that would join a value
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


def find_root(tree: LexborHTMLParser, around: Surroundings) -> LexborNode | None:
    """The element that holds the page's own matter without its frame, grown from the first heading outside it."""
    body = tree.body
    if body is None:
        return tree.root
    for css in ("main", "[role=main]", "article"):
        if len(found := body.css(css)) == 1 and len(visible_text(found[0])) > 100:
            return found[0]
    marked = {n.mem_id for n in around.all}
    heading = next((h for h in body.css("h1, h2") if not is_inside(h, marked)), None)
    if heading is None or not around.frame:
        return body
    holding = {body.mem_id} | {p.mem_id for n in around.frame for p in _ancestors(n)}
    here = heading
    while here.parent is not None and here.parent.is_element_node and here.parent.mem_id not in holding:
        here = here.parent
    return here if here.mem_id != heading.mem_id and len(visible_text(here)) > 60 else body


def _ancestors(node: LexborNode) -> Iterator[LexborNode]:
    here = node.parent
    while here is not None and here.is_element_node:
        yield here
        here = here.parent


def structured_fields(tree: LexborHTMLParser, root: LexborNode, around: Surroundings) -> Selected:
    """What structured data and labels say, per field, best source first; what is around the ad under "frame"."""
    selected: Selected = {}
    left_out = {n.mem_id for n in around.all}
    text = text_without(root, around.all)
    beside = list(labelled_elements(root, left_out))
    declared = json_ld_fields(tree)
    sources = (
        *(() if _is_the_sites(declared, text, tree) else declared),
        *_microdata(tree, left_out),
        *microformats(root, left_out),
        *_meta(tree),
        *_times(tree, left_out | {n.mem_id for n in around.said}),
        *((field, value) for field, value, _ in beside),
        *labelled_lines(text, root),
    )
    seen: set[tuple[str, str]] = set()
    for field, value in sources:
        key = (field, fold(" ".join(value.text.split())))
        if key not in seen:
            seen.add(key)
            selected.setdefault(field, []).append(value)
    places = [v for v in selected.get("location", ()) if find_addresses(v.text)]
    if places and "address" not in selected:
        selected["address"] = places
    selected.setdefault("posted", []).extend(dated_elements(root, left_out))
    selected["other_ads"] = [
        Value(link.attrs.sget("href"), link, "attr:href")
        for block in around.account
        for link in block.css("a[href]")[:MAX_MATCHES]
    ]
    labels = (label for field, _, label in beside if field in _GLUED)
    selected["frame"] = [Value("", part, "text") for part in around.all]
    selected["label"] = [Value("", label, "text") for label in labels]
    return selected


def _is_the_sites(declared: Sequence[tuple[str, Value]], text: str, tree: LexborHTMLParser) -> bool:
    """Whether JSON-LD describes a mere organization with a number other than those the page's own matter shows."""
    words = "\n".join(value.text for field, value in declared if field == "phone")
    if not words or not is_of_publisher(tree):
        return False
    shown = {phone.e164 for phone in find_phones(text)}
    return bool(shown) and shown.isdisjoint(phone.e164 for phone in find_phones(words))


def _microdata(tree: LexborHTMLParser, left_out: set[int]) -> Iterator[tuple[str, Value]]:
    for node in tree.css("[itemprop]")[:MAX_MATCHES]:
        if is_inside(node, left_out):
            continue
        for name in node.attrs.sget("itemprop").split():
            if name not in PROPERTIES or name == "address" or (name in _NAMES and not _of_business(node)):
                continue
            attr = next((a for a in ("content", "datetime") if node.attrs.sget(a)), "")
            text = node.attrs.sget(attr) if attr else visible_text(node)
            if text.strip() and len(text) < 500:
                yield PROPERTIES[name], Value(text, node, f"attr:{attr}" if attr else "text")


def _of_business(node: LexborNode) -> bool:
    here = node.parent
    while here is not None and here.is_element_node:
        if "itemtype" in here.attrs:
            return BUSINESS_TYPE.search(here.attrs.sget("itemtype")) is not None
        here = here.parent
    return False


def _meta(tree: LexborHTMLParser) -> Iterator[tuple[str, Value]]:
    for node in tree.css("meta[content]")[:MAX_MATCHES]:
        key = (node.attrs.sget("property") or node.attrs.sget("name")).lower()
        content = node.attrs.sget("content")
        if key in _META and content.strip():
            yield _META[key], Value(content, node, "attr:content")


def _times(tree: LexborHTMLParser, left_out: set[int]) -> Iterator[tuple[str, Value]]:
    """The first machine-readable time that is neither another ad's nor a visitor's."""
    for node in tree.css("time[datetime]:not([itemprop*=odified])")[:MAX_MATCHES]:
        if not is_inside(node, left_out):
            yield "posted", Value(node.attrs.sget("datetime"), node, "attr:datetime")
            return
