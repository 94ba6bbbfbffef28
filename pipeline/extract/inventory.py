"""What is asked of every page, gathered once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

_TELLING = (("meta", "content"), ("img", "alt"), ("img", "title"))
_BY_ID = re.compile(r"#([A-Za-z][A-Za-z0-9_-]*)(?![^\s.:>~+\[])[^,]*\Z")


@dataclass(frozen=True, slots=True)
class Inventory:
    """One page's elements with ids and what it tells beside its text. The tree is kept, so that it stays this one's."""

    tree: LexborHTMLParser
    ids: dict[str, int]  # id in lower case -> elements that have it
    structured: tuple[LexborNode, ...]  # scripts of JSON-LD
    told: tuple[str, ...]  # descriptions for search engines and of images, then titles and structured data

    def is_alone(self, name: str) -> bool:
        """Whether "#name" is one element of the page; it is asked itself where ids differ in case alone."""
        return self.ids.get(name.lower()) == 1 or len(self.tree.css(f"#{name}")) == 1

    def may_hold(self, css: str) -> bool:
        """False when a selector begins with an id that no element has."""
        name = _first_id(css)
        return not name or name.lower() in self.ids


def inventory(tree: LexborHTMLParser) -> Inventory:
    """What the page has of what every page is asked for."""
    if _last[0].tree is not tree:
        _last[0] = _gathered(tree)
    return _last[0]


def _gathered(tree: LexborHTMLParser) -> Inventory:
    ids: dict[str, int] = {}
    for node in tree.css("[id]"):
        if name := (node.id or "").lower():
            ids[name] = ids.get(name, 0) + 1
    # One question for each: a list of selectors takes several times as long as all of them one by one.
    described = [node.attrs.sget(key) for tag, key in _TELLING for node in tree.css(f"{tag}[{key}]")]
    structured = tuple(tree.css("script[type='application/ld+json' i]"))
    titles = (node.text() for node in (*tree.css("title"), *structured))
    return Inventory(tree, ids, structured, tuple(filter(None, (*described, *titles))))


@lru_cache(maxsize=1024)
def _first_id(css: str) -> str:
    found = _BY_ID.match(css.strip())
    return found[1] if found else ""


# Of the last page only: pages are read one after the other, and trees do not change.
_last = [_gathered(LexborHTMLParser(""))]
