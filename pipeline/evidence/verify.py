"""Check a whole home: the journal's chain and seals, every record and file it names, and files it does not know.

The journal holds the SHA-256 of the stored bytes of every record of our own files and of every imported file, so a
changed byte is found wherever it lies; records are also taken apart, so that the report can say what it was.
Memory stays flat: the journal is read once, records are read where it names them. A home can be checked while others
write to it: what is there when the check begins is checked, and may have been journalled a moment later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.errors import EvidenceBroken
from pipeline.evidence.check import Report, file_sha256, record_faults
from pipeline.evidence.entries import Entry
from pipeline.evidence.journal import CLOCK_SET_BACK, Journal
from pipeline.evidence.package.check import verify_package
from pipeline.evidence.problem import Problem
from pipeline.evidence.purge_check import PurgeCheck
from pipeline.evidence.sealing.check import SealCheck
from pipeline.evidence.warc.record_reader import RecordReader
from pipeline.home import Home

WRITTEN = ("warc_file", "capture", "failure", "recovered")
KEPT = ("import_file", "intake_file", "recovered_file")

__all__ = ["Report", "verify_home", "verify_package"]


def verify_home(home: Home, progress: Callable[[int], None] | None = None, *, against: Sequence[Path] = ()) -> Report:
    """Check archive, journal, seals and intake of a home; `progress` is told the number of records checked so far.

    `against`: files and folders with copies of seals, instead of the folders in the settings. What lies behind the last
    seal is no problem: `report.seals` says how far the seals reach.
    """
    check = _HomeCheck(home, progress, against)
    journal = Journal(home.journal, home.now)
    for entry, problems in journal.check(upto=journal.size()):
        for problem in problems:
            check.report.add(Problem(f"archive/{problem.file}", problem.place, problem.prop, problem.detail))
        if entry is not None:
            check.entry(entry)
    check.finish()
    return check.report


class _HomeCheck:
    def __init__(self, home: Home, progress: Callable[[int], None] | None, against: Sequence[Path]) -> None:
        self.home = home
        self.report = Report(str(home.root))
        self._seals = SealCheck(home, self.report, against)
        self._purges = PurgeCheck(home, self.report)
        self._progress = progress
        self._ends: dict[str, int] = {}  # WARC file -> end of its last journalled record
        self._kept: dict[str, bool] = {}  # imported or taken-in file -> whether its digest holds
        self._reader = RecordReader(home.archive)
        self._open: tuple[str, Any] = ("", None)
        self._sizes = dict(self._files())  # by name, before the journal is looked at: so all of it can be journalled

    def _files(self) -> Iterator[tuple[str, int]]:
        for folder in (self.home.archive, self.home.intake):
            for path in sorted(p for p in folder.rglob("*") if not p.is_dir()):
                yield path.relative_to(self.home.root).as_posix(), path.lstat().st_size

    def entry(self, entry: Entry) -> None:
        self.report.count("entries")
        self.report.head = (entry.seq, entry.hash)
        try:
            if entry.kind in WRITTEN:
                self._written(entry)
            elif entry.kind in KEPT:
                self._kept_file(entry)
            elif entry.kind == "imported":
                self._imported(entry)
            elif entry.kind == CLOCK_SET_BACK:
                self._clock(entry)
            self._seals.entry(entry)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self._problem(
                "archive/journal.jsonl", f"entry {entry.seq}", "content", f"not as a {entry.kind} entry: {error!r}"
            )

    def finish(self) -> None:
        self._journalled_meanwhile()
        for name, size in self._sizes.items():
            file = name.removeprefix("archive/")
            if file in self._ends and size > (end := self._ends[file]):
                detail = f"{size - end} bytes that the journal does not name (not journalled, or added)"
                self._problem(name, f"offset {end}", "end of file", detail)
        known = {f"archive/{f}" for f in self._ends} | set(self._kept) | {"archive/journal.jsonl"}
        for name in self._sizes:
            is_known = name in known or self._seals.known(name) or self._purges.known(name)
            if not is_known and (self.home.root / name).exists():  # else a part of what has been finished meanwhile
                self._problem(name, "whole file", "journalled", "the journal does not name this file")
        self._seals.finish()
        self._purges.finish()
        self.report.seals = asdict(self._seals.state)
        self.report.notes += self._seals.state.sentences()

    def _journalled_meanwhile(self) -> None:
        """What a writer has journalled since the check began covers what lay there then; it is not checked itself."""
        last = self.report.head[0] if self.report.head else 0
        try:
            for entry in Journal(self.home.journal, self.home.now).entries((*WRITTEN, *KEPT), after=last):
                if entry.kind in KEPT:
                    self._kept.setdefault(entry.body["stored"], True)
                for record in entry.body["records"] if entry.kind in WRITTEN else ():
                    file, end = entry.body["file"], record["offset"] + record["length"]
                    self._ends[file] = max(end, self._ends.get(file, 0))
        except (EvidenceBroken, KeyError, TypeError):
            return  # what is wrong there is for the next check to say

    def _problem(self, file: str, place: str, prop: str, detail: str) -> None:
        self.report.add(Problem(file, place, prop, detail))

    def _written(self, entry: Entry) -> None:
        file = entry.body["file"]
        for record in entry.body["records"]:
            expected = self._ends.get(file, 0)
            place = f"record {record['id']} ({record['type']}), offset {record['offset']}"
            if record["offset"] != expected:
                detail = f"begins at {record['offset']}, not where the record before it ended ({expected})"
                self._problem(f"archive/{file}", place, "position", detail)
            self._ends[file] = record["offset"] + record["length"]
            data = self._bytes(file, record["offset"], record["length"])
            if not self._purges.is_tombstone(file, record["offset"], data):
                self._faults(file, place, record, data)
            self._counted()

    def _faults(self, file: str, place: str, record: dict[str, Any], data: bytes) -> None:
        faults = list(record_faults(record, data))
        if not faults and (purge_id := self._purges.still_there(file, record["offset"])):
            faults = [("purged", f"certificate {purge_id} says it was destroyed; it is still there")]
        for prop, detail in faults:
            self._problem(f"archive/{file}", place, prop, detail)

    def _counted(self) -> None:
        self.report.count("records")
        if self._progress and self.report.checked["records"] % 500 == 0:
            self._progress(self.report.checked["records"])

    def _bytes(self, file: str, offset: int, length: int) -> bytes:
        if self._open[0] != file:
            if self._open[1] is not None:
                self._open[1].close()
            path = self.home.archive / file
            self._open = (file, path.open("rb") if path.is_file() else None)
        if self._open[1] is None:
            return b""
        self._open[1].seek(offset)
        data: bytes = self._open[1].read(length)
        return data

    def _kept_file(self, entry: Entry) -> None:
        name, digest = entry.body["stored"], entry.body["sha256"]
        if name in self._kept:
            return
        path = self.home.root / name
        if not path.is_file():
            self._kept[name] = False
            self._problem(name, "whole file", "present", f"the journal (entry {entry.seq}) names it; it is not there")
            return
        found = file_sha256(path)
        self._kept[name] = found == digest or self._purges.digest_after(name, found)
        self.report.count("files")
        if found == digest and (purge_id := self._purges.should_differ(name)):
            self._problem(name, "whole file", "purged", f"holds what certificate {purge_id} says was destroyed")
        if not self._kept[name]:
            self._problem(name, "whole file", "sha256", f"differs from the one journalled in entry {entry.seq}")

    def _clock(self, entry: Entry) -> None:
        body = entry.body
        self.report.notes.append(
            f"The clock was set back by {body['seconds']} s before entry {entry.seq} (from {body['before']} to "
            f"{body['after']}): there the order of entries is certain, times are not."
        )

    def _imported(self, entry: Entry) -> None:
        """The records of an imported file are looked at singly only when the file has changed: to name them."""
        capture = entry.body["capture"]
        name = f"archive/{capture['warc_file'].partition('!')[0].partition('@')[0]}"
        if name not in self._kept:
            self._problem("archive/journal.jsonl", f"entry {entry.seq}", "order", f"{name} was not journalled before")
            self._kept[name] = False
        for record in entry.body["records"] if not self._kept[name] else ():
            address = record.get("file", capture["warc_file"])
            place = f"record {record['id']} ({record['type']}), offset {record['offset']}"
            try:
                _, block = self._reader.span(address, record["offset"], record["length"])
            except (EvidenceBroken, OSError) as error:
                self._problem(name, place, "readable", str(error))
                continue
            if sha256(block).hexdigest() != record["block"]:
                self._problem(name, place, "block", "the content differs from what was imported")
        self._counted()
