"""Who is flagged, with what reasons, and above all who is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.network import build_links, build_networks
from analysis.screening import ScreeningIndex, screen, screen_all
from analysis.standing import computed_standings
from analysis.succession import find_successions
from pipeline.model import Address, Application, Party

P1, P2, P3, FREE = "+14175550101", "+14175550102", "+14175550103", "+14175550199"
SUITE, OTHER, ELSEWHERE = "1200 N Larkmoor Ave #5", "77 Fenwick Rd #2", "3 Quiet Ln #1"
DOB = date(1980, 3, 7)


def suspects(town: Any) -> None:
    """Golden Lotus (closed in March) and Jade Garden (running), both Mei Chen's; Red Maple shares a number."""
    town.record(
        "Golden Lotus", "2025-01-01", "2027-01-31", place=SUITE, status="Active", license_number="L1",
        people=[("chen", "Mei Chen", "owner", DOB.isoformat()), ("ll", "Larkmoor Holdings LLC", "landlord")],
    )  # fmt: skip
    town.ad("Golden Lotus", "2025-06-01", "2026-03-01", phones=(P1,), place=SUITE)
    town.record("Jade Garden", "2026-03-15", "2028-01-31", people=[("chen", "Mei Chen", "owner", DOB.isoformat())])
    town.ad("Jade Garden", "2026-04-01", "2026-11-10", phones=(P2,), place=OTHER)
    town.ad("Red Maple", "2026-05-01", "2026-11-10", phones=(P2,))
    town.record(
        "Lone Denial", "2024-05-01", kind="denied", people=[("doe", "Somsri Rattana", "applicant", "1975-05-05")]
    )
    town.record("Oak Therapy", "2024-01-01", "2027-01-31", license_number="L9", status="Active", phones=(P3,),
                people=[("cole", "Ana Cole", "owner", "1971-04-09")])  # fmt: skip


def index_of(town: Any, known: Any = "suspected", **more: Any) -> ScreeningIndex:
    links = build_links(town.entities, town.refs)
    networks = build_networks(town.entities, links, refs=town.refs)
    standings = computed_standings(town.entities, town.refs)
    successions = find_successions(town.entities, town.refs, links, standings)
    return ScreeningIndex.build(
        town.entities, town.refs, links, networks, successions, standings,
        known=known, coverage=("3 boards, newest capture 2026-11-10",), snapshot_id="s1", **more,
    )  # fmt: skip


@pytest.fixture
def index(town: Any) -> ScreeningIndex:
    suspects(town)
    return index_of(town)


def address(text: str) -> Address | None:
    street, _, unit = text.partition(" #")
    return Address(text, street.upper(), unit, "Springfield", "MO", "65801") if text else None


def application(name: str = "Chen Mei", **more: Any) -> Application:
    person = {k: more.pop(k) for k in ("dob", "birth_year", "other_names", "native_name", "last") if k in more}
    place = more.pop("place", "")
    party = Party("applicant", name, **person) if name else None
    return Application(
        "A1", applicant=party, premises=address(place),
        received=more.pop("received", date(2026, 11, 1)), **more,
    )  # fmt: skip


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


def test_a_network_s_own_papers_do_not_make_a_name_common(town: Any) -> None:
    suspects(town)
    once = index_of(town).shares.bits("Ning Quistgard")
    for number in range(9):  # without dates of birth they stay nine operators of one network
        town.record("Golden Lotus", f"2025-02-0{number + 1}", people=[(f"q12{number}", "Ning Quistgard", "manager")])
    assert index_of(town).shares.bits("Ning Quistgard") == once
    for number in range(9):  # of nine other businesses: nine strangers, or it cannot be told
        town.record(f"Shop {number}", "2025-02-01", people=[(f"r{number}", "Ning Quistgard", "manager")])
    assert index_of(town).shares.bits("Ning Quistgard") < once


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


def test_boards_see_designated_only(town: Any) -> None:
    suspects(town)
    flag = screen(application(dob=DOB), index_of(town, known="designated"))
    assert flag.result == "no_relevant_result"


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


def test_one_step_beyond_the_known_business_is_shown(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-11-01", phones=(P1,))
    town.ad("Linked", "2026-01-01", "2026-11-01", phones=(P1,), site_class="mixed")
    town.record("Linked", "2025-01-01", people=[("cole", "Ana Cole", "owner", "1971-04-09")])
    flag = screen(application("Ana Cole", dob=date(1971, 4, 9)), index_of(town))
    assert flag.known_entity_id == town.id("Golden Lotus")
    assert len(flag.path) == 2
    assert "both used" in flag.path[1]


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


def test_parts_of_a_name_in_any_order_and_joining_are_the_same_name(town: Any) -> None:
    town.record("Golden Lotus", "2025-01-01", people=[("qi", "Hong Bo Qi", "owner", "1971-04-09")])
    town.ad("Golden Lotus", "2025-06-01", "2026-11-01")
    index = index_of(town)
    for name in ("Qi Hongbo", "HONGBO QI", "Qi, Hong-Bo"):
        assert screen(application(name, dob=date(1971, 4, 9)), index).band == "strong", name
    assert screen(application("Bo Hong Lee", dob=date(1971, 4, 9)), index).result == "no_relevant_result"


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


@pytest.mark.parametrize(("role", "result"), [("organizer", "no_relevant_result"), ("member", "possible_match")])
def test_who_formed_the_company_of_a_known_business_is_not_its_owner(town: Any, role: str, result: str) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-11-01", phones=(P1,))
    town.record("Golden Lotus", "2025-01-01", kind="filing", people=[("cole", "Ana Cole", role, "1971-04-09")])
    assert screen(application("Ana Cole", dob=date(1971, 4, 9)), index_of(town)).result == result


@pytest.mark.parametrize("role", ["manager", "Owner (51%)", "Managing Member", "co-owner", "Vice President"])
def test_who_answers_for_the_business_is_compared_and_named(index: ScreeningIndex, role: str) -> None:
    asked = application("Brandon Quistgard", dob=date(1985, 3, 2), related=(Party(role, "Mei Chen", dob=DOB),))
    flag = screen(asked, index)
    whose = role.lower()
    assert flag.sentence.startswith(f"Mei Chen, {whose} on the application: same name and date of birth as Mei Chen,")
    assert flag.path[0].startswith(f"Mei Chen, {whose} — same name and date of birth")
    assert f"The name is not the applicant's but that of the {whose}." in flag.contrary
    assert flag.surname_band == index.shares.surname_band("", "Mei Chen")


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
    others = (Party("manager", "Bo Qi"),)
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
    assert shown["related"].known_value in {"", "1 other on papers, none alike"}, "who is not alike is not named"
    assert shown["dates"].applicant_value == "received 2026-11-01" and "ads 20" in shown["dates"].known_value
    assert all(shown[k].weight == 0 for k in ("role", "unit", "website", "license_number", "related", "dates"))


@pytest.mark.parametrize(
    "role",
    ["emergency contact", "bookkeeper", "Accountant", "instructor", "property owner", "Owner of record", "lessor",
     "application preparer", "former owner", "registered agent", "family member", "landlord", "attorney",
     "property_manager"],
)  # fmt: skip
def test_who_does_not_answer_for_the_business_is_nobody_s_reason(index: ScreeningIndex, role: str) -> None:
    asked = application("Brandon Quistgard", dob=date(1985, 3, 2), related=(Party(role, "Mei Chen", dob=DOB),))
    assert screen(asked, index).result == "no_relevant_result"


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


MISSPELLED = "1200 N Larkmor Ave #5"


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
