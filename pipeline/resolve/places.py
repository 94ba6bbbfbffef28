"""Two addresses at building and suite level, for people to read: score and reason."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import OSA

from pipeline.model import Address
from pipeline.resolve.names.romanization import DATA, fold

LONG_STREET = 8  # letters of a street's name in which one wrong letter is a slip rather than another street
_HOUSE_LETTER = re.compile(r"([0-9]+)-?([a-z])$")


@dataclass(frozen=True, slots=True)
class _Door:
    house: str  # "123"; a letter behind it is the unit: "123-B Main St" is 123 Main St, Suite B
    street: tuple[str, ...]
    unit: str


def compare_places(a: Address, b: Address) -> tuple[float, str]:
    if not a.street_key or not b.street_key:
        return 0.0, "a street address is missing"
    if not _same_town(a, b):
        return 0.1, "another town"
    one, two = _door(a), _door(b)
    score, reason = _same_street(one, two)
    if not score:
        return 0.2, "another street address"
    level, why = _same_unit(one.unit, two.unit)
    return (level, why) if score == 1 else (min(score, level), reason if level > 0.5 else why)


def _same_unit(one: str, two: str) -> tuple[float, str]:
    if one and two:
        return (1.0, "same premises") if one == two else (0.5, "same building, other unit")
    if one or two:
        return 0.85, "same building, a unit missing"
    return 0.97, "same address, no unit on either side"


def _same_street(one: _Door, two: _Door) -> tuple[float, str]:
    """1 for the same street and house; less for a slip; 0 for another."""
    if one.house != two.house:
        return 0.0, ""
    left, right = "".join(one.street), "".join(two.street)
    if left == right:
        return 1.0, ""
    ends = _words()["ends"]["left_out"]
    for short, long in ((one.street, two.street), (two.street, one.street)):
        if long[:-1] == short and long[-1].upper() in ends and any(w.isalpha() and len(w) > 2 for w in short):
            return 0.90, "same street, its kind on one side only"
    edits = OSA.distance(left, right, score_cutoff=2)
    same_digits = re.sub(r"\D", "", left) == re.sub(r"\D", "", right)
    if edits == 1 and same_digits and max(map(len, set(one.street) ^ set(two.street)), default=0) >= LONG_STREET:
        return 0.87, "street a letter off"
    return (0.80, "street a letter or two off") if edits <= 2 else (0.0, "")


@lru_cache(maxsize=65536)
def _door(address: Address) -> _Door:
    house, *words = fold(address.street_key).split(" ")
    said = _words()["words"]
    street = [part for word in words for part in said.get(word.upper(), word).lower().split()]
    unit = re.sub(r"[^a-z0-9]", "", fold(address.unit))
    lettered = _HOUSE_LETTER.match(house)
    if lettered and not unit:
        house, unit = lettered[1], lettered[2]
    return _Door(house, tuple(street), unit)


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    return tomllib.loads((DATA / "street_words.toml").read_text(encoding="utf-8"))


def _same_town(a: Address, b: Address) -> bool:
    if a.zip and b.zip:
        return a.zip == b.zip
    if a.city and b.city:
        return (fold(a.city), a.state or b.state) == (fold(b.city), b.state or a.state)
    return False
