"""The cells of one row by canonical name, cleaned, with what could not be read of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from pipeline.records.binding import Binding, Columns
from pipeline.records.cell_text import clean
from pipeline.records.people_in_cell import addressee_only
from pipeline.records.place_text import clean_place
from pipeline.records.values import EMAIL, parse_date, read_emails, read_phones

YOUNGEST = 2015  # birth year: "2/3/65" is not 2065


@dataclass(slots=True)
class RowCells:
    """The cleaned cells of one row by canonical name; collects what could not be read."""

    binding: Binding
    cells: Sequence[str]
    fictional: bool
    generated: bool
    raw: Sequence[str]
    unread: list[tuple[str, str]] = field(default_factory=list)  # what could not be read, by column
    beside: list[tuple[str, str]] = field(default_factory=list)  # what stands in a cell besides what it is for

    def text(self, columns: Columns, name: str) -> str:
        """The first column with a value."""
        for i in columns.get(name, ()):
            if self.cells[i]:
                return self.cells[i]
        return ""

    def places(self, columns: Columns, name: str) -> list[str]:
        """The columns with words in them: lines of one cell apart by commas, points on the map left out."""
        return [text for i in columns.get(name, ()) if self.cells[i] and (text := clean_place(self.raw[i]))]

    def name(self, columns: Columns, name: str) -> str:
        """The first column with somebody's name in it; "ATTN: LICENSING DEPT" names nobody."""
        for i in columns.get(name, ()):
            if not (text := self.cells[i]) or text.isdigit():  # "Facility": its number
                continue
            if not addressee_only(text):
                return text
            self.beside.append((f"{name.replace('_', ' ')} (care of)", text))
        return ""

    def all(self, columns: Columns, name: str) -> list[str]:
        return [self.cells[i] for i in columns.get(name, ()) if self.cells[i]]

    def day(self, columns: Columns, name: str) -> date | None:
        if name not in columns:
            return None
        for text in self.all(columns, name):
            try:
                found = parse_date(text, self.binding.map.date_layouts, self.binding.map.sentinels)
            except ValueError:
                self.unread.append((f"{name} (unread)", text))
                continue
            if found and name == "dob" and found.year > YOUNGEST:
                found = found.replace(year=found.year - 100) if len(re.findall(r"\d{4}", text)) == 0 else None
                if found is None:
                    self.unread.append((f"{name} (unread)", text))
            if found:
                return found
        return None

    def phones(self, columns: Columns) -> tuple[str, ...]:
        if "phone" not in columns:
            return ()
        area = self.text(columns, "phone_area")
        found: list[str] = []
        for cell in (self.raw[i] for i in columns["phone"] if self.cells[i]):
            text = EMAIL.sub(" ", cell) if "@" in cell else cell  # "Phone / Email"
            numbers, whole = read_phones(f"{area} {text}" if area else text, self.fictional, self.generated)
            found.extend(numbers)
            if not whole:
                self.unread.append(("phone (unread)", clean(f"{area} {text}")))
        return tuple(dict.fromkeys(found))

    def emails(self, columns: Columns) -> tuple[str, ...]:
        if "email" not in columns:
            return ()
        return tuple(dict.fromkeys(e for text in self.all(columns, "email") for e in read_emails(text)))
