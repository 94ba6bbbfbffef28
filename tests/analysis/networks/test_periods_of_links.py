"""A license that is valid until next year shows nobody at work next year."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from analysis.networks.links import build_links
from pipeline.model import Link
from tests.analysis.conftest import LEARNED

PHONE, SUITE = "+14175550101", "1200 N Larkmoor Ave #5"
OWNER = ("qi", "Hongbo Qi", "owner", "1980-02-13")


def links(town: Any, kind: str) -> list[Link]:
    return [k for k in build_links(town.entities, town.refs) if k.kind == kind]


def learned_on(day: str) -> int:
    """What the town adds to the day of its first ref."""
    return (date.fromisoformat(day) - date(1970, 1, 1)).days - LEARNED


@pytest.mark.parametrize("kind", ["uses_phone", "at_premises", "operates"])
def test_a_link_ends_when_the_paper_was_learned_of_and_tells_its_validity_as_validity(town: Any, kind: str) -> None:
    seq = learned_on("2026-03-16")
    town.record("Silver River", "2025-05-26", "2026-12-31", phones=(PHONE,), place=SUITE, people=[OWNER], seq=seq)
    (link,) = links(town, kind)
    assert (link.first_seen, link.last_seen) == (date(2025, 5, 26), date(2026, 3, 16))
    assert "valid until 2026-12-31" in link.sentence
    assert "to 2026-12-31" not in link.sentence


@pytest.mark.parametrize("kind", ["uses_phone", "at_premises", "operates"])
def test_a_paper_that_had_run_out_keeps_its_days(town: Any, kind: str) -> None:
    seq = learned_on("2026-03-16")
    town.record("Silver River", "2019-01-01", "2019-12-31", phones=(PHONE,), place=SUITE, people=[OWNER], seq=seq)
    (link,) = links(town, kind)
    assert (link.first_seen, link.last_seen) == (date(2019, 1, 1), date(2019, 12, 31))
    assert "valid" not in link.sentence


def test_ads_seen_later_than_the_paper_go_on(town: Any) -> None:
    town.record("Silver River", "2025-05-26", "2026-12-31", phones=(PHONE,), seq=learned_on("2025-06-01"))
    town.ad("Silver River", "2026-01-05", "2026-02-01", phones=(PHONE,), seq=learned_on("2026-02-01"))
    (link,) = links(town, "uses_phone")
    assert (link.first_seen, link.last_seen) == (date(2025, 5, 26), date(2026, 2, 1))


def test_a_paper_for_next_year_shows_nothing_of_next_year(town: Any) -> None:
    town.record("Silver River", "2026-07-01", "2027-06-30", phones=(PHONE,), seq=learned_on("2026-03-16"))
    (link,) = links(town, "uses_phone")
    assert (link.first_seen, link.last_seen) == (date(2026, 3, 16), date(2026, 3, 16))


def test_one_owner_of_two_binds_for_the_days_that_were_seen(town: Any) -> None:
    seq = learned_on("2026-03-16")
    for shop in ("Silver River", "Jade Foot Spa"):
        town.record(shop, "2025-05-26", "2027-01-31", people=[OWNER], emails=("a@b.example",), seq=seq)
    found = {k.kind: k for k in build_links(town.entities, town.refs) if k.kind.startswith("shared_")}
    assert found["shared_operator"].binding
    assert {k.last_seen for k in found.values()} == {date(2026, 3, 16)}
    assert "shared_email" in found
