"""Where the ad begins and ends on its page: ways to say so in a profile, for a draft to try."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.extract.drafting.masked_text import kept_words
from pipeline.extract.drafting.parts import is_telling, quoted, selector_of, unique_selector
from pipeline.extract.lexicon import fold
from pipeline.extract.text import is_inside, visible_text
from pipeline.extract.unprofiled.surroundings import Surroundings

_FIRST_WORDS = re.compile(r"[^\d'\"\\\n]{5,40}")
_MOST_PARTS = 8
_MOST_NODES = 2_000
_FRAMES = {"nav", "header", "footer", "aside"}


def bounds(tree: LexborHTMLParser, root: LexborNode, around: Surroundings, quotes: Collection[str]) -> list[list[str]]:
    """Ways to bound the ad, as lines of [ad], the widest first: the root without all that surrounds it, without its
    frame only, as it is; the same of the body and of the narrowest elements that hold all of `quotes`; last, no root,
    for a page whose data no element shows."""
    whole = tree.body or root
    tops = {unique_selector(tree.root or n, n): n for n in (root, whole, *_narrowest(whole, quotes))}
    ways = [
        bound(top, node, parts, around.said)
        for top, node in tops.items()
        for parts in (around.all, around.frame, ())
        if visible_text(node)
    ]
    found = [way for n, way in enumerate(ways) if way not in ways[:n]]
    return [*found, []]


def bound(top: str, node: LexborNode, parts: Sequence[LexborNode], said: Sequence[LexborNode] = ()) -> list[str]:
    """The lines of one way: the root, what of it is left out, and what of it visitors wrote."""
    lines = [f"root = {quoted(top)}"]
    for key, left in (("without", parts), ("reviews", said)):
        inside = [p for p in left if is_inside(p, {node.mem_id}) and p.mem_id != node.mem_id]
        found = list(dict.fromkeys(s for p in inside[:_MOST_PARTS] if (s := part_selector(p))))
        lines += [f"{key} = [{', '.join(map(quoted, found))}]"] if found else []
    return lines


def foreign_parts(root: LexborNode, foreign: Collection[str], own: Collection[str]) -> list[LexborNode]:
    """The outermost elements below the root that hold one of the quotes that are not the ad's, and none of its own."""
    taken: dict[int, LexborNode] = {}
    for node in root.css("*")[:_MOST_NODES]:
        if is_inside(node, set(taken)) or node.mem_id == root.mem_id:
            continue
        text = visible_text(node)
        if any(q in text for q in foreign) and not any(q in text for q in own):
            taken[node.mem_id] = node
    return list(taken.values())


def part_selector(part: LexborNode) -> str:
    """An element that is no part of the ad, by its name, its heading or its first words; "" when nothing tells it.

    Only words that name nobody are repeated: a profile is kept with the code.
    """
    selector = selector_of(part)
    if is_telling(selector) or selector in _FRAMES:
        return selector
    headings = (part.css_first("h1, h2, h3, h4, h5, h6, b, strong"), part.css_first("*"))
    for node, form in (*((h, "{0}:has(> {1}{2})") for h in headings), (part, "{1}{2}")):
        if node is not None and (words := _unnamed(" ".join(node.text(deep=False).split()))):
            return form.format(selector, node.tag, f":lexbor-contains('{words}' i)")
    return ""


def _unnamed(text: str) -> str:
    """The first words of a text up to one that may be a name."""
    first = _FIRST_WORDS.match(text)
    words = first[0].strip().split() if first else []
    known = next((n for n, w in enumerate(words) if not set(re.findall(r"\w+", fold(w))) <= kept_words()), len(words))
    kept = " ".join(words[:known])
    return kept if len(kept) >= 5 else ""


def _narrowest(whole: LexborNode, quotes: Collection[str]) -> Iterator[LexborNode]:
    """From the outside the elements with a telling name that hold all quotes, and the innermost of all."""
    here, deepest = whole, whole
    while quotes:
        child, within = here.child, None
        while child is not None and within is None:
            if child.is_element_node and child.tag not in {"script", "style"}:
                text = visible_text(child)
                within = child if all(q in text for q in quotes) else None
            child = child.next
        if within is None:
            break
        here = deepest = within
        if is_telling(unique_selector(whole, here)):
            yield here
    yield deepest
