"""Screening results as files: CSV, JSON, XLSX, and a page with the weights of every hit."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from analysis.fairness import fairness
from analysis.run import Run
from analysis.screening_page import SEALED, screening_page
from analysis.tabular_text import safe_cell
from pipeline.errors import FixInput
from pipeline.home import full_disk_named
from pipeline.model import Contribution, Flag

COLUMNS = (
    "application_id", "result", "band", "score", "known_entity_id", "network_id", "matched_kinds", "sentence",
    "contributions", "path", "exhibits", "contrary", "missing", "coverage", "surname_band", "snapshot_id",
    "model_version",
)  # fmt: skip


def screening_rows(flags: Iterable[Flag]) -> list[dict[str, Any]]:
    """One row per flag with exactly COLUMNS, in their order; lists stay lists, dates of birth and e-mails stay out."""
    return [{c: _value(flag, c) for c in COLUMNS} for flag in flags]


def _value(flag: Flag, column: str) -> Any:
    if column == "contributions":
        return [_line(c) for c in flag.contributions]
    value = getattr(flag, column)
    return list(value) if isinstance(value, tuple) else value


def _line(c: Contribution) -> dict[str, Any]:
    shown = c.field not in SEALED
    return {
        "field": c.field,
        "level": c.level,
        "weight": round(c.weight, 2),
        "applicant_value": c.applicant_value if shown else "",
        "known_value": c.known_value if shown else "",
    }


def write_screening(flags: Sequence[Flag], path: Path, run: Run | None = None) -> Path:
    """Write by the suffix of `path`: .csv .json .xlsx .html. `run`: what workbook and page say about the run.

    Raises FixInput for another ending, DiskFull."""
    makers = {".csv": _csv, ".json": _json, ".xlsx": _xlsx, ".html": _html}
    if path.suffix.lower() not in makers:
        raise FixInput(f"{path.name}: results are written as {', '.join(makers)}. Choose one of these endings.")
    body = makers[path.suffix.lower()](flags, run or Run())
    with full_disk_named(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        with part.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    return path


_list_cell = lru_cache(maxsize=8192)(safe_cell)  # what was searched and what is missing are alike in most rows


def _flat(flag: Flag) -> list[str]:
    return [_cell(flag, column) for column in COLUMNS]


def _cell(flag: Flag, column: str) -> str:
    value = getattr(flag, column)
    if column == "contributions":
        return safe_cell(json.dumps(_value(flag, column), ensure_ascii=False)) if value else ""
    return _list_cell(value) if isinstance(value, tuple) else safe_cell(value)


def _csv(flags: Sequence[Flag], _: Run) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_flat, flags))
    return text.getvalue().encode("utf-8")


def _json(flags: Sequence[Flag], _: Run) -> bytes:
    return (json.dumps(screening_rows(flags), ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _xlsx(flags: Sequence[Flag], run: Run) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("screening")
    sheet.append(list(COLUMNS))
    for flag in flags:
        score = COLUMNS.index("score")
        cells: list[Any] = list(_flat(flag))
        cells[score] = flag.score
        sheet.append([_legal(c) if isinstance(c, str) else c for c in cells])
    _about(book, flags, run)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def _about(book: Workbook, flags: Sequence[Flag], run: Run) -> None:
    """A second sheet: the run, what was searched, and how often applicants of each surname band are candidates."""
    sheet, found = book.create_sheet("about this run"), fairness(run.screened or flags)
    sheet.append(["run", run.run_id, run.day.isoformat() if run.day else "", run.user])
    for line in flags[0].coverage if flags else ():
        sheet.append(["searched", _legal(line)])
    sheet.append([])
    sheet.append(["surname in the pool", "applicants", "candidates", "rate", "Wilson 95 % low", "Wilson 95 % high"])
    for band in found.bands:
        sheet.append([band.band, band.n, band.flagged, band.rate, band.low, band.high])
    sheet.append(["ratio of the top to the bottom band", found.ratio, "ALERT" if found.alert else "no alert"])
    sheet.append(["candidates resting on a name alone", found.name_only, found.name_only_share])
    for line in run.unread:
        sheet.append(["row not read", _legal(line)])


def _legal(text: str) -> str:
    """Without the control characters that a workbook refuses, within a cell's limit."""
    return "".join(c for c in text if c >= " " or c in "\t\n")[:32_000]


def _html(flags: Sequence[Flag], run: Run) -> bytes:
    return screening_page(flags, run).encode("utf-8")
