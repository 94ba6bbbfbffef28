"""Regular expressions tried only where they can match, so that a long text costs little.

RE2 reads a text once for all patterns together and says which of them it can hold; where one can begin, RE2 finds too.
For that every pattern is rewritten so that it matches at least where the original does: look-around falls away, long
counts become "any number", a character outside ASCII is a question mark in the pattern and in the text, and so is "_".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import takewhile
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import re2

_SHORT = 12  # characters of a text that is not worth a search
_LONGEST = 5  # a longer count costs states and excludes little
_OTHER = "?"  # stands for "_" and every character outside ASCII, so that RE2's \b is the edge of letters and digits
_MOST_OFTEN = 10  # times that a text is read for candidates that are none …
_MOST_IN_VAIN = 20_000  # … and so many characters besides
_MEMORY = 64 << 20  # bytes for RE2's automata
_CLASSES = {
    ops.CATEGORY_WORD: r"0-9A-Za-z",
    ops.CATEGORY_DIGIT: r"0-9",
    ops.CATEGORY_SPACE: r"\x09-\x0d\x1c-\x20",
    ops.CATEGORY_NOT_WORD: r"\x00-/:-@\[-\^`{-\x7f",
    ops.CATEGORY_NOT_DIGIT: r"\x00-/:-\x7f",
    ops.CATEGORY_NOT_SPACE: r"\x00-\x08\x0e-\x1b!-\x7f",
}
_REPEATS = frozenset([ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT])
_ZERO_WIDTH = frozenset([ops.AT, ops.ASSERT, ops.ASSERT_NOT])
_MATCHED_BY_MORE = frozenset("ikst")  # by other scripts' letters too, when case is ignored

UNANCHORED = re2._re2.RE2.Anchor.UNANCHORED  # the wrapper's search costs several times as much as RE2's own


class Scanned:
    """A pattern, and RE2's reading of it, which says where a match may begin."""

    def __init__(self, rx: re.Pattern[str], begins: re.Pattern[str] | None = None) -> None:
        """`begins` matches wherever `rx` does, from the same place on; by default it is made of `rx`."""
        self.rx = rx
        self._begins = begins or rx

    @cached_property
    def find(self) -> Any:
        """RE2's own search: (anchor, bytes, start, end) -> spans, the first one (-1, -1) when there is none."""
        return re2.compile(loosened(self._begins).encode(), _options())._regexp.Match


class Sought(Scanned):
    """A pattern that its sieve looks for; not a key of mappings by its pattern, whose hash reads all of it."""

    def __init__(self, rx: re.Pattern[str], sieve: Sieve, number: int, begins: re.Pattern[str] | None = None) -> None:
        super().__init__(rx, begins)
        self.sieve = sieve
        self.number = number


class Group:
    """Patterns of one sieve that are asked together."""

    def __init__(self, patterns: Iterable[Sought]) -> None:
        self.patterns = tuple(patterns)
        self.by_number = {p.number: p for p in self.patterns}
        self.numbers = frozenset(self.by_number)


class Sieve:
    """The patterns that are asked of one kind of text. The fewer they are, the less of the automaton a text touches."""

    def __init__(self) -> None:
        self.patterns: list[Sought] = []
        self._parts: list[str] = []  # what is looked for instead of each, in RE2's syntax
        self._set: Any = None
        self.held = lru_cache(maxsize=16)(self._held)  # numbers of the patterns that may match somewhere in a text

    def sought(self, rx: re.Pattern[str], part: str = "", begins: str = "") -> Sought:
        """Declare a pattern to `holds` and `scan`; best where it is compiled. It must not match the empty text.

        `part` matches wherever the pattern does: a text is read the faster the less the parts leave open. Without it
        the part is found by `_telling`. `begins` is that of `Scanned`.
        """
        self._parts.append(loosened(re.compile(part, rx.flags)) if part else _telling(rx))
        declared = Sought(rx, self, len(self.patterns), re.compile(begins, rx.flags) if begins else None)
        self.patterns.append(declared)
        self._set = None
        self.held.cache_clear()
        return declared

    def group(self, patterns: Iterable[re.Pattern[str]]) -> Group:
        """Declare patterns that are asked together."""
        return Group([self.sought(rx) for rx in patterns])

    def _held(self, text: str) -> frozenset[int]:
        if self._set is None:
            self._set = re2.Set.SearchSet(_options())
            for part in self._parts:
                self._set.Add(part.encode())
            self._set.Compile()
        return frozenset(self._set.Match(plain_bytes(text)) or ())


