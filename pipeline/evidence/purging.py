"""Purge: the one act that destroys archived bytes; what remains can still be verified.

  archive/purges/<id>/certificate.json   what was destroyed, on whose word and why; signed
                      certificate.txt    the same for people
                      certificate.p7s    CMS signature over certificate.json, detached

Order of a purge: certificate written and signed; a 'purge' entry in the journal names it and the SHA-256 of every
record before and of its tombstone; each file is written anew beside the old one, checked record by record and put in
its place; a 'purge_done' entry. Killed before the entry, nothing has happened; killed after it, `finish_purges` (which
every writing command calls) goes on. No journal line and no seal is touched.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.errors import EvidenceBroken, NotAllowed
from pipeline.evidence.check import file_sha256
from pipeline.evidence.entries import Entry, utc_text
from pipeline.evidence.journal import Journal
from pipeline.evidence.sealing.keys import load_signer
from pipeline.evidence.tombstones import tombstone
from pipeline.home import Home, full_disk_named, sync_folder

PURGE, DONE = "purge", "purge_done"
FORMAT = "imb purge certificate 1"
CERTIFICATE, READABLE, SIGNATURE = "certificate.json", "certificate.txt", "certificate.p7s"
PART = ".purging"
RECORD_KINDS = ("warc_file", "capture", "failure", "recovered")
STEP = 1 << 20


@dataclass(frozen=True, slots=True)
class PurgedRecord:
    """One record that is to go: its place, and its stored bytes before and after as SHA-256."""

    capture_id: str
    id: str
    type: str
    offset: int
    length: int
    before: str
    after: str

    def facts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in PurgedRecord.__slots__}


@dataclass(frozen=True, slots=True)
class PurgedFile:
    """A file that changes. `whole`: all of it goes, and a note of why stands in its place."""

    file: str  # relative to the archive folder
    records: tuple[PurgedRecord, ...]
    whole: bool = False
    sha256_before: str = ""  # of imported files, whose digest the journal holds
    sha256_after: str = ""

    def facts(self) -> dict[str, Any]:
        kept = {name: getattr(self, name) for name in ("file", "whole", "sha256_before", "sha256_after")}
        return {**kept, "records": [record.facts() for record in self.records]}


def purged_file(facts: Mapping[str, Any]) -> PurgedFile:
    """A file as a 'purge' entry names it."""
    records = tuple(PurgedRecord(**r) for r in facts["records"])
    return PurgedFile(facts["file"], records, facts["whole"], facts["sha256_before"], facts["sha256_after"])


class Purges:
    """What the journal says was purged; reads only what it has gained since the last look."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._entries: dict[str, Entry] = {}  # purge id -> its entry
        self._captures: dict[str, str] = {}  # capture id -> purge id
        self._done: set[str] = set()
        self._read = (0, 0)

    def _look(self) -> None:
        size, seq = self._journal.size(), self._read[1]
        if size == self._read[0]:
            return
        for entry in self._journal.entries((PURGE, DONE), after=seq):
            seq = entry.seq
            if entry.kind == DONE:
                self._done.add(entry.body["purge_id"])
                continue
            self._entries[entry.body["purge_id"]] = entry
            self._captures.update(dict.fromkeys(entry.body["captures"], entry.body["purge_id"]))
        self._read = (size, seq)

    @property
    def entries(self) -> dict[str, Entry]:
        self._look()
        return self._entries

    @property
    def captures(self) -> dict[str, str]:
        """Purged capture id -> the purge's id."""
        self._look()
        return self._captures

    def unfinished(self) -> list[Entry]:
        """Purges that are ordered in the journal and not carried out to the end."""
        self._look()
        return [entry for purge_id, entry in self._entries.items() if purge_id not in self._done]


@dataclass(frozen=True, slots=True)
class Order:
    """A purge that was decided. `captures`: what the certificate says of each, without address or content."""

    captures: Sequence[Mapping[str, Any]]
    files: Sequence[PurgedFile]
    reason: str
    requested_by: str
    approved_by: str
    selection: Mapping[str, str]
    elsewhere: Sequence[str] = ()  # copies that this purge does not reach, in words
    purge_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    when: str = field(default_factory=lambda: utc_text(datetime.now(UTC)))


