"""A home's irreplaceable parts in one tar file with a manifest, and back.

The file holds the signing key of the home: it is made readable by its owner only (0600) and is to be kept like the key.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from flows.stages.evidence.custody import note
from flows.stages.progress import Progress, silent
from pipeline.errors import FixHome, FixInput
from pipeline.evidence.purging import PART
from pipeline.evidence.verify import verify_home
from pipeline.home import Home, full_disk_named, open_home
from pipeline.store.casework import Casework
from pipeline.store.casework_copy import copy_casework

KEPT = ("home.json", "imb.toml", "archive", "intake", "models", "sites", "keys", "audits")
UNFINISHED = frozenset({".part", PART})  # of a killed command: the next one finishes or drops it
MANIFEST = "backup-manifest.json"
CASEWORK = "casework.sqlite"
SET_ASIDE = "# set aside when this home was restored; to use a server again: imb move-casework URL\n# "


def make_backup(home: Home, target: Path, progress: Progress = silent) -> dict[str, Any]:
    """Write the tar file. Returns {file, files, sha256}. Raises FixInput when the target exists.

    A casework on a database server is written as the SQLite file that it would be in the home.
    """
    if target.exists():
        raise FixInput(f"{target} exists. Choose a new file name; a backup is never overwritten.")
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    with full_disk_named(target.parent), TemporaryDirectory(dir=home.root / "work") as beside:
        casework = _casework_copy(home, Path(beside) / CASEWORK)
        files = [*((str(path.relative_to(home.root)), path) for path in _files(home)), (CASEWORK, casework)]
        manifest: dict[str, str] = {}
        with _private(part) as file, tarfile.open(fileobj=file, mode="w") as tar:
            for n, (name, path) in enumerate(files, 1):
                manifest[name] = _add_file(tar, name, path)
                progress("back up", n, len(files))
            _add(tar, MANIFEST, json.dumps(manifest, indent=1).encode())
    part.replace(target)
    with target.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    note(home, "", "copy", target.name, f"backup of {len(files)} files", after=digest)
    holds_key = any(name.startswith("keys/") for name in manifest)
    return {"file": str(target), "files": len(files), "sha256": digest, "holds_signing_key": holds_key}


def _private(path: Path) -> BinaryIO:
    """A new file that only its owner reads."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _files(home: Home) -> Iterator[Path]:
    for name in KEPT:
        path = home.root / name
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and p.suffix not in UNFINISHED)
        elif path.exists():
            yield path


def _casework_copy(home: Home, target: Path) -> Path:
    """A consistent copy, also of what still stands in SQLite's write-ahead log."""
    if home.settings.casework_url:
        copy_casework(home.casework_url, f"sqlite:///{target}")
    else:
        Casework(home.casework_url)
    with closing(sqlite3.connect(target if target.exists() else home.root / CASEWORK)) as source:
        target.write_bytes(source.serialize())
    return target


def _add_file(tar: tarfile.TarFile, name: str, path: Path) -> str:
    """Add a file piece by piece; returns its SHA-256."""
    with path.open("rb") as file:
        read = _Digesting(file)
        info = _entry(name, path.stat().st_size)
        tar.addfile(info, read)
    return read.sha256.hexdigest()


class _Digesting:
    """A file that digests what is read of it."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.sha256.update(data)
        return data


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    tar.addfile(_entry(name, len(data)), io.BytesIO(data))


def _entry(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size
    info.mode = 0o600 if name.startswith("keys/") else 0o644
    return info


def restore_backup(source: Path, root: Path, progress: Progress = silent) -> dict[str, Any]:
    """Unpack into a new home and verify it. Raises FixInput or FixHome; nothing is left half restored silently."""
    if root.exists() and any(root.iterdir()):
        raise FixHome(f"{root} is not empty. Restore into a new folder with --home.")
    if not source.is_file():
        raise FixInput(f"{source} is not a file. Name the .tar that imb backup wrote.")
    try:
        with tarfile.open(source) as tar:
            listed = tar.extractfile(MANIFEST)
            assert listed is not None
            manifest: dict[str, str] = json.loads(listed.read())
            root.mkdir(parents=True, exist_ok=True)
            tar.extractall(root, filter="data")
            if (root / "keys").is_dir():
                (root / "keys").chmod(0o700)
    except (tarfile.TarError, KeyError, ValueError, EOFError) as error:
        raise FixInput(f"{source} is not a whole backup ({error}). Use another copy of it.") from error
    (root / MANIFEST).unlink()
    for n, (name, digest) in enumerate(sorted(manifest.items()), 1):
        with (root / name).open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == digest
        if not same:
            raise FixInput(
                f"{source}: {name} differs from the backup's manifest. Use another copy of it, in a new folder."
            )
        progress("check", n, len(manifest))
    for folder in ("work", "snapshots", "exports", "intake", "models", "archive/warc", "archive/imports"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    _set_server_aside(root / "imb.toml")
    home = open_home(root)
    report = verify_home(home)
    if report.problems:
        raise FixInput(
            f"{source} was restored into {root}, and {report.found} problems were found there; the first: "
            f"{report.problems[0]}. See all: imb evidence verify --home {root}; then restore another backup into a "
            "new folder."
        )
    head = report.head[1] if report.head else ""
    words = f"restored and verified: {len(manifest)} files, {report.records} records"
    note(home, "", "import", source.name, words, before=head, after=head)
    return {"home": str(root), "files": len(manifest), "records_verified": report.records}


def _set_server_aside(settings: Path) -> None:
    """A restored home has its casework in its own file: the server that the settings name may still be in use."""
    if settings.exists():
        text = settings.read_text(encoding="utf-8")
        settings.write_text(re.sub(r"(?m)^(?=\s*casework_url\s*=)", SET_ASIDE, text), encoding="utf-8")
