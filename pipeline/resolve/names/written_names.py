"""The names that one field holds: "Ana Diaz aka Ana Ruiz", "Lam Kwok Wah / Guohua Lin", "Jane Cole (née Baker)"."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.resolve.names.romanization import fold
from pipeline.resolve.population import first_frequency, surname_frequency

_ALSO = re.compile(
    r"\(?\s*\b(?:[afn]\s?/\s?k\s?/\s?a|[afn]\.\s?k\.\s?a|[afn]ka|(?:also|formerly|previously|now) known as|alias|"
    r"formerly|previously)(?![a-z])[.:]?\s*",
    re.IGNORECASE,
)
_BORN = re.compile(r"(?<=\w)[\s,(]+(?:née|nee|geb\.|maiden(?: name)?)(?![a-z])[.:]?\s+(?=\w)", re.IGNORECASE)
_APART = re.compile(r"\s*(?:(?<=[\w.)])\s*/\s*(?=[\w(])|[;|])\s*")
_FULL_ASIDE = re.compile(r"\(([^()]*\w[\s,]+\w[^()]*)\)")  # "Guohua Lin (Lam Kwok Wah)"
_SIGNS = ("/", "|", ";", "(", "ka", "k.", "nee", "née", "geb.", "maiden", "known as", "alias", "formerly", "previously")
_PLAIN = re.compile(r"[A-Za-z]+,? [A-Za-z]+")  # too little for several names
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-])*")


@lru_cache(maxsize=65536)
def written_names(text: str) -> tuple[str, ...]:
    """Each whole name in a field, the first first. A short name alone ("aka Lily") is none: it says too little."""
    if _PLAIN.fullmatch(text) or not _may_hold_several(text):
        return (text,)
    born = _BORN.split(text)
    if len(_words(born[0])) < 2:  # "Tan Nee Wah"
        born = [text]
    names = [part for piece in _ALSO.split(born[0]) for aside in _asides(piece) for part in _APART.split(aside)]
    maiden = [name for piece in born[1:] for name in _with_other_surname(names[0] if names else "", _clean(piece))]
    found = [name for name in map(_clean, (*names, *maiden)) if name]
    if any(not fold(n).strip() for n in found):
        return (text,)  # one name in two scripts
    whole = [n for n in dict.fromkeys(found) if len(_words(n)) > 1]
    return tuple(whole) if whole and whole[0] == found[0] else (text,)


def _may_hold_several(text: str) -> bool:
    lower = text.lower()
    if not any(sign in lower for sign in _SIGNS):  # most names: spares the patterns
        return False
    return any(pattern.search(text) for pattern in (_ALSO, _BORN, _APART, _FULL_ASIDE))


def _asides(text: str) -> list[str]:
    return [_FULL_ASIDE.sub(" ", text), *_FULL_ASIDE.findall(text)]


def _words(name: str) -> list[str]:
    return _WORD.findall(name)


def _clean(name: str) -> str:
    return " ".join(name.split()).strip(" ,;/|()")


def _with_other_surname(name: str, maiden: str) -> list[str]:
    """The name with the maiden name for its surname; a maiden name of several words is a name of its own."""
    words, other = _words(_clean(name)), _words(maiden)
    if len(other) != 1:
        return [maiden] if other else []
    if len(words) < 2:
        return []
    if "," in name or _begins_with_surname(words):
        return [" ".join((*other, *words[1:]))]
    return [" ".join((*words[:-1], *other))]


def _begins_with_surname(words: list[str]) -> bool:
    first, last = (word.casefold() for word in (words[0], words[-1]))
    return surname_frequency(first) > first_frequency(first) and surname_frequency(last) <= first_frequency(last)
