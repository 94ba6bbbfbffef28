"""Screening results as files: CSV, JSON, XLSX, and a page with the weights of every hit."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from analysis.asked import party_name
from analysis.explain import CONFIRMED, WORDS, banner
from analysis.fairness import fairness
from analysis.run import Run
from analysis.screening_page import BANDS, DECISIONS, LEAD, LEVELS, SEALED, screening_page
from analysis.tabular_text import safe_cell
from pipeline.errors import FixInput
from pipeline.home import full_disk_named
from pipeline.model import Contribution, Flag

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
        return [_line(c) for c in flag.contributions]
    if column == "sentence":
        return whole_sentence(flag, run)
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


def _flat(flag: Flag, run: Run) -> list[str]:
    return [_cell(flag, column, run) for column in COLUMNS]


def _cell(flag: Flag, column: str, run: Run) -> str:
    if column == "sentence":
        return safe_cell(whole_sentence(flag, run))
    value = getattr(flag, column)
    if column == "contributions":
        return safe_cell(json.dumps(_value(flag, column, run), ensure_ascii=False)) if value else ""
    return _list_cell(value) if isinstance(value, tuple) else safe_cell(value)


def _csv(flags: Sequence[Flag], run: Run) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for flag in flags:
        if flag.result == "possible_match" or flag.notes:
            writer.writerow(_flat(flag, run))
        else:
            number = _line_of([safe_cell(flag.application_id)]).removesuffix("\r\n")
            text.write(f"{number},{_same_in_many(*_BESIDE_NUMBER(flag))}")
    return text.getvalue().encode("utf-8")


_BESIDE_NUMBER = attrgetter(*COLUMNS[1:])


@lru_cache(maxsize=8192)
def _same_in_many(*values: Any) -> str:
    """The line of an answer without a lead, behind its number: few differ."""
    return _line_of([_list_cell(v) if isinstance(v, tuple) else safe_cell(v) for v in values])


def _line_of(cells: Sequence[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def _json(flags: Sequence[Flag], run: Run) -> bytes:
    return (json.dumps(screening_rows(flags, run), ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _xlsx(flags: Sequence[Flag], run: Run) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("screening")
    sheet.append(list(COLUMNS))
    for flag in flags:
        score = COLUMNS.index("score")
        cells: list[Any] = list(_flat(flag, run))
        cells[score] = flag.score
        sheet.append([_legal(c) if isinstance(c, str) else c for c in cells])
    _side_by_side(book, flags, run)
    _about(book, flags, run)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def _side_by_side(book: Workbook, flags: Sequence[Flag], run: Run) -> None:
    """A sheet for the eye: each possible match with its header, both sides, exhibits, contrary evidence, decision."""
    sheet = book.create_sheet("candidates")
    sheet.append(["application", "", "applicant", "known", "", "weight"])
    for flag in flags:
        if flag.result == "possible_match":
            for line in _candidate(flag, run):
                sheet.append([_legal(safe_cell(c)) if isinstance(c, str) else c for c in (flag.application_id, *line)])
            sheet.append([])


def _candidate(flag: Flag, run: Run) -> Iterable[tuple[Any, ...]]:
    asked = run.applications.get(flag.application_id)
    yield "result", banner(flag, confirmed=run.is_confirmed(flag)), f"strength of the lead: {flag.band}"
    if asked is not None:
        yield "applicant", party_name(asked.applicant), asked.business_name, asked.application_type
    yield "clock", run.waiting(flag.application_id)
    yield "why", flag.sentence
    yield "surname", BANDS.get(flag.surname_band, "")
    for c in map(_line, flag.contributions):
        level = LEVELS.get(c["level"], c["level"])
        yield WORDS.get(c["field"], c["field"]), c["applicant_value"], c["known_value"], level, c["weight"]
    for capture in flag.exhibits:
        yield "exhibit", *run.captures.get(capture, ("", "", "")), capture
    for title, lines in (
        ("path", flag.path),
        ("against it", flag.contrary or ("Nothing was found in the files searched.",)),
        ("not known", [WORDS.get(m, m) for m in flag.missing]),
        ("note", flag.notes),
        ("said of it", run.said_of(flag)),
    ):
        yield from ((title, line) for line in lines)
    if not run.is_confirmed(flag):
        yield "decision", " / ".join(DECISIONS), "a true match needs a second person"


def _about(book: Workbook, flags: Sequence[Flag], run: Run) -> None:
    """A second sheet: the run, what was searched, and how often applicants of each surname band are candidates."""
    sheet, found = book.create_sheet("about this run"), fairness(run.screened or flags)
    sheet.append(["run", run.run_id, run.day.isoformat() if run.day else "", run.user])
    if flags:
        sheet.append(["snapshot", flags[0].snapshot_id, "match model", flags[0].model_version])
    sheet.append(["shown from a probability of", run.threshold])
    sheet.append([LEAD])
    for line in flags[0].coverage if flags else ():
        sheet.append(["searched", _legal(line)])
    sheet.append([])
    sheet.append(["surname in the pool", "applicants", "candidates", "rate", "Wilson 95 % low", "Wilson 95 % high"])
    for band in found.bands:
        sheet.append([band.band, band.n, band.flagged, band.rate, band.low, band.high])
    sheet.append(["ratio of the top to the bottom band", found.ratio, "ALERT" if found.alert else "no alert"])
    sheet.append(["candidates resting on a name alone", found.name_only, found.name_only_share])
    for title, lines in (("row not read", run.unread), ("not read", run.partly), ("column not compared", run.unasked)):
        for line in lines:
            sheet.append([title, _legal(line)])


def _legal(text: str) -> str:
    """Without the control characters that a workbook refuses, within a cell's limit."""
    return "".join(c for c in text if c >= " " or c in "\t\n")[:32_000]


def _html(flags: Sequence[Flag], run: Run) -> bytes:
    return screening_page(flags, run).encode("utf-8")