def purge(home: Home, journal: Journal, order: Order) -> Entry:
    """Write and sign the certificate, journal the purge, carry it out. The caller holds the lock.

    Raises FixHome when the home's key cannot sign, NotAllowed when there is nothing to purge: nothing has happened.
    """
    if not order.files:
        raise NotAllowed("Nothing is left to purge: see what blocks it with a dry run (without --approve).")
    signer = load_signer(home)
    certificate = {
        "format": FORMAT,
        "purge_id": order.purge_id,
        "purged_at": order.when,
        "requested_by": order.requested_by,
        "approved_by": order.approved_by,
        "reason": order.reason,
        "selection": dict(order.selection),
        "captures": [dict(c) for c in order.captures],
        "files": [f.facts() for f in order.files],
        "elsewhere": list(order.elsewhere),
    }
    text = (json.dumps(certificate, indent=1, sort_keys=True, ensure_ascii=True) + "\n").encode("ascii")
    files = {CERTIFICATE: text, READABLE: certificate_text(certificate).encode(), SIGNATURE: signer.sign(text)}
    with full_disk_named(home.archive):
        _write_certificate(folder_of(home, order.purge_id), files)
        entry = journal.append(
            PURGE,
            purge_id=order.purge_id,
            when=order.when,
            by=order.requested_by,
            approved_by=order.approved_by,
            reason=order.reason,
            captures=[c["capture_id"] for c in order.captures],
            files=certificate["files"],
            certificate={name: sha256(data).hexdigest() for name, data in files.items()},
            signer_sha256=signer.fingerprint,
        )
        journal.sync()
        _carry_out(home, journal, entry)
    return entry


def folder_of(home: Home, purge_id: str) -> Path:
    return home.archive / "purges" / purge_id


