"""Applications of one number are told apart, by office or by whose they are, and each is kept."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from pipeline.model import Party, Record
from pipeline.records.given import applications_of
from pipeline.records.importing import MOST_OF_ONE_NUMBER, Rejected, choose_layout, read_records
from pipeline.records.previewing import preview

HEADER = "application_id,business_name,applicant_name,address,city,state,zip,phone\n"
FERN = "7,Fern Spa,Hana Park,1 Elm St,Ozark,MO,65721,417-555-0101\n"
ORCHID = "7,Orchid Spa,Lan Pham,2 Elm St,Ozark,MO,65721,417-555-0102\n"
OTHER = "7,Fern Spa,Lan Pham,1 Elm St,Ozark,MO,65721,417-555-0103\n"


def read(path: Path, *rows: str) -> tuple[list[Record], list[Rejected]]:
    path.write_text(HEADER + "".join(rows))
    items = list(read_records(choose_layout(path, "application")))
    return [i for i in items if isinstance(i, Record)], [i for i in items if isinstance(i, Rejected)]


@pytest.mark.parametrize(
    ("rows", "numbers", "shared"),
    [
        ((FERN, FERN), ["7"], [()]),
        ((FERN, ORCHID), ["7 (Fern Spa)", "7 (Orchid Spa)"], [("Orchid Spa, Lan Pham",), ("Fern Spa, Hana Park",)]),
        ((FERN, OTHER), ["7 (Hana Park)", "7 (Lan Pham)"], [("Fern Spa, Lan Pham",), ("Fern Spa, Hana Park",)]),
        (
            (FERN, OTHER, ORCHID, FERN),
            ["7 (Fern Spa, Hana Park)", "7 (Fern Spa, Lan Pham)", "7 (Orchid Spa, Lan Pham)"],
            [
                ("Fern Spa, Lan Pham", "Orchid Spa, Lan Pham"),
                ("Fern Spa, Hana Park", "Orchid Spa, Lan Pham"),
                ("Fern Spa, Hana Park", "Fern Spa, Lan Pham"),
            ],
        ),
    ],
)
def test_one_number_on_several_rows_of_a_file(
    tmp_path: Path, rows: tuple[str, ...], numbers: list[str], shared: list[tuple[str, ...]]
) -> None:
    records, rejected = read(tmp_path / "a.csv", *rows)
    given = applications_of(records)
    assert [g.application.application_id for g in given] == numbers
    assert [g.shared for g in given] == shared
    assert (sum(r.rows for r in records), rejected) == (len(rows), [])
    assert len({r.record_id for r in records}) == len(records)
    assert {r.natural_key for r in records} == {"7"}


def test_whose_number_it_is_does_not_hang_on_the_order_of_rows(tmp_path: Path) -> None:
    for rows in permutations((FERN, OTHER, ORCHID)):
        given = applications_of(read(tmp_path / "a.csv", *rows)[0])
        assert {g.application.application_id.partition(" ")[2]: g.application.phones[0][-4:] for g in given} == {
            "(Fern Spa, Hana Park)": "0101", "(Fern Spa, Lan Pham)": "0103", "(Orchid Spa, Lan Pham)": "0102",
        }  # fmt: skip


def test_a_preview_says_that_a_number_stands_twice(tmp_path: Path) -> None:
    read(tmp_path / "a.csv", FERN, ORCHID)
    assert preview(choose_layout(tmp_path / "a.csv", "application")).problems[:2] == (
        "line 2: number 7 stands for Orchid Spa, Lan Pham too; each is kept",
        "line 3: number 7 stands for Fern Spa, Hana Park too; each is kept",
    )


def test_a_word_in_the_place_of_a_number_is_no_number(tmp_path: Path) -> None:
    rows = (f"pending,Fern {n},,{n} Elm St,Ozark,MO,65721,\n" for n in range(MOST_OF_ONE_NUMBER + 2))
    records, rejected = read(tmp_path / "a.csv", *rows)
    assert (len(records), [r.line for r in rejected]) == (MOST_OF_ONE_NUMBER, [102, 103])
    assert rejected[0].reason == (
        "the same number stands on line 2 and with more than 100 other names: it is no application's. Number the rows "
        "in a copy and take that"
    )


def test_names_written_in_another_order_keep_ids_of_their_own(tmp_path: Path) -> None:
    rows = (FERN, FERN.replace("Fern Spa,", "Ivy Spa,"), FERN.replace("Fern Spa,", "Spa Ivy,"))
    assert len({r.record_id for r in read(tmp_path / "a.csv", *rows)[0]}) == 3


def test_one_number_of_two_offices_is_two_applications() -> None:
    one = Record("application", "city-office", "1001", 2)
    third = Record("application", "city-office", "1002", 3, extra=(("dob (unread)", "soon"),))
    found = applications_of([one, replace(one, dataset="county-office"), third])
    assert [g.application.application_id for g in found] == ["1001 (city-office)", "1001 (county-office)", "1002"]
    assert [g.unread for g in found] == [(), (), ("dob",)]


def test_two_of_one_office_and_one_of_another() -> None:
    one = Record("application", "city", "7", 2, entity_name="Fern", parties=(Party("applicant", "Hana Park"),))
    two = replace(one, dataset="city~0a", entity_name="Orchid")
    found = applications_of([one, two, replace(one, dataset="county")])
    assert [g.application.application_id for g in found] == ["7 (city, Fern)", "7 (city, Orchid)", "7 (county, Fern)"]
