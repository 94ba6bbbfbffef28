"""Rates of what people decided: each match once, and none from a handful."""

from __future__ import annotations

import pytest

from analysis.outcomes import (
    CONFIRMED,
    ENOUGH,
    MORE,
    OPEN,
    OVERTURNED,
    WAITING,
    Outcomes,
    outcomes,
    share,
)
from pipeline.model import Flag


def flag(number: int, band: str = "strong", surname: str = ">=1%") -> Flag:
    return Flag(f"A{number}", "possible_match", band, 0.99, known_entity_id="k", surname_band=surname)


def group(found: list[Outcomes], by: str, name: str = "all") -> Outcomes:
    return next(o for o in found if (o.by, o.group) == (by, name))


def test_counts_add_up_in_every_division_and_a_match_shown_twice_counts_once() -> None:
    shown = [
        flag(1),
        flag(1),
        flag(2, "review"),
        flag(3, "moderate", "<0.1%"),
        flag(4),
        Flag("A5", "no_relevant_result", "", 0.0),
    ]
    said = {("A1", "k"): CONFIRMED, ("A2", "k"): OVERTURNED, ("A3", "k"): WAITING, ("A9", "k"): MORE}
    found = outcomes(shown, said)
    whole = group(found, "all")
    assert (whole.shown, whole.counts[CONFIRMED], whole.counts[OVERTURNED], whole.counts[OPEN]) == (4, 1, 1, 1)
    assert whole.counts[WAITING] == 1 and whole.counts[MORE] == 0
    for by in ("strength", "surname"):
        assert sum(o.shown for o in found if o.by == by) == 4
    assert group(found, "strength", "review").counts[OVERTURNED] == 1


@pytest.mark.parametrize(("of", "told"), [(0, False), (ENOUGH - 1, False), (ENOUGH, True)])
def test_no_rate_from_a_handful(of: int, told: bool) -> None:
    found = share(of // 2, of)
    assert (found.rate is not None) is told
    assert ("too few" in str(found) or str(found) == "none yet") is not told


def test_rates_are_of_those_decided() -> None:
    shown = [flag(n) for n in range(100)]
    said = {(f"A{n}", "k"): CONFIRMED if n < 30 else OVERTURNED if n < 40 else MORE for n in range(50)}
    whole = group(outcomes(shown, said), "all")
    assert (whole.confirmed.hits, whole.confirmed.of, whole.confirmed.rate) == (30, 40, 0.75)
    assert whole.overturned.rate == 0.25
    assert (whole.more_needed.of, whole.more_needed.rate) == (50, 0.2)
