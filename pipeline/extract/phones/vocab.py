"""The declared vocabulary of written digits (vocab/phones.toml), compiled once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

from pipeline.extract.scan import Scanned

DECLARED_IN = Path(__file__).parents[1] / "vocab" / "phones.toml"
DECLARED: dict[str, Any] = tomllib.loads(DECLARED_IN.read_text(encoding="utf-8"))

# Stands for a letter of another script: not a separator, not readable.
FOREIGN = "\x02"
# Stands for what does not show: tags within a line, and (JOINED) what belongs to the character before it:
# zero-width characters, combining marks, the rest of an entity. Neither reaches the reader.
UNSEEN = "\x00"
JOINED = "\x03"

WORDS: dict[str, str] = DECLARED["words"]
TENS: dict[str, str] = DECLARED["tens"]
MULTIPLIERS: dict[str, int] = DECLARED["multipliers"]
SCALES: dict[str, str] = DECLARED["scales"]
HOMOPHONES: dict[str, str] = DECLARED["homophones"]
LETTERS: dict[str, str] = DECLARED["letters"]
CHINESE: dict[str, str] = DECLARED["chinese"]
SEPARATOR_WORDS = frozenset(DECLARED["separators"]["words"])
NOT_ALONE = frozenset(DECLARED["not_digits"]["words"])
UNITS_OF_MEASURE = frozenset(DECLARED["not_digits"]["units"])
NOT_PHONES = frozenset(DECLARED["not_phones"]["numbers"])
INTERNATIONAL_CODES: tuple[str, ...] = tuple(DECLARED["international"]["codes"])
CIRCLES: str = DECLARED["circles"]["zero"]
SWAPS: dict[str, str] = DECLARED["swaps"]["digits"]


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, longest first, sharing beginnings so that it scans fast."""
    tree: dict[str, Any] = {}
    for word in words:
        branch = tree
        for letter in word:
            branch = branch.setdefault(letter, {})
        branch[""] = {}
    return _branches(tree)


def _branches(tree: dict[str, Any]) -> str:
    ways = [re.escape(letter) + _branches(rest) for letter, rest in tree.items() if letter]
    if not ways:
        return ""
    whole = ways[0] if len(ways) == 1 and "" not in tree else f"(?:{'|'.join(ways)})"
    return whole + "?" if "" in tree else whole


def _swapped(word: str) -> list[str]:
    """The word with some letters written as digits: "zer0", "f1v3". The last 3 as the only one stays one ("on3")."""
    choices = [(c, SWAPS[c]) if c in SWAPS else (c,) for c in word]
    ways = ["".join(way) for way in product(*choices)][1:]
    return ways if word.endswith("ee") else [way for way in ways if way != word[:-1] + "3"]


# "zer0" -> "zero": of the same length, so that offsets stay.
SWAPPED: dict[str, str] = {way: word for word in DECLARED["swaps"]["words"] for way in _swapped(word)}
SWAPPED_WORD = re.compile(any_of(SWAPPED))

_LETTER_CLASS = "".join(LETTERS)
_CHINESE_CLASS = "".join(CHINESE)
_SPOKEN = any_of([*WORDS, *TENS, *MULTIPLIERS, *SCALES])
_GLUED = any_of([*WORDS, *TENS, *MULTIPLIERS, *SCALES, *HOMOPHONES, *SWAPPED])
_SEPARATOR = f"[^a-z0-9{FOREIGN}{_CHINESE_CLASS}]"
_ELEMENT = f"(?:{_GLUED}|[0-9{_LETTER_CLASS}{_CHINESE_CLASS}])"
_GAP = f"{_SEPARATOR}{{0,14}}+(?:(?:{any_of(SEPARATOR_WORDS)})(?![a-z]){_SEPARATOR}{{0,6}}+)?"

# Where a stretch may begin: not at a letter inside a word. Literals at the head of every branch let it scan fast.
_BEGINNING = any_of([*WORDS, *TENS, *MULTIPLIERS, *SCALES, *SWAPPED, *"0123456789", *CHINESE])[:-1]
_BEGINNING += "".join(f"|{letter}(?<![A-Za-z0-9]{letter})" for letter in LETTERS) + ")"
# A stretch that may hold a number: at least six digits, words or look-alikes with only separators between.
RUN = Scanned(re.compile(f"{_BEGINNING}(?>{_GAP}{_ELEMENT}){{5,}}+"))
# Digits, Latin letters, Chinese and Korean digits, other letters, separators.
TOKEN = re.compile(f"([0-9]+)|([a-z]+)|([{_CHINESE_CLASS}]+)|({FOREIGN}+)|({_SEPARATOR}+)")

# What may count as digits in a stretch: digit words anywhere, else digits and whole words of look-alikes.
SPELLED = re.compile(_GLUED)
SINGLE = re.compile(f"[0-9{_CHINESE_CLASS}]+|(?<![a-z])[{_LETTER_CLASS}]+(?![a-z])")

_FULL = re.compile(f"(?:{_SPOKEN}|o)+|[{_LETTER_CLASS}]+")
_PIECE = re.compile(f"({_SPOKEN})|([{_LETTER_CLASS}])")
_SUFFIX = re.compile(f"(?:{_SPOKEN})+$")
_PREFIX = re.compile(f"(?:{_SPOKEN})+")


@dataclass(frozen=True, slots=True)
class Piece:
    """One word or letter inside a chunk of letters; offsets are within the chunk."""

    text: str
    start: int
    end: int
    letter: bool  # a look-alike letter, not a word


@lru_cache(maxsize=4096)
def read_chunk(chunk: str) -> tuple[Piece, ...]:
    """The words and look-alike letters a chunk of letters is made of; () when anything else is in it."""
    if not _FULL.fullmatch(chunk):
        return ()
    return _pieces(chunk, 0)


@lru_cache(maxsize=4096)
def read_suffix(chunk: str) -> tuple[Piece, ...]:
    """The digit words a chunk ends in ("usix" before "02")."""
    found = _SUFFIX.search(chunk)
    return _pieces(found.group(), found.start()) if found else ()


@lru_cache(maxsize=4096)
def read_prefix(chunk: str) -> tuple[Piece, ...]:
    """The digit words a chunk begins with ("fivecall" after "5")."""
    found = _PREFIX.match(chunk)
    return _pieces(found.group(), 0) if found else ()


def _pieces(chunk: str, offset: int) -> tuple[Piece, ...]:
    return tuple(
        Piece(m.group(), offset + m.start(), offset + m.end(), m.group(2) is not None) for m in _PIECE.finditer(chunk)
    )
