"""Which numbers and streets are one slip of the hand from each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.screening.key_filter import KeyFilter
from analysis.screening.slips import door_key, near_street, phone_slips
from pipeline.model import Address

PHONES = st.from_regex(r"\+1[2-9][0-9]{2}555[0-9]{4}", fullmatch=True)
PLACE = Address("", "1200 N LARKMOOR AVE", "5", "Springfield", "MO", "65801")


@given(PHONES)
def test_every_slip_of_a_phone_is_another_number_from_which_the_first_is_a_slip(phone: str) -> None:
    found = list(phone_slips(phone))
    assert len(found) == len(set(found)) and phone not in found
    assert all(len(other) == len(phone) and other[:2] == "+1" for other in found)
    assert all(phone in phone_slips(other) for other in found[:: len(found) // 5])


@given(st.sets(PHONES, max_size=30), PHONES)
def test_a_filter_says_the_same_of_all_slips_at_once(known: set[str], phone: str) -> None:
    held = KeyFilter.of([*known, *list(phone_slips(phone))[::7]])
    assert list(held.slips(phone)) == [near for near in phone_slips(phone) if held.may_hold(near)]


def test_digits_off_and_neighbors_exchanged_are_slips_and_two_digits_off_are_not() -> None:
    found = set(phone_slips("+14175550123"))
    assert {"+14175550124", "+14175550132", "+14175551023", "+14715550123"} <= found
    assert not {"+14175550112", "+14175550321", "+4175550123"} & found


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
