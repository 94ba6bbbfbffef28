"""Several rows of one license to one record, in bounded memory: rows are spilled to disk and read back by key."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from pipeline.errors import DiskFull
from pipeline.model import Record

BATCH = 2_000
APART = "\x1f"


class Spill:
    """Rows by natural key in a private temporary database, which stays in memory until its cache is full."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("")
        self._connection.execute("PRAGMA journal_mode=OFF")
        self._connection.execute("PRAGMA cache_size=-65536")  # KiB
        self._connection.execute("PRAGMA temp_store=FILE")
        self._connection.execute("CREATE TABLE rows (key TEXT, line INTEGER, cells TEXT)")
        self._batch: list[tuple[str, int, str]] = []

    def close(self) -> None:
        self._connection.close()

    def add(self, key: str, line: int, cells: tuple[str, ...]) -> None:
        self._batch.append((key, line, _as_text(cells)))
        if len(self._batch) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        with _disk_named():
            self._connection.executemany("INSERT INTO rows VALUES (?, ?, ?)", self._batch)
        self._batch.clear()

    def groups(self) -> Iterator[list[tuple[int, tuple[str, ...]]]]:
        """The rows of each key, keys in order of their first line."""
        self._flush()
        with _disk_named():
            self._connection.execute("CREATE INDEX by_key ON rows (key, line)")
            found = self._connection.execute(
                "SELECT r.key, r.line, r.cells FROM (SELECT key, min(line) AS first FROM rows GROUP BY key) k "
                "JOIN rows r USING (key) ORDER BY k.first, r.line"
            )
            group: list[tuple[int, tuple[str, ...]]] = []
            current: str | None = None
            for key, line, cells in found:
                if key != current and group:
                    yield group
                    group = []
                current = key
                group.append((line, _as_cells(cells)))
        if group:
            yield group


def _as_text(cells: tuple[str, ...]) -> str:
    """The cells apart by a character that hardly any file holds; with it as JSON, which costs five times as much."""
    text = APART.join(("", *cells))
    return text if cells and text.count(APART) == len(cells) else json.dumps(cells)


def _as_cells(text: str) -> tuple[str, ...]:
    return tuple(text[1:].split(APART) if text.startswith(APART) else json.loads(text))


@contextmanager
def _disk_named() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise DiskFull(
            f"No room for the temporary copy of the rows ({error}). Free space in the temporary folder, or name "
            "another one in SQLITE_TMPDIR, and run the same command again."
        ) from error


def clash(first: Record, further: Record) -> str:
    """Why two rows of one number cannot be one record; "" when they can."""
    for what, a, b in (
        ("business name", first.entity_name, further.entity_name),
        ("trade name", first.dba_name, further.dba_name),
        ("holder", _holder(first), _holder(further)),
    ):
        if a and b and " ".join(a.casefold().split()) != " ".join(b.casefold().split()):
            return f"the same number stands on line {first.line} with another {what}"
    return ""


def _holder(record: Record) -> str:
    holders = ("licensee", "applicant")
    return next((p.full_name for p in record.parties if p.role in holders), "")


def fold(first: Record, further: Record) -> Record:
    """The record of both rows: lists joined, blanks filled, earliest issue date, status of the last term."""
    later = (further.expires or further.issued) and (
        (further.expires, further.issued) > (first.expires, first.issued)
        if first.expires and further.expires and first.issued and further.issued
        else False
    )
    filled: dict[str, Any] = {
        name: getattr(further, name)
        for name in (
            "entity_name", "dba_name", "license_number", "application_type", "license_type", "status", "received",
            "effective", "closed", "premises", "mailing", "landlord", "cause", "text",
        )
        if not getattr(first, name)
    }  # fmt: skip
    joined = {
        name: tuple(dict.fromkeys((*getattr(first, name), *getattr(further, name))))
        for name in ("prior_addresses", "parties", "phones", "emails", "websites", "previous_names", "extra")
    }
    issued = [d for d in (first.issued, further.issued) if d]
    expires = [d for d in (first.expires, further.expires) if d]
    if later and further.status:
        filled["status"] = further.status
    if first.premises and further.premises and first.premises != further.premises:
        joined["extra"] += ((f"another address (line {further.line})", further.premises.line),)
    return replace(
        first,
        **{**joined, **filled},
        issued=min(issued, default=None),
        expires=max(expires, default=None),
        rows=first.rows + further.rows,
    )