WRITTEN, FOLDED, UPPER = Sieve(), Sieve(), Sieve()  # texts as they stand, folded, and in upper case
SIEVES = (WRITTEN, FOLDED, UPPER)


def _telling(pattern: re.Pattern[str]) -> str:
    """The stretch of the pattern without long repetitions that has the most literal characters; else all of it."""
    best, most, stretch = "", 1, []
    prefix = "(?i)" if pattern.flags & re.IGNORECASE else ""
    for item in [*_spread(parser.parse(pattern.pattern, pattern.flags)), None]:
        if item is not None and not _is_long(item):
            stretch.append(item)
            continue
        if (weight := _weight(stretch)) > most:
            best, most = prefix + _sequence(stretch, bool(prefix)), weight
        stretch = []
    return best or loosened(pattern)


def _spread(items: Iterable[Any]) -> Iterator[Any]:
    """A sequence with its groups laid open."""
    for op, value in items:
        if op is ops.SUBPATTERN:
            yield from _spread(value[-1])
        else:
            yield op, value


def _is_long(item: Any) -> bool:
    op, value = item
    if op in _REPEATS:
        return (value[1] > _LONGEST + 1 and not _is_blank(value[2])) or any(map(_is_long, _spread(value[2])))
    if op is ops.BRANCH:
        return any(_is_long(inner) for way in value[1] for inner in _spread(way))
    return op is ops.GROUPREF


def _is_blank(items: Sequence[Any]) -> bool:
    return len(items) == 1 and items[0] == (ops.IN, [(ops.CATEGORY, ops.CATEGORY_SPACE)])


def _weight(items: Iterable[Any]) -> int:
    """How many literal characters a match has at least."""
    total = 0
    for op, value in items:
        if op is ops.LITERAL:
            total += chr(value) != " "
        elif op is ops.BRANCH:
            total += min(_weight(_spread(way)) for way in value[1])
        elif op in _REPEATS:
            total += value[0] * _weight(_spread(value[2]))
    return total


def within(patterns: Group, text: str) -> Sequence[Sought]:
    """Those of the patterns that may match somewhere in the text, in the order of their declaration."""
    held = patterns.patterns[0].sieve.held(text) & patterns.numbers
    return [patterns.by_number[number] for number in sorted(held)] if held else ()


def holds(pattern: Sought, text: str) -> bool:
    """False when the declared pattern matches nowhere in the text; True when it may."""
    return pattern.number in pattern.sieve.held(text)


def scan(pattern: Sought, text: str) -> Iterable[re.Match[str]]:
    """The matches of `finditer`."""
    if len(text) < _SHORT:
        return pattern.rx.finditer(text)
    return candidates(pattern, text) if pattern.number in pattern.sieve.held(text) else ()


