"""Broken files: a sentence with file and advice, or counts that add up by line. Never a traceback, never a loss."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from pipeline.errors import FixInput
from pipeline.model import Record, RecordKind
from pipeline.records.importing import Rejected, choose_layout, read_records
from pipeline.records.previewing import preview
from pipeline.records.reading import read_table

FIXTURES = Path(__file__).parent / "fixtures"
APPLICATIONS = FIXTURES / "applications.csv"
HEADER = "application_id,business_name,applicant_name,address,city,state,zip,phone\n"


def read(path: Path, kind: RecordKind = "application") -> tuple[list[Record], list[Rejected]]:
    items = list(read_records(choose_layout(path, kind)))
    return [i for i in items if isinstance(i, Record)], [i for i in items if isinstance(i, Rejected)]


def counted(path: Path, kind: RecordKind = "application") -> int:
    records, rejected = read(path, kind)
    return sum(r.rows for r in records) + len(rejected)


def _broken(tmp_path: Path) -> dict[str, Path]:
    whole = APPLICATIONS.read_bytes()
    made = {
        "empty": b"",
        "blank": b"\n\n  \r\n",
        "bom": b"\xef\xbb\xbf",
        "pdf": b"%PDF-1.7\n...",
        "old_excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100,
        "image": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        "junk": bytes((i * 89 + i // 7) % 256 for i in range(5000)),
        "nuls": b"\x00" * 5000,
        "html": b"<!DOCTYPE html><html><body>Sign in</body></html>",
        "json": b'{"application_id": 1}',
        "truncated_gzip": gzip.compress(whole * 50)[:-40],
        "cut_gzip_head": gzip.compress(whole)[:12],
        "flipped_gzip": _flip(gzip.compress(whole * 50)),
        "cut_zip": b"PK\x03\x04" + b"\x00" * 200,
        "no_known_column": b"color,shape\nred,round\n",
        "one_column": b"hello\nworld\n",
        "no_key": b"business_name,address\nFern,1 Elm St\n",
    }
    paths = {}
    for name, data in made.items():
        paths[name] = tmp_path / f"{name}.csv"
        paths[name].write_bytes(data)
    paths["folder"] = tmp_path
    paths["missing"] = tmp_path / "missing.csv"
    for name, members in (("empty.zip", ()), ("two.zip", ("a.txt", "b.txt"))):
        paths[name] = tmp_path / name
        with zipfile.ZipFile(paths[name], "w") as archive:
            for member in members:
                archive.writestr(member, HEADER)
    book = tmp_path / "empty.xlsx"
    Workbook().save(book)
    paths["empty.xlsx"] = book
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(book.read_bytes()[:-400])
    paths["broken.xlsx"] = broken
    return paths


def _flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes(b ^ 0xFF for b in data[middle : middle + 8]) + data[middle + 8 :]


def test_what_is_no_table_is_refused_with_file_and_advice(tmp_path: Path) -> None:
    for name, path in _broken(tmp_path).items():
        for attempt in (
            lambda p: list(read_records(choose_layout(p, "application"))),
            lambda p: preview(choose_layout(p, "application")),
        ):
            with pytest.raises(FixInput) as caught:
                attempt(path)
            message = str(caught.value)
            assert str(path) in message, name
            assert message.count(".") >= 2, f"{name}: {message}"


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, newline: str) -> None:
    text = HEADER + "1,Café Ruhe,Peña Núñez,1 Elm St,Ozark,MO,65721,\n2,Fern,Zoë O’Hara,2 Elm St,Ozark,MO,65721,\n"
    path = tmp_path / "a.csv"
    path.write_bytes(text.replace("\n", newline).encode(encoding))
    records, rejected = read(path)
    assert [r.entity_name for r in records] == ["Café Ruhe", "Fern"]
    assert [r.parties[0].full_name for r in records] == ["Peña Núñez", "Zoë O’Hara"]
    assert not rejected


def test_one_windows_1252_line_in_a_utf_8_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        (HEADER + "1,Café,,1 Elm,Ozark,MO,65721,\n").encode() + "2,Peña,,1 Elm,Ozark,MO,65721,\n".encode("cp1252")
    )
    assert [r.entity_name for r in read(path)[0]] == ["Café", "Peña"]


def test_bytes_that_are_no_text_cost_their_row_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        HEADER.encode()
        + b"1,Fern,,1 Elm,Ozark,MO,65721,\n2,B\x81d,,1 Elm,Ozark,MO,65721,\n3,Oak,,1 Elm,Ozark,MO,65721,\n"
    )
    records, rejected = read(path)
    assert [r.natural_key for r in records] == ["1", "3"]
    assert [(r.line, r.reason) for r in rejected] == [
        (3, "the row holds bytes that are text neither in UTF-8 nor in Windows-1252")
    ]


@pytest.mark.parametrize("pack", ["gzip", "zip"])
def test_compressed_files(tmp_path: Path, pack: str) -> None:
    path = tmp_path / f"a.{pack}"
    if pack == "gzip":
        path.write_bytes(gzip.compress(APPLICATIONS.read_bytes()))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("filedesc.txt", "what the columns mean")
            archive.writestr("list.txt", APPLICATIONS.read_text(encoding="utf-8"))
    assert counted(path) == 3


def test_xlsx_with_a_title_above_and_dates_as_dates(tmp_path: Path) -> None:
    from datetime import date, datetime

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Applications received"])
    sheet.append([])
    sheet.append(["Application No", "Business Name", "Received Date", "Zip", "Phone", "DOB", "Applicant"])
    sheet.append([12, "Fern LLC", date(2026, 10, 2), 6103, 4175550123, datetime(1980, 5, 6), "Hana Park"])
    sheet.append([13.0, "Oak LLC", "10/03/2026", "65721-0001", None, None, None])
    path = tmp_path / "a.xlsx"
    book.save(path)
    records, rejected = read(path)
    assert not rejected
    assert [(r.natural_key, r.line, r.received) for r in records] == [
        ("12", 4, date(2026, 10, 2)),
        ("13", 5, date(2026, 10, 3)),
    ]
    assert records[0].phones == ("+14175550123",)
    assert records[0].parties[0].dob == date(1980, 5, 6)


def test_a_note_beside_the_table_is_passed_over_and_a_second_table_is_not(tmp_path: Path) -> None:
    book = Workbook()
    note = book.active
    assert note is not None
    note.append(["Prepared by the office"])
    for n in (1, 2):
        sheet = book.create_sheet(f"County {n}")
        sheet.append(["Application No", "Business Name", "Phone"])
        sheet.append([n, "Fern LLC", "417-555-0123"])
        path = tmp_path / "a.xlsx"
        book.save(path)
        if n == 1:
            assert counted(path) == 1
    with pytest.raises(FixInput, match=r"tables on 2 sheets \('County 1', 'County 2'\)"):
        read(path)


def test_an_unclosed_quote_costs_its_row_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [f"{n},Shop {n},,{n} Elm St,Ozark,MO,65721,\n" for n in range(300)]
    rows[5] = '5,"Shop 5,,5 Elm St,Ozark,MO,65721,\n'
    rows[150] = '150,"Shop, ""the"" 150",,5 Elm St,Ozark,MO,65721,\n'
    rows[200] = '200,"Shop\n200",,5 Elm St,Ozark,MO,65721,\n'
    path.write_text(HEADER + "".join(rows))
    records, rejected = read(path)
    assert [(r.line, r.reason[:18]) for r in rejected] == [(7, "a quote is opened ")]
    assert len(records) == 299
    assert {r.entity_name for r in records} >= {'Shop, "the" 150', "Shop 200"}


def test_semicolons_pipes_tabs_and_excels_sep_line(tmp_path: Path) -> None:
    for n, delimiter in enumerate("\t|;"):
        path = tmp_path / f"{n}.txt"
        path.write_text(
            HEADER.replace(",", delimiter) + delimiter.join(["1", "Fern, Oak", "", "1 Elm", "Ozark", "MO", "65721", ""])
        )
        assert [r.entity_name for r in read(path)[0]] == ["Fern, Oak"]
    path.write_text("sep=;\n" + HEADER.replace(",", ";") + "1;Fern;;1 Elm;Ozark;MO;65721;\n")
    assert counted(path) == 1


def test_the_same_row_twice_folds_and_another_applicant_is_another_application(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    row = "1,Fern,Hana Park,1 Elm St,Ozark,MO,65721,\n"
    path.write_text(HEADER + row + row + row.replace("Hana Park", "Lan Pham"))
    records, rejected = read(path)
    assert [(r.line, r.rows) for r in records] == [(2, 2), (4, 1)]
    assert rejected == []


def test_a_header_without_rows_gives_nothing_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEADER)
    assert read(path) == ([], [])
    assert "the file has a header and no rows" in preview(choose_layout(path, "application")).problems


def test_a_very_long_line_costs_itself_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        HEADER + "1,Fern,,1 Elm,Ozark,MO,65721,\n2," + "x" * 3_000_000 + ",,,,,,\n3,Oak,,1 Elm,Ozark,MO,65721,\n"
    )
    records, rejected = read(path)
    assert [r.natural_key for r in records] == ["1", "3"]
    assert [(r.line, r.reason) for r in rejected] == [(3, "the line is longer than 1 MiB")]


def test_rows_far_apart_fold_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [f"{n % 4000},Shop {n % 4000},,1 Elm St,Ozark,MO,65721,\n" for n in range(8000)]
    path.write_text(HEADER + "".join(rows))
    records, rejected = read(path)
    assert (len(records), {r.rows for r in records}, rejected) == (4000, {2}, [])
    assert [r.line for r in records] == list(range(2, 4002))


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=20)
RELAXED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@RELAXED
@given(rows=st.lists(st.lists(CELLS, min_size=8, max_size=8), max_size=12))
def test_any_well_formed_csv_is_counted_row_by_row(tmp_path: Path, rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(HEADER.strip().split(","))
    writer.writerows(rows)
    path = tmp_path / "a.csv"
    path.write_bytes(text.getvalue().encode())
    blank = sum(not "".join(r).strip(" \t\ufeff\x1a\n") for r in rows)
    filled = [r for r in rows if "".join(r).split()]
    assert len(filled) <= counted(path) <= len(filled) + blank


MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "insert", "delete", "double"]), st.integers(0, 10**6), st.integers(0, 255)
    ),
    min_size=1,
    max_size=6,
)


def mutate(data: bytes, steps: list[tuple[str, int, int]]) -> bytes:
    for what, where, value in steps:
        at = where % (len(data) + 1)
        if what == "flip":
            data = data[:at] + bytes([value]) + data[at + 1 :]
        elif what == "cut":
            data = data[: max(at, 1)]
        elif what == "insert":
            data = data[:at] + bytes([value]) * (1 + value % 5) + data[at:]
        elif what == "delete":
            data = data[:at] + data[at + 1 + value :]
        else:
            data = data[:at] + data[at : at + value] + data[at:]
    return data


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("applications.csv", "application"),
        ("missouri_traps.txt", "license"),
        ("florida.txt", "license"),
        ("tips.csv", "tip"),
    ],
)
@RELAXED
@given(steps=MUTATIONS)
def test_a_mutated_file_gives_a_sentence_or_whole_counts(
    tmp_path: Path, name: str, kind: RecordKind, steps: list[tuple[str, int, int]]
) -> None:
    path = tmp_path / "mutated"
    path.write_bytes(mutate((FIXTURES / name).read_bytes(), steps))
    try:
        records, rejected = read(path, kind)
    except FixInput as error:
        assert str(path) in str(error)
        return
    lines = [r.line for r in rejected] + [r.line for r in records]
    assert len(lines) == len(set(lines))
    assert all(r.reason for r in rejected)
    assert (
        sum(r.rows for r in records) + len(rejected)
        <= path.read_bytes().count(b"\n") + path.read_bytes().count(b"\r") + 1
    )


@pytest.mark.soak
@pytest.mark.timeout(1800)
@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=MUTATIONS, name=st.sampled_from([("applications.csv", "application"), ("missouri_traps.txt", "license")]))
def test_two_thousand_mutated_files(
    tmp_path: Path, name: tuple[str, RecordKind], steps: list[tuple[str, int, int]]
) -> None:
    path = tmp_path / "mutated"
    path.write_bytes(mutate((FIXTURES / name[0]).read_bytes(), steps))
    try:
        records, rejected = read(path, name[1])
        binding = choose_layout(path, name[1]).binding
        with closing(read_table(path, binding.map.format, binding.width)) as rows:
            expected = sum(1 for row in rows if row.line > binding.line)
    except FixInput as error:
        assert str(path) in str(error)
        return
    assert sum(r.rows for r in records) + len(rejected) == expected
