"""Which numbers of an unprofiled page are not its own business's though nothing is named or headed as another's.

The page's own number stands beside its name, in its JSON-LD, or next behind its main heading. Of the others those are
left out that stand in cards with other names, behind another's name, in cards that lead to pages made alike, beside
the site's name, in parts called a side, a map or a banner, that the site's frame shows too, or that are toll-free.
Nothing is left out when the page gives one number only or has no heading; on a business's own site only what stands
behind another's name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from selectolax.lexbor import LexborNode

from pipeline.extract.json_ld import json_ld_fields
from pipeline.extract.lexicon import fold, vocabulary
from pipeline.extract.names import find_business_names
from pipeline.extract.phones import find_phones
from pipeline.extract.selection import Reading
from pipeline.extract.text import is_inside, not_deep, visible_text
from pipeline.extract.unprofiled.named_others import (
    distinctive_words,
    is_listed_under_another_heading,
    leads_to_another_page,
    stands_behind_another_name,
)
from pipeline.extract.unprofiled.number_holders import MOST_NUMBERS, WHOLE, Holder, Numbers, upward, widen
from pipeline.extract.unprofiled.own_site import LEAST_NAME, host_name, is_own_site, squashed, squashed_names
from pipeline.extract.unprofiled.surroundings import Surroundings

_NAME_WORDS = re.compile(r"(?<![a-z\d])(?:[A-Z]?[a-z]+|[A-Z]+)(?=[A-Z_\W]|$)|(?<=[a-z])[A-Z][a-z]+(?=[A-Z_\W]|$)")
_NAMING = "h2, h3, h4, h5, h6, b, strong, a, dt, [itemprop=name], [class*=name i], [class*=title i]"
_BUSINESSES = "[itemtype*=Business], [itemtype*=Salon], [itemtype*=Spa], [itemtype*=Store]"
_STANDING_OUT = frozenset(["h3", "h4", "b", "strong", "font", "center"])
_LABEL = re.compile(r"(?:tele)?phone(?: number| no\.?)?\W*(?:[\t\n\d(+]|$)|tel(?:efono)?\.?:?\W*[\t\n\d(+]|电话|전화")
_MOST_HEADINGS = 500
_LONGEST_PAGE = 40_000  # characters of a page about one business
_LONGEST_NAMES = 300  # characters of class and id
_LONGEST_LINE = 300  # characters of a part that speaks of the site


@dataclass(frozen=True, slots=True)
class _Page:
    """What tells the numbers of one page apart."""

    heading: LexborNode
    names: frozenset[str]  # of the page's business, letters only
    site: frozenset[str]  # of the site, likewise
    own: frozenset[str]  # numbers
    framed: frozenset[str]  # numbers in the site's frame
    words: frozenset[str]  # of its titles and beside its own numbers that tell its business from others
    named: bool  # whether these name a business


def others_numbers(root: LexborNode, around: Surroundings, reading: Reading) -> tuple[LexborNode, ...]:
    """The elements whose numbers are the site's or another business's, in page order, of a page about one business."""
    numbers = Numbers(around, reading)
    left_out = {part.mem_id for part in around.all}
    if len(visible_text(root)) > _LONGEST_PAGE or not 2 <= len(numbers.of(root)) <= MOST_NUMBERS:
        return ()
    heading = _heading(root, left_out, reading)
    if heading is None:
        return ()
    holders = list(numbers.holders(root, heading))
    names, site = squashed_names(visible_text(heading)), _site_names(heading, reading)
    own = _own(holders, names, site, reading)
    if not own or all(holder.phones & own for holder in holders):
        return ()
    widen(holders, heading)
    framed = frozenset[str]().union(*(numbers.within(visible_text(part)) for part in around.frame))
    title = reading.tree.css_first("title")
    titles = [visible_text(node) for node in (heading, title) if node is not None]
    told = [name.value for h in holders if h.phones & own for name in find_business_names(visible_text(h.node))]
    words, named = distinctive_words(" ".join((*titles, *told))), bool(told) or any(map(find_business_names, titles))
    page = _Page(heading, names, site, own, framed, words, named)
    beside = [h for h in holders if not h.phones & own and not is_inside(heading, {h.node.mem_id})]
    if is_own_site(reading):
        return tuple(h.node for h in beside if _is_named_after_another(h, page, reading))
    groups: dict[tuple[int, str, str], list[str]] = {}
    for holder in holders:
        groups.setdefault(_likeness(holder), []).append("" if holder.phones & own else _beginning(holder))
    left = []
    for holder in beside:
        if _is_another_business(holder, page, groups[_likeness(holder)]):
            left.append(holder.card)
        elif _is_named_after_another(holder, page, reading) or is_listed_under_another_heading(
            holder.node, heading, page.words
        ):
            left.append(holder.node)
        elif leads_to_another_page(holder.card, page.words, reading):
            left.append(holder.card)
        elif _is_the_sites(holder, page):
            left.append(holder.node)
    return tuple(left)


def _heading(root: LexborNode, left_out: set[int], reading: Reading) -> LexborNode | None:
    """The page's main heading, on old pages what stands out and is a part of the document's title."""
    title = reading.tree.css_first("title")
    titled = squashed_names(visible_text(title)) if title is not None else frozenset()
    for css in ("h1, h2", "h3, h4, b, strong, font, td, center, p, div, span"):
        for node in not_deep(root, root.css(css)[:_MOST_HEADINGS]):
            words = visible_text(node)
            if not words or is_inside(node, left_out) or _is_beside(node):
                continue
            if css.startswith("h1") or squashed(words) in titled or _ends_a_title(node, words, titled):
                return node
    return None


def _ends_a_title(node: LexborNode, words: str, titled: frozenset[str]) -> bool:
    """Whether what stands out is most of a part of the title: "$20 off at **Happy Feet**"."""
    said = squashed(words)
    if node.tag not in _STANDING_OUT or len(said) <= LEAST_NAME:
        return False
    return any(2 * len(said) > len(part) and (part.startswith(said) or part.endswith(said)) for part in titled)


def _site_names(heading: LexborNode, reading: Reading) -> frozenset[str]:
    """What the site is called by its host and behind the page's heading in the document's title."""
    said = squashed(visible_text(heading))
    title = reading.tree.css_first("title")
    parts = re.split(vocabulary("whose_numbers")["title_breaks"], visible_text(title)) if title is not None else []
    last = [squashed(part) for part in parts[-1:] if len(parts) > 1]
    return frozenset(name for name in (host_name(reading), *last) if len(name) > LEAST_NAME and name not in said)


def _own(holders: Sequence[Holder], names: frozenset[str], site: frozenset[str], reading: Reading) -> frozenset[str]:
    """The numbers of the page's business: those of JSON-LD or beside its name, else the next behind the heading."""
    declared = "\n".join(value.text for name, value in json_ld_fields(reading.tree) if name == "phone")
    known = {p.e164 for p in find_phones(declared, fictional=reading.fictional, generated=reading.generated)}
    told = [(holder, squashed(visible_text(holder.node))) for holder in holders]
    own = {
        number
        for holder, words in told
        for number in holder.phones
        if not any(name in words for name in site) and (number in known or any(name in words for name in names))
    }
    if own:
        return frozenset(own)
    behind = [holder for holder in holders if holder.behind]
    ranked = sorted(behind, key=lambda h: (not _is_labelled(h.node), _is_beside(h.node)))
    return ranked[0].phones if ranked else frozenset()


