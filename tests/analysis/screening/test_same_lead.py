"""One lead is known again by its path and its evidence, whatever id its business has by now."""

from __future__ import annotations

import pytest

from analysis.screening.same_lead import is_one_lead
from pipeline.model import Contribution, Flag


def lead(known: str, step: str, *sources: str, weight: float = 9.0) -> Flag:
    phone = Contribution("phone", "+14175550101", "+14175550101", "exact", weight, sources)
    return Flag("A1", "possible_match", "strong", 0.99, known, contributions=(phone,), path=(step,))


BEFORE = lead("E", "Mei Chen — same phone — Fern Spa [c1, c2]", "c1", "c2")


@pytest.mark.parametrize(
    ("now", "same"),
    [
        (lead("F", "Mei Chen — same phone — Fern Spa [c2, c3, c4 and 9 more]", "c2", "c3", "c4"), True),
        (lead("F", "Mei Chen — same phone — Fern Spa [c8, c9]", "c8", "c9"), False),  # another shop of that name
        (lead("F", "Mei Chen — same phone — Orchid Spa [c1]", "c1"), False),
        (lead("F", "Mei Chen — same name and phone — Fern Spa [c1]", "c1"), False),
        (lead("F", "Mei Chen — same phone — Fern Spa [c1]", "c1", weight=0.0), False),  # noted, it speaks for nothing
        (Flag("A1", "possible_match", "strong", 0.99, "F"), False),
    ],
)
def test_by_path_and_evidence(now: Flag, same: bool) -> None:
    assert is_one_lead(BEFORE, now) is same
    assert is_one_lead(now, BEFORE) is same
