"""The status of a record where no header says it plainly: "LICENSESTATE" with "Active" and "Expired" in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.records.binding import Binding
from pipeline.records.cell_text import clean
from pipeline.records.header_reading import split_words

SAYS_STATUS = frozenset(("state", "status", "standing", "condition"))
STATUSES = frozenset((
    "active", "inactive", "expired", "closed", "issued", "revoked", "pending", "suspended", "cancelled", "canceled",
    "current", "delinquent", "lapsed", "denied", "approved", "surrendered", "withdrawn", "renewed", "void", "open",
    "in review", "under review", "good standing", "out of business", "about to expire", "dissolved", "terminated",
))  # fmt: skip


def with_status(binding: Binding, rows: Sequence[Sequence[str]]) -> Binding:
    """The binding with such a column as the status, where it has none. `rows`: the first of the file."""
    if not binding.map.general or "status" in binding.columns:
        return binding
    states = [i for place in ("premises", "mailing") for i in binding.columns.get(f"{place}.state", ())]
    found = next((i for i in (*binding.kept, *states) if _is_status(binding.header[i], rows, i)), None)
    if found is None:
        return binding
    without = {n: tuple(i for i in numbers if i != found) for n, numbers in binding.columns.items()}
    columns = {**{n: numbers for n, numbers in without.items() if numbers}, "status": (found,)}
    places = {p: {n: c for n, c in ((n, tuple(i for i in c if i != found)) for n, c in of.items()) if c}
              for p, of in binding.places.items()}  # fmt: skip
    return replace(binding, columns=columns, places=places, kept=tuple(i for i in binding.kept if i != found))


def _is_status(header: str, rows: Sequence[Sequence[str]], column: int) -> bool:
    told = [value for row in rows if column < len(row) and (value := clean(row[column]).casefold())]
    return bool(told) and bool(set(split_words(header)) & SAYS_STATUS) and set(told) <= STATUSES
