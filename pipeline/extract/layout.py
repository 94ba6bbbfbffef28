"""Where each element of a page stands in its markup, so that none of them needs to be written out again to be read."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from pipeline.extract.elements import numbers_of
from pipeline.extract.visible import ENDLESS, Tokens, read_tokens

MAX_DEPTH = 128  # of an element that can be cited; deeper ones are read as part of their ancestors
_NO_TOKENS = frozenset(["script", "style", "iframe", "noembed", "noframes"])


@dataclass(frozen=True, slots=True)
class Layout:
    """The tokens of an element, and which of them are whose of the elements in it."""

    tokens: Tokens
    spans: dict[int, tuple[int, int]]  # element -> the place of its first tag, and that behind its last
    unseen: list[tuple[int, int]]  # stretches of elements in it that are not shown, the outermost of them
    deep: frozenset[int]  # elements inside more than MAX_DEPTH others

    def span(self, node: LexborNode) -> tuple[int, int] | None:
        """From where to where an element's tags stand; None for one elsewhere, and for what is not shown."""
        span = self.spans.get(node.mem_id)
        at = bisect_left(self.unseen, (span[0] + 1, 0)) - 1 if span else -1
        return None if span and at >= 0 and self.unseen[at][1] > span[0] else span


def lay_out(node: LexborNode) -> Layout | None:
    """The layout of an element; None where its markup does not have the elements of the tree."""
    tokens, none = read_tokens(node), numbers_of(_NO_TOKENS)
    elements = [n.mem_id for n in node.css("*") if n.tag_id not in none]
    spans, deep = _spans(tokens.names)
    if len(spans) != len(elements):
        return None
    of_element = dict(zip(elements, spans, strict=True))
    return Layout(tokens, of_element, [*tokens.unseen(1, len(tokens.names))], frozenset(elements[n] for n in deep))


def _spans(names: list[str]) -> tuple[list[tuple[int, int]], list[int]]:
    """Where elements stretch, in the order of their first tags, and which lie deep; none when tags do not pair."""
    spans: list[tuple[int, int]] = []
    deep: list[int] = []
    inside: list[int] = []  # of those whose last tag is still to come: which of the spans they are
    for place, name in enumerate(names):
        if name[0] != "/":
            if len(inside) > MAX_DEPTH:
                deep.append(len(spans))
            if name not in ENDLESS:
                inside.append(len(spans))
            spans.append((place, place + 1))
        elif inside:
            number = inside.pop()
            spans[number] = (spans[number][0], place + 1)
        else:
            return [], []
    return ([], []) if inside else (spans, deep)
