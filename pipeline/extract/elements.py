"""Elements by their tags: for lexbor to try each tag of a list on every element costs five times as much."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode


def with_tags(root: LexborNode, tags: frozenset[str]) -> Iterator[LexborNode]:
    """The elements in `root`, it included, with one of some tags of HTML, in page order, as `root.css` has them."""
    numbers = numbers_of(tags)
    return (node for node in root.css("*") if node.tag_id in numbers)


@lru_cache(maxsize=64)
def numbers_of(tags: frozenset[str]) -> frozenset[int]:
    """Lexbor's numbers of HTML's own tags."""
    return frozenset(_PROBE.create_node(tag).tag_id for tag in tags)


_PROBE = LexborHTMLParser("")
