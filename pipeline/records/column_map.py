r"""Column maps: one TOML file says how one layout is read. A new state's layout needs no Python.

    id = "city-licenses"              # = file name; names the data set in every record
    kind = "license"                  # license application denied filing parcel tip inspection
    title = "City business licenses"
    source = "https://…"              # where the layout is published
    general = true                    # where no map fits: what no list names is read word by word (header_words.toml)
    apart = true                      # files of another header are another data set: their numbers are others' numbers;
                                      # without it, only where no list names the header of the number
    one_issuer = true                 # one office gives every number once: a later row of one is its newer version.
                                      # Without it, another holder and place under a number is another license
    signature = ["valid_license_for"] # headers nobody else writes: a file without any is not taken for this layout
    key = ["license_number"]          # natural key; [["a"], ["b", "c"]] are alternatives, a composite needs two values;
                                      # "holder" stands for the name of the record's person
    ignore = ["ward", "precinct"]     # headers that are known and not kept

    [format]                          # hints
    delimiter = "tab"                 # comma tab pipe semicolon
    quoting = "none"                  # none: a quote is a character like any other
    encoding = "cp1252"

    [columns]                         # canonical name = headers in any case and spacing; the first with a value wins
    license_number = ["license_number", "License #"]
    premises = { line1 = ["address"], unit = ["unit"], city = ["city"], state = ["state"], zip = ["zip_code"] }

    [[prior]]                         # prior addresses; repeat = 3 with "{n}" in the headers reads three
    line1 = ["prior_address"]

    [[party]]                         # a person or company on the record
    role = "owner"
    role_from = ["owner_title"]       # the role as a column says it
    kind = "auto"                     # person company auto: auto looks for legal forms when there are no name parts
    name = ["owner_name"]
    repeat = 9

    [dates]
    layouts = ["%m%d%Y"]              # strptime, tried before the usual ones
    sentinels = ["2100-04-20"]        # dates that mean "none", besides the usual ones

    [statuses]
    Active = ["A", "20"]              # codes -> words; a status that is not listed stays as written

    [row_tells]                       # files with a row for each address and person of one number
    column = "associated_name_type"   # the header of the column that says what a row tells of
    premises = ["PRINCIPAL PLACE OF BUSINESS"]  # premises, mailing, or the role of the party; another word: "related"

    [rows]
    name_in_line1 = true              # line 1 of the address may hold a business name and line 2 the street
    person_address = "mailing"        # the address of a row without a business name is the person's, not premises

Where licenses and filings have columns that neither map nor synonyms.toml name, their headers are read by words too.
Columns of no map are kept under their header in `Record.extra`; those of never_import.toml never are.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from pipeline.errors import FixProfile
from pipeline.model import RecordKind
from pipeline.records.reading import Format

MAPS = Path(__file__).with_name("maps")
SYNONYMS = Path(__file__).with_name("synonyms.toml")
DELIMITERS = {"comma": ",", "tab": "\t", "pipe": "|", "semicolon": ";", "": ""}

HOLDER_KEY = "holder"  # in a natural key: the name of whoever the record is of
TEXTS = (
    "record_number", "license_number", "application_type", "license_type", "entity_name", "dba_name", "previous_names",
    "status", "landlord", "cause", "text", "ownership",
)  # fmt: skip
DATES = ("issued", "expires", "received", "effective", "closed")
CONTACTS = ("phone", "phone_area", "email", "website")
ADDRESS = (
    "line1",
    "line2",
    "box",
    "number",
    "prefix",
    "street",
    "kind",
    "unit",
    "unit_kind",
    "city",
    "state",
    "zip",
    "city_state_zip",
)
ADDRESSES = ("premises", "mailing")
PARTY = (
    "name", "first", "middle", "last", "suffix", "native_name", "other_names", "dob", "birth_year", "phone", "email",
    "role_from", "last_or_company",
)  # fmt: skip
GENERAL = (*TEXTS, *DATES, *(f"{place}.{part}" for place in ADDRESSES for part in ADDRESS))  # read word by word
PARTY_KINDS = ("person", "company", "auto")
TOP = (
    "id",
    "kind",
    "title",
    "source",
    "general",
    "apart",
    "one_issuer",
    "signature",
    "key",
    "ignore",
    "format",
    "columns",
    "prior",
    "party",
    "dates",
    "statuses",
    "row_tells",
    "rows",
)

Headers = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartyColumns:
    """How one kind of party stands in the row; `repeat` > 1 replaces "{n}" in the headers by 1, 2 …"""

    role: str
    columns: Mapping[str, Headers]
    kind: str = "auto"
    repeat: int = 1


@dataclass(frozen=True, slots=True)
class PriorColumns:
    columns: Mapping[str, Headers]
    repeat: int = 1


@dataclass(frozen=True, slots=True)
class RowTells:
    """What a row tells of, as a column says: word, casefolded -> "premises", "mailing" or the role of its party."""

    column: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """One layout. `columns` keys: TEXTS, DATES, CONTACTS, and "premises.<part>", "mailing.<part>"."""

    id: str
    kind: RecordKind
    key: tuple[tuple[str, ...], ...]
    columns: Mapping[str, Headers]
    title: str = ""
    source: str = ""
    ignore: Headers = ()
    format: Format = field(default_factory=Format)
    prior: tuple[PriorColumns, ...] = ()
    parties: tuple[PartyColumns, ...] = ()
    date_layouts: tuple[str, ...] = ()
    sentinels: frozenset[date] = frozenset()
    statuses: Mapping[str, str] = field(default_factory=dict)  # as written, casefolded -> word
    name_in_line1: bool = False
    person_address: str = "premises"
    general: bool = False
    apart: bool = False
    one_issuer: bool = False
    signature: Headers = ()
    row_tells: RowTells | None = None


@cache
def load_maps(folder: Path = MAPS) -> Mapping[str, ColumnMap]:
    """Every map of a folder by id. Raises FixProfile with file and key."""
    maps = [load_map(path) for path in sorted(folder.glob("*.toml"))]
    return MappingProxyType({m.id: m for m in maps})


def load_map(path: Path) -> ColumnMap:
    """One map. Raises FixProfile with file, key and the nearest known key."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FixProfile(f"{path}: {error}. Correct the column map.") from error
    check = _Checker(path)
    check.keys(table, TOP, "")
    if table.get("id") != path.stem:
        check.fail("id", f"must be the file's name, {path.stem!r}")
    kinds: tuple[RecordKind, ...] = get_args(RecordKind)
    kind = next((k for k in kinds if k == table.get("kind")), None)
    if kind is None:
        check.fail("kind", f"must be one of {', '.join(kinds)}")
    columns = _columns(check, table.get("columns", {}))
    dates, rows = check.table(table, "dates"), check.table(table, "rows")
    check.keys(dates, ("layouts", "sentinels"), "dates.")
    check.keys(rows, ("name_in_line1", "person_address"), "rows.")
    return ColumnMap(
        path.stem,
        kind or "license",
        _key(check, table.get("key"), {*columns, *GENERAL} if table.get("general") else set(columns)),
        columns,
        str(table.get("title", "")),
        str(table.get("source", "")),
        check.headers("ignore", table.get("ignore", [])),
        _format(check, check.table(table, "format")),
        tuple(_prior(check, t) for t in table.get("prior", [])),
        tuple(_party(check, t) for t in table.get("party", [])),
        check.headers("dates.layouts", dates.get("layouts", [])),
        frozenset(check.day(s) for s in check.headers("dates.sentinels", dates.get("sentinels", []))),
        {w.casefold(): word for word, written in check.table(table, "statuses").items()
         for w in check.headers(f"statuses.{word}", written)},
        bool(rows.get("name_in_line1", False)),
        check.one_of("rows.person_address", rows.get("person_address", "premises"), ADDRESSES),
        bool(table.get("general", False)),
        bool(table.get("apart", False)),
        bool(table.get("one_issuer", False)),
        check.headers("signature", table.get("signature", [])),
        _row_tells(check, check.table(table, "row_tells")),
    )  # fmt: skip


