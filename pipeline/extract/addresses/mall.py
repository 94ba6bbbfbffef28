"""Places that are told by the shopping center they are in, without a street: "inside Mid Rivers Mall - St. Peters, MO".

Their key is that of a crossing ("INSIDE & MID RIVERS MALL"): a center has many tenants.
"""

from __future__ import annotations

import re

from pipeline.extract.addresses.vocab import DECLARED
from pipeline.extract.scan import UPPER

_CENTERS = "|".join(word.upper() for word in DECLARED["malls"]["kinds"])
_MARK = "INSIDE"
_WORD = r"[A-Z][A-Z'’.&]{0,20}"
MALL_PLACE = UPPER.sought(
    re.compile(
        rf"\b(?:{_MARK}|LOCATED IN|LOCATED AT|IN|AT)(?: OF)?(?: THE)? "
        rf"(?P<mall>{_WORD}(?: {_WORD}){{0,2}}? (?:{_CENTERS}))\b"
    ),
    rf" (?:{_CENTERS})\b",
)
_SAID = re.compile(rf"^{_MARK}(?: OF)?(?: THE)? (?P<mall>[A-Z][A-Z '’.&]{{1,60}} (?:{_CENTERS}))$")


def mall_place(text: str) -> str:
    """The comparison key of an upper-case text that says what center a shop is inside; "" when none."""
    if not text.startswith(_MARK) or (found := _SAID.match(text.strip())) is None:
        return ""
    return f"{_MARK} & {re.sub(r'[^A-Z& ]', '', found['mall'])}"
