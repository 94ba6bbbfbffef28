"""Address cells as registers write them, in one line that an address is read from. Pure."""

from __future__ import annotations

import re

from pipeline.extract.addresses.gazetteer import is_city, place_of
from pipeline.records.cell_text import clean
from pipeline.records.values import clean_zip

POINT = re.compile(r"(?i)\(?\s*-?\d{1,3}\.\d+,\s*-?\d{1,3}\.\d+\s*\)?|(?:SRID=\d+;)?\b(?:MULTI)?POINT\s*\([^)]*\)+")
ROAD = r"(?:AVE|AVENUE|ST|STREET|BLVD|RD|ROAD|DR|PL|PLZ|CT|PKWY|LN|WAY|HWY|TER|SQ|CIR|BROADWAY)\.?"
# Chicago and others write the floor, and what stands on it, behind the road: "5801 W LARK AVE 2ND B".
FLOOR = re.compile(
    rf"(?i)^(?P<road>\d.*\b{ROAD})\s+(?P<floor>\d{{1,2}})(?:ST|ND|RD|TH)(?P<unit>\s+#?\s?\w{{1,4}})?[\s#]*$"
)
ENTRANCE = re.compile(r"(?i)[\s,]+(?:north|south|east|west|front|rear|main|side)?\s*entrance$")
WHOLE = re.compile(rf"(?i)^\d.*\b{ROAD}$")
CROSS = re.compile(rf"(?i)^(?!\d+\s|[NSEW]\d)(?:(?:[A-Z]+|\d+(?:ST|ND|RD|TH)|&|AND|BTW|BETWEEN)\s+){{1,6}}{ROAD}$")
NUMBER = re.compile(r"^\d+\w?(?:\s?-\s?\d+\w?)?(?:\s\d/\d)?$")
BOX = re.compile(r"(?i)^p\.?\s?o\.?\s*(?:box|drawer)\b|^post office box\b|^pmb\b")
NO_STREET = re.compile(r"(?i)^(?:p\.?\s?o\.?\s*box|po drawer|general delivery|c/o|attn)\b")


def clean_place(text: str) -> str:
    """An address cell in one line: its lines apart by commas, coordinates and geometry left out."""
    if "." not in text and "(" not in text and text.isprintable():  # as most are
        return clean(clean(text).strip(" ,"))
    lines = (clean(line).strip(" ,") for line in POINT.sub("", text).splitlines())
    return clean(", ".join(filter(None, lines)))


def street_line(line: str, number: str, prefix: str, street: str, kind: str) -> str:
    """The first line of an address from a whole line and its parts, either of which may be blank. Where a column called
    "street" or "address" holds the name or the number alone, the parts complete it; where it tells of the place in
    words, they say it better."""
    number = number if any(map(str.isdigit, number)) else ""  # "Building": a name
    if not line or (street and NUMBER.match(number) and not line[:1].isdigit()):  # "btw Lark and Halyard"
        line = " ".join(t for t in (number, prefix, street, kind) if t)
    elif street and NUMBER.match(line):
        line = " ".join(t for t in (line, prefix, street, kind) if t)
    elif NUMBER.match(number) and line[:1].isalpha() and not NO_STREET.match(line):
        line = f"{number} {line}"
    return with_floor(ENTRANCE.sub("", line) if line[-1:] in ("e", "E") else line)


def is_cross_street(line1: str, line2: str) -> bool:
    """Whether the second line names another street where the first one says all: "42-10 LARKMOOR AVE" | "41ST RD"."""
    return bool(WHOLE.match(line1) and CROSS.match(line2)) and not NO_STREET.match(line2)


def with_floor(line: str) -> str:
    """ "5801 W LARK AVE 2ND B" -> "5801 W LARK AVE, FL 2, UNIT B"."""
    if not (found := FLOOR.match(line)):
        return line
    unit = (found["unit"] or "").strip(" #")
    return f"{found['road']}, FL {found['floor']}" + (f", UNIT {unit}" if unit else "")


def zip_of(text: str, city: str, state: str) -> str:
    """The five digits of a ZIP code. Where no state is told, a zero in front is put back only for a code that is of the
    city, if one is told."""
    code = clean_zip(text, state)
    if state or not code.startswith("0") or clean(text).startswith("0"):
        return code
    return code if (there := place_of(code)[1]) and (not city or is_city(city, there)) else ""


def is_box(line: str) -> bool:
    """Whether an address is a box at the post office, where mail goes and nobody works."""
    return bool(BOX.match(line))


def box_line(text: str) -> str:
    """ "88" of a column for boxes -> "PO BOX 88"."""
    return text if not text or is_box(text) else f"PO BOX {text}"
