"""Screening results as a workbook: one row for each application, each possible match for the eye, and the run."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from analysis.fairness import fairness
from analysis.screening.asked import party_name
from analysis.screening.explain import WORDS, banner
from analysis.screening.page import DECISIONS, LEAD
from analysis.screening.run import Run
from analysis.screening.shown import BANDS, LEVELS, both_sides, counted_results, told_exhibits
from analysis.tabular_text import safe_cell
from pipeline.model import Flag

WIDTHS = {"application_id": 18, "result": 24, "matched_kinds": 24, "sentence": 80}  # characters; 14 for the others
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")


def screening_workbook(flags: Sequence[Flag], columns: Sequence[str], rows: Iterable[Sequence[str]], run: Run) -> bytes:
    """`rows`: the cells of each flag under `columns`, as in the table file; here the score is a number."""
    book, score = Workbook(write_only=True), columns.index("score")
    sheet = _sheet(book, "screening", columns, [WIDTHS.get(column, 14) for column in columns])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(flags) + 1}"
    for flag, row in zip(flags, rows, strict=True):
        cells: list[Any] = [_legal(cell) if cell else None for cell in row]  # an empty text costs as much as a full one
        cells[score] = flag.score
        sheet.append(cells)
    _side_by_side(book, flags, run)
    _about(book, flags, run)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def _sheet(book: Workbook, title: str, columns: Sequence[str], widths: Sequence[int]) -> Any:
    """A sheet whose first row stays in view. Of one that is only written, widths have to be said before the rows."""
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    heads = [WriteOnlyCell(sheet, column) for column in columns]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    return sheet


def _side_by_side(book: Workbook, flags: Sequence[Flag], run: Run) -> None:
    """A sheet for the eye: each possible match with its header, both sides, exhibits, contrary evidence, decision."""
    heads = ("application", "", "applicant", "known", "", "weight")
    sheet = _sheet(book, "candidates", heads, (16, 18, 44, 44, 36, 38))
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    for flag in flags:
        if flag.result == "possible_match":
            for line in _candidate(flag, run):
                sheet.append([_wrapped(sheet, c) for c in (flag.application_id, *line)])
            sheet.append([])


def _wrapped(sheet: Any, value: Any) -> WriteOnlyCell:
    """A cell in which a long text stays beside its neighbors. What would be a formula is marked as text without a sign
    that a reader sees."""
    cell = WriteOnlyCell(sheet, _legal(value) if isinstance(value, str) else value)
    if isinstance(value, str) and safe_cell(value) != value:
        cell.data_type, cell.quotePrefix = "s", True
    cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
    return cell


def _candidate(flag: Flag, run: Run) -> Iterable[tuple[Any, ...]]:
    asked = run.applications.get(flag.application_id)
    yield "result", banner(flag, confirmed=run.is_confirmed(flag)), f"strength of the lead: {flag.band}"
    if asked is not None:
        yield "applicant", party_name(asked.applicant), asked.business_name, asked.application_type
    yield "clock", run.waiting(flag.application_id)
    yield "why", flag.sentence
    yield "surname", BANDS.get(flag.surname_band, "")
    for c in flag.contributions:
        yield WORDS.get(c.field, c.field), *both_sides(c), LEVELS.get(c.level, c.level), round(c.weight, 2)
    if age := run.age_of(flag):
        yield "exhibits from", age
    for exhibit in told_exhibits(flag, run):
        yield "exhibit", *exhibit
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
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 44, 24
    sheet.append(["run", run.run_id, run.day.isoformat() if run.day else "", run.user])
    if flags:
        sheet.append(["snapshot", flags[0].snapshot_id, "match model", flags[0].model_version])
    sheet.append(["shown from a probability of", run.threshold])
    sheet.append([LEAD])
    for result, count in counted_results(flags, run):
        sheet.append([result, count])
    for line in flags[0].coverage if flags else ():
        sheet.append(["searched", _legal(line)])
    sheet.append([])
    sheet.append(["surname in the pool", "applicants", "candidates", "rate", "Wilson 95 % low", "Wilson 95 % high"])
    for band in found.bands:
        shares = [_share(sheet, share) for share in (band.rate, band.low, band.high)]
        sheet.append([BANDS[band.band], band.n, band.flagged, *shares])
    sheet.append(["ratio of the top to the bottom band", found.ratio, "ALERT" if found.alert else "no alert"])
    sheet.append(["candidates resting on a name alone", found.name_only, _share(sheet, found.name_only_share)])
    for group in run.outcomes:
        if group.shown:
            told = (group.confirmed, group.overturned, group.more_needed, group.undeterminable)
            sheet.append(
                ["matches shown so far", group.group, group.shown, *map(str, told), f"{group.undecided} undecided"]
            )
    for title, lines in (
        ("row not read", run.unread),
        ("not read", run.partly),
        ("number on another row", run.shared),
        ("column not compared", run.unasked),
    ):
        for line in lines:
            sheet.append([title, _legal(line)])


def _share(sheet: Any, share: float) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, share)
    cell.number_format = "0.0%"
    return cell


@lru_cache(maxsize=8192)
def _legal(text: str) -> str:
    """Without the control characters that a workbook refuses, within a cell's limit."""
    return _CONTROL.sub("", text)[:32_000]
