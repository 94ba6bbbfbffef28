"""The eight files: headers to the letter, rows with the noise of real ones."""

import csv
from pathlib import Path

import pytest

from demo.registers import write_registers
from demo.state import World

HEADERS = {
    "applications": "application_id,application_type,received_date,business_name,dba,applicant_name,dob,other_names,"
    "address,unit,city,state,zip,phone,email,website,prior_address,prior_city,prior_state,prior_zip,related_name,"
    "related_role,related_dob",
    "denied-register": "application_no,business_name,applicant_name,dob,address,unit,city,state,zip,phone,decision,"
    "decision_date,cause",
    "business-filings": "charter_number,entity_name,entity_type,status,formation_date,dissolution_date,previous_names,"
    "registered_agent,principal_address,principal_unit,principal_city,principal_state,principal_zip,phone,email,"
    "officer_1_name,officer_1_title,officer_1_dob,officer_2_name,officer_2_title,officer_2_dob",
    "city-licenses": "license_number,legal_name,dba_name,license_description,address,unit,city,state,zip_code,"
    "business_phone,owner_name,owner_dob,date_issued,license_expiration_date,license_status",
    "parcels": "parcel_id,owner_name,owner_address,site_address,site_city,site_state,site_zip,sale_date",
    "tips": "tip_id,received,source_grade,content_grade,business_name,phone,address,city,state,zip,text",
    "inspections": "inspection_id,date,license_number,business_name,address,city,state,zip,finding,rule",
}


@pytest.fixture(scope="module")
def files(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_registers(world, tmp_path_factory.mktemp("registers"))


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix == ".tsv":
            return [line.rstrip("\r\n").split("\t") for line in file]
        return list(csv.reader(file))


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_headers(files: dict[str, Path], name: str) -> None:
    assert rows_of(files[name])[0] == HEADERS[name].split(",")


def test_roster_has_the_published_columns(files: dict[str, Path]) -> None:
    rows = rows_of(files["missouri-roster"])
    good = [row for row in rows if len(row) == 39]
    assert rows[0][0] == "prc_first_name"
    assert rows[0][38] == "certification_title"
    assert len(good) == len(rows) - 2
    assert any('"' in row[0] for row in good)


@pytest.mark.parametrize(
    "name", ["applications", "city-licenses", "denied-register", "business-filings", "missouri-roster"]
)
def test_a_few_rows_have_too_few_or_too_many_fields(files: dict[str, Path], name: str) -> None:
    rows = rows_of(files[name])
    wrong = [row for row in rows if len(row) != len(rows[0])]
    assert 2 <= len(wrong) < len(rows) / 20 + 3
    assert any(len(row) < len(rows[0]) for row in wrong)
    assert all(row[0].startswith("X") for row in wrong)


def test_every_paper_and_application_is_written_under_its_key(world: World, files: dict[str, Path]) -> None:
    keys = {p.key for p in world.papers} | {a.application_id for a in world.applications}
    written: set[str] = set()
    for name, column in (("missouri-roster", 12), ("city-licenses", 0), ("denied-register", 0)):
        written |= {row[column] for row in rows_of(files[name]) if len(row) > column}
    for name in ("business-filings", "applications"):
        written |= {row[0] for row in rows_of(files[name])}
    assert keys <= written


def test_the_noise_of_real_files(files: dict[str, Path]) -> None:
    rows = rows_of(files["applications"])
    column = {name: [row[i] for row in rows[1:] if len(row) == 23] for i, name in enumerate(rows[0])}
    assert {len(value) for value in column["dob"]} >= {0, 8, 10}
    assert "1901-01-01" in column["dob"]
    assert any("/" in value for value in column["received_date"])
    assert any("," in value for value in column["applicant_name"])
    assert any(value.isupper() for value in column["applicant_name"])
    assert {len(value) for value in column["zip"]} >= {5, 9, 10}
    assert "2148" in column["prior_zip"] or "8817" in column["prior_zip"] or "2169" in column["prior_zip"]


def test_labels_stand_in_no_file(world: World, files: dict[str, Path]) -> None:
    labels = {s.network for s in world.storefronts.values() if s.network} | {"next_tenant", "reassigned", "namesake"}
    text = "".join(path.read_text(encoding="utf-8-sig") for path in files.values())
    assert not [label for label in labels if label in text]
    assert not [key for key in list(world.storefronts)[:50] if key in text]
