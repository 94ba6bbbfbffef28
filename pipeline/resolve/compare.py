"""Two names or addresses to a score in 0…1 with a reason. For people to read and for searches; the match model
(`declaration.py`) weighs pairs of records.

A score of 0.85 or more says "may be the same"; one of 0.45 (people) or 0.6 (businesses) or less says "another".
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.extract.addresses import parse_address
from pipeline.model import Address
from pipeline.resolve.names.compare_people import score_people
from pipeline.resolve.names.compare_trades import score_trades
from pipeline.resolve.places import compare_places


@dataclass(frozen=True, slots=True)
class Comparison:
    score: float  # 0…1
    reason: str
    a: str
    b: str


def compare_person_names(a: str, b: str) -> Comparison:
    """Two written names of people, in any order, script and way of joining. No order is assumed."""
    score, reason = score_people(a, b)
    return Comparison(score, reason, a, b)


def compare_business_names(a: str, b: str) -> Comparison:
    """Two trade names; either may hold a "doing business as". The best of their sides counts."""
    score, reason = score_trades(a, b)
    return Comparison(score, reason, a, b)


def compare_addresses(a: Address | str, b: Address | str) -> Comparison:
    """Two addresses, read or as written, at suite and building level. A missing unit, city or ZIP is not agreement."""
    one, two = (x if isinstance(x, Address) else parse_address(x) for x in (a, b))
    score, reason = compare_places(one, two)
    return Comparison(score, reason, one.line, two.line)