def candidates(pattern: Scanned, text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
    """The matches of `finditer` that may begin there and end there at least by their beginning's pattern."""
    find, match, plain, at = pattern.find, pattern.rx.match, plain_bytes(text), start
    end, in_vain = len(plain) if end is None else end, 0
    while (span := find(UNANCHORED, plain, at, end)[0])[0] >= 0:
        if found := match(text, span[0]):
            at = found.end()
            yield found
            continue
        at = span[0] + 1
        in_vain += span[1] - span[0]
        if in_vain > _MOST_IN_VAIN + _MOST_OFTEN * len(plain) and end == len(plain):
            yield from pattern.rx.finditer(text, at)  # thousands of stars: from each of them RE2 reads on to the last
            return


def beginnings(pattern: Scanned, text: str) -> Iterator[int]:
    """Where a match may begin, ascending."""
    find, plain, at = pattern.find, plain_bytes(text), 0
    end = len(plain)
    while (start := find(UNANCHORED, plain, at, end)[0][0]) >= 0:
        yield start
        at = start + 1


def matches_at(rx: re.Pattern[str], text: str, starts: Iterable[int]) -> Iterator[re.Match[str]]:
    """Matches that begin at given places, ascending, without overlap: `finditer` when no place is missing."""
    end = 0
    for start in starts:
        if start >= end and (m := rx.match(text, start)):
            end = m.end()
            yield m


def joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches that the spans cover, ascending; none begins before 0."""
    stretches: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if stretches and start <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(end, stretches[-1][1]))
        else:
            stretches.append((max(0, start), end))
    return stretches


def occurrences(text: str, literals: Iterable[str]) -> list[int]:
    """Where any of the literals stands, ascending, each place once."""
    places: list[int] = []
    for literal in literals:
        at = text.find(literal)
        while at >= 0:
            places.append(at)
            at = text.find(literal, at + 1)
    return sorted(set(places)) if len(places) > 1 else places


@lru_cache(maxsize=32)
def plain_bytes(text: str) -> bytes:
    """The text as RE2 reads it: one byte for a character."""
    return text.encode("ascii", "replace").replace(b"_", b"?")


def _options() -> Any:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY
    return options


def loosened(pattern: re.Pattern[str]) -> str:
    """The pattern in RE2's syntax, matching at least where it matches. Raises ValueError where there is no such rule.

    It ends before what repeats a group: "anything" in its place would be looked for to the end of the text each time.
    """
    prefix = "(?i)" if pattern.flags & re.IGNORECASE else ""
    items = takewhile(lambda item: item[0] is not ops.GROUPREF, parser.parse(pattern.pattern, pattern.flags))
    return prefix + _sequence(items, bool(prefix))


def _sequence(parsed: Iterable[Any], any_case: bool) -> str:
    written: list[str] = []
    for op, value in parsed:
        if op is ops.ASSERT_NOT and written and _is_edge(value, written[-1]):
            written[-1] = r"\b" + written[-1]
        else:
            written.append(_element(op, value, any_case))
    return "".join(written)


def _is_edge(value: tuple[int, Sequence[Any]], before: str) -> bool:
    """Whether it is (?<![A-Za-z0-9]x) directly behind the letter x."""
    direction, parsed = value
    alphanumeric = {(ops.RANGE, (ord(a), ord(z))) for a, z in ("AZ", "az", "09")}
    return (
        direction < 0
        and len(parsed) == 2
        and parsed[0][0] is ops.IN
        and set(parsed[0][1]) == alphanumeric
        and parsed[1][0] is ops.LITERAL
        and before == chr(parsed[1][1])
    )


def _element(op: Any, value: Any, any_case: bool) -> str:
    if op in _ZERO_WIDTH:
        return ""
    if op in {ops.LITERAL, ops.IN, ops.NOT_LITERAL}:
        return _character(op, value, any_case)
    if op is ops.BRANCH:
        return f"(?:{'|'.join(_sequence(way, any_case) for way in value[1])})"
    if op is ops.SUBPATTERN:
        return f"(?:{_sequence(value[-1], any_case)})"
    if op is ops.ATOMIC_GROUP:
        return f"(?:{_sequence(value, any_case)})"
    if op in _REPEATS:
        return _repeat(value, any_case)
    if op is ops.ANY:
        return "(?s:.)"
    if op is ops.GROUPREF:
        return "(?s:.)*"
    raise ValueError(f"{op} has no rule in {__name__}; write one or avoid it in the pattern.")


def _repeat(value: tuple[int, int, Sequence[Any]], any_case: bool) -> str:
    least, most = min(value[0], _LONGEST), value[1]
    inner = f"(?:{_sequence(value[2], any_case)})"
    if most <= _LONGEST:
        return f"{inner}{{{least},{most}}}"
    return f"{inner}{{{least},}}" if least else f"{inner}*"


def _character(op: Any, value: Any, any_case: bool) -> str:
    if op is ops.NOT_LITERAL:
        return _class([(ops.NEGATE, None), (ops.LITERAL, value)])
    if op is ops.IN:
        return _class(value)
    if value > 127 or chr(value) == "_":
        return re.escape(_OTHER)
    return f"[{chr(value)}{_OTHER}]" if any_case and chr(value).lower() in _MATCHED_BY_MORE else re.escape(chr(value))


def _class(items: Sequence[Any]) -> str:
    negated = items[0][0] is ops.NEGATE
    found, others = "", False
    for op, value in items[1:] if negated else items:
        low, high = value if op is ops.RANGE else (value, value)
        if op is ops.CATEGORY:
            found += _CLASSES[value]
        elif low < 128:
            found += f"\\x{low:02x}-\\x{min(high, 127):02x}"
        others |= op is ops.CATEGORY or high > 127 or low <= ord("_") <= high
    if negated:
        return rf"(?:[^{found}]|\{_OTHER})" if found else "(?s:.)"
    return f"[{found}{_OTHER}]" if others else f"[{found}]"
