from __future__ import annotations

from datetime import date
from typing import Any

from analysis.standing import computed_standings


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


def test_denied_for_cause_is_suspected(town: Any) -> None:
    town.record("Golden Lotus", "2026-01-01", kind="denied")
    assert standings(town) == {"Golden Lotus": "suspected"}


def test_a_tip_alone_says_nothing(town: Any) -> None:
    town.record("Golden Lotus", "2026-01-01", kind="tip", lane="intelligence")
    assert standings(town) == {}


def test_people_override_the_files(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-02-01")
    casework = {town.id("Golden Lotus"): ("cleared", "sold to a stranger")}
    assert standings(town, casework=casework) == {"Golden Lotus": "cleared"}
