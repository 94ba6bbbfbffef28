"""Receive record files: kept byte for byte, then read once to say what is wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flows.stages.evidence.custody import note
from flows.stages.progress import Progress, silent
from flows.stages.records.reading_rows import Items, layout_in, read_file
from pipeline.errors import FixInput
from pipeline.evidence.archive import Archive
from pipeline.evidence.intake import keep_file
from pipeline.home import Home
from pipeline.model import Record, RecordKind
from pipeline.records.doubts import doubts
from pipeline.records.importing import Rejected, choose_layout
from pipeline.records.previewing import preview, sheet_doubts
from pipeline.records.same_number import shared_in_words

SHOWN = 10


def receive_files(
    home: Home,
    paths: Iterable[Path],
    kind: RecordKind,
    map_id: str | None = None,
    progress: Progress = silent,
    office: str = "",
) -> list[dict[str, Any]]:
    """Take files in. The caller holds the lock. Raises FixInput for the first file that cannot be read at all.

    `office`: whose numbers the files hold, where several offices that count alike write one layout.

    Rows: file, sha256, map, rows, records, folded, quarantined, remark, doubts, first_problems.
    """
    archive = Archive(home)
    archive.recover()
    files = list(paths)
    reports = []
    try:
        for n, path in enumerate(files, 1):
            reports.append(_receive(home, archive, path, kind, map_id, office))
            progress("receive", n, len(files))
    finally:
        archive.close()  # which seals what was received
    return reports


def _receive(
    home: Home, archive: Archive, path: Path, kind: RecordKind, map_id: str | None, office: str
) -> dict[str, Any]:
    facts = {name: value for name, value in (("map", map_id), ("office", office)) if value}
    kept = keep_file(home, archive.journal, path, kind, **facts)
    again = ", received before" if kept.already else ""
    note(home, "", "import", kept.sha256, f"{path.name}, a file of kind {kind}{again}", after=kept.sha256)
    try:
        counts = _count(home, kept.stored, kind, map_id, office)
    except FixInput as error:
        if (kept.sha256, kind) not in unreadable_files(archive):
            archive.journal.append("intake_unreadable", sha256=kept.sha256, kind=kind, reason=str(error))
        raise FixInput(f"{path}: {error} (The file is kept as received; no row of it is used.)") from error
    return {"file": path.name, "sha256": kept.sha256, "remark": "received before" if kept.already else "", **counts}


def unreadable_files(archive: Archive) -> set[tuple[str, str]]:
    """(digest, kind) of kept files that no row can be read from."""
    return {(e.body["sha256"], e.body["kind"]) for e in archive.journal.entries("intake_unreadable")}


def _count(home: Home, path: Path, kind: RecordKind, map_id: str | None, office: str) -> dict[str, Any]:
    counts: Counter[str] = Counter(records=0, folded=0, quarantined=0)
    problems: list[str] = []
    layout = layout_in(home, path, kind, map_id, office)
    for counted, told in read_file(layout, count_rows):
        counts.update(counted)
        problems += told[: SHOWN - len(problems)]
    return {
        "map": layout.binding.dataset if counts["records"] else "",
        "rows": sum(counts.values()),
        **counts,
        "doubts": [*sheet_doubts(path), *doubts(layout.binding)],
        "first_problems": problems,
    }


def count_rows(items: Items) -> tuple[dict[str, int], list[str]]:
    """Counts of records, further rows folded into them and rows kept back; the first problems."""
    rejected = [item for item in items if isinstance(item, Rejected)]
    records = [item for item in items if isinstance(item, Record)]
    counts = {
        "records": len(records), "folded": sum(r.rows - 1 for r in records), "quarantined": len(rejected)
    }  # fmt: skip
    problems = [f"line {row.line}: {row.reason}" for row in rejected[:SHOWN]]
    return counts, problems + [said for record in records if (said := shared_in_words(record))][:SHOWN]


def preview_file(path: Path, kind: RecordKind, map_id: str | None) -> dict[str, Any]:
    """What an import would do: map, columns, first rows, problems. Nothing is taken over."""
    found = preview(choose_layout(path, kind, map_id=map_id))
    return {
        **asdict(found),
        "rows": [_row(record) for record in found.rows],
        "problems": list(found.problems),
        "doubts": list(found.doubts),
    }


def _row(record: Record) -> dict[str, Any]:
    """What a record holds, without what it lacks and without dates of birth."""
    values = asdict(record)
    for party in values["parties"]:
        party.update(dob=None, birth_year=None)
    return {k: v for k, v in values.items() if v not in (None, "", (), [])}
