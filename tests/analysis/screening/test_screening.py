"""Who is a lead, by which identifiers, and how strong it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from analysis.screening.screen import ScreeningIndex, screen, screen_all
from pipeline.model import Application, Party
from tests.analysis.screening.applicants import (
    DOB,
    MISSPELLED,
    OTHER,
    P1,
    P2,
    SUITE,
    application,
    index_of,
    suspects,
)


@pytest.mark.parametrize(
    ("asked", "kinds", "band"),
    [
        (application(dob=DOB), ("dob", "name"), "strong"),
        (application("MEI CHEN", dob=DOB), ("dob", "name"), "strong"),
        (application(phones=(P1,)), ("name", "phone"), "moderate"),
        (application(place=OTHER), ("name", "premises"), None),
        (application(dob=date(1980, 7, 3)), ("dob", "name"), "review"),
        (application(dob=DOB, phones=(P2,)), ("dob", "name", "phone"), "strong"),
        (application("Somsri Rattana", dob=date(1975, 5, 5)), ("dob", "name"), "strong"),
        (application("Brandon Quistgard", phones=(P2,), place=OTHER), ("phone", "premises"), "review"),
        (application("", phones=(P2,), place=OTHER), ("phone", "premises"), "review"),
    ],
)
def test_two_kinds_of_different_origin_are_a_lead(
    index: ScreeningIndex, asked: Application, kinds: tuple[str, ...], band: str | None
) -> None:
    flag = screen(asked, index)
    assert flag.result == "possible_match"
    assert flag.matched_kinds == kinds
    assert flag.score >= 0.9
    assert band in {None, flag.band}


def test_a_network_s_own_papers_do_not_make_a_name_common(town: Any) -> None:
    suspects(town)
    once = index_of(town).shares.bits("Ning Quistgard")
    for number in range(9):  # without dates of birth they stay nine operators of one network
        town.record("Golden Lotus", f"2025-02-0{number + 1}", people=[(f"q12{number}", "Ning Quistgard", "manager")])
    assert index_of(town).shares.bits("Ning Quistgard") == once
    for number in range(9):  # of nine other businesses: nine strangers, or it cannot be told
        town.record(f"Shop {number}", "2025-02-01", people=[(f"r{number}", "Ning Quistgard", "manager")])
    assert index_of(town).shares.bits("Ning Quistgard") < once


def test_boards_see_designated_only(town: Any) -> None:
    suspects(town)
    flag = screen(application(dob=DOB), index_of(town, known="designated"))
    assert flag.result == "no_relevant_result"


def test_a_premises_without_its_zip_is_the_one_of_its_city(index: ScreeningIndex) -> None:
    asked = application(place=OTHER)
    assert asked.premises
    unzipped = replace(asked, premises=replace(asked.premises, zip=""))
    assert (screen(unzipped, index).matched_kinds, screen(unzipped, index).contrary) == (("name", "premises"), ())
    elsewhere = replace(asked, premises=replace(asked.premises, zip="", city="Joplin"))
    assert screen(elsewhere, index).result == "no_relevant_result"


def test_a_premises_without_its_zip_is_none_of_two(town: Any) -> None:
    suspects(town)
    town.record("Far Cedar", "2026-01-01", "2027-01-31", place="the other end of town")
    twin = next(r for r in town.refs.values() if r.role == "premises" and r.name == "the other end of town")
    asked = application(place=OTHER)
    assert asked.premises
    town.refs[twin.ref_id] = replace(twin, addresses=(replace(asked.premises, zip="65899"),))
    flag = screen(replace(asked, premises=replace(asked.premises, zip="")), index_of(town))
    assert flag.result == "no_relevant_result"


def test_progress_and_order(index: ScreeningIndex) -> None:
    done: list[int] = []
    asked = [replace(application(dob=DOB), application_id=str(n)) for n in range(3)]
    assert [f.application_id for f in screen_all(asked, index, done.append)] == ["0", "1", "2"]
    assert done == [1, 2, 3]


def test_parts_of_a_name_in_any_order_and_joining_are_the_same_name(town: Any) -> None:
    town.record("Golden Lotus", "2025-01-01", people=[("qi", "Hong Bo Qi", "owner", "1971-04-09")])
    town.ad("Golden Lotus", "2025-06-01", "2026-11-01")
    index = index_of(town)
    for name in ("Qi Hongbo", "HONGBO QI", "Qi, Hong-Bo"):
        assert screen(application(name, dob=date(1971, 4, 9)), index).band == "strong", name
    assert screen(application("Bo Hong Lee", dob=date(1971, 4, 9)), index).result == "no_relevant_result"


def test_a_running_shop_s_phone_and_suite_are_a_lead_whoever_had_the_number_before(town: Any) -> None:
    town.ad("Old Fern", "2024-01-01", "2025-11-01", phones=(P1,), place=OTHER)
    town.record("Old Fern", "2023-01-01", people=[("chen", "Mei Chen", "owner", DOB.isoformat())])
    town.ad("Golden Lotus", "2025-12-01", "2026-11-01", phones=(P1,), place=SUITE)
    town.record("Golden Lotus", "2025-12-01", people=[("chen", "Mei Chen", "owner", DOB.isoformat())])
    for number in range(5):
        town.record("Golden Lotus", "2025-01-01", people=[(f"q12{number}", "Hong Bo Qi", "owner")])
    index = index_of(town)
    flag = screen(application("Brandon Quistgard", phones=(P1,), place=SUITE), index)
    assert (flag.result, flag.band, flag.matched_kinds) == ("possible_match", "review", ("phone", "premises"))
    assert not any("records" in c or "Ownership" in c for c in flag.contrary), "said of somebody of another name"
    gone = application("Brandon Quistgard", phones=(P1,), place=OTHER)  # the suite it left: two shops, not one
    assert screen(gone, index).result == "no_relevant_result"


@pytest.mark.parametrize(
    ("asked", "kinds", "says"),
    [
        (application(phones=("+14175550201",)), ("name", "phone"), "Same name as Mei Chen"),
        (application(phones=("+14175550201",)), ("name", "phone"), "and nearly the same phone (one digit off)"),
        (application(phones=("+14175555001",)), ("name", "phone"), "nearly the same phone (two digits exchanged)"),
        (application(place=MISSPELLED), ("name", "premises"), "nearly the same premises (the street is written"),
        (application(phones=("+14175550201",), place=MISSPELLED), ("name", "phone", "premises"), "nearly the same"),
    ],
)
def test_a_slip_in_number_or_street_leads_to_a_rare_name_for_review_only(
    town: Any, asked: Application, kinds: tuple[str, ...], says: str
) -> None:
    town.record("Golden Lotus", "2025-01-01", "2027-01-31", place=SUITE, people=[("chen", "Mei Chen", "owner")])
    town.ad("Golden Lotus", "2025-06-01", "2026-11-01", phones=("+14175550501",), place=SUITE)
    if asked.phones == ("+14175550201",):
        town.ad("Golden Lotus", "2025-06-01", "2026-11-01", phones=(P1,), place=SUITE)
    flag = screen(asked, index_of(town))
    assert (flag.result, flag.band, flag.matched_kinds) == ("possible_match", "review", kinds)
    assert says in flag.sentence
    for number in range(40):
        town.record(f"Shop {number}", "2025-02-01", people=[(f"c{number}", "Mei Chen", "owner")])
    common = screen(asked, index_of(town))
    assert (common.result == "possible_match") == (len(kinds) > 2)


def test_a_cleared_lead_gives_way_to_the_next(town: Any) -> None:
    suspects(town)
    asked = application(dob=DOB, related=(Party("manager", "Somsri Rattana", dob=date(1975, 5, 5)),))
    index = index_of(town)
    first = screen(asked, index)
    second = screen(asked, index, lambda f: f.known_entity_id == first.known_entity_id)
    assert second.result == "possible_match"
    assert second.known_entity_id != first.known_entity_id
    none = screen(asked, index, lambda f: True)
    assert none.result == "no_relevant_result"
    assert "cleared" in none.sentence
