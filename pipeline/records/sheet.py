"""Rows of an XLSX workbook: its first sheet with anything in it, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from pipeline.errors import FixInput
from pipeline.records.delimited import BadRow, Row


def read_sheet(path: Path, width: int | None = None) -> Iterator[Row | BadRow]:
    """Rows as text: dates in ISO form, whole numbers without a point. Short rows are filled up; blank rows are none.

    Raises FixInput when the workbook is damaged or empty."""
    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl lets out whatever its zip and XML readers raise
        raise FixInput(
            f"{path} is a damaged workbook ({error}). Open and save it again, or export it as CSV."
        ) from error
    try:
        for sheet in workbook.worksheets:
            if hasattr(sheet, "reset_dimensions"):
                sheet.reset_dimensions()
            found = False
            for row in _rows(sheet, width):
                found = True
                yield row
            if found:
                return
    except FixInput:
        raise
    except Exception as error:
        raise FixInput(f"{path}: the sheet cannot be read to its end ({error}). Export it as CSV.") from error
    finally:
        workbook.close()
    raise FixInput(f"{path} has no sheet with anything in it. Ask the sender for it again.")


def _rows(sheet: Any, width: int | None) -> Iterator[Row | BadRow]:
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = [cell_text(v) for v in values]
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            continue
        if width is None:
            yield Row(number, tuple(cells))
        elif len(cells) <= width:
            yield Row(number, tuple(cells + [""] * (width - len(cells))))
        else:
            yield BadRow(number, f"{len(cells)} columns where the header has {width}", " | ".join(cells)[:1000])


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
