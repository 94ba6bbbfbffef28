"""The elements of a page that show telephone numbers, and the card that each of them stands in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from pipeline.extract.phones import find_phones
from pipeline.extract.selection import Reading
from pipeline.extract.text import is_inside, text_without
from pipeline.extract.unprofiled.surroundings import Surroundings

WHOLE = frozenset(["html", "body", "main", "article"])
_UNREAD = frozenset(["script", "style", "template", "noscript"])
_DIALING = "a[href^='tel:' i], a[href^='sms:' i]"
MOST_NUMBERS = 40  # more, and the page is a list
_DEEPEST = 64  # elements inside one another that are looked into


@dataclass(slots=True)
class Holder:
    """The innermost element that shows some numbers."""

    node: LexborNode
    phones: frozenset[str]
    behind: bool  # the page's main heading
    card: LexborNode = field(init=False)  # the widest element around it without other numbers and the heading

    def __post_init__(self) -> None:
        self.card = self.node


class Numbers:
    """The numbers that elements of one page show outside of what is left out; each element is read once."""

    def __init__(self, around: Surroundings, reading: Reading) -> None:
        self.parts = around.all
        self.left_out = {part.mem_id for part in around.all}
        self.reading = reading
        self.known: dict[int, frozenset[str]] = {}

    def within(self, text: str) -> frozenset[str]:
        """The numbers of a text, E.164."""
        found = find_phones(text, fictional=self.reading.fictional, generated=self.reading.generated)
        return frozenset(phone.e164 for phone in found)

    def of(self, node: LexborNode) -> frozenset[str]:
        """The numbers that an element shows or dials, E.164."""
        if (found := self.known.get(node.mem_id)) is None:
            text = "" if node.tag in _UNREAD else text_without(node, self.parts)
            found = self.known[node.mem_id] = self.within(text) | self._linked(node)
        return found

    def _linked(self, node: LexborNode) -> frozenset[str]:
        """Numbers that links dial and do not show: "Call us"."""
        links = [node] if node.tag == "a" else node.css(_DIALING)[:MOST_NUMBERS]
        hrefs = (link.attrs.sget("href") for link in links if not is_inside(link, self.left_out))
        return self.within("\n".join(href for href in hrefs if href.lower().startswith(("tel:", "sms:"))))

    def holders(
        self, node: LexborNode, heading: LexborNode, *, behind: bool = False, depth: int = 0
    ) -> Iterator[Holder]:
        """The innermost elements with numbers, in page order."""
        if not (phones := self.of(node)):
            return
        inner = frozenset[str]().union(*map(self.of, _elements(node)))
        if inner < phones or depth >= _DEEPEST:
            yield Holder(node, phones, behind or is_inside(heading, {node.mem_id}))
            return
        for child in _elements(node):
            yield from self.holders(child, heading, behind=behind, depth=depth + 1)
            behind = behind or is_inside(heading, {child.mem_id})


def _elements(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        if child.is_element_node:
            yield child
        child = child.next


def widen(holders: Sequence[Holder], heading: LexborNode) -> None:
    """Give every number the card it stands in."""
    holding = Counter(node.mem_id for holder in holders for node in upward(holder.node))
    holding.update(node.mem_id for node in upward(heading))
    for holder in holders:
        for node in upward(holder.node):
            if holding[node.mem_id] > 1 or node.tag in WHOLE:
                break
            holder.card = node


def upward(node: LexborNode) -> Iterator[LexborNode]:
    """An element and all that it lies in."""
    here: LexborNode | None = node
    while here is not None and here.is_element_node:
        yield here
        here = here.parent
