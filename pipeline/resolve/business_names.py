"""A trade name taken apart: the distinctive part, the words that many bear, the number, the legal form."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any

from rapidfuzz.distance import OSA

from pipeline.resolve.population import surname_frequency
from pipeline.resolve.romanization import DATA, fold, native_part, romanize

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
_TENS = tuple(f"{n}0" for n in range(2, 10))
_ORDINAL = re.compile(r"\b([0-9]+)(?:st|nd|rd|th)\b")
_INITIALS = re.compile(r"\b([a-z])(?:\s*[&+.-]\s*|\s+and\s+|\s+n\s+|\s+)(?=[a-z]\b)")  # "A & J", "A. J.", "E-Z"
_VOWEL = re.compile(r"[aeiou]")


@dataclass(frozen=True, slots=True)
class BusinessName:
    """One trade name. `core` is the distinctive words joined; a name of generic words only is its own core."""

    words: tuple[str, ...]  # distinctive, singular, in order
    generic: tuple[str, ...]
    numbers: tuple[str, ...]
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


@lru_cache(maxsize=1)
def business_words() -> dict[str, Any]:
    """The contents of data/business_words.toml."""
    return tomllib.loads((DATA / "business_words.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _word_kinds() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    words = business_words()
    return frozenset(words["legal"]), frozenset(words["filler"]), frozenset(words["generic"])


def singular(word: str) -> str:
    """ "hands" -> "hand", "bodies" -> "body", "nailz" -> "nail"; short words and "-ss" stay."""
    if len(word) > 4 and word[-1] == "z" and word[-2] not in "aeiouytz":
        return word[:-1]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


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
    legal, filler, generic = _word_kinds()
    native, said = _translated(native_part(text))
    tokens = [t for t in _tokens(text) if t not in legal]
    is_lettered = any(map(str.isalpha, tokens))
    tokens = tokens if is_lettered else [*said, *tokens]
    digits = business_words()["numbers"]
    numbers = tuple(digits.get(t, t) for i, t in enumerate(tokens) if t.isdigit() or (i and t in _ROMAN))
    words = [t for i, t in enumerate(tokens) if not t.isdigit() and not (i and t in _ROMAN)]
    kept = [_known(w) for w in ([w for w in words if w not in filler] or words)]
    plain = tuple(singular(w) for w in kept if w in generic or singular(w) in generic)
    own = tuple(singular(w) for w in kept if w not in generic and singular(w) not in generic)
    written = "".join(w for w in tokens if w not in filler)
    is_led = bool(tokens) and tokens[0].isdigit()
    return BusinessName(own, plain, numbers, native, written, is_led, is_lettered, _before_place(text))


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
    ends = bool(last) and bool({last[0], singular(last[0])} & _word_kinds()[2])
    return named if not named.is_plain and (ends or (at and len(named.words) > 1)) else None


def _tokens(text: str) -> list[str]:
    """Words and numbers, legal forms of several words gone, what people write short or in words in one form."""
    folded = _LEGAL_DOTS.sub(" ", fold(text)).replace("'s", "s").replace("'", "")
    folded = _INITIALS.sub(r"\1", folded)
    for written, said in business_words()["signs"].items():
        folded = folded.replace(written, said)
    short, digits = business_words()["short"], business_words()["numbers"]
    written = _WORD.findall(_ORDINAL.sub(r"\1", folded))
    spelled = map(_spelled, _with_to(written))
    tokens = [short.get(part, part) for word in spelled for part in _unjoined(short.get(word, word))]
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
    _, _, generic = _word_kinds()
    out: list[str] = []
    for token in tokens:
        if out and len(token) > 1 and {out[-1] + token, out[-1] + singular(token)} & generic:
            out[-1] += token
        else:
            out.append(token)
    return out


@lru_cache(maxsize=65536)
def _known(word: str) -> str:
    """The generic word that is meant by "masage", "accupressure", "mssg", "reflex"; any other word as it is."""
    _, _, generic = _word_kinds()
    if word in generic or singular(word) in generic or word_frequency(word):
        return word
    return _of_consonants(word) or _cut_short(word) or _misspelled(word)


def _of_consonants(word: str) -> str:
    """ "thpy" -> "therapy", "mssge" -> "massage": a generic word with some vowels left out, or all of them and more; ""
    for no such. Three letters without a vowel are somebody's initials."""
    if len(word) < 4:
        return ""
    bare = _VOWEL.sub("", word)
    meant = [
        g
        for g in business_words()["generic"]
        if g[0] == word[0] and len(g) > len(word) and _holds(g, word) and (bare == word or bare == _VOWEL.sub("", g))
    ]
    return max(meant, key=word_frequency, default="")


