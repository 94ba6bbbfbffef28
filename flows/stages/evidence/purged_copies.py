"""Derived stores that still hold what was purged, or what was read of a page now held: removed by the next build."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.evidence.archive import Archive
from pipeline.home import Home
from pipeline.store.intelligence import open_snapshot

READ = "core_ad_captures"  # what was read of a page, beyond its address, time and hash


def snapshots_with(home: Home, captures: set[str]) -> list[Path]:
    """Published snapshots (and what a killed build left) that hold one of the captures; the current one too."""
    folders = sorted(p for p in home.snapshots.glob("*") if p.is_dir())
    return [folder for folder in folders if captures and _holds(folder / "intelligence.duckdb", captures)]


def holds_purged(archive: Archive, database: Path) -> bool:
    """Whether the working database was filled before a purge: deleted rows would linger in its free pages."""
    purged = set(archive.purges.captures)
    return bool(purged) and database.exists() and _holds(database, purged)


def remove_purged_snapshots(home: Home, archive: Archive) -> list[str]:
    """Remove snapshots that hold what was purged or read of a held page, save the current one. Returns their names."""
    pointer = home.snapshots / "current"
    current = pointer.read_text(encoding="utf-8").strip() if pointer.exists() else ""
    held = set(archive.holds.held)
    readings = [p for p in home.snapshots.glob("*/") if held and _holds(p / "intelligence.duckdb", held, READ)]
    found = {*snapshots_with(home, set(archive.purges.captures)), *readings}
    gone = sorted(p for p in found if p.name != current)
    for folder in gone:
        shutil.rmtree(folder)
    return [folder.name for folder in gone]


def _holds(database: Path, captures: set[str], table: str = "raw_captures") -> bool:
    if not database.exists():
        return True  # a folder without its database: left by a crash, nothing in it is of use
    with open_snapshot(database.parent, database.stem) as store:
        sql = f"SELECT count(*) FROM {table} WHERE list_contains(?::VARCHAR[], capture_id)"
        return int(store.value(sql, [sorted(captures)]) or 0) > 0
