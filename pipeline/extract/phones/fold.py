"""Fold a text to lower-case ASCII, with a map back to the offsets of the text.

Digits of any script or drawing become 0-9, fancy and accented letters become a-z, what does not show falls away,
letters of other scripts become FOREIGN, Chinese and Korean digits and symbols stay.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pipeline.extract.letters import lowered, others
from pipeline.extract.phones.spoken import speak_plainly
from pipeline.extract.phones.vocab import (
    CHINESE,
    CIRCLES,
    DECLARED,
    FOREIGN,
    JOINED,
    SWAPPED,
    SWAPPED_WORD,
    UNSEEN,
    any_of,
)
from pipeline.extract.scan import FOLDED, Scanned, candidates, holds

_DRAWN = {char: plain for table in DECLARED["folding"].values() for plain, drawn in table.items() for char in drawn}
_SYMBOL = "~"
_OTHER_SCRIPTS = re.compile(r"[^\x00-\x7f]+")
_SEEN = re.compile(f"[^{UNSEEN}{JOINED}]{JOINED}*")  # a character and what belongs to it
_FEW = 16  # distinct characters that are replaced one after the other
_MOST_LOOKED_UP = 400  # characters in which RE2 looks for candidates, each of which may run to the end
_AROUND = 32  # characters beside a stretch that tell a date, time or price

# Alphabets in boxes that have no compatibility mapping: first code point of A.
_BOXED_ALPHABETS = (0x1F150, 0x1F170, 0x1F1E6)

_ENTITY = re.compile(r"&(?:#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));?|[a-z]{2,8};)", re.IGNORECASE)
_TAGS: dict[str, list[str]] = DECLARED["tags"]
_ATTRIBUTES = r"(?:[\s/][^<>]{0,300})?>"
_TAG = re.compile(rf"</?(?:{any_of([*_TAGS['inline'], *_TAGS['block']])}){_ATTRIBUTES}|<!--[^<>]{{0,200}}-->")
_INLINE_TAG = re.compile(rf"</?(?:{any_of(_TAGS['inline'])})[\s/>]|<!--")
_HEART = re.compile(r"<3+(?![0-9])(?![^<>\n]{0,12}>)")  # no "<3 1 4>"
_PERCENT = re.compile(r"%(?:20|28|29|2[bdefBDEF]|3[aA])")
# "f i v e": a digit word with the same sign between all its letters.
_DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SPACED = re.compile(
    "|".join(
        rf"(?<![a-z]){word[0]}(?P<m{n}>[ .\-_*])" + rf"(?P=m{n})".join(word[1:]) + "(?![a-z])"
        for n, word in enumerate(_DIGIT_WORDS)
    )
)
_MAYBE_SPACED = FOLDED.sought(re.compile("|".join(r"[ .\-_*]".join(word) for word in _DIGIT_WORDS)))
_BLANK = Scanned(re.compile("|".join(f"(?:{pattern})" for pattern in DECLARED["blank"]["patterns"])))


_DASHES = frozenset("ーｰ")  # Japanese signs of a long vowel, typed as dashes


class _Folding(dict[int, str]):
    """Fills itself on demand: one look-up per distinct character in the life of the process."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


def _fold_character(char: str) -> str:
    if char in _DRAWN:
        return str(_DRAWN[char])
    if char in CHINESE or char.isascii():
        return char.lower()
    if char in _DASHES:
        return "-"
    if (digit := unicodedata.digit(char, None)) is not None:
        return str(digit)
    if unicodedata.category(char) in {"Mn", "Me", "Mc", "Cf", "Cc"}:
        return JOINED
    for first in _BOXED_ALPHABETS:
        if first <= ord(char) < first + 26:
            return chr(ord("a") + ord(char) - first)
    return _fold_compatible(char)


