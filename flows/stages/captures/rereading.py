"""Read the whole archive again: into a reading of its own, compared with the one in force before it takes its place."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pipeline.extract
from flows.stages.captures.extraction import extract_new
from flows.stages.captures.intake import sync_captures
from flows.stages.evidence.holding import sync_holds, withhold_titles
from flows.stages.evidence.purged_copies import holds_purged
from flows.stages.progress import Progress
from flows.stages.sites.profiles import profile_folders
from pipeline.evidence.archive import Archive
from pipeline.extract.page import EXTRACTOR_VERSION
from pipeline.home import Home, write_atomically
from pipeline.store.intelligence import Store, open_working
from pipeline.store.readings import compare_readings, put_in_force

REPORT, LISTED = "changes.json", "changes.csv"  # of the last comparison: its counts, and every difference
KEPT = 2  # earlier readings that stay beside the one in force
Changes = dict[str, Any]


def reading_id() -> str:
    """Names the extractor: its version and a digest of its sources."""
    folder = Path(pipeline.extract.__file__).parent
    sources = sorted(p for p in folder.rglob("*") if p.suffix in {".py", ".toml"})
    return f"{EXTRACTOR_VERSION}-{sha256(b''.join(p.read_bytes() for p in sources)).hexdigest()[:8]}"


def _reading_of(home: Home) -> str:
    """The same with the site profiles and settings that a page is read by."""
    texts = [p.read_bytes() for folder in profile_folders(home) for p in sorted(folder.glob("*.toml"))]
    flags = f"{home.settings.fictional_numbers}{home.settings.generated_numbers}".encode()
    return f"{reading_id()}-{sha256(flags + b''.join(texts)).hexdigest()[:4]}"


def is_outdated(store: Store) -> bool:
    """Whether pages in force were read by another version of the extractor."""
    sql = "SELECT count(*) FROM core_extractions WHERE extractor_version <> ?"
    return bool(store.value(sql, [EXTRACTOR_VERSION]))


def read_again(
    home: Home, archive: Archive, store: Store, progress: Progress, processes: int | None = None
) -> tuple[Path, Changes]:
    """Read every capture into a reading of its own and compare. Returns its file and the report, which is kept too.

    What an interrupted run has read is not read again. Nothing in force changes.
    """
    home.readings.mkdir(parents=True, exist_ok=True)
    drop_purged(home, archive)
    new = _reading_of(home)
    path = home.readings / f"{new}.duckdb"
    with open_working(path) as fresh:
        sync_captures(archive, fresh)
        sync_holds(archive, fresh)
        read = extract_new(home, archive, fresh, progress, processes)
        withhold_titles(archive, fresh)
    changes: Changes = {"before": in_force(home, store), "now": new, "at": home.now().isoformat(), "read": read}
    changes |= compare_readings(store, path, home.readings / LISTED)
    write_atomically(home.readings / REPORT, json.dumps(changes, default=str, ensure_ascii=False, indent=1))
    return path, changes


def put_reading_in_force(home: Home, store: Store, path: Path) -> None:
    """The compared reading takes the place of the one in force, which is kept beside it."""
    old = home.readings / f"{in_force(home, store)}.duckdb"
    if old == path:  # the same extractor on the same profiles: the earlier rows differ in nothing it could tell
        old = old.with_name(f"{path.stem}-earlier.duckdb")
    with open_working(old):
        pass  # the tables to move the rows to
    put_in_force(store, path, old)
    write_atomically(home.readings / "in-force", path.stem + "\n")
    path.unlink()
    kept = sorted(home.readings.glob("*.duckdb"), key=lambda p: p.stat().st_mtime_ns, reverse=True)
    for reading in kept[KEPT:]:
        reading.unlink()


def in_force(home: Home, store: Store) -> str:
    """The name of the reading in force."""
    pointer = home.readings / "in-force"
    if pointer.exists():
        return pointer.read_text(encoding="utf-8").strip()
    return f"{store.value('SELECT max(extractor_version) FROM core_extractions') or 'none'}-first"


def drop_purged(home: Home, archive: Archive) -> None:
    """Remove readings, and the report, that hold what was purged or is held: they can be made again."""
    held = set(archive.holds.held)
    for path in sorted(home.readings.glob("*.duckdb")):
        if holds_purged(archive, path) or _holds_held(path, held):
            path.unlink()
            for name in (REPORT, LISTED):
                (home.readings / name).unlink(missing_ok=True)


def _holds_held(path: Path, held: set[str]) -> bool:
    if not held:
        return False
    with open_working(path) as store:
        sql = "SELECT count(*) FROM core_mentions WHERE list_contains(?::VARCHAR[], capture_id)"
        return bool(store.value(sql, [sorted(held)]))


def last_changes(home: Home) -> Changes | None:
    """The report of the last re-reading, published or not."""
    path = home.readings / REPORT
    found: Changes | None = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    return found
