"""Foreign text for paper: everything in it is seen, nothing in it acts.

A control character, a mark that turns the direction of writing, a heap of accents or an invisible letter in an ad could
hide or reorder what a reader sees. Each is written out as its code point; the archived record keeps the bytes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

KEPT = frozenset("\n\u200c\u200d")  # line ends, and the joiners that scripts and emoji need
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
SUSPECT = re.compile(r"[^ -~\n]")
ISO_UTC = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z|\+00:00)")
ACCENTS = 4  # marks on one letter; living languages need fewer
SPACES = {"\t": "    ", "\r": "", "\u00a0": " "}


def plain(value: Any, limit: int = 20_000) -> str:
    """The value as text without invisible or disordering characters, cut (and said so) at `limit` characters."""
    text = "" if value is None else str(value)
    if len(text) > limit:
        text = f"{text[:limit]} … [{len(text) - limit:,} more characters in the record]"
    if not SUSPECT.search(text):
        return text
    shown, accents = [], 0
    for character in unicodedata.normalize("NFC", text.replace("\r\n", "\n")):
        accents = accents + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if accents <= ACCENTS:
            shown.append(_seen(character))
        elif accents == ACCENTS + 1:
            shown.append("[more marks]")
    return "".join(shown)


def _seen(character: str) -> str:
    if character in SPACES:
        return SPACES[character]
    if character in KEPT or unicodedata.category(character) not in INVISIBLE:
        return character
    return f"[U+{ord(character):04X}]"


def one_line(value: Any, limit: int = 2_000) -> str:
    """`plain`, with line ends shown as a space."""
    return " ".join(plain(value, limit).split())


def utc(text: str) -> str:
    """An ISO time as people read it: "2026-03-01 12:00:00.123456 UTC"; what is no such time stays as it is."""
    shown = one_line(text)
    found = ISO_UTC.fullmatch(shown)
    return f"{found[1]} {found[2]} UTC" if found else shown
