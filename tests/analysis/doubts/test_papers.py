"""Two numbers of one office contradict each other when both are in force at one time; renewals do not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from analysis.doubts.papers import Paper, numbers_at_one_time, paper_of
from pipeline.model import Address, Record, Ref

YEAR = {"issued": date(2024, 1, 1), "expires": date(2024, 12, 31)}
NEXT = {"issued": date(2024, 12, 5), "expires": date(2025, 12, 31)}
HERE = Address("1 Oak St", "1 OAK ST", "", "Springfield", "MO", "65801")
THERE = Address("9 Elm St", "9 ELM ST", "", "Springfield", "MO", "65801")


def record(number: str, **said: Any) -> Record:
    said = {"kind": "license", "dataset": "city", "license_type": "MASSAGE", "status": "ACTIVE", **said}
    return Record(natural_key=number, line=1, license_number=number if said["kind"] == "license" else "", **said)


def paper(number: str, **said: Any) -> Paper | None:
    made = record(number, **said)
    ref = Ref(f"r-{number}", "business", "record", made.record_id, made.dataset, made.kind, "", "regulatory", 1, "Fern")
    return paper_of(ref, made)


AT_ONE_TIME = [
    (YEAR, {**YEAR, "issued": date(2024, 3, 1)}),
    ({**YEAR, "status": "Expired"}, YEAR),
    (YEAR, {"issued": date(2024, 6, 1)}),  # no last day: it still holds
    ({"issued": date(2020, 1, 1)}, {"issued": date(2021, 1, 1)}),
    ({"expires": date(2025, 1, 31)}, {"expires": date(2025, 1, 31)}),  # a register that tells last days only
    ({"expires": date(2024, 12, 31)}, YEAR),
    ({"kind": "filing", "issued": date(2015, 5, 1)}, {"kind": "filing", "issued": date(2019, 5, 1), "status": ""}),
]
NO_CONTRADICTION = [
    pytest.param(YEAR, NEXT, id="a renewal issued before the last day"),
    pytest.param({**YEAR, "closed": date(2024, 5, 1)}, {**YEAR, "issued": date(2024, 4, 20)}, id="closed, then anew"),
    pytest.param(YEAR, {**YEAR, "dataset": "state"}, id="another office"),
    pytest.param(YEAR, {**YEAR, "license_type": "FOOD"}, id="a license of another kind"),
    pytest.param(YEAR, {"kind": "filing", "dataset": "filings", "issued": date(2015, 5, 1)}, id="a charter"),
    pytest.param({"expires": date(2023, 1, 31)}, {"expires": date(2025, 1, 31)}, id="last days of two terms"),
    pytest.param({**YEAR, "status": "Revoked"}, YEAR, id="ended, nobody says when"),
    pytest.param({"status": "Active"}, YEAR, id="nobody says when it held"),
    pytest.param({**YEAR, "kind": "application"}, YEAR, id="what an application repeats"),
]


def contradiction(a: dict[str, Any], b: dict[str, Any]) -> tuple[str, tuple[str, str]] | None:
    return numbers_at_one_time(p for p in (paper("BL-1", **a), paper("BL-2", **b)) if p)


@pytest.mark.parametrize(("a", "b"), AT_ONE_TIME)
def test_two_numbers_at_one_time(a: dict[str, Any], b: dict[str, Any]) -> None:
    found = contradiction(a, b)
    assert found is not None and found[1] == ("r-BL-1", "r-BL-2")
    assert contradiction(b, a) is not None


@pytest.mark.parametrize(("a", "b"), NO_CONTRADICTION)
def test_what_is_no_contradiction(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert contradiction(a, b) is None
    assert contradiction(b, a) is None


def test_words_name_both_papers_their_days_and_two_premises() -> None:
    found = contradiction({**YEAR, "premises": HERE}, {"issued": date(2024, 6, 1), "premises": THERE})
    assert found is not None
    assert found[0] == (
        "two numbers of city in force at one time for two premises "
        "(BL-1, 2024-01-01 to 2024-12-31; BL-2, 2024-06-01 to now): a renewal would follow the other"
    )


def test_one_number_written_in_two_ways_is_one_and_the_longest_contradiction_is_told() -> None:
    papers = [paper("BL-0017", **YEAR), paper("bl 0017", **YEAR)]
    assert numbers_at_one_time(p for p in papers if p) is None
    papers += [
        paper("BL-3", **{**YEAR, "issued": date(2024, 8, 1)}),
        paper("BL-4", **{**YEAR, "issued": date(2024, 2, 1)}),
    ]
    found = numbers_at_one_time(p for p in papers if p)
    assert found is not None and found[1] == ("r-BL-0017", "r-BL-4")


def test_of_a_person_only_a_number_of_their_own_counts() -> None:
    """Who owns two shops stands on two licenses of one office."""
    made = record("BL-1", **YEAR)
    owner = Ref("r", "operator", "record", made.record_id, "city", "license", "", "regulatory", 1, "Mei Chen")
    assert paper_of(owner, made) is None
    own = Ref("r", "operator", "record", made.record_id, "city", "license", "", "regulatory", 1, "M", own_number="BL-1")
    assert paper_of(own, made) is not None
