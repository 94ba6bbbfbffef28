"""A column map laid over the header of one file: which column holds what, and which map fits best."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from pipeline.records.column_map import ADDRESSES, HOLDER_KEY, ColumnMap, Headers, PartyColumns, synonyms
from pipeline.records.combined import name_and_address, widened
from pipeline.records.delimited import Row
from pipeline.records.header_reading import (
    FALLBACK,
    PRIOR,
    Meaning,
    instead,
    opens,
    read_header,
    split_words,
    with_last_day,
)
from pipeline.records.headers import fold_header, why_never
from pipeline.records.own_nouns import in_known_words
from pipeline.records.whose_place import first_of_a_name, with_its_address

HOLDER = {"application": "applicant", "denied": "applicant", "filing": "officer"}  # role of a name nobody's
SYNONYM_WORTH = 0.6  # of a header that only the shared list knows
BY_WORDS = frozenset(("license", "filing"))  # kinds whose maps read by words what they do not name
RECORDS = frozenset(("", *ADDRESSES))  # whose a column is that is of the record itself
COMPANY_NUMBERS = ("ubi", "ubi_number", "taxpayer_number", "taxpayer_id")  # of a register that has no other
UNTOLD = frozenset(("ignore", "record_number"))  # what words do not tell of a layout that has a map

NOBODYS = "a date of birth, and no column names the person"
NAMES = frozenset(("name", "first", "last", "last_or_company"))

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
    office: str = ""  # who gave the numbers, as whoever imports the file says
    combined: tuple[int, ...] = ()  # columns of a name and an address, for each of which two stand behind the last one
    guessed_number: int | None = None  # the column taken for the number because its values differ

    @property
    def width(self) -> int:
        """How many columns the file has."""
        return len(self.header) - 2 * len(self.combined)

    def cells(self, row: Sequence[str]) -> Sequence[str]:
        """The cells of a row of the file by column number."""
        return widened(row, self.combined)

    @property
    def dataset(self) -> str:
        """The id of the map; where every layout is a data set of its own, or the numbers are those of an office that no
        map knows, with a digest of the header. Behind "@" the office that was named for the file."""
        office = f"@{fold_header(self.office)}" if self.office else ""
        if not (self.map.apart or self.foreign):
            return self.map.id + office
        folded = "\x1f".join(map(fold_header, self.header))
        return f"{self.map.id}-{sha256(folded.encode()).hexdigest()[:8]}{office}"

    @property
    def holder_columns(self) -> tuple[int, ...]:
        """The columns that name whoever the record is of: the first party."""
        return self.parties[0].naming if self.parties else ()

    @property
    def understood(self) -> int:
        """How many columns have a meaning."""
        return sum(1 for h in self.header if h.strip()) - len(self.kept)

    def becomes(self) -> tuple[str, ...]:
        """By column number: canonical name, "kept as written", "not kept" or why it is never imported."""
        named = ["kept as written"] * len(self.header)
        for i in self.ignored:
            named[i] = "not kept"
        if self.tells is not None:
            named[self.tells] = "what the row tells of"
        for i in self.combined:
            named[i] = "a name and an address, which are taken apart"
        for prefix, columns in self._groups():
            for name, numbers in columns.items():
                for i in numbers:
                    named[i] = prefix + name
        for i, why in self.dropped:
            named[i] = f"dropped: {why}"
        return tuple(named)

    def mapping(self) -> dict[str, str]:
        """Header -> what it becomes; of several columns with one header, the first."""
        return dict(reversed(list(zip(self.header, self.becomes(), strict=True))))

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
        self.folded = [fold_header(name) for name in header]
        self.free: dict[str, list[int]] = defaultdict(list)
        self.dropped = tuple((i, why) for i, h in enumerate(header) if (why := why_never(h)))
        hidden = {i for i, _ in self.dropped}
        for i, folded in enumerate(self.folded):
            if i not in hidden and folded:
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
        """Take out every column whose header, as these words say it, can be read word by word."""
        free = sorted(i for numbers in self.free.values() for i in numbers)
        read = {i: meaning for i in free if (meaning := read_header(header[i]))}
        for i in read:
            self.leave(i)
        self.own += len(read)
        return read

    def leave(self, column: int) -> None:
        self.free[self.folded[column]].remove(column)

    def give_back(self, column: int) -> None:
        self.free[self.folded[column]].append(column)
        self.own -= 1


def bind(column_map: ColumnMap, row: Row) -> Binding:
    """Lay the map over a header row. The score, 0 to 1, says how well they fit; 0 without the natural key."""
    header = list(row.cells)
    while header and not header[-1].strip():
        header.pop()
    halves = {i: both for i, name in enumerate(header) if not why_never(name) and (both := name_and_address(name))}
    header += [half for both in halves.values() for half in both]
    columns = _Columns(header)
    for i in halves:
        columns.leave(i)
    own = columns.take_all(column_map.columns)
    numbered = [(spec, n) for spec in column_map.parties for n in range(1, spec.repeat + 1)]
    parties = tuple(BoundParty(s, n, c) for s, n in numbered if (c := columns.take_all(s.columns, n)))
    numbered_prior = [(p, n) for p in column_map.prior for n in range(1, p.repeat + 1)]
    prior: list[Columns] = [c for p, n in numbered_prior if (c := columns.take_all(p.columns, n))]
    ignored = columns.take(column_map.ignore)
    tells = columns.take((column_map.row_tells.column,)) if column_map.row_tells else ()
    matched = columns.own
    spoken = in_known_words(header) if column_map.general else header
    if column_map.general:
        told = _read_words(columns, spoken, column_map, own, parties)
        shared, parties, ignored = told.record, told.parties, (*ignored, *told.ignored)
        prior += told.prior
    else:
        shared = columns.take_all({n: h for n, h in synonyms().items() if n not in own})
    explained = matched + SYNONYM_WORTH * (columns.own - matched) + len(columns.dropped)
    together = {**shared, **own}
    for name in shared.keys() & own.keys():  # parts of an address: the own one may turn out to be another address's
        together[name] = (*own[name], *shared[name])
    usable = _has_key(column_map, together, parties) and (_says_who(together) or bool(parties))
    found = len(own) + len({(p.spec.role, k) for p in parties for k in p.columns})
    if column_map.kind in BY_WORDS and not column_map.general:  # says nothing of how well the map fits
        told = _read_words(columns, header, column_map, together, parties)
        parties = told.parties
        together = {**told.record, **together}
        prior += told.prior
    together = first_of_a_name(with_its_address(together, spoken), header)
    parties = tuple(BoundParty(p.spec, p.n, first_of_a_name(p.columns, header)) for p in parties)
    read = {i for c in (together, *(p.columns for p in parties), *prior) for numbers in c.values() for i in numbers}
    unread = {*range(len(header))} - read - {i for i, _ in columns.dropped} - {*ignored, *tells}
    dropped = (*columns.dropped, *((i, NOBODYS) for i in sorted(unread) if _is_birthday(header[i])))
    unread -= {i for i, _ in dropped}
    return Binding(
        column_map,
        tuple(header),
        row.line,
        together,
        {place: _parts(together, place) for place in ADDRESSES},
        parties,
        tuple(prior),
        dropped,
        ignored,
        tuple(i for i in sorted(unread) if header[i].strip()),
        _score(column_map, header, explained, found) if usable and bool(tells) == bool(column_map.row_tells) else 0.0,
        tells[0] if tells else None,
        column_map.general and not _has_key(column_map, own, ()),
        combined=tuple(halves),
    )


Parties = tuple[BoundParty, ...]


def _is_birthday(header: str) -> bool:
    return (meaning := read_header(header)) is not None and meaning.what in {"dob", "birth_year"}


@dataclass(frozen=True, slots=True)
class _Told:
    """What the words of the headers say: columns of the record, parties, columns not kept, earlier addresses."""

    record: dict[str, tuple[int, ...]]
    parties: Parties
    ignored: tuple[int, ...]
    prior: list[Columns]


def _read_words(
    columns: _Columns, header: Sequence[str], column_map: ColumnMap, own: Columns, parties: Parties
) -> _Told:
    """What the words of the headers say that no list names."""
    read = instead(columns.take_read(header), header)
    if not column_map.general:  # its own columns say it better
        told = [i for i, m in read.items() if m.what in UNTOLD or (m.whose in RECORDS and _named(m) in own)]
        for i in told:
            columns.give_back(i)
            del read[i]
    has_mailing = any(m.whose == "mailing" and not m.borrowed for m in read.values())
    has_mailing |= any(name.startswith("mailing.") for name in own)
    record: dict[str, list[tuple[int, int]]] = defaultdict(list)
    people: dict[tuple[str, int], dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    prior: dict[int, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    entity_named = "entity_name" in own or any(m.what == "entity_name" for m in read.values())
    if column_map.kind == "filing" and not entity_named:  # in a register of companies "Name" is the company's
        firm = (i for i, m in read.items() if m.what == "name" and (m.whose == "licensee" or _is_taxpayers(header[i])))
        read |= {i: Meaning("", "entity_name", read[i].rank) for i in firm}
    if column_map.kind == "application" and "received" not in {*own, *(m.what for m in read.values())}:
        read |= {i: Meaning("", "received", m.rank) for i, m in read.items() if opens(header[i]) and m.what == "issued"}
    if column_map.kind == "license":
        read = with_last_day(read, header)
    if column_map.kind == "filing" and "issued" not in {*own, *(m.what for m in read.values())}:
        # The day a company's papers were filed is the day it was formed.
        read |= {i: Meaning("", "issued", m.rank) for i, m in read.items() if m.what == "received"}
    for i, m in read.items():
        if m.what == "ignore":
            continue
        if m.borrowed and has_mailing:
            columns.give_back(i)
        elif m.whose in RECORDS:
            record[_named(m)].append((m.rank, i))
            if m.what == "phone" and "email" in split_words(header[i]):  # "Phone / Email"
                record["email"].append((m.rank, i))
        elif m.whose == PRIOR:
            prior[m.n][m.what].append((m.rank, i))
        else:
            role = HOLDER.get(column_map.kind, m.whose) if m.whose == "licensee" else m.whose
            people[role, m.n][m.what].append((m.rank, i))
    numbers = record["license_number"]
    if column_map.kind == "filing" and not record["record_number"] and "record_number" not in own:
        # A company's registration, account or number for taxes.
        record["record_number"] = numbers or [(FALLBACK, i) for i in columns.take(COMPANY_NUMBERS)]
        numbers = record["license_number"] = []
        if not record["license_type"] and not {"license_type"} & own.keys():  # its legal form
            record["license_type"] = record.pop("ownership", [])
    if any(rank < FALLBACK for rank, _ in numbers):  # a paper of somebody's is not the number of a row without one
        record["license_number"] = [(rank, i) for rank, i in numbers if rank < FALLBACK]
    return _Told(
        {name: _by_rank(found) for name, found in record.items() if found and (name not in own or "." in name)},
        _joined(parties, people),
        tuple(i for i, m in read.items() if m.what == "ignore"),
        [{what: _by_rank(found) for what, found in parts.items()} for _, parts in sorted(prior.items())],
    )


def _is_taxpayers(header: str) -> bool:
    return "taxpayer" in split_words(header)


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


def _has_key(column_map: ColumnMap, columns: Columns, parties: Parties) -> bool:
    for names in column_map.key:
        present = sum(n in columns or (n == HOLDER_KEY and bool(parties)) for n in names)
        if present >= min(2, len(names)):
            return True
    return False


def _says_who(columns: Columns) -> bool:
    return any(
        n in columns for n in ("entity_name", "dba_name", "premises.line1", "premises.street", "landlord", "text")
    )
