"""What is said directly before a number: a word for phone, a word for something else, somebody else's line."""

from __future__ import annotations

import re

from pipeline.extract.phone_vocab import DECLARED, any_of

_WORDS: dict[str, list[str]] = DECLARED["context"]
_REACH = 40  # characters read before a number
_PHONE = frozenset(_WORDS["phone"])
_NOT_THEIRS: tuple[str, ...] = tuple(_WORDS["not_the_advertiser"])
_ANY_NOT_THEIRS = re.compile(any_of(_NOT_THEIRS))
_LAST_WORD = re.compile(r"([a-z]+)[^a-z0-9]{0,6}$")
_OTHER = re.compile(f"(?<![a-z])(?:{any_of(_WORDS['other'])})[\\W_]{{0,3}}(?:no|number|num|is)?[\\W_]{{0,3}}$")


def says_phone(folded: str, start: int) -> bool:
    """ "Call", "text", "tel:" … stand before the offset."""
    last = _LAST_WORD.search(folded, max(0, start - 16), start)
    return last is not None and last[1] in _PHONE


def says_other(folded: str, start: int) -> bool:
    """ "License", "post id", "#" … stand before the offset."""
    return _OTHER.search(folded[max(0, start - _REACH) : start].rstrip("+( ")) is not None


def is_not_theirs(folded: str, start: int) -> bool:
    """The line of the site or of a public service, by what the same sentence says just before."""
    before = folded[max(0, start - _REACH) : start]
    if not _ANY_NOT_THEIRS.search(before):
        return False
    for phrase in _NOT_THEIRS:
        at = before.rfind(phrase)
        if at >= 0 and not any(mark in before[at:] for mark in ".!?"):
            return True
    return False
