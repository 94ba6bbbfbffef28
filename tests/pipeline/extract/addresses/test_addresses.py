"""Example tables are the specification: tests/cases/addresses.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.addresses import find_addresses, parse_address
from pipeline.extract.addresses.place import city_name

TABLE = tomllib.loads((Path(__file__).parents[4] / "tests/cases/addresses.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", TABLE["parsed"], ids=lambda case: case["line"][:40] or "empty")
def test_parsed(case: dict[str, Any]) -> None:
    address = parse_address(case["line"], **case.get("fields", {}))
    assert (address.street_key, address.unit) == (case["key"], case.get("unit", ""))
    assert [address.city, address.state, address.zip] == case.get("place", ["", "", ""])
    assert address.city_inferred == case.get("inferred", False)
    if "shown" in case:
        assert address.line == case["shown"]


@pytest.mark.parametrize("case", TABLE["parsed"], ids=lambda case: case["line"][:40] or "empty")
def test_the_display_form_reads_back(case: dict[str, Any]) -> None:
    address = parse_address(case["line"], **case.get("fields", {}))
    again = parse_address(address.line, city=address.city, state=address.state, zip=address.zip)
    assert (again.street_key, again.unit, again.line) == (address.street_key, address.unit, address.line)


@pytest.mark.parametrize(
    ("written", "zip_code", "shown"),
    [
        ("Saint Charles", "63301", "St. Charles"),
        ("St. Charles", "63301", "St. Charles"),
        ("Saint Chalres", "63301", "St. Charles"),
        ("SPRINGFEILD", "65807", "Springfield"),
        ("Ozark", "65807", "Ozark"),
        ("Nowhere Gulch", "65807", "Nowhere Gulch"),
        ("", "65807", ""),
    ],
)
def test_a_city_is_shown_in_one_writing(written: str, zip_code: str, shown: str) -> None:
    assert city_name(written, "MO", zip_code) == shown


def test_a_crossing_is_nobodys_premises() -> None:
    crossing = parse_address("Larkmoor St & Fifth Ave, Joplin, MO 64801")
    assert crossing.building_key == "5TH AVE & LARKMOOR ST|64801"
    assert crossing.premises_key == ""


@pytest.mark.parametrize("case", TABLE["found"], ids=lambda case: case["text"][:40])
def test_found(case: dict[str, Any]) -> None:
    assert [mention.raw for mention in find_addresses(case["text"])] == case["raw"]


@pytest.mark.parametrize("text", TABLE["silent"]["texts"])
def test_silent(text: str) -> None:
    assert find_addresses(text) == []


@given(st.text(alphabet=st.one_of(st.sampled_from("0123456789 ,.#&-\nNSEW"), st.characters()), max_size=80))
def test_any_text_is_read_and_quoted(text: str) -> None:
    for mention in find_addresses(text):
        assert text[mention.start : mention.end] == mention.raw
        assert mention.address.street_key


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=8), st.text(max_size=12), st.text(max_size=8))
def test_keys_are_plain_whatever_the_fields(line: str, city: str, state: str, zip_code: str, unit: str) -> None:
    address = parse_address(line, city=city, state=state, zip=zip_code, unit=unit)
    for key in (address.street_key, address.unit):
        assert key.isascii() and key == key.upper()
    assert address.zip == "" or (len(address.zip) == 5 and address.zip.isdigit())
    assert address.state == "" or len(address.state) == 2
