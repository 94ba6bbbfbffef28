"""Which streets are one slip of the hand from each other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.screening.slips import door_key, near_street
from pipeline.model import Address

PLACE = Address("", "1200 N LARKMOOR AVE", "5", "Springfield", "MO", "65801")


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("1200 N LARKMOOR AVE", "1200 N LARKMOR AVE", True),
        ("1200 N LARKMOOR AVE", "1200 N LARKMOOR", True),
        ("1200 N LARKMOOR AVE", "1200 N LARK MOOR AVE", True),
        ("12 OSAGE ST", "12 OSGAE ST", True),
        ("12 HALYARD BLVD", "12 HALYRAD BLVD", True),
        ("12 PARK AVE", "12 LARK AVE", False),
        ("12 LARKMOOR AVE", "12 LARKMOOR ST", False),
        ("12 N LARKMOOR AVE", "12 S LARKMOOR AVE", False),
        ("12 W 5TH ST", "12 W 6TH ST", False),
        ("12 STATE ROUTE 135", "12 STATE ROUTE 136", False),
        ("12 TEASEL CT", "12 QUARRY CT", False),
        ("12 OSAGE ST", "12 OSAGE ST", False),  # the same street is no slip
    ],
)
def test_streets_written_in_two_ways(one: str, other: str, near: bool) -> None:
    assert near_street(replace(PLACE, street_key=one), other) is near
    assert near_street(replace(PLACE, street_key=other), one) is near


def test_house_town_and_unit_make_a_door() -> None:
    assert door_key(PLACE) == "1200|65801|5"
    assert door_key(replace(PLACE, zip="")) == "1200|SPRINGFIELD,MO|5"
    assert door_key(replace(PLACE, street_key="5TH AVE & MAIN ST")) == ""
    assert door_key(replace(PLACE, street_key="MAIN ST")) == ""
    assert door_key(Address("")) == ""
