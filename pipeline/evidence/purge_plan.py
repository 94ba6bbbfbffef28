"""What a purge would destroy, what keeps it from it, and where copies lie that it does not reach. Changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pipeline.evidence.archive import Archive
from pipeline.evidence.check import file_sha256
from pipeline.evidence.entries import Entry, canonical
from pipeline.evidence.legal_holds import legal_holds
from pipeline.evidence.purging import PurgedFile, PurgedRecord, new_content, whole_note
from pipeline.evidence.tombstones import NoTombstone, tombstone

FACTS = ("capture_id", "site", "captured_at", "sha256", "warc_file", "offset", "length")


@dataclass(frozen=True, slots=True)
class Plan:
    """`blocked`: capture id -> reason. `elsewhere`: copies handed out, in words."""

    captures: tuple[dict[str, Any], ...]
    blocked: dict[str, str]
    entries: dict[str, Entry]  # of the captures that would go
    whole: frozenset[str]  # imported files that would go as a whole
    elsewhere: tuple[str, ...]

    @property
    def code(self) -> str:
        """Names exactly this selection: an approval is given for what a dry run showed, not for what came later."""
        ids = sorted(c["capture_id"] for c in self.captures)
        return sha256(canonical([ids, sorted(self.whole)])).hexdigest()[:12]


def plan_purge(archive: Archive, capture_ids: Iterable[str], *, whole_files: bool = False) -> Plan:
    """Look at captures one by one. `whole_files` allows destroying imported containers of which every capture goes."""
    found = archive.find(capture_ids)
    legal = legal_holds(archive)
    blocked: dict[str, str] = {}
    for capture_id in found:
        if hold := archive.holds.held.get(capture_id):
            blocked[capture_id] = f"held since {hold.at}: {hold.body['reason']}"
        elif capture_id in legal:
            blocked[capture_id] = legal[capture_id]
    free = {c: e for c, e in found.items() if c not in blocked}
    undivided = {c: e for c, e in free.items() if not _has_place(archive, e)}
    whole: set[str] = set()
    for file, members in _by_file(undivided).items():
        others = _others(archive, file) - free.keys()
        if whole_files and not others:
            whole.add(file)
            continue
        why = (
            f"{len(others)} other captures lie in the same container ({file}) and would go with it"
            if others
            else f"it lies in a container ({file}) that can only go as a whole: --whole-files"
        )
        blocked.update(dict.fromkeys(members, why))
    going = {c: e for c, e in free.items() if c not in blocked}
    facts = tuple({name: e.body["capture"][name] for name in FACTS} for e in going.values())
    return Plan(facts, blocked, going, frozenset(whole), tuple(_handed_out(archive, going)))


def _has_place(archive: Archive, entry: Entry) -> bool:
    """Whether tombstones can take the places of all records of the capture."""
    try:
        for record, address in _records(entry):
            if "!" in address or "@" in address:
                return False
            stored = archive.reader.stored(address, record["offset"], record["length"])
            tombstone(stored, record["id"] or "0" * 36, "0" * 8 + "-0000-4000-8000-" + "0" * 12, "")
    except NoTombstone:
        return False
    return True


def _records(entry: Entry) -> Iterator[tuple[Mapping[str, Any], str]]:
    for record in entry.body["records"]:
        yield record, str(record.get("file", entry.body["capture"]["warc_file"]))


def _file(entry: Entry) -> str:
    return str(entry.body["capture"]["warc_file"]).partition("!")[0].partition("@")[0]


def _by_file(entries: Mapping[str, Entry]) -> dict[str, list[str]]:
    files: dict[str, list[str]] = defaultdict(list)
    for capture_id, entry in entries.items():
        files[_file(entry)].append(capture_id)
    return files


def _others(archive: Archive, file: str) -> set[str]:
    """Every capture of an imported file that is not purged yet."""
    entries = archive.journal.entries("imported", containing=file.encode())
    ids = {e.body["capture"]["capture_id"] for e in entries if e.body.get("capture") and _file(e) == file}
    return ids - archive.purges.captures.keys()


def _handed_out(archive: Archive, going: Mapping[str, Entry]) -> Iterator[str]:
    for entry in archive.journal.entries("export"):
        if count := len(going.keys() & set(entry.body["captures"])):
            yield f"package {entry.body['name']} of {entry.at[:10]} (SHA-256 {entry.body['sha256']}): {count} captures"


def planned_files(archive: Archive, plan: Plan, purge_id: str, when: str) -> list[PurgedFile]:
    """The files as the purge will leave them, with the hashes of everything that changes."""
    files = []
    for name, ids in sorted(_by_file(plan.entries).items()):
        imported = name.startswith("imports/")
        if name in plan.whole:
            after = sha256(whole_note(name, purge_id, when)).hexdigest()
            records: tuple[PurgedRecord, ...] = tuple(
                _gone(archive, c, r, address, "", "") for c in ids for r, address in _records(plan.entries[c])
            )
            files.append(PurgedFile(name, records, True, file_sha256(archive.home.archive / name), after))
            continue
        records = tuple(
            _gone(archive, c, r, address, purge_id, when) for c in ids for r, address in _records(plan.entries[c])
        )
        file = PurgedFile(name, tuple({r.offset: r for r in records}.values()))
        files.append(_with_digests(archive, file, purge_id, when) if imported else file)
    return files


def _gone(
    archive: Archive, capture_id: str, record: Mapping[str, Any], address: str, purge_id: str, when: str
) -> PurgedRecord:
    stored = archive.reader.stored(address, record["offset"], record["length"])
    after = sha256(tombstone(stored, record["id"] or capture_id, purge_id, when)).hexdigest() if purge_id else ""
    place = (record["offset"], record["length"])
    before = sha256(stored).hexdigest()
    return PurgedRecord(capture_id, record["id"] or capture_id, record["type"], *place, before, after)


def _with_digests(archive: Archive, file: PurgedFile, purge_id: str, when: str) -> PurgedFile:
    path, after = archive.home.archive / file.file, sha256()
    with path.open("rb") as source:
        for data in new_content(source, file, purge_id, when):
            after.update(data)
    return PurgedFile(file.file, file.records, False, file_sha256(path), after.hexdigest())
