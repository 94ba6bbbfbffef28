"""Bring the rows of record files that the journal knows into the working database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

from flows.stages.progress import Progress
from flows.stages.records.known_numbers import keep_apart
from flows.stages.records.reading_rows import layout_in, read_file
from flows.stages.records.receiving import unreadable_files
from flows.stages.sources import day_number, source_row
from pipeline.evidence.archive import Archive
from pipeline.home import Home
from pipeline.model import Record, RecordKind, stable_id
from pipeline.records.grades import grade_of
from pipeline.records.importing import Rejected
from pipeline.store.codec import to_json
from pipeline.store.intelligence import Store

BATCH = 5_000
INTELLIGENCE_KINDS = {"tip", "inspection"}


def sync_files(home: Home, archive: Archive, store: Store, progress: Progress) -> dict[str, int]:
    """Read the record files taken in since the last build. Each file is all or nothing; counts add up."""
    seen = {(r["sha256"], r["kind"]) for r in store.rows("SELECT sha256, kind FROM raw_files")}
    seen |= unreadable_files(archive)
    waiting = [e for e in archive.journal.entries("intake_file") if (e.body["sha256"], e.body["kind"]) not in seen]
    totals = {"records": 0, "folded": 0, "quarantined": 0, "files": 0}
    for n, entry in enumerate(waiting, 1):
        key = (entry.body["sha256"], entry.body["kind"])
        if key in seen:
            continue
        seen.add(key)
        counts = _read_file(home, store, entry.body, datetime.fromisoformat(entry.at))
        for name, count in counts.items():
            totals[name] += count
        totals["files"] += 1
        progress("read records", n, len(waiting))
    return totals


def _read_file(home: Home, store: Store, body: dict[str, Any], known_at: datetime) -> dict[str, int]:
    counts = {"records": 0, "folded": 0, "quarantined": 0}
    path: Path = home.root / body["stored"]
    kind: RecordKind = body["kind"]
    dataset = ""
    layout = layout_in(home, path, kind, body.get("map"), body.get("office", ""))
    found = chain.from_iterable(read_file(layout, list))
    with store.transaction():
        for rows in _batches(found):
            records = [r for r in rows if isinstance(r, Record)]
            rejected = [r for r in rows if isinstance(r, Rejected)]
            dataset = dataset or next((r.dataset for r in records), "")
            if not layout.binding.map.one_issuer:
                records = keep_apart(store, records)
            _insert_records(store, records, body["sha256"], known_at)
            store.insert("raw_quarantine", [_rejected_row(body, r) for r in rejected])
            counts["records"] += len(records)
            counts["folded"] += sum(r.rows - 1 for r in records)
            counts["quarantined"] += len(rejected)
        store.insert(
            "raw_files",
            [
                {
                    "sha256": body["sha256"],
                    "name": body["name"],
                    "kind": kind,
                    "dataset": dataset,
                    "known_at": known_at,
                    "intake_seq": day_number(known_at),
                    "rows_in": sum(counts.values()),
                    **counts,
                }
            ],
        )
    return counts


def _batches(rows: Iterator[Record | Rejected]) -> Iterator[list[Record | Rejected]]:
    batch: list[Record | Rejected] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _insert_records(store: Store, records: list[Record], digest: str, known_at: datetime) -> None:
    seq = day_number(known_at)
    rows, sources = [], []
    for record in records:
        source_id = stable_id("row", digest, str(record.line))
        lane = "intelligence" if record.kind in INTELLIGENCE_KINDS else "regulatory"
        payload = to_json(record)
        sources.append(source_row(source_id, "row", lane, seq, digest, known_at))
        rows.append(
            {
                "record_id": record.record_id,
                "version": sha256(payload.encode()).hexdigest()[:32],
                "dataset": record.dataset,
                "kind": record.kind,
                "natural_key": record.natural_key,
                "source_id": source_id,
                "file_sha256": digest,
                "line": record.line,
                "lane": lane,
                "intake_seq": seq,
                "known_at": known_at,
                "entity_name": record.entity_name or record.dba_name,
                "status": record.status,
                "cause": record.cause,
                "received": record.received,
                "issued": record.issued,
                "effective": record.effective,
                "expires": record.expires,
                "closed": record.closed,
                "grade": grade_of(record.extra) if lane == "intelligence" else "",
                "payload": payload,
            }
        )
    store.insert("core_records", rows)
    store.insert("core_sources", sources)


def _rejected_row(body: dict[str, Any], rejected: Rejected) -> dict[str, Any]:
    return {
        "file_sha256": body["sha256"],
        "file": body["name"],
        "line": rejected.line,
        "reason": rejected.reason,
        "raw": rejected.raw,
    }
