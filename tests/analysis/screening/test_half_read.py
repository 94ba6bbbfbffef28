"""A value that stands in the file and was not read is no value that is lacking, and no answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.screening.half_read import half_read, shared_numbers, with_given, with_unread
from analysis.screening.report import write_screening
from analysis.screening.run import Run
from pipeline.model import Application, Flag, Record
from pipeline.records.applications import unread_of
from pipeline.records.given import Given
from pipeline.records.importing import choose_layout, read_records

HEADER = "application_id,applicant_name,dob,address,city,state,zip,phone\n"


@pytest.mark.parametrize(
    ("row", "unread"),
    [
        ("1,Ann Vale,1996-02-07,12 Oak St,Rolla,MO,65401,573-555-0101", ()),
        ("1,Ann Vale,,,,,,", ()),
        ("1,Ann Vale,31/02/1996,12 Oak St,Rolla,MO,65401,", ("dob",)),
        ("1,Ann Vale,soon,12 Oak St,,,,12", ("dob", "phone", "premises")),
    ],
)
def test_what_was_given_and_not_read(tmp_path: Path, row: str, unread: tuple[str, ...]) -> None:
    path = tmp_path / "asked.csv"
    path.write_text(f"{HEADER}{row}\n")
    [record] = list(read_records(choose_layout(path, "application")))
    assert isinstance(record, Record)
    assert unread_of(record) == unread


def test_nothing_found_by_half_of_it_is_no_answer() -> None:
    nothing = Flag("A1", "no_relevant_result", "", 0.0, sentence="Nothing.", missing=("dob", "email"))
    told = with_unread(nothing, ("dob",))
    assert told.result == "insufficient_information"
    assert "date of birth" in told.sentence
    assert told.missing == ("email", "date of birth (given, not readable)")
    assert with_unread(nothing, ()) is nothing
    undated = with_unread(nothing, ("received",))
    assert undated.result == "no_relevant_result" and undated.missing[-1] == "day of receipt (given, not readable)"
    lead = Flag("A2", "possible_match", "strong", 0.99, sentence="Same phone.")
    assert with_unread(lead, ("premises",)).result == "possible_match"
    assert half_read([nothing, told, with_unread(lead, ("premises",))]) == [
        "A1: date of birth (given, not readable)",
        "A2: premises (given, not readable)",
    ]


def test_a_page_names_what_was_not_read(tmp_path: Path) -> None:
    run = Run(partly=("A1: date of birth (given, not readable)",), unasked=("Bus Addr Ln1",))
    page = write_screening([Flag("A1", "insufficient_information", "", 0.0)], tmp_path / "r.html", run).read_text()
    assert "A1: date of birth (given, not readable)" in page
    assert "Bus Addr Ln1" in page


def test_each_row_of_a_number_that_stands_twice_says_so(tmp_path: Path) -> None:
    asked = Application("7 (Fern Spa)", business_name="Fern Spa")
    flag = Flag("7 (Fern Spa)", "no_relevant_result", "", 0.0, sentence="Nothing.", notes=("Something else.",))
    assert with_given(flag, Given(asked)) is flag
    told = with_given(flag, Given(asked, ("phone",), ("Orchid Spa, Lan Pham", "Ivy Spa")))
    assert told.result == "insufficient_information"
    note = (
        "The same number stands on another row of the file, for Orchid Spa, Lan Pham and for Ivy Spa. Each row is "
        "answered for itself: find out whose number it is before anything is decided."
    )
    assert told.notes == ("Something else.", note)
    assert shared_numbers([flag, told]) == ["7 (Fern Spa)"]
    run = Run(shared=tuple(shared_numbers([told])))
    for name in ("a.csv", "a.html"):
        assert "for Orchid Spa, Lan Pham and for Ivy Spa" in write_screening([told], tmp_path / name, run).read_text()
