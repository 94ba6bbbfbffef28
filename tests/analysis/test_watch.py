"""What answers to a watch and what does not: tables of examples, and that order does not matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest

from analysis.watch import Text, find_matches, ref_test
from analysis.watch_areas import parse_area
from pipeline.errors import FixInput
from pipeline.extract.addresses import parse_address
from pipeline.model import Ref

BLANK = Ref("r", "business", "ad", "ad1", "board", "ad", "illicit", "regulatory", 1, "", sources=("c1", "c2"))
SPRINGFIELD = "1200 N Larkmoor Ave Ste 5, Springfield, MO 65801"


def ref(role: str = "business", **more: Any) -> Ref:
    where = more.pop("at", "")
    addresses = (parse_address(where),) if where else ()
    return replace(BLANK, role=role, addresses=addresses, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "value", "source", "answers"),
    [
        ("phone", "(417) 555-0101", ref(phones=("+14175550101",)), True),
        ("phone", "417.555.0101", ref("phone", phones=("+14175550101",)), True),
        ("phone", "417-555-0101", ref(phones=("+14175550102",)), False),
        ("name", "Golden Lotus Spa", ref(name="GOLDEN LOTUS SPA LLC"), True),
        ("name", "Golden Lotus Spa", ref(name="Jade", other_names=("Golden Lotus Spa",)), True),
        ("name", "Golden Lotus Spa", ref(name="Golden Garden Spa"), False),
        ("name", "Robert Alan Smithers", ref("operator", name="SMITHERS, ROBERT A"), True),
        ("name", "Robert Smithers", ref("operator", name="Roberta Jones"), False),
        ("address", "1200 North Larkmoor Avenue #5, Springfield MO 65801", ref(at=SPRINGFIELD), True),
        ("address", "1200 N Larkmoor Ave, Springfield MO", ref(at=SPRINGFIELD), True),
        ("address", "1200 N Larkmoor Ave Ste 6, Springfield MO 65801", ref(at=SPRINGFIELD), False),
        ("address", "1200 N Larkmoor Ave, Columbia MO", ref(at="1200 N Larkmoor Ave, Springfield, MO"), False),
        ("address", "1202 N Larkmoor Ave, Springfield MO 65801", ref(at=SPRINGFIELD), False),
        ("area", "65801", ref(at=SPRINGFIELD), True),
        ("area", "Springfield, MO", ref(at="1 Elm St, Springfield, MO"), True),
        ("area", "springfield, mo", ref(at=SPRINGFIELD), True),
        ("area", "Springfield, IL", ref(at="1 Elm St, Springfield, MO"), False),
        ("area", "Greene County, MO", ref(at=SPRINGFIELD), True),
        ("area", "Boone County, MO", ref(at=SPRINGFIELD), False),
        ("area", "15 miles of 65802", ref(at="1 Elm St, Springfield, MO 65804"), True),
        ("area", "15 miles of 65802", ref(at="1 Elm St, Columbia, MO 65201"), False),
    ],
)  # fmt: skip
def test_what_answers(kind: str, value: str, source: Ref, answers: bool) -> None:
    assert bool(ref_test(kind, value)(source)) is answers
    found = find_matches([("w-1", kind, value)], [source], [])
    assert [m.subject_id for m in found] == (["ad1"] if answers else [])
    assert all(m.source_id == "c1" for m in found)


@pytest.mark.parametrize(
    ("phrase", "text", "answers"),
    [
        ("Table Shower", "Free TABLE   shower!", True),
        ("cafe relax", "Café Relax now open", True),
        ("new staff", "renew staffing", False),
        ("24/7", "open 24/7.", False),  # too short: refused, see below
        ("24/7 open", "We are 24/7 open", True),
        ("新店开张", "今天新店开张了", True),
    ],
)
def test_phrases_are_whole_words_without_case_and_accents(phrase: str, text: str, answers: bool) -> None:
    ad = Text("ad1", "board", "c1", date(2026, 1, 1), text)
    if phrase == "24/7":
        with pytest.raises(FixInput, match="too short"):
            ref_test("phrase", phrase)
        return
    assert bool(find_matches([("w", "phrase", phrase)], [], [ad])) is answers


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("phone", "555"), ("name", "X"), ("address", "Larkmoor Ave"), ("address", "1200 N Larkmoor Ave"),
        ("phrase", "spa"), ("area", "Nowhere, MO"), ("area", "00000"), ("area", "500 miles of 65801"), ("face", "x"),
    ],
)  # fmt: skip
def test_what_could_never_be_found_is_refused(kind: str, value: str) -> None:
    with pytest.raises(FixInput):
        ref_test(kind, value)


def test_a_circle_holds_its_center_and_grows() -> None:
    small, large = parse_area("1 mile of 65804", 100).zips, parse_area("20 miles of 65804", 100).zips
    assert "65804" in small < large


def test_one_match_for_each_watch_and_source_whatever_the_order() -> None:
    refs = [
        ref(ref_id="r1", phones=("+14175550101",)), ref("phone", ref_id="r2", phones=("+14175550101",)),
        ref(ref_id="r3", owner_id="ad2", phones=("+14175550101",)),
    ]  # fmt: skip
    texts = [
        Text("ad1", "board", "c2", date(2026, 2, 1), "table shower here"),
        Text("ad1", "board", "c1", date(2026, 1, 1), "table shower there"),
    ]
    watches = [("w-1", "phone", "417-555-0101"), ("w-2", "phrase", "table shower")]
    found = {
        tuple((m.watch_id, m.subject_id, m.source_id) for m in find_matches(watches, r, t))
        for r in permutations(refs)
        for t in permutations(texts)
    }
    assert found == {(("w-1", "ad1", "c1"), ("w-1", "ad2", "c1"), ("w-2", "ad1", "c1"))}
