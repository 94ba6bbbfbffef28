"""Regular expressions tried only where they can begin, so that a long text costs little.

A pattern without a literal at its head is tried at every character. Its possible beginnings are read off it once,
found by plain string search, and it is tried there: the matches are those of `finditer`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_LENGTH = 5  # characters of a beginning: longer ones are more, and hardly rarer
_SHORT = 60  # characters of a text that is not worth a search
_MOST = 80  # beginnings of one pattern
_ODD_BLANK = re.compile(r"[^\S ]")
_ODD_DIGIT = re.compile(r"[^\D0-9]")
_ZERO_WIDTH = frozenset([ops.AT, ops.ASSERT, ops.ASSERT_NOT])

_Heads = set[tuple[str, bool]]  # a beginning, and whether what follows in the pattern may extend it


def scan(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The matches of `pattern.finditer(text)`."""
    if len(text) < _SHORT:
        return pattern.finditer(text)
    needed, heads, of_lines = _outline(pattern)
    if not all(literal in text for literal in needed):
        return iter(())
    if of_lines:
        return matches_at(pattern, text, _lines(text))
    return matches_at(pattern, text, occurrences(_plain(text), heads)) if heads else pattern.finditer(text)


def matches_at(pattern: re.Pattern[str], text: str, starts: Iterable[int]) -> Iterator[re.Match[str]]:
    """Matches that begin at given places, ascending, without overlap: `finditer` when no place is missing."""
    end = 0
    for start in starts:
        if start >= end and (m := pattern.match(text, start)):
            end = m.end()
            yield m


def occurrences(text: str, literals: Iterable[str]) -> list[int]:
    """Where any of the literals stands, ascending, each place once."""
    places: list[int] = []
    for literal in literals:
        at = text.find(literal)
        while at >= 0:
            places.append(at)
            at = text.find(literal, at + 1)
    return sorted(set(places)) if len(places) > 1 else places


@lru_cache(maxsize=16)
def _plain(text: str) -> str:
    """The text in lower case, white space blank and other scripts' digits zeros, character by character."""
    text = _ODD_BLANK.sub(" ", text).replace("\u0130", "i").lower()
    return text if text.isascii() else _ODD_DIGIT.sub("0", text)


@lru_cache(maxsize=16)
def _lines(text: str) -> tuple[int, ...]:
    return 0, *(newline + 1 for newline in occurrences(text, "\n"))


@cache
def _outline(pattern: re.Pattern[str]) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """(literals in every match, beginnings one of which every match has, whether it begins at the start of a line).

    () where there are none to rely on.
    """
    if pattern.flags & re.IGNORECASE:
        return (), (), False
    parsed = list(parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE))
    found = [head for head, _ in _heads(parsed)]
    heads = min((_shortened(found, length) for length in range(_LENGTH, 2, -1)), key=len)
    useful = len(heads) <= _MOST and all(len(h) > 1 or h.isdigit() for h in heads)
    of_lines = bool(pattern.flags & re.MULTILINE) and parsed[:1] == [(ops.AT, ops.AT_BEGINNING)]
    return _needed(parsed), tuple(sorted(heads)) if useful else (), of_lines


def _shortened(heads: Iterable[str], length: int) -> set[str]:
    """Beginnings of at most so many characters, of one where it is a digit; none that begins with another."""
    cut = {head[: 1 if head[:1].isdigit() else length] for head in heads}
    return {h for h in cut if not any(h != other and h.startswith(other) for other in cut)}


def _needed(parsed: Sequence[Any]) -> tuple[str, ...]:
    """Runs of at least four literal characters that every match holds."""
    runs = "".join(chr(value) if op is ops.LITERAL else "\0" for op, value in parsed).split("\0")
    return tuple(run for run in runs if len(run) > 3)


def _heads(parsed: Iterable[Any]) -> _Heads:
    heads: _Heads = {("", True)}
    for op, value in parsed:
        if op in _ZERO_WIDTH:
            continue
        more = _heads_of(op, value)
        heads = {h for h in heads if not h[1]} | {
            (head + tail, is_open) for head, extends in heads if extends for tail, is_open in more
        }
        heads = {(head, extends and len(head) < _LENGTH and not head[:1].isdigit()) for head, extends in heads}
        if len(heads) > 4 * _MOST or not any(extends for _, extends in heads):
            break
    return heads


def _heads_of(op: Any, value: Any) -> _Heads:
    """Beginnings of one element of a pattern; ("", False) where nothing can be said."""
    if op is ops.LITERAL:
        return {(_plain(chr(value)), True)}
    if op is ops.IN:
        return {(_plain(c), True) for c in _members(value)} or {("", False)}
    if op is ops.SUBPATTERN:
        return _heads(value[-1])
    if op is ops.BRANCH:
        return {head for way in value[1] for head in _heads(way)}
    if op in {ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT}:
        least, most, repeated = value
        heads = _heads(repeated) if most == 1 else {(head, False) for head, _ in _heads(repeated)}
        return heads if least else heads | {("", True)}
    return {("", False)}


def _members(items: Sequence[Any]) -> str:
    """The characters of a small set as they stand in a plain text; "" when it is large."""
    found = ""
    for op, value in items:
        if op is ops.LITERAL:
            found += chr(value)
        elif op is ops.RANGE and value[1] - value[0] < 10:
            found += "".join(map(chr, range(value[0], value[1] + 1)))
        elif op is ops.CATEGORY and value is ops.CATEGORY_SPACE:
            found += " "
        elif op is ops.CATEGORY and value is ops.CATEGORY_DIGIT:
            found += "0123456789"
        else:
            return ""
    return found if len(found) <= 16 else ""
