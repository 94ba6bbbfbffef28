"""What honest neighbors, workers, landlords and bookkeepers bring together, and what it must not make of them."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.networks.links import hubs
from tests.analysis.networks.seen import Seen

P1, P2, P3, P4, P5 = (f"+1417555010{n}" for n in range(1, 6))
OTHER = "+14175550150"  # the number that is not a shop's own
PLAZA = ("1200 N Larkmoor Ave #5", "1200 N Larkmoor Ave #8", "1200 N Larkmoor Ave #11")
APART = ("1200 N Larkmoor Ave #5", "77 Fenwick Rd #2", "418 E Osage St #9")
NAMES = ("Golden Lotus Spa", "Jade Garden Massage", "Red Maple Bodywork")
PHONES = (P1, P2, P3)
WHOLE = ("2025-01-06", "2025-12-20")


def shops(town: Any, places: tuple[str, ...], own: bool, **said: Any) -> list[str]:
    """An ad of each shop that shows the other number too; `own`: and one on another board that does not."""
    made = []
    for name, phone, place in zip(NAMES, PHONES, places, strict=False):
        made.append(town.ad(name, *WHOLE, phones=(phone, OTHER), place=place, **said))
        if own:
            town.ad(name, *WHOLE, phones=(phone,), place=place, dataset="guide")
    return made


@pytest.mark.parametrize("own", [True, False], ids=["and elsewhere without it", "nowhere without it"])
@pytest.mark.parametrize("count", [2, 3])
def test_the_leasing_number_of_a_plaza_ties_none_of_its_tenants(town: Any, count: int, own: bool) -> None:
    ads = shops(town, PLAZA[:count], own)
    seen = Seen(town)
    assert len({seen.network(ad) for ad in ads}) == count
    (link,) = seen.between(ads[0], ads[1])
    assert (link.kind, link.binding) == ("shared_phone", False)
    assert "one building" in link.sentence


def test_an_operators_second_number_ties_shops_that_are_no_neighbors(town: Any) -> None:
    ads = shops(town, APART, own=True)
    assert len({Seen(town).network(ad) for ad in ads}) == 1


def test_neighbors_that_use_one_number_as_their_own_are_tied(town: Any) -> None:
    one = town.ad("Golden Lotus Spa", *WHOLE, phones=(P1, OTHER), place=PLAZA[0])
    two = town.ad("Jade Garden Massage", *WHOLE, phones=(OTHER,), place=PLAZA[1])
    seen = Seen(town)
    assert seen.network(one) == seen.network(two)


def test_the_leasing_number_leads_from_no_closed_shop_to_the_next_in_the_plaza(town: Any) -> None:
    old = town.ad("Golden Lotus Spa", "2025-01-06", "2025-04-20", phones=(P1, OTHER), place=PLAZA[0])
    new = town.ad("Jade Garden Massage", "2025-05-20", "2025-12-20", phones=(P2, OTHER), place=PLAZA[1])
    seen = Seen(town)
    assert seen.network(old) != seen.network(new)
    assert not [s for s in seen.successions if s.to_business == seen.business(new) and s.confidence >= 0.5]


def test_a_head_office_on_the_licenses_of_a_franchise_ties_nobody(town: Any) -> None:
    papers = [
        town.record(f"Clear Spring Massage {name}", "2024-01-01", "2027-01-31", phones=(phone, OTHER), place=place)
        for name, phone, place in zip(("North", "South", "East"), PHONES, APART, strict=True)
    ]
    advertised = town.ad("Quiet Heron Retreat", *WHOLE, phones=(P4, OTHER), place="9 Millrace Dr #1")
    seen = Seen(town)
    assert len({seen.network(one) for one in (*papers, advertised)}) == 4


def test_a_switchboard_of_forty_ties_nobody(town: Any) -> None:
    words = [f"{a} {b}" for a in ("Alder", "Birch", "Cedar", "Dogwood", "Elm") for b in
             ("Crane", "Heron", "Lark", "Wren", "Swift", "Plover", "Egret", "Finch")]  # fmt: skip
    ads = [
        town.ad(f"{name} Spa", *WHOLE, phones=(OTHER,), place=f"{n + 1}00 Quarry Rd #{n + 2}")
        for n, name in enumerate(words)
    ]
    seen = Seen(town)
    assert len({seen.network(ad) for ad in ads}) == 40
    assert [h.value for h in hubs(seen.entities, seen.refs) if h.kind == "phone"] == [OTHER]


@pytest.mark.parametrize("goes_back", [False, True])
def test_a_worker_who_takes_her_own_number_from_shop_to_shop_ties_none(town: Any, goes_back: bool) -> None:
    """Each shop has a number of its own, and goes on without hers."""
    one = town.ad("Golden Lotus Spa", *WHOLE, phones=(P1,), place=APART[0])
    two = town.ad("Jade Garden Massage", *WHOLE, phones=(P2,), place=APART[1])
    town.ad("Golden Lotus Spa", "2025-02-03", "2025-04-20", phones=(P1, OTHER), place=APART[0], dataset="guide")
    town.ad("Jade Garden Massage", "2025-05-05", "2025-07-20", phones=(P2, OTHER), place=APART[1], dataset="guide")
    if goes_back:
        town.ad("Golden Lotus Spa", "2025-08-04", "2025-09-20", phones=(P1, OTHER), place=APART[0], dataset="guide")
    seen = Seen(town)
    assert seen.network(one) != seen.network(two)
    assert any(k.kind == "shared_phone" and not k.binding for k in seen.between(one, two))


def test_an_operator_who_moves_with_the_number_is_followed_though_the_old_ads_stand_on_a_while(town: Any) -> None:
    old = town.ad("Golden Lotus Spa", "2025-01-06", "2025-04-20", phones=(P1, OTHER), place=APART[0])
    town.ad("Golden Lotus Spa", "2025-01-06", "2025-05-02", phones=(P1,), place=APART[0], dataset="guide")
    new = town.ad("Jade Garden Massage", "2025-05-01", "2025-09-20", phones=(P2, OTHER), place=APART[1])
    seen = Seen(town)
    assert seen.network(old) == seen.network(new)


def test_a_bookkeeper_who_signs_as_organizer_for_many_ties_none(town: Any) -> None:
    for name, place in zip(NAMES, APART, strict=True):
        town.record(f"{name} LLC", "2024-03-01", kind="filing", place=place,
                    people=[("books", "Nora Quillfeather", "organizer", "1970-02-03")])  # fmt: skip
    ads = [
        town.ad(n, *WHOLE, phones=(phone,), place=place) for n, phone, place in zip(NAMES, PHONES, APART, strict=True)
    ]
    seen = Seen(town)
    assert len({seen.network(ad) for ad in ads}) == 3


def test_whoever_organized_one_and_owns_the_other_ties_them(town: Any) -> None:
    for name, place, role in zip(NAMES, APART, ("organizer", "owner"), strict=False):
        kind = "filing" if role == "organizer" else "license"
        town.record(name, "2024-03-01", "2027-01-31", kind=kind, place=place,
                    people=[("owner", "Nora Quillfeather", role, "1970-02-03")])  # fmt: skip
    ads = [
        town.ad(n, *WHOLE, phones=(phone,), place=place) for n, phone, place in zip(NAMES, PHONES, APART, strict=False)
    ][:2]
    seen = Seen(town)
    assert seen.network(ads[0]) == seen.network(ads[1])


def test_a_nail_salon_that_shares_the_suite_is_not_pulled_in(town: Any) -> None:
    town.ad("Golden Lotus Spa", *WHOLE, phones=(P1,), place=APART[0])
    ad = town.ad("Golden Lotus Spa", "2025-03-06", "2025-12-20", phones=(P1,), place=APART[0], dataset="guide")
    salon = town.record("Bright Petal Nails LLC", "2024-01-01", "2027-01-31", phones=(P4,), place=APART[0],
                        people=[("nails", "Nora Quillfeather", "owner", "1970-02-03")])  # fmt: skip
    seen = Seen(town)
    assert seen.network(ad) != seen.network(salon)
    assert seen.business(salon) not in seen.standings
    assert any(not k.binding for k in seen.between(ad, salon))


def test_a_license_for_the_same_trade_in_the_suite_binds(town: Any) -> None:
    ad = town.ad("Golden Lotus Spa", *WHOLE, phones=(P1,), place=APART[0])
    front = town.record("Nails & Spa by Petal LLC", "2024-01-01", "2027-01-31", phones=(P4,), place=APART[0])
    seen = Seen(town)
    assert seen.network(ad) == seen.network(front)


def test_two_operators_who_change_places_succeed_nobody(town: Any) -> None:
    before = [town.ad(n, "2025-01-06", "2025-05-20", phones=(p,), place=at)
              for n, p, at in zip(NAMES, PHONES, APART[:2], strict=False)]  # fmt: skip
    after = [town.ad(n, "2025-05-25", "2025-12-20", phones=(p,), place=at)
             for n, p, at in zip(NAMES, PHONES, APART[1::-1], strict=False)]  # fmt: skip
    seen = Seen(town)
    assert [seen.business(ad) for ad in before] == [seen.business(ad) for ad in after]
    assert seen.successions == []


def test_a_number_given_out_again_after_fourteen_months_leads_nowhere(town: Any) -> None:
    old = town.ad("Golden Lotus Spa", "2024-01-08", "2024-10-20", phones=(P1,), place=APART[0])
    new = town.ad("Jade Garden Massage", "2025-12-22", "2026-06-20", phones=(P1,), place=APART[1])
    seen = Seen(town)
    assert seen.network(old) != seen.network(new)
    assert seen.successions == []


def test_a_prank_on_three_sites_in_one_week_pulls_nobody_in(town: Any) -> None:
    town.record("Oak Therapy", "2024-01-01", "2027-01-31", phones=(P4,), place=APART[2])
    honest = town.ad("Oak Therapy", *WHOLE, phones=(P4,), place=APART[2], site_class="mixed")
    pranks = [
        town.ad("Hot Palms", "2025-05-05", last, phones=(P4,), captures=captures, dataset=site)
        for site, last, captures in (("board", "2025-05-05", 1), ("guide", "2025-05-09", 4), ("pages", "2025-05-12", 6))
    ]
    seen = Seen(town)
    assert all(seen.network(ad) != seen.network(honest) for ad in pranks)
    assert seen.business(honest) not in seen.standings
    assert any("14 days or less" in k.sentence for k in seen.between(pranks[0], honest))
