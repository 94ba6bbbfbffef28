"""What happened to networks between two snapshots, and which link or decision did it."""

from __future__ import annotations

import random

import pytest

from analysis.networks.changes import Bound, Change, State, mentioned, network_changes, replaced, told

# business -> its refs; a network is a string of businesses: "A:ab" is network A of businesses a and b
REFS = {b: (f"{b}1", f"{b}2") for b in "abcdefgh"}


def state(*networks: str, links: str = "", refs: dict[str, tuple[str, ...]] | None = None) -> State:
    """`links`: "ab bc": the binding links, each told as "a-b."."""
    members = {n.partition(":")[0]: list(n.partition(":")[2]) for n in networks}
    bound = [Bound(pair[0], pair[1], 0.9, "shared_phone") for pair in links.split()]
    return State(members, refs or REFS, bound)


def words(what: str, key: str) -> str:
    if what == "link":
        one, two, kind = key.split()
        return f"{one}-{two}." if kind == "shared_phone" else ""
    return f"Shop {key}" if what == "business" else "lee decided so on 2026-03-01: other owners"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (state("A:ab", links="ab"), state("A:ab", links="ab"), []),
        (state(), state("A:ab", links="ab"), [("new", "A", (), "Shop a, Shop b")]),
        (state("A:ab", links="ab"), state("A:abc", links="ab bc"), [("grown", "A", (), "Shop c joined. b-c.")]),
        (
            state("A:abc", links="ab bc"),
            state("A:ab", links="ab"),
            [("shrunk", "A", (), "Shop c left. What held before: b-c.")],
        ),
        # two join by a link
        (
            state("A:ab", "C:cd", links="ab cd"),
            state("A:abcd", links="ab cd bc"),
            [("merged", "A", ("A", "C"), "b-c.")],
        ),
        # … by a newcomer between them
        (state("A:a", "C:c"), state("A:abc", links="ab bc"), [("merged", "A", ("A", "C"), "a-b. b-c.")]),
        # three at once
        (state("A:a", "B:b", "C:c"), state("A:abc", links="ab bc"), [("merged", "A", ("A", "B", "C"), "a-b. b-c.")]),
        (
            state("A:abcd", links="ab bc cd"),
            state("A:ab", "C:cd", links="ab cd"),
            [("split", "A", ("A", "C"), "What held before: b-c.")],
        ),
        (state("A:ab", links="ab"), state(), [("gone", "A", (), "Shop a, Shop b")]),
        (
            state("B:bc", links="bc"),
            state("A:abc", links="ab bc"),
            [("grown", "A", (), "Shop a joined"), ("renumbered", "A", ("B",), "same network")],
        ),
    ],
)  # fmt: skip
def test_events(before: State, after: State, expected: list[tuple[str, str, tuple[str, ...], str]]) -> None:
    found = network_changes(before, after)
    assert [(c.kind, c.network_id, c.others) for c in found] == [e[:3] for e in expected]
    assert all(e[3] in told(c.reason, words) for c, e in zip(found, expected, strict=True))


def test_businesses_are_known_by_their_refs_not_their_ids() -> None:
    before = state("A:ab", links="ab")
    after = state("A:xb", links="xb", refs={"x": ("a1", "a2", "a3"), "b": ("b1",)})
    assert network_changes(before, after) == []


def test_two_networks_whose_ads_are_read_as_one_business_now() -> None:
    after = state("A:ab", links="ab", refs={"a": ("a1", "a2", "c1"), "b": REFS["b"]})
    (change,) = network_changes(state("A:ab", "C:c", links="ab"), after)
    assert (change.kind, change.others) == ("merged", ("A", "C"))
    assert "read as one business now: Shop a" in told(change.reason, words)


def test_a_decision_that_split_a_network_is_named_first() -> None:
    before, after = state("A:abcd", links="ab bc cd"), state("A:ab", "C:cd", links="ab bc cd")
    (change,) = network_changes(before, after, {("b1", "d2"): "d7"})
    assert mentioned([change.reason]) == {"decision": {"d7"}, "link": {"b c shared_phone"}}
    said = told(change.reason, words)
    assert said.startswith("Kept apart: lee decided so on 2026-03-01: other owners. What held before: b-c.")


def test_what_is_no_longer_on_record_is_told_as_such() -> None:
    (change,) = network_changes(state("A:ab", links="ab"), state("A:abc", links="ab bc"))
    assert "Shop" not in change.reason
    gone = "(a business that is no longer on record, c) joined. (a link that is no longer on record, b c shar)"
    assert told(change.reason, lambda what, key: "") == gone


def test_replaced_ids_follow_merges_and_new_numbers() -> None:
    changes = [
        Change("merged", "A", ("A", "C"), ""),
        Change("renumbered", "D", ("E",), ""),
        Change("split", "F", ("F", "G"), ""),
    ]
    assert replaced(changes) == [("C", "A"), ("E", "D")]


def test_the_order_of_businesses_and_links_does_not_matter() -> None:
    before, after = state("A:ab", "C:cd", links="ab cd"), state("A:abcd", links="ab cd bc ad ac")
    expected, shuffler = network_changes(before, after), random.Random(5)
    for _ in range(5):
        links, members = list(after.links), {n: list(b) for n, b in after.members.items()}
        shuffler.shuffle(links)
        for businesses in members.values():
            shuffler.shuffle(businesses)
        assert network_changes(before, State(members, after.refs, links)) == expected
