"""A screening index as one SQLite file of JSON values: opened in milliseconds, read by key as a screening asks.

SQLite rather than a pickle: opening a file that somebody else has put there runs no code. It holds dates of birth,
so only its owner may read it, and it is never exported; a purge deletes it with its snapshot.
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from analysis.rules import shipped_rules
from analysis.screening.index import Door, KnownBusiness, Namesakes, ScreeningIndex
from analysis.screening.key_filter import KeyFilter
from analysis.screening.known import Group, KnownPerson, KnownPlace
from analysis.screening.names import NameShares
from analysis.screening.near_numbers import NearNumbers
from pipeline.model import Link, Succession
from pipeline.resolve.compare import compare_person_names

FORMAT = f"8 {sys.byteorder}"
K = TypeVar("K")
V = TypeVar("V")
KEPT = 20_000  # values of one kind in memory
MOST_COUNTS = 200_000  # numbers of people with a name
PLACES = ("phone", "premises", "email")
NEAR = tuple(f"near:{part}" for part in range(5))  # the parts of NearNumbers
RARELY_THERE = (
    "premises_entity",
    "contact",
    "building",
    "own_license",
    "taken",
    "door",
    *(f"place:{kind}" for kind in PLACES),
)


class Shelf(Mapping[K, V], Generic[K, V]):
    """One mapping of a saved index. What has been asked for of late stays in memory."""

    def __init__(
        self, connection: sqlite3.Connection, kind: str, read: Callable[[str], V], key: Callable[[str], K]
    ) -> None:
        self._connection, self._kind, self._key, self._read = connection, kind, key, read
        self._seen: dict[K, V] = {}
        self._missed: K | None = None  # the key asked for last that is not there: one application asks again and again
        row = connection.execute("SELECT bits FROM filter WHERE kind = ?", (kind,)).fetchone()
        self._filter = KeyFilter(row[0]) if row else None

    def __getitem__(self, key: K) -> V:
        found: V | None = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def get(self, key: K, default: Any = None) -> Any:
        """As of any mapping; no value is None. Most that is asked for is not there, which must cost little."""
        if (seen := self._seen.get(key)) is not None:
            return seen
        if key == self._missed:
            return default
        text = str(key)
        if self._filter is not None and not self._filter.may_hold(text):
            self._missed = key
            return default
        query = "SELECT value FROM entry WHERE kind = ? AND key = ?"
        row = self._connection.execute(query, (self._kind, text)).fetchone()
        if row is None:
            self._missed = key
            return default
        if len(self._seen) >= (MOST_COUNTS if self._read is int else KEPT):
            self._seen.clear()
        return self._seen.setdefault(key, self._read(row[0]))

    def __contains__(self, key: object) -> bool:
        return self.get(key) is not None  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[K]:
        for row in self._connection.execute("SELECT key FROM entry WHERE kind = ? ORDER BY key", (self._kind,)):
            yield self._key(row[0])

    def __len__(self) -> int:
        query = "SELECT count(*) FROM entry WHERE kind = ?"
        return int(self._connection.execute(query, (self._kind,)).fetchone()[0])


def save_index(index: ScreeningIndex, path: Path, state: str) -> None:
    """Write the index, replacing one that is there. `state` names what it was built from; `open_index` asks for it.

    Raises OSError (ENOSPC) when the disk is full.
    """
    save_entries(path, _entries(index, state), _filters(index))


def save_entries(path: Path, entries: Iterable[tuple[str, str, str]], filters: Iterable[tuple[str, bytes]]) -> None:
    """Write (kind, key, JSON) and the filter of each kind, which are asked for once all entries are written."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    connection = sqlite3.connect(part)
    try:
        connection.execute("PRAGMA page_size = 16384")  # a day's namesakes of a million people on one page
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(
            "CREATE TABLE entry (kind TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )
        connection.execute("CREATE TABLE filter (kind TEXT PRIMARY KEY, bits BLOB)")
        connection.executemany("INSERT INTO entry VALUES (?, ?, ?)", entries)
        connection.executemany("INSERT INTO filter VALUES (?, ?)", filters)
        connection.commit()
    except sqlite3.OperationalError as error:
        part.unlink(missing_ok=True)
        raise OSError(errno.ENOSPC, f"the screening index could not be written: {error}") from error
    finally:
        connection.close()
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)


def _entries(index: ScreeningIndex, state: str) -> Iterator[tuple[str, str, str]]:
    about = {
        "format": FORMAT,
        "state": state,
        "coverage": list(index.coverage),
        "snapshot_id": index.snapshot_id,
        "model_version": index.model_version,
        "threshold": index.threshold,
        "people": index.shares.people,
    }
    yield "about", "", json.dumps(about)
    for kind, (values, read) in _shelves(index).items():
        adapter: TypeAdapter[Any] = TypeAdapter(read)
        for key in sorted(values, key=str):
            yield kind, str(key), adapter.dump_json(values[key]).decode()


