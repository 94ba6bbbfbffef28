"""Values one slip of the hand away from a known one: weak evidence, which never stands alone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from rapidfuzz.distance import OSA

from pipeline.model import Address
from pipeline.resolve.places import compare_places

SAME_STREET = 0.85  # compare_places at or above, the units being alike: a street, its kind left out or a letter off
SHORT_WORD = 5  # letters from which a word of a street's name is recognized with one letter off: not PARK for LARK


def door_key(address: Address) -> str:
    """House number, ZIP (or town) and unit: what a misspelled street leaves as it is. "" without a house number."""
    house, _, street = address.street_key.partition(" ")
    building = "" if address.at_crossing else address.building_key
    if not street or not house[:1].isdigit() or not building:
        return ""
    return "|".join((house, building.rpartition("|")[2], address.unit))


def near_street(address: Address, street: str) -> bool:
    """Whether a street at one `door_key` with the address is the address's street written in another way, as far as
    the spelling tells: a letter off in a long word, or the kind of street left out. Numbers and sides are the same."""
    if address.street_key == street:
        return False
    other = replace(address, street_key=street)
    return compare_places(address, other)[0] >= SAME_STREET or _one_word_off(address.street_key, street)


def _one_word_off(one: str, two: str) -> bool:
    mine, theirs = one.split(), two.split()
    if len(mine) != len(theirs):
        return False
    off = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    return len(off) == 1 and _misspelled(*off[0])


def _misspelled(one: str, two: str) -> bool:
    if min(len(one), len(two)) < SHORT_WORD or re.search(r"\d", one + two):
        return False
    return OSA.distance(one, two, score_cutoff=1) <= 1


def swapped(day: date) -> date | None:
    """Day and month exchanged; None when that is no other date."""
    if day.day > 12 or day.day == day.month:
        return None
    return date(day.year, day.day, day.month)
