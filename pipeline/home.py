"""A home: the folder that holds one agency's archive, intake, models, snapshots and casework.

Layout (version 1):
  home.json                     version, creation time, whether it is a demo home
  imb.toml                      settings
  lock, lock.holder             the one-writer lock and who holds it
  archive/journal.jsonl         hash chain over every record and intake file
  archive/warc/<site>/<date>/   WARC files written here
  archive/imports/<sha256>.…    archives made by others, byte for byte
  archive/seals/<number>/       signed and time-stamped statements of what the journal holds
  keys/                         the key that signs them (0600) and the certificates of earlier keys
  intake/<sha256>/<name>        imported record files, byte for byte
  models/<id>.json, current     immutable match models and the one in force
  work/                         the working database of the builder
  snapshots/<id>/, current      published snapshots and the newest one
  exports/                      packages and exports
  audits/<time>.json            what the repeated checks found
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.errors import DiskFull, FixHome, HomeBusy, NotFound
from pipeline.settings import Settings, load_settings

VERSION = 1
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
FOLDERS = ("archive/warc", "archive/imports", "intake", "models", "work", "snapshots", "exports")


@dataclass(frozen=True, slots=True)
class Home:
    root: Path
    settings: Settings
    demo: bool = False
    opened_at: float = 0.0  # time.time() when the simulated clock, if any, stood at midnight + 8 h
    reads: str = ""  # name of the snapshot that is read in the place of the newest one

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    @property
    def journal(self) -> Path:
        return self.archive / "journal.jsonl"

    @property
    def intake(self) -> Path:
        return self.root / "intake"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def working_database(self) -> Path:
        return self.root / "work" / "working.duckdb"

    @property
    def readings(self) -> Path:
        """Readings of the archive that are not in force, and the report of the last re-reading."""
        return self.root / "work" / "readings"

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def casework_url(self) -> str:
        return self.settings.casework_url or f"sqlite:///{self.root / 'casework.sqlite'}"

    def now(self) -> datetime:
        """The time, or in a demo home the simulated day at 08:00 UTC plus the time since its creation."""
        if not (self.demo and self.settings.simulated_today):
            return datetime.now(UTC)
        start = datetime.fromisoformat(self.settings.simulated_today).replace(tzinfo=UTC) + timedelta(hours=8)
        return start + timedelta(seconds=max(0.0, time.time() - self.opened_at) % 57_600)

    def current_snapshot(self) -> Path:
        """Folder of the newest published snapshot, or of the one that is read in its place. Raises FixHome when nothing
        has been built."""
        if self.reads:
            return self.snapshots / self.reads
        pointer = self.snapshots / "current"
        if not pointer.exists():
            raise FixHome(f"{self.root} has no snapshot yet. Run: imb build --home {self.root}")
        return self.snapshots / pointer.read_text(encoding="utf-8").strip()

    def reading(self, snapshot: str) -> Home:
        """This home with another published snapshot in the place of the newest; a beginning of its name is enough.
        Raises NotFound."""
        names = sorted(f.name for f in self.snapshots.glob("*/") if (f / "manifest.json").exists())
        found = [n for n in names if n == snapshot] or [n for n in names if snapshot and n.startswith(snapshot)]
        if len(found) != 1:
            there = ", ".join(names) or "none"
            raise NotFound(f"{len(found) or 'No'} snapshots begin with {snapshot!r}. There are: {there}.")
        return replace(self, reads=found[0])


def create_home(root: Path, *, demo: bool = False, settings_text: str = "") -> Home:
    """Make a home, or open the one that is there. Raises FixHome when `root` is something else."""
    if (root / "home.json").exists():
        return open_home(root)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise FixHome(f"{root} exists and is not a home. Choose an empty or new folder with --home.")
    with full_disk_named(root):
        for folder in FOLDERS:
            (root / folder).mkdir(parents=True, exist_ok=True)
        (root / "imb.toml").write_text(settings_text, encoding="utf-8")
        about = {"version": VERSION, "created_at": datetime.now(UTC).isoformat(), "created": time.time(), "demo": demo}
        write_atomically(root / "home.json", json.dumps(about, indent=2) + "\n")
    return open_home(root)


def open_home(root: Path) -> Home:
    """Open an existing home. Raises FixHome with what to do when it is missing, damaged or of another version."""
    marker = root / "home.json"
    if not marker.exists():
        raise FixHome(f"{root} is not a home (no home.json). Make one with: imb init --home {root}")
    try:
        about = json.loads(marker.read_text(encoding="utf-8"))
        version, demo, created = int(about["version"]), bool(about["demo"]), float(about["created"])
    except (ValueError, KeyError, TypeError) as error:
        raise FixHome(f"{marker} is damaged ({error}). Restore it from a backup: imb restore FILE") from error
    if version != VERSION:
        raise FixHome(
            f"{root} has layout version {version}; this program uses {VERSION}. "
            "Use the program version it was made with, or restore its backup with this one."
        )
    return Home(root, load_settings(root / "imb.toml"), demo, created)


@contextmanager
def locked(home: Home, what: str, wait: float | None = None) -> Iterator[None]:
    """Hold the home's one-writer lock; wait up to the setting, then raise HomeBusy naming the holder.

    The lock dies with its process (flock), so a killed run never leaves a home locked.
    """
    deadline = time.monotonic() + (home.settings.lock_wait_seconds if wait is None else wait)
    handle = os.open(home.root / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    holder = home.root / "lock.holder"
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    who = holder.read_text(encoding="utf-8").strip() if holder.exists() else "another process"
                    raise HomeBusy(f"{home.root} is in use by {who}. Wait for it to end, or try again later.") from None
                time.sleep(0.1)
        holder.write_text(f"{what} (process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC)\n")
        yield
    finally:
        os.close(handle)


def write_atomically(path: Path, text: str) -> None:
    """Write beside, flush to disk, rename: a reader sees the old file or the new one."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename or a new name durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class full_disk_named:  # noqa: N801
    """Turn a full disk, a spent quota, a file-size limit and a read-only disk into DiskFull: the path, what to do."""

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError) and error.errno in FULL:
            raise DiskFull(
                f"No room to write under {self._path} ({error.strerror}). Free space and run the same command again; "
                "what was complete before is kept."
            ) from error
