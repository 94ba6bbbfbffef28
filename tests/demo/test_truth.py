"""Truth: only what somebody with all files in hand could see."""

from datetime import date, timedelta

import pytest

from demo.state import World
from demo.truth import Truth
from demo.visible import Facts, Item, collect_facts, components, ties

DAY = date(2025, 6, 1)


def facts(*values: tuple[str, str, int, int]) -> list[Facts]:
    """One item per (kind, value, first day, last day), days counted from DAY."""
    rows = []
    for number, (kind, value, first, last) in enumerate(values):
        row = Facts(("ad", "city-board", str(number)), f"S{number}", True)
        row.show(kind, value, DAY + timedelta(days=first), DAY + timedelta(days=last))
        rows.append(row)
    return rows


@pytest.mark.parametrize(
    ("a", "b", "tied"),
    [
        (("phone", "x", 0, 30), ("phone", "x", 20, 50), True),
        (("phone", "x", 0, 30), ("phone", "x", 90, 95), True),  # a gap of 60 days
        (("phone", "x", 0, 30), ("phone", "x", 91, 95), False),  # of 61
        (("phone", "x", 0, 30), ("phone", "y", 20, 50), False),
        (("premises", "x", 0, 30), ("premises", "x", 20, 50), True),
        (("premises", "x", 0, 30), ("premises", "x", 200, 210), False),
        (("email", "x", 0, 30), ("email", "x", 400, 410), True),
        (("operator", "x", 0, 0), ("operator", "x", 400, 400), True),
        (("operator", "x", 0, 0), ("email", "x", 0, 0), False),
    ],
)
def test_a_tie_needs_a_shared_value_in_time(
    a: tuple[str, str, int, int], b: tuple[str, str, int, int], tied: bool
) -> None:
    assert bool(list(ties(facts(a, b)))) is tied
    assert bool(list(ties(facts(b, a)))) is tied


def test_a_long_use_reaches_over_a_short_one() -> None:
    rows = facts(("phone", "x", 0, 400), ("phone", "x", 5, 6), ("phone", "x", 390, 410))
    assert len(set(components([r.item for r in rows], ties(rows)).values())) == 1


def test_components_are_named_after_their_least_item() -> None:
    items: list[Item] = [("ad", "s", name) for name in "abcd"]
    roots = components(items, [(items[3], items[1]), (items[1], items[2])])
    assert [roots[i][2] for i in items] == ["a", "b", "b", "b"]


def test_items_are_either_a_networks_or_an_innocents(world: World, truth: Truth) -> None:
    assert not truth.networks.keys() & truth.innocents.keys()
    assert truth.labels.keys() == collect_facts(world).keys() == truth.businesses.keys()
    for item, label in truth.labels.items():
        shop = world.storefronts[truth.businesses[item]]
        assert label.partition(".")[0] == (shop.network or shop.storefront_id)


def test_applications_are_linked_innocent_or_unseen(world: World, truth: Truth) -> None:
    parts = [set(truth.linked), set(truth.innocent_applications), set(truth.unseen)]
    assert set.union(*parts) == {a.application_id for a in world.applications}
    assert sum(map(len, parts)) == len(world.applications)
    assert len(truth.linked) >= len(truth.unseen)
    assert set(truth.innocent_applications.values()) == {"plain", "next_tenant", "reassigned_phone", "namesake"}


def test_linked_applications_name_an_operator_of_that_network(world: World, truth: Truth) -> None:
    applied = {a.application_id: a for a in world.applications}
    rings: dict[str, set[str]] = {}
    for shop in world.storefronts.values():
        if shop.network:
            rings.setdefault(shop.network, set()).update(shop.operators)
    for application, label in truth.linked.items():
        assert applied[application].person_id in rings[label.partition(".")[0]]


def test_successions_close_then_open_under_a_new_name(world: World, truth: Truth) -> None:
    assert truth.successions
    assert not truth.successions & truth.open_successions
    for old_id, new_id in truth.successions:
        old, new = world.storefronts[old_id], world.storefronts[new_id]
        assert old.closed is not None
        assert old.closed < new.opened
        assert old.network == new.network
        assert old.names[-1][1] != new.names[0][1]
