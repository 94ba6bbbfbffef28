"""What binds, what is context, and who is never pulled in."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.networks.businesses import business_rows
from analysis.networks.communities import rejoined, split
from analysis.networks.network import build_links, build_networks, grouped, hubs, weakest_links
from analysis.networks.standing import computed_standings
from analysis.networks.succession import find_successions
from pipeline.model import Link

P1, P2, P3 = "+14175550101", "+14175550102", "+14175550103"
SUITE, OTHER = "1200 N Larkmoor Ave #5", "77 Fenwick Rd #2"


def bound(town: Any) -> set[frozenset[str]]:
    names = {town.id(key): key for kind, key in town.groups if kind == "business"}
    links = build_links(town.entities, town.refs)
    return {frozenset((names[x.from_id], names[x.to_id])) for x in links if x.binding}


def kinds(town: Any, a: str, b: str) -> dict[str, Link]:
    pair = {town.id(a), town.id(b)}
    return {x.kind: x for x in build_links(town.entities, town.refs) if {x.from_id, x.to_id} == pair}


@pytest.mark.parametrize(
    ("second", "binds"),
    [
        (("2026-03-01", "2026-06-01", "illicit"), True),  # overlapping
        (("2026-05-15", "2026-08-01", "illicit"), True),  # near
        (("2026-07-20", "2026-09-01", "illicit"), True),  # 80 days, both advertised
        (("2026-07-20", "2026-09-01", "mixed"), False),  # 80 days: may be reassigned
        (("2026-11-01", "2026-11-20", "illicit"), False),  # seven months
    ],
)
def test_a_phone_binds_while_it_is_in_one_hand(town: Any, second: tuple[str, str, str], binds: bool) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-05-01", phones=(P1,))
    town.ad("Jade Garden", *second[:2], phones=(P1,), site_class=second[2])
    assert bound(town) == ({frozenset({"Golden Lotus", "Jade Garden"})} if binds else set())


def test_reassigned_phone_with_a_stale_directory_listing_does_not_bind(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-03-01", phones=(P1,))
    town.ad("Golden Lotus", "2026-01-01", "2026-11-20", phones=(P1,), site_class="directory")
    town.record("Oak Therapy", "2026-07-15", "2028-01-31", phones=(P1,))
    town.ad("Oak Therapy", "2026-08-01", "2026-11-20", phones=(P1,), site_class="directory")
    assert bound(town) == set()


def test_next_tenant_does_not_bind_even_while_the_old_license_is_valid(town: Any) -> None:
    town.record("Golden Lotus", "2025-01-01", "2027-01-31", place=SUITE)
    town.ad("Golden Lotus", "2025-06-01", "2026-03-01", phones=(P1,), place=SUITE)
    town.record("Oak Therapy", "2026-02-20", "2028-01-31", place=SUITE)
    town.ad("Oak Therapy", "2026-06-01", "2026-11-20", place=SUITE, site_class="mixed")
    assert bound(town) == set()


def test_two_advertised_businesses_in_one_suite_bind_when_near_and_not_after_a_gap(town: Any) -> None:
    town.ad("Golden Lotus", "2025-06-01", "2026-03-01", place=SUITE)
    town.ad("Jade Garden", "2026-04-01", "2026-06-01", place=SUITE)
    town.ad("Red Maple", "2026-10-01", "2026-11-20", place=SUITE)
    assert bound(town) == {frozenset({"Golden Lotus", "Jade Garden"})}


def test_the_license_in_force_where_illicit_ads_run_binds(town: Any) -> None:
    town.record("GL Wellness LLC", "2025-01-01", "2027-01-31", place=SUITE)
    town.ad("Golden Lotus", "2025-06-01", "2026-03-01", place=SUITE)
    assert bound(town) == {frozenset({"GL Wellness LLC", "Golden Lotus"})}


def test_shopping_center_without_units_is_a_hub(town: Any) -> None:
    center = "900 Center St"
    town.ad("Golden Lotus", "2026-01-01", "2026-06-01", place=center)
    town.ad("Jade Garden", "2026-01-01", "2026-06-01", place=center)
    town.record("Oak Therapy", "2026-01-01", place=center + " #9")
    assert bound(town) == set()
    assert [h.kind for h in hubs(town.entities, town.refs)] == ["premises"]


def test_switchboard_is_damped_and_listed_with_its_reason(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-06-01", phones=(P1,))
    for n in range(4):
        town.ad(f"Honest Hands {n}", "2026-01-01", "2026-06-01", phones=(P1,), site_class="mixed")
    assert bound(town) == set()
    (hub,) = hubs(town.entities, town.refs)
    assert hub.degree == 5
    assert "unrelated" in hub.reason


def test_toll_free_number_binds_nobody(town: Any) -> None:
    for shop in ("Golden Lotus", "Jade Garden"):
        town.ad(shop, "2026-01-01", "2026-06-01", phones=("+18775550101",))
    assert bound(town) == set()


def test_owner_binds_landlord_agent_and_therapist_do_not(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-06-01")
    chen = ("chen", "Mei Chen", "owner", "1980-01-02")
    town.record("Golden Lotus", "2025-01-01", people=[chen, ("ll", "Larkmoor Holdings", "landlord")])
    town.record("Jade Garden", "2025-01-01", kind="filing", people=[chen, ("ra", "Acme Agents", "registered_agent")])
    town.record("Oak Therapy", "2025-01-01", people=[("ll", "Larkmoor Holdings", "landlord")])
    town.record("Elm Therapy", "2025-01-01", kind="filing", people=[("ra", "Acme Agents", "registered_agent")])
    town.record("Golden Lotus", "2025-01-01", people=[("th", "Ana Cole", "licensee")])
    town.record("Ash Therapy", "2025-01-01", people=[("th", "Ana Cole", "licensee")])
    assert bound(town) == {frozenset({"Golden Lotus", "Jade Garden"})}
    found = {x.kind for x in build_links(town.entities, town.refs)}
    assert {"operates", "landlord_of", "agent_of", "works_at"} <= found


def test_one_operator_with_two_dates_of_birth_does_not_bind(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-06-01")
    town.record("Golden Lotus", "2025-01-01", people=[("li", "Wei Li", "owner", "1980-01-02")])
    town.record("Oak Therapy", "2025-01-01", people=[("li", "Wei Li", "owner", "1991-07-09")])
    assert bound(town) == set()


def test_an_application_is_shown_and_does_not_bind(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-06-01")
    town.record("Golden Lotus", "2025-01-01", people=[("li", "Wei Li", "owner", "1980-01-02")])
    town.record("Oak Therapy", "2026-01-01", kind="application", people=[("li", "Wei Li", "applicant", "1980-01-02")])
    assert bound(town) == set()
    assert "applied_for" in {x.kind for x in build_links(town.entities, town.refs)}


def test_intelligence_lane_never_binds(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-06-01", phones=(P1,))
    town.record("Oak Therapy", "2026-02-01", kind="tip", phones=(P1,), lane="intelligence")
    assert bound(town) == set()
    lanes = {x.lane for x in build_links(town.entities, town.refs) if x.from_id == town.id("Oak Therapy")}
    assert lanes == {"intelligence"}


def test_one_tip_opens_no_entry(town: Any) -> None:
    """A business that nothing but a tip knows has no network, no standing and no succession."""
    town.ad("Golden Lotus", "2026-01-01", "2026-03-01", phones=(P1,), place=SUITE)
    town.record("Oak Therapy", "2026-04-01", kind="tip", phones=(P1,), place=SUITE, lane="intelligence")
    tipped = town.id("Oak Therapy")
    assert all(tipped not in {m for m, _, _ in n.members} for n in networks(town))
    assert tipped not in computed_standings(town.entities, town.refs)
    assert find_successions(town.entities, town.refs) == []
    (row,) = (r for r in business_rows(town.entities, town.refs, {}, ()) if r["business_id"] == tipped)
    assert (row["lane"], row["standing"], row["network_id"]) == ("intelligence", "unknown", "")


def test_one_capture_with_a_strangers_phone_is_too_little_alone(town: Any) -> None:
    town.ad("Golden Lotus", "2026-03-01", "2026-03-01", phones=(P1,), captures=1)
    town.ad("Oak Therapy", "2026-01-01", "2026-06-01", phones=(P1,), site_class="mixed")
    link = kinds(town, "Golden Lotus", "Oak Therapy")["shared_phone"]
    assert not link.binding
    assert "single capture" in link.sentence


@pytest.mark.parametrize("field", ["emails", "handles"])
def test_contacts_bind(town: Any, field: str) -> None:
    value = "front@postbox.example" if field == "emails" else "wechat:lotus88"
    town.ad("Golden Lotus", "2026-01-01", "2026-02-01", **{field: (value,)})
    town.ad("Jade Garden", "2026-08-01", "2026-09-01", **{field: (value,)})
    assert bound(town) == {frozenset({"Golden Lotus", "Jade Garden"})}


def test_every_link_carries_probability_period_sources_and_a_sentence(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-02-01", phones=(P1,), place=SUITE)
    town.ad("Jade Garden", "2026-01-15", "2026-03-01", phones=(P1,), place=OTHER)
    for link in build_links(town.entities, town.refs):
        assert 0 < link.probability <= 1
        assert link.first_seen and link.last_seen and link.first_seen <= link.last_seen
        assert link.sources and link.sentence.endswith(".")


def a_ring(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-06-01", phones=(P1, P2), place=SUITE)
    town.ad("Jade Garden", "2026-02-01", "2026-07-01", phones=(P1,), place=OTHER)
    town.ad("Red Maple", "2026-02-01", "2026-07-01", phones=(P2,))
    town.ad("Lone Pine", "2026-02-01", "2026-07-01", phones=(P3,))
    town.ad("Oak Therapy", "2026-02-01", "2026-07-01", site_class="directory")
    town.record("Red Maple", "2025-02-01", people=[("chen", "Mei Chen", "owner", "1980-01-02")])


def networks(town: Any, **more: Any) -> list[Any]:
    links = build_links(town.entities, town.refs)
    return build_networks(town.entities, links, refs=town.refs, **more)


def test_networks_hold_businesses_with_operators_phones_and_premises(town: Any) -> None:
    a_ring(town)
    found = {frozenset(m for m, kind, _ in n.members if kind == "business"): n for n in networks(town)}
    ring = frozenset(town.id(s) for s in ("Golden Lotus", "Jade Garden", "Red Maple"))
    assert set(found) == {ring, frozenset({town.id("Lone Pine")})}
    roles = {(kind, role) for _, kind, role in found[ring].members}
    assert {("phone", "shared phone"), ("operator", "operator"), ("premises", "premises")} <= roles
    assert 0.9 < found[ring].cohesion <= 1
    assert found[ring].summary.startswith("3 businesses in Springfield")


def test_networks_do_not_depend_on_the_order_of_anything(town: Any) -> None:
    a_ring(town)
    expected = networks(town)
    shuffler = random.Random(3)
    for _ in range(5):
        entities, links = list(town.entities), build_links(town.entities, town.refs)
        shuffler.shuffle(entities)
        shuffler.shuffle(links)
        items = list(town.refs.items())
        shuffler.shuffle(items)
        assert build_links(entities, dict(items)) == build_links(town.entities, town.refs)
        assert build_networks(entities, links, refs=dict(items)) == expected


def test_a_network_keeps_its_id_when_a_business_known_for_longer_joins(town: Any) -> None:
    """The license was in the home first; what makes a network of it, its ad, came later."""
    town.record("Early Dawn", "2025-01-01", seq=-5)
    a_ring(town)
    before = {n.network_id for n in networks(town)}
    town.ad("Early Dawn", "2026-02-01", "2026-07-01", phones=(P2,), seq=900)
    assert {n.network_id for n in networks(town)} == before


def test_of_two_networks_that_merge_the_earlier_id_stays_and_of_a_split_the_part_with_the_anchor(town: Any) -> None:
    a_ring(town)
    ring, lone = (n.network_id for n in sorted(networks(town), key=lambda n: -len(n.members)))
    bridge = town.ad("Bridge House", "2026-02-01", "2026-07-01", phones=(P2, P3), seq=900)
    assert [n.network_id for n in networks(town)] == [ring]
    town.refs = {i: r for i, r in town.refs.items() if r.owner_id != bridge}
    town.groups = {key: kept for key, ids in town.groups.items() if (kept := [i for i in ids if i in town.refs])}
    assert {n.network_id for n in networks(town)} == {ring, lone}


def test_two_that_people_keep_apart_are_cut_at_the_weakest_step_between_them(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-06-01", phones=(P1,))
    town.ad("Jade Garden", "2026-01-01", "2026-06-01", phones=(P1,), place=SUITE)
    town.ad("Red Maple", "2026-01-01", "2026-06-01", place=SUITE, emails=("front@postbox.example",))
    town.ad("Lone Pine", "2026-01-01", "2026-06-01", emails=("front@postbox.example",))
    assert len(networks(town)) == 1
    ends = [next(r for r in town.groups["business", shop]) for shop in ("Golden Lotus", "Lone Pine")]
    found = networks(town, apart=[(ends[0], ends[1])])
    names = {town.id(key): key for kind, key in town.groups if kind == "business"}
    parts = {frozenset(names[m] for m, kind, _ in n.members if kind == "business") for n in found}
    # the shared suite (.90) is the weakest of phone (.97), suite and e-mail (.93)
    assert parts == {frozenset({"Golden Lotus", "Jade Garden"}), frozenset({"Red Maple", "Lone Pine"})}
    assert networks(town, apart=[(ends[1], ends[0])]) == found


@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.floats(0.7, 0.99)), max_size=20),
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=4),
)
def test_strangers_are_never_together_and_nobody_else_is_torn_off(
    drawn: list[tuple[int, int, float]], kept_apart: list[tuple[int, int]]
) -> None:
    edges = {(str(min(a, b)), str(max(a, b))): p for a, b, p in drawn if a != b}
    strangers: dict[str, set[str]] = {}
    for a, b in ((str(a), str(b)) for a, b in kept_apart if a != b):
        strangers.setdefault(a, set()).add(b)
        strangers.setdefault(b, set()).add(a)
    whole, cut = grouped(edges, {}), grouped(edges, strangers)
    for a, some in strangers.items():
        assert all(cut.find(a) != cut.find(b) for b in some)
    for a, b in edges:
        if whole.find(a) not in {whole.find(s) for s in strangers}:
            assert cut.find(a) == cut.find(b)


def test_innocent_businesses_of_one_owner_are_nobodys_network(town: Any) -> None:
    for shop in ("Oak Therapy", "Elm Therapy"):
        town.record(shop, "2025-02-01", people=[("cole", "Ana Cole", "owner", "1980-01-02")])
    assert networks(town) == []


def test_oversized_component_is_split_and_its_weakest_links_are_known(town: Any) -> None:
    for ring in range(2):
        for n in range(24):
            phones = (
                f"+1417555{ring}{n:03d}",
                f"+1417555{ring}{(n + 1) % 24:03d}",
                f"+1417555{ring}{(n + 5) % 24:03d}",
            )
            extra = {"emails": ("bridge@postbox.example",)} if n == 0 else {}
            town.ad(f"R{ring} Shop {n}", "2026-01-01", "2026-06-01", phones=phones, **extra)
    found = networks(town)
    sizes = sorted(sum(kind == "business" for _, kind, _ in n.members) for n in found)
    assert sum(sizes) == 48
    assert max(sizes) <= 40
    for network in found:
        rings = {
            key.split()[0]
            for kind, key in town.groups
            if (town.id(key), kind) in {m[:2] for m in network.members} and kind == "business"
        }
        assert len(rings) == 1
    links = build_links(town.entities, town.refs)
    assert networks(town) == found
    assert all(x.probability <= 0.97 for x in weakest_links(found[0], links))


def test_an_answering_service_is_a_common_number_of_the_network(town: Any) -> None:
    town.ad("Golden Lotus", "2026-01-01", "2026-06-01", phones=(P1, P2))
    town.ad("Jade Garden", "2026-01-01", "2026-06-01", phones=(P1, P2))
    for n in range(4):
        town.record(f"Honest Hands {n}", "2026-01-01", phones=(P2,))
    (network,) = networks(town)
    roles = {m: role for m, kind, role in network.members if kind == "phone"}
    assert roles == {town.id(P1, "phone"): "shared phone", town.id(P2, "phone"): "common phone"}
    assert {h.value for h in hubs(town.entities, town.refs)} == {P2}


def by_hand(count: int, pairs: dict[tuple[int, int], float], held_by: float) -> list[int]:
    """Join the strongest pair of groups, again and again."""
    groups = [{i} for i in range(count)]
    while True:
        sums = {
            (i, j): sum(w for (a, b), w in pairs.items() if len({a, b} & one) == 1 and len({a, b} & two) == 1)
            for i, one in enumerate(groups)
            for j, two in enumerate(groups)
            if i < j
        }
        strong = {pair: total for pair, total in sums.items() if total >= held_by}
        if not strong:
            return [min(next(g for g in groups if i in g)) for i in range(count)]
        i, j = min(strong, key=lambda pair: (-strong[pair], sorted((min(groups[pair[0]]), min(groups[pair[1]])))))
        groups[i] |= groups.pop(j)


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda p: p[0] < p[1]),
        st.sampled_from([0.25, 0.5, 1.0, 2.0]),
        max_size=14,
    )
)
def test_communities_are_rejoined_as_one_would_by_hand(pairs: dict[tuple[int, int], float]) -> None:
    assert rejoined(7, [(a, b, w) for (a, b), w in pairs.items()], 1.5) == by_hand(7, pairs, 1.5)


def test_a_partition_is_numbered_in_the_order_of_its_nodes() -> None:
    edges = {("a", "b"): 0.9, ("b", "c"): 0.9, ("x", "y"): 0.9}
    assert split(["y", "x", "c", "b", "a", "lone"], edges, 1.5, 7) == [["a", "b", "c"], ["lone"], ["x", "y"]]
