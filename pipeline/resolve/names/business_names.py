"""A trade name taken apart: the distinctive part, the words that many bear, the number, the legal form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import prod

from pipeline.resolve.names.romanization import fold, native_part, romanize
from pipeline.resolve.names.trade_words import (
    business_words,
    known_word,
    respelled,
    singular,
    unjoined,
    word_frequency,
    word_kinds,
)

_DBA = re.compile(
    r"\b(?:[daftn]\s*/\s*(?:[bk]\s*/\s*)?a|[df]\.b\.a\.?|[afn]\.k\.a\.?|[df]ba|[afn]ka|trading as|"
    r"doing business (?:under the name )?as|(?:also|formerly|previously|now) (?:known|called|doing business) as|"
    r"formerly|previously)(?![a-z])[:\s]*"
)
_UNIT = re.compile(r"[(,]?\s*\b(?:suite|ste|unit|apt)\.?\s*#?\s*(?:[0-9]+[a-z]?|[a-z])\b\s*\)?\s*$")
_ASIDE = re.compile(r"\([^()0-9]*\)")  # where the shop is, as registers add it; a number may be its own
_LEGAL_DOTS = re.compile(
    r"\b(?:limited liability (?:company|co|partnership)|"
    r"l\.\s*l\.\s*c|p\.\s*l\.\s*l\.\s*c|l\.\s*l\.\s*p|l\.\s*p|p\.\s*c)\b\.?"
)
_WORD = re.compile(r"[a-z]+|[0-9]+")
_ROMAN = ("ii", "iii", "iv")
_NEW = "new"  # "New Lotus" is told from "Lotus" as "Lotus 2" is: the next shop, or the next owner's
_TENS = tuple(f"{n}0" for n in range(2, 10))
_ORDINAL = re.compile(r"\b([0-9]+)(?:st|nd|rd|th)\b")
_INITIALS = re.compile(r"\b([a-z])(?:\s*[&+.-]\s*|\s+and\s+|\s+n\s+|\s+)(?=[a-z]\b)")  # "A & J", "A. J.", "E-Z"


@dataclass(frozen=True, slots=True)
class BusinessName:
    """One trade name. `core` is the distinctive words joined; a name of generic words only is its own core."""

    words: tuple[str, ...]  # distinctive, singular, in order; "888" where all the rest is generic
    generic: tuple[str, ...]
    numbers: tuple[str, ...]  # "new" among them
    native: str
    written: str = ""  # all words joined, as written, without legal forms and fillers
    is_led: bool = False  # begins with a number: "Four Seasons"
    is_lettered: bool = True  # has letters besides characters
    elsewhere: BusinessName | None = None  # without the place at its end: "Crystal Spa" of "Crystal Spa of Joplin"

    @property
    def core(self) -> str:
        return "".join(self.words) or "".join(self.generic)

    @property
    def numbered(self) -> str:
        """The core with its numbers: "Lotus Spa 2" is another shop than "Lotus Spa"."""
        return self.core + ("#" + "#".join(self.numbers) if self.numbers else "")

    @property
    def led(self) -> str:
        """The core with the number before it in words: "threeriver" of "3 Rivers Massage"; "" without one."""
        number = _in_words().get(self.numbers[0], "") if self.is_led and len(self.numbers) == 1 else ""
        return number and number + self.core

    @property
    def is_plain(self) -> bool:
        """True when every word is generic: "Foot Massage"."""
        return not self.words

    @property
    def trades(self) -> frozenset[str]:
        """Trades other than massage that the name tells of."""
        told = business_words()["trades"]
        return frozenset(told[w] for w in self.generic if w in told)

    @property
    def treatments(self) -> frozenset[str]:
        return frozenset(self.generic) & frozenset(business_words()["treatments"])

    @property
    def all_words(self) -> tuple[str, ...]:
        return self.words or self.generic


def trade_names(text: str) -> tuple[str, ...]:
    """The names in "Qi Holdings LLC DBA Golden Lotus Spa": each side of a "doing business as".

    "Golden Lotus (Springfield)" is also called "Golden Lotus", which then comes first.
    """
    sides = [_UNIT.sub("", side) for side in _DBA.split(fold(text))]
    found = (name.strip(" ,;-()") for name in (*(_ASIDE.sub(" ", side) for side in sides), *sides))
    return tuple(dict.fromkeys(name for name in found if name)) or (text,)


@lru_cache(maxsize=65536)
def read_business(text: str) -> BusinessName:
    """Take one trade name apart (without a DBA in it: see `trade_names`)."""
    legal, filler, generic = word_kinds()
    native, said = _translated(native_part(text))
    tokens = [t for t in _tokens(text) if t not in legal]
    is_lettered = any(map(str.isalpha, tokens))
    tokens = tokens if is_lettered else [*said, *tokens]
    digits = business_words()["numbers"]
    numbers = tuple(digits.get(t, t) for i, t in enumerate(tokens) if t.isdigit() or (i and t in _ROMAN))
    words = [t for i, t in enumerate(tokens) if not t.isdigit() and not (i and t in _ROMAN)]
    if words[1:] and words[0] == _NEW and not set(words[1:]) <= generic:
        numbers, words = (_NEW, *numbers), words[1:]
    number = "".join(numbers)
    if len(number) > 1 and number.isdigit() and set(words) <= generic | filler:
        numbers, words = (), [number, *words]
    kept = [known_word(w) for w in ([w for w in words if w not in filler] or words)]
    plain = tuple(singular(w) for w in kept if w in generic or singular(w) in generic)
    own = tuple(singular(w) for w in kept if w not in generic and singular(w) not in generic)
    written = "".join(_in_words().get(w, w) for w in tokens if w not in filler)
    is_led = bool(tokens) and tokens[0].isdigit()
    return BusinessName(own, plain, numbers, native, written, is_led, is_lettered, _before_place(text))


@lru_cache(maxsize=1)
def _in_words() -> dict[str, str]:
    """ "4" -> "four": "4 Winds" and "Fourwinds" are written alike."""
    ordinals = ("st", "nd", "rd", "th")
    said = business_words()["numbers"].items()
    return {digit: word for word, digit in said if len(word) > 2 and not word.endswith(ordinals)}


@lru_cache(maxsize=65536)
def _translated(native: str) -> tuple[str, tuple[str, ...]]:
    """Characters without the words that many bear, and all in letters: "玉兰足疗" -> "玉兰", ("yulan", "foot", …)."""
    words: list[str] = []
    own: list[str] = []
    for piece in filter(None, _native_words().split(native)):
        said = business_words()["native"].get(piece)
        words.extend([romanized] if said is None and (romanized := "".join(romanize(piece))) else (said or "").split())
        own.extend([piece] if said is None else [])
    return "".join(own) or native, tuple(words)


@lru_cache(maxsize=1)
def _native_words() -> re.Pattern[str]:
    words = sorted(business_words()["native"], key=len, reverse=True)
    return re.compile(f"({'|'.join(words)})")


def _before_place(text: str) -> BusinessName | None:
    """The name in front of "of Joplin", when that is distinctive and ends in a generic word: not "Garden of Eden".
    In front of "at Joplin Plaza" it may be two words of its own."""
    before, of, place = fold(text).rpartition(" of ")
    at = not of
    if at:
        before, of, place = fold(text).rpartition(" at ")
    if not (of and place) or of in before:
        return None
    named, last = read_business(before), _WORD.findall(before)[-1:]
    ends = bool(last) and bool({last[0], singular(last[0])} & word_kinds()[2])
    return named if not named.is_plain and (ends or (at and len(named.words) > 1)) else None


def _tokens(text: str) -> list[str]:
    """Words and numbers, legal forms of several words gone, what people write short or in words in one form."""
    folded = _LEGAL_DOTS.sub(" ", fold(text)).replace("'s", "s").replace("'", "")
    folded = _INITIALS.sub(r"\1", folded)
    for written, said in business_words()["signs"].items():
        folded = folded.replace(written, said)
    short, digits = business_words()["short"], business_words()["numbers"]
    written = _WORD.findall(_ORDINAL.sub(r"\1", folded))
    spelled = map(respelled, _with_to(written))
    tokens = [short.get(part, part) for word in spelled for part in unjoined(short.get(word, word))]
    counted = [digits[t] if t in digits and (t not in _ROMAN) else t for t in tokens]
    return _joined(list(_tens(counted)))


def _tens(tokens: list[str]) -> Iterator[str]:
    """ "80", "8" of "eighty eight" -> "88"."""
    at = 0
    while at < len(tokens):
        pair = tokens[at : at + 2]
        if len(pair) == 2 and pair[0] in _TENS and pair[1].isdigit() and len(pair[1]) == 1:
            yield pair[0][0] + pair[1]
            at += 1
        else:
            yield pair[0]
        at += 1


def _joined(tokens: list[str]) -> list[str]:
    """ "body work" -> "bodywork": two words that are one generic word together."""
    _, _, generic = word_kinds()
    out: list[str] = []
    for token in tokens:
        if out and len(token) > 1 and {out[-1] + token, out[-1] + singular(token)} & generic:
            out[-1] += token
        else:
            out.append(token)
    return out


def _with_to(words: list[str]) -> list[str]:
    """ "sole 2 soul" -> "sole to soul": a two between two words of which the second is its own."""
    if "2" not in words:
        return words
    _, _, generic = word_kinds()
    own = [w.isalpha() and w not in generic and singular(w) not in generic for w in words]
    return [
        "to" if w == "2" and all(own[i - 1 : i + 2 : 2]) and 0 < i < len(words) - 1 else w for i, w in enumerate(words)
    ]


def declared_frequency(name: BusinessName) -> float:
    """Expected share of trade names with this core, 0 when one of its words is not a common one."""
    return prod(word_frequency(w) for w in name.all_words) if name.all_words else 0.0
