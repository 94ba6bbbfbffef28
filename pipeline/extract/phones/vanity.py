"""Numbers whose last digits are letters of the telephone keypad: "1-800-555-SPAS", "417-CALL-NOW"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract.phones.validity import is_nanp
from pipeline.extract.scan import Scanned, candidates

_KEYS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_TOLL_FREE = {"800", "833", "844", "855", "866", "877", "888"}

_VANITY = Scanned(
    re.compile(
        r"(?<![A-Za-z0-9])(\+?1[-. ]{1,2})?\(?([2-9][0-9]{2})\)?([-. ]{1,2})"
        r"((?=[0-9.-]*[A-Za-z])[A-Za-z0-9](?:[-.]?[A-Za-z0-9]){6,})(?![A-Za-z0-9])"
    )
)
# With blanks only four capitals behind an exchange, and nothing that could be a street: "816 555 SPAS".
_SPACED = Scanned(
    re.compile(r"(?<![A-Za-z0-9])\(?([2-9][0-9]{2})\)? ([2-9][0-9]{2}) ([A-Z]{4})(?![A-Za-z0-9])(?!,? [A-Z]{2})")
)
_MASK = re.compile("([A-Z])\\1{2}", re.I)  # "417-XXX-XXXX": digits that the site hides
_LOOKS = re.compile(r"[0-9OoIlSBZ-]+")


def find_vanity(text: str, *, fictional: bool, generated: bool) -> Iterator[tuple[str, int, int]]:
    """(E.164, start, end) of vanity numbers in a text; letters beyond the seventh key are part of the word."""
    for found in candidates(_VANITY, text):
        lead, area, gap, word = found.groups()
        trusted = lead is not None or area in _TOLL_FREE
        keys = re.sub(r"[-.]", "", word)
        if not trusted and (("-" not in gap and "." not in gap) or not word.isupper() or len(keys) > 7):
            continue
        if len(keys) > 12 or not _is_vanity(keys):
            continue
        digits = area + keys.upper().translate(_KEYS)[:7]
        if is_nanp(digits, fictional=fictional, generated=generated):
            yield "+1" + digits, found.start(), found.end()


def find_spaced_vanity(text: str, *, fictional: bool, generated: bool) -> Iterator[tuple[str, int, int]]:
    """(E.164, start, end) of vanity numbers whose groups stand apart."""
    for found in candidates(_SPACED, text):
        area, exchange, word = found.groups()
        digits = area + exchange + word.translate(_KEYS)
        if _is_vanity(word) and is_nanp(digits, fictional=fictional, generated=generated):
            yield "+1" + digits, found.start(), found.end()


def _is_vanity(keys: str) -> bool:
    """Three letters in a row that are more than look-alike digits, and no mask over them."""
    word = re.search(r"[A-Za-z]{3,}", keys)
    return word is not None and not _LOOKS.fullmatch(keys) and not _MASK.search(keys)
