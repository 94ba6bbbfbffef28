from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from analysis.networks.standing import computed_standings


def standings(town: Any, **more: Any) -> dict[str, str]:
    names = {town.id(key): key for kind, key in town.groups if kind == "business"}
    return {names[b]: s[0] for b, s in computed_standings(town.entities, town.refs, **more).items()}


def test_two_dates_on_an_illicit_site_make_a_suspect(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-02-01")
    town.ad("Once Seen", "2026-01-01", "2026-01-01")
    town.ad("Listed", "2026-01-01", "2026-02-01", site_class="directory")
    town.ad("Mixed", "2026-01-01", "2026-02-01", site_class="mixed")
    assert standings(town) == {"Golden Lotus": "suspected"}


def test_two_ads_on_two_dates_count_together(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-01-01")
    town.ad("Golden Lotus", "2026-01-09", "2026-01-09")
    assert standings(town) == {"Golden Lotus": "suspected"}


def test_capture_days_count_when_they_are_given(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-02-01", captures=2)
    sources = next(iter(town.refs.values())).sources
    assert standings(town, capture_dates=dict.fromkeys(sources, date(2026, 2, 1))) == {}


@pytest.mark.parametrize(
    ("decision", "cause", "stands"),
    [
        ("denied", "324.262.2(2)", True),
        ("DENIED", "", True),
        ("", "324.262.2(4)", True),
        ("Denial upheld by the AHC", "fraud in securing a license", True),
        ("Application refused", "obtaining a fee by fraud", True),
        ("Revoked", "324.262.2(3)", True),
        ("", "", False),
        ("lapsed", "renewal not filed", False),
        ("surrendered", "retired", False),
        ("withdrawn", "withdrawn by applicant", False),
        ("", "withdrawn by applicant", False),
        ("denied", "incomplete application", False),
        ("Denied", "application fee not paid", False),
        ("denial reversed by AHC", "324.262.2(2)", False),
        ("Denial stayed", "324.262.2(2)", False),
        ("proposed denial", "324.262.2(2)", False),
        ("approved", "", False),
        ("pending", "", False),
    ],
)
def test_a_refusal_that_stands_is_suspected_and_other_ends_are_not(
    town: Any, decision: str, cause: str, stands: bool
) -> None:
    town.record("Golden Lotus", "2026-01-01", kind="denied", status=decision, cause=cause)
    assert standings(town) == ({"Golden Lotus": "suspected"} if stands else {})


def test_a_refusal_is_said_with_its_day_and_cause(town: Any) -> None:
    town.record("Golden Lotus", "2025-12-01", kind="denied")
    (standing,) = computed_standings(town.entities, town.refs).values()
    assert standing[1] == "license denied on 2025-12-01 (324.262.2(2))"


def test_a_tip_alone_says_nothing(town: Any) -> None:
    town.record("Golden Lotus", "2026-01-01", kind="tip", lane="intelligence")
    assert standings(town) == {}


def test_people_override_the_files(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-02-01")
    casework = {town.id("Golden Lotus"): ("cleared", "sold to a stranger")}
    assert standings(town, casework=casework) == {"Golden Lotus": "cleared"}
