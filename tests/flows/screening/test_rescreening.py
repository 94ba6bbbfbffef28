"""A rescreen shows what is new; a pair that a person cleared stays away until it expires or either side changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.screening.known import Group, KnownPerson, KnownPlace
from analysis.screening.page import screening_page
from analysis.screening.pairs import former_ids
from analysis.screening.screen import ScreeningIndex, screen
from flows.stages.decisions.deciding import set_standing
from flows.stages.decisions.retracting import LETTER
from flows.stages.screening import rescreening
from flows.stages.screening.applications import (
    Screened,
    describe_run,
    freeze_flags,
    load_index,
    screen_applications,
    without_cleared,
)
from flows.stages.screening.outcomes import outcome_rates
from flows.stages.screening.rescreening import (
    clear_pair,
    never_shown,
    open_applications,
    rescreen,
    review_match,
    screen_open_again,
    withdrawn,
)
from pipeline.errors import FixInput, NotAllowed, NotFound
from pipeline.home import Home, open_home
from pipeline.model import Application, Flag
from pipeline.records.given import Given
from pipeline.store.casework import Casework
from pipeline.store.reviews import MORE_NEEDED, NOT_DETERMINABLE, TRUE_MATCH


@pytest.fixture
def home(fresh: Path) -> Home:
    return open_home(fresh)


@pytest.fixture
def hit(home: Home) -> tuple[Application, Flag]:
    asked = [given.application for given in open_applications(home)]
    flags = screen_applications(home, asked)
    return next((a, f) for a, f in zip(asked, flags, strict=True) if f.result == "possible_match")


def test_the_second_time_nothing_is_new(home: Home) -> None:
    first = rescreen(home, "amy")
    assert first["new possible matches"] == first["possible matches"] > 0
    assert first["withdrawn"] == 0
    again = rescreen(home, "amy")
    assert (again["new possible matches"], again["withdrawn"]) == (0, 0)


def test_a_match_that_is_none_any_more_is_told_once(home: Home, hit: tuple[Application, Flag]) -> None:
    """Whoever acted on it has to know."""
    rescreen(home, "amy")
    _, flag = hit
    nothing = Flag(flag.application_id, "no_relevant_result", "", 0.0, sentence="Nothing was found.")
    assert withdrawn(home, [flag, replace(nothing, application_id="never shown")]) == []
    (gone,) = withdrawn(home, [nothing])
    assert gone.sentence == "The possible match shown before is none any more. Nothing was found."
    freeze_flags(home, [nothing], "amy")
    assert withdrawn(home, [nothing]) == []


def test_who_clears_a_business_is_told_what_rested_on_it(home: Home, hit: tuple[Application, Flag]) -> None:
    rescreen(home, "amy")
    _, flag = hit
    Casework(home.casework_url).audit("amy", LETTER, flag.application_id, "cause 2")
    report = set_standing(home, flag.known_entity_id, "cleared", "an honest shop", "amy")
    assert flag.application_id in report["resting"]["applications"]
    assert report["resting"]["letters"] == [flag.application_id]
    assert f"letters of reasons drafted ({flag.application_id})" in report["sentence"]


def test_another_known_entity_or_a_further_kind_is_new(home: Home, hit: tuple[Application, Flag]) -> None:
    rescreen(home, "amy")
    _, flag = hit
    assert never_shown(home, [flag]) == []
    assert never_shown(home, [replace(flag, known_entity_id="another", path=("Mei Chen — same phone — Fern Spa",))])
    assert never_shown(home, [replace(flag, matched_kinds=(*flag.matched_kinds, "email"))])


def test_a_match_is_not_new_where_a_build_gave_its_business_another_id(
    home: Home, hit: tuple[Application, Flag]
) -> None:
    """Neither where the old id is no more, nor where a part that the lead does not touch keeps it."""
    rescreen(home, "amy")
    _, flag = hit
    Casework(home.casework_url).add_aliases([(flag.known_entity_id, "joined")], "s2")
    assert never_shown(home, [replace(flag, known_entity_id="joined", path=("told otherwise",))]) == []
    parted = replace(flag, known_entity_id="parted")
    assert never_shown(home, [parted]) == []
    assert never_shown(home, [replace(parted, band="other")])
    assert never_shown(home, [replace(parted, application_id="A-NEW")])
    elsewhere = tuple(replace(c, source_ids=(f"new {n}",)) for n, c in enumerate(flag.contributions))
    assert never_shown(home, [replace(parted, contributions=elsewhere)])


def called_anew(index: ScreeningIndex, renamed: dict[str, str]) -> ScreeningIndex:
    """The index after a build gave its businesses and people other ids."""
    new = renamed.get

    def known(group: Group) -> Group:
        shops, hits = (tuple(new(b, b) for b in some) for some in (group.businesses, group.known))
        return replace(group, businesses=shops, known=hits)

    def person(p: KnownPerson) -> KnownPerson:
        shops, posts = tuple(new(b, b) for b in p.businesses), tuple((new(b, b), role) for b, role in p.posts)
        return replace(p, entity_id=new(p.entity_id, p.entity_id), businesses=shops, posts=posts)

    def uses(of: Mapping[str, Sequence[KnownPlace]]) -> dict[str, list[KnownPlace]]:
        return {v: [replace(p, business_id=new(p.business_id, p.business_id)) for p in ps] for v, ps in of.items()}

    return replace(
        index,
        groups={g: known(group) for g, group in index.groups.items()},
        businesses={new(b, b): replace(k, business_id=new(b, b)) for b, k in index.businesses.items()},
        people={n: person(p) for n, p in index.people.items()},
        places={kind: uses(of) for kind, of in index.places.items()},
        nearest={new(b, b): link for b, link in index.nearest.items()},
        saved_at=None,
    )


@pytest.mark.parametrize("moved", ["business", "people", "both"])
def test_a_cleared_pair_stays_cleared_where_a_build_gave_other_ids(
    home: Home, hit: tuple[Application, Flag], moved: str
) -> None:
    application, flag = hit
    index, casework = load_index(home), Casework(home.casework_url)
    clear_pair(home, application.application_id, "another person", 30, "amy", None)
    shop = {flag.known_entity_id: "shop now"} if moved != "people" else {}
    people = {p.entity_id: f"now {p.entity_id}" for p in index.people.values()} if moved != "business" else {}
    renamed = shop | people
    anew = called_anew(index, renamed)
    shown = screen(application, anew)
    assert shown.known_entity_id == renamed.get(flag.known_entity_id, flag.known_entity_id)
    cleared = casework.suppressed()
    assert without_cleared(shown, application, cleared, anew, {}) == shown, "as of another pair"
    assert without_cleared(shown, application, cleared, anew, former_ids(renamed)).known_entity_id not in {
        flag.known_entity_id, shown.known_entity_id,
    }  # fmt: skip


def test_what_was_decided_of_a_match_counts_for_the_id_its_business_has_now(
    home: Home, hit: tuple[Application, Flag]
) -> None:
    rescreen(home, "amy")
    application, flag = hit
    review_match(home, application.application_id, MORE_NEEDED, "a lease", "amy", None)
    before = outcome_rates(home)[0]
    Casework(home.casework_url).add_aliases([(flag.known_entity_id, "joined")], "s2")
    freeze_flags(home, [replace(flag, known_entity_id="joined")], "amy")
    assert outcome_rates(home)[0] == before


def test_a_cleared_pair_is_not_shown_again(home: Home, hit: tuple[Application, Flag]) -> None:
    application, flag = hit
    report = clear_pair(home, application.application_id, "another person, seen in the office", 30, "amy", None)
    assert report["cleared"] == flag.known_entity_id
    (after,) = screen_applications(home, [application])
    assert after.known_entity_id != flag.known_entity_id
    with pytest.raises(NotFound):
        clear_pair(home, "no such application", "why", 30, "amy", None)


CHANGES: list[Callable[[Application], Application]] = [
    lambda a: replace(a, phones=(*a.phones, "+14175550177")),
    lambda a: replace(a, business_name="Another Name"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_it_comes_back_when_the_applicant_s_data_change(
    home: Home, hit: tuple[Application, Flag], change: Callable[[Application], Application]
) -> None:
    application, flag = hit
    clear_pair(home, application.application_id, "another person", 30, "amy", None)
    (after,) = screen_applications(home, [change(application)])
    assert after.known_entity_id == flag.known_entity_id
    # sent in again under another number: still the same pair
    (again,) = screen_applications(home, [replace(application, application_id="A-NEW")])
    assert again.known_entity_id != flag.known_entity_id


def test_it_comes_back_when_what_is_known_changes_or_time_is_up(home: Home, hit: tuple[Application, Flag]) -> None:
    from datetime import UTC, datetime, timedelta

    application, flag = hit
    clear_pair(home, application.application_id, "another person", 30, "amy", None)
    casework, index = Casework(home.casework_url), load_index(home)
    assert without_cleared(flag, application, casework.suppressed(), index, {}) != flag
    later = casework.suppressed(datetime.now(UTC) + timedelta(days=31))
    assert without_cleared(flag, application, later, index, {}) == flag
    known = {
        **index.businesses,
        flag.known_entity_id: replace(index.businesses[flag.known_entity_id], names=("Renamed",)),
    }
    changed = replace(index, businesses=known)
    shown = screen(application, changed)
    assert (
        without_cleared(shown, application, casework.suppressed(), changed, {}).known_entity_id == flag.known_entity_id
    )


def test_a_report_names_site_day_and_hash_of_exhibits(home: Home, hit: tuple[Application, Flag]) -> None:
    application, flag = hit
    run = describe_run(home, "run-1", "amy", Screened([application], [flag], []), [flag])
    assert set(flag.exhibits) <= set(run.captures)
    assert all(len(digest) == 64 and day for _, day, digest in run.captures.values())
    assert run.applications == {application.application_id: application}


def test_a_true_match_needs_two_people_and_lapses_with_the_data(home: Home, hit: tuple[Application, Flag]) -> None:
    application, flag = hit

    def page(asked: Application) -> str:
        return screening_page([flag], describe_run(home, "run-1", "amy", Screened([asked], [flag], []), [flag]))

    number = application.application_id
    assert not review_match(home, number, MORE_NEEDED, "the lease, from the landlord, by 5 March", "amy", None)[
        "confirmed"
    ]
    assert not review_match(home, number, TRUE_MATCH, "same passport", "amy", None)["confirmed"]
    assert "Confirmed by two" not in page(application)
    assert "the lease, from the landlord" in page(application)
    for name in ("Amy", " amy "):
        with pytest.raises(FixInput, match="second"):
            review_match(home, number, TRUE_MATCH, "same passport", name, None)
    Casework(home.casework_url).add_user("otto", "auditor", "root")
    with pytest.raises(NotAllowed):
        review_match(home, number, TRUE_MATCH, "same passport", "otto", None)
    assert review_match(home, number, TRUE_MATCH, "seen the papers", "ben", None)["confirmed"]
    assert "Confirmed by two reviewers" in page(application)
    assert "Confirmed by two" not in page(replace(application, phones=(*application.phones, "+14175550177")))


def test_what_people_decide_is_counted_once_for_each_match(home: Home, hit: tuple[Application, Flag]) -> None:
    number, before = hit[0].application_id, outcome_rates(home)
    for action, user in ((MORE_NEEDED, "amy"), (NOT_DETERMINABLE, "amy")):
        report = review_match(home, number, action, "the lease; from the landlord; by 5 March", user, None)
        assert "no ground" in report["sentence"]
    whole = outcome_rates(home)[0]
    assert (whole.counts["cannot be determined"], whole.counts["more needed"]) == (1, 0)
    assert whole.shown == max(1, before[0].shown)
    for user in ("amy", "ben"):
        review_match(home, number, TRUE_MATCH, "same passport", user, None)
    found = outcome_rates(home)
    assert found[0].counts["confirmed"] == 1
    assert [o.counts["confirmed"] for o in found if o.group == hit[1].band] == [1]
    assert [o.counts["confirmed"] for o in found if o.group == hit[1].surname_band] == [1]
    assert found[0].confirmed.rate is None, "of one match no rate is told"
    clear_pair(home, number, "seen with papers: another person", 30, "cleo", None)
    assert outcome_rates(home)[0].counts["another person"] == 1


def test_what_could_not_be_read_of_an_open_application_is_said(
    home: Home, hit: tuple[Application, Flag], monkeypatch: pytest.MonkeyPatch
) -> None:
    clear = replace(hit[0], applicant=None, related=(), phones=(), business_name="Fern", application_id="1 (city)")
    monkeypatch.setattr(rescreening, "open_applications", lambda home: [Given(hit[0]), Given(clear, ("phone",))])
    lead, unclear = screen_open_again(home).flags
    assert lead.result == "possible_match"
    assert unclear.result == "insufficient_information"
    assert "phone (given, not readable)" in unclear.missing
    with pytest.raises(NotFound, match=r"Several applications bear the number 1\. Name one: 1 \(city\)"):
        review_match(home, "1", MORE_NEEDED, "which office", "amy", None)
