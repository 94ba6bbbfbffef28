"""Bring what the journal knows into the working database: captures, and the rows of record files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

from flows.stages.known_numbers import keep_apart
from flows.stages.progress import Progress
from flows.stages.reading_rows import layout_in, read_file
from flows.stages.receiving import unreadable_files
from pipeline.evidence.archive import Archive
from pipeline.home import Home
from pipeline.model import Record, RecordKind, stable_id
from pipeline.records.grades import grade_of
from pipeline.records.importing import Rejected
from pipeline.store.codec import to_json
from pipeline.store.intelligence import Store

EPOCH = date(1970, 1, 1)
BATCH = 5_000
INTELLIGENCE_KINDS = {"tip", "inspection"}


def day_number(when: datetime) -> int:
    """Arrival number of a source: days since 1970-01-01 (UTC) of the moment the home learned it.

    A day, not a counter: two runs over the same sources, one of them interrupted, must anchor the same ids.
    """
    return (when.astimezone(UTC).date() - EPOCH).days


def sync_captures(archive: Archive, store: Store) -> int:
    """Add the captures journalled since the last build; returns how many."""
    last = int(store.value("SELECT coalesce(max(journal_seq), 0) FROM raw_captures") or 0)
    captures, sources = [], []
    for known in archive.captures(after_seq=last):
        capture, seq = known.capture, day_number(known.known_at)
        captures.append(
            {
                "capture_id": capture.capture_id,
                "site": capture.site,
                "url": capture.url,
                "captured_at": capture.captured_at,
                "status": capture.status,
                "content_type": capture.content_type,
                "sha256": capture.sha256,
                "warc_file": capture.warc_file,
                "byte_offset": capture.offset,
                "byte_length": capture.length,
                "collector": capture.collector,
                "damage": "; ".join(known.damage),
                "journal_seq": known.seq,
                "intake_seq": seq,
            }
        )
        sources.append(_source(capture.capture_id, "capture", known.lane, seq, capture.sha256, known.known_at))
    with store.transaction():
        store.insert("raw_captures", captures)
        store.insert("core_sources", sources)
    return len(captures)


def _source(source_id: str, kind: str, lane: str, seq: int, digest: str, known_at: datetime) -> dict[str, Any]:
    return {
        "source_id": source_id,
        "kind": kind,
        "lane": lane,
        "intake_seq": seq,
        "sha256": digest,
        "known_at": known_at,
    }


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
        sources.append(_source(source_id, "row", lane, seq, digest, known_at))
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
