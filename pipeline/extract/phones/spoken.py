"""Digit words as they are played with, made plain before they are read: stretched, linked, put as sound-alikes.

What falls away is JOINED to the character before it, so that the text keeps its length.
"""

from __future__ import annotations

import re
from itertools import groupby

from pipeline.extract.phones.vocab import DECLARED, HOMOPHONES, JOINED, WORDS, any_of
from pipeline.extract.scan import FOLDED, Group, holds, within

_NUMBER = 10  # digits
_REAL = 6  # of them that are said by their own names
_ROW = 3  # of those that follow each other: not "two for one, three for two"
_MOST = 6  # times one letter is repeated

_STRETCHABLE: list[str] = DECLARED["stretched"]["words"]
_LINKS: dict[str, list[str]] = DECLARED["links"]
_DIGIT_WORDS = [word for word, digits in WORDS.items() if len(digits) == 1]


def _stretched(word: str) -> str:
    return "".join(f"{c}{{{len([*run])},{_MOST}}}" for c, run in groupby(word))


def _doubled(word: str) -> set[str]:
    """The word with one of its letters written once more."""
    return {word[:i] + word[i] + word[i:] for i in range(len(word))}


_ANY_STRETCHED = re.compile("|".join(f"({_stretched(word)})" for word in _STRETCHABLE))
_STRETCHED = re.compile(f"(?<![a-z])(?:{'|'.join(map(_stretched, _STRETCHABLE))})+(?![a-z])")
# "fiv3" by itself; glued to other digits a last 3 is one.
_ENDS_IN_3 = re.compile(r"(?<![a-z0-9])(on|fiv|nin)3(?![a-z0-9])")
_LINKED = re.compile("|".join(f"(?<={before}) {link} (?=[a-z])" for link, words in _LINKS.items() for before in words))
_ALIKE = any_of([*_DIGIT_WORDS, *HOMOPHONES])
_RUN = re.compile(f"(?<![a-z0-9]){_ALIKE}(?:[ -]{_ALIKE}){{{_NUMBER - 1},{_NUMBER}}}(?![a-z0-9]|[ -]{_ALIKE}(?![a-z]))")
_DIGIT = any_of(_DIGIT_WORDS)
_SOUND = any_of(HOMOPHONES)
_MAYBE_STRETCHED = FOLDED.sought(
    re.compile("|".join(doubled for word in _STRETCHABLE for doubled in sorted(_doubled(word))))
)
_MAYBE_ENDS_IN_3 = FOLDED.sought(re.compile("on3|fiv3|nin3"))
_MAYBE_LINKED = FOLDED.sought(
    re.compile("|".join(f"{before} {link} " for link, words in _LINKS.items() for before in words))
)
_MAYBE_RUN = FOLDED.sought(re.compile(f"{_SOUND}[ -]{_DIGIT}[ -]{_ALIKE}|{_DIGIT}[ -]{_DIGIT}[ -]{_SOUND}"))
# "three fives", "3 5s": a digit word in the plural, behind how often it comes.
_PLURAL = {f"{word}{'es' if word.endswith(('o', 'x')) else 's'}": WORDS[word] for word in _STRETCHABLE} | {"zeros": "0"}
_TIMES = {"two": 2, "three": 3, "four": 4, "2": 2, "3": 3, "4": 4}
_SEVERAL = re.compile(rf"(?<![a-z0-9])({any_of(_TIMES)})[ -](?:({any_of(_PLURAL)})|([0-9])'?s)(?![a-z0-9])")
_MAYBE_SEVERAL = FOLDED.sought(re.compile(f"(?:{any_of(_TIMES)})[ -](?:{any_of(_PLURAL)}|[0-9]'?s)"))
_PLAYED = Group([_MAYBE_STRETCHED, _MAYBE_ENDS_IN_3, _MAYBE_LINKED, _MAYBE_RUN, _MAYBE_SEVERAL])


def speak_plainly(folded: str) -> str:
    """The folded text, of the same length, with "fivee" as "five" and "for one seven …" as "4 one seven …"."""
    if not within(_PLAYED, folded):
        return folded
    plain = folded
    if holds(_MAYBE_STRETCHED, folded):
        plain = _STRETCHED.sub(_shortened, plain)
    if holds(_MAYBE_ENDS_IN_3, folded):
        plain = _ENDS_IN_3.sub(r"\1e", plain)
    if holds(_MAYBE_LINKED, folded):
        plain = _LINKED.sub(lambda found: " " + JOINED * (len(found[0]) - 1), plain)
    if holds(_MAYBE_SEVERAL, folded):
        plain = _SEVERAL.sub(_repeated, plain)
    return _RUN.sub(_sounded, plain) if holds(_MAYBE_RUN, folded) else plain


def _repeated(found: re.Match[str]) -> str:
    digits = (_PLURAL.get(found[2]) or found[3]) * _TIMES[found[1]]
    return digits + JOINED * (len(found[0]) - len(digits))


def _shortened(found: re.Match[str]) -> str:
    parts = list(_ANY_STRETCHED.finditer(found[0]))
    if sum(len(part[0]) for part in parts) != len(found[0]):
        return found[0]
    words = ((_STRETCHABLE[(part.lastindex or 1) - 1], len(part[0])) for part in parts)
    return "".join(word + JOINED * (width - len(word)) for word, width in words)


def _sounded(found: re.Match[str]) -> str:
    """Ten words of a row as one number, those that only sound like a digit written as it."""
    words = re.split("([ -])", found[0])
    spoken = words[::2]
    extra = len(spoken) > _NUMBER
    first = 1 if extra and spoken[0] in HOMOPHONES else 0  # "for nine one seven …": ten without it
    inside = range(first, first + _NUMBER)
    rows = [len([*run]) for real, run in groupby(spoken[i] in WORDS for i in inside) if real]
    if (extra and not first and spoken[-1] not in HOMOPHONES) or sum(rows) < _REAL or max(rows) < _ROW:
        return found[0]
    for i in inside:
        if spoken[i] in HOMOPHONES:
            words[2 * i] = HOMOPHONES[spoken[i]] + JOINED * (len(spoken[i]) - 1)
    return "".join(words)
