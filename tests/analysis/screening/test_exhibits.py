"""Exhibits reach from the first to the last capture, show what is shared, and are the same at every screening."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.screening.exhibits import choose_exhibits, spread_captures, spread_order
from analysis.screening.index import KnownBusiness
from analysis.screening.known import KnownPlace
from analysis.screening.screen import screen
from tests.analysis.screening.applicants import DOB, P1, application, index_of, suspects

START = date(2025, 1, 1)


def days(*numbers: int) -> dict[str, date]:
    """Captures "c000", "c007" … by their day."""
    return {f"c{n:03}": START + timedelta(n) for n in numbers}


@pytest.mark.parametrize(
    ("numbers", "most", "first"),
    [
        ((), 4, ()),
        ((5,), 4, (5,)),
        ((9, 0), 4, (0, 9)),
        (range(101), 5, (0, 100, 50, 25, 75)),
        ((0, 1, 2, 3, 100), 3, (0, 100, 3)),  # a gap in the middle: the nearest to its middle
        ((0, 1, 90, 91, 100), 4, (0, 100, 90, 1)),
    ],
)
def test_any_beginning_is_spread_over_time(numbers: Any, most: int, first: tuple[int, ...]) -> None:
    order = spread_order(days(*numbers), days(*numbers), most)
    assert order[:most] == tuple(f"c{n:03}" for n in first)
    assert sorted(order) == sorted(days(*numbers))


def test_captures_of_no_known_day_come_last() -> None:
    assert spread_order(["x", "c001", "a", "c000"], days(0, 1), 12) == ("c000", "c001", "a", "x")


@given(st.lists(st.integers(0, 999), max_size=40), st.integers(2, 12), st.randoms())
def test_the_order_does_not_hang_on_the_order_given(numbers: list[int], most: int, random: Any) -> None:
    captures = [f"c{n:03}" for n in numbers]
    order = spread_order(captures, days(*numbers), most)
    random.shuffle(captures)
    assert spread_order(captures, days(*numbers), most) == order
    if numbers:
        assert {f"c{min(numbers):03}", f"c{max(numbers):03}"} == set(order[:2])


def place(*captures: str) -> KnownPlace:
    return KnownPlace("b", "g", "v", None, None, (), captures)


def business(*captures: str) -> KnownBusiness:
    return KnownBusiness("b", "Fern", (), "suspected", None, captures, (), "", ())


@pytest.mark.parametrize(
    ("places", "businesses", "chosen"),
    [
        ([], [], ""),
        ([], [business(*"fla")], "fla"),
        ([place(*"pq"), place(*"st")], [business(*"flpqxyz")], "flpsqt"),
        ([place(*"pqrstuv")], [business(*"fl"), business(*"gm")], "flgmpq"),
        ([place(*"lp")], [business(*"flxyzw")], "flpxyz"),
    ],
)
def test_ends_first_then_what_shows_what_is_shared(places: Any, businesses: Any, chosen: str) -> None:
    assert choose_exhibits(places, businesses, 6) == tuple(chosen)


def test_a_flag_shows_both_ends_and_what_is_shared(town: Any) -> None:
    """Golden Lotus has three captures with P1 and 40 without."""
    suspects(town)
    town.ad("Golden Lotus", "2025-02-01", "2026-03-01", captures=40)
    asked: list[list[str]] = []

    def days_of(captures: Any) -> dict[str, date]:
        asked.append(sorted(captures))
        return {c: START + timedelta(n) for n, c in enumerate(asked[0])}

    index = spread_captures(index_of(town), days_of)
    flag = screen(application(dob=DOB, phones=(P1,)), index)
    (known,) = index.places["phone"][P1]
    of_business = index.businesses[flag.known_entity_id].captures
    assert len(asked) == 1
    assert (len(known.captures), len(of_business), len(flag.exhibits)) == (3, 43, 12)
    assert {min(of_business), max(of_business)} == set(flag.exhibits[:2])
    assert set(known.captures) <= set(flag.exhibits)
