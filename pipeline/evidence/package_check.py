"""Check an exhibit package, a folder or a zip, on any machine: no home is needed."""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipeline.errors import EvidenceBroken, FixInput
from pipeline.evidence.check import Report, file_sha256, structure_faults
from pipeline.evidence.journal import Entry, canonical, parse_entry
from pipeline.evidence.package import (
    FORMAT,
    READABLE,
    item_facts,
    server_date,
    source_facts,
    source_of,
    sources,
    write_zip,
)
from pipeline.evidence.package_seals import DIGESTS, DIGESTS_SIGNATURE, check_seals
from pipeline.evidence.problem import Problem
from pipeline.evidence.provenance import software
from pipeline.evidence.reading import RecordReader

LINE = re.compile(r"([0-9a-f]{64})  ([^\x00-\x1f]+)")


def verify_package(path: Path, expected_sha256: str = "") -> Report:
    """Check every file, record and journal entry of a package.

    `expected_sha256` is the digest of manifest-sha256.txt as told at export. Raises FixInput when `path` is no package.
    """
    if path.is_dir():
        if not (path / DIGESTS).exists() and not (path / "manifest.json").exists():
            raise FixInput(f"{path} is no exhibit package: it holds neither {DIGESTS} nor manifest.json.")
        return _Check(path, str(path)).run(expected_sha256)
    if not path.is_file():
        raise FixInput(f"{path} does not exist. Name a package: a folder or a zip file.")
    with tempfile.TemporaryDirectory() as folder:
        return _check_zip(path, Path(folder), expected_sha256)


def _check_zip(path: Path, folder: Path, expected: str) -> Report:
    report = Report(str(path))
    unpacked, again = folder / "package", folder / "again.zip"
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.startswith("/") or ".." in Path(name).parts:
                    raise FixInput(f"{path} holds the file name {name!r}: it is no package of ours. Do not unpack it.")
            archive.extractall(unpacked)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        if path.read_bytes()[:4] != b"PK\x03\x04":
            raise FixInput(f"{path} is neither a folder nor a zip file: {error}.") from error
        report.add(Problem(path.name, "zip", "readable", str(error)))
        return report
    if not (unpacked / DIGESTS).exists() and not (unpacked / "manifest.json").exists():
        raise FixInput(f"{path} is no exhibit package: it holds neither {DIGESTS} nor manifest.json.")
    report = _Check(unpacked, str(path)).run(expected)
    with again.open("wb") as sink:
        write_zip(unpacked, sink)
    if file_sha256(again) != file_sha256(path):
        report.add(
            Problem(path.name, "zip", "wrapping", "the zip file is not as it was written (its own bytes changed)")
        )
    return report


