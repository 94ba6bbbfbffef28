"""What the general map makes of headers and cells, one rule at a time. Whole files: test_offices.py."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from pipeline.model import Record
from pipeline.records.header_reading import IGNORED, Meaning, read_header, split_words
from pipeline.records.importing import Rejected, choose_layout, read_records
from pipeline.records.previewing import preview

OFFICES = Path(__file__).with_name("offices")


def test_numbers_of_two_offices_are_two_data_sets() -> None:
    one, two = (next(iter(read_records(choose_layout(OFFICES / n, "license")))) for n in ("ohio.csv", "arizona.csv"))
    assert isinstance(one, Record)
    assert isinstance(two, Record)
    assert one.dataset != two.dataset


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("OwnerName", ("owner", "name")),
        ("BUSINESS OWNER FIRST NAME", ("owner", "first")),
        ("Owner 2 Last Name", ("owner", "last")),
        ("business_mailing_address", ("mailing", "line1")),
        ("MAIL_ZIP_CODE", ("mailing", "zip")),
        ("Physical City", ("premises", "city")),
        ("licensenum", ("", "license_number")),
        ("LICENSE #", ("", "license_number")),
        ("License Term Start Date", ("", "issued")),
        ("LICENSE_END_DATE", ("", "expires")),
        ("Business End Date", ("", "closed")),
        ("Date Application Received", ("", "received")),
        ("Licensee DOB", ("licensee", "dob")),
        ("Business Telephone No.", ("", "phone")),
        ("Registered Agent Name", ("registered_agent", "name")),
        ("Property Owner Name", ("", "landlord")),
        ("Org/Last Name", ("licensee", "last_or_company")),
        ("Establishment Street Number", ("premises", "number")),
        ("E-mail", ("", "email")),
        ("Owner(s)", ("owner", "name")),
        ("Massage Establishment Name", ("", "entity_name")),
        ("Practice Location Address", ("premises", "line1")),
        ("BusAddr", ("premises", "line1")),
        ("IssDate", ("", "issued")),
        ("Valid To", ("", "expires")),
        ("Date Licensed", ("", "issued")),
        ("Status Date", ("", "effective")),
        ("Establishment License No.", ("", "license_number")),
        ("Owner Year of Birth", ("owner", "birth_year")),
        ("Trade/DBA Name", ("", "dba_name")),
        ("Est. No.", ("", "license_number")),
        ("Orig. Issue", ("", "issued")),
        ("Place of business", ("premises", "line1")),
        ("Alias/AKA", ("licensee", "other_names")),
        ("Bus Addr Ln1", ("premises", "line1")),
        ("Bus Addr Ln2", ("premises", "line2")),
        ("LICCATDESC", ("", "license_type")),
        ("ISSDTTM", ("", "issued")),
        ("Establishment Permit #", ("", "license_number")),
        ("Establishment Address Street #", ("premises", "number")),
        ("DBA/Operating Name", ("", "dba_name")),
        ("Doing Business As (DBA)", ("", "dba_name")),
        ("PO Box", ("premises", "box")),
        ("Mailing PO Box", ("mailing", "box")),
        ("Prior Addr", ("prior", "line1")),
        ("ST ZIP", ("premises", "city_state_zip")),
        ("Mail_City_State", ("mailing", "city_state_zip")),
        ("Location 1", ("premises", "line1")),
        ("Prem Phone", ("", "phone")),
        ("Permit_End", ("", "expires")),
        ("Permit App No", ("", "record_number")),
        ("CAMTC Certificate Number", ("", "license_number")),
        ("Business Address City State and Zip Code", ("premises", "city_state_zip")),
        ("Street Address Number", ("premises", "number")),
        ("Fac Zip", ("premises", "zip")),
        ("Docket No.", ("", "record_number")),
        ("Other names used (maiden, alias)", ("licensee", "other_names")),
        ("Applicant (Last, First)", ("applicant", "name")),
        ("Proposed Business Name", ("", "entity_name")),
        ("Application Type", ("", "application_type")),
        ("License/Permit Number", ("", "license_number")),
        ("Name (Last, First Middle)", ("licensee", "name")),
        ("Premises Postal Cd", ("premises", "zip")),
        ("Facility ID #", ("", "license_number")),
        ("ID Number", ("", "license_number")),
        ("Permit Valid To", ("", "expires")),
        ("LIC_STOP_DT", ("", "expires")),
        ("AKFORMEDDATE", ("", "issued")),
        ("PRINC2_NAME", ("officer", "name")),
        ("OWN_DESC", ("", "ownership")),
        ("own_addr1", ("mailing", "line1")),
        ("Service Street", ("premises", "line1")),
        ("BIZNAME", ("", "entity_name")),
        ("What type of application is this?", ("", "application_type")),
        ("Applicant Full Legal Name", ("applicant", "name")),
        ("EntityLegalName", ("", "entity_name")),
        ("Location Owner Name", ("", "landlord")),
        ("Rcvd Dt", ("", "received")),
        ("Provider Last Name (Legal Name)", ("licensee", "last")),
        ("Provider License Number_1", ("", "license_number")),
    ],
)
def test_headers_are_read_word_by_word(header: str, meaning: tuple[str, str]) -> None:
    found = read_header(header)
    assert isinstance(found, Meaning)
    assert (found.whose, found.what) == meaning


@pytest.mark.parametrize(
    "header",
    [
        "Inspector Name",
        "Payment Date",
        "Number of Units",
        "Fee",
        "Complaint",
        "License Year",
        "Employer License No",
        "Insurance Certificate Number",
        "Supervisor License Number",
        "Discipline?",
        "Second Location to License No",
        "Mailing Care Of",
        "Service Name",
        "Rent/Own",
        "Own",
        "Prior Phone",
    ],
)
def test_what_words_do_not_say_stays_unread(header: str) -> None:
    assert read_header(header) is None


@pytest.mark.parametrize("header", ["the_geom", "OBJECTID", "X_COORD", ":@computed_region_awaf_s7ux", "Latitude"])
def test_the_portal_s_own_columns_are_not_kept(header: str) -> None:
    assert read_header(header) is IGNORED


def test_words_run_together_are_taken_apart_only_when_all_are_known() -> None:
    assert split_words("initialissuedate") == ("initial", "issue", "date")
    assert split_words("opaowner") == ("opaowner",)


def test_a_second_owner_is_a_second_person(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("License No,Business Name,Owner Name 1,Owner Name 2\nL-1,Fern Spa,Mei Chen,Hana Park\n")
    [record] = list(read_records(choose_layout(path, "license")))
    assert isinstance(record, Record)
    assert [p.full_name for p in record.parties] == ["Mei Chen", "Hana Park"]


def test_a_workbook_with_titles_merged_groups_and_counted_days(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["City of Invented: massage establishments as of 1 November 2026"])
    sheet.merge_cells("A1:H1")
    sheet.append([])
    sheet.append(["License", None, None, "Business", None, None, "Owner", None])
    for group in ("A3:C3", "D3:F3", "G3:H3"):
        sheet.merge_cells(group)
    sheet.append(["Number", "Issue Date", "Expiration Date", "Name", "Address", "Zip", "Name", "Phone"])
    sheet.append(
        ["M-1", 45231, datetime(2026, 11, 1), "Fern Spa", "1 Elm St Ste 4", 65721.0, "CHEN, MEI", "4175550123 x4"]
    )
    path = tmp_path / "a.xlsx"
    book.save(path)
    [record] = list(read_records(choose_layout(path, "license")))
    assert isinstance(record, Record)
    assert (record.natural_key, record.entity_name, record.line) == ("M-1", "Fern Spa", 5)
    assert (record.issued, record.expires) == (date(2023, 11, 1), date(2026, 11, 1))
    assert record.premises
    assert record.premises.premises_key == "1 ELM ST|65721|4"
    assert [(p.role, p.full_name, p.phones) for p in record.parties] == [("owner", "CHEN, MEI", ("+14175550123",))]


def test_an_address_of_several_lines_with_a_point(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        'Permit Number,Business Name,Location\nP-1,Fern Spa,"210 Teasel Pike\nNashville, TN 37203\n(36.15, -86.79)"\n'
        "P-2,Oak Spa,POINT (-90.08 29.97)\n"
    )
    with_place, without = (r for r in read_records(choose_layout(path, "license")) if isinstance(r, Record))
    assert with_place.premises
    assert (with_place.premises.street_key, with_place.premises.zip) == ("210 TEASEL PIKE", "37203")
    assert without.premises is None


def test_the_preview_says_when_addresses_have_no_place(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Permit Number,Business Name,Address\nP-1,Fern Spa,1 Elm St\n")
    assert any("no city and no ZIP" in p for p in preview(choose_layout(path, "license")).problems)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "App #,Last Name,First Name,Home Address,City St Zip,Telephone,Establishment Address",
            'A-2,Vale,Ann,1 Birch St,"Rolla, MO 65401",,"8344 Teasel Dr #3, Springfield, MO 65804"',
        ),
        (
            "App #,Name,Mailing Address,City,State,Zip,Business Address",
            'A-2,Ann Vale,1 Birch St,Rolla,MO,65401,"8344 Teasel Dr, Springfield, MO 65804"',
        ),
        (
            "App #,Name,Business Address,City,State,Zip,Home Address,Home City",
            "A-2,Ann Vale,8344 Teasel Dr,Springfield,MO,65804,1 Birch St,Rolla",
        ),
    ],
)
def test_a_plain_city_is_that_of_the_address_before_it(tmp_path: Path, header: str, row: str) -> None:
    path = tmp_path / "asked.csv"
    path.write_text(f"{header}\n{row}\n")
    [record] = list(read_records(choose_layout(path, "application")))
    assert isinstance(record, Record)
    assert record.premises
    assert record.mailing
    assert (record.mailing.city, record.premises.city) == ("Rolla", "Springfield")


def test_a_town_behind_an_earlier_address_is_not_that_of_the_premises(tmp_path: Path) -> None:
    path = tmp_path / "asked.csv"
    path.write_text(
        "App #,Name,Business Address,City St Zip,Prior Addr,ST ZIP\n"
        'A-2,Ann Vale,8344 Teasel Dr,"Springfield, MO 65804","1 Birch St, Rolla",AR 72201\n'
    )
    [record] = list(read_records(choose_layout(path, "application")))
    assert isinstance(record, Record)
    assert record.premises
    assert (record.premises.city, record.premises.zip) == ("Springfield", "65804")
    assert [(a.street_key, a.city) for a in record.prior_addresses] == [("1 BIRCH ST", "Rolla")]
    assert ("ST ZIP", "AR 72201") in record.extra


def test_the_second_column_of_a_name_is_not_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "asked.csv"
    path.write_text(
        "License No,Business Name,Address,City,Zip,Address,City,Zip\n"
        "L-1,Fern Spa,8344 Teasel Dr,,,1 Birch St,Rolla,65401\n"
    )
    [record] = list(read_records(choose_layout(path, "license")))
    assert isinstance(record, Record)
    assert record.premises
    assert (record.premises.street_key, record.premises.city, record.premises.zip) == ("8344 TEASEL DR", "", "")
    assert any("'Address' stands 2 times" in d for d in preview(choose_layout(path, "license")).doubts)


def test_a_box_at_the_post_office_is_no_premises(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("License No,Business Name,Address,City,State,Zip\nL-1,Fern Spa,P.O. Box 9,Rolla,MO,65401\n")
    [record] = list(read_records(choose_layout(path, "license")))
    assert isinstance(record, Record)
    assert record.premises is None
    assert record.mailing
    assert record.mailing.city == "Rolla"


def test_the_preview_asks_about_columns_that_words_do_not_tell(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "Ref,Business Name,Address,City,Zip,Site Street Name B,Key Person\nR-1,Fern Spa,1 Elm St,Rolla,65401,x,y\n"
    )
    shown = preview(choose_layout(path, "license"))
    assert "no column is taken for the number" in shown.doubts[0]
    assert any("'Key Person' seems to hold names" in d for d in shown.doubts)
    assert shown.layout[:2] == (("Ref", "kept as written", "R-1"), ("Business Name", "entity_name", "Fern Spa"))


def test_hidden_sheets_are_passed_over_and_told(tmp_path: Path) -> None:
    book = Workbook()
    sheet, old = book.active, book.create_sheet("Old")
    assert sheet is not None
    for table, number in ((sheet, "M-1"), (old, "X-9")):
        table.append(["License No", "Business Name", "Zip"])
        table.append([number, "Fern Spa", "65401"])
    old.sheet_state = "hidden"
    path = tmp_path / "a.xlsx"
    book.save(path)
    shown = preview(choose_layout(path, "license"))
    assert [r.natural_key for r in shown.rows] == ["M-1"]
    assert any("'Old' is not read" in d for d in shown.doubts)


def test_hidden_rows_and_columns_are_read_and_told(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["License No", "Business Name", "Zip", "Comment"])
    for number in ("M-1", "M-2", "M-3"):
        sheet.append([number, f"Spa {number}", "65401", "x"])
    sheet.row_dimensions[3].hidden = True
    sheet.row_dimensions[9].hidden = True  # blank
    sheet.column_dimensions["D"].hidden = True
    path = tmp_path / "a.xlsx"
    book.save(path)
    shown = preview(choose_layout(path, "license"))
    assert [r.natural_key for r in shown.rows] == ["M-1", "M-2", "M-3"]
    assert any("1 rows are hidden in the sheet" in d and "row 3" in d for d in shown.doubts)
    assert any(d.startswith("columns D are hidden") for d in shown.doubts)


def test_a_header_that_comes_again_is_counted_and_no_record(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    head = "License No,Business Name,Zip"
    path.write_text(f"{head}\nM-1,Fern Spa,65401\n{head}\nM-2,Oak Spa,65401\n")
    items = list(read_records(choose_layout(path, "license")))
    assert [(i.line, i.reason) for i in items if isinstance(i, Rejected)] == [(3, "the header again, no record")]
    assert [r.natural_key for r in items if isinstance(r, Record)] == ["M-1", "M-2"]


def test_marks_of_the_program_that_wrote_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "License No,Business Name,Owner Name,Address,Zip\n"
        '="0012",Fern &amp; Lark Spa,Zo&euml; O&#39;Hara,15 Teasel St&nbsp;#4<br>,="01970"\n'
        "227099011.0,Oak Spa,,16 Teasel St,'01970\n"
    )
    first, second = (r for r in read_records(choose_layout(path, "license")) if isinstance(r, Record))
    assert (first.natural_key, first.license_number, second.natural_key) == ("0012", "0012", "227099011")
    assert (first.entity_name, first.parties[0].full_name) == ("Fern & Lark Spa", "Zoë O'Hara")
    assert first.premises
    assert second.premises
    assert (first.premises.premises_key, second.premises.zip) == ("15 TEASEL ST|01970|4", "01970")


def test_a_register_without_numbers(tmp_path: Path) -> None:
    path = tmp_path / "denied.csv"
    path.write_text("Name,DOB,Decision,Decision Date\nHana Cole,1/3/1985,Denied,3/1/2026\nLi Wei,,Withdrawn,3/2/2026\n")
    records = [r for r in read_records(choose_layout(path, "denied")) if isinstance(r, Record)]
    assert [(r.parties[0].full_name, r.status) for r in records] == [("Hana Cole", "Denied"), ("Li Wei", "Withdrawn")]
    assert any("no column is taken for the number" in d for d in preview(choose_layout(path, "denied")).doubts)


def test_a_birthday_of_nobody_named_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("License No,Business Name,Zip,DOB\nM-1,Fern Spa,65401,1/3/1985\n")
    [record] = list(read_records(choose_layout(path, "license")))
    assert isinstance(record, Record)
    assert "1985" not in repr(record)
    assert any(
        "'DOB' is never imported (a date of birth" in p for p in preview(choose_layout(path, "license")).problems
    )


@pytest.mark.parametrize("header", ["License No,Business Name,Address,City,Business Address,Business City,Owner",
                                    "License No,Business Name,Business Address,City,Address,City,Owner"])  # fmt: skip
def test_a_plain_address_beside_that_of_the_business_is_another(tmp_path: Path, header: str) -> None:
    first_home = header.split(",")[2] == "Address"
    home, shop = "1 Birch St,Rolla", "8 Teasel Dr,Salem"
    path = tmp_path / "a.csv"
    path.write_text(f"{header}\nM-1,Fern Spa,{f'{home},{shop}' if first_home else f'{shop},{home}'},Hana Cole\n")
    [record] = list(read_records(choose_layout(path, "license")))
    assert isinstance(record, Record)
    assert record.premises
    assert (record.premises.street_key, record.premises.city) == ("8 TEASEL DR", "Salem")
    assert record.mailing
    assert record.mailing.street_key == "1 BIRCH ST"


def test_last_names_without_first_ones_are_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("License No,Surname,Zip\nM-1,Cole,65401\n")
    assert any("call it First Name" in d for d in preview(choose_layout(path, "license")).doubts)


def test_a_company_in_the_column_of_last_names(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("License No,Last Name,First Name,Zip\nM-1,Fern Spa LLC,,65401\nM-2,Cole,Hana,65401\n")
    firm, person = (r for r in read_records(choose_layout(path, "license")) if isinstance(r, Record))
    assert (firm.entity_name, firm.parties) == ("Fern Spa LLC", ())
    assert [p.full_name for p in person.parties] == ["Hana Cole"]


def test_a_name_of_digits_is_no_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("License No,Facility,Facility Name,Zip\nM-1,7099011,Fern Spa,65401\n")
    [record] = list(read_records(choose_layout(path, "license")))
    assert isinstance(record, Record)
    assert (record.entity_name, record.dba_name) == ("Fern Spa", "")


def test_names_in_a_column_of_forms_of_ownership_are_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "License No,Business Name,Ownership,Zip\nM-1,Fern Spa,COLE HANA,65401\nM-2,Oak Spa,VALE ANN,65401\n"
    )
    assert any("'Ownership' is taken for a form" in d for d in preview(choose_layout(path, "license")).doubts)
    path.write_text("License No,Business Name,Ownership,Zip\nM-1,Fern Spa,LLC,65401\n")
    assert not preview(choose_layout(path, "license")).doubts


def test_a_suffix_behind_a_street_is_the_street_s(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "License No,Business Name,Street Number,Street Name,Suffix,City,Zip\nM-1,Fern Spa,15,Teasel,St,Rolla,65401\n"
    )
    [record] = list(read_records(choose_layout(path, "license")))
    assert isinstance(record, Record)
    assert record.premises
    assert record.premises.street_key == "15 TEASEL ST"


def test_an_application_for_a_permit_in_a_city_s_own_words(tmp_path: Path) -> None:
    path = tmp_path / "asked.csv"
    path.write_text(
        'Permit App No,Opened Date,"Applicant (Last, First)",Applicant Mailing Address,City,State,ZIP,'
        "Proposed Business Name,Proposed Location,Suite,Location City,Location ZIP,Property Owner,Corporate Officers\n"
        'P-99,2026-03-01,"COLE, HANA",PO Box 9,Ozark,MO,65721,Fern Spa,15 Teasel St,4,Springfield,65804,Lark Plaza LLC,'
        '"COLE, HANA - President; VALE, ANN - Secretary"\n'
    )
    [record] = list(read_records(choose_layout(path, "application")))
    assert isinstance(record, Record)
    assert (record.natural_key, record.received, record.landlord) == ("P-99", date(2026, 3, 1), "Lark Plaza LLC")
    assert record.premises
    assert record.premises.premises_key == "15 TEASEL ST|65804|4"
    assert record.mailing
    assert (record.mailing.line, record.mailing.city) == ("PO Box 9", "Ozark")
    people = [(p.role, p.full_name) for p in record.parties]
    assert people == [("applicant", "COLE, HANA"), ("president", "COLE, HANA"), ("secretary", "VALE, ANN")]


def test_an_order_of_a_board_in_other_words(tmp_path: Path) -> None:
    path = tmp_path / "denied.csv"
    path.write_text(
        "Docket No.,Respondent,AKA,Business,Business Location,Final Order Date,Final Order,Statute\n"
        '2025-011,HANA COLE,LILY,FERN SPA,"15 Teasel St, Springfield, MO 65804",3/1/2026,Denied,324.262.2(2)\n'
    )
    [record] = list(read_records(choose_layout(path, "denied")))
    assert isinstance(record, Record)
    assert (record.natural_key, record.status, record.effective) == ("2025-011", "Denied", date(2026, 3, 1))
    assert (record.cause, record.entity_name) == ("324.262.2(2)", "FERN SPA")
    assert [(p.role, p.full_name, p.other_names) for p in record.parties] == [("applicant", "HANA COLE", ("LILY",))]


def test_the_preview_says_when_streets_have_no_number(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("License No,Business Name,Street Name,Zip,Hs\nM-1,Fern Spa,Teasel St,65401,15\n")
    assert any("no number in it" in p for p in preview(choose_layout(path, "license")).problems)


def test_a_point_s_address_tells_the_town_of_the_street(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "License No,Business Name,Business Addr,Location 1\n"
        'M-1,Fern Spa,15 Teasel St # 4,"15 TEASEL ST\nROLLA, MO 65401\n(37.9, -91.7)"\n'
        'M-2,Oak Spa,16 Teasel St,"99 ELM ST\nROLLA, MO 65401"\n'
    )
    first, second = (r.premises for r in read_records(choose_layout(path, "license")) if isinstance(r, Record))
    assert first
    assert (first.premises_key, first.city) == ("15 TEASEL ST|65401|4", "Rolla")
    assert second
    assert second.zip == ""


@pytest.mark.parametrize(
    ("lines", "line", "named"),
    [
        (["FERN LLC", "c/o Hana Cole", "PO Box 9", "Rolla MO 65401"], "PO Box 9", ["FERN LLC", "c/o Hana Cole"]),
        (["1 Elm St", "Ste 4", "Rolla MO 65401", ""], "1 Elm St, Ste 4", []),
        (["PO Box 9", "Rolla MO 65401", "", ""], "PO Box 9", []),
    ],
)
def test_an_address_of_four_lines(tmp_path: Path, lines: list[str], line: str, named: list[str]) -> None:
    path = tmp_path / "a.csv"
    header = ",".join(f"Mailing Address {n}" for n in range(1, 5))
    path.write_text(f"License No,Business Name,{header}\nM-1,Fern Spa,{','.join(lines)}\n")
    [record] = read_records(choose_layout(path, "license"))
    assert isinstance(record, Record)
    assert record.mailing
    assert (record.mailing.line, record.mailing.city, record.mailing.zip) == (line, "Rolla", "65401")
    assert [value for name, value in record.extra if name == "mailing address (name)"] == named