def _is_labelled(node: LexborNode) -> bool:
    """Whether a number stands behind "Phone:", in its element or the one before."""
    before = node.prev
    while before is not None and not before.is_element_node:
        before = before.prev
    ahead = visible_text(before) if before is not None else ""
    return any(_LABEL.match(fold(text)) for text in (visible_text(node), ahead))


def _likeness(holder: Holder) -> tuple[int, str, str]:
    """Equal for cards that stand side by side and are made the same way."""
    parent = holder.card.parent
    names = holder.card.attrs.sget("class").split()
    return parent.mem_id if parent is not None else 0, holder.card.tag or "", names[0] if names else ""


def _is_another_business(holder: Holder, page: _Page, alike: Sequence[str]) -> bool:
    """Whether a card has a name of its own that is not the page's: one of several alike, or a business's.

    `alike`: how the cards made like it begin, "" for the page's own and for such as begin with no name.
    """
    words = visible_text(holder.card)
    if any(name in squashed(words) for name in page.names):
        return False
    if holder.card.css_first(_BUSINESSES) is not None:
        return True
    naming = [visible_text(node) for node in holder.card.css(_NAMING)[:10]]
    if any(find_business_names(text) for text in naming):
        return True
    return len(alike) > 1 and all(alike) and len(set(alike)) == len(alike)


def _is_named_after_another(holder: Holder, page: _Page, reading: Reading) -> bool:
    """Whether a page with a name says another before each number of a holder: "try Fern Spa, 816-555-0145"."""
    return page.named and stands_behind_another_name(visible_text(holder.node), page.words, reading)


def _beginning(holder: Holder) -> str:
    """The first word of a card, "" when it is a label or a part of the town."""
    first = re.match(r"\W*([^\W\d_]{2,})", visible_text(holder.card))
    word = fold(first[1]) if first is not None else ""
    return "" if word in _words_of("labels") else word


def is_toll_free(e164: str) -> bool:
    """Whether nobody pays who calls the number: few advertisers have one."""
    return e164.startswith("+1") and e164[2:5] in _words_of("toll_free")


@cache
def _words_of(kind: str) -> frozenset[str]:
    return frozenset(vocabulary("whose_numbers")[kind])


def _is_the_sites(holder: Holder, page: _Page) -> bool:
    words = visible_text(holder.node)
    if len(words) > _LONGEST_LINE:
        return False
    if any(name in squashed(words) for name in page.site) or holder.phones <= page.framed:
        return True
    if all(map(is_toll_free, holder.phones)):
        return not any(map(is_toll_free, page.own))
    return _is_beside(holder.node)


def _is_beside(node: LexborNode) -> bool:
    """Whether an element stands in a part that is called a side, a banner, a map …"""
    for here in upward(node):
        names = f"{here.attrs.sget('class')} {here.id or ''}"
        if here.tag not in WHOLE and len(names) <= _LONGEST_NAMES and _is_called_beside(names):
            return True
    return False


@lru_cache(maxsize=8192)  # a site's pages have the same few names
def _is_called_beside(names: str) -> bool:
    return not _words_of("beside").isdisjoint(word.lower() for word in _NAME_WORDS.findall(names))
