"""Who is no lead: above all nobody by a name alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.networks.network import build_links, build_networks
from analysis.screening.screen import ScreeningIndex, screen
from pipeline.model import Application, Party
from tests.analysis.screening.applicants import (
    DOB,
    ELSEWHERE,
    FREE,
    MISSPELLED,
    OTHER,
    P1,
    P2,
    P3,
    SUITE,
    application,
    index_of,
)


@pytest.mark.parametrize(
    "asked",
    [
        application(dob=date(1991, 12, 24)),  # namesake born on another day
        application(dob=date(1980, 3, 8)),  # a neighboring day
        application(birth_year=1980, place=ELSEWHERE),  # a year is no date
        application(phones=(FREE,), place=ELSEWHERE),  # the name alone
        application("Brandon Quistgard", phones=(P1,), place=ELSEWHERE),  # reassigned number
        application("Brandon Quistgard", place=SUITE, phones=(FREE,)),  # next tenant
        application("Brandon Quistgard", place=OTHER, phones=(FREE,)),  # premises alone, even now
        application("Brandon Quistgard", place=SUITE, phones=(P1,)),  # both, but long after the ads
        application("Brandon Quistgard", phones=(P2,), place=OTHER, received=None),
        application("Ana Cole", dob=date(1971, 4, 9), phones=(P3,), license_number="L9"),  # own innocent license
        application("Brandon Quistgard", dob=DOB, place=ELSEWHERE),  # same birthday
        application("Mei", dob=DOB),  # one name part
        application("Larkmoor Holdings LLC", phones=(FREE,), place=SUITE),  # the landlord
        application("Brandon Quistgard", business_name="Jade Garden", phones=(FREE,), place=ELSEWHERE),
        application("Brandon Quistgard", business_name="Jade Garden", place=OTHER),  # a trade name never counts
        application(dob=date(1991, 12, 24), phones=(P2,)),  # contradicting birth date: phone alone is left
    ],
)
def test_innocents_are_not_flagged(index: ScreeningIndex, asked: Application) -> None:
    flag = screen(asked, index)
    assert flag.result == "no_relevant_result"
    assert (flag.band, flag.known_entity_id, flag.contributions) == ("", "", ())
    assert flag.coverage == ("3 boards, newest capture 2026-11-10",)


def test_company_never_matches_a_person(index: ScreeningIndex) -> None:
    asked = application(dob=DOB)
    assert asked.applicant
    company = replace(asked, applicant=replace(asked.applicant, is_person=False), phones=(FREE,))
    assert screen(company, index).result == "no_relevant_result"


def test_nothing_but_a_name_is_insufficient(index: ScreeningIndex) -> None:
    flag = screen(application(received=None), index)
    assert flag.result == "insufficient_information"
    assert set(flag.missing) == {"dob", "phone", "email", "premises", "business_name"}


def test_phone_alone_is_a_note(index: ScreeningIndex) -> None:
    flag = screen(application("Brandon Quistgard", phones=(P1,)), index)
    assert flag.result == "no_relevant_result"
    assert "note, not a match" in flag.notes[0]


def test_cleared_business_is_no_evidence(town: Any) -> None:
    town.record("Golden Lotus", "2025-01-01", people=[("chen", "Mei Chen", "owner", DOB.isoformat())])
    town.ad("Golden Lotus", "2025-06-01", "2026-03-01", phones=(P1,))
    links = build_links(town.entities, town.refs)
    networks = build_networks(town.entities, links, refs=town.refs)
    cleared = {town.id("Golden Lotus"): ("cleared", "", ())}
    index = ScreeningIndex.build(town.entities, town.refs, links, networks, (), cleared, known="suspected")
    assert screen(application(dob=DOB, phones=(P1,)), index).result == "no_relevant_result"


def test_own_earlier_application_never_corroborates(town: Any) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-11-01", phones=(P1,))
    town.record(
        "Golden Lotus", "2026-01-01", kind="application", phones=(FREE,), place=SUITE,
        people=[("cole", "Ana Cole", "owner", "1971-04-09")],
    )  # fmt: skip
    asked = application("Ana Cole", dob=date(1971, 4, 9), phones=(FREE,), place=SUITE)
    assert screen(asked, index_of(town)).result == "no_relevant_result"


def test_therapist_of_a_known_business_is_not_its_owner(town: Any) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-11-01", phones=(P1,))
    town.record("Golden Lotus", "2025-01-01", people=[("cole", "Ana Cole", "licensee", "1971-04-09")])
    assert screen(application("Ana Cole", dob=date(1971, 4, 9)), index_of(town)).result == "no_relevant_result"


def test_intelligence_is_no_evidence_for_a_board(town: Any) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-11-01", phones=(P1,))
    town.record("Golden Lotus", "2025-01-01", kind="tip", lane="intelligence",
                people=[("cole", "Ana Cole", "owner", "1971-04-09")])  # fmt: skip
    assert screen(application("Ana Cole", dob=date(1971, 4, 9)), index_of(town)).result == "no_relevant_result"


def test_switchboard_number_does_not_corroborate(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-11-01", phones=(P1,))
    town.record("Golden Lotus", "2025-01-01", people=[("cole", "Ana Cole", "owner")])
    for n in range(4):
        town.ad(f"Honest Hands {n}", "2026-01-01", "2026-11-01", phones=(P1,), site_class="mixed")
    assert screen(application("Ana Cole", phones=(P1,)), index_of(town)).result == "no_relevant_result"


def test_an_agent_s_number_on_the_papers_does_not_corroborate(town: Any) -> None:
    """Who files papers for many puts the office's number on them: it is no owner's own."""
    town.ad("Golden Lotus", "2026-01-01", "2026-11-01")
    town.record("Golden Lotus", "2025-01-01", phones=(P1,), people=[("cole", "Ana Cole", "owner")])
    for n in range(4):
        town.record(f"Honest Hands {n}", "2026-01-01", phones=(P1,), people=[(f"h{n}", f"Honest Owner {n}", "owner")])
    for ref in [r for r in town.refs.values() if r.role == "operator"]:
        town.refs[ref.ref_id] = replace(ref, phones=(P1,))
    flag = screen(application("Ana Cole", phones=(P1,)), index_of(town))
    assert (flag.result, flag.notes) == ("no_relevant_result", ())


def test_owner_who_sold_before_the_ads_is_said_and_lowered(town: Any) -> None:
    town.record("Golden Lotus", "2020-01-01", people=[("cole", "Ana Cole", "owner", "1971-04-09")])
    town.record("Golden Lotus", "2025-01-01", people=[("chen", "Mei Chen", "owner", DOB.isoformat())])
    town.ad("Golden Lotus", "2025-06-01", "2026-11-01")
    flag = screen(application("Ana Cole", dob=date(1971, 4, 9)), index_of(town))
    assert flag.band == "review"
    assert any("Ownership passed to Mei Chen" in c for c in flag.contrary)


def test_building_without_the_unit_does_not_corroborate(index: ScreeningIndex) -> None:
    flag = screen(application(place=SUITE.split(" #", maxsplit=1)[0]), index)
    assert flag.result == "no_relevant_result"


NAMES = st.sampled_from(["Mei Chen", "Chen Mei", "CHEN, MEI", "Somsri Rattana", "Mei", "Jade Garden", "Ana Cole"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES, business=st.sampled_from(["", "Golden Lotus", "Jade Garden"]), other=NAMES)
def test_names_alone_never_flag(index: ScreeningIndex, name: str, business: str, other: str) -> None:
    """With every field but the names removed there is no flag, whatever the names."""
    asked = application(name, business_name=business, other_names=(other,))
    asked = replace(asked, related=(Party("owner", other), Party("manager", name)))
    assert screen(asked, index).result == "insufficient_information"


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    dob=st.one_of(st.none(), st.dates(date(1950, 1, 1), date(2004, 1, 1)).filter(lambda d: d.year != 1980)),
    phone=st.sampled_from(["", FREE, P3]),
    place=st.sampled_from(["", ELSEWHERE, "1200 N Larkmoor Ave #6"]),
)
def test_namesakes_without_a_second_identifier_are_never_flagged(
    index: ScreeningIndex, dob: date | None, phone: str, place: str
) -> None:
    flag = screen(application("Mei Chen", dob=dob, phones=(phone,) if phone else (), place=place), index)
    assert flag.result != "possible_match"


def test_next_owner_under_a_resembling_name_is_not_flagged(town: Any) -> None:
    """The resolver may take the next tenant for the old shop; papers that begin long after the last ad are no lead."""
    town.ad("Balanced Studio", "2025-02-24", "2025-07-07", phones=(P1,), place=SUITE)
    town.record("Balanced Studio", "2025-12-15", name="Balanced Therapy", place=SUITE, phones=(P2,),
                people=[("cole", "Ana Cole", "owner", "1971-04-09")])  # fmt: skip
    asked = application("Ana Cole", dob=date(1971, 4, 9), phones=(P2,), place=SUITE)
    assert screen(asked, index_of(town)).result == "no_relevant_result"


@pytest.mark.parametrize(("role", "result"), [("organizer", "no_relevant_result"), ("member", "possible_match")])
def test_who_formed_the_company_of_a_known_business_is_not_its_owner(town: Any, role: str, result: str) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-11-01", phones=(P1,))
    town.record("Golden Lotus", "2025-01-01", kind="filing", people=[("cole", "Ana Cole", role, "1971-04-09")])
    assert screen(application("Ana Cole", dob=date(1971, 4, 9)), index_of(town)).result == result


@pytest.mark.parametrize("role", ["", "related"])
def test_who_stands_there_without_a_role_is_noted_and_no_lead(index: ScreeningIndex, role: str) -> None:
    other = (Party(role, "Mei Chen", dob=DOB),)
    stranger = application("Brandon Quistgard", dob=date(1985, 3, 2), related=other)
    for asked in (stranger, application("", related=other)):
        flag = screen(asked, index)
        assert flag.result != "possible_match"
        (note,) = flag.notes
        assert "ame name and date of birth as Mei Chen" in note and "ask what the person's role is" in note
    assert not screen(application("Brandon Quistgard", related=(Party(role, "Mei Chen"),)), index).notes
    lead = screen(application(dob=DOB, related=(Party(role, "Somsri Rattana", dob=date(1975, 5, 5)),)), index)
    assert lead.result == "possible_match" and any("Somsri Rattana" in note for note in lead.notes)


@pytest.mark.parametrize(
    "role",
    ["emergency contact", "bookkeeper", "Accountant", "instructor", "property owner", "Owner of record", "lessor",
     "application preparer", "former owner", "registered agent", "family member", "landlord", "attorney",
     "property_manager"],
)  # fmt: skip
def test_who_does_not_answer_for_the_business_is_nobody_s_reason(index: ScreeningIndex, role: str) -> None:
    asked = application("Brandon Quistgard", dob=date(1985, 3, 2), related=(Party(role, "Mei Chen", dob=DOB),))
    assert screen(asked, index).result == "no_relevant_result"


@pytest.mark.parametrize(
    ("ended", "more", "result"),
    [
        ("2020-01-31", {}, "no_relevant_result"),
        ("2025-05-31", {}, "possible_match"),  # no year before the first ad
        ("2020-01-31", {"phones": (P1,)}, "possible_match"),  # the advertised number is the applicant's
    ],
)
def test_a_former_owner_whose_license_ran_out_long_before_the_ads_is_not_flagged(
    town: Any, ended: str, more: Any, result: str
) -> None:
    town.record("Golden Lotus", "2018-01-01", ended, place=SUITE, people=[("cole", "Ana Cole", "owner", "1971-04-09")])
    town.ad("Golden Lotus", "2025-06-01", "2026-11-01", phones=(P1,), place=SUITE)
    asked = application("Ana Cole", dob=date(1971, 4, 9), **more)
    assert screen(asked, index_of(town)).result == result


@pytest.mark.parametrize(
    ("asked", "noted"),
    [
        (application("Brandon Quistgard", phones=("+14175550111",)), ""),
        (application("Brandon Quistgard", phones=("+14175550111",), place=MISSPELLED), "Nearly the same premises"),
        (application("Brandon Quistgard", phones=("+14175550111",), place=SUITE), "Same premises"),
        (application("Brandon Quistgard", phones=(P1,), place=MISSPELLED), "Same phone"),
        (application("Brandon Quistgard", place="1200 N Larkmor Ave #6"), ""),
        (application("Brandon Quistgard", place="1201 N Larkmor Ave #5"), ""),
        (application("Bo Qi", phones=("+14175550222",)), ""),  # near the number of a shop whose papers do not name him
        (application(phones=(P3,)), ""),  # one digit off, but somebody else's own number
        (application(dob=date(1991, 12, 24), phones=("+14175550111",)), ""),
    ],
)
def test_slips_under_another_name_are_no_lead(index: ScreeningIndex, asked: Application, noted: str) -> None:
    flag = screen(asked, index)
    assert flag.result == "no_relevant_result"
    assert any(note.startswith(noted) for note in flag.notes) if noted else not flag.notes


@pytest.mark.parametrize("day", ["1900-01-01", "1901-01-01", "1970-01-01", "2000-01-01"])
def test_a_date_that_stands_for_an_unknown_one_is_no_date_of_birth(town: Any, day: str) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-11-01", phones=(P1,))
    town.record("Golden Lotus", "2025-01-01", people=[("cole", "Ana Cole", "owner", day)])
    unknown = application("Ana Cole", dob=date.fromisoformat(day))
    assert screen(unknown, index_of(town)).result == "insufficient_information"
    flag = screen(replace(unknown, phones=(P1,)), index_of(town))
    assert {c.field: c.level for c in flag.contributions}["dob"] == "missing"


def test_a_stage_name_confirms_and_never_opens(town: Any) -> None:
    """A maiden or English name shares a part with the name on the papers; a stage name shares none."""
    town.record("Golden Lotus", "2025-01-01", people=[("chen", "Mei Chen", "owner", DOB.isoformat())])
    ref = next(r for r in town.refs.values() if r.role == "operator")
    town.refs[ref.ref_id] = replace(ref, other_names=("Lucy Chen", "Jade Rose"))
    town.ad("Golden Lotus", "2025-06-01", "2026-11-01", phones=(P1,))
    index = index_of(town)
    assert screen(application("Lucy Chen", dob=DOB), index).result == "possible_match"
    assert screen(application("Jade Rose", dob=DOB), index).result == "no_relevant_result"
    assert screen(application("Jade Rose", dob=DOB, phones=(P1,)), index).result == "no_relevant_result"
    own = application("Ana Cole", dob=DOB, other_names=("Mei Chen",))
    assert screen(own, index).result == "no_relevant_result"
    assert screen(application("Ana Chen", dob=DOB, other_names=("Mei Chen",)), index).result == "possible_match"
