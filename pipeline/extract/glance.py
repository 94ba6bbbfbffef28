"""Whether a page can hold a phrase or a sign at all, by one look at its bare text nodes.

The visible text of a whole page costs more than building its tree, and all that most pages need of it is to know that
something is not there. For that patterns are loosened (see `scan`) so that they match where any visible text made of
the nodes would: between any two characters a node may end (`<b>`), white space may be the edge of a block, and behind
such an edge nodes that are not shown may be skipped. Only a word with hidden words in its middle is read otherwise.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any
from unicodedata import category, decomposition

import re2
from selectolax.lexbor import LexborNode

from pipeline.extract.inventory import inventory
from pipeline.extract.lexicon import flat, fold
from pipeline.extract.protected import SIGNS, minor_signs
from pipeline.extract.scan import UNANCHORED

_EDGE = "\x1f"  # stands between two text nodes
_EDGE_BYTE = _EDGE.encode()
_CUT = f"{_EDGE}*"
_LAST = 0x1FFFF  # code points beyond are no letters that fold to ASCII
_REACH = 80  # characters around a candidate that tell whether it is one
_MOST = 20  # candidates that are looked at one by one
_REPEATS = frozenset([ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT])
_SPACES = frozenset(" \t\n\r\f\v")
_CATEGORIES = {ops.CATEGORY_WORD: string.digits + string.ascii_lowercase + "_", ops.CATEGORY_DIGIT: string.digits}


def may_say(root: LexborNode, phrases: tuple[str, ...]) -> bool:
    """False when a page shows none of the phrases (lower case, single blanks) and no sign of a minor; True when it may.

    `root` is the page's outermost element. Titles, structured data and descriptions of images and for search engines
    are looked at as well as text.
    """
    text = _EDGE.join((*_bare(root), *inventory(root.parser).told))
    return _candidates(text.encode("utf-8", "replace").lower(), phrases)


def _bare(root: LexborNode) -> list[str]:
    """The page's text nodes without style sheets in its head, which are a good part of many a page and say nothing."""
    head, body = root.parser.head, root.parser.body
    if head is None or body is None:
        return [root.text(separator=_EDGE)]
    return [*(part.text(separator=_EDGE) for part in head.iter() if part.tag != "style"), body.text(separator=_EDGE)]


def _candidates(text: bytes, phrases: tuple[str, ...]) -> bool:
    """Whether a candidate is more than the text node alone that holds it can refute."""
    find, at = _finder(phrases), 0
    for _ in range(_MOST):
        start, end = find(UNANCHORED, text, at, len(text))[0]
        if start < 0:
            return False
        if _EDGE_BYTE in text[start + 1 : end] or not _is_refuted(text, start, end, phrases):
            return True
        at = start + 1
    return True


def _is_refuted(text: bytes, start: int, end: int, phrases: tuple[str, ...]) -> bool:
    """Whether nothing is said there, by what stands around in the same node; a word cut at its end may say more."""
    before = text[max(0, start - _REACH) : start + 1].rpartition(_EDGE_BYTE)[2]
    behind = text[end : end + _REACH].partition(_EDGE_BYTE)[0]
    shown = " ".join((before + text[start + 1 : end] + behind).decode("utf-8", "ignore").split())
    if behind[-1:].isalnum() if len(behind) < _REACH else len(b" ".join(behind.split())) < _REACH // 2:
        return False
    return not minor_signs(shown) and not any(phrase in flat(shown) for phrase in phrases)


@lru_cache(maxsize=64)
def _finder(phrases: tuple[str, ...]) -> Any:
    """RE2's own search, as `scan.Scanned.find`."""
    options = re2.Options()
    options.max_mem = 256 << 20
    options.longest_match = True  # a match within one node then means that none goes on behind it
    ways = [loosened(re.compile(pattern)) for pattern in (*SIGNS, *map(re.escape, phrases))]
    return re2.compile("|".join(ways).encode(), options)._regexp.Match


@cache
def _unfolded() -> dict[str, str]:
    """Every ASCII character -> the others that `lexicon.fold` makes it of; those of blanks as well."""
    found: dict[str, str] = {}
    for char in map(chr, range(0x80, _LAST)):
        if (decomposition(char) or category(char) in {"Cf", "Sk"} or char in "\x85\u2018\u2019\u2028\u2029\u02bc") and (
            plain := fold(char)
        ).isascii():
            found[plain] = found.get(plain, "") + char
        elif char.isspace():
            found[" "] = found.get(" ", "") + char
    found["'"] = found.get("'", "") + "`"
    return found


