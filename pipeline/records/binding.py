"""A column map laid over the header of one file: which column holds what, and which map fits best."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice, pairwise
from pathlib import Path

from pipeline.errors import FixInput
from pipeline.model import RecordKind
from pipeline.records.column_map import ADDRESSES, ColumnMap, Headers, PartyColumns, load_maps, synonyms
from pipeline.records.delimited import Row
from pipeline.records.header_reading import Meaning, instead, read_header
from pipeline.records.headers import fold_header, why_never
from pipeline.records.reading import read_table
from pipeline.records.whose_place import with_its_address

HEADER_ROWS = 12  # a sheet may carry a title above its header
LEAST_SCORE = 0.3
LEAST_READ = 0.15  # of a header read word by word: its key and whose it is are known, whatever else it holds
KNOWN_LAYOUT = 0.8  # below, a map is that of another office whose headers happen to agree
KNOWN_SIGNED = 0.6  # with a header that only this layout writes: its office may have added columns
HOLDER = {"application": "applicant", "denied": "applicant", "filing": "officer"}  # role of a name nobody's
SYNONYM_WORTH = 0.6  # of a header that only the shared list knows
BY_WORDS = frozenset(("license", "filing"))  # kinds whose maps read by words what they do not name
RECORDS = frozenset(("", *ADDRESSES))  # whose a column is that is of the record itself
UNTOLD = frozenset(("ignore", "record_number"))  # what words do not tell of a layout that has a map

NAMES = frozenset(("name", "first", "last", "last_or_company"))

# A date, a ZIP code, a phone number, a number with letters before it.
DATUM = re.compile(
    r"\d{1,4}[-/]\d{1,2}[-/]\d{1,4}.*|\d{5}(-\d{4})?|\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}|[A-Z]{1,4}-?\d{3,}"
)
EXAMPLE = "such as license_number, license_type, business_name, dba_name, address, city, state, zip, phone, expires"

Columns = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class BoundParty:
    spec: PartyColumns
    n: int
    columns: Columns
    naming: tuple[int, ...] = field(init=False, repr=False, compare=False)  # the columns that may hold its name

    def __post_init__(self) -> None:
        found = (i for name in sorted(NAMES) for i in self.columns.get(name, ()))
        object.__setattr__(self, "naming", tuple(found))


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
    tells: int | None = None  # the column that says what a row tells of
    foreign: bool = False  # the number's header is none the map knows: numbers of another office

    @property
    def width(self) -> int:
        return len(self.header)

    @property
    def dataset(self) -> str:
        """The id of the map; where every layout is a data set of its own, or the numbers are those of an office that no
        map knows, with a digest of the header."""
        if not (self.map.apart or self.foreign):
            return self.map.id
        folded = "\x1f".join(map(fold_header, self.header))
        return f"{self.map.id}-{sha256(folded.encode()).hexdigest()[:8]}"

    @property
    def understood(self) -> int:
        """How many columns have a meaning."""
        return sum(1 for h in self.header if h.strip()) - len(self.kept)

    def mapping(self) -> dict[str, str]:
        """Header -> canonical name, "kept as written", "not kept" or why it is never imported."""
        named = dict.fromkeys(self.header, "kept as written")
        named.update({self.header[i]: "not kept" for i in self.ignored})
        if self.tells is not None:
            named[self.header[self.tells]] = "what the row tells of"
        for prefix, columns in self._groups():
            for name, numbers in columns.items():
                named.update({self.header[i]: prefix + name for i in numbers})
        return {**named, **{self.header[i]: f"dropped: {why}" for i, why in self.dropped}}

    def _groups(self) -> Iterable[tuple[str, Columns]]:
        yield "", self.columns
        for party in self.parties:
            number = f"[{party.n}]" if party.spec.repeat > 1 or party.n > 1 else ""
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

    def take_read(self, header: Sequence[str]) -> dict[int, Meaning]:
        """Take out every column whose header can be read word by word."""
        free = sorted(i for numbers in self.free.values() for i in numbers)
        read = {i: meaning for i in free if (meaning := read_header(header[i]))}
        for i in read:
            self.free[fold_header(header[i])].remove(i)
        self.own += len(read)
        return read

    def give_back(self, name: str, column: int) -> None:
        self.free[fold_header(name)].append(column)
        self.own -= 1


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
    tells = columns.take((column_map.row_tells.column,)) if column_map.row_tells else ()
    matched = columns.own
    if column_map.general:
        shared, parties, unkept = _read_words(columns, header, column_map, own, parties)
        ignored += unkept
    else:
        shared = columns.take_all({n: h for n, h in synonyms().items() if n not in own})
    explained = matched + SYNONYM_WORTH * (columns.own - matched) + len(columns.dropped)
    together = {**shared, **own}
    usable = _has_key(column_map, together) and (_says_who(together) or bool(parties))
    found = len(own) + len({(p.spec.role, k) for p in parties for k in p.columns})
    if column_map.kind in BY_WORDS and not column_map.general:  # says nothing of how well the map fits
        further, parties, _ = _read_words(columns, header, column_map, together, parties)
        together = {**further, **together}
    together = with_its_address(together, header)
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
        _score(column_map, header, explained, found) if usable and bool(tells) == bool(column_map.row_tells) else 0.0,
        tells[0] if tells else None,
        column_map.general and not _has_key(column_map, own),
    )


Parties = tuple[BoundParty, ...]


def _read_words(
    columns: _Columns, header: Sequence[str], column_map: ColumnMap, own: Columns, parties: Parties
) -> tuple[dict[str, tuple[int, ...]], Parties, tuple[int, ...]]:
    """What the words of the headers say that no list names: columns of the record, parties, columns not kept."""
    read = instead(columns.take_read(header), header)
    if not column_map.general:  # its own columns say it better
        told = [i for i, m in read.items() if m.what in UNTOLD or (m.whose in RECORDS and _named(m) in own)]
        for i in told:
            columns.give_back(header[i], i)
            del read[i]
    has_mailing = any(m.whose == "mailing" and not m.borrowed for m in read.values())
    has_mailing |= any(name.startswith("mailing.") for name in own)
    record: dict[str, list[tuple[int, int]]] = defaultdict(list)
    people: dict[tuple[str, int], dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    entity_named = "entity_name" in own or any(m.what == "entity_name" for m in read.values())
    if column_map.kind == "filing" and not entity_named:  # in a register of companies "Name" is the company's
        firm = (i for i, m in read.items() if (m.whose, m.what) == ("licensee", "name"))
        read |= {i: Meaning("", "entity_name", read[i].rank) for i in firm}
    for i, m in read.items():
        if m.what == "ignore":
            continue
        if m.borrowed and has_mailing:
            columns.give_back(header[i], i)
        elif m.whose in RECORDS:
            record[_named(m)].append((m.rank, i))
        else:
            role = HOLDER.get(column_map.kind, m.whose) if m.whose == "licensee" else m.whose
            people[role, m.n][m.what].append((m.rank, i))
    ignored = tuple(i for i, m in read.items() if m.what == "ignore")
    shared = {name: _by_rank(found) for name, found in record.items() if name not in own}
    return shared, _joined(parties, people), ignored


def _named(meaning: Meaning) -> str:
    """The canonical name of a column of the record."""
    return f"{meaning.whose}.{meaning.what}" if meaning.whose else meaning.what


def _by_rank(found: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    return tuple(i for _, i in sorted(found))


def _joined(
    parties: Parties, people: Mapping[tuple[str, int], Mapping[str, Iterable[tuple[int, int]]]]
) -> tuple[BoundParty, ...]:
    """The parties of the map with what words add to them, and those that only words tell of, when they have a name."""
    known = {(p.spec.role, p.n): p for p in parties}
    named = {key for key, parts in people.items() if NAMES & set(parts)} | set(known)
    holder = next((key for key in (("licensee", 1), ("applicant", 1)) if key in named), None)
    for key in [k for k in people if k not in named and k[0] == "owner"]:  # "home phone" of whoever holds the license
        if holder:
            people = {**people, holder: {**people[key], **people.get(holder, {})}}
    if len(named) == 1 and ("licensee", 1) in people and ("licensee", 1) not in named:
        (only,) = named  # "DOB", "AKA" of nobody's beside one named person
        people = {**people, only: {**people["licensee", 1], **people.get(only, {})}}
    for (role, n), parts in people.items():
        columns = {what: _by_rank(found) for what, found in parts.items()}
        if before := known.get((role, n)):
            known[role, n] = BoundParty(before.spec, n, {**columns, **before.columns})
        elif NAMES & set(columns):
            known[role, n] = BoundParty(PartyColumns(role, {}), n, columns)
    return tuple(known.values())


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
    if best := _best_fit(rows, tried):
        return best
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


def _numbers(maps: Iterable[ColumnMap]) -> str:
    """Headers that the general maps know for the number of a row."""
    names = dict.fromkeys(names[0] for m in maps if m.general for names in m.key)
    return " or ".join(names) or "license_number"


def _widest(rows: Sequence[Row]) -> str:
    """The cells of the first row that fills the most: titles stand above a header."""
    filled: list[list[str]] = [[h for h in row.cells if h.strip()] for row in rows] or [["none"]]
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
