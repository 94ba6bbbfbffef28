"""Files of offices, most of which no map describes: every field of the lines that are looked at, and nothing besides.

To add an office: its file with invented rows under offices/, and what must come out of some lines in expected.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.extract.addresses import parse_address
from pipeline.model import Address, Record
from pipeline.records.importing import Rejected, choose_layout, read_records

OFFICES = Path(__file__).with_name("offices")
TABLE: dict[str, dict[str, Any]] = tomllib.loads((OFFICES / "expected.toml").read_text(encoding="utf-8"))
GENERAL_MAPS = {"license": "licenses", "filing": "business-filings", "application": "applications"}
TEXTS = ("entity_name", "dba_name", "license_type", "status", "landlord")
DAYS = ("issued", "expires", "received", "closed", "effective")
ASKED = ("natural_key", "license_number", "application_type", "effective")  # told only where the table says them


def mail_of(address: Address | None) -> str:
    """A mailing address in the form that its spelling does not matter in."""
    return (address.premises_key or address.line.upper() or address.city.upper()) if address else ""


def expected_mail(text: str) -> str:
    line, _, code = text.rpartition("|")
    return parse_address(line, city="", state="", zip=code).premises_key or line.upper()


def told(record: Record) -> Iterator[tuple[str, Any]]:
    yield from ((field, getattr(record, field)) for field in TEXTS)
    yield from ((field, day.isoformat()) for field in DAYS if (day := getattr(record, field)))
    yield "premises", record.premises.premises_key if record.premises else ""
    yield "mailing", mail_of(record.mailing)
    yield "phones", ",".join(record.phones)
    yield "emails", ",".join(record.emails)
    yield "previous_names", ",".join(record.previous_names)
    yield "parties", sorted(f"{p.role}: {p.full_name}" for p in record.parties)
    yield from ((field, getattr(record, field)) for field in ("natural_key", "license_number", "application_type"))


@pytest.mark.parametrize("name", TABLE)
def test_a_file_of_an_office_is_read_whole(name: str) -> None:
    kind = TABLE[name].get("kind", "license")
    layout = choose_layout(OFFICES / name, kind)
    assert layout.binding.map.id == TABLE[name].get("map", GENERAL_MAPS[kind])
    items = list(read_records(layout))
    records = {item.line: item for item in items if isinstance(item, Record)}
    assert [item.line for item in items if isinstance(item, Rejected)] == TABLE[name].get("rejected", [])
    for line in TABLE[name]["line"]:
        wanted = {field: value for field, value in line.items() if field != "line"}
        if "mailing" in wanted:
            wanted["mailing"] = expected_mail(wanted["mailing"])
        if "parties" in wanted:
            wanted["parties"] = sorted(wanted["parties"])
        said = told(records[line["line"]])
        assert {f: value for f, value in said if value and (f not in ASKED or f in wanted)} == wanted, line["line"]


def test_every_file_is_expected() -> None:
    assert {p.name for p in OFFICES.iterdir()} - {"expected.toml"} == set(TABLE)
