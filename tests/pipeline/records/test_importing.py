"""Every layout and trap: a fixture each, and what must come out of it."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import FixInput
from pipeline.model import Record, RecordKind
from pipeline.records.column_map import load_maps
from pipeline.records.detection import detect_map
from pipeline.records.folding import Spill
from pipeline.records.importing import Rejected, choose_layout, read_records
from pipeline.records.previewing import preview
from pipeline.records.values import is_persons_name

FIXTURES = Path(__file__).parent / "fixtures"


def split(path: Path, kind: RecordKind, **more: str) -> tuple[dict[str, Record], list[Rejected]]:
    items = list(read_records(choose_layout(path, kind, **more)))  # type: ignore[arg-type]
    records = [i for i in items if isinstance(i, Record)]
    assert len({r.natural_key for r in records}) == len(records)
    return {r.natural_key: r for r in records}, [i for i in items if isinstance(i, Rejected)]


LAYOUTS: list[tuple[str, RecordKind, str, int]] = [
    ("missouri_traps.txt", "license", "missouri-roster", 6),
    ("city_licenses.csv", "license", "city-licenses", 2),
    ("chicago.csv", "license", "chicago-licenses", 1),
    ("kansas_city.csv", "license", "kansas-city-licenses", 2),
    ("new_york_city.csv", "license", "new-york-city-licenses", 1),
    ("san_francisco.csv", "license", "san-francisco-businesses", 1),
    ("los_angeles.csv", "license", "los-angeles-businesses", 1),
    ("texas.csv", "license", "texas-tdlr", 1),
    ("florida.txt", "license", "florida-mqa", 2),
    ("washington.csv", "license", "washington-credentials", 1),
    ("illinois.csv", "license", "illinois-licenses", 1),
    ("connecticut.csv", "license", "connecticut-credentials", 1),
    ("colorado.csv", "license", "colorado-licenses", 1),
    ("delaware_licenses.csv", "license", "delaware-licenses", 1),
    ("delaware_businesses.csv", "license", "delaware-businesses", 1),
    ("applications.csv", "application", "applications", 3),
    ("applications_never_import.csv", "application", "applications", 1),
    ("denied.csv", "denied", "denied-register", 1),
    ("filings.csv", "filing", "business-filings", 1),
    ("oregon_businesses.csv", "filing", "oregon-businesses", 3),
    ("colorado_businesses.csv", "filing", "colorado-businesses", 3),
    ("parcels.csv", "parcel", "parcels", 1),
    ("tips.csv", "tip", "tips", 1),
    ("inspections.csv", "inspection", "inspections", 1),
]


@pytest.mark.parametrize(("name", "kind", "map_id", "count"), LAYOUTS)
def test_layout_is_detected_and_read(name: str, kind: RecordKind, map_id: str, count: int) -> None:
    column_map, score, mapping = detect_map(FIXTURES / name, kind)
    records, _ = split(FIXTURES / name, kind)
    assert column_map.id == map_id
    assert score > 0.45
    assert mapping
    assert len(records) == count
    assert {r.dataset for r in records.values()} == {map_id}


def test_every_shipped_map_has_a_fixture() -> None:
    """The general map of licenses has a folder of its own: test_offices.py."""
    assert {map_id for _, _, map_id, _ in LAYOUTS} == set(load_maps()) - {"licenses"}


def test_missouri_counts_by_line() -> None:
    records, rejected = split(FIXTURES / "missouri_traps.txt", "license")
    assert sum(r.rows for r in records.values()) + len(rejected) == 11
    assert [(r.line, r.reason) for r in sorted(rejected, key=lambda r: r.line)] == [
        (9, "no license number in the row"),
        (10, "the same number stands on line 8 with another business name"),
        (11, "20 columns where the header has 39"),
        (12, "41 columns where the header has 39"),
    ]


def test_missouri_related_rows_fold_into_one_license() -> None:
    record = split(FIXTURES / "missouri_traps.txt", "license")[0]["2021000202"]
    assert record.rows == 2
    assert [(p.role, p.full_name, p.is_person) for p in record.parties] == [
        ("owner", "Mei Zhao", True),
        ("manager", "Lan Pham", True),
    ]
    assert (record.entity_name, record.dba_name) == ("Willow Bend Wellness LLC", "Willow Bend Spa")
    assert (record.issued, record.expires) == (date(2021, 2, 14), date(2027, 1, 31))
    assert ("rel_lic_number", "2019000999") in record.extra


def test_person_row_keeps_bare_quotes_and_its_address_is_no_premises() -> None:
    record = split(FIXTURES / "missouri_traps.txt", "license")[0]["2019000101"]
    assert record.parties[0].full_name == 'Soo "Sunny" Kim'
    assert record.premises is None
    assert record.mailing is not None
    assert record.mailing.zip == "65801"


def test_business_name_in_address_line_one() -> None:
    records, _ = split(FIXTURES / "missouri_traps.txt", "license")
    person = records["2020000303"]
    assert person.mailing is not None
    assert person.mailing.line.startswith("310 Fenwick St")
    assert ("name in address line 1", "Quiet Pines Therapy") in person.extra
    business = records["2021000404"]
    assert business.premises is not None
    assert business.premises.line.startswith("77 Brookvale Rd")


def test_sentinel_dates_and_state_xx_mean_nothing() -> None:
    record = split(FIXTURES / "missouri_traps.txt", "license")[0]["2021000404"]
    assert (record.issued, record.expires) == (None, None)
    assert record.premises is not None
    assert record.premises.state == "MO"  # by its ZIP code
    assert (record.entity_name, record.dba_name) == ("", "Cedar Hollow Massage")


def test_blank_address_and_related_company() -> None:
    records, _ = split(FIXTURES / "missouri_traps.txt", "license")
    assert records["2021000505"].premises is None
    (party,) = records["2021000606"].parties
    assert (party.role, party.full_name, party.is_person) == ("member", "Maple Row Holdings LLC", False)


def test_application_is_read_whole() -> None:
    record = split(FIXTURES / "applications.csv", "application")[0]["A26-000001"]
    applicant, related = record.parties
    assert applicant.full_name == "Zhao, Mei"  # the order as written
    assert applicant.other_names == ("Amy Zhao", "Mei Zhou")
    assert (applicant.dob, applicant.birth_year) == (date(1984, 3, 9), 1984)
    assert (related.role, related.full_name, related.dob) == ("manager", "Lan Pham", date(1979, 2, 28))
    assert record.phones == ("+14175550123",)
    assert record.emails == ("office@birchlane.example",)
    assert record.websites == ("birchlane.example",)
    assert record.premises is not None
    assert (record.premises.unit, record.premises.zip) == ("5", "65801")
    assert [a.city for a in record.prior_addresses] == ["Joplin"]
    assert record.received == date(2026, 10, 2)


def test_a_date_of_birth_that_means_none_gives_no_year(tmp_path: Path) -> None:
    # 1901 against a known 1984 would be contrary evidence, from a date that nobody wrote as one.
    lines = (FIXTURES / "applications.csv").read_text(encoding="utf-8")
    assert "03/09/1984" in lines or "1984-03-09" in lines
    for written, year in (("1901-01-01", None), ("01/01/1900", None), ("about 1984", 1984), ("31/31/1984", 1984)):
        file = tmp_path / "applications.csv"
        file.write_text(lines.replace("03/09/1984", written).replace("1984-03-09", written), encoding="utf-8")
        applicant = split(file, "application")[0]["A26-000001"].parties[0]
        assert (applicant.dob, applicant.birth_year) == (None, year), written


def test_three_date_layouts_native_names_and_unread_values() -> None:
    records, _ = split(FIXTURES / "applications.csv", "application")
    assert records["A26-000002"].received == date(2026, 10, 3)
    assert records["A26-000003"].received == date(2026, 10, 3)
    (applicant,) = records["A26-000002"].parties
    assert (applicant.full_name, applicant.native_name, applicant.dob) == ("Li Wei", "李伟", date(1990, 5, 17))
    unread = dict(records["A26-000003"].extra)
    assert unread == {"dob (unread)": "31/31/1990", "phone (unread)": "not given"}
    assert records["A26-000003"].parties[0].birth_year == 1990


def test_never_imported_columns_are_dropped_and_said() -> None:
    path = FIXTURES / "applications_never_import.csv"
    records, rejected = split(path, "application")
    everything = repr(records) + repr(rejected)
    for secret in ("900-12-3456", "900-65-4321", "Z1234567", "Z7654321", "p.jpg", "negative", "J. Doe"):
        assert secret not in everything
    assert records["77"].extra == (("Comment", "call back, SSN [withheld]"),)
    said = preview(choose_layout(path, "application"))
    assert {h for h, what in said.columns.items() if what.startswith("dropped")} == {
        *("SSN", "Driver's License Number", "Photo URL", "Race", "Convictions", "TB Test Result", "Client Name")
    }
    assert "column 'SSN' is never imported (social security number)" in said.problems


def test_other_kinds() -> None:
    denied = split(FIXTURES / "denied.csv", "denied")[0]["D00123"]
    assert (denied.cause, denied.status, denied.effective) == ("324.262.2(2)", "denied", date(2025, 4, 11))
    filing = split(FIXTURES / "filings.csv", "filing")[0]["LC001480003"]
    assert filing.previous_names == ("Lotus Gate LLC", "Willow LLC")
    assert [(p.role, p.full_name, p.is_person) for p in filing.parties] == [
        ("registered_agent", "Show-Me Agents Inc", False),
        ("member", "Mei Zhao", True),
        ("organizer", "Lan Pham", True),
    ]
    parcel = split(FIXTURES / "parcels.csv", "parcel")[0]["88-1-02"]
    assert (parcel.landlord, parcel.effective) == ("Farrow Properties LLC", date(2015, 5, 1))
    tip = split(FIXTURES / "tips.csv", "tip")[0]["T-1"]
    assert tip.text.endswith('with a "quoted" word.')
    assert dict(tip.extra)["source_grade"] == "B"
    inspection = split(FIXTURES / "inspections.csv", "inspection")[0]["I-9"]
    assert (inspection.cause, inspection.license_number) == ("20 CSR 2197-5.010(1)", "2021000202")


def test_texas_combined_city_and_date_without_separators() -> None:
    record = split(FIXTURES / "texas.csv", "license")[0]["ME1001"]
    assert record.premises is not None
    assert (record.premises.city, record.premises.state, record.premises.zip) == ("Austin", "TX", "78701")
    assert record.expires == date(2027, 12, 31)
    assert record.parties[0].full_name == "RIVERA, ALEX"
    assert record.mailing is not None
    assert record.mailing.zip == "78701"


def test_florida_split_phone_trailing_separator_and_person_beside_entity() -> None:
    records, rejected = split(FIXTURES / "florida.txt", "license")
    assert not rejected
    assert records["MM40001"].phones == ("+13055550133",)
    assert records["MM40001"].entity_name == 'THE "FERN" HOUSE'
    assert records["MA50002"].parties[0].full_name == "THI LAN NGUYEN"
    assert records["MA50002"].entity_name == ""


def test_kansas_city_key_without_a_number() -> None:
    records, rejected = split(FIXTURES / "kansas_city.csv", "license")
    assert {r.dba_name for r in records.values()} == {"CEDAR HOLLOW MASSAGE", "JUNIPER REST"}
    assert {r.expires for r in records.values()} == {date(2026, 12, 31)}
    assert len(rejected) == 1


def test_chicago_terms_of_one_license_fold() -> None:
    record = split(FIXTURES / "chicago.csv", "license")[0]["2500001"]
    assert (record.rows, record.issued, record.expires) == (2, date(2024, 1, 2), date(2027, 12, 31))
    assert record.status == "Revoked"
    assert "LOOP" not in repr(record)


def test_connecticut_lost_leading_zero() -> None:
    record = split(FIXTURES / "connecticut.csv", "license")[0]["7.001234"]
    assert record.mailing is not None
    assert record.mailing.zip == "06103"


def test_preview_shows_mapping_rows_and_problems() -> None:
    shown = preview(choose_layout(FIXTURES / "missouri_traps.txt", "license"))
    assert shown.map == "missouri-roster"
    assert shown.columns["lic_number"] == "license_number"
    assert shown.columns["rel_first_name"] == "related.first"
    assert len(shown.rows) == 6
    assert shown.read == 11
    assert "1 further rows of records already counted are folded into them" in shown.problems
    assert any(p.startswith("line 11: 20 columns") for p in shown.problems)


def test_absent_columns_are_named_and_empty_ones_are_not(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("application_id,business_name,phone\n1,Fern LLC,\n")
    assert "phone" not in preview(choose_layout(path, "application")).absent
    assert "email" in preview(choose_layout(path, "application")).absent


def test_no_map_fits_names_headers_and_maps(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("color,shape\nred,round\n")
    with pytest.raises(FixInput, match=r"Headers seen: color, shape\. Maps tried: applications"):
        list(read_records(choose_layout(path, "application")))


def test_wrong_kind_or_map_is_refused() -> None:
    with pytest.raises(FixInput, match="no column map for tip records fits"):
        list(read_records(choose_layout(FIXTURES / "texas.csv", "tip")))
    with pytest.raises(FixInput, match="There is no column map 'nowhere'"):
        list(read_records(choose_layout(FIXTURES / "texas.csv", "license", map_id="nowhere")))
    with pytest.raises(FixInput, match="is for license records, not tip"):
        list(read_records(choose_layout(FIXTURES / "texas.csv", "tip", map_id="texas-tdlr")))
    with pytest.raises(FixInput, match="does not fit column map missouri-roster"):
        list(read_records(choose_layout(FIXTURES / "kansas_city.csv", "license", map_id="missouri-roster")))


def test_a_map_of_the_users_own(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(
        'id = "ours"\nkind = "license"\nkey = ["license_number"]\n'
        '[columns]\nlicense_number = ["Akte"]\nentity_name = ["Betrieb"]\n'
    )
    path = tmp_path / "a.csv"
    path.write_text("Akte;Betrieb\n7;Haus Farn\n")
    records, _ = split(path, "license", map_id=str(tmp_path / "ours.toml"))
    assert records["7"].entity_name == "Haus Farn"


def test_a_row_for_each_address_and_person_is_one_filing() -> None:
    """The address of an agent or a member is no premises of the business."""
    record = split(FIXTURES / "oregon_businesses.csv", "filing")[0]["199990001"]
    assert record.rows == 4
    assert record.premises is not None
    assert record.premises.street_key == "450 LARCH ST SE"
    assert record.mailing is not None
    assert record.mailing.line.startswith("PO Box 110")
    parties = [(p.role, p.full_name, p.is_person) for p in record.parties]
    assert parties == [("registered_agent", "CASCADE FILING AGENTS INC", False), ("officer", "XIAOLAN QU", True)]


def test_numbers_under_a_header_of_another_office_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Corp Number,Legal Name,Registered Agent\n7,Prairie Fern LLC,June Halverstrom\n")
    [record] = split(path, "filing")[0].values()
    assert record.dataset.startswith("business-filings-")
    assert record.dataset != "business-filings"


def test_a_line_of_totals_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("License Number,Business Name,City,State\nL-1,Fern Spa,Nixa,MO\nTotal,1,,\n")
    records, rejected = split(path, "license")
    assert list(records) == ["L-1"]
    assert [(r.line, r.reason) for r in rejected] == [(3, "a line of totals, no record")]


@given(st.lists(st.lists(st.text(), min_size=1, max_size=4), max_size=12))
def test_spilled_rows_come_back_cell_by_cell(rows: list[list[str]]) -> None:
    """Whatever stands in a cell, the character too that holds spilled cells apart."""
    rows = [["", "a\x1fb"], ["\x1f"], *rows]
    with closing(Spill()) as spill:
        for line, row in enumerate(rows):
            spill.add(str(line % 3), line, tuple(row))
        groups = list(spill.groups())
    assert sorted((line, list(cells)) for group in groups for line, cells in group) == list(enumerate(rows))
    assert all(len({line % 3 for line, _ in group}) == 1 for group in groups)


def test_a_file_without_a_header_is_told_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    path.write_text('"05","QUIET FERN LLC","120 INVENTED ST","MIAMI","FL","33101","MM12345","01/05/2020"\n' * 3)
    with pytest.raises(FixInput, match=r"no header\. Put a line with the names of its columns on top of a copy"):
        list(read_records(choose_layout(path, "license")))
    path.write_text("Permit list\nColor,Shape,Weight of it\nred,round,5\n")
    with pytest.raises(FixInput, match=r"Headers seen: Color, Shape, Weight of it.*such as record_number"):
        list(read_records(choose_layout(path, "application")))


@pytest.mark.parametrize(
    ("legal", "trade", "person"),
    [
        ("ZHAO MEI", "QUIET FERN SPA", True),
        ("MARIA J GARCIA", "QUIET FERN SPA", True),
        ("Nguyễn Thị Lan", "Lan's Bodywork", True),
        ("QUIET FERN", "QUIET FERN SPA", False),  # the same name, its legal form left out
        ("JADE LILY", "QUIET FERN SPA", False),
        ("GOLDEN LOTUS", "QUIET FERN SPA", False),
        ("MEI ZHAO", "", False),
        ("SUNSHINE HOLISTIC", "QUIET FERN", False),
    ],
)
def test_a_persons_name_as_the_legal_name_of_a_shop(legal: str, trade: str, person: bool) -> None:
    assert is_persons_name(legal, trade) is person


def test_the_owner_of_a_sole_proprietorship_is_a_person(tmp_path: Path) -> None:
    path = tmp_path / "la.csv"
    path.write_text(
        "LOCATION ACCOUNT #,BUSINESS NAME,DBA NAME,STREET ADDRESS,CITY,ZIP CODE,LOCATION START DATE,LOCATION END DATE\n"
        "0000012345-0001-2,MARIA J GARCIA,QUIET FERN SPA,120 S INVENTED AVE,LOS ANGELES,90001,01/05/2014,\n"
    )
    (record,) = split(path, "license")[0].values()
    assert (record.entity_name, record.dba_name) == ("", "QUIET FERN SPA")
    assert [(p.role, p.full_name) for p in record.parties] == [("owner", "MARIA J GARCIA")]


@pytest.mark.parametrize(
    ("header", "row", "holder"),
    [
        (
            "license_number,business_name,address,city,state,zip,owner_name,phone",
            "1001,Alder Bodywork,1 Fenwick St,Springfield,MO,65801,Aaron Vale,417-555-0161",
            "owner: Aaron Vale",
        ),  # was taken for Kansas City
        ("license_number,name", "1001,Aaron Vale", "licensee: Aaron Vale"),
        ("Name,Address,City,State,Zip,Status,Credential Number", "Aaron Vale,1 Fenwick St,Rolla,MO,65401,Active,7",
         "licensee: Aaron Vale"),  # was taken for Connecticut
    ],
)  # fmt: skip
def test_a_layout_without_the_headers_of_an_office_is_not_called_that_office_s(
    tmp_path: Path, header: str, row: str, holder: str
) -> None:
    path = tmp_path / "city.csv"
    path.write_text(f"{header}\n{row}\n")
    assert detect_map(path, "license")[0].id == "licenses"
    [record] = list(read_records(choose_layout(path, "license")))
    assert isinstance(record, Record)
    assert [f"{p.role}: {p.full_name}" for p in record.parties] == [holder]


def test_every_layout_of_one_office_has_headers_that_only_it_writes() -> None:
    assert {m.id for m in load_maps().values() if m.one_issuer} == {m.id for m in load_maps().values() if m.signature}


def test_a_known_layout_reads_further_columns_by_their_words(tmp_path: Path) -> None:
    lines = (FIXTURES / "city_licenses.csv").read_text().splitlines()
    path = tmp_path / "more.csv"
    path.write_text(f"{lines[0]},aka\n{lines[1]},Mina Vale\n")
    [record] = list(read_records(choose_layout(path, "license")))
    assert isinstance(record, Record)
    assert record.dataset == "city-licenses"
    [owner] = record.parties
    assert (owner.role, owner.other_names) == ("owner", ("Mina Vale",))


def test_a_layout_known_by_its_own_headers_may_have_grown_columns(tmp_path: Path) -> None:
    lines = (FIXTURES / "illinois.csv").read_text().splitlines()
    path = tmp_path / "grown.csv"
    grown = ",Business,Case Number,Action,Discipline Start Date,Discipline End Date,Discipline Reason"
    path.write_text(f"{lines[0]}{grown}\n{lines[1]},N,,,,,\n")
    assert detect_map(path, "license")[0].id == "illinois-licenses"


def test_a_register_says_its_decision_in_other_words(tmp_path: Path) -> None:
    path = tmp_path / "denied.csv"
    path.write_text("Docket Number,Respondent,Board Decision,Dt of Decision\nD-1,Ann Vale,Denied,2025-12-01\n")
    [record] = list(read_records(choose_layout(path, "denied")))
    assert isinstance(record, Record)
    assert (record.status, record.effective) == ("Denied", date(2025, 12, 1))
    assert preview(choose_layout(path, "denied")).problems == ()
    path.write_text("Docket Number,Respondent,Verdictum\nD-1,Ann Vale,Denied\n")
    assert "no column says what was decided" in preview(choose_layout(path, "denied")).problems[0]
