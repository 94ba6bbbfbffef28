"""Rows of an XLSX workbook: its one sheet with a table in it, streamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import iterparse

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from pipeline.errors import FixInput
from pipeline.records.delimited import BadRow, Row

LOOK = 10  # rows looked at to tell a table from a note
MOST_COLUMNS = 50  # named of one run of hidden columns, which may reach to the end of the sheet


def read_sheet(path: Path, width: int | None = None) -> Iterator[Row | BadRow]:
    """Rows as text: dates in ISO form, whole numbers without a point. Short rows are filled up; blank rows are none.

    Raises FixInput when the workbook is damaged, empty, or has tables on several sheets."""
    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl lets out whatever its zip and XML readers raise
        raise FixInput(
            f"{path} is a damaged workbook ({error}). Open and save it again, or export it as CSV."
        ) from error
    try:
        sheet = _only_table(path, workbook)
        for number, cells in _filled(sheet):
            yield _fitted(number, cells, width)
    except FixInput:
        raise
    except Exception as error:
        raise FixInput(f"{path}: the sheet cannot be read to its end ({error}). Export it as CSV.") from error
    finally:
        workbook.close()


def _only_table(path: Path, workbook: Any) -> Any:
    """The sheet with rows in it; hidden ones and notes of one row or two columns beside it are passed over."""
    sheets = []
    for sheet in workbook.worksheets:
        if sheet.sheet_state != "visible":
            continue
        if hasattr(sheet, "reset_dimensions"):
            sheet.reset_dimensions()
            if first := list(islice(_filled(sheet), LOOK)):
                sheets.append((sheet, len(first) > 1 and max(len(cells) for _, cells in first) > 2))
    if not sheets:
        raise FixInput(f"{path} has no sheet with anything in it. Ask the sender for it again.")
    tables = [sheet for sheet, is_table in sheets if is_table] or [sheets[0][0]]
    if len(tables) > 1:
        names = ", ".join(repr(t.title) for t in tables)
        raise FixInput(f"{path} has tables on {len(tables)} sheets ({names}). Save each sheet as a file of its own.")
    return tables[0]


def passed_over(path: Path) -> list[str]:
    """The sheets beside the one that is read, by name."""
    workbook = load_workbook(path, read_only=True, data_only=True)
    try:
        read = _only_table(path, workbook).title
        return [sheet.title for sheet in workbook.worksheets if sheet.title != read]
    finally:
        workbook.close()


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a program that shows the sheet does not: rows of a filter, columns somebody folded away. Both are read."""

    rows: tuple[int, ...]  # numbers of those with anything in them
    columns: tuple[str, ...]  # letters


def hidden_in(path: Path) -> Hidden:
    """The hidden rows and columns of the sheet that is read."""
    workbook = load_workbook(path, read_only=True, data_only=True)
    try:
        # Read-only sheets know nothing of it, and any other would hold the whole file in memory.
        sheet = _only_table(path, workbook)
        with workbook._archive.open(sheet._worksheet_path) as source:
            return _hidden(iterparse(source))
    finally:
        workbook.close()


def _hidden(elements: Iterable[tuple[str, Any]]) -> Hidden:
    rows: list[int] = []
    columns: list[str] = []
    number = 0
    for _, element in elements:
        tag = element.tag.rpartition("}")[2]
        if tag == "row":
            number = int(element.get("r") or number + 1)
            if element.get("hidden") in ("1", "true") and any(
                child.tag.endswith(("}v", "}t")) for child in element.iter()
            ):
                rows.append(number)
            element.clear()
        elif tag == "col" and element.get("hidden") in ("1", "true"):
            last = min(int(element.get("max")), int(element.get("min")) + MOST_COLUMNS)
            columns += [get_column_letter(n) for n in range(int(element.get("min")), last + 1)]
    return Hidden(tuple(rows), tuple(columns))


def _filled(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """(sheet row, cells) of every row that is not blank."""
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = [cell_text(v) for v in values]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            yield number, cells


def _fitted(number: int, cells: list[str], width: int | None) -> Row | BadRow:
    if width is None:
        return Row(number, tuple(cells))
    if len(cells) <= width:
        return Row(number, tuple(cells + [""] * (width - len(cells))))
    return BadRow(number, f"{len(cells)} columns where the header has {width}", " | ".join(cells)[:1000])


def cell_text(value: Any) -> str:
    """A cell as a clerk reads it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
