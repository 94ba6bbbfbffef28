"""Publish a build as an immutable snapshot: three database files, a manifest, and a swapped pointer.

intelligence.duckdb holds no sealed column (rows are copied into new files, so freed pages of the working
database cannot leak one); regulatory.duckdb is what a board may hold; sealed.duckdb is readable by its owner only.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from pipeline.errors import FixHome, ImbError
from pipeline.home import Home, full_disk_named, sync_folder, write_atomically
from pipeline.schema import SEALED_TABLES, TABLES
from pipeline.store.intelligence import Store, new_file, open_snapshot
from pipeline.store.views import OUT_VIEWS, REGULATORY

FILES = ("intelligence", "regulatory", "sealed")


def publish(home: Home, store: Store, snapshot_id: str, manifest: dict[str, Any], *, current: bool = True) -> Path:
    """Write `snapshots/<snapshot_id>/` and make it current (unless `current` is False).

    An unfinished folder of a killed build is replaced.
    """
    final = home.snapshots / snapshot_id
    part = home.snapshots / f"{snapshot_id}.part"
    with full_disk_named(home.snapshots):
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        _copy_tables(store, part)
        _make_views(part)
        _make_regulatory(part, home.settings.known)
        (part / "sealed.duckdb").chmod(0o600)
        files = {f"{n}.duckdb": hashlib.sha256((part / f"{n}.duckdb").read_bytes()).hexdigest() for n in FILES}
        write_atomically(part / "manifest.json", json.dumps({**manifest, "files": files}, indent=2) + "\n")
        if final.exists():
            shutil.rmtree(final)
        part.rename(final)
        sync_folder(home.snapshots)
        if current:
            write_atomically(home.snapshots / "current", snapshot_id + "\n")
    return final


def _copy_tables(store: Store, part: Path) -> None:
    connection = store.connection
    for name in ("intelligence", "sealed"):
        connection.execute(f"ATTACH '{_quoted(part / name)}.duckdb' AS {name}_new")
    for table in TABLES:
        columns = ", ".join(f'"{n}"' for n in table.names(sealed=False))
        connection.execute(
            f"CREATE TABLE intelligence_new.{table.name} AS SELECT {columns} FROM {table.name} "
            f"ORDER BY {', '.join(table.key)}"
        )
    for table in SEALED_TABLES:
        wanted = [c.name for c in table.columns if c.sealed or c.name in table.key]
        columns = ", ".join(f'"{n}"' for n in wanted)
        key = ", ".join(table.key)
        connection.execute(f"CREATE TABLE sealed_new.{table.name} AS SELECT {columns} FROM {table.name} ORDER BY {key}")
    for name in ("intelligence", "sealed"):
        connection.execute(f"DETACH {name}_new")


def _make_views(part: Path) -> None:
    with new_file(part / "intelligence.duckdb") as connection:
        for name, query in OUT_VIEWS.items():
            connection.execute(f"CREATE VIEW {name} AS {query}")


def _make_regulatory(part: Path, known: str) -> None:
    standings = "('suspected', 'designated')" if known == "suspected" else "('designated')"
    with new_file(part / "regulatory.duckdb") as connection:
        connection.execute(f"ATTACH '{_quoted(part)}/intelligence.duckdb' AS intelligence (READ_ONLY)")
        connection.execute("USE intelligence")
        for name, query in REGULATORY.items():
            connection.execute(f"CREATE TABLE regulatory.{name} AS {query.format(known=f'b.standing IN {standings}')}")
        connection.execute("USE regulatory")
        connection.execute("DETACH intelligence")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a published snapshot. Raises FixHome."""
    path = folder / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FixHome(f"{path} cannot be read ({error}). Publish another snapshot with: imb build --full") from error
    return manifest


def last_readable(home: Home) -> Path | None:
    """The folder of the newest published snapshot; where it is damaged, of the newest before it that is not."""
    if not (home.snapshots / "current").exists():
        return None
    newest = home.current_snapshot()
    dated = (f for f in home.snapshots.glob("[0-9]*/") if f.name < newest.name and f.suffix != ".part")
    return next(filter(is_readable, (newest, *sorted(dated, reverse=True))), None)


def is_readable(folder: Path) -> bool:
    """Whether the folder holds a snapshot whose database opens."""
    try:
        with open_snapshot(folder):
            return True
    except ImbError:
        return False
