"""The number of a record where no header that the rules can read says it: "blms_id". Pure.

Only a column whose header speaks of an identifier counts, and only where its values behave like one: filled and
different in every row of the sample, a digit in each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.records.binding import Binding
from pipeline.records.cell_text import clean_number
from pipeline.records.header_reading import split_words

NUMBERS = ("license_number", "record_number")
LEAST_ROWS = 5  # fewer rows differ by chance
SAYS_NUMBER = frozenset(("id", "number", "no", "key", "ref", "reference", "identifier", "uid"))
# What such a number is of instead, or of whom.
OTHERS = frozenset((
    "parcel", "apn", "pin", "tax", "fein", "ein", "ubi", "naics", "sic", "phone", "fax", "zip", "county", "district",
    "ward", "zone", "unit", "suite", "employer", "agency", "block", "lot", "building", "bin", "bbl", "street", "box",
    "prior", "previous", "old", "sponsor", "owner", "agent", "manager", "contact", "inspector", "vehicle", "map", "geo",
    "address", "row", "object", "alternate", "related", "school", "insurance", "mailing", "town",
))  # fmt: skip


def with_number(binding: Binding, rows: Sequence[Sequence[str]]) -> Binding:
    """The binding with such a column as the number of a record, where it has none. `rows`: the first of the file."""
    wants = any(set(names) & set(NUMBERS) for names in binding.map.key)
    if not binding.map.general or not wants or any(n in binding.columns for n in NUMBERS) or len(rows) < LEAST_ROWS:
        return binding
    found = next((i for i in binding.kept if _says_number(binding.header[i]) and _is_number(rows, i)), None)
    if found is None:
        return binding
    kept = tuple(i for i in binding.kept if i != found)
    return replace(binding, columns={**binding.columns, "record_number": (found,)}, kept=kept, guessed_number=found)


def _says_number(header: str) -> bool:
    words = split_words(header)
    return bool(words) and words[-1] in SAYS_NUMBER and not set(words) & OTHERS


def _is_number(rows: Sequence[Sequence[str]], column: int) -> bool:
    values = [clean_number(row[column]) for row in rows]
    return len(set(values)) == len(values) and all(any(map(str.isdigit, v)) for v in values)
