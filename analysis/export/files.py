"""Files that appear whole or not at all, and the manifest that goes with every export."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.home import full_disk_named, sync_folder


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends well. Raises DiskFull."""
    part = path.with_name(f".{path.name}.part")
    with full_disk_named(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield part
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(path)
            sync_folder(path.parent)
        finally:
            part.unlink(missing_ok=True)


def digest(path: Path) -> str:
    """SHA-256 of a file, hex."""
    found = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def write_manifest(files: Sequence[Path], path: Path, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Names, sizes and SHA-256 of the files beside the facts (profile, recipient, authority, purpose, expires …).

    File names are relative to the manifest; it is written as JSON with sorted keys and returned.
    """
    listed = [{"name": f.name, "bytes": f.stat().st_size, "sha256": digest(f)} for f in sorted(files)]
    manifest = {**facts, "files": listed}
    with replacing(path) as part:
        part.write_text(json.dumps(manifest, indent=1, sort_keys=True, default=str) + "\n", encoding="utf-8")
    return manifest


def check_manifest(path: Path) -> list[str]:
    """What differs from the manifest, in words; nothing when all files are as they were written."""
    found = []
    for entry in json.loads(path.read_text(encoding="utf-8"))["files"]:
        file = path.parent / entry["name"]
        if not file.exists():
            found.append(f"{entry['name']} is missing")
        elif digest(file) != entry["sha256"]:
            found.append(f"{entry['name']} was changed after it was written")
    return found