def _fold_compatible(char: str) -> str:
    """By Unicode's compatibility mapping without accents, or the kind of character it is."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    if len(plain) == 1 and plain.isascii():
        return plain.lower()
    inner = plain.strip("().,")
    if inner in CHINESE:  # "㊂", "㈢"
        return CHINESE[inner]
    if len(inner) == 1 and inner.isascii() and inner.isalnum():
        return inner.lower()
    kind = unicodedata.category(char)[0]
    return FOREIGN if kind == "L" else " " if kind == "Z" else char if len(char.lower()) == 1 else _SYMBOL


_FOLDING = _Folding()


@lru_cache(maxsize=4096)
def _folded(run: str) -> str:
    return run.translate(_FOLDING)


def _fold_others(text: str) -> str:
    changed = {c: plain for c in others(text) if (plain := _FOLDING[ord(c)]) != c}
    if len(changed) > _FEW or not "".join(changed.values()).isascii():
        return _OTHER_SCRIPTS.sub(_fold_run, text)
    for character, plain in changed.items():
        text = text.replace(character, plain)
    return text


def _fold_run(found: re.Match[str]) -> str:
    return _folded(found[0])


_CIRCLES = dict.fromkeys(map(ord, CIRCLES), "o")


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` as the phone reader sees it; `spans` are its characters' places in the original, None when the same."""

    text: str
    spans: list[tuple[int, int]] | None = None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original text."""
        return (start, end) if self.spans is None else (self.spans[start][0], self.spans[end - 1][1])


def fold(text: str, *, circles: bool = True) -> Folded:
    """The text as mostly a-z, 0-9 and ASCII separators. `circles`: read drawn circles as zeros."""
    folded = text
    if not text.isascii():
        if circles:
            folded = folded.translate(_CIRCLES)
        folded = _fold_others(folded)
    folded = lowered(folded)
    if "&" in folded:
        folded = _ENTITY.sub(_unfold_entity, folded)
    if "<3" in folded:
        folded = _HEART.sub(lambda found: _SYMBOL * len(found[0]), folded)
    if "<" in folded:
        folded = _TAG.sub(_blank_tag, folded)
    if "%" in folded:
        folded = _PERCENT.sub(_unfold_percent, folded)
    if holds(_MAYBE_SPACED, folded):
        folded = _SPACED.sub(lambda found: JOINED.join(found[0][::2]), folded)
    folded = speak_plainly(folded)
    if UNSEEN not in folded and JOINED not in folded:
        return Folded(folded)
    seen = list(_SEEN.finditer(folded))
    return Folded("".join([found[0][0] for found in seen]), [found.span() for found in seen])


def _unfold_entity(found: re.Match[str]) -> str:
    """An entity's character, then as many unseen ones as keep the length. Symbols hide their numbers."""
    width = found.end() - found.start()
    code = int(found[1], 16) if found[1] else int(found[2]) if found[2] else 0
    char = _FOLDING[code] if 0 < code < 0x110000 else _SYMBOL
    return char + JOINED * (width - 1)


def _blank_tag(found: re.Match[str]) -> str:
    """A tag is not read, unless it holds a number itself (href="tel:…"); one within a line separates nothing."""
    tag = found.group()
    if sum(c.isdigit() for c in tag) >= 10:
        return tag
    return (UNSEEN if _INLINE_TAG.match(tag) else _SYMBOL) + UNSEEN * (len(tag) - 1)


def _unfold_percent(found: re.Match[str]) -> str:
    return chr(int(found.group()[1:], 16)) + JOINED * 2


def blank(folded: str, start: int, end: int) -> str:
    """The folded text from start to end with dates, times, prices and the like made FOREIGN."""
    at = max(0, start - _AROUND)
    around = folded[at : end + _AROUND]
    matches = candidates(_BLANK, around) if len(around) <= _MOST_LOOKED_UP else _BLANK.rx.finditer(around)
    pieces, done = [], 0
    for found in matches:
        pieces += [around[done : found.start()], FOREIGN * len(found[0])]
        done = found.end()
    around = "".join((*pieces, around[done:]))
    return around[start - at : end - at]


def unswap(folded: str) -> str:
    """Digits inside digit words read as letters: "f1ve" -> "five"."""
    if not folded.islower():  # no letter in it
        return folded
    return SWAPPED_WORD.sub(lambda found: SWAPPED[found.group()], folded)
