"""One way to read every table that arrives: rows of cells from CSV, TSV, pipe, XLSX, plain or compressed."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipeline.records.delimited import BadRow, Dialect, Row, detect_dialect, read_rows
from pipeline.records.sheet import read_sheet
from pipeline.records.text_source import file_kind, read_lines

SAMPLE_LINES = 40
SEP_LINE = re.compile(r'^"?sep=(?P<delimiter>[\t|;,])"?$', re.IGNORECASE)  # Excel's first line


@dataclass(frozen=True, slots=True)
class Format:
    """Hints of a column map; "" means detect. The delimiter only says where the other hints hold."""

    delimiter: str = ""
    quoting: str = ""  # "none": a quote is a character like any other; "standard"
    encoding: str = ""


def read_table(
    path: Path, hints: Format | None = None, width: int | None = None
) -> Generator[Row | BadRow, None, None]:
    """Every row that is not blank, header rows too, in bounded memory. Raises FixInput, possibly after some rows,
    when the file is not a table or is damaged further on."""
    kind, hints = file_kind(path), hints or Format()
    if kind == "xlsx":
        yield from read_sheet(path, width)
        return
    dialect = _dialect(path, kind, hints)
    with closing(read_lines(path, kind, hints.encoding)) as lines:
        yield from read_rows((line for line in lines if not SEP_LINE.match(line[1])), dialect, width)


def _dialect(path: Path, kind: str, hints: Format) -> Dialect:
    with closing(read_lines(path, kind, hints.encoding)) as lines:
        sample = [text for _, text in islice(lines, SAMPLE_LINES)]
    if sample and (said := SEP_LINE.match(sample[0])):
        return Dialect(said["delimiter"], True)
    found = detect_dialect(sample)
    if (
        not found.starts and hints.quoting and hints.delimiter in {"", found.delimiter}
    ):  # the layout may have been saved again as another
        return Dialect(found.delimiter, hints.quoting == "standard")
    return found