class _Checker:
    """Says which key of which file is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fail(self, key: str, problem: str) -> None:
        raise FixProfile(f"{self.path}: {key} {problem}. Correct the column map.")

    def keys(self, table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
        allowed = list(known)
        for key in table:
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, 1)
                hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(allowed)}"
                self.fail(f"{where}{key}", f"is no key of a column map{hint}")

    def table(self, table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            self.fail(key, "must be a table")
        return dict(value)

    def headers(self, key: str, value: Any) -> Headers:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(t, str) and t.strip() for t in texts):
            self.fail(key, f"must be a list of texts, not {value!r}")
        return tuple(texts)

    def one_of(self, key: str, value: Any, allowed: tuple[str, ...]) -> str:
        if value not in allowed:
            self.fail(key, f"must be one of {', '.join(allowed)}, not {value!r}")
        return str(value)

    def day(self, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.fail("dates.sentinels", f"must hold ISO dates, not {text!r}")
            raise

    def repeat(self, table: Mapping[str, Any], where: str) -> int:
        value = table.get("repeat", 1)
        if type(value) is not int or not 1 <= value <= 50:
            self.fail(f"{where}repeat", "must be a number from 1 to 50")
        return int(value)


def _columns(check: _Checker, table: Any) -> dict[str, Headers]:
    if not isinstance(table, dict):
        check.fail("columns", "must be a table")
    check.keys(table, (*TEXTS, *DATES, *CONTACTS, *ADDRESSES), "columns.")
    found: dict[str, Headers] = {}
    for name, value in table.items():
        if name in ADDRESSES:
            parts = check.table(table, name)
            check.keys(parts, ADDRESS, f"columns.{name}.")
            found.update({f"{name}.{p}": check.headers(f"columns.{name}.{p}", h) for p, h in parts.items()})
        else:
            found[name] = check.headers(f"columns.{name}", value)
    return found


def _key(check: _Checker, value: Any, columns: Collection[str]) -> tuple[tuple[str, ...], ...]:
    alternatives = value if isinstance(value, list) and value and isinstance(value[0], list) else [value]
    keys = tuple(check.headers("key", a) for a in alternatives)
    for name in (n for alternative in keys for n in alternative):
        if name not in columns and name != HOLDER_KEY:
            check.fail("key", f"names {name!r}, which has no entry under [columns]")
    return keys


def _format(check: _Checker, table: Mapping[str, Any]) -> Format:
    check.keys(table, ("delimiter", "quoting", "encoding"), "format.")
    delimiter = check.one_of("format.delimiter", table.get("delimiter", ""), tuple(DELIMITERS))
    quoting = check.one_of("format.quoting", table.get("quoting", ""), ("", "none", "standard"))
    return Format(DELIMITERS[delimiter], quoting, str(table.get("encoding", "")))


def _prior(check: _Checker, table: Mapping[str, Any]) -> PriorColumns:
    check.keys(table, (*ADDRESS, "repeat"), "prior.")
    columns = {k: check.headers(f"prior.{k}", v) for k, v in table.items() if k != "repeat"}
    return PriorColumns(columns, check.repeat(table, "prior."))


def _party(check: _Checker, table: Mapping[str, Any]) -> PartyColumns:
    check.keys(table, (*PARTY, "role", "kind", "repeat"), "party.")
    columns = {k: check.headers(f"party.{k}", table[k]) for k in PARTY if k in table}
    kind = check.one_of("party.kind", table.get("kind", "auto"), PARTY_KINDS)
    return PartyColumns(str(table.get("role", "related")), columns, kind, check.repeat(table, "party."))


def _row_tells(check: _Checker, table: Mapping[str, Any]) -> RowTells | None:
    if not table:
        return None
    if not isinstance(column := table.get("column"), str):
        check.fail("row_tells.column", "must name the column that says what a row tells of")
    told = {k: check.headers(f"row_tells.{k}", v) for k, v in table.items() if k != "column"}
    return RowTells(str(column), {word.casefold(): what for what, words in told.items() for word in words})


@cache
def synonyms() -> Mapping[str, Headers]:
    """Canonical column -> headers seen in any layout, tried after a map's own."""
    check = _Checker(SYNONYMS)
    return _columns(check, tomllib.loads(SYNONYMS.read_text(encoding="utf-8")))
