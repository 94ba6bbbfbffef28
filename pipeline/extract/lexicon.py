"""Phrase lists over folded text: the vocabulary files, and the indicator lexicon as spans.

Folding keeps every character's place, so spans in folded text are spans in the text.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pipeline.extract.letters import lowered, others
from pipeline.extract.scan import FOLDED, candidates, within
from pipeline.extract.text import Found

_NO_ASCII = re.compile(r"[^\x00-\x7f]+")
_FEW = 16  # distinct characters that are replaced one after the other
VOCAB = Path(__file__).with_name("vocab")


@cache
def vocabulary(name: str) -> dict[str, Any]:
    """One file of vocab/, read once. Callers must not change it."""
    with (VOCAB / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def fold(text: str) -> str:
    """Lower case, compatibility forms (full-width, circled, mathematical) and ASCII quotes, character by character.

    The result has the length of the text; zero-width characters become spaces.
    """
    return text.lower() if text.isascii() else _folded(text)


@lru_cache(maxsize=32)  # every finder folds the same few texts of a page
def _folded(text: str) -> str:
    text = text.replace("`", "'")
    changed = {c: plain for c in others(text) if (plain := _fold_character(c)) != c}
    if len(changed) > _FEW or not "".join(changed.values()).isascii():
        return _NO_ASCII.sub(_fold_run, text).lower()
    for character, plain in changed.items():
        text = text.replace(character, plain)
    return lowered(text)


@lru_cache(maxsize=32)
def flat(text: str) -> str:
    """The folded text with single blanks for all white space, for phrases to be found in."""
    return " ".join(fold(text).split())


@lru_cache(maxsize=4096)
def _fold_characters(run: str) -> str:
    return "".join(map(_fold_character, run))


def _fold_run(found: re.Match[str]) -> str:
    return _fold_characters(found[0])


@cache
def _fold_character(character: str) -> str:
    if character in "’‘ʼ`´":
        return "'"
    if unicodedata.category(character) == "Cf":
        return " "
    plain = unicodedata.normalize("NFKD", character)[:1].lower()
    return plain if len(plain) == 1 else character


def spaced(pattern: str) -> str:
    """A pattern in which a space stands for any run of white space."""
    return pattern.replace(" ?", r"\s*").replace(" ", r"\s+")


_CODES = {
    re.compile(rf"(?<!\w)(?:{'|'.join(map(spaced, entry['patterns']))})(?!\w)"): code
    for code, entry in vocabulary("indicators").items()
}
_INDICATORS = FOLDED.group(_CODES)
_CODE_OF = dict(zip(_INDICATORS.patterns, _CODES.values(), strict=True))


def find_indicators(text: str) -> list[Found]:
    """Spans of the indicator lexicon, value = its code, in order of appearance."""
    folded = fold(text)
    found = [
        Found("indicator", _CODE_OF[rx], *m.span(), "lexicon")
        for rx in within(_INDICATORS, folded)
        for m in candidates(rx, folded)
    ]
    return sorted(found, key=lambda f: (f.start, f.end, f.value))
