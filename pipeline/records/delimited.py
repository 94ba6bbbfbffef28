"""From decoded lines to cells: delimiter and quoting are detected, and one broken row never costs its neighbors."""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.records.fixed_width import fixed_columns, is_rule
from pipeline.records.text_source import MAX_LINE

DELIMITERS = ("\t", "|", ";", ",", "~", "^")
MAX_SPAN = 100  # lines that one quoted cell may run over
NO_TEXT = re.compile("[\ud800-\udfff]")
BLANK = " \t\x1a\ufeff\x00"

Line = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands: 1-based line (or sheet row) and its cells."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be split into the header's columns."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Dialect:
    delimiter: str
    quoted: bool  # False: a quote is a character like any other
    starts: tuple[int, ...] = ()  # where the columns of a table of fixed widths begin; then nothing delimits


def detect_dialect(sample: Sequence[str]) -> Dialect:
    """Delimiter by the steadiest column count of the sample's lines; quotes in tab and pipe files only when paired."""
    lines = [t for t in sample if t.strip(BLANK)]
    if starts := fixed_columns(lines):
        return Dialect("", False, starts)
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        counts = Counter(len(_lenient(t, delimiter)) for t in lines)
        fields, times = max(counts.items(), key=lambda c: (c[1] * (c[0] - 1), c[0]), default=(1, 0))
        score = (fields - 1) * times / max(1, len(lines))
        if score > best_score:
            best, best_score = delimiter, score
    return Dialect(best, best in ",;" or _wrapped(lines, best))


def _lenient(text: str, delimiter: str) -> list[str]:
    if '"' not in text or delimiter in "\t|~^":
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return text.split(delimiter)


def _wrapped(lines: Sequence[str], delimiter: str) -> bool:
    cells = [c.strip() for t in lines for c in t.split(delimiter) if '"' in c]
    whole = sum(len(c) > 1 and c[0] == c[-1] == '"' for c in cells)
    # A cell that runs over lines opens on one and is closed on another; a bare quote stands inside of a cell.
    opened = sum(len(c) > 1 and c[0] == '"' and '"' not in c[1:] for c in cells)
    closed = sum(len(c) > 1 and c[-1] == '"' and '"' not in c[:-1] for c in cells)
    return bool(cells) and whole + (2 * opened if opened == closed else 0) >= 0.9 * len(cells)


def read_rows(lines: Iterator[Line], dialect: Dialect, width: int | None = None) -> Iterator[Row | BadRow]:
    """Rows of `width` cells (any number when None); blank lines are no rows. What does not fit comes as BadRow.

    A quote that is never closed, or that swallows lines until the count is wrong, costs its own line only.
    """
    waiting: deque[Line] = deque()
    while (item := waiting.popleft() if waiting else next(lines, None)) is not None:
        number, text = item
        if not text.replace(dialect.delimiter, "").strip(BLANK) or (dialect.starts and is_rule(text)):
            continue
        if reason := _unreadable(text):
            yield BadRow(number, reason, text[:1000])
        elif dialect.starts:
            ends = (*dialect.starts[1:], len(text))
            yield _fitted(number, [text[a:b].strip() for a, b in zip(dialect.starts, ends, strict=True)], width, text)
        elif dialect.quoted and '"' in text:
            yield _quoted_row(item, lines, waiting, dialect, width)
        else:
            yield _fitted(number, text.split(dialect.delimiter), width, text)


def _unreadable(text: str) -> str:
    if len(text) > MAX_LINE:
        return "the line is longer than 1 MiB"
    if "\x00" in text:
        return "the row holds NUL bytes"
    if not text.isascii() and NO_TEXT.search(text):
        return "the row holds bytes that are text neither in UTF-8 nor in Windows-1252"
    return ""


def _fitted(number: int, cells: list[str], width: int | None, text: str) -> Row | BadRow:
    if width is None or len(cells) == width:
        return Row(number, tuple(cells))
    if len(cells) > width and not any(c.strip() for c in cells[width:]):
        return Row(number, tuple(cells[:width]))  # rows that end in a separator
    return BadRow(number, f"{len(cells)} columns where the header has {width}", text[:1000])


def _quoted_row(
    first: Line, lines: Iterator[Line], waiting: deque[Line], dialect: Dialect, width: int | None
) -> Row | BadRow:
    taken, text = [first], first[1]
    cells = _strict(text, dialect.delimiter)
    while cells is None and len(taken) < MAX_SPAN and len(text) < MAX_LINE:
        following = waiting.popleft() if waiting else next(lines, None)
        if following is None:
            break
        taken.append(following)
        text = f"{text}\n{following[1]}"
        if '"' in following[1]:
            cells = _strict(text, dialect.delimiter)
    row = _fitted(first[0], cells, width, text) if cells is not None else None
    if len(taken) == 1 and row is not None:
        return row
    if isinstance(row, Row) and not _unreadable(text):
        return row
    waiting.extendleft(reversed(taken[1:]))
    return BadRow(first[0], "a quote is opened in this row and not closed where its columns end", first[1][:1000])


def _strict(text: str, delimiter: str) -> list[str] | None:
    """Cells, or None when a quote is still open at the end."""
    try:
        return next(
            csv.reader(text.splitlines(keepends=True) if "\n" in text else [text], delimiter=delimiter, strict=True), []
        )
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return None
    try:
        return next(csv.reader([text.replace("\n", " ")], delimiter=delimiter), [])
    except csv.Error:  # a cell above csv's limit
        return text.split(delimiter)
