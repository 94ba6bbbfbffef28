"""What a lead says of itself: both sides, reasons, what speaks against it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from analysis.screening.screen import ScreeningIndex, screen
from pipeline.model import Party
from tests.analysis.screening.applicants import (
    DOB,
    OTHER,
    P1,
    P2,
    SUITE,
    application,
    index_of,
    suspects,
)


def test_a_lead_carries_its_reasons(index: ScreeningIndex, town: Any) -> None:
    flag = screen(application(dob=DOB, phones=(P1,)), index)
    assert flag.known_entity_id in {town.id("Golden Lotus"), town.id("Jade Garden")}
    assert flag.network_id
    assert flag.exhibits and all(e.startswith("cap-") for e in flag.exhibits)
    assert 1 <= len(flag.path) <= 2
    assert "row-license" in flag.path[0] or "cap-" in flag.path[0]
    assert flag.sentence.startswith("Same name, date of birth and phone as Mei Chen, owner on records of")
    levels = {c.field: c.level for c in flag.contributions}
    assert levels["email"] == levels["premises"] == "missing"
    assert not any("1980" in c.known_value for c in flag.contributions), "a known date of birth never leaves"
    assert flag.snapshot_id == "s1"


def test_license_in_good_standing_is_said(index: ScreeningIndex) -> None:
    flag = screen(application(dob=DOB, phones=(P1,)), index)
    assert any("good standing" in c for c in flag.contrary)


def test_one_step_beyond_the_known_business_is_shown(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-11-01", phones=(P1,))
    town.ad("Linked", "2026-01-01", "2026-11-01", phones=(P1,), site_class="mixed")
    town.record("Linked", "2025-01-01", people=[("cole", "Ana Cole", "owner", "1971-04-09")])
    flag = screen(application("Ana Cole", dob=date(1971, 4, 9)), index_of(town))
    assert flag.known_entity_id == town.id("Golden Lotus")
    assert len(flag.path) == 2
    assert "both used" in flag.path[1]


def test_a_refusal_leads_and_is_said_and_other_ends_of_an_application_are_not(town: Any) -> None:
    town.record(
        "Lone Denial", "2024-05-01", kind="denied", people=[("doe", "Somsri Rattana", "applicant", "1975-05-05")]
    )
    asked = application("Somsri Rattana", dob=date(1975, 5, 5))
    flag = screen(asked, index_of(town))
    assert "license denied on 2024-05-01 (324.262.2(2))" in flag.sentence
    for decision, cause in (("withdrawn", ""), ("denied", "incomplete application"), ("denial reversed", "fraud")):
        for ref in list(town.refs.values()):
            town.refs[ref.ref_id] = replace(ref, status=decision, cause=cause)
        assert screen(asked, index_of(town)).result == "no_relevant_result", decision


@pytest.mark.parametrize("role", ["manager", "Owner (51%)", "Managing Member", "co-owner", "Vice President"])
def test_who_answers_for_the_business_is_compared_and_named(index: ScreeningIndex, role: str) -> None:
    asked = application("Brandon Quistgard", dob=date(1985, 3, 2), related=(Party(role, "Mei Chen", dob=DOB),))
    flag = screen(asked, index)
    whose = role.lower()
    assert flag.sentence.startswith(f"Mei Chen, {whose} on the application: same name and date of birth as Mei Chen,")
    assert flag.path[0].startswith(f"Mei Chen, {whose} — same name and date of birth")
    assert f"The name is not the applicant's but that of the {whose}." in flag.contrary
    assert flag.surname_band == index.shares.surname_band("", "Mei Chen")


def test_what_differs_says_from_what(town: Any) -> None:
    suspects(town)
    asked = application(dob=DOB, place="9 Elsewhere Rd", business_name="Quiet Rose", phones=("+14175550188",))
    flag = screen(asked, index_of(town))
    shown = {c.field: c for c in flag.contributions}
    said = {f: shown[f].known_value for f in ("phone", "premises", "business_name") if shown[f].level == "differs"}
    assert said["premises"] == "none of those known"
    assert said["business_name"] in flag.sentence
    assert said["phone"], "a line that differs never leaves its other side empty"


def test_both_sides_stand_beside_each_other_also_where_nothing_is_weighed(town: Any) -> None:
    suspects(town)
    town.record(
        "Golden Lotus", "2025-01-02", place=SUITE, license_number="L7", websites=("lotus.example",),
        people=[("li", "Na Li", "manager")],
    )  # fmt: skip
    others = (Party("manager", "Bo Qi"), Party("Property Owner", "LARKMOOR HOLDINGS, LLC", is_person=False))
    asked = application(
        dob=DOB, place="1200 N Larkmoor Ave #6", license_number="L1", websites=("lotus.example",), related=others
    )
    flag = screen(asked, index_of(town))
    shown = {c.field: c for c in flag.contributions}
    assert [c.field for c in flag.contributions[:2]] == ["name", "role"]
    assert (shown["role"].applicant_value, shown["role"].known_value) == ("applicant", "owner")
    assert (shown["unit"].applicant_value, shown["unit"].known_value, shown["unit"].level) == ("6", "5", "differs")
    assert shown["license_number"].level == shown["website"].level == "exact"
    assert shown["related"].applicant_value == "Bo Qi"
    assert (shown["landlord"].applicant_value, shown["landlord"].known_value, shown["landlord"].level) == (
        "LARKMOOR HOLDINGS, LLC", "Larkmoor Holdings LLC", "noted",
    )  # fmt: skip
    assert shown["related"].known_value in {"", "1 other on papers, none alike"}, "who is not alike is not named"
    assert shown["dates"].applicant_value == "received 2026-11-01" and "ads 20" in shown["dates"].known_value
    assert all(
        shown[k].weight == 0 for k in ("role", "unit", "website", "landlord", "license_number", "related", "dates")
    )


def test_roles_are_said_of_the_business_whose_papers_name_them_and_places_apart(town: Any) -> None:
    suspects(town)
    town.record("Red Maple", "2025-01-01", people=[("lew", "Robert Lewis", "manager", "1971-04-09")])
    town.ad("Red Maple", "2026-01-01", "2026-11-01", phones=(P2,))
    flag = screen(application("Robert Lewis", place=OTHER), index_of(town))
    assert flag.sentence.startswith(
        "Same name as Robert Lewis, manager on records of Red Maple; same premises as Jade Garden;"
    )
    assert not any("Ownership" in c for c in flag.contrary)
    assert "manager on records of Red Maple; Jade Garden" in flag.path[0]


def test_ownership_does_not_pass_to_the_same_name(town: Any) -> None:
    town.record("Golden Lotus", "2020-01-01", people=[("a", "Ana Cole", "owner", "1971-04-09")])
    town.record("Golden Lotus", "2025-01-01", people=[("b", "COLE, ANA", "owner")])
    town.ad("Golden Lotus", "2025-06-01", "2026-11-01")
    flag = screen(application("Ana Cole", dob=date(1971, 4, 9)), index_of(town))
    assert not any("Ownership" in c for c in flag.contrary)


@pytest.mark.parametrize(
    ("known", "given", "begins", "level"),
    [
        ("Robert Lewis", "LEWIS, ROBERT", "Same name and date", "exact"),
        ("Robert Lewis", "Bob Lewis", "Similar name to, and same date of birth as,", None),
        ("Rhee Jung-Sun", "Lee Jung Sun", "Similar name to, and same date of birth as,", None),
        ("Robert Lewis", "Robert Lewis Jr.", "Similar name to, and same date of birth as,", "similar"),
    ],
)
def test_a_name_that_resembles_is_not_called_the_same(
    town: Any, known: str, given: str, begins: str, level: str | None
) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-11-01", phones=(P1,))
    town.record("Golden Lotus", "2025-06-01", people=[("lew", known, "owner", "1971-04-09")])
    flag = screen(application(given, dob=date(1971, 4, 9)), index_of(town))
    assert flag.sentence.startswith(begins)
    assert flag.contributions[0].level == level if level else flag.contributions[0].level != "exact"


def test_a_junior_at_the_senior_s_suite_is_for_review_and_the_difference_is_said(town: Any) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-11-01", phones=(P1,), place=SUITE)
    town.record("Golden Lotus", "2025-06-01", people=[("lew", "Robert Lewis", "owner")])
    flag = screen(application("Robert Lewis Jr.", phones=(P1,), place=SUITE), index_of(town))
    assert flag.band == "review"
    assert any("Jr." in c for c in flag.contrary)


def test_a_swapped_date_is_said_and_corroborates_no_common_name(town: Any) -> None:
    suspects(town)
    asked = application(dob=date(1980, 7, 3))
    assert "and nearly the same date of birth (day and month swapped)" in screen(asked, index_of(town)).sentence
    for number in range(40):
        town.record(f"Shop {number}", "2025-02-01", people=[(f"c{number}", "Mei Chen", "owner")])
    common = index_of(town)
    assert screen(asked, common).result == "no_relevant_result"
    assert screen(replace(asked, phones=(P1,)), common).band == "review"


def test_a_lead_into_another_network_is_noted_until_it_is_cleared(index: ScreeningIndex) -> None:
    manager = Party("manager", "Somsri Rattana", dob=date(1975, 5, 5))
    asked = application(dob=DOB, related=(manager,))
    flag = screen(asked, index)
    noted = [note for note in flag.notes if note.startswith("Another possible match (strong)")]
    assert len(noted) == 1
    assert "Somsri Rattana, manager on the application" in noted[0]
    without = screen(asked, index, lambda lead: lead.known_entity_id != flag.known_entity_id)
    assert without.known_entity_id == flag.known_entity_id
    assert not any(note.startswith("Another") for note in without.notes)
    assert not any(note.startswith("Another") for note in screen(application(dob=DOB), index).notes)
