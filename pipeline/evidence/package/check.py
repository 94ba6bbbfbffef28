"""Check an exhibit package on any machine: no home is needed. Says which file, which place in it, which property."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from pipeline.errors import EvidenceBroken, FixInput
from pipeline.evidence import bag
from pipeline.evidence.check import Report, file_sha256, structure_faults
from pipeline.evidence.entries import Entry, canonical, parse_entry
from pipeline.evidence.package.building import write_zip
from pipeline.evidence.package.derived import JOURNAL, page_names, sealed_times
from pipeline.evidence.package.derived_check import DerivedCheck
from pipeline.evidence.package.exhibit import FORMAT, ExhibitItem, ExhibitPackage
from pipeline.evidence.package.items import (
    CRAWL_ENDS,
    attempt_facts,
    custody_facts,
    end_facts,
    hop_facts,
    item_facts,
    source_facts,
    source_of,
    sources,
)
from pipeline.evidence.package.records import LOOSE, WACZ
from pipeline.evidence.package.seals import ITEMS, check_seals
from pipeline.evidence.problem import Problem
from pipeline.evidence.warc.record_reader import RecordReader

# What an item says beyond its entry: told by records, seals or the office's own reading, and checked there.
ELSEWHERE = {"records", "description", "seal", "redirects", "url_asked", "seen", "not_collected", "times", "mentions"}


def verify_package(path: Path, expected_sha256: str = "") -> Report:
    """Check every file, record and journal entry of a package, a folder or a zip.

    `expected_sha256` is the digest of tagmanifest-sha256.txt as told at export. Raises FixInput when `path` is no
    package.
    """
    if path.is_dir():
        _refuse_other(path, path)
        return _Check(path, str(path)).run(expected_sha256)
    if not path.is_file():
        raise FixInput(f"{path} does not exist. Name a package: a folder or a zip file.")
    with tempfile.TemporaryDirectory() as folder:
        return _check_zip(path, Path(folder), expected_sha256)


def _refuse_other(folder: Path, named: Path) -> None:
    if not any((folder / name).exists() for name in (bag.TAG_MANIFEST, bag.MANIFEST, ITEMS)):
        raise FixInput(
            f"{named} is no exhibit package: it holds neither {bag.MANIFEST} nor {ITEMS}. Name the folder or zip file "
            "that imb evidence export wrote."
        )


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
        with path.open("rb") as file:
            if file.read(4) != b"PK\x03\x04":
                raise FixInput(f"{path} is neither a folder nor a zip file. Name one of these.") from error
        report.add(Problem(path.name, "zip", "readable", str(error)))
        return report
    tops = sorted(unpacked.iterdir()) if unpacked.is_dir() else []
    top = tops[0] if len(tops) == 1 and tops[0].is_dir() else unpacked
    _refuse_other(top, path)
    report = _Check(top, str(path)).run(expected)
    with again.open("wb") as sink:
        write_zip(top, sink, top.name)
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
        self._bag(expected)
        package = self._package()
        entries = self._journal()
        if package is not None:
            try:
                self._background(package, entries)
                self._items(package, entries)
                self._coverage(package)
                check_seals(self.folder, package, entries, self.report)
                DerivedCheck(self.folder, package, self.report).run()
            except (KeyError, TypeError, ValueError, AttributeError, IndexError, StopIteration) as error:
                self._problem(ITEMS, "content", "form", f"not as this program writes it: {error!r}")
        return self.report

    def _problem(self, file: str, place: str, prop: str, detail: str) -> None:
        self.report.add(Problem(file, place, prop, detail))

    def _bag(self, expected: str) -> None:
        told = self.folder / bag.TAG_MANIFEST
        if expected and told.is_file() and file_sha256(told) != expected:
            self._problem(bag.TAG_MANIFEST, "whole file", "sha256", "differs from the digest told at export")
        for found in bag.check_bag(self.folder):
            if isinstance(found, Problem):
                self.report.add(found)
            else:
                self.report.count("files")

    def _package(self) -> ExhibitPackage | None:
        try:
            package = json.loads((self.folder / ITEMS).read_bytes())
        except (OSError, ValueError) as error:
            self._problem(ITEMS, "whole file", "readable", str(error))
            return None
        if not isinstance(package, dict) or package.get("format") != FORMAT:
            self._problem(ITEMS, "format", "form", f"not {FORMAT!r}")
            return None
        return cast(ExhibitPackage, package)

    def _journal(self) -> dict[int, Entry]:
        """Entries by seq; each checked by its own hash, neighbors by their chain."""
        entries: dict[int, Entry] = {}
        path = self.folder / JOURNAL
        lines = path.read_bytes().splitlines(keepends=True) if path.is_file() else []
        last: Entry | None = None
        for number, line in enumerate(lines, 1):
            place = f"line {number}"
            try:
                entry = parse_entry(line)
            except ValueError as error:
                self._problem(JOURNAL, place, "readable", str(error))
                continue
            self.report.count("entries")
            if sha256(canonical(entry.unhashed())).hexdigest() != entry.hash or entry.line() != line:
                self._problem(JOURNAL, place, "hash", f"entry {entry.seq} is not what its hash was made from")
            if last and (entry.seq <= last.seq or (entry.seq == last.seq + 1 and entry.prev != last.hash)):
                self._problem(JOURNAL, place, "chain", f"entry {entry.seq} does not follow entry {last.seq}")
            entries[entry.seq] = last = entry
        return entries

    def _background(self, package: ExhibitPackage, entries: Mapping[int, Entry]) -> None:
        """Crawls, failures and custody are told as the journal's excerpt tells them, and none is left out."""
        missing, told = package["not_captured"], package["sources"]
        kinds: list[tuple[str, tuple[str, ...], Any, list[Any]]] = [
            ("source", ("crawl_started", "import_file"), source_facts, list(told)),
            ("attempt", ("failure",), attempt_facts, list(missing["attempts"])),
            ("crawl", CRAWL_ENDS, end_facts, list(missing["crawls"])),
        ]
        for what, of_kind, facts, said in kinds:
            there = {e.seq: e for e in entries.values() if e.kind in of_kind}
            for one in said:
                entry = there.pop(one["journal"]["seq"], None)
                if entry is None or facts(entry) != one:
                    place = f"{what}, journal entry {one['journal']['seq']}"
                    self._problem(ITEMS, place, "journal", "does not say what the journal says")
            for seq in there:
                self._problem(ITEMS, f"{what}, journal entry {seq}", "journal", "left out, though the journal has it")
        for act in package["custody"]:
            entry = entries.get(act["number"]) if act["log"] == "journal" else None
            if entry is not None and custody_facts(entry, package["operator"]) != act:
                self._problem(ITEMS, f"custody, journal entry {entry.seq}", "journal", "does not say what it says")

    def _items(self, package: ExhibitPackage, entries: Mapping[int, Entry]) -> None:
        about = sources(entries.values())
        for number, item in enumerate(package["items"], 1):
            place = f"item {item['item']} ({item['capture_id']})"
            entry = entries.get(item["journal"]["seq"])
            if entry is None or entry.hash != item["journal"]["hash"]:
                self._problem(JOURNAL, place, "journal entry", "the item's entry is missing or another one")
                continue
            facts = item_facts(number, item["role"], entry, source_of(entry, about))
            self._said(place, item, facts)
            self._hops(place, package, item, entries)
            capture = entry.body["capture"]
            journalled = {(r.get("file", capture["warc_file"]), r["offset"]): r for r in entry.body["records"]}
            if len(journalled) != len(item["records"]):
                self._problem(ITEMS, place, "records", "not the records that the journal names")
            for record in item["records"]:
                before = journalled.get((record["original_address"], record["original_offset"]))
                self._record(place, cast(dict[str, Any], record), before, imported=entry.kind == "imported")

    def _said(self, place: str, item: ExhibitItem, facts: dict[str, Any]) -> None:
        """Everything that the journal can tell of the item is told as the journal tells it."""
        facts |= page_names(facts["item"])
        said: dict[str, Any] = {**item}
        for name in sorted((facts.keys() | item.keys()) - ELSEWHERE):
            if facts.get(name) != said.get(name):
                detail = f"{name} is {said.get(name)!r}, by the journal {facts.get(name)!r}"
                self._problem(ITEMS, place, "journal", detail)
        times = {**facts["times"], **sealed_times(item["seal"])}
        for name, value in times.items():
            if said["times"].get(name) != value:
                detail = f"{name} is {said['times'].get(name)!r}, by journal and seal {value!r}"
                self._problem(ITEMS, place, "times", detail)
        seen, when = item["seen"], item["times"]["response_received"]
        if seen["captures"] and item["status"] in {0, *range(200, 300)} and not seen["first"] <= when <= seen["last"]:
            self._problem(ITEMS, place, "seen", "the capture lies outside of first and last seen")

    def _hops(self, place: str, package: ExhibitPackage, item: ExhibitItem, entries: Mapping[int, Entry]) -> None:
        """Each step of the redirect chain is the item that it names, and leads to the next."""
        asked = item["redirects"][0]["url"] if item["redirects"] else item["meta"].get("asked", item["url_reached"])
        if item["url_asked"] != asked:
            self._problem(ITEMS, place, "redirects", f"url_asked is {item['url_asked']!r}, by the chain {asked!r}")
        if item["redirects"] and item["redirects"][-1]["url"] != item["meta"].get("redirected-from"):
            self._problem(ITEMS, place, "redirects", "the chain does not end where the journal says it came from")
        for hop in item["redirects"]:
            if not hop["item"]:
                continue
            step = package["items"][hop["item"] - 1]
            entry = entries.get(step["journal"]["seq"])
            if entry is None or hop_facts(entry, step["item"], "") != hop:
                self._problem(ITEMS, place, "redirects", f"step {hop['url']} is not item {hop['item']}")

    def _record(self, place: str, record: dict[str, Any], before: dict[str, Any] | None, *, imported: bool) -> None:
        self.report.count("records")
        where = f"{place}, record {record['id']} ({record['type']})"
        data = self._stored(record)
        if before is None or any(before[k] != record[k] for k in ("type", "id", "block")):
            self._problem(ITEMS, where, "journal", "the record is not one that the journal names")
        elif "sha256" in before and before["sha256"] != sha256(data).hexdigest():
            self._problem(record["file"], where, "stored bytes", "differ from those journalled at capture")
        if sha256(data).hexdigest() != record["sha256"]:
            self._problem(record["file"], where, "sha256", f"the stored bytes differ from those that {ITEMS} names")
        if not imported:
            for prop, detail in structure_faults(record, data):
                self._problem(record["file"], where, prop, detail)
        elif sha256(self._content(record)).hexdigest() != record["block"]:
            self._problem(record["file"], where, "block", "the content differs from what was imported")

    def _stored(self, record: Mapping[str, Any]) -> bytes:
        """The record's stored bytes, b"" when they are not there."""
        try:
            return self._reader.stored(record["file"], record["offset"], record["length"])
        except (EvidenceBroken, OSError):
            return b""

    def _content(self, record: Mapping[str, Any]) -> bytes:
        """The record's block, b"" when it cannot be read (which other checks report)."""
        try:
            return self._reader.span(record["file"], record["offset"], record["length"])[1]
        except (EvidenceBroken, OSError):
            return b""

    def _coverage(self, package: ExhibitPackage) -> None:
        """Every byte of every WARC and ARC file belongs to a record that items.json names."""
        pieces: dict[str, set[tuple[int, int]]] = {}
        for record in [*package["context"], *(r for item in package["items"] for r in item["records"])]:
            pieces.setdefault(record["file"], set()).add((record["offset"], record["length"]))
        for record in package["context"]:
            if sha256(self._stored(record)).hexdigest() != record["sha256"]:
                self._problem(record["file"], "warcinfo", "sha256", f"differs from the one that {ITEMS} names")
        for name, size in self._sizes().items():
            end = 0
            for offset, length in sorted(pieces.get(name, ())):
                if offset != end:
                    self._problem(name, f"offset {end}", "coverage", f"{offset - end} bytes that {ITEMS} does not name")
                end = offset + length
            if end != size:
                self._problem(name, f"offset {end}", "coverage", f"bytes at the end that {ITEMS} does not name")

    def _sizes(self) -> dict[str, int]:
        """Bytes of each file of records, inside the WACZ and beside it."""
        sizes = {p.relative_to(self.folder).as_posix(): p.stat().st_size for p in (self.folder / LOOSE).glob("*")}
        try:
            with zipfile.ZipFile(self.folder / WACZ) as packed:
                inside = [i for i in packed.infolist() if i.filename.startswith("archive/")]
                sizes |= {f"{WACZ}!{i.filename}": i.file_size for i in inside}
        except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
            self._problem(WACZ, "zip", "readable", str(error))
        return sizes
