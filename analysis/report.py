"""Screening results as files: CSV, JSON, XLSX, and a page with the weights of every hit."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from analysis.explain import WORDS, banner
from analysis.fairness import fairness
from analysis.tabular_text import safe_cell
from pipeline.errors import FixInput
from pipeline.home import full_disk_named
from pipeline.model import Contribution, Flag

COLUMNS = (
    "application_id", "result", "band", "score", "known_entity_id", "network_id", "matched_kinds", "sentence",
    "contributions", "path", "exhibits", "contrary", "missing", "coverage", "surname_band", "snapshot_id",
    "model_version",
)  # fmt: skip
SEALED = frozenset({"dob", "email"})  # compared, never printed


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


def write_screening(flags: Sequence[Flag], path: Path) -> Path:
    """Write by the suffix of `path`: .csv .json .xlsx .html. Raises FixInput for another one, DiskFull."""
    makers = {".csv": _csv, ".json": _json, ".xlsx": _xlsx, ".html": _html}
    if path.suffix.lower() not in makers:
        raise FixInput(f"{path.name}: results are written as {', '.join(makers)}. Choose one of these endings.")
    body = makers[path.suffix.lower()](flags)
    with full_disk_named(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        with part.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    return path


def _flat(row: dict[str, Any]) -> list[str]:
    cells = {
        **row,
        "contributions": json.dumps(row["contributions"], ensure_ascii=False) if row["contributions"] else "",
    }
    return [safe_cell(cells[c]) for c in COLUMNS]


def _csv(flags: Sequence[Flag]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_flat(row) for row in screening_rows(flags))
    return text.getvalue().encode("utf-8")


def _json(flags: Sequence[Flag]) -> bytes:
    return (json.dumps(screening_rows(flags), ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _xlsx(flags: Sequence[Flag]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("screening")
    sheet.append(list(COLUMNS))
    for row in screening_rows(flags):
        score = COLUMNS.index("score")
        cells: list[Any] = list(_flat(row))
        cells[score] = row["score"]
        sheet.append([_legal(c) if isinstance(c, str) else c for c in cells])
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def _legal(text: str) -> str:
    """Without the control characters that a workbook refuses, within a cell's limit."""
    return "".join(c for c in text if c >= " " or c in "\t\n")[:32_000]


_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
table{border-collapse:collapse;width:100%;margin:.5rem 0}td,th{padding:.2rem .6rem;border-bottom:1px solid #ddd;
text-align:left;vertical-align:top}section{border:1px solid #bbb;border-radius:6px;padding:1rem;margin:1rem 0}
.bar{background:#2b6cb0;height:.8rem;display:inline-block}.missing,.differs{color:#666}small{color:#555}"""


def _html(flags: Sequence[Flag]) -> bytes:
    hits = [f for f in flags if f.result == "possible_match"]
    counts = Counter(banner(f) for f in flags)
    summary = "".join(f"<tr><td>{escape(k)}</td><td>{n}</td></tr>" for k, n in sorted(counts.items()))
    coverage = "".join(f"<li>{escape(c)}</li>" for c in (flags[0].coverage if flags else ()))
    rest = "".join(
        f"<tr><td>{escape(f.application_id)}</td><td>{escape(banner(f))}</td><td>{escape(f.sentence)}</td></tr>"
        for f in flags
        if f.result != "possible_match"
    )
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Screening results</title>'
        f"<style>{_STYLE}</style></head><body><h1>Screening results</h1><table>{summary}</table>"
        f"<p>A hit is a lead with reasons; a person decides.</p>{''.join(map(_hit, hits))}"
        f"<h2>Searched</h2><ul>{coverage or '<li>nothing stated</li>'}</ul>{_fairness(flags)}"
        f"<h2>Without a lead</h2><table>{rest}</table></body></html>"
    )
    return page.encode("utf-8")


def _hit(flag: Flag) -> str:
    lines = "".join(_bar(c) for c in flag.contributions)
    lists = "".join(
        f"<h3>{title}</h3><ul>{''.join(f'<li>{escape(i)}</li>' for i in items)}</ul>"
        for title, items in (("Path", flag.path), ("Exhibits", flag.exhibits), ("Contrary evidence", flag.contrary))
        if items
    )
    return (
        f"<section><h2>{escape(flag.application_id)}: {escape(banner(flag))} ({escape(flag.band)})</h2>"
        f"<p>{escape(flag.sentence)}</p><table><tr><th>field</th><th>applicant</th><th>known</th><th>level</th>"
        f"<th>weight, bits</th></tr>{lines}</table><p>Match probability {flag.score:.4f}; surname in the pool: "
        f"{escape(flag.surname_band)}</p>{lists}<p><small>Snapshot {escape(flag.snapshot_id)}, model "
        f"{escape(flag.model_version)}</small></p></section>"
    )


def _bar(c: Contribution) -> str:
    line = _line(c)
    width = max(0.0, c.weight) * 8
    return (
        f'<tr class="{escape(c.level)}"><td>{escape(WORDS.get(c.field, c.field))}</td>'
        f"<td>{escape(line['applicant_value'])}</td><td>{escape(line['known_value'])}</td><td>{escape(c.level)}</td>"
        f'<td><span class="bar" style="width:{width:.0f}px"></span> {c.weight:+.2f}</td></tr>'
    )


def _fairness(flags: Sequence[Flag]) -> str:
    """Without known truth: candidates by surname band. All are candidates until a person has decided."""
    figures = fairness(flags)
    rows = "".join(
        f"<tr><td>{escape(b.band)}</td><td>{b.n}</td><td>{b.flagged}</td><td>{b.rate:.2%} "
        f"({b.low:.2%} to {b.high:.2%})</td></tr>"
        for b in figures.bands
    )
    return (
        "<h2>Candidates by how common the surname is</h2><table><tr><th>share of the pool</th><th>applicants</th>"
        f"<th>candidates</th><th>rate, 95 % interval</th></tr>{rows}</table>"
        f"<p>Candidates resting on a name alone: {figures.name_only}.</p>"
    )
