"""Columns whose header alone does not say all: a name and an address in one, a number or a status known by its values,
an office's own nouns and a program's name before each."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from pipeline.model import Record
from pipeline.records.combined import name_and_address, split_cell
from pipeline.records.importing import choose_layout, read_records
from pipeline.records.own_nouns import in_known_words
from pipeline.records.previewing import preview


def written(folder: Path, header: str, rows: list[str]) -> Path:
    path = folder / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(line.split("|") for line in (header, *rows))
    return path


@pytest.mark.parametrize(
    ("header", "halves"),
    [
        ("Business Name and Address", ("business name", "business address")),
        ("Owner Name & Mailing Address", ("owner name", "mailing address")),
        ("Name/Address of Establishment", ("name of establishment", "address of establishment")),
        ("LicenseeNameAndAddress", ("licensee name", "licensee address")),
        ("Address Street Name", None),
        ("Name and Title", None),
        ("Name of Business", None),
        ("Business Name", None),
    ],
)
def test_a_column_of_a_name_and_an_address(header: str, halves: tuple[str, str] | None) -> None:
    assert name_and_address(header) == halves


@pytest.mark.parametrize(
    ("cell", "halves"),
    [
        ("FERN SPA\n1 ELM ST STE 4\nROLLA, MO 65401", ("FERN SPA", "1 ELM ST STE 4, ROLLA, MO 65401")),
        ("Fern, Lark & Co., 1 Elm St, Rolla, MO 65401", ("Fern, Lark & Co.", "1 Elm St, Rolla, MO 65401")),
        ("FERN LLC<br>DBA FERN SPA<br>PO Box 9<br>Rolla MO", ("FERN LLC DBA FERN SPA", "PO Box 9, Rolla MO")),
        ("3 Lotus Spa, 1 Elm St, Rolla", ("3 Lotus Spa", "1 Elm St, Rolla")),
        ("FERN SPA 1 ELM ST ROLLA MO", ("", "")),  # where the name ends is not told
        ("Fern Spa, Rolla", ("", "")),
        ("", ("", "")),
    ],
)  # fmt: skip
def test_a_cell_of_a_name_and_an_address(cell: str, halves: tuple[str, str]) -> None:
    assert split_cell(cell) == halves


def test_a_cell_that_cannot_be_taken_apart_is_kept_and_told(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "License Number,Business Name and Address,Owner Name\n"
        'R-1,"FERN SPA, 1 ELM ST, ROLLA, MO 65401",Hana Cole\nR-2,FERN SPA 1 ELM ST,Ann Vale\n'
    )
    whole, half = (r for r in read_records(choose_layout(path, "license")) if isinstance(r, Record))
    assert whole.premises
    assert (whole.entity_name, whole.premises.premises_key) == ("FERN SPA", "1 ELM ST|65401|")
    assert (half.entity_name, half.premises) == ("", None)
    assert ("Business Name and Address", "FERN SPA 1 ELM ST") in half.extra
    shown = preview(choose_layout(path, "license"))
    assert any("'Business Name and Address' holds a name and an address" in d for d in shown.doubts)
    assert ("business address", "premises.line1", "1 ELM ST, ROLLA, MO 65401") in shown.layout


def numbered(folder: Path, header: str, numbers: list[str]) -> Path:
    rows = [f"{n}|Spa {i}|{i} Elm St|65401" for i, n in enumerate(numbers, 1)]
    return written(folder, f"{header}|Business Name|Address|Zip", rows)


def test_a_column_whose_values_differ_is_taken_for_the_number_and_told(tmp_path: Path) -> None:
    path = numbered(tmp_path, "blms_id", ["71", "72", "73", "74", "75"])
    assert [r.natural_key for r in read_records(choose_layout(path, "license")) if isinstance(r, Record)] == [
        "71",
        "72",
        "73",
        "74",
        "75",
    ]
    assert any("'blms_id' is taken for the number" in d for d in preview(choose_layout(path, "license")).doubts)


@pytest.mark.parametrize(
    ("header", "numbers"),
    [
        ("blms_id", ["71", "72", "73", "74", "71"]),  # of a holder, who may have several licenses
        ("blms_id", ["71", "72"]),  # two rows differ by chance
        ("blms_id", ["71", "72", "73", "74", ""]),
        ("parcel_id", ["71", "72", "73", "74", "75"]),
        ("blms_class", ["71", "72", "73", "74", "75"]),
    ],
)
def test_a_column_that_may_be_another_number_is_not(tmp_path: Path, header: str, numbers: list[str]) -> None:
    path = numbered(tmp_path, header, numbers)
    assert not {r.natural_key for r in read_records(choose_layout(path, "license")) if isinstance(r, Record)} & set(
        numbers
    )


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        (["zx_id", "zx_legal_nm", "zx_loc_street", "zx_loc_zip", "zx_stat"], ["record id", "legal nm"]),
        (["q7_number", "q7_legal_nm", "q7_fname", "q7_lname", "q7_stat", "x"], ["record number", "legal nm"]),
        (["zx_id", "zx_legal_nm", "zx_loc_street", "zx_loc_zip", "owner"], ["zx_id", "zx_legal_nm"]),  # on too few
        (["loc_id", "loc_legal_nm", "loc_street", "loc_zip", "loc_stat"], ["loc_id", "loc_legal_nm"]),  # a known word
    ],
)
def test_the_name_of_a_program_before_each_column(header: list[str], meant: list[str]) -> None:
    assert in_known_words(header)[:2] == meant


@pytest.mark.parametrize(
    ("header", "values", "status"),
    [
        ("License State", ["Active", "Expired"], "Active"),
        ("License State", ["MO", "Active"], ""),
        ("Color", ["Active", "Expired"], ""),
    ],
)
def test_a_column_of_words_for_a_status_is_the_status(
    tmp_path: Path, header: str, values: list[str], status: str
) -> None:
    path = written(tmp_path, f"License No|Business Name|Zip|{header}", [f"M-{v}|Fern Spa|65401|{v}" for v in values])
    first = next(iter(read_records(choose_layout(path, "license"))))
    assert isinstance(first, Record)
    assert first.status == status


@pytest.mark.parametrize(
    ("trade", "name", "entity", "person"),
    [
        ("Massage Establishment", "TEASEL HOUSE", "TEASEL HOUSE", ""),
        ("Massage Establishment", "HANA COLE", "", "HANA COLE"),
        ("Massage Establishment", "COLE, HANA", "", "COLE, HANA"),
        ("Massage Therapist", "TEASEL HOUSE", "", "TEASEL HOUSE"),
        ("Electrician", "TEASEL HOUSE", "", "TEASEL HOUSE"),
    ],
)
def test_a_name_that_is_nobody_s_on_the_license_of_a_place(
    tmp_path: Path, trade: str, name: str, entity: str, person: str
) -> None:
    path = written(tmp_path, "License No|Name|Address|Zip|License Type", [f"M-1|{name}|1 Elm St|65401|{trade}"])
    [record] = read_records(choose_layout(path, "license"))
    assert isinstance(record, Record)
    assert (record.entity_name, [p.full_name for p in record.parties]) == (entity, [person] if person else [])
    assert bool(record.premises) == (trade == "Massage Establishment")


def test_the_town_in_a_whole_address_is_believed_before_that_of_a_column(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "License No,Business Name,Full Address,Address1,City,Zip\n"
        'M-1,Fern Spa,"1 Elm St, Rolla, MO 65401",PO Box 9,Nixa,65714\n'
    )
    [record] = read_records(choose_layout(path, "license"))
    assert isinstance(record, Record)
    assert record.premises
    assert (record.premises.premises_key, record.premises.city) == ("1 ELM ST|65401|", "Rolla")
    assert ("another address", "PO Box 9, Nixa, 65714") in record.extra


@pytest.mark.parametrize(
    ("header", "number"),
    [
        (["LocNo", "LocStreet"], "location street number"),
        (["BusNo", "LocStreet"], "BusNo"),
        (["LicNo", "LicStreet"], "LicNo"),  # a number of its own
        (["LocNo", "LocCity"], "LocNo"),
    ],
)
def test_a_number_before_a_street_of_the_same_word(header: list[str], number: str) -> None:
    assert in_known_words(header)[0] == number


def test_the_phone_of_a_firm_that_holds_a_license_is_the_business_s(tmp_path: Path) -> None:
    path = written(tmp_path, "License No|Customer Name|Customer Phone|Zip", ["M-1|Fern LLC|573-555-0123|65401"])
    [record] = read_records(choose_layout(path, "license"))
    assert isinstance(record, Record)
    assert (record.entity_name, record.phones, record.parties) == ("Fern LLC", ("+15735550123",), ())


@pytest.mark.parametrize(
    ("header", "values", "dates"),
    [
        ("Approved", ["1/4/2026", "2026-01-05"], [date(2026, 1, 4), date(2026, 1, 5)]),
        ("License Approved", ["1/4/2026", ""], [date(2026, 1, 4), None]),
        ("Approved", ["1/4/2026", "Yes"], [None, None]),
        ("Approved Amount", ["1/4/2026", "1/5/2026"], [None, None]),
        ("Approved", ["45231", "45232"], [None, None]),  # a number, perhaps
    ],
)
def test_a_column_of_dates_is_one_whatever_its_header_calls_them(
    tmp_path: Path, header: str, values: list[str], dates: list[date | None]
) -> None:
    path = written(tmp_path, f"License No|Name|Zip|{header}", [f"M-{n}|Fern|65401|{v}" for n, v in enumerate(values)])
    assert [r.issued for r in read_records(choose_layout(path, "license")) if isinstance(r, Record)] == dates


def test_the_word_before_two_names_with_addresses_is_nobodys(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "License Number|Zorb Name|Zorb Address|Zorb Zip|Quax Name|Quax Address|Quax Zip|Owner",
        ["Z-1|Fern Spa|1 Elm St|65401|Oak Spa|2 Elm St|65402|Hana Cole"],
    )
    (record,) = read_records(choose_layout(path, "license"))
    assert isinstance(record, Record)
    assert (record.entity_name, record.premises) == ("", None)
    assert ("Zorb Name", "Fern Spa") in record.extra
