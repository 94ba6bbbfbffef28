"""Operators who change what they are known by, pranksters, and strangers who happen to be near: resolved, linked and
followed as a build does it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from analysis.networks.links import hubs
from tests.analysis.networks.seen import Seen

P1, P2, P3, P4 = "+14175550101", "+14175550102", "+14175550103", "+14175550104"
SUITES = ("1200 N Larkmoor Ave #5", "77 Fenwick Rd #2", "418 E Osage St #9", "9 Millrace Dr #1")
NAMES = ("Golden Lotus Spa", "Jade Garden Massage", "Red Maple Bodywork", "Quiet Heron Retreat")
PHONES = (P1, P2, P3, P4)
START = date(2025, 1, 6)


def stage(town: Any, n: int, now: dict[str, int], days: int, gap: int) -> list[str]:
    """The ads of one stage: two boards, `days` long, `gap` days behind the one before."""
    first = START + timedelta(days=n * (days + gap))
    last = first + timedelta(days=days)
    said: dict[str, Any] = {
        "phones": (PHONES[now["phone"]],),
        "place": SUITES[now["place"]],
        "name": NAMES[now["name"]],
    }
    middle = first + timedelta(days=days // 2)
    return [
        town.ad(f"{n} board", first.isoformat(), middle.isoformat(), **said),
        town.ad(f"{n} guide", middle.isoformat(), last.isoformat(), **said),
    ]


def drift(town: Any, changes: Iterable[tuple[str, ...]], days: int = 80, gap: int = 7) -> tuple[Seen, list[str]]:
    """An operator who changes what `changes` says from stage to stage. Returns one ad of each stage."""
    now = {"phone": 0, "name": 0, "place": 0}
    ads = [stage(town, 0, now, days, gap)[0]]
    for n, what in enumerate(changes, 1):
        for each in what:
            now[each] += 1
        ads.append(stage(town, n, now, days, gap)[0])
    return Seen(town), ads


@pytest.mark.parametrize("order", permutations(("phone", "name", "place")), ids="-".join)
def test_one_change_at_a_time_over_a_year_is_followed_through_all_three(town: Any, order: tuple[str, ...]) -> None:
    seen, ads = drift(town, [(what,) for what in order])
    assert len({seen.network(ad) for ad in ads}) == 1


def test_slow_drift_over_three_years_is_followed(town: Any) -> None:
    seen, ads = drift(town, [("phone",), ("name",), ("place",)] * 3, days=100, gap=10)
    assert len({seen.network(ad) for ad in ads}) == 1


@pytest.mark.parametrize(
    ("at_once", "gap"),
    [
        (("phone", "place"), 7),  # the name is all that stays: a name alone follows nobody
        (("phone", "place", "name"), 7),
        (("phone", "name"), 100),  # the suite, after a gap: the next tenant is often innocent
        (("name", "place"), 200),  # the number, after a gap: it may have been given to another
    ],
)
def test_more_at_once_is_not_followed(town: Any, at_once: tuple[str, ...], gap: int) -> None:
    seen, (old, new) = drift(town, [at_once], gap=gap)
    assert seen.network(old) != seen.network(new)


def test_name_and_number_changed_in_one_suite_is_a_candidate_with_its_reasons(town: Any) -> None:
    """Both on illicit sites, in one suite, a week apart: shown as a succession, not read as one business."""
    seen, (old, new) = drift(town, [("phone", "name")], gap=7)
    assert seen.business(old) != seen.business(new)
    (s,) = (s for s in seen.successions if s.to_business == seen.business(new))
    assert s.from_business == seen.business(old)
    assert s.kind == "same_premises"


def stranger(town: Any) -> str:
    """An honest business: a license, a listing on a mixed board and in a directory."""
    town.record("Oak Therapy", "2024-01-01", "2027-01-31", phones=(P4,), place=SUITES[3])
    town.ad("Oak Therapy", "2025-01-06", "2025-12-20", phones=(P4,), place=SUITES[3], site_class="directory")
    return str(town.ad("Oak Therapy", "2025-01-06", "2025-12-20", phones=(P4,), place=SUITES[3], site_class="mixed"))


ONE_DAY = ("2025-05-05", "2025-05-05")
ONE_WEEK = ("2025-05-05", "2025-05-09")


@pytest.mark.parametrize(
    "ads",
    [
        [{"name": "Hot Palms", "days": ONE_DAY, "captures": 1}],
        [{"name": "", "days": ONE_DAY, "captures": 1}],
        # two boards in the same week, from one account
        [
            {"name": "Hot Palms", "days": ONE_WEEK, "captures": 2, "handles": ("wechat:prank77",)},
            {"name": "Hot Palms", "days": ONE_WEEK, "captures": 2, "handles": ("wechat:prank77",)},
        ],
        [{"name": "", "days": ONE_WEEK, "captures": 2}, {"name": "", "days": ONE_WEEK, "captures": 2}],
    ],
    ids=["named", "nameless", "two boards", "two boards, nameless"],
)
def test_a_pranksters_ad_with_a_strangers_number_does_not_pull_the_stranger_in(
    town: Any, ads: list[dict[str, Any]]
) -> None:
    honest = stranger(town)
    pranks = [
        town.ad(f"prank {n}", *ad["days"], phones=(P4,), **{k: v for k, v in ad.items() if k != "days"})
        for n, ad in enumerate(ads)
    ]
    seen = Seen(town)
    assert all(seen.network(prank) != seen.network(honest) for prank in pranks)
    assert seen.business(honest) not in seen.standings
    shown = [k for prank in pranks for k in seen.between(prank, honest) if k.kind == "shared_phone"]
    assert shown
    assert not any(k.binding for k in shown)
    assert all("single capture" in k.sentence or "14 days or less" in k.sentence for k in shown)


@pytest.mark.parametrize("captures", [1, 3])
def test_a_strangers_premises_in_an_ad_of_a_few_days_does_not_pull_the_stranger_in(town: Any, captures: int) -> None:
    honest = stranger(town)
    ad = town.ad("Golden Lotus", *ONE_WEEK, phones=(P1,), place=SUITES[3], captures=captures)
    seen = Seen(town)
    assert seen.network(ad) != seen.network(honest)
    assert seen.business(honest) not in seen.standings


def test_the_next_tenant_of_a_drifting_operator_is_not_followed_instead(town: Any) -> None:
    """The operator leaves suite 1 under the same number; an honest business takes it two months later."""
    town.ad("Golden Lotus", "2025-01-06", "2025-06-01", phones=(P1,), place=SUITES[0])
    moved = town.ad("Golden Lotus", "2025-06-08", "2025-12-20", phones=(P1,), place=SUITES[1])
    town.record("Oak Therapy", "2025-08-01", "2027-01-31", phones=(P4,), place=SUITES[0])
    honest = town.ad("Oak Therapy", "2025-08-10", "2025-12-20", phones=(P4,), place=SUITES[0], site_class="mixed")
    seen = Seen(town)
    assert seen.network(moved) != seen.network(honest)
    assert not [s for s in seen.successions if s.to_business == seen.business(honest) and s.confidence >= 0.5]


def test_a_next_tenant_of_almost_the_same_name_is_not_taken_for_the_one_before(town: Any) -> None:
    old = town.ad("Balanced Studio Therapy", "2025-02-24", "2025-12-20", phones=(P1,), place=SUITES[0])
    town.record("Balanced Therapy Massage LLC", "2026-01-05", "2026-12-31", phones=(P2,), place=SUITES[0])
    new = town.ad(
        "Balanced Therapy Massage", "2026-01-12", "2026-03-16", phones=(P2,), place=SUITES[0], site_class="directory"
    )
    seen = Seen(town)
    assert seen.business(old) != seen.business(new)
    assert seen.network(old) != seen.network(new)


def test_the_next_subscriber_of_a_number_is_no_suspect_for_a_word_of_the_name(town: Any) -> None:
    old = town.ad("Hearth Works Massage", "2025-01-06", "2025-04-28", phones=(P1,), place=SUITES[0])
    town.ad("Hearth Works Massage", "2025-02-10", "2025-03-10", phones=(P1,))  # not every ad says where
    town.record("Hearth Bodyworks Wellness LLC", "2025-11-20", "2026-12-31", phones=(P1,), place=SUITES[1])
    honest = town.ad(
        "Hearth Bodyworks Wellness", "2025-12-15", "2026-03-16", phones=(P1,), place=SUITES[1], site_class="directory"
    )
    seen = Seen(town)
    assert seen.network(honest) != seen.network(old)
    assert seen.business(honest) not in seen.standings


def test_a_business_that_comes_back_under_its_whole_name_and_number_is_one(town: Any) -> None:
    before = town.ad("Hearth Works Massage", "2025-01-06", "2025-04-28", phones=(P1,))
    after = town.ad("Hearth Works Massage", "2025-11-20", "2026-03-16", phones=(P1,))
    seen = Seen(town)
    assert seen.business(before) == seen.business(after)


def account(*ads: int) -> tuple[str, ...]:
    return tuple(f"board.example/{n}" for n in ads)


def test_shops_advertised_from_one_account_are_tied_with_the_period_and_the_site(town: Any) -> None:
    one = town.ad("Golden Lotus", "2025-01-06", "2025-04-01", phones=(P1,), place=SUITES[0], accounts=account(1, 2))
    two = town.ad("Jade Garden", "2025-03-01", "2025-06-01", phones=(P2,), place=SUITES[1], accounts=account(2, 1))
    late = town.ad("Red Maple", "2026-06-01", "2026-08-01", phones=(P3,), place=SUITES[2], accounts=account(3, 1))
    seen = Seen(town)
    assert seen.network(one) == seen.network(two) != seen.network(late)
    (link,) = seen.between(one, two)
    assert (link.kind, link.binding, str(link.first_seen), str(link.last_seen)) == (
        "shared_account", True, "2025-01-06", "2025-06-01",
    )  # fmt: skip
    assert "from one account, as illicit-board lists its ads" in link.sentence


def test_whoever_places_ads_for_pay_ties_none_of_the_customers(town: Any) -> None:
    """Nine shops in a chain: no page lists them all."""
    ads = [
        town.ad(f"Customer {'ABCDEFGHI'[n]}", "2025-01-06", "2025-06-01", phones=(f"+1417555012{n}",),
                accounts=account(n, n + 1))
        for n in range(9)
    ]  # fmt: skip
    seen = Seen(town)
    assert len({seen.network(ad) for ad in ads}) == 9


@pytest.mark.parametrize("days", [ONE_DAY, ONE_WEEK])
def test_a_pranksters_account_does_not_pull_in_whose_name_and_number_he_used(town: Any, days: tuple[str, str]) -> None:
    honest = stranger(town)
    his = town.ad("Hot Palms", "2025-01-06", "2025-12-20", phones=(P1,), place=SUITES[0], accounts=account(1, 2))
    town.ad("Oak Therapy", *days, phones=(P4,), place=SUITES[3], accounts=account(2, 1), captures=2)
    seen = Seen(town)
    assert seen.network(his) != seen.network(honest)


@pytest.mark.parametrize(("gap", "followed"), [(30, True), (100, True), (150, False)])
def test_one_number_that_goes_round_three_shops(town: Any, gap: int, followed: bool) -> None:
    """Handed on within weeks it ties; after a rest the carrier may have given it to a stranger."""
    ads, first = [], START
    for name, place in zip(NAMES[:3], SUITES[:3], strict=True):
        last = first + timedelta(days=60)
        ads.append(town.ad(name, first.isoformat(), last.isoformat(), phones=(P1,), place=place))
        first = last + timedelta(days=gap)
    seen = Seen(town)
    assert (len({seen.network(ad) for ad in ads}) == 1) is followed


STAMP = "+14175550150"


def stamped(town: Any, shops: int, elsewhere: int) -> tuple[Seen, list[str]]:
    """Ads of a site that puts its own number beside those of unrelated shops."""
    ads = []
    for n in range(shops):
        own, place = f"+1417555016{n}", f"{n + 1}00 Quarry Rd #{n + 2}"
        ads.append(town.ad(f"{WOODS[n]} Spa", "2025-01-06", "2025-06-01", phones=(own, STAMP), place=place))
        if n < elsewhere:
            town.ad(f"{WOODS[n]} Spa", "2025-01-06", "2025-06-01", phones=(own,), place=place, site_class="mixed")
    return Seen(town), ads


WOODS = ("Alder", "Birch", "Cedar", "Dogwood", "Elm")


def test_a_number_that_a_site_puts_on_all_its_ads_ties_nobody(town: Any) -> None:
    seen, ads = stamped(town, 5, elsewhere=3)
    assert len({seen.network(ad) for ad in ads}) == 5
    (hub,) = (h for h in hubs(seen.entities, seen.refs) if h.value == STAMP)
    assert "stands on ads of illicit-board alone" in hub.reason


@pytest.mark.parametrize(("shops", "elsewhere"), [(3, 3), (5, 0)])
def test_an_operators_second_number_is_no_sites_own(town: Any, shops: int, elsewhere: int) -> None:
    seen, ads = stamped(town, shops, elsewhere)
    assert len({seen.network(ad) for ad in ads}) == 1


def test_a_tracking_id_ties_over_sites_and_not_within_one(town: Any) -> None:
    said = {"handles": ("site_id:UA-5550101-1",)}
    here = town.ad("Golden Lotus", "2025-01-06", "2025-06-01", phones=(P1,), **said)
    beside = town.ad("Jade Garden", "2025-01-06", "2025-06-01", phones=(P2,), **said)
    alone = Seen(town)
    assert alone.network(here) != alone.network(beside)


def test_who_learned_at_one_school_is_not_tied_by_it(town: Any) -> None:
    licenses = [
        town.record(name, "2024-01-01", "2027-01-31", phones=(phone,), place=place,
                    people=[("school", "Fenwick School of Massage", "school")])
        for name, phone, place in zip(NAMES[:3], PHONES[:3], SUITES[:3], strict=True)
    ]  # fmt: skip
    for name, phone, place in zip(NAMES[:3], PHONES[:3], SUITES[:3], strict=True):
        town.ad(name, "2025-01-06", "2025-06-01", phones=(phone,), place=place)
    seen = Seen(town)
    assert len({seen.network(paper) for paper in licenses}) == 3
