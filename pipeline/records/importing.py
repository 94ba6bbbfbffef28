"""Record files to Records. Every row comes out once: in a record, folded into one, or rejected with its line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from pipeline.errors import FixInput
from pipeline.model import Record, RecordKind
from pipeline.records.binding import Binding
from pipeline.records.building import UnreadableRow, build_record, natural_key
from pipeline.records.column_map import ColumnMap, load_map, load_maps
from pipeline.records.delimited import BadRow, Row
from pipeline.records.detection import bind_file, detect_binding
from pipeline.records.folding import Spill, clash, fold
from pipeline.records.reading import read_table
from pipeline.records.same_number import share_number
from pipeline.records.values import without_ssn

MOST_OF_ONE_NUMBER = 100  # applications; a word such as "pending" in the place of a number stands on every row
Group = list[tuple[int, tuple[str, ...]]]  # line and cells of each row with one natural key


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row kept back. `raw` is the row as it stands, without cells that are never imported."""

    file: str
    line: int  # 1-based line of the file, or row of the sheet
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Layout:
    """A file of records and how its rows are read. `fictional` accepts NPA-555-01XX phones, `generated` any
    NPA-555-XXXX."""

    path: Path
    binding: Binding
    fictional: bool = True
    generated: bool = True


def choose_layout(
    path: Path,
    kind: RecordKind,
    *,
    map_id: str | None = None,
    office: str = "",
    fictional: bool = True,
    generated: bool = True,
) -> Layout:
    """How a file is read. `map_id` (id of a shipped map, or path of a TOML file) chooses the column map; without, it is
    detected. `office`: whose numbers the file holds, if one is named. Raises FixInput when the file is no table or no
    map fits."""
    if not map_id:
        binding = detect_binding(path, kind)
    elif (chosen := _named_map(map_id)).kind == kind:
        binding = bind_file(path, chosen)
    else:
        raise FixInput(
            f"Column map {chosen.id} is for {chosen.kind} records, not {kind}. Choose another map with --map."
        )
    return Layout(path, replace(binding, office=office), fictional, generated)


def read_records(layout: Layout, limit: int | None = None) -> Iterator[Record | Rejected]:
    """Records and rejected rows of a file. sum(record.rows) + rejected = the rows of the file that are not blank.

    `limit`: so many rows at most. Raises FixInput when the file turns out damaged further on: then nothing of it may be
    taken over.
    """
    for item in read_groups(layout, limit):
        yield from (item,) if isinstance(item, Rejected) else fold_group(layout, item)


def _named_map(name: str) -> ColumnMap:
    if name.endswith(".toml"):
        return load_map(Path(name))
    maps = load_maps()
    if name not in maps:
        raise FixInput(
            f"There is no column map {name!r}. Known: {', '.join(sorted(maps))}; or give the path of a TOML file."
        )
    return maps[name]


def read_groups(layout: Layout, limit: int | None = None) -> Iterator[Group | Rejected]:
    """First the rows that have no number or no cells, rejected; then, the whole file being read, the others by number
    for `fold_group`, in order of their first lines. Raises FixInput before the first group."""
    path, binding = layout.path, layout.binding
    with closing(Spill()) as spill:
        with closing(read_table(path, binding.map.format, binding.width)) as rows:
            for row in islice((r for r in rows if r.line > binding.line), limit):
                if isinstance(row, BadRow):
                    yield Rejected(path.name, row.line, row.reason, _unsplit(binding, row.raw))
                    continue
                try:
                    spill.add(natural_key(binding, row.cells), row.line, row.cells)
                except UnreadableRow as error:
                    yield _rejected(path, binding, row, str(error))
        yield from spill.groups()


def fold_group(layout: Layout, group: Group) -> Iterator[Record | Rejected]:
    """The one record of these rows, and those of them that are rejected. The file itself is not opened."""
    path, binding = layout.path, layout.binding
    records: list[Record] = []
    most = MOST_OF_ONE_NUMBER if binding.map.kind == "application" else 1
    for line, cells in group:
        try:
            further = build_record(binding, line, cells, fictional=layout.fictional, generated=layout.generated)
        except UnreadableRow as error:
            yield _rejected(path, binding, Row(line, cells), str(error))
            continue
        of_it = next((n for n, record in enumerate(records) if not clash(record, further)), None)
        if of_it is not None:
            records[of_it] = fold(records[of_it], further)
        elif len(records) < most:
            records.append(further)
        else:
            yield _rejected(path, binding, Row(line, cells), _no_number(records, further))
    yield from share_number(records) if len(records) > 1 else records


def _no_number(records: list[Record], further: Record) -> str:
    if len(records) == 1:
        return clash(records[0], further)
    return (
        f"the same number stands on line {records[0].line} and with more than {len(records)} other names: it is no "
        "application's. Number the rows in a copy and take that"
    )


def _rejected(path: Path, binding: Binding, row: Row, reason: str) -> Rejected:
    hidden = {i for i, _ in binding.dropped}
    raw = " | ".join("[withheld]" if i in hidden and c else c for i, c in enumerate(row.cells))
    return Rejected(path.name, row.line, reason, without_ssn(raw)[:1000])


def _unsplit(binding: Binding, raw: str) -> str:
    """A row that could not be split: its cells cannot be told apart, so a file with columns that are never imported
    shows none of it."""
    return "[withheld: the file has columns that are never imported]" if binding.dropped else without_ssn(raw)
