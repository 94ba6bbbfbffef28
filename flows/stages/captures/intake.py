"""Bring the captures that the journal knows into the working database."""

from __future__ import annotations

from flows.stages.sources import day_number, source_row
from pipeline.evidence.archive import Archive
from pipeline.store.intelligence import Store


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
        sources.append(source_row(capture.capture_id, "capture", known.lane, seq, capture.sha256, known.known_at))
    with store.transaction():
        store.insert("raw_captures", captures)
        store.insert("core_sources", sources)
    return len(captures)
