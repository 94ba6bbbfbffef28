"""A home's irreplaceable parts in one tar file with a manifest, and back.

The file holds the signing key of the home: it is made readable by its owner only (0600) and is to be kept like the key.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from flows.stages.custody import note
from flows.stages.progress import Progress, silent
from pipeline.errors import FixHome, FixInput
from pipeline.evidence.purging import PART
from pipeline.evidence.verify import verify_home
from pipeline.home import Home, full_disk_named, open_home

KEPT = ("home.json", "imb.toml", "archive", "intake", "models", "sites", "keys", "audits")
UNFINISHED = frozenset({".part", PART})  # of a killed command: the next one finishes or drops it
MANIFEST = "backup-manifest.json"
CASEWORK = "casework.sqlite"


def make_backup(home: Home, target: Path, progress: Progress = silent) -> dict[str, Any]:
    """Write the tar file. Returns {file, files, sha256}. Raises FixInput when the target exists."""
    if target.exists():
        raise FixInput(f"{target} exists. Choose a new file name; a backup is never overwritten.")
    files = list(_files(home))
    manifest: dict[str, str] = {}
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    with full_disk_named(target.parent), _private(part) as file, tarfile.open(fileobj=file, mode="w") as tar:
        for n, path in enumerate(files, 1):
            name = str(path.relative_to(home.root))
            data = _sqlite_copy(path) if name == CASEWORK else path.read_bytes()
            manifest[name] = hashlib.sha256(data).hexdigest()
            _add(tar, name, data)
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
    for name in (*KEPT, CASEWORK):
        path = home.root / name
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and p.suffix not in UNFINISHED)
        elif path.exists():
            yield path


def _sqlite_copy(path: Path) -> bytes:
    """A consistent copy, also of what still stands in the write-ahead log."""
    with sqlite3.connect(path) as source:
        return source.serialize()


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    info.mode = 0o600 if name.startswith("keys/") else 0o644
    tar.addfile(info, io.BytesIO(data))


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
        if hashlib.sha256((root / name).read_bytes()).hexdigest() != digest:
            raise FixInput(f"{source}: {name} differs from the backup's manifest. Use another copy of it.")
        progress("check", n, len(manifest))
    for folder in ("work", "snapshots", "exports", "intake", "models", "archive/warc", "archive/imports"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    home = open_home(root)
    report = verify_home(home)
    if report.problems:
        raise FixInput(f"{source}: restored, but {report.found} problems: {report.problems[0]}")
    head = report.head[1] if report.head else ""
    words = f"restored and verified: {len(manifest)} files, {report.records} records"
    note(home, "", "import", source.name, words, before=head, after=head)
    return {"home": str(root), "files": len(manifest), "records_verified": report.records}
