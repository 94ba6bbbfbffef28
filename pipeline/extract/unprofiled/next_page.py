"""The link of an unprofiled listing to its next page."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from pipeline.extract.lexicon import fold
from pipeline.extract.selection import Reading
from pipeline.extract.text import visible_text
from pipeline.extract.unprofiled.alike import MAX_NODES

_ONWARD = frozenset(["next", "next page", "older", "older posts", "older ads", "more results", "siguiente", "下一页"])
_ARROWS = "»›>→⟩▶ \u00a0"


def next_link(root: LexborNode, reading: Reading) -> str | None:
    """The absolute URL of the next page of an unprofiled listing, by rel, words, name or place."""
    own = reading.absolute(reading.url)
    ranked: dict[int, str] = {}
    for link in root.css("a[href], link[rel]")[:MAX_NODES]:
        url = reading.absolute(link.attrs.sget("href"))
        if not url or url == own or not reading.is_own(url):
            continue
        rank = _onward(link)
        if rank:
            ranked.setdefault(rank, url)
    return ranked[min(ranked)] if ranked else None


def _onward(link: LexborNode) -> int:
    """How surely a link leads on: 1 most, 0 not at all."""
    attributes = link.attrs
    if "next" in attributes.sget("rel").lower().split():
        return 1
    if link.tag == "link":
        return 0
    words = " ".join(fold(visible_text(link)).split())
    label = fold(attributes.sget("aria-label") or attributes.sget("title"))
    if words.strip(_ARROWS) in _ONWARD or label.strip(_ARROWS) in _ONWARD:
        return 2
    names = re.split(r"[\s_-]+", f"{attributes.sget('class')} {attributes.sget('id')}")
    if any(re.search(r"^next|[a-z]Next|[nN]ext(?:Page|$)", name) for name in names if name):
        return 3
    if words and not words.strip(_ARROWS) and ">" not in words:
        return 4
    return 5 if words.isdigit() and _after_current(link, int(words)) else 0


def _after_current(link: LexborNode, number: int) -> bool:
    """Whether what stands before this page number is the number of the current page, which leads nowhere."""
    here: LexborNode | None = link
    for _ in range(3):
        before = here.prev if here is not None else None
        while before is not None:
            shown = visible_text(before) if before.is_element_node else before.text_content or ""
            if words := shown.strip(" |,[]"):
                current = before.tag != "a" or not before.attrs.get("href")
                return words == str(number - 1) and current and before.css_first("a[href]") is None
            before = before.prev
        here = here.parent if here is not None else None
    return False
