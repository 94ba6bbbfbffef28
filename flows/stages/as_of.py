"""What the home knew at a moment, as a working database of its own: what came later reaches no snapshot of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipeline.home import Home
from pipeline.store.intelligence import Store, open_working

_CAPTURED = "capture_id IN (SELECT source_id FROM core_sources WHERE kind = 'capture' AND known_at < $moment)"
# What sources say; everything else follows from it.
_KNOWN = {
    "core_sources": "known_at < $moment",
    "raw_captures": _CAPTURED,
    "raw_files": "known_at < $moment",
    "raw_quarantine": "file_sha256 IN (SELECT sha256 FROM raw_files WHERE known_at < $moment)",
    "core_extractions": _CAPTURED,
    "core_ad_captures": _CAPTURED,
    "core_mentions": _CAPTURED,
    "core_listing_items": _CAPTURED,
    "core_records": "known_at < $moment",
}


def end_of(day: date) -> datetime:
    """The moment (UTC) at which a day is over."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


@contextmanager
def known_before(home: Home, store: Store, moment: datetime) -> Iterator[Store]:
    """The part of the working database that was known before `moment`; removed at the end."""
    path = _path(home)
    remove_leftover(home)
    try:
        with open_working(path, home.settings.database_gigabytes):
            pass  # makes the tables
        store.connection.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS then_known")
        for table, where in _KNOWN.items():
            known = f"INSERT INTO then_known.{table} BY NAME SELECT * FROM {table} WHERE {where}"
            store.connection.execute(known, {"moment": moment})
        store.connection.execute("DETACH then_known")
        with open_working(path, home.settings.database_gigabytes) as then:
            yield then
    finally:
        remove_leftover(home)


def remove_leftover(home: Home) -> None:
    """What a build that was killed left behind."""
    for leftover in _path(home).parent.glob(_path(home).name + "*"):
        if leftover.is_file():
            leftover.unlink()


def _path(home: Home) -> Path:
    return home.working_database.with_name(home.working_database.name + ".as-of")
