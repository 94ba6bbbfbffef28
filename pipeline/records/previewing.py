"""What an import would do, before anything is taken over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipeline.model import Address, Record
from pipeline.records.binding import Binding
from pipeline.records.cell_text import clean
from pipeline.records.delimited import Row
from pipeline.records.doubts import doubts
from pipeline.records.importing import Layout, Rejected, read_records
from pipeline.records.reading import read_table
from pipeline.records.same_number import shared_in_words
from pipeline.records.sheet import hidden_in, passed_over
from pipeline.records.text_source import file_kind
from pipeline.records.values import says_person, without_ssn

PREVIEW_ROWS = 10
PREVIEW_READS = 5_000  # rows a preview looks at
EXAMPLES_FROM = 50  # rows
LONGEST_CODE = 3  # of a form of ownership: "L", "LLP"
SHOWN = 5  # lines named of one problem


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do."""

    file: str
    map: str
    title: str  # of the layout
    score: float
    columns: dict[str, str]  # header -> canonical name, "kept as written", "not kept", "dropped: …"
    layout: tuple[tuple[str, str, str], ...]  # in the order of the file: header, what it becomes, a value
    absent: tuple[str, ...]  # canonical columns the map knows and the file lacks
    rows: tuple[Record, ...]  # the first ten records
    doubts: tuple[str, ...]  # columns that no rule is sure of
    problems: tuple[str, ...]
    read: int  # rows looked at


def preview(layout: Layout) -> Preview:
    """Mapping, ten records, doubts and the problems of the first rows; takes nothing over. Raises as read_records."""
    path, binding = layout.path, layout.binding
    items = list(read_records(layout, PREVIEW_READS))
    records = [i for i in items if isinstance(i, Record)]
    read = sum(r.rows for r in records) + len(items) - len(records)
    absent = tuple(n for n in binding.map.columns if n not in binding.columns)
    return Preview(
        path.name,
        binding.map.id,
        binding.map.title,
        round(binding.score, 2),
        binding.mapping(),
        _layout(path, binding),
        absent,
        tuple(sorted(records, key=lambda r: r.line)[:PREVIEW_ROWS]),
        (*sheet_doubts(path), *doubts(binding), *_ownership(binding, records)),
        tuple(_problems(binding, items, records, read)),
        read,
    )


def _layout(path: Path, binding: Binding) -> tuple[tuple[str, str, str], ...]:
    """Each column with the first value it holds; what is never imported shows none."""
    with closing(read_table(path, binding.map.format, binding.width)) as found:
        rows = [
            binding.cells(r.cells) for r in islice(found, EXAMPLES_FROM) if isinstance(r, Row) and r.line > binding.line
        ]
    hidden, becomes = {i for i, _ in binding.dropped}, binding.becomes()
    return tuple(
        (header, becomes[i], "" if i in hidden or becomes[i].endswith(SEALED) else _example(rows, i))
        for i, header in enumerate(binding.header)
        if header.strip()
    )


SEALED = (".dob", ".birth_year")


def _example(rows: Iterable[Sequence[str]], column: int) -> str:
    return without_ssn(next((v for row in rows if (v := clean(row[column]))), ""))


def _ownership(binding: Binding, records: list[Record]) -> list[str]:
    """A column that is called like one for forms of ownership ("LLC") and holds something else, names perhaps."""
    headers = {binding.header[i] for i in binding.columns.get("ownership", ())}
    told = [value for record in records for name, value in record.extra if name in headers]
    words = [value for value in told if len(value) > LONGEST_CODE and says_person(value) is None]
    if 2 * len(words) <= len(told):
        return []
    return [
        f"column {', '.join(map(repr, sorted(headers)))} is taken for a form of ownership, such as LLC, and holds "
        "other words. If they are names, call it Owner Name in a copy"
    ]


def sheet_doubts(path: Path) -> list[str]:
    """What a person who opens the workbook would see otherwise than it is read; nothing for other files."""
    if file_kind(path) != "xlsx":
        return []
    told = [f"sheet {name!r} is not read: it is hidden or holds no table" for name in passed_over(path)]
    hidden = hidden_in(path)
    if hidden.rows:
        told.append(
            f"{len(hidden.rows)} rows are hidden in the sheet, by a filter perhaps, and are read like the others (the "
            f"first is row {hidden.rows[0]}). If they do not belong to the list, delete them in a copy"
        )
    if hidden.columns:
        told.append(
            f"columns {', '.join(hidden.columns[:SHOWN])}{', …' if len(hidden.columns) > SHOWN else ''} are hidden in "
            "the sheet and are read like the others"
        )
    return told


def _problems(binding: Binding, items: Iterable[Record | Rejected], records: list[Record], read: int) -> Iterable[str]:
    yield from (f"column {binding.header[i]!r} is never imported ({why})" for i, why in binding.dropped)
    yield from _by_reason((i.line, i.reason) for i in items if isinstance(i, Rejected))
    unread: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for record in records:
        for name, value in record.extra:
            if name.endswith("(unread)"):
                unread[name].append((record.line, value))
    for name, found in unread.items():
        yield from (f"line {line}: {name}: {value}" for line, value in found[:SHOWN])
        if len(found) > SHOWN:
            yield f"{len(found) - SHOWN} further values of {name.removesuffix(' (unread)')} cannot be read"
    nowhere = [r for r in records if r.premises and not r.premises.building_key]
    if nowhere:
        yield (
            f"{len(nowhere)} addresses have no street, or no city and no ZIP code: such places match nothing "
            f"(the first on line {min(r.line for r in nowhere)}). Where the whole file is of one city, add columns "
            "city and state to a copy"
        )
    numberless = [r for r in records if r.premises and r.premises.building_key and not _is_numbered(r.premises)]
    if 2 * len(numberless) > len(records):
        yield (
            f"{len(numberless)} addresses have a street and no number in it (the first on line "
            f"{min(r.line for r in numberless)}). If a column holds the number, call it Street Number in a copy"
        )
    shared = [said for record in records if (said := shared_in_words(record))]
    yield from shared[:SHOWN]
    if len(shared) > SHOWN:
        yield f"{len(shared) - SHOWN} further applications bear a number that another bears too"
    if folded := sum(r.rows - 1 for r in records):
        yield f"{folded} further rows of records already counted are folded into them"
    if not read:
        yield "the file has a header and no rows"
    if binding.map.kind == "denied" and "status" not in binding.columns:
        yield "no column says what was decided: name it Decision in a copy, if the file has one"


def _is_numbered(place: Address) -> bool:
    return any(c.isdigit() for c in place.street_key)


def _by_reason(rejected: Iterable[tuple[int, str]]) -> Iterable[str]:
    """Each reason once, with the lines it stands for."""
    reasons: dict[str, list[int]] = defaultdict(list)
    for line, reason in rejected:
        reasons[reason].append(line)
    for reason, lines in reasons.items():
        if len(lines) == 1:
            yield f"line {lines[0]}: {reason}"
        else:
            more = ", …" if len(lines) > SHOWN else ""
            yield f"{len(lines)} rows: {reason} (lines {', '.join(map(str, sorted(lines)[:SHOWN]))}{more})"
