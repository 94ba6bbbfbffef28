"""Who took over from whom, and how sure that is."""

from __future__ import annotations

from typing import Any

from analysis.networks.links import build_links
from analysis.networks.succession import chains, find_successions, followed

P1, P2, P3 = "+14175550101", "+14175550102", "+14175550103"
SUITE, OTHER = "1200 N Larkmoor Ave #5", "77 Fenwick Rd #2"


def found(town: Any, **more: Any) -> dict[tuple[str, str], Any]:
    names = {town.id(key): key for kind, key in town.groups if kind == "business"}
    town.ad("Clock", "2026-11-20", "2026-11-20")  # the data go on to here
    successions = find_successions(town.entities, town.refs, (), {}, **more)
    return {(names[s.from_business], names[s.to_business]): s for s in successions}


def test_two_advertised_businesses_in_one_suite_are_a_confident_succession(town: Any) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-03-01", phones=(P1,), place=SUITE)
    town.ad("Jade Garden", "2026-03-20", "2026-11-10", phones=(P2,), place=SUITE)
    (s,) = found(town).values()
    assert (s.kind, s.gap_days) == ("same_premises", 19)
    assert s.confidence > 0.8


def test_the_next_tenant_is_a_low_candidate(town: Any) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-01-01", place=SUITE)
    town.record("Oak Therapy", "2026-05-01", "2028-01-31", place=SUITE)
    (s,) = found(town).values()
    assert s.confidence < 0.3
    assert "often innocent" in s.reasons[0]


def test_phone_operator_and_license_add_up(town: Any) -> None:
    chen = [("chen", "Mei Chen", "owner", "1980-01-02")]
    town.record("Golden Lotus", "2025-01-01", "2027-01-31", people=chen)
    town.ad("Golden Lotus", "2025-06-01", "2026-03-01", phones=(P1,), place=SUITE)
    town.record("Jade Garden", "2026-03-15", "2028-01-31", people=chen)
    town.ad("Jade Garden", "2026-03-20", "2026-11-10", phones=(P1,), place=OTHER)
    s = found(town)["Golden Lotus", "Jade Garden"]
    assert s.kind == "same_phone+same_operator"
    assert s.confidence > 0.85
    assert any("applied for again" in r for r in s.reasons)


def test_parallel_storefronts_do_not_succeed_each_other(town: Any) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-11-10", phones=(P1,), place=SUITE)
    town.ad("Jade Garden", "2025-08-20", "2026-11-10", phones=(P1,), place=OTHER)
    assert found(town) == {}


def test_absence_of_a_few_days_is_not_closure(town: Any) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-11-10", place=SUITE)
    town.ad("Jade Garden", "2026-11-12", "2026-11-20", place=SUITE)
    assert found(town) == {}


def test_a_switchboard_passes_nothing_on(town: Any) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-03-01", phones=(P1,))
    for n in range(4):
        town.ad(f"Honest Hands {n}", "2026-03-20", "2026-11-10", phones=(P1,), site_class="mixed")
    assert found(town) == {}


def test_chain_over_three_generations(town: Any) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-01-01", phones=(P1,), place=SUITE)
    town.ad("Jade Garden", "2026-01-20", "2026-05-10", phones=(P2,), place=SUITE)
    town.ad("Red Maple", "2026-06-01", "2026-11-10", phones=(P2,), place=OTHER)
    pairs = found(town)
    assert ("Golden Lotus", "Red Maple") not in pairs
    (chain,) = chains(pairs.values())
    first, second, third = (town.id(s) for s in ("Golden Lotus", "Jade Garden", "Red Maple"))
    assert [(s.from_business, s.to_business) for s in chain] == [(first, second), (second, third)]
    assert followed(pairs.values(), first) == chain
    assert followed(pairs.values(), second) == chain[1:]
    assert followed(pairs.values(), third) == []


def test_a_license_of_long_before_stood_beside_the_old_one(town: Any) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-03-01", phones=(P1,), place=SUITE)
    town.record("Jade Garden", "2025-12-01", "2027-01-31", place=OTHER)
    town.ad("Jade Garden", "2026-03-20", "2026-11-10", phones=(P1,), place=OTHER)
    assert found(town) == {}


def test_an_entry_of_one_day_on_an_illicit_site_makes_no_next_tenant_a_reopening(town: Any) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-03-01", place=SUITE)
    town.record("Oak Therapy", "2026-05-01", "2028-01-31", place=SUITE)
    town.ad("Oak Therapy", "2026-06-01", "2026-06-01", place=SUITE, captures=1)
    assert found(town)["Golden Lotus", "Oak Therapy"].confidence < 0.3


def test_a_single_capture_that_names_the_old_number_is_told_and_weighs_less(town: Any) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-03-01", phones=(P1,))
    town.ad("Jade Garden", "2026-03-20", "2026-11-10", phones=(P2,))
    town.ad("Jade Garden", "2026-03-25", "2026-03-25", phones=(P1,), captures=1)
    s = found(town)["Golden Lotus", "Jade Garden"]
    assert s.confidence < 0.53
    assert "one side rests on a single capture" in s.reasons[0]


def test_ads_without_a_name_are_not_a_business_that_closed(town: Any) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-11-10", phones=(P1,))
    town.ad("nameless", "2025-08-01", "2025-09-01", phones=(P1,), name="")
    town.ad("Jade Garden", "2025-09-20", "2026-11-10", phones=(P1,), place=OTHER)
    assert found(town) == {}


def test_of_two_that_lead_to_one_heir_the_better_is_believed(town: Any) -> None:
    chen = [("chen", "Mei Chen", "owner", "1980-01-02")]
    for shop, phones, place in (("Golden Lotus", (P1,), SUITE), ("Lone Pine", (P3,), "5 Elm St #1")):
        town.record(shop, "2025-01-01", "2026-03-01", people=chen)
        town.ad(shop, "2025-06-01", "2026-03-01", phones=phones, place=place)
    town.record("Jade Garden", "2026-03-15", "2028-01-31", people=chen)
    town.ad("Jade Garden", "2026-03-20", "2026-11-10", phones=(P1,), place=SUITE)
    pairs = found(town)
    assert pairs["Golden Lotus", "Jade Garden"].confidence > 0.9
    other = pairs["Lone Pine", "Jade Garden"]
    assert other.confidence < 0.5
    assert "another business leads to this one by more" in other.reasons


def test_fragments_of_one_name_in_one_network_are_one_life_and_branches_are_not(town: Any) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-03-01", phones=(P1,), place=SUITE)
    town.ad("Golden Lotus again", "2026-02-01", "2026-11-10", phones=(P1,), name="Golden Lotus")
    town.ad("Jade Garden", "2026-03-20", "2026-11-10", phones=(P2,), place=SUITE)
    links = build_links(town.entities, town.refs)
    assert find_successions(town.entities, town.refs, links, {}) == []
    town.ad("Golden Lotus again", "2026-02-01", "2026-11-10", phones=(P1,), name="Golden Lotus", place=OTHER)
    links = build_links(town.entities, town.refs)
    (s,) = find_successions(town.entities, town.refs, links, {})
    assert s.from_business == town.id("Golden Lotus")
