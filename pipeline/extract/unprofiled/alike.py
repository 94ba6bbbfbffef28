"""Blocks of a page that are made alike: their tag, first class and depth agree, and their parents' do."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from selectolax.lexbor import LexborNode

from pipeline.extract.elements import with_tags
from pipeline.extract.layout import MAX_DEPTH

MAX_NODES = 20_000
MAX_ROWS = 2_000
_BLOCKS = frozenset(["li", "div", "tr", "article", "section", "a", "dd", "p", "table", "tbody", "span", "blockquote"])
_DIGITS = re.compile(r"[\d_-]+$")
Signature = tuple[int, str, str]
_Place = tuple[int, str, bool]  # how deep an element stands, how it is signed, whether it lies in what is left out
Groups = dict[Signature, list[LexborNode]]


def alike(root: LexborNode, left_out: set[int]) -> Groups:
    """Groups of at least two alike blocks, outside of what is left out."""
    groups: dict[Signature, list[LexborNode]] = {}
    known: dict[int, _Place] = {}
    for node in islice(with_tags(root, _BLOCKS), MAX_NODES):
        parent, ident = node.parent, node.mem_id
        if parent is None:
            continue
        depth, above, out = known.get(parent.mem_id) or _place(parent, known, left_out)
        sign, out = _signed(node.tag or "", node.attrs.sget("class")), out or ident in left_out
        known[ident] = (depth + 1, sign, out)
        if not out and depth < MAX_DEPTH:
            groups.setdefault((depth + 1, sign, above), []).append(node)
    return {key: nodes[:MAX_ROWS] for key, nodes in groups.items() if len(nodes) >= 2}


def _place(node: LexborNode, known: dict[int, _Place], left_out: set[int]) -> _Place:
    climbed = []
    here: LexborNode | None = node
    while here is not None and here.mem_id not in known:
        climbed.append(here)
        here = here.parent
    depth, _, out = known[here.mem_id] if here is not None else (0, "", False)
    for passed in reversed(climbed):
        depth, out = depth + 1, out or passed.mem_id in left_out
        known[passed.mem_id] = (depth, _signed(passed.tag or "", passed.attributes.get("class") or ""), out)
    return known[node.mem_id]


@lru_cache(maxsize=8192)  # a site's pages have the same few names
def _signed(tag: str, names: str) -> str:
    classes = names.split()
    return f"{tag}.{_DIGITS.sub('', classes[0])}" if classes else tag
