"""Known phone numbers one slip of the hand from another one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.screening.near_numbers import NearNumbers

PHONES = st.from_regex(r"\+1[2-9][0-9]{2}555[0-9]{4}", fullmatch=True)
ABROAD = st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)
NAMES = st.lists(st.text("aceilnuyz", min_size=1, max_size=12), min_size=1, max_size=3)


def slips(phone: str) -> Iterator[str]:
    """Every number one digit off, or with two neighbors exchanged; the country code's first digit stays."""
    for at in range(2, len(phone)):
        before, digit, after = phone[:at], phone[at], phone[at + 1 :]
        yield from (before + other + after for other in "0123456789" if other != digit)
        if after and after[0] != digit:
            yield before + after[0] + digit + after[1:]


@given(st.dictionaries(PHONES, NAMES, max_size=30), PHONES | ABROAD, st.integers(1, 9))
def test_all_known_numbers_one_slip_away_are_found_and_no_other(
    known: dict[str, list[str]], phone: str, every: int
) -> None:
    known |= {one: ["chen"] for one in list(slips(phone))[::every]}
    held = NearNumbers.of(known)
    again = NearNumbers.read(held.parts())
    for numbers in (held, again):
        assert sorted(numbers.near(phone)) == sorted(set(slips(phone)) & set(known))
        assert all(numbers.letters(one) == names for one, names in known.items())


@pytest.mark.parametrize(
    ("known", "near"),
    [
        ("+14175550124", True),
        ("+14175550132", True),
        ("+14175551023", True),
        ("+14715550123", True),
        ("+14175550123", False),  # the number itself
        ("+14175550112", False),
        ("+14175550321", False),
        ("+4175550123", False),
        ("+24175550123", False),  # another country
        ("no number", False),
    ],
)
def test_a_digit_off_or_neighbors_exchanged(known: str, near: bool) -> None:
    assert NearNumbers.of({known: ["chen"]}).near("+14175550123") == ([known] if near else [])


@pytest.mark.parametrize("asked", ["", "+", "417-555-0123", "+14175550123 x5", "+1417555012٣"])
def test_what_is_no_number_is_near_to_none(asked: str) -> None:
    assert NearNumbers.of({"+14175550124": ["chen"]}).near(asked) == []
