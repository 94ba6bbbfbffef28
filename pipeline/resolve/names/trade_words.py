"""One word of a trade name: whether many bear it, and which word is meant when it is misspelled or written short."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import OSA

from pipeline.resolve.names.romanization import DATA
from pipeline.resolve.population import surname_frequency

_VOWEL = re.compile(r"[aeiou]")
_VOWELS = re.compile(r"[aeiou]+")
_DOUBLED = re.compile(r"([a-z])\1")


@lru_cache(maxsize=1)
def business_words() -> dict[str, Any]:
    """The contents of data/business_words.toml."""
    return tomllib.loads((DATA / "business_words.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def word_kinds() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Legal forms, words that are left out, and words that many bear."""
    words = business_words()
    return frozenset(words["legal"]), frozenset(words["filler"]), frozenset(words["generic"])


def singular(word: str) -> str:
    """ "hands" -> "hand", "bodies" -> "body", "nailz" -> "nail"; short words and "-ss" stay."""
    if len(word) > 4 and word[-1] == "z" and word_frequency(word[:-1]):
        return word[:-1]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=65536)
def word_frequency(word: str) -> float:
    """Share of trade names that bear a word, as declared; 0 when it is none of the common ones."""
    words = business_words()
    return float(words["generic"].get(word) or words["common"].get(word) or 0.0)


@lru_cache(maxsize=65536)
def known_word(word: str) -> str:
    """The generic word that is meant by "masage", "accupressure", "mssg", "reflex"; any other word as it is."""
    _, _, generic = word_kinds()
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
    near = [g for g in _long_words(6) if OSA.distance(word, g, score_cutoff=1) == 1]
    long = (g for g in near if len(g) > 6 and len(word) > 5)
    short = (g for g in near if _same_but_for_place(word, g) and not surname_frequency(word))
    longest = (g for g in _long_words(10) if OSA.distance(word, g, score_cutoff=2) == 2)
    return next(long, None) or next(short, None) or next(longest, word)


@lru_cache(maxsize=2)
def _long_words(least: int) -> tuple[str, ...]:
    """Generic words of so many letters or more."""
    return tuple(sorted(g for g in word_kinds()[2] if len(g) >= least))


def _same_but_for_place(word: str, other: str) -> bool:
    """One letter left out, added or exchanged with its neighbor; none instead of another."""
    return len(word) != len(other) or sorted(word) == sorted(other)


def respelled(word: str) -> str:
    """ "moonlite" -> "moonlight"."""
    for ending, spelled in business_words()["endings"].items():
        if word.endswith(ending) and len(word) >= len(ending) + 3:
            return word.removesuffix(ending) + str(spelled)
    return word


@lru_cache(maxsize=65536)
def spoken(word: str) -> str:
    """Letters that sound alike or not at all in one way: "chrystal", "crystal"; "tokyo", "tokio"; "jasmine", "jasmin".

    An e at the end is mute and changes no vowel only behind an unstressed one: "shine" is no "shin".
    """
    for letters, sound in (("chr", "kr"), ("ph", "f"), ("ck", "k"), ("c", "k"), ("z", "s"), ("ey", "y"), ("y", "i")):
        word = word.replace(letters, sound)
    if len(word) > 3 and word[-1] == "h" and word[-2] in "aeiou":
        word = word[:-1]
    if word.endswith("e") and len(_VOWELS.findall(word[:-1])) > 1:
        word = word[:-1]
    return _DOUBLED.sub(r"\1", word)


@lru_cache(maxsize=1)
def _endings() -> tuple[str, ...]:
    """Generic words that people join to the end of another, the longest first."""
    return tuple(sorted((g for g in word_kinds()[2] if len(g) >= 4 or g == "spa"), key=lambda g: (-len(g), g)))


@lru_cache(maxsize=65536)
def unjoined(word: str) -> tuple[str, ...]:
    """ "lotusmassage" -> "lotus", "massage": a generic word of four letters or more joined to the end of another."""
    _, _, generic = word_kinds()
    if word in generic or singular(word) in generic:
        return (word,)
    ending = next((e for e in _endings() if word.endswith(e) and len(word) >= len(e) + 4), "")
    return (word.removesuffix(ending), ending) if ending else (word,)
