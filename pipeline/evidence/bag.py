"""A BagIt 1.0 bag (RFC 8493) with SHA-256 manifests: payload under data/, everything else beside it are tag files.

The tag manifest names the payload manifest and every tag file, so its own digest stands for every byte of the bag; it
is what gets signed. It names neither itself nor its signature.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from pipeline.evidence.check import file_sha256
from pipeline.evidence.problem import Problem

DECLARATION, INFO = "bagit.txt", "bag-info.txt"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
SIGNATURE = f"{TAG_MANIFEST}.p7s"
VERSION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
LINE = re.compile(r"([0-9a-f]{64})  ([^\x00-\x1f]+)")
OXUM = re.compile(rb"^Payload-Oxum: (\d+)\.(\d+)\r?$", re.M)


def finish_bag(folder: Path, info: Mapping[str, str]) -> None:
    """Make a bag of a folder whose payload lies in data/: declaration, info and both manifests."""
    (folder / DECLARATION).write_bytes(VERSION)
    payload = [p for p in (folder / "data").rglob("*") if p.is_file()]
    oxum = f"{sum(p.stat().st_size for p in payload)}.{len(payload)}"
    lines = "".join(f"{line}\n" for line in info_lines({**info, "Payload-Oxum": oxum}))
    (folder / INFO).write_bytes(lines.encode("utf-8"))
    write_manifests(folder)


def info_lines(info: Mapping[str, str]) -> list[str]:
    """The lines of bag-info.txt, without those of no value."""
    shown = {name: " ".join(value.split()).encode("utf-8", "backslashreplace") for name, value in info.items()}
    return [f"{name}: {value.decode()}" for name, value in shown.items() if value]


def write_manifests(folder: Path) -> None:
    """Both manifests over what lies in the folder, sorted by name, as `sha256sum -c` reads them."""
    for manifest, names in ((MANIFEST, _payload(folder)), (TAG_MANIFEST, _tags(folder))):
        lines = [f"{file_sha256(folder / name)}  {name}\n" for name in names]
        (folder / manifest).write_text("".join(lines), encoding="utf-8")


def _payload(folder: Path) -> list[str]:
    return sorted(n for n in _files(folder) if n.startswith("data/"))


def _tags(folder: Path) -> list[str]:
    """Every tag file that the tag manifest has to name."""
    names = {n for n in _files(folder) if not n.startswith("data/")} | {MANIFEST}
    return sorted(names - {TAG_MANIFEST, SIGNATURE})


def _files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}


def check_bag(folder: Path) -> Iterator[Problem | str]:
    """Every fault of the bag as a Problem; the name of each file that is as its manifest says."""
    declaration = folder / DECLARATION
    if not declaration.is_file() or declaration.read_bytes() != VERSION:
        yield Problem(DECLARATION, "whole file", "form", "missing, or not the declaration of a BagIt 1.0 bag in UTF-8")
    yield from _check_manifest(folder, MANIFEST, _payload(folder))
    yield from _check_manifest(folder, TAG_MANIFEST, _tags(folder))
    if fault := _oxum_fault(folder):
        yield Problem(INFO, "Payload-Oxum", "payload", fault)


def _oxum_fault(folder: Path) -> str:
    """Why the count of bytes and files in bag-info.txt does not hold, "" when it does."""
    path = folder / INFO
    said = OXUM.search(path.read_bytes()) if path.is_file() else None
    sizes = [(folder / name).stat().st_size for name in _payload(folder)]
    if said is None:
        return f"{INFO} does not say how much payload there is"
    found = (sum(sizes), len(sizes))
    if (int(said[1]), int(said[2])) == found:
        return ""
    return f"says {int(said[1])} bytes in {int(said[2])} files, there are {found[0]} in {found[1]}"


def _check_manifest(folder: Path, manifest: str, there: list[str]) -> Iterator[Problem | str]:
    path = folder / manifest
    if not path.is_file():
        yield Problem(manifest, "whole file", "present", "it is missing")
        return
    text = path.read_bytes().decode("utf-8", "backslashreplace")
    if not text.endswith("\n"):
        yield Problem(manifest, "end", "form", "the last line has no end")
    names: list[str] = []
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        match = LINE.fullmatch(line)
        if match is None:
            yield Problem(manifest, f"line {number}", "form", f"not a digest and a name: {line[:80]!r}")
            continue
        names.append(match[2])
        yield _file_problem(folder, manifest, match[2], match[1]) or match[2]
    if any(a >= b for a, b in pairwise(names)):
        yield Problem(manifest, "order", "form", "names are not sorted or appear twice")
    for name in sorted(set(there) - set(names)):
        yield Problem(name, "whole file", "listed", f"{manifest} does not name this file")


def _file_problem(folder: Path, manifest: str, name: str, digest: str) -> Problem | None:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        return Problem(name, "whole file", "present", f"{manifest} names it; it is not there")
    if file_sha256(path) != digest:
        return Problem(name, "whole file", "sha256", f"differs from {manifest}")
    return None
