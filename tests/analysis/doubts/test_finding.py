"""Entities that may hold two people are shown, with the pair that holds them together."""

from __future__ import annotations

from datetime import date

from analysis.doubts.finding import find_doubtful
from analysis.doubts.papers import Paper
from pipeline.model import Entity, Ref

LARGEST = {"operator": 10, "business": 150}


def ref(name: str, dob: date | None = None) -> Ref:
    return Ref(name, "operator", "record", name, "city", "license", "", "regulatory", 1, "Mei Chen", dob=dob)


def people(*names: str) -> Entity:
    return Entity("E-" + names[0], "operator", "Mei Chen", names)


def square(a: str, b: str, c: str) -> list[tuple[str, str, float]]:
    return [(a, b, 0.99), (b, c, 0.99), (a, c, 0.99)]


def test_two_groups_on_one_weak_pair() -> None:
    pairs = [*square("a", "b", "c"), *square("d", "e", "f"), ("c", "d", 0.92)]
    (doubt,) = find_doubtful([people(*"abcdef")], pairs, {}, {**LARGEST, "operator": 60})
    assert doubt.reasons == ("two parts held together by one pair (0.920)",)
    assert doubt.pair == ("c", "d")


def test_a_sure_pair_a_single_record_and_a_second_path_are_no_doubt() -> None:
    two = [*square("a", "b", "c"), *square("d", "e", "f")]
    whole = people(*"abcdef")
    limits = {**LARGEST, "operator": 60}
    assert find_doubtful([whole], [*two, ("c", "d", 0.9999)], {}, limits) == []
    assert find_doubtful([whole], [*two, ("c", "d", 0.92), ("a", "f", 0.92)], {}, limits) == []
    assert find_doubtful([people("a", "b", "c", "z")], [*square("a", "b", "c"), ("c", "z", 0.92)], {}, limits) == []
    # Pairs with refs of other entities say nothing about this one.
    assert find_doubtful([people("a", "b", "c")], [*square("a", "b", "c"), ("c", "x", 0.92)], {}, limits) == []


def test_two_dates_of_birth_and_a_size_near_the_limit() -> None:
    refs = {"a": ref("a", date(1980, 2, 13)), "b": ref("b", date(1980, 2, 23)), "c": ref("c")}
    small = people("a", "b", "c")
    large = people(*"klmno")
    doubts = find_doubtful([large, small], square("a", "b", "c"), refs, LARGEST)
    assert [(d.entity_id, d.reasons, d.pair) for d in doubts] == [
        ("E-k", ("5 records, 10 are the most allowed",), None),
        ("E-a", ("2 dates of birth",), ("a", "b")),
    ]
    assert find_doubtful([Entity("P", "phone", "+1", ("a", "b"))], [], refs, LARGEST) == []


def test_numbers_at_one_time_and_a_record_between_two_come_with_the_pair_to_decide() -> None:
    papers = {i: Paper(i, "city", "massage", f"BL-{i}", date(2024, 1, 1), date(2024, 12, 31)) for i in "ad"}
    refs = {i: ref(i) for i in "abcd"}
    pairs = [("a", "b", 0.99), ("b", "c", 0.9999), ("c", "d", 0.9999)]
    (doubt,) = find_doubtful([people(*"abcd")], pairs, refs, LARGEST, papers)
    assert [why.split(" (")[0] for why in doubt.reasons] == ["two numbers of city in force at one time", "one record"]
    assert doubt.pair == ("a", "d")