@cache
def _blank() -> str:
    return "\\x09-\\x0d\\x1c-\\x20" + _listed(_unfolded()[" "])


def _listed(characters: str) -> str:
    return "".join(f"\\x{{{ord(c):x}}}" for c in characters)


def _written(characters: str) -> str:
    """A class of the characters and of all that fold to them."""
    return f"[{_listed(characters + ''.join(_unfolded().get(c, '') for c in characters))}]{_CUT}"


@cache
def _gap() -> str:
    """White space of the visible text: blanks, or the edge of a node, with hidden nodes behind it."""
    return rf"(?:[{_blank()}]|{_EDGE}(?:[^{_EDGE}]*{_EDGE})*)+"


@cache
def _minor() -> str:
    return f"(?:(?:{_written('0')})?{_written('89')}|{_written('1')}{_written('01234567')})"


def loosened(pattern: re.Pattern[str]) -> str:
    """The pattern over folded text, in RE2's syntax over bare text nodes."""
    parsed = parser.parse(pattern.pattern, pattern.flags)
    ages = {number for name, number in pattern.groupindex.items() if name == "age"}
    items = list(parsed)
    before = _edge(items[0], "^") if items else ""
    last = next((n for n in range(len(items), 0, -1) if items[n - 1][0] not in {ops.ASSERT_NOT, ops.ASSERT, ops.AT}), 0)
    behind = _edge(items[last], "$") if last < len(items) else ""
    return before + _sequence(items, ages) + behind


def _edge(item: tuple[Any, Any], end: str) -> str:
    """What "not beside a letter or digit" at an end of the pattern leaves to ask."""
    op, value = item
    if op is not ops.ASSERT_NOT or len(value[1]) != 1 or value[1][0][0] is not ops.IN:
        return ""
    excluded = {part[1] for part in value[1][0][1] if part[0] is ops.CATEGORY}
    if ops.CATEGORY_WORD in excluded:
        return f"(?:{end}|[^0-9a-z])"
    return f"(?:{end}|[^0-9])" if ops.CATEGORY_DIGIT in excluded else ""


def _sequence(items: Iterable[tuple[Any, Any]], ages: set[int]) -> str:
    return "".join(_element(op, value, ages) for op, value in items)


def _element(op: Any, value: Any, ages: set[int]) -> str:
    if op in {ops.AT, ops.ASSERT, ops.ASSERT_NOT}:
        return ""
    if op is ops.LITERAL:
        return _class([(op, value)])
    if op is ops.IN:
        return _class(value)
    if op is ops.BRANCH:
        return f"(?:{'|'.join(_sequence(way, ages) for way in value[1])})"
    if op is ops.SUBPATTERN:
        return _minor() if value[0] in ages and _is_number(value[-1]) else f"(?:{_sequence(value[-1], ages)})"
    if op in _REPEATS:
        least, most = value[0], value[1]
        bounds = f"{{{least},{most}}}" if most <= 5 else f"{{{least},}}"
        return f"(?:{_sequence(value[2], ages)}){bounds}"
    return f"(?:(?s:.){_CUT}|{_gap()})"


def _class(items: Sequence[tuple[Any, Any]]) -> str:
    """One character of a class; the white space among them is any gap."""
    written, blank, any_other = "", False, items[0][0] is ops.NEGATE
    for op, value in items:
        low, high = value if op is ops.RANGE else (value, value)
        if op is ops.CATEGORY:
            written += _CATEGORIES.get(value, "")
            blank |= value is ops.CATEGORY_SPACE
            any_other |= value not in _CATEGORIES and not blank
        elif op is not ops.NEGATE:
            written += "".join(map(chr, range(low, high + 1)))
    if any_other or "_" in written:
        return f"(?:(?s:.){_CUT}|{_gap()})"
    blank |= not _SPACES.isdisjoint(written)
    shown = "".join(c for c in written if c not in _SPACES)
    return _written(shown) if not blank else f"(?:{_written(shown)}|{_gap()})" if shown else _gap()


def _is_number(items: Iterable[tuple[Any, Any]]) -> bool:
    return "CATEGORY_DIGIT" in str(list(items))
