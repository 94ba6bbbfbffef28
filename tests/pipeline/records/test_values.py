"""Single cells: what is read, what means nothing, what is left unread."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.records import values
from pipeline.records.place_text import street_line, zip_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-02", date(2026, 10, 2)),
        ("2026-10-02T00:00:00.000", date(2026, 10, 2)),
        ("2026-10-02 13:45:00+00:00", date(2026, 10, 2)),
        ("10/2/2026", date(2026, 10, 2)),
        ("10/02/2026 12:00:00 AM", date(2026, 10, 2)),
        ("20261002", date(2026, 10, 2)),
        ("2-Oct-2026", date(2026, 10, 2)),
        ("October 2, 2026", date(2026, 10, 2)),
        ("3/4/26", date(2026, 3, 4)),
        ("2024-02-29", date(2024, 2, 29)),
        ("", None),
        ("N/A", None),
        ("00/00/0000", None),
        ("1901-01-01", None),
        ("04/20/2100", None),
        ("12/31/9999", None),
        ("2024/03/01 06:00:00+00", date(2024, 3, 1)),
        ("2/14/2023 12:00:00 AM", date(2023, 2, 14)),
        ("2023-01-03T00:00:00.000", date(2023, 1, 3)),
        ("02071996", date(1996, 2, 7)),
        ("February 7th, 1996", date(1996, 2, 7)),
        ("45231", date(2023, 11, 1)),  # as Excel counts days
        ("1672549200000", date(2023, 1, 1)),  # milliseconds since 1970
    ],
)
def test_dates(text: str, expected: date | None) -> None:
    assert values.parse_date(text) == expected


@pytest.mark.parametrize(
    "text", ["31/31/1990", "2023-02-29", "soon", "31285", "0026-01-01", "1/2", "13/13/2013", "31/02/1996", "19121980"]
)
def test_unclear_dates_are_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="not a date"):
        values.parse_date(text)


@pytest.mark.parametrize(
    ("text", "state", "expected"),
    [
        ("65801", "MO", "65801"),
        ("65801-1234", "MO", "65801"),
        ("658011234", "MO", "65801"),
        ("65801.0", "MO", "65801"),
        ("6103", "CT", "06103"),
        ("61031234", "CT", "06103"),
        ("6103", "MO", ""),
        ("901", "PR", "00901"),
        ("00000", "MO", ""),
        ("K1A 0B1", "", ""),
        ("", "MO", ""),
    ],
)
def test_zip_codes(text: str, state: str, expected: str) -> None:
    assert values.clean_zip(text, state) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AUSTIN TX 78701", ("AUSTIN", "TX", "78701")),
        ("AUSTIN, TX 787015555", ("AUSTIN", "TX", "787015555")),
        ("St. Louis, MO", ("St. Louis", "MO", "")),
        ("SAN ANTONIO TX78201", ("SAN ANTONIO", "TX", "78201")),
        ("CIUDAD 78701", ("CIUDAD", "", "78701")),
        ("Ozark", ("Ozark", "", "")),
        ("MO 65801", ("", "MO", "65801")),
        ("", ("", "", "")),
    ],
)
def test_combined_city(text: str, expected: tuple[str, str, str]) -> None:
    assert values.split_city_state_zip(text) == expected


@pytest.mark.parametrize(
    ("text", "expected", "whole"),
    [
        ("(417) 555-0123", ("+14175550123",), True),
        ("417-555-0123 / 417-555-0124", ("+14175550123", "+14175550124"), True),
        ("417-555-0123\n417-555-0124", ("+14175550123", "+14175550124"), True),
        ("417-555-0123 or none", ("+14175550123",), True),
        ("none", (), True),
        ("000-000-0000", (), True),
        ("call the office", (), False),
        ("12", (), False),
    ],
)
def test_phones(text: str, expected: tuple[str, ...], whole: bool) -> None:
    assert values.read_phones(text, True, True) == (expected, whole)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Li Wei (李伟)", ("Li Wei", "李伟")),
        ("李伟", ("李伟", "李伟")),
        ("李伟 Li Wei", ("Li Wei", "李伟")),
        ("김민지 / Kim Minji", ("Kim Minji", "김민지")),
        ("Nguyễn Thị Lan", ("Nguyễn Thị Lan", "")),
        ("", ("", "")),
    ],
)
def test_native_script(text: str, expected: tuple[str, str]) -> None:
    assert values.split_native(text) == expected


@pytest.mark.parametrize(
    "name", ["Farrow Properties LLC", "Fern, L.L.C.", "Oak Inc.", "First Bank of Rolla", "City of Ozark"]
)
def test_companies(name: str) -> None:
    assert values.is_company(name)


@pytest.mark.parametrize(
    "name",
    [
        "NGUYEN THI LAN",
        "Zhao, Mei",
        "Grace Park",
        "Trustin Bankole",
        "Inchul Cho",
        "Co Nguyen Van",
        "Charlotte Church",
        "Binh L P Tran",
    ],
)
def test_persons_are_no_companies(name: str) -> None:
    assert not values.is_company(name)


def test_contacts() -> None:
    assert values.read_emails("Office@Fern.example; second@oak.example.") == (
        "office@fern.example",
        "second@oak.example",
    )
    assert values.read_websites("https://www.Fern.example/ , n/a") == ("fern.example",)
    assert values.read_names("Amy Zhao; Mei Zhou aka May Zhou") == ("Amy Zhao", "Mei Zhou", "May Zhou")
    assert values.without_ssn("call 417-555-0123, SSN 900-12-3456.") == "call 417-555-0123, SSN [withheld]."


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        (("5801 W LARK AVE  1ST", "", "", "", ""), "5801 W LARK AVE, FL 1"),
        (("5801 W LARK AVE 2ND B", "", "", "", ""), "5801 W LARK AVE, FL 2, UNIT B"),
        (("5801 W LARK AVE WEST ENTRANCE", "", "", "", ""), "5801 W LARK AVE"),
        (("12 1ST ST", "", "", "", ""), "12 1ST ST"),
        (("W Teasel St", "210", "", "", ""), "210 W Teasel St"),
        (("btw Lark and Halyard", "15-20", "", "Teasel", "Ave"), "15-20 Teasel Ave"),
        (("15 Teasel Way 204", "15", "", "Teasel", "Way"), "15 Teasel Way 204"),
        (("PO Box 9", "210", "", "", ""), "PO Box 9"),
        (("1500", "", "", "Teasel", "Blvd"), "1500 Teasel Blvd"),
        (("", "42-10", "N", "Lark", "St"), "42-10 N Lark St"),
    ],
)
def test_the_first_line_of_an_address(parts: tuple[str, str, str, str, str], line: str) -> None:
    assert street_line(*parts) == line


@pytest.mark.parametrize(
    ("text", "city", "state", "code"),
    [
        ("1970", "Salem", "", "01970"),
        ("1970", "", "", "01970"),
        ("6621", "Leawood", "", ""),  # 66211 cut off, or 06621: of no town of that name
        ("1970", "Anywhere", "MA", "01970"),
        ("65401", "Rolla", "", "65401"),
    ],
)
def test_a_zero_is_put_before_a_code_of_the_city_only(text: str, city: str, state: str, code: str) -> None:
    assert zip_of(text, city, state) == code


@pytest.mark.parametrize(
    ("text", "person"), [("SOLE PROPRIETOR", True), ("LLC - Multi Member", False), ("Private", None)]
)
def test_the_form_of_ownership(text: str, person: bool | None) -> None:
    assert values.says_person(text) is person


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("COLE, HANA", True),
        ("Cole, Hana R.", True),
        ("ZHANG, WEI", True),
        ("LOTUS, JADE", False),  # words of trade names
        ("FERN, LARK & CO", False),
        ("Fern, Oak", False),
        ("Hana Cole", False),  # not in the order of a register
        ("COLE SPA, LLC", False),
        ("", False),
    ],
)
def test_a_name_in_the_order_of_a_register_is_a_person_s(text: str, person: bool) -> None:
    assert values.is_inverted_name(text) is person