def certificate_text(certificate: Mapping[str, Any]) -> str:
    """The certificate for people."""
    lines = [
        "CERTIFICATE OF PURGE",
        "",
        f"Number            {certificate['purge_id']}",
        f"Time              {certificate['purged_at']} (this system's clock)",
        f"Requested by      {certificate['requested_by']}",
        f"Approved by       {certificate['approved_by']}",
        f"Reason            {certificate['reason']}",
        f"Selection         {', '.join(f'{k} {v}' for k, v in sorted(certificate['selection'].items()) if v)}",
        "",
        f"{len(certificate['captures'])} captures were destroyed in {len(certificate['files'])} files. In their places",
        "stand records of the same length that name this certificate; all other records verify as before. The",
        "journal, which holds addresses, times and hashes, is unchanged.",
        "",
        *(f"  {c['captured_at']}  {c['site']}  capture {c['capture_id']}  SHA-256 {c['sha256']}"
          for c in certificate["captures"]),
        "",
        "Copies that this purge does not reach:",
        *(f"  {line}" for line in certificate["elsewhere"] or ["none is known"]),
        "",
        f"Signed: {SIGNATURE} over {CERTIFICATE}. The signer's certificate is in the journal ('signing_key').",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _write_certificate(folder: Path, files: Mapping[str, bytes]) -> None:
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name, data in files.items():
        with (part / name).open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    part.rename(folder)
    sync_folder(folder.parent)


def finish_purges(home: Home, journal: Journal) -> None:
    """After a crash: carry out what the journal orders, drop what it does not know. The caller holds the lock."""
    purges = Purges(journal)
    with full_disk_named(home.archive):
        for entry in purges.unfinished():
            _carry_out(home, journal, entry)
        for folder in sorted((home.archive / "purges").glob("*")):
            if folder.name not in purges.entries:
                name = folder.relative_to(home.root).as_posix()
                journal.append("repaired", file=name, what="certificate of a purge that never began removed")
                shutil.rmtree(folder)


def _carry_out(home: Home, journal: Journal, entry: Entry) -> None:
    for facts in entry.body["files"]:
        file = purged_file(facts)
        path = home.archive / file.file
        part = path.with_name(path.name + PART)
        part.unlink(missing_ok=True)
        if _is_done(path, file):
            continue
        _write_anew(path, part, file, entry.body)
        _check(part, file, journal)
        shutil.copymode(path, part)
        part.replace(path)
        sync_folder(path.parent)
    journal.append(DONE, purge_id=entry.body["purge_id"])


def _is_done(path: Path, file: PurgedFile) -> bool:
    if file.whole or file.sha256_after:
        return path.exists() and file_sha256(path) == file.sha256_after
    with path.open("rb") as source:
        return all(sha256(_at(source, r)).hexdigest() == r.after for r in file.records)


def _at(source: Any, record: PurgedRecord) -> bytes:
    source.seek(record.offset)
    data: bytes = source.read(record.length)
    return data


def _write_anew(path: Path, part: Path, file: PurgedFile, body: Mapping[str, Any]) -> None:
    """The file with tombstones in the places of the purged records, flushed, beside the old one."""
    with path.open("rb") as source, part.open("xb") as sink:
        for data in new_content(source, file, body["purge_id"], body["when"]):
            sink.write(data)
        sink.flush()
        os.fsync(sink.fileno())


def new_content(source: Any, file: PurgedFile, purge_id: str, when: str) -> Iterator[bytes]:
    """What the file will hold, in pieces. Raises EvidenceBroken when a record is not what the purge was ordered for."""
    if file.whole:
        yield whole_note(file.file, purge_id, when)
        return
    position = 0
    for record in sorted(file.records, key=lambda r: r.offset):
        yield from _span(source, position, record.offset)
        stored = _at(source, record)
        position = record.offset + record.length
        if sha256(stored).hexdigest() == record.after:
            yield stored
            continue
        if sha256(stored).hexdigest() != record.before:
            raise EvidenceBroken(
                f"{file.file}, offset {record.offset}: not the record that purge {purge_id} was ordered for. "
                "Nothing of this file was changed. Run: imb evidence verify"
            )
        yield tombstone(stored, record.id, purge_id, when)
    yield from _span(source, position, None)


def whole_note(file: str, purge_id: str, when: str) -> bytes:
    """What stands in the place of an imported file that was purged as a whole."""
    return f"purged as a whole at {when}: see archive/purges/{purge_id}\n{file}\n".encode()


def _span(source: Any, start: int, end: int | None) -> Iterator[bytes]:
    source.seek(start)
    while data := source.read(STEP if end is None else min(STEP, end - source.tell())):
        yield data


def _check(part: Path, file: PurgedFile, journal: Journal) -> None:
    """The new file holds the tombstones, and every other record as the journal has it. Raises EvidenceBroken."""
    gone = tombstones(Purges(journal).entries.values(), file.file)
    wrong = ""
    if file.sha256_after and file_sha256(part) != file.sha256_after:
        wrong = "the file would not be what the certificate says"
    with part.open("rb") as source:
        for record in () if file.whole else file.records:
            if sha256(_at(source, record)).hexdigest() != record.after:
                wrong = f"the tombstone at {record.offset} would not be what the certificate says"
        for entry in journal.entries(RECORD_KINDS, containing=file.file.encode()):
            for r in entry.body["records"] if entry.body["file"] == file.file else ():
                source.seek(r["offset"])
                if sha256(source.read(r["length"])).hexdigest() != gone.get(r["offset"], r["sha256"]):
                    wrong = f"the record at {r['offset']} would not be as it was"
    if wrong:
        part.unlink()
        raise EvidenceBroken(
            f"The purge of {file.file} stopped, and nothing of it was replaced: {wrong}. See: imb evidence verify"
        )


def tombstones(entries: Iterable[Entry], file: str) -> dict[int, str]:
    """Offset -> SHA-256 of the tombstone that 'purge' entries put there, for one file."""
    places = [f for e in entries for f in e.body["files"] if f["file"] == file and not f["whole"]]
    return {r["offset"]: r["after"] for f in places for r in f["records"]}
