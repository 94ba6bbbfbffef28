"""Which layout a file has: the column map that fits its header best, found below titles and group titles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from itertools import islice, pairwise
from pathlib import Path

from pipeline.errors import FixInput
from pipeline.model import RecordKind
from pipeline.records.binding import Binding, bind
from pipeline.records.column_map import ColumnMap, load_maps
from pipeline.records.dates_by_values import with_dates
from pipeline.records.delimited import Row
from pipeline.records.headers import fold_header
from pipeline.records.number_by_values import with_number
from pipeline.records.reading import read_table
from pipeline.records.status_by_values import with_status

HEADER_ROWS = 12  # a sheet may carry a title above its header
SAMPLE_ROWS = 500  # looked at to tell whether a column holds numbers of records
LEAST_SCORE = 0.3
LEAST_READ = 0.15  # of a header read word by word: its key and whose it is are known, whatever else it holds
KNOWN_LAYOUT = 0.8  # below, a map is that of another office whose headers happen to agree
KNOWN_SIGNED = 0.6  # with a header that only this layout writes: its office may have added columns

# A date, a ZIP code, a phone number, a number with letters before it.
DATUM = re.compile(
    r"\d{1,4}[-/]\d{1,2}[-/]\d{1,4}.*|\d{5}(-\d{4})?|\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}|[A-Z]{1,4}-?\d{3,}"
)
EXAMPLE = "such as license_number, license_type, business_name, dba_name, address, city, state, zip, phone, expires"


def detect_map(
    path: Path, kind: RecordKind, maps: Mapping[str, ColumnMap] | None = None
) -> tuple[ColumnMap, float, dict[str, str]]:
    """The map that fits best, its score and header -> canonical name. Raises FixInput naming headers and maps tried."""
    binding = detect_binding(path, kind, maps)
    return binding.map, binding.score, binding.mapping()


def detect_binding(path: Path, kind: RecordKind, maps: Mapping[str, ColumnMap] | None = None) -> Binding:
    """As detect_map, with everything a reader needs."""
    rows = first_rows(path)
    tried = [m for m in (maps or load_maps()).values() if m.kind == kind]
    if best := _best_fit(rows, tried):
        sample = _sample(path, best)
        return with_dates(with_status(with_number(best, sample), sample), sample)
    seen = _widest(rows)
    if rows and _is_data(rows[0]):
        raise FixInput(
            f"{path}: the first line is a record already, it seems: {seen}. The file has no header. Put a line with "
            f"the names of its columns on top of a copy, {EXAMPLE}; leave the name of a column empty that says "
            "nothing. Then import the copy; --dry-run shows how it is read."
        )
    raise FixInput(
        f"{path}: no column map for {kind} records fits. Headers seen: {seen}. Maps tried: "
        f"{', '.join(sorted(m.id for m in tried)) or 'none'}. A table needs a header with a column for its number, "
        f"such as {_numbers(tried)}, and one for a name or an address. Check the kind of record, rename the "
        "columns in a copy, or write a map and name it with --map."
    )


def _sample(path: Path, binding: Binding) -> list[tuple[str, ...]]:
    """The first rows below the header, cells as in the file."""
    if not binding.map.general:
        return []
    with closing(read_table(path, binding.map.format, binding.width)) as found:
        return [r.cells for r in islice(found, SAMPLE_ROWS) if isinstance(r, Row) and r.line > binding.line]


def _numbers(maps: Iterable[ColumnMap]) -> str:
    """Headers that the general maps know for the number of a row."""
    names = dict.fromkeys(names[0] for m in maps if m.general for names in m.key if len(names) == 1)
    return " or ".join(names) or "license_number"


def _widest(rows: Sequence[Row]) -> str:
    """The cells of the first row that fills the most: titles stand above a header."""
    first = sorted(rows, key=lambda row: row.line)
    filled: list[list[str]] = [[h for h in row.cells if h.strip()] for row in first] or [["none"]]
    widest = max(filled, key=len)
    return ", ".join(widest)[:600]


def _is_data(row: Row) -> bool:
    """Whether a row holds dates, ZIP codes, phones or numbers of papers, as no header does."""
    return len(row.cells) > 2 and sum(bool(DATUM.fullmatch(cell.strip())) for cell in row.cells) >= 2


def _best_fit(rows: Sequence[Row], maps: Sequence[ColumnMap]) -> Binding | None:
    """A map that surely is the layout's own; else the general one; else whatever fits somewhat."""
    signed = [m for m in maps if not m.signature or any(_signed(m, row) for row in rows)]
    own, general = ([m for m in signed if m.general is wanted] for wanted in (False, True))
    for tried, least in ((own, KNOWN_LAYOUT), (general, LEAST_READ), (own, LEAST_SCORE)):
        fits = [b for m in tried for row in rows if (b := bind(m, row)).score >= min(least, _known_from(m))]
        if fits:
            # A row of group titles reads well too, and says less.
            return max(fits, key=lambda b: (b.understood if b.map.general else 0, b.score, -b.line))
    return None


def _known_from(column_map: ColumnMap) -> float:
    return KNOWN_SIGNED if column_map.signature else KNOWN_LAYOUT


def _signed(column_map: ColumnMap, row: Row) -> bool:
    """Whether a row has a header that only this layout writes."""
    return not {fold_header(h) for h in column_map.signature}.isdisjoint(map(fold_header, row.cells))


def bind_file(path: Path, column_map: ColumnMap) -> Binding:
    """Lay a chosen map over the file. Raises FixInput when its natural key is in none of the first rows."""
    rows = first_rows(path)
    best = max((bind(column_map, row) for row in rows), key=lambda b: (b.score, -b.line), default=None)
    if best is not None and best.score > 0:
        return best
    wanted = " or ".join(
        " + ".join(h for n in names for h in column_map.columns.get(n, (n,))[:3]) for names in column_map.key
    )
    seen = _widest(rows)
    raise FixInput(
        f"{path} does not fit column map {column_map.id}: it needs the column {wanted} and a name or address. "
        f"Headers seen: {seen}. Choose another map with --map."
    )


def first_rows(path: Path) -> list[Row]:
    """The first rows that can be split into cells, a header among them; below a row of group titles ("Owner" above
    "Name" and "Phone") also the header with its titles."""
    with closing(read_table(path)) as found:
        rows = [r for r in islice(found, HEADER_ROWS) if isinstance(r, Row)]
    titled = [t for above, row in pairwise(rows) if (t := _titled(above, row))]
    return [*titled, *rows]


def _titled(above: Row, row: Row) -> Row | None:
    """The row with each cell under its title; a title stands in the first of the cells it is merged over."""
    titles = sum(1 for cell in above.cells if cell.strip())
    if not 2 <= titles < sum(1 for cell in row.cells if cell.strip()) or row.line != above.line + 1:
        return None
    cells, title = [], ""
    for n, cell in enumerate(row.cells):
        title = (above.cells[n].strip() if n < len(above.cells) else "") or title
        cells.append(f"{title} {cell}".strip() if cell.strip() else "")
    return Row(row.line, tuple(cells))
