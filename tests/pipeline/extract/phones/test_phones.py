"""Example tables are the specification: tests/cases/phones.toml, and the shared cases where they are at hand."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.phones import find_phones, normalize_phone

ROOT = Path(__file__).parents[4]
TABLE = tomllib.loads((ROOT / "tests/cases/phones.toml").read_text(encoding="utf-8"))
SHARED = ROOT / "../shared/data/phones/cases.jsonl"


def numbers(text: str) -> list[str]:
    """Distinct numbers in order; the North American ones as ten digits."""
    return list(dict.fromkeys(m.e164.removeprefix("+1") for m in find_phones(text)))


@pytest.mark.parametrize("case", TABLE["found"], ids=lambda case: case["text"][:40])
def test_found(case: dict[str, str | list[str]]) -> None:
    assert numbers(str(case["text"])) == case["numbers"]


@pytest.mark.parametrize("text", TABLE["silent"])
def test_silent(text: str) -> None:
    assert find_phones(text) == []


@pytest.mark.parametrize("case", TABLE["style"], ids=lambda case: case["text"][:40])
def test_style_and_quote(case: dict[str, str]) -> None:
    (mention,) = find_phones(case["text"])
    assert (mention.raw, mention.style) == (case["raw"], case["style"])


@pytest.mark.parametrize("case", TABLE["cell"], ids=lambda case: case["text"] or "empty")
def test_cell(case: dict[str, str]) -> None:
    assert normalize_phone(case["text"]) == (case["e164"] or None)


def test_permission_for_fiction_and_generated_numbers() -> None:
    assert normalize_phone("417-555-0123", fictional=False, generated=False) is None
    assert normalize_phone("417-555-0123", fictional=True, generated=False) == "+14175550123"
    assert normalize_phone("417-555-7123", fictional=True, generated=False) is None
    assert normalize_phone("417-555-7123", fictional=False, generated=True) == "+14175557123"
    assert find_phones("417-555-0123 or 417-555-7123", fictional=False, generated=False) == []


@pytest.mark.skipif(not SHARED.exists(), reason="the shared phone cases are not on this machine")
def test_shared_cases() -> None:
    rows = [json.loads(line) for line in SHARED.read_text(encoding="utf-8").splitlines()]
    right = found_wrong = missed = exact = 0
    for row in rows:
        got, want = set(numbers(row["text"])), set(row["expected"])
        right, found_wrong, missed = right + len(got & want), found_wrong + len(got - want), missed + len(want - got)
        exact += got == want
        assert row["expected"] or not got, row["text"]
    assert 2 * right / (2 * right + found_wrong + missed) >= 0.99
    assert exact / len(rows) >= 0.98


WRITTEN = st.text(
    alphabet=st.one_of(
        st.sampled_from("0123456789oOlISB-.()*/+ \n&#;<>%x@$"),
        st.sampled_from("one two five ４①𝟗\u200b\ufe0f\u20e3一"),
        st.characters(),
    ),
    max_size=120,
)


@given(WRITTEN)
def test_any_text_is_read_and_quoted(text: str) -> None:
    ends = 0
    for mention in find_phones(text):
        assert text[mention.start : mention.end] == mention.raw
        assert mention.start >= ends
        assert mention.e164[0] == "+" and mention.e164[1:].isdigit() and 8 <= len(mention.e164) <= 16
        assert 0.5 <= mention.confidence <= 1.0
        ends = mention.end


def test_long_runs_cost_in_proportion() -> None:
    """A hostile text of nothing but digits and separators is read once, not once per digit."""
    assert find_phones("1 " * 50_000) == []
    assert len(find_phones("417-555-0123 " * 2_000)) == 2_000


def test_a_long_run_of_digits_holds_no_number_and_no_end_of_work():
    assert find_phones("call " + "1" * 300_000) == []
