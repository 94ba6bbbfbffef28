"""What is asked of every page, gathered in one walk of its tree: each walk costs as much as a tenth of building it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

_ASKED = (
    "[id], base[href], meta[content], img[alt]:not([alt='']), img[title]:not([title='']), title, "
    "script[type='application/ld+json' i]"
)
_BY_ID = re.compile(r"#([A-Za-z][A-Za-z0-9_-]*)(?![^\s.:>~+\[])[^,]*\Z")


@dataclass(frozen=True, slots=True)
class Inventory:
    """One page's elements with ids and what it tells beside its text. The tree is kept, so that it stays this one's."""

    tree: LexborHTMLParser
    ids: Counter[str]  # as written, and in lower case with a blank before
    base: str  # what links are relative to; "" for the page itself
    structured: tuple[LexborNode, ...]  # scripts of JSON-LD
    told: tuple[str, ...]  # descriptions for search engines and of images, then titles and structured data

    def is_alone(self, name: str) -> bool:
        """Whether "#name" is one element of the page in any parser; in quirks mode ids match in any case."""
        if self.ids[f" {name.lower()}"] == 1:
            return True
        return self.ids[name] == 1 and len(self.tree.css(f"#{name}")) == 1

    def may_hold(self, css: str) -> bool:
        """False when a selector begins with an id that no element has."""
        name = _first_id(css)
        return not name or f" {name.lower()}" in self.ids


_last: list[Inventory] = []  # one at most: pages are read one after the other, and trees do not change


def inventory(tree: LexborHTMLParser) -> Inventory:
    """What the page has of what every page is asked for."""
    if _last and _last[0].tree is tree:
        return _last[0]
    _last[:] = [_gathered(tree)]
    return _last[0]


def _gathered(tree: LexborHTMLParser) -> Inventory:
    ids: list[str] = []
    bases: list[str] = []
    described: list[str | None] = []
    structured: list[LexborNode] = []
    titles: list[str] = []
    before = 0
    for node in tree.css(_ASKED):
        if node.mem_id == before:  # it matches twice, and these stand together
            continue
        before, tag, attributes = node.mem_id, node.tag, node.attributes
        if name := attributes.get("id"):
            ids.append(name)
        if tag == "meta":
            described.append(attributes.get("content"))
        elif tag == "img":
            described += (attributes.get("alt"), attributes.get("title"))
        elif tag == "title":
            titles.append(node.text())
        elif tag == "base" and "href" in attributes:
            bases.append(attributes["href"] or "")
        elif tag == "script" and (attributes.get("type") or "").lower() == "application/ld+json":
            structured.append(node)
            titles.append(node.text())
    return Inventory(
        tree,
        Counter((*ids, *(f" {name.lower()}" for name in ids))),
        bases[0].strip() if bases else "",
        tuple(structured),
        tuple(filter(None, (*described, *titles))),
    )


@lru_cache(maxsize=1024)
def _first_id(css: str) -> str:
    found = _BY_ID.match(css.strip())
    return found[1] if found else ""
