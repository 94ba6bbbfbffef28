"""The declared vocabulary of postal addresses (vocab/addresses.toml), as look-up tables."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

DECLARED_IN = Path(__file__).parents[1] / "vocab" / "addresses.toml"
DECLARED: dict[str, Any] = tomllib.loads(DECLARED_IN.read_text(encoding="utf-8"))


def _inverted(table: dict[str, str]) -> dict[str, str]:
    """Every writing, upper case, to its normal form."""
    return {way.upper(): normal for normal, ways in table.items() for way in (normal, *ways.split(" "))}


SUFFIXES: dict[str, str] = _inverted(DECLARED["suffixes"])
DIRECTIONS: dict[str, str] = _inverted(DECLARED["directions"])
NAME_WORDS: dict[str, str] = DECLARED["name_words"]
NUMBERS: dict[str, str] = {word.upper(): str(value) for word, value in DECLARED["numbers"].items()}
STATES: dict[str, str] = {name: code for code, name in DECLARED["states"].items()} | DECLARED["state_slips"]["names"]
STATE_CODES = frozenset(DECLARED["states"])
STATE_NAMES: dict[str, str] = {code: name.title() for code, name in DECLARED["states"].items()}


def ordinal(value: int) -> str:
    """1 -> "1ST", 12 -> "12TH"."""
    ending = "TH" if value % 100 in {11, 12, 13} else {1: "ST", 2: "ND", 3: "RD"}.get(value % 10, "TH")
    return f"{value}{ending}"


def _ordinals() -> dict[str, str]:
    """ "FIRST" -> "1ST", "TWENTY-FIRST" -> "21ST"."""
    single = {word.upper(): value for word, value in DECLARED["ordinals"].items()}
    tens = {word.upper(): value for word, value in DECLARED["ordinal_tens"].items()}
    table = {word: ordinal(value) for word, value in single.items()}
    for ten, base in tens.items():
        table |= {f"{ten}-{word}": ordinal(base + value) for word, value in single.items() if value < 10}
    return table


ORDINALS: dict[str, str] = _ordinals()


def ascii_upper(text: str) -> str:
    """Upper-case ASCII: accents dropped, full-width folded, typographic dashes and quotes plain, the rest blank."""
    if text.isascii() and text.isprintable():
        return text.upper()
    text = re.sub("[‐‑‒–—−]", "-", text).replace("’", "'").replace("½", " 1/2").replace("№", "#")
    folded = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join(c if c.isascii() and c.isprintable() else "" if _unseen(c) else " " for c in folded).upper()


def _unseen(char: str) -> bool:
    return unicodedata.category(char) in {"Cf", "Mn", "Me"}
