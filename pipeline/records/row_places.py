"""The addresses of one row."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from pipeline.extract.addresses import parse_address
from pipeline.model import Address
from pipeline.records.binding import Columns
from pipeline.records.place_text import NUMBER, box_line, is_box, is_cross_street, street_line, zip_of
from pipeline.records.row_cells import RowCells
from pipeline.records.values import clean_state, split_city_state_zip

STREET = re.compile(r"^(?:\d+[A-Za-z]?(?:-\d+)?|[NSEW]\d+\w*)\s+\S")
WHOLE = re.compile(r",\s*[A-Z]{2}[\s,]+(?P<zip>\d{5})(?:-\d{4})?$")  # "1 ELM ST, ROLLA, MO 65401"
NO_NAME = re.compile(r"(?i)^(?:p\.?\s?o\.?\s*box|suite|ste|unit|apt|#|floor|fl|bldg|building|room|rm|space|c/o$)\b")

_address = lru_cache(maxsize=20_000)(parse_address)


def place_of_row(row: RowCells, columns: Columns, which: str) -> tuple[Address | None, str]:
    """The address in these columns, None when blank, and a business name found in its first line."""
    if not columns:
        return None, ""
    number, prefix, street, kind = (row.text(columns, part) for part in ("number", "prefix", "street", "kind"))
    (line1, line2), name = _lines(row, columns, which), ""
    if NUMBER.match(line1) and not street and line2[:1].isalpha() and not NO_NAME.match(line2):
        street, line2 = line2, ""  # a number on the first line, its street on the second
    line1 = street_line(line1, number, prefix, street, kind)
    if line2 and is_cross_street(line1, line2):
        row.beside.append((f"{which or 'prior'} address (cross street)", line2))
        line2 = ""
    if not line1:
        line1 = box_line(row.text(columns, "box"))
    named = row.binding.map.name_in_line1 or row.binding.map.general
    if named and STREET.match(line2) and not STREET.match(line1) and not NO_NAME.match(line1):
        name, line1, line2 = line1, line2, ""
    city, state, code = split_city_state_zip(row.text(columns, "city_state_zip"))
    if not (city or code) and "city" not in columns and not any(map(str.isdigit, line1 + line2)):
        told = split_city_state_zip(line1)  # "FLUSHING NY", where no street is told
        line1, city, state = ("", *told[:2]) if told[1] else (line1, city, state)
    city = row.text(columns, "city") or city
    state = clean_state(row.text(columns, "state") or state)
    code = zip_of(row.text(columns, "zip") or code, city, state)
    if code and (own := WHOLE.search(line1)) and own["zip"] != code:  # the town beside it is another address's
        another = (*row.places(columns, "line1")[1:2], city, state, code)
        row.beside.append(("another address", ", ".join(filter(None, another))))
        city, state, code = "", "", ""
    line = f"{line1} {line2}".strip()
    if not (line or (which == "premises" and (city or code))):
        return None, name
    found = _address(line, city=city, state=state, zip=code, unit=_unit(row, columns))
    return (found if found.city or found.zip else _told_whole(row, columns, found)), name


def _lines(row: RowCells, columns: Columns, which: str) -> tuple[str, str]:
    """The first line and the second; with the third and fourth where no column tells the town, which then stands in one
    of them, and without the names of whoever takes the mail above street or box."""
    first, further = _first_line(row, columns), row.all(columns, "line2")
    if {"city", "zip", "city_state_zip"} & columns.keys():
        return first, further[0] if further else ""
    lines = [first, *further]
    while len(lines) > 2 and not _is_place(lines[0]) and any(map(_is_place, lines)):
        row.beside.append((f"{which or 'prior'} address (name)", lines.pop(0)))
    return lines[0], ", ".join(lines[1:])


def _is_place(line: str) -> bool:
    return bool(STREET.match(line)) or is_box(line)


def _unit(row: RowCells, columns: Columns) -> str:
    """ "2" of a column for units, with the kind that another tells: "FLOOR 2"."""
    unit = row.text(columns, "unit")
    return f"{row.text(columns, 'unit_kind')} {unit}".strip() if unit else ""


def _told_whole(row: RowCells, columns: Columns, found: Address) -> Address:
    """The address with the town that another column tells of the same street, as a portal's "Location 1" does."""
    for text in row.places(columns, "line1")[1:]:
        whole = _address(text)
        if whole.street_key and whole.street_key == found.street_key:
            return replace(found, city=whole.city, state=whole.state or found.state, zip=whole.zip)
    return found


def _first_line(row: RowCells, columns: Columns) -> str:
    """The first column with a line in it; with the next one where it holds the number alone ("136-20" | "38TH AVE")."""
    first, *further = row.places(columns, "line1") or [""]
    return f"{first} {further[0]}" if further and NUMBER.match(first) and not NUMBER.match(further[0]) else first
