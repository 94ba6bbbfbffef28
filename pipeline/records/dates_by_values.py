"""Dates whose header has no word for one: "Approved", "License Closed". Pure.

Such a header may as well stand above "Yes" and "No", so that its values have to be dates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.records.binding import Binding
from pipeline.records.cell_text import clean
from pipeline.records.column_map import DATES
from pipeline.records.header_reading import read_header, says_only_when

DATE = re.compile(r"\d{1,4}[-/]\d{1,2}[-/]\d{1,4}(?:[T ].*)?")


def with_dates(binding: Binding, rows: Sequence[Sequence[str]]) -> Binding:
    """The binding with such columns as the dates that it has none for. `rows`: the first of the file."""
    if not binding.map.general:
        return binding
    found: dict[str, tuple[int, ...]] = {}
    for i in binding.kept:
        meaning = read_header(f"{binding.header[i]} date") if says_only_when(binding.header[i]) else None
        if meaning and meaning.what in DATES and meaning.what not in {*binding.columns, *found} and _are_dates(rows, i):
            found[meaning.what] = (i,)
    taken = {i for numbers in found.values() for i in numbers}
    kept = tuple(i for i in binding.kept if i not in taken)
    return replace(binding, columns={**binding.columns, **found}, kept=kept) if found else binding


def _are_dates(rows: Sequence[Sequence[str]], column: int) -> bool:
    told = [value for row in rows if column < len(row) and (value := clean(row[column]))]
    return bool(told) and all(map(DATE.fullmatch, told))
