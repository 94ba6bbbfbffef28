"""Evidence that a number is another business's: the name before it, or a link to a page made like the one read."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from urllib.parse import SplitResult, parse_qsl, urlsplit

from selectolax.lexbor import LexborNode

from pipeline.extract.lexicon import fold, vocabulary
from pipeline.extract.names import find_business_names
from pipeline.extract.phones import find_phones
from pipeline.extract.selection import Reading
from pipeline.extract.text import visible_text

_WORD = re.compile(r"[^\W\d_]{2,}")
_NUMBERED = re.compile(r"\d{2,}")
_FILE_TYPE = re.compile(r"\.\w{2,5}$")
_TITLED = re.compile(  # a few capitalized words and nothing else before a number
    r"\s*((?:The )?[A-Z][\w'’&-]+(?: (?:of|the|and|in|at|by|for|[A-Z&][\w'’&-]*)){1,5})"
    r"[\s,:|·•–—-]{1,4}(?:\+?1[ .-]?)?\(?\d{3}"
)
_HEADINGS = frozenset(["h2", "h3", "h4", "h5", "h6"])
_LONGEST_REACH = 80  # characters between a name and its number
_LONGEST_TITLE = 120  # characters of a link that is another page's title
_MOST_LINKS = 10


def stands_behind_another_name(text: str, known: frozenset[str], reading: Reading) -> bool:
    """Whether every number of a text follows the name of a business that has no word of its own in `known`."""
    names = find_business_names(text)
    phones = find_phones(text, fictional=reading.fictional, generated=reading.generated)
    if not names or not phones or any(_are_known(_WORD.findall(fold(name.value)), known) for name in names):
        return False
    ends = [0, *(phone.end for phone in phones)]
    for (before, _), phone in zip(pairwise(ends), phones, strict=True):
        if not any(before <= name.start and 0 <= phone.start - name.end <= _LONGEST_REACH for name in names):
            return False
    return True


def is_listed_under_another_heading(node: LexborNode, main: LexborNode, known: frozenset[str]) -> bool:
    """Whether a number stands right behind a title, in a section of its own: "Down the road: Hands of Gold, 816-…"."""
    titled = _TITLED.match(visible_text(node))
    if titled is None or (heading := _heading_above(node, main)) is None:
        return False
    said = [_WORD.findall(fold(text)) for text in (titled[1], heading)]
    return all(words and words[0] not in _no_titles() and not _are_known(words, known) for words in said)


def _heading_above(node: LexborNode, main: LexborNode) -> str | None:
    """The words of the last heading before an element, None when it is the page's main one or there is none."""
    here: LexborNode | None = node
    while here is not None and here.is_element_node:
        before = here.prev
        while before is not None:
            if before.mem_id == main.mem_id or before.css_first("h1") is not None:
                return None
            if before.tag in _HEADINGS:
                return visible_text(before)
            before = before.prev
        here = here.parent
    return None


@cache
def _no_titles() -> frozenset[str]:
    declared = vocabulary("whose_numbers")
    return frozenset(declared["no_titles"]) | frozenset(declared["labels"])


def distinctive_words(text: str) -> frozenset[str]:
    """The folded words of a page's titles that businesses of the kind do not share."""
    return frozenset(_WORD.findall(fold(text))) - _generic()


def _are_known(words: list[str], known: frozenset[str]) -> bool:
    """Whether a name has a word of the page's business, or none that tells it from others of its kind."""
    own = [word for word in words if word not in _generic()]
    return not own or any(word in known for word in own)


def _are_mostly_known(words: list[str], known: frozenset[str]) -> bool:
    """Likewise of the title of another page, of which a word or two may be of the trade: "Tiệm nail …"."""
    own = [word for word in words if word not in _generic()]
    return not own or 2 * sum(word in known for word in own) >= len(own)


@cache
def _generic() -> frozenset[str]:
    """Words that businesses of the kind share: "massage", "best"."""
    declared = vocabulary("business")
    shared = (*declared["kinds"], *declared["generic"], *vocabulary("whose_numbers")["kinds"])
    return frozenset(word for words in shared for word in words.split())


def leads_to_another_page(card: LexborNode, known: frozenset[str], reading: Reading) -> bool:
    """Whether a block's first titled link leads to another page of the site that is made like the page read."""
    links = [card] if card.tag == "a" else card.css("a[href]")[:_MOST_LINKS]
    for link in links:
        url = reading.absolute(link.attrs.sget("href"))
        words = _WORD.findall(fold(visible_text(link)))
        if not url or not words or len(visible_text(link)) > _LONGEST_TITLE or words[0] in _no_titles():
            continue
        return (
            reading.is_own(url)
            and is_sibling(urlsplit(reading.url), urlsplit(url))
            and not _are_mostly_known(words, known)
        )
    return False


def is_sibling(own: SplitResult, other: SplitResult) -> bool:
    """Whether two addresses of one site name different things in the same way: by an id, or by the words of a name."""
    if own.path == other.path:
        mine, theirs = dict(parse_qsl(own.query)), dict(parse_qsl(other.query))
        differing = [key for key in mine if mine[key] != theirs.get(key)]
        return (
            mine.keys() == theirs.keys()
            and len(differing) == 1
            and _names_alike(mine[key := differing[0]], theirs[key])
        )
    *above, last = own.path.rstrip("/").split("/")
    *beside, end = other.path.rstrip("/").split("/")
    return above == beside and _names_alike(_FILE_TYPE.sub("", last), _FILE_TYPE.sub("", end))


def _names_alike(own: str, other: str) -> bool:
    ids, others = _NUMBERED.findall(own), _NUMBERED.findall(other)
    if ids or others:
        return bool(ids and others) and ids[-1] != others[-1]
    return "-" in own and "-" in other and own not in other and other not in own
