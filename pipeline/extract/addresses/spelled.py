"""House numbers in words: "six twenty Main Street", "twelve-oh-four", "nineteen hundred"."""

from __future__ import annotations

import re

from pipeline.extract.addresses.vocab import DECLARED, NUMBERS

_TENS = {word.upper(): str(value) for word, value in DECLARED["ordinal_tens"].items()}
_TEENS = {word.upper(): str(value) for word, value in DECLARED["teens"].items()}
_VALUES = {**NUMBERS, **_TEENS, **_TENS, "ZERO": "0", "OH": "0"}
_HUNDRED = "HUNDRED"
_WORD = "|".join(sorted([*_VALUES, _HUNDRED], key=lambda word: (-len(word), word)))
_ONE = "|".join(sorted(NUMBERS, key=lambda word: (-len(word), word)))
MOST_WORDS = 5
# An upper-case house number: several words, or one up to twelve.
SPELLED = rf"\b(?:(?:{_WORD})(?:[ -](?:{_WORD})){{1,{MOST_WORDS - 1}}}|{_ONE})\b"


def spelled_number(words: str) -> str:
    """The digits that two or more upper-case words tell, as one says a house number; "" for anything else.

    "SIX TWENTY" is "620", "ONE TWENTY FIVE" "125", "FIVE-OH-ONE" "501", "EIGHT HUNDRED TWELVE" "812".
    """
    digits, before = "", ""
    said = re.split("[ -]", words)
    if not 1 < len(said) <= MOST_WORDS:
        return ""
    for word in said:
        value = _VALUES.get(word, "")
        if word == _HUNDRED and digits and before != _HUNDRED:
            digits += "00"
        elif not value:
            return ""
        elif before == _HUNDRED:
            digits = digits[: -len(value)] + value
        elif before in _TENS and len(value) == 1 and value != "0":
            digits = digits[:-1] + value
        else:
            digits += value
        before = word
    return digits.lstrip("0")