def _holds(word: str, letters: str) -> bool:
    """Whether the letters stand in the word, in order."""
    rest = iter(word)
    return all(letter in rest for letter in letters)


def _cut_short(word: str) -> str:
    """ "acupunct" -> "acupuncture": five letters or more of the beginning of a long generic word; "" for no such."""
    generic = business_words()["generic"]
    meant = [g for g in generic if len(word) > 4 and len(g) > 7 and g.startswith(word)]
    return max(meant, key=word_frequency, default="") if not surname_frequency(word) else ""


def _misspelled(word: str) -> str:
    """A long generic word with one letter wrong, of ten letters two; of six letters one left out, doubled or exchanged
    ("helth"; "wealth" is a word of its own), where nobody is called so ("Heath")."""
    if len(word) < 5:
        return word
    _, _, generic = _word_kinds()
    near = [g for g in sorted(generic) if len(g) > 5 and OSA.distance(word, g, score_cutoff=1) == 1]
    long = (g for g in near if len(g) > 6 and len(word) > 5)
    short = (g for g in near if _same_but_for_place(word, g) and not surname_frequency(word))
    longest = (g for g in sorted(generic) if len(g) > 9 and OSA.distance(word, g, score_cutoff=2) == 2)
    return next(long, None) or next(short, None) or next(longest, word)


def _with_to(words: list[str]) -> list[str]:
    """ "sole 2 soul" -> "sole to soul": a two between two words of which the second is its own."""
    _, _, generic = _word_kinds()
    own = [w.isalpha() and w not in generic and singular(w) not in generic for w in words]
    return [
        "to" if w == "2" and all(own[i - 1 : i + 2 : 2]) and 0 < i < len(words) - 1 else w for i, w in enumerate(words)
    ]


def _spelled(word: str) -> str:
    """ "moonlite" -> "moonlight"."""
    for ending, spelled in business_words()["endings"].items():
        if word.endswith(ending) and len(word) >= len(ending) + 3:
            return word.removesuffix(ending) + str(spelled)
    return word


def _same_but_for_place(word: str, other: str) -> bool:
    """One letter left out, added or exchanged with its neighbor; none instead of another."""
    return len(word) != len(other) or sorted(word) == sorted(other)


@lru_cache(maxsize=65536)
def _unjoined(word: str) -> tuple[str, ...]:
    """ "lotusmassage" -> "lotus", "massage": a generic word of four letters or more joined to the end of another."""
    _, _, generic = _word_kinds()
    if word in generic or singular(word) in generic:
        return (word,)
    endings = sorted((g for g in generic if len(g) >= 4 or g == "spa"), key=len, reverse=True)
    ending = next((e for e in endings if word.endswith(e) and len(word) >= len(e) + 4), "")
    return (word.removesuffix(ending), ending) if ending else (word,)


@lru_cache(maxsize=65536)
def word_frequency(word: str) -> float:
    """Share of trade names that bear a word, as declared; 0 when it is none of the common ones."""
    words = business_words()
    return float(words["generic"].get(word) or words["common"].get(word) or 0.0)


def declared_frequency(name: BusinessName) -> float:
    """Expected share of trade names with this core, 0 when one of its words is not a common one."""
    return prod(word_frequency(w) for w in name.all_words) if name.all_words else 0.0
