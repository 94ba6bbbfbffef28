"""A column map laid over the header of one file: which column holds what, and which map fits best."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipeline.errors import FixInput
from pipeline.model import RecordKind
from pipeline.records.column_map import ADDRESSES, ColumnMap, Headers, PartyColumns, load_maps, synonyms
from pipeline.records.delimited import Row
from pipeline.records.headers import fold_header, why_never
from pipeline.records.reading import read_table

HEADER_ROWS = 12  # a sheet may carry a title above its header
LEAST_SCORE = 0.3
SYNONYM_WORTH = 0.6  # of a header that only the shared list knows

Columns = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class BoundParty:
    spec: PartyColumns
    n: int
    columns: Columns


@dataclass(frozen=True, slots=True)
class Binding:
    """`columns`: canonical name -> column numbers, best first; `kept`: columns only `Record.extra` has room for."""

    map: ColumnMap
    header: tuple[str, ...]
    line: int
    columns: Columns
    places: Mapping[str, Columns]  # "premises", "mailing" -> part of the address -> column numbers
    parties: tuple[BoundParty, ...]
    prior: tuple[Columns, ...]
    dropped: tuple[tuple[int, str], ...]  # never imported, with what they hold
    ignored: tuple[int, ...]
    kept: tuple[int, ...]
    score: float

    @property
    def width(self) -> int:
        return len(self.header)

    def mapping(self) -> dict[str, str]:
        """Header -> canonical name, "kept as written", "not kept" or why it is never imported."""
        named = dict.fromkeys(self.header, "kept as written")
        named.update({self.header[i]: "not kept" for i in self.ignored})
        for prefix, columns in self._groups():
            for name, numbers in columns.items():
                named.update({self.header[i]: prefix + name for i in numbers})
        return {**named, **{self.header[i]: f"dropped: {why}" for i, why in self.dropped}}

    def _groups(self) -> Iterable[tuple[str, Columns]]:
        yield "", self.columns
        for party in self.parties:
            number = f"[{party.n}]" if party.spec.repeat > 1 else ""
            yield f"{party.spec.role}{number}.", party.columns
        for n, columns in enumerate(self.prior, 1):
            yield f"prior[{n}].", columns


class _Columns:
    """Takes columns of a header out one by one, so that none means two things."""

    def __init__(self, header: Sequence[str]) -> None:
        self.free: dict[str, list[int]] = defaultdict(list)
        self.dropped = tuple((i, why) for i, h in enumerate(header) if (why := why_never(h)))
        hidden = {i for i, _ in self.dropped}
        for i, name in enumerate(header):
            if i not in hidden and (folded := fold_header(name)):
                self.free[folded].append(i)
        self.own = 0

    def take(self, headers: Headers, n: int = 1) -> tuple[int, ...]:
        found: list[int] = []
        for name in headers:
            found.extend(self.free.pop(fold_header(name.replace("{n}", str(n))), ()))
        self.own += len(found)
        return tuple(found)

    def take_all(self, wanted: Mapping[str, Headers], n: int = 1) -> dict[str, tuple[int, ...]]:
        taken = {name: self.take(headers, n) for name, headers in wanted.items()}
        return {name: numbers for name, numbers in taken.items() if numbers}


def bind(column_map: ColumnMap, row: Row) -> Binding:
    """Lay the map over a header row. The score, 0 to 1, says how well they fit; 0 without the natural key."""
    header = list(row.cells)
    while header and not header[-1].strip():
        header.pop()
    columns = _Columns(header)
    own = columns.take_all(column_map.columns)
    numbered = [(spec, n) for spec in column_map.parties for n in range(1, spec.repeat + 1)]
    parties = tuple(BoundParty(s, n, c) for s, n in numbered if (c := columns.take_all(s.columns, n)))
    prior = [c for p in column_map.prior for n in range(1, p.repeat + 1) if (c := columns.take_all(p.columns, n))]
    ignored = columns.take(column_map.ignore)
    matched = columns.own
    shared = columns.take_all({n: h for n, h in synonyms().items() if n not in own})
    explained = matched + SYNONYM_WORTH * (columns.own - matched) + len(columns.dropped)
    together = {**shared, **own}
    usable = _has_key(column_map, together) and (_says_who(together) or bool(parties))
    found = len(own) + len({(p.spec.role, k) for p in parties for k in p.columns})
    return Binding(
        column_map,
        tuple(header),
        row.line,
        together,
        {place: _parts(together, place) for place in ADDRESSES},
        parties,
        tuple(prior),
        columns.dropped,
        ignored,
        tuple(sorted(i for numbers in columns.free.values() for i in numbers)),
        _score(column_map, header, explained, found) if usable else 0.0,
    )


def _parts(columns: Columns, place: str) -> Columns:
    return {n.removeprefix(f"{place}."): c for n, c in columns.items() if n.startswith(f"{place}.")}


def _score(column_map: ColumnMap, header: Sequence[str], explained: float, found: int) -> float:
    """How much of the header the map explains, and how much of the map the header fills."""
    filled = sum(1 for h in header if h.strip())
    declared = len(column_map.columns) + sum(len(p.columns) for p in column_map.parties)
    return 0.7 * min(1.0, explained / max(1, filled)) + 0.3 * min(1.0, found / max(1, declared))


def _has_key(column_map: ColumnMap, columns: Columns) -> bool:
    for names in column_map.key:
        present = sum(n in columns for n in names)
        if present >= min(2, len(names)):
            return True
    return False


def _says_who(columns: Columns) -> bool:
    return any(
        n in columns for n in ("entity_name", "dba_name", "premises.line1", "premises.street", "landlord", "text")
    )


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
    best = max((bind(m, row) for row in rows for m in tried), key=lambda b: (b.score, -b.line), default=None)
    if best is not None and best.score >= LEAST_SCORE:
        return best
    seen = ", ".join(h for h in rows[0].cells if h.strip())[:600] if rows else "none"
    raise FixInput(
        f"{path}: no column map for {kind} records fits. Headers seen: {seen}. Maps tried: "
        f"{', '.join(sorted(m.id for m in tried)) or 'none'}. Check the kind of record, or "
        "write a map and name it with --map."
    )


def bind_file(path: Path, column_map: ColumnMap) -> Binding:
    """Lay a chosen map over the file. Raises FixInput when its natural key is in none of the first rows."""
    rows = first_rows(path)
    best = max((bind(column_map, row) for row in rows), key=lambda b: (b.score, -b.line), default=None)
    if best is not None and best.score > 0:
        return best
    wanted = " or ".join(" + ".join(h for n in names for h in column_map.columns[n][:3]) for names in column_map.key)
    seen = ", ".join(h for h in rows[0].cells if h.strip())[:600] if rows else "none"
    raise FixInput(
        f"{path} does not fit column map {column_map.id}: it needs the column {wanted} and a name or address. "
        f"Headers seen: {seen}. Choose another map with --map."
    )


def first_rows(path: Path) -> list[Row]:
    """The first rows that can be split into cells, a header among them."""
    with closing(read_table(path)) as rows:
        return [r for r in islice(rows, HEADER_ROWS) if isinstance(r, Row)]
