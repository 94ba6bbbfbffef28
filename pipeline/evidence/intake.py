"""Keep an imported file byte for byte, by its SHA-256, before anything in it is read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.errors import FixInput
from pipeline.evidence.journal import Journal
from pipeline.home import Home, full_disk_named, sync_folder

STEP = 1 << 20


@dataclass(frozen=True, slots=True)
class IntakeFile:
    """A kept file. `stored` is its path; `already` says that the same bytes of this kind were kept before."""

    sha256: str
    stored: Path
    seq: int
    already: bool


def keep_file(home: Home, journal: Journal, path: Path, kind: str, **facts: Any) -> IntakeFile:
    """Copy `path` to intake/<sha256>/<name> and journal it ('intake_file'); the caller holds the lock.

    `facts` (a column map's id, who handed it in …) go into the entry. Raises FixInput for a directory, an empty or an
    unreadable file, DiskFull when there is no room.
    """
    digest, size = file_digest(path)
    for entry in journal.entries("intake_file", containing=digest.encode()):
        body = entry.body
        if body["sha256"] == digest and body["kind"] == kind and all(body.get(k) == v for k, v in facts.items()):
            return IntakeFile(digest, home.root / body["stored"], entry.seq, True)
    folder = home.intake / digest
    kept = next((p for p in sorted(folder.glob("*")) if p.suffix != ".part"), None) if folder.exists() else None
    target = kept or copy_exactly(path, folder / safe_name(path.name), digest)
    stored = target.relative_to(home.root).as_posix()
    about = {"sha256": digest, "size": size, "name": path.name, "stored": stored, "kind": kind}
    return IntakeFile(digest, target, journal.append("intake_file", **about, **facts).seq, False)


def file_digest(path: Path, progress: Callable[[int], None] | None = None) -> tuple[str, int]:
    """SHA-256 and size of a file handed in. Raises FixInput when it is no readable, non-empty file."""
    if path.is_dir():
        raise FixInput(f"{path} is a folder. Name the files in it, one by one or with a wildcard.")
    digest, size = sha256(), 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(STEP):
                digest.update(chunk)
                size += len(chunk)
                if progress:
                    progress(size)
    except OSError as error:
        raise FixInput(f"{path} cannot be read ({error.strerror}). Check the name and the permissions.") from error
    if size == 0:
        raise FixInput(f"{path} is empty. Ask the sender for the file again; nothing was taken over.")
    return digest.hexdigest(), size


def copy_exactly(path: Path, target: Path, digest: str) -> Path:
    """Copy to a name beside `target`, flush, compare the digest, rename: `target` is whole or absent."""
    part = target.with_name(target.name + ".part")
    with full_disk_named(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        sync_folder(target.parent.parent)
        copied = sha256()
        with path.open("rb") as source, part.open("wb") as sink:
            while chunk := source.read(STEP):
                copied.update(chunk)
                sink.write(chunk)
            sink.flush()
            os.fsync(sink.fileno())
        if copied.hexdigest() != digest:
            part.unlink()
            raise FixInput(f"{path} changed while it was being read. Wait until it is complete and import it again.")
        part.replace(target)
        sync_folder(target.parent)
    return target


def safe_name(name: str) -> str:
    """A file name without anything that a shell, a zip or another system would trip over."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name).strip(". ")
    return plain[-150:] or "file"
