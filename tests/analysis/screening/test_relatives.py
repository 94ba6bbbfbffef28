"""Relatives, heirs and next tenants of known people: what is no lead, and whether the note says why it is none."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from analysis.screening.screen import ScreeningIndex, screen
from tests.analysis.screening.applicants import DOB, OTHER, P1, P2, SUITE, application, index_of

GIVEN = ("Ana", "Bo", "Chun", "Dara", "Mina", "Mei-Hua", "Xiaomei", "Yu", "Lan", "M.", "M. L.", "Martin", "Meilin")
NOW, LATER = date(2026, 11, 1), date(2027, 9, 1)


@pytest.mark.parametrize("seed", range(3))
def test_relatives_at_the_same_address_and_number_are_not_flagged(index: ScreeningIndex, seed: int) -> None:
    """Same surname, premises of a closed shop or its number, now or later, with and without a date of birth."""
    rng = Random(seed)
    for _ in range(40):
        who = rng.choice(("{} Chen", "Chen {}", "CHEN, {}")).format(rng.choice(GIVEN))
        born = {"dob": DOB + timedelta(days=rng.randrange(200, 9_000))} if rng.random() < 0.5 else {}
        touch: dict[str, Any] = {"place": SUITE} if rng.random() < 0.5 else {"phones": (rng.choice((P1, P2)),)}
        flag = screen(application(who, received=rng.choice((NOW, LATER)), **born, **touch), index)
        assert flag.result == "no_relevant_result", (who, touch, flag.sentence)
        assert flag.notes and all(note.endswith("a note, not a match.") for note in flag.notes)


@pytest.mark.parametrize("name", ["M. Chen", "Chen, M.", "CHEN M"])
def test_an_initial_makes_no_surname_a_whole_name(index: ScreeningIndex, name: str) -> None:
    flag = screen(application(name, phones=(P2,), place=OTHER.replace("2", "9")), index)
    assert flag.result == "no_relevant_result"
    assert flag.notes == (
        "Same phone as Jade Garden, seen there 2026-04-01 to 2026-11-10, under a name that agrees in part only: "
        "a note, not a match.",
    )
    assert screen(application(name, dob=DOB), index).result == "possible_match"


def test_a_note_says_another_name_only_where_it_is_another(town: Any) -> None:
    """The next owner stands on the shop's own papers: to call the name another one would be false."""
    town.ad("Golden Lotus", "2025-01-01", "2025-09-01", phones=(P1,), place=SUITE)
    town.record("Golden Lotus", "2026-03-01", "2028-01-31", place=SUITE, people=[("new", "Ana Cole", "owner")])
    index = index_of(town)
    own = screen(application("Ana Cole", place=SUITE), index)
    assert own.result == "no_relevant_result"
    assert ["where papers name Ana Cole only after the last ad" in note for note in own.notes] == [True]
    other = screen(application("Somsri Rattana", place=SUITE), index)
    assert ["under another name" in note for note in other.notes] == [True]


def test_a_namesake_born_another_day_is_not_said_to_bear_another_name(index: ScreeningIndex) -> None:
    flag = screen(application("Chen Mei", dob=DOB + timedelta(days=900), phones=(P2,)), index)
    assert flag.result == "no_relevant_result"
    (note,) = flag.notes
    assert "of a person born on another day" in note and "another name" not in note
    running = screen(application("Chen Mei", dob=DOB + timedelta(days=900), phones=(P2,), place=OTHER), index)
    assert running.result == "possible_match" and running.matched_kinds == ("phone", "premises")
    assert "another" not in running.sentence
    assert running.contrary == ("The name is alike and the date of birth another: somebody else of that name.",)


@pytest.mark.parametrize(
    ("touch", "received", "said"),
    [
        ({"phones": (P1,)}, date(2026, 4, 30), None),
        ({"phones": (P1,)}, date(2026, 5, 1), "The phone was last seen with Golden Lotus 61 days before"),
        ({"place": SUITE}, date(2026, 3, 31), None),
        ({"place": SUITE}, date(2026, 4, 1), "The premises were last seen with Golden Lotus 31 days before"),
    ],
)
def test_what_was_given_up_long_before_the_application_speaks_against_it(
    index: ScreeningIndex, touch: dict[str, Any], received: date, said: str | None
) -> None:
    flag = screen(application("Chen Mei", received=received, **touch), index)
    assert flag.result == "possible_match"
    found = [line for line in flag.contrary if "last seen with" in line]
    assert [line.startswith(said or "") for line in found] == ([True] if said else [])
