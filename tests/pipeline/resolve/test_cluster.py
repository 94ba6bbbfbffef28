"""Pairs to entities: guards, decisions, independence of order."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import NAMESPACE, Address, Decision, Ref, stable_id
from pipeline.resolve.cluster import cluster, cluster_with_refusals, spokesman
from pipeline.resolve.corpus import ScoredPair
from pipeline.resolve.exact import exact_entities
from pipeline.resolve.model import base_model
from tests.pipeline.resolve.conftest import make_ref

Make = Callable[..., Ref]
MODEL = base_model()


def pair(a: Ref, b: Ref, weight: float = 10.0, probability: float = 0.99) -> ScoredPair:
    return ScoredPair(min(a.ref_id, b.ref_id), max(a.ref_id, b.ref_id), weight, probability)


def decision(number: int, a: Ref, b: Ref, same: bool, **values: object) -> Decision:
    made = datetime(2026, 1, number, tzinfo=UTC)
    return replace(Decision(f"d{number}", same, a.ref_id, b.ref_id, (), "u1", "seen", made), **values)  # type: ignore[arg-type]


def groups(refs: list[Ref], pairs: list[ScoredPair], decisions: list[Decision] | None = None) -> set[frozenset[int]]:
    number = {r.ref_id: r.intake_seq for r in refs}
    found = cluster(refs, pairs, decisions or [], MODEL)
    return {frozenset(number[m] for m in e.members) for e in found}


def test_matches_join_and_the_review_band_does_not(ref: Make) -> None:
    a, b, c = (ref(n, "business", "Jade") for n in range(3))
    assert groups([a, b, c], [pair(a, b), pair(b, c, 1.0, 0.7)]) == {frozenset({0, 1}), frozenset({2})}


def test_two_dates_of_birth_never_meet_and_the_weakest_link_gives_way(ref: Make) -> None:
    a = ref(0, "operator", "Wei Li", dob=date(1980, 1, 1))
    b, c = ref(1, "operator", "Li Wei"), ref(2, "operator", "Wei Li")
    d = ref(3, "operator", "Wei Li", dob=date(1991, 1, 1))
    chain = [pair(a, b, 12), pair(b, c, 5), pair(c, d, 9)]
    assert groups([a, b, c, d], chain) == {frozenset({0, 1}), frozenset({2, 3})}
    refused = cluster_with_refusals([a, b, c, d], chain, [], MODEL)[1]
    assert [(r.weight, r.why) for r in refused] == [(5, "two dates of birth")]
    assert groups([a, b, c, d], chain, [decision(1, a, d, True)]) == {frozenset({0, 1}), frozenset({2, 3})}


def test_one_number_of_their_own_lets_two_dates_of_birth_meet(ref: Make) -> None:
    own: dict[str, object] = {"own_number": "2019007731"}
    a = ref(0, "operator", "Wei Li", dob=date(1980, 1, 1), **own)
    b = ref(1, "operator", "Li Wei", dob=date(1991, 5, 7), **own)
    c = ref(2, "operator", "Wei Li", dob=date(1980, 1, 1))
    d = ref(3, "operator", "Wei Li", dob=date(1966, 3, 2))
    assert groups([a, b, c], [pair(a, b, 20), pair(a, c, 5)]) == {frozenset({0, 1, 2})}
    assert groups([a, b, d], [pair(a, b, 20), pair(b, d, 5)]) == {frozenset({0, 1}), frozenset({3})}


def test_not_the_same_cuts_the_weakest_link_of_the_path(ref: Make) -> None:
    a, b, c, d = (ref(n, "business", "Jade") for n in range(4))
    chain = [pair(a, b, 7), pair(b, c, 4), pair(c, d, 9)]
    assert groups([a, b, c, d], chain) == {frozenset({0, 1, 2, 3})}
    assert groups([a, b, c, d], chain, [decision(1, a, d, False)]) == {frozenset({0, 1}), frozenset({2, 3})}


def test_same_joins_without_a_score_and_the_latest_word_holds(ref: Make) -> None:
    a, b = ref(0, "business", "Jade"), ref(1, "business", "Rose")
    yes, no = decision(1, a, b, True), decision(2, b, a, False)
    assert groups([a, b], [], [yes]) == {frozenset({0, 1})}
    assert groups([a, b], [], [no, yes]) == {frozenset({0}), frozenset({1})}
    revoked = replace(no, revoked_at=datetime(2026, 1, 5, tzinfo=UTC))
    assert groups([a, b], [], [revoked, yes]) == {frozenset({0, 1})}


def test_one_no_outweighs_a_chain_of_yes(ref: Make) -> None:
    a, b, c = (ref(n, "business", "Jade") for n in range(3))
    decided = [decision(1, a, b, True), decision(2, b, c, True), decision(3, a, c, False)]
    for found in (groups([a, b, c], [], decided), groups([a, b, c], [], decided[::-1])):
        assert not any({0, 2} <= g for g in found)


def test_a_cluster_grows_to_its_limit_and_no_further(ref: Make) -> None:
    refs = [ref(n, "business", "Jade") for n in range(6)]
    small = replace(MODEL, largest={"business": 3, "operator": 3})
    chain = [pair(x, y, 9 - n) for n, (x, y) in enumerate(pairwise(refs))]
    found, refused = cluster_with_refusals(refs, chain, [], small)
    assert max(len(e.members) for e in found) == 3
    assert {r.why for r in refused} == {"too large"}


def test_an_ad_without_a_name_joins_one_business_and_never_bridges_two(ref: Make) -> None:
    jade, rose, blank, other = ref(0, "business", "Jade"), ref(1, "business", "Rose"), ref(2), ref(3)
    refs = [jade, rose, blank, other]
    one = [pair(jade, blank, 3, 0.88)]
    assert groups(refs, one) == {frozenset({0, 2}), frozenset({1}), frozenset({3})}
    both = [*one, pair(rose, blank, 3, 0.88)]
    assert groups(refs, both) == {frozenset({n}) for n in range(4)}
    clear = [*one, pair(rose, blank, 14, 0.99)]
    assert groups(refs, clear) == {frozenset({0}), frozenset({1, 2}), frozenset({3})}
    assert groups(refs, [pair(blank, other, 3, 0.88)]) == {frozenset({0}), frozenset({1}), frozenset({2, 3})}


def test_an_application_joins_one_business_and_never_bridges_two(ref: Make) -> None:
    jade, rose = ref(0, "business", "Jade"), ref(1, "business", "Rose")
    both = replace(ref(2, "business", "Jade"), record_kind="application", other_names=("Rose",))
    renewed = replace(both, ref_id="z", intake_seq=3)
    refs = [jade, rose, both, renewed]
    apart = {frozenset({0}), frozenset({1})}
    assert groups(refs, [pair(jade, both, 14), pair(rose, both, 11)]) == {*apart, frozenset({2}), frozenset({3})}
    clear = [pair(jade, both, 17), pair(rose, both, 11), pair(both, renewed, 30), pair(rose, renewed, 9)]
    assert groups(refs, clear) == {frozenset({0, 2}), frozenset({1, 3})}
    assert groups(refs, [pair(both, renewed)]) == {*apart, frozenset({2, 3})}
    # A person's word joins as ever; then it is no longer to be had.
    decided = [decision(1, rose, both, True)]
    assert groups(refs, clear, decided) == {frozenset({0}), frozenset({1, 2, 3})}
    assert groups(refs, clear, [*decided, decision(2, jade, both, True)]) == {frozenset({0, 1, 2, 3})}
    assert groups(refs, clear, [decision(1, jade, both, False)]) == {frozenset({0}), frozenset({1, 2, 3})}


def test_an_initial_joins_one_person_and_never_bridges_two(ref: Make) -> None:
    born: dict[str, object] = {"dob": date(1980, 1, 1)}
    lei, lixin = ref(0, "operator", "Lei Zhang", **born), ref(1, "operator", "ZHANG, LIXIN", **born)
    brief, again = ref(2, "operator", "L. Zhang", **born), ref(3, "operator", "Zhang L", **born)
    slip = ref(4, "operator", "Lixni Zhang", **born)
    refs = [lei, lixin, brief]
    apart = {frozenset({n}) for n in range(3)}
    assert groups(refs, [pair(lei, brief, 4), pair(lixin, brief, 5)]) == apart
    assert groups(refs, [pair(lei, brief, 4), pair(lixin, brief, 12)]) == {frozenset({0}), frozenset({1, 2})}
    why = cluster_with_refusals(refs, [pair(lei, brief, 4), pair(lixin, brief, 12)], [], MODEL)[1]
    assert [(r.weight, r.why) for r in why] == [(4, "an initial between two people")]
    # Over another paper with the initial, too; the weaker link gives way.
    chain = [pair(lei, brief, 9), pair(brief, again, 20), pair(again, lixin, 7)]
    assert groups([lei, lixin, brief, again], chain) == {frozenset({0, 2, 3}), frozenset({1})}
    # A slip of the pen is no second person, a person's word joins whatever the names are, and so does a match.
    assert groups([lixin, brief, slip], [pair(lixin, brief, 4), pair(slip, brief, 4)]) == {frozenset({1, 2, 4})}
    both = [pair(lei, brief, 4), pair(lixin, brief, 5)]
    assert groups(refs, both, [decision(1, lei, lixin, True)]) == {frozenset({0, 1, 2})}
    assert groups(refs, [*both, pair(lei, lixin, 6)]) == {frozenset({0, 1, 2})}
    known_as = replace(lei, other_names=("Lixin Zhang",))
    assert groups([known_as, lixin, brief], both) == {frozenset({0, 1, 2})}


def at(ref: Ref, street: str, first: int, last: int, **values: object) -> Ref:
    """The ref as an ad at a place, seen from one day of 2026 to another."""
    place = (Address(street, street, "", "Springfield", "MO", "65801"),) if street else ()
    days = {"first_seen": date(2026, 1, 1) + timedelta(first), "last_seen": date(2026, 1, 1) + timedelta(last)}
    return replace(ref, record_kind="ad", owner_kind="ad", addresses=place, **days, **values)  # type: ignore[arg-type]


def test_two_shops_that_share_a_mailbox_and_a_word_stay_two(ref: Make) -> None:
    foot, spa = ref(0, "business", "Swan Foot Spa"), ref(1, "business", "Swan Massage")
    mail = ref(2, "business", "Swan Massage")
    here, there, open_ = at(foot, "1 A ST", 0, 90), at(spa, "2 B ST", 40, 80), at(mail, "", 50, 60)
    chain = [pair(here, open_, 12), pair(there, open_, 9)]
    assert groups([here, there, open_], chain) == {frozenset({0, 2}), frozenset({1})}
    # What two shops do not share comes first, though it weighs less.
    phone = {"phones": ("+14175550101",)}
    named = [here, replace(there, **phone), replace(open_, **phone)]  # type: ignore[arg-type]
    assert groups(named, chain) == {frozenset({0}), frozenset({1, 2})}
    refused = cluster_with_refusals(named, chain, [], MODEL)[1]
    assert [(r.weight, r.why) for r in refused] == [(12, "at two places at one time")]
    moved = at(spa, "2 B ST", 85, 180)
    assert groups([here, moved], [pair(here, moved)]) == {frozenset({0, 1})}
    one_number = [replace(r, name="Swan Spa", phones=("+14175550101",)) for r in (here, there)]
    assert groups(one_number, [pair(*one_number)]) == {frozenset({0, 1})}
    listed = at(spa, "2 B ST", 40, 80, site_class="directory")
    assert groups([here, listed], [pair(here, listed)]) == {frozenset({0, 1})}


def test_entity_is_named_and_numbered_by_its_members(ref: Make) -> None:
    a = replace(ref(5, "operator", "H. Qi"))
    b, c = (
        replace(ref(6, "operator", "Hongbo Qi"), intake_seq=2),
        replace(ref(7, "operator", "Qi Hongbo"), intake_seq=2),
    )
    entity = cluster([a, b, c], [pair(a, b), pair(b, c)], [], MODEL)[0]
    anchor = min(b.ref_id, c.ref_id)
    assert entity.entity_id == stable_id("entity", "operator", anchor)
    assert entity.name == "Hongbo Qi"
    assert list(entity.members) == sorted([a.ref_id, b.ref_id, c.ref_id])


def test_phones_and_premises_are_exact(ref: Make) -> None:
    with_zip = Address("1 A St", "1 A ST", "5", "Springfield", "MO", "65801")
    by_city = replace(with_zip, zip="", line="1 A St #5")
    other = replace(with_zip, unit="6")
    refs = [ref(n, "premises", a.line, addresses=(a,)) for n, a in enumerate((with_zip, by_city, other))]
    phones = [ref(n, "phone", p) for n, p in enumerate(("+14175550101", "+14175550102", "+14175550101"))]
    assert sorted(len(e.members) for e in exact_entities(refs, "premises")) == [1, 2]
    assert sorted(len(e.members) for e in exact_entities(phones, "phone")) == [1, 2]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_order_never_matters_and_every_ref_has_one_entity(seed: int) -> None:
    rng = Random(seed)
    births = [None, None, date(1980, 1, 1), date(1991, 1, 1)]
    blank = Ref("", "operator", "record", "o", "d", "license", "", "regulatory", 0, "Wei Li")
    refs = [replace(blank, ref_id=f"r{n:02d}", intake_seq=rng.randrange(5), dob=rng.choice(births)) for n in range(14)]
    pairs = [pair(*rng.sample(refs, 2), weight=rng.choice((4, 5, 5, 9))) for _ in range(18)]
    decided = [decision(n + 1, *rng.sample(refs, 2), rng.random() < 0.5) for n in range(4)]
    one = cluster(refs, pairs, decided, MODEL)
    two = cluster(rng.sample(refs, 14), rng.sample(pairs, 18), rng.sample(decided, 4), MODEL)
    assert one == two
    assert sorted(m for e in one for m in e.members) == sorted(r.ref_id for r in refs)
    born = {r.ref_id: r.dob for r in refs}
    assert all(len({born[m] for m in e.members if born[m]}) <= 1 for e in one)
    apart = {frozenset((d.ref_a, d.ref_b)): d.same for d in sorted(decided, key=lambda d: d.decided_at)}
    assert not any(not same and pair <= set(e.members) for pair, same in apart.items() for e in one)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_what_is_only_said_about_businesses_moves_no_other_paper(seed: int) -> None:
    rng = Random(seed)
    kinds = ("license", "filing", "application", "tip", "inspection")
    blank = Ref("", "business", "record", "o", "d", "license", "", "regulatory", 0, "Jade")
    refs = [replace(blank, ref_id=f"r{n:02d}", record_kind=rng.choice(kinds), intake_seq=n) for n in range(14)]
    pairs = [pair(*rng.sample(refs, 2), weight=rng.choice((4, 9, 10, 16))) for _ in range(20)]
    firm = [r for r in refs if r.record_kind in {"license", "filing"}]
    kept = {r.ref_id for r in firm}
    with_all = cluster(rng.sample(refs, 14), rng.sample(pairs, 20), [], MODEL)
    alone = cluster(firm, [p for p in pairs if {p.ref_a, p.ref_b} <= kept], [], MODEL)
    parts = {frozenset(kept & set(e.members)) for e in with_all} - {frozenset()}
    assert parts == {frozenset(e.members) for e in alone}
    assert with_all == cluster(refs, pairs, [], MODEL)


@pytest.mark.parametrize("parts", [(), ("entity",), ("entity", "operator", "r1"), ("齐红波", "", "\x1f", "ü" * 300)])
def test_ids_are_those_of_the_standard(parts: tuple[str, ...]) -> None:
    assert stable_id(*parts) == str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_groups_at_rest_are_what_joining_one_by_one_gives(data: st.DataObject) -> None:
    days = st.sampled_from([None, None, None, date(1980, 1, 1), date(1980, 1, 2), date(1991, 7, 5)])
    count = data.draw(st.integers(2, 14))
    refs = [
        make_ref(n, "operator", ("Lei Zhang", "L Zhang", "Lixin Zhang")[n % 3], dob=data.draw(days))
        for n in range(count)
    ]
    two = st.tuples(st.sampled_from(refs), st.sampled_from(refs)).filter(lambda t: t[0] is not t[1])
    shares, weights = st.sampled_from([0.6, 0.95, 0.95]), st.sampled_from([3.0, 8.0, 8.5])
    drawn = {
        pair(*t).ref_a + pair(*t).ref_b: pair(*t, data.draw(weights), data.draw(shares))
        for t in data.draw(st.lists(two, min_size=4, max_size=20))
    }
    decisions = [
        decision(n, *t, data.draw(st.booleans())) for n, t in enumerate(data.draw(st.lists(two, max_size=3)), 1)
    ]
    model = replace(MODEL, largest={"operator": data.draw(st.sampled_from([3, 60]))})
    with pytest.MonkeyPatch.context() as patch:
        short = cluster_with_refusals(refs, list(drawn.values()), decisions, model)
        patch.setattr("pipeline.resolve.cluster._quiet_groups", lambda *given: [])
        assert short == cluster_with_refusals(refs, list(drawn.values()), decisions, model)


def test_what_a_tip_says_neither_anchors_nor_names_a_business(ref: Make) -> None:
    said: dict[str, object] = {"lane": "intelligence", "record_kind": "tip", "intake_seq": 1}
    paper = ref(5, "business", "Harbor Light Massage LLC")
    tips = [ref(n, "business", "Harbor Light Massage", **said) for n in range(4)]
    for held in ([paper], [paper, ref(6, "business", "Harbor Light Massage LLC", intake_seq=9)]):
        (alone,) = cluster(held, [pair(held[0], r) for r in held[1:]], [], MODEL)
        (whole,) = cluster([*held, *tips], [pair(held[0], r) for r in [*held[1:], *tips]], [], MODEL)
        assert (whole.entity_id, whole.name) == (alone.entity_id, "Harbor Light Massage LLC")
        assert len(whole.members) == len(held) + 4
    (unnamed,) = cluster([replace(paper, name=""), tips[0]], [pair(paper, tips[0])], [], MODEL)
    assert unnamed.name == ""  # a board's file calls a business by what the lane that the board may read calls it
    (reported,) = cluster(tips, [pair(tips[0], r) for r in tips[1:]], [], MODEL)
    assert reported.name == "Harbor Light Massage"


@pytest.mark.parametrize(
    "about",
    [
        {"lane": "intelligence", "record_kind": "tip"},
        {"lane": "intelligence", "record_kind": "inspection"},
        {"record_kind": "application"},
        {"name": ""},
    ],
)
def test_a_word_about_two_businesses_joins_all_that_each_of_them_is(ref: Make, about: dict[str, object]) -> None:
    """It is tied to what makes a business: what is only said about one would leave it and go to the other alone."""
    first = [replace(ref(n, "business", "Sweet Breeze"), **(about if n == 0 else {})) for n in range(3)]
    second = [replace(ref(n, "business", "Red Valley"), **(about if n == 10 else {})) for n in (10, 11)]
    pairs = [pair(first[0], first[1]), pair(first[1], first[2]), pair(*second)]
    one, two = (spokesman([asdict(r) for r in refs]) for refs in (first, second))
    assert (one, two) == (first[1].ref_id, second[1].ref_id)
    by_id = {r.ref_id: r for r in (*first, *second)}
    decided = [decision(1, by_id[one], by_id[two], True)]
    assert groups([*first, *second], pairs, decided) == {frozenset({0, 1, 2, 10, 11})}
