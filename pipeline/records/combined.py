"""Columns that hold a name and an address in one cell: "Business Name and Address". Pure.

Such a column stands as two columns behind the last one of the header, a name's and an address's, which are then
read like any other. Where a cell does not say where the name ends it is not split: both are blank, and the cell is kept
as written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.records.cell_text import clean, plain_text
from pipeline.records.headers import header_words
from pipeline.records.place_text import is_box

NAMES, ADDRESSES = frozenset(("name", "names")), frozenset(("address", "addresses", "location", "addr"))
JOINT = frozenset(("and",))
SIGNS = re.compile(r"[&/+,]")
# A number and a word behind it; "3 Lotus Spa" begins like that too, so that a name is looked for before it.
STREET = re.compile(r"^(?:#?\d+[A-Za-z]?(?:-\d+)?(?:\s\d/\d)?|[NSEW]\d+\w*)\s+\S")
ROAD = re.compile(
    r"(?i)\b(?:ave(?:nue)?|st(?:reet)?|blvd|boulevard|rd|road|dr(?:ive)?|pl(?:aza|z|ace)?|ct|court|pkwy|parkway|ln|lane|way|hwy"
    r"|highway|ter(?:race)?|sq|square|cir(?:cle)?|broadway|pike|trl|trail|loop|route|rte)\b\.?"
)


def name_and_address(header: str) -> tuple[str, str] | None:
    """The two headers of a column of both ("Business Name", "Business Address"); None for every other column."""
    words = [w for w in header_words(SIGNS.sub(" and ", header)).split("_") if w]
    for at, word in enumerate(words):
        if word not in JOINT or not 0 < at < len(words) - 1 or words[at - 1] not in NAMES:
            continue
        before, after = words[:at], words[at + 1 :]
        place = next((i for i, w in enumerate(after[:3]) if w in ADDRESSES), None)
        if place is None or set(before) & ADDRESSES:
            return None
        whose, of = before[:-1], after[place + 1 :]
        return " ".join([*before, *of]), " ".join([*(whose if place == 0 else ()), *after[: place + 1], *of])
    return None


def split_cell(cell: str) -> tuple[str, str]:
    """ "Fern Spa, 1 Elm St, Rolla, MO 65401" -> name, address; ("", "") where it cannot be told."""
    text = plain_text(cell)
    lines = [t for line in text.splitlines() if (t := clean(line).strip(" ,"))]
    pieces = lines if len(lines) > 1 else [t for piece in text.split(",") if (t := clean(piece))]
    starts = [
        i for i, piece in enumerate(pieces) if i and (is_box(piece) or (STREET.match(piece) and ROAD.search(piece)))
    ]
    if not starts:
        return "", ""
    joint = " " if len(lines) > 1 else ", "
    return joint.join(pieces[: starts[0]]), ", ".join(pieces[starts[0] :])


def widened(cells: Sequence[str], columns: Sequence[int]) -> Sequence[str]:
    """The cells of a row with the two halves of each of these columns behind them."""
    return [*cells, *(half for i in columns for half in split_cell(cells[i]))] if columns else cells
