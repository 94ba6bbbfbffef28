"""What data rests on, as rows of `core_sources`: a capture, or a row of a file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

EPOCH = date(1970, 1, 1)


def day_number(when: datetime) -> int:
    """Arrival number of a source: days since 1970-01-01 (UTC) of the moment the home learned it.

    A day, not a counter: two runs over the same sources, one of them interrupted, must anchor the same ids.
    """
    return (when.astimezone(UTC).date() - EPOCH).days


def source_row(source_id: str, kind: str, lane: str, seq: int, digest: str, known_at: datetime) -> dict[str, Any]:
    return {
        "source_id": source_id,
        "kind": kind,
        "lane": lane,
        "intake_seq": seq,
        "sha256": digest,
        "known_at": known_at,
    }
