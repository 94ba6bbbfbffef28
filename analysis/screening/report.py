"""Screening results as files: CSV, JSON, XLSX, and a page with the weights of every hit."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from analysis.screening.explain import CONFIRMED
from analysis.screening.page import screening_page
from analysis.screening.passing import uncollected
from analysis.screening.run import Run
from analysis.screening.shown import shown_line
from analysis.screening.workbook import screening_workbook
from analysis.tabular_text import safe_cell
from pipeline.errors import FixInput
from pipeline.home import full_disk_named
from pipeline.model import Flag

COLUMNS = (
    "application_id", "result", "band", "score", "known_entity_id", "network_id", "matched_kinds", "sentence",
    "contributions", "path", "exhibits", "contrary", "missing", "coverage", "surname_band", "snapshot_id",
    "model_version",
)  # fmt: skip


def screening_rows(flags: Iterable[Flag], run: Run | None = None) -> list[dict[str, Any]]:
    """One row per flag with exactly COLUMNS, in their order; lists stay lists, dates of birth and e-mails stay out.
    What reviewers said of a possible match, its clock and notes stand behind its sentence."""
    return [{c: _value(flag, c, run or Run()) for c in COLUMNS} for flag in flags]


def _value(flag: Flag, column: str, run: Run) -> Any:
    if column == "contributions":
        return [shown_line(c) for c in flag.contributions]
    if column == "sentence":
        return whole_sentence(flag, run)
    value = getattr(flag, column)
    return list(value) if isinstance(value, tuple) else value


def write_screening(flags: Sequence[Flag], path: Path, run: Run | None = None) -> Path:
    """Write by the suffix of `path`: .csv .json .xlsx .html. `run`: what workbook and page say about the run.

    Raises FixInput for another ending, DiskFull."""
    makers = {".csv": _csv, ".json": _json, ".xlsx": _workbook, ".html": _html}
    if path.suffix.lower() not in makers:
        raise FixInput(f"{path.name}: results are written as {', '.join(makers)}. Choose one of these endings.")
    with uncollected():
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


def reviewed_sentence(flag: Flag, run: Run) -> str:
    """The plain sentence, and whether two reviewers confirmed it, in whose words."""
    if not (said := run.said_of(flag)):
        return flag.sentence
    confirmed = f"{CONFIRMED}. " if run.is_confirmed(flag) else "Said of it, not confirmed by two: "
    return f"{flag.sentence} {confirmed}{'; '.join(said)}."


def whole_sentence(flag: Flag, run: Run) -> str:
    """What a row says in words, where nothing stands beside it: the sentence, the clock and the notes."""
    clock = run.waiting(flag.application_id)
    return " ".join([reviewed_sentence(flag, run), *([f"Application {clock}."] if clock else []), *flag.notes])


def _rows(flags: Iterable[Flag], run: Run) -> Iterator[Sequence[str]]:
    """The cells of each flag under COLUMNS."""
    for flag in flags:
        if flag.result == "possible_match" or flag.notes:
            yield [_cell(flag, column, run) for column in COLUMNS]
        else:
            yield safe_cell(flag.application_id), *_same_in_many(*_BESIDE_NUMBER(flag))


def _cell(flag: Flag, column: str, run: Run) -> str:
    if column == "sentence":
        return safe_cell(whole_sentence(flag, run))
    value = getattr(flag, column)
    if column == "contributions":
        return safe_cell(json.dumps(_value(flag, column, run), ensure_ascii=False)) if value else ""
    return _list_cell(value) if isinstance(value, tuple) else safe_cell(value)


_BESIDE_NUMBER = attrgetter(*COLUMNS[1:])


@lru_cache(maxsize=8192)
def _same_in_many(*values: Any) -> tuple[str, ...]:
    """The cells of an answer without a lead, behind its number: few differ."""
    return tuple(_list_cell(v) if isinstance(v, tuple) else safe_cell(v) for v in values)


def _csv(flags: Sequence[Flag], run: Run) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(flags, run))
    return text.getvalue().encode("utf-8")


def _json(flags: Sequence[Flag], run: Run) -> bytes:
    return to_json(screening_rows(flags, run), indent=1) + b"\n"


def _workbook(flags: Sequence[Flag], run: Run) -> bytes:
    return screening_workbook(flags, COLUMNS, _rows(flags, run), run)


def _html(flags: Sequence[Flag], run: Run) -> bytes:
    return screening_page(flags, run).encode("utf-8")