class _Check:
    def __init__(self, folder: Path, subject: str) -> None:
        self.folder = folder
        self.report = Report(subject)
        self._reader = RecordReader(folder)

    def run(self, expected: str) -> Report:
        self._digests(expected)
        manifest = self._manifest()
        entries = self._journal()
        if manifest is not None:
            try:
                self._readable(manifest)
                self._items(manifest, entries)
                self._coverage(manifest)
                check_seals(self.folder, manifest, entries, self.report)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                self._problem("manifest.json", "content", "form", f"not as this program writes it: {error!r}")
        return self.report

    def _problem(self, file: str, place: str, prop: str, detail: str) -> None:
        self.report.add(Problem(file, place, prop, detail))

    def _digests(self, expected: str) -> None:
        path = self.folder / DIGESTS
        if not path.exists():
            self._problem(DIGESTS, "whole file", "present", "it is missing")
            return
        if expected and file_sha256(path) != expected:
            self._problem(DIGESTS, "whole file", "sha256", "differs from the digest told at export")
        text = path.read_bytes().decode("utf-8", "backslashreplace")
        names: list[str] = []
        for number, line in enumerate(text.split("\n")[:-1] if text.endswith("\n") else text.split("\n"), 1):
            match = LINE.fullmatch(line)
            if match is None:
                self._problem(DIGESTS, f"line {number}", "form", f"not a digest and a name: {line[:80]!r}")
                continue
            names.append(match[2])
            self._file(match[2], match[1])
        if not text.endswith("\n"):
            self._problem(DIGESTS, "end", "form", "the last line has no end")
        if any(a >= b for a, b in pairwise(names)):
            self._problem(DIGESTS, "order", "form", "names are not sorted or appear twice")
        there = {p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*") if not p.is_dir()}
        for name in sorted(there - set(names) - {DIGESTS, DIGESTS_SIGNATURE}):
            self._problem(name, "whole file", "listed", f"{DIGESTS} does not name this file")

    def _file(self, name: str, digest: str) -> None:
        path = self.folder / name
        if not path.resolve().is_relative_to(self.folder.resolve()) or not path.is_file():
            self._problem(name, "whole file", "present", f"{DIGESTS} names it; it is not there")
            return
        self.report.count("files")
        if file_sha256(path) != digest:
            self._problem(name, "whole file", "sha256", f"differs from {DIGESTS}")

    def _manifest(self) -> dict[str, Any] | None:
        try:
            manifest = json.loads((self.folder / "manifest.json").read_bytes())
        except (OSError, ValueError) as error:
            self._problem("manifest.json", "whole file", "readable", str(error))
            return None
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            self._problem("manifest.json", "format", "form", f"not {FORMAT!r}")
            return None
        return manifest

    def _journal(self) -> dict[int, Entry]:
        """Entries by seq; each checked by its own hash, neighbors by their chain."""
        entries: dict[int, Entry] = {}
        path = self.folder / "journal.jsonl"
        lines = path.read_bytes().splitlines(keepends=True) if path.is_file() else []
        last: Entry | None = None
        for number, line in enumerate(lines, 1):
            place = f"line {number}"
            try:
                entry = parse_entry(line)
            except ValueError as error:
                self._problem("journal.jsonl", place, "readable", str(error))
                continue
            self.report.count("entries")
            if sha256(canonical(entry.unhashed())).hexdigest() != entry.hash or entry.line() != line:
                self._problem("journal.jsonl", place, "hash", f"entry {entry.seq} is not what its hash was made from")
            if last and (entry.seq <= last.seq or (entry.seq == last.seq + 1 and entry.prev != last.hash)):
                self._problem("journal.jsonl", place, "chain", f"entry {entry.seq} does not follow entry {last.seq}")
            entries[entry.seq] = last = entry
        return entries

    def _readable(self, manifest: dict[str, Any]) -> None:
        """The texts for people say what the manifest says. Only the program that wrote them can tell."""
        if manifest["software"] != software():
            self.report.notes.append("written by another version of the program: texts not compared with the manifest")
            return
        for name, render in READABLE.items():
            path = self.folder / name
            if path.is_file() and path.read_bytes() != render(manifest).encode("utf-8", "backslashreplace"):
                self._problem(name, "content", "derived", "does not say what manifest.json says")

    def _items(self, manifest: dict[str, Any], entries: dict[int, Entry]) -> None:
        about = sources(entries.values())
        for source in manifest["sources"]:
            entry = entries.get(source["journal"]["seq"])
            if entry is None or source_facts(entry) != source:
                place = f"source, journal entry {source['journal']['seq']}"
                self._problem("manifest.json", place, "journal", "does not say what the journal says")
        for item in manifest["items"]:
            place = f"item {item['item']} ({item['capture_id']})"
            entry = entries.get(item["journal"]["seq"])
            if entry is None or entry.hash != item["journal"]["hash"]:
                self._problem("journal.jsonl", place, "journal entry", "the item's entry is missing or another one")
                continue
            self._said(place, item, item_facts(item["item"], entry, source_of(entry, about)))
            capture = entry.body["capture"]
            journalled = {(r.get("file", capture["warc_file"]), r["offset"]): r for r in entry.body["records"]}
            if len(journalled) != len(item["records"]):
                self._problem("manifest.json", place, "records", "not the records that the journal names")
            for record in item["records"]:
                before = journalled.get((record["original_address"], record["original_offset"]))
                self._record(place, record, before, imported=entry.kind == "imported")

    def _said(self, place: str, item: dict[str, Any], facts: dict[str, Any]) -> None:
        """Everything that the journal can tell of the item is told as the journal tells it."""
        response = next((r for r in item["records"] if r["id"] == item["capture_id"]), None) or next(
            r for r in item["records"] if r["original_offset"] == item["original"]["offset"]
        )
        facts["times"]["server_date_header"] = server_date(self._content(response))
        for name in sorted(facts.keys() | item.keys()):
            if name not in {"records", "description", "seal"} and facts.get(name) != item.get(name):
                detail = f"{name} is {item.get(name)!r}, by the journal {facts.get(name)!r}"
                self._problem("manifest.json", place, "journal", detail)

    def _record(self, place: str, record: dict[str, Any], before: dict[str, Any] | None, *, imported: bool) -> None:
        self.report.count("records")
        where = f"{place}, record {record['id']} ({record['type']})"
        data = self._reader.stored(record["file"], record["offset"], record["length"]) if self._has(record) else b""
        if before is None or any(before[k] != record[k] for k in ("type", "id", "block")):
            self._problem("manifest.json", where, "journal", "the record is not one that the journal names")
        elif "sha256" in before and before["sha256"] != sha256(data).hexdigest():
            self._problem(record["file"], where, "stored bytes", "differ from those journalled at capture")
        if sha256(data).hexdigest() != record["sha256"]:
            self._problem(record["file"], where, "sha256", "the stored bytes differ from the manifest's")
        if not imported:
            for prop, detail in structure_faults(record, data):
                self._problem(record["file"], where, prop, detail)
        elif sha256(self._content(record)).hexdigest() != record["block"]:
            self._problem(record["file"], where, "block", "the content differs from what was imported")

    def _has(self, record: dict[str, Any]) -> bool:
        return (self.folder / str(record["file"])).is_file()

    def _content(self, record: dict[str, Any]) -> bytes:
        """The record's block, b"" when it cannot be read (which other checks report)."""
        try:
            return self._reader.span(record["file"], record["offset"], record["length"])[1]
        except (EvidenceBroken, OSError):
            return b""

    def _coverage(self, manifest: dict[str, Any]) -> None:
        """Every byte of records/ belongs to a record that the manifest names."""
        pieces: dict[str, set[tuple[int, int]]] = {}
        for record in [*manifest["context"], *(r for item in manifest["items"] for r in item["records"])]:
            pieces.setdefault(record["file"], set()).add((record["offset"], record["length"]))
        for record in manifest["context"]:
            data = self._reader.stored(record["file"], record["offset"], record["length"]) if self._has(record) else b""
            if sha256(data).hexdigest() != record["sha256"]:
                self._problem(record["file"], "warcinfo", "sha256", "the stored bytes differ from the manifest's")
        for path in sorted((self.folder / "records").glob("*")):
            name, end = path.relative_to(self.folder).as_posix(), 0
            for offset, length in sorted(pieces.get(name, ())):
                if offset != end:
                    self._problem(
                        name, f"offset {end}", "coverage", f"{offset - end} bytes that the manifest does not name"
                    )
                end = offset + length
            if end != path.stat().st_size:
                self._problem(name, f"offset {end}", "coverage", "bytes at the end that the manifest does not name")
