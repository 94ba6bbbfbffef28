"""One record that alone holds together two parts of an entity is shown where the parts contradict each other."""

from __future__ import annotations

from datetime import date
from typing import Any

import networkx as nx
import pytest

from analysis.doubts.papers import Paper
from analysis.doubts.parts import held_by_one
from pipeline.model import Address, Ref

HERE = Address("1 Oak St", "1 OAK ST", "", "Springfield", "MO", "65801")
THERE = Address("9 Elm St", "9 ELM ST", "", "Joplin", "MO", "64801")
SPRING = {"first_seen": date(2024, 1, 1), "last_seen": date(2024, 6, 1)}
SUMMER = {"first_seen": date(2024, 3, 1), "last_seen": date(2024, 9, 1)}
FALL = {"first_seen": date(2024, 10, 1), "last_seen": date(2024, 12, 1)}
ONE, TWO = {"phones": ("+14175550101",)}, {"phones": ("+14175550102",)}
YOUNG, OLD = {"dob": date(1980, 2, 13)}, {"dob": date(1955, 7, 1)}


def ad(ref_id: str, **said: Any) -> Ref:
    return Ref(
        ref_id, "business", "ad", ref_id, "mixed-site", "ad", "mixed", "regulatory", 1, **{"name": "Fern", **said}
    )


def person(ref_id: str, name: str, **said: Any) -> Ref:
    return Ref(ref_id, "operator", "record", ref_id, "city", "license", "", "regulatory", 1, name, **said)


def held(*refs: Ref, joins: tuple[str, ...] = ("ac", "cb"), papers: tuple[Paper, ...] = ()) -> Any:
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edges_from(tuple(join) for join in joins)
    return held_by_one(graph, {r.ref_id: r for r in refs}, {p.ref_id: p for p in papers})


CONTRADICT = [
    ("other dates of birth", person("a", "Mei Chen", **YOUNG), person("b", "Mei Chen", **OLD)),
    ("names of two people", person("a", "Lei Zhang"), person("b", "Rosalinda Zhang")),
    ("places of their own at one time", ad("a", addresses=(HERE,), **SPRING), ad("b", addresses=(THERE,), **SUMMER)),
    ("other names and phones at one time", ad("a", **ONE, **SPRING), ad("b", name="Orchid", **TWO, **SUMMER)),
]  # fmt: skip
DO_NOT = [
    pytest.param(person("a", "Mei Chen", **YOUNG), person("b", "Mei Chen", dob=date(1980, 2, 23)), id="slip"),
    pytest.param(person("a", "Mei Chen", **YOUNG), person("b", "Mei Chen"), id="no date"),
    pytest.param(person("a", "Linda Clark"), person("b", "Lida Clark"), id="a letter off"),
    pytest.param(ad("a", addresses=(HERE,), **SPRING), ad("b", addresses=(THERE,), **FALL), id="moved"),
    pytest.param(ad("a", **ONE, **SPRING), ad("b", name="Orchid", **TWO, **FALL), id="renamed, a new phone"),
    pytest.param(ad("a", **ONE, **SPRING), ad("b", name="Fern Spa", **TWO, **SUMMER), id="a word of the name"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "a", "b"), CONTRADICT)
def test_contradicting_parts(why: str, a: Ref, b: Ref) -> None:
    between = ad("c") if a.role == "business" else person("c", "L Zhang")
    found = held(a, b, between)
    assert found == (
        f"one record ({between.name}, {between.dataset}, c) alone joins 1 and 1 others with {why}",
        ("a", "b"),
    )
    # A second record or a pair beside it holds them as well: then this one does not do it alone.
    assert held(a, b, between, joins=("ac", "cb", "ab")) is None
    assert held(a, b, between, joins=("ac", "cb", "ad", "db")) is None


@pytest.mark.parametrize(("a", "b"), DO_NOT)
def test_parts_that_may_be_one(a: Ref, b: Ref) -> None:
    assert held(a, b, ad("c") if a.role == "business" else person("c", "M Chen")) is None


def test_two_licenses_at_one_time_contradict_too() -> None:
    papers = tuple(Paper(i, "city", "massage", f"BL-{i}", date(2024, 1, 1), date(2024, 12, 31)) for i in "ab")
    found = held(ad("a"), ad("b"), ad("c"), papers=papers)
    assert found is not None and "two numbers of city in force at one time" in found[0]


def test_the_record_with_the_largest_second_part_is_named() -> None:
    refs = [person(i, "Mei Chen", **(YOUNG if i in "adx" else OLD if i in "bez" else {})) for i in "adcbexyz"]
    found = held(*refs, joins=("ad", "ac", "dc", "cb", "ce", "be", "xy", "yz"))
    assert found == ("one record (Mei Chen, city, c) alone joins 2 and 2 others with other dates of birth", ("a", "b"))