def _filters(index: ScreeningIndex) -> Iterator[tuple[str, bytes]]:
    shelves = _shelves(index)
    for kind in RARELY_THERE:
        yield kind, KeyFilter.of(map(str, shelves[kind][0])).bits
    yield from zip(NEAR, index.near_numbers.parts(), strict=True)


def _shelves(index: ScreeningIndex) -> dict[str, tuple[Mapping[Any, Any], Any]]:
    """Kind -> (mapping, type of its values)."""
    shelves: dict[str, tuple[Mapping[Any, Any], Any]] = {
        "person": (index.people, KnownPerson),
        "group": (index.groups, Group),
        "business": (index.businesses, KnownBusiness),
        "premises_entity": (index.premises_entity, str),
        "nearest": (index.nearest, Link),
        "successors": (index.successors, list[Succession]),
        "own_license": (index.own_licenses, str),
        "birth": (index.by_birth, Namesakes),
        "contact": (index.by_contact, list[int]),
        "members": (index.by_group, list[int]),
        "building": (index.by_building, list[KnownPlace]),
        "names_at": (index.by_phone, Namesakes),
        "taken": (index.taken, str),
        "door": (index.by_door, list[Door]),
        "ends": (index.shares.ends, int),
        "rests": (index.shares.rests, int),
        "whole": (index.shares.whole, int),
    }
    return shelves | {f"place:{kind}": (index.places[kind], list[KnownPlace]) for kind in PLACES}


def _read_namesakes(text: str) -> Namesakes:
    return Namesakes(*json.loads(text))


def _read_doors(text: str) -> list[Door]:
    return [(street, value) for street, value in json.loads(text)]


# Read a few times for each application: without a schema, ten times as fast.
PLAIN: dict[str, Callable[[str], Any]] = {
    "birth": _read_namesakes, "names_at": _read_namesakes, "door": _read_doors,
    "contact": json.loads, "members": json.loads, "premises_entity": json.loads, "own_license": json.loads,
    "taken": json.loads, "ends": int, "rests": int, "whole": int,
}  # fmt: skip


def open_index(path: Path, state: str | None = None) -> ScreeningIndex | None:
    """The saved index; None when there is none, it is damaged, or it was built from another state or format."""
    if not path.is_file():
        return None
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA mmap_size = {1 << 40}")  # as much as SQLite was built for
        row = connection.execute("SELECT value FROM entry WHERE kind = 'about'").fetchone()
        about: dict[str, Any] = json.loads(row[0]) if row else {}
    except (sqlite3.DatabaseError, ValueError):
        about = {}
    if about.get("format") != FORMAT or (state is not None and about["state"] != state):
        connection.close()
        return None
    return _restored(connection, about, path)


def _restored(connection: sqlite3.Connection, about: Mapping[str, Any], path: Path) -> ScreeningIndex:
    def shelf(kind: str, read: Any, key: Callable[[str], Any] = str) -> Any:
        return Shelf(connection, kind, PLAIN.get(kind) or TypeAdapter(read).validate_json, key)

    rules = shipped_rules()
    counts = (shelf(kind, int) for kind in ("ends", "rests", "whole"))
    parts = dict(connection.execute("SELECT kind, bits FROM filter WHERE kind LIKE 'near:%'"))
    return ScreeningIndex(
        rules=rules,
        shares=NameShares(rules.screening, int(about["people"]), *counts),
        people=shelf("person", KnownPerson, int),
        groups=shelf("group", Group),
        businesses=shelf("business", KnownBusiness),
        places={kind: shelf(f"place:{kind}", list[KnownPlace]) for kind in PLACES},
        premises_entity=shelf("premises_entity", str),
        nearest=shelf("nearest", Link),
        successors=shelf("successors", list[Succession]),
        own_licenses=shelf("own_license", str),
        coverage=tuple(about["coverage"]),
        snapshot_id=about["snapshot_id"],
        model_version=about["model_version"],
        threshold=float(about["threshold"]),
        compare=compare_person_names,
        by_birth=shelf("birth", Namesakes, date.fromisoformat),
        by_contact=shelf("contact", list[int]),
        by_group=shelf("members", list[int]),
        by_building=shelf("building", list[KnownPlace]),
        by_phone=shelf("names_at", Namesakes),
        near_numbers=NearNumbers.read([parts[kind] for kind in NEAR]),
        taken=shelf("taken", str),
        by_door=shelf("door", list[Door]),
        saved_at=path,
    )
