"""The audit and custody log: append-only, each entry holding the hash of the one before."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from pipeline.store.casework_tables import LOG

HASHED = ("seq", "chain", "at", "actor", "role", "action", "object", "reason", "hash_before", "hash_after", "prev")


def entry_hash(row: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON of everything but the hash itself."""
    text = json.dumps({k: row[k] for k in HASHED}, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def append(
    connection: sa.Connection,
    chain: str,
    actor: str,
    action: str,
    object_: str,
    *,
    role: str = "",
    reason: str = "",
    hash_before: str = "",
    hash_after: str = "",
) -> int:
    """Add an entry within the caller's transaction; returns its number."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("LOCK TABLE log IN EXCLUSIVE MODE"))
    seq, prev = head(connection)
    row: dict[str, Any] = {
        "seq": seq + 1,
        "chain": chain,
        "at": datetime.now(UTC).isoformat(),
        "actor": actor,
        "role": role,
        "action": action,
        "object": object_,
        "reason": reason,
        "hash_before": hash_before,
        "hash_after": hash_after,
        "prev": prev,
    }
    connection.execute(LOG.insert().values(**row, hash=entry_hash(row)))
    return int(row["seq"])


def head(connection: sa.Connection) -> tuple[int, str]:
    """Number and hash of the last entry; (0, "") before the first."""
    last = connection.execute(sa.select(LOG.c.seq, LOG.c.hash).order_by(LOG.c.seq.desc()).limit(1)).first()
    return (int(last.seq), str(last.hash)) if last else (0, "")


def problems(connection: sa.Connection, kept: tuple[int, str] | None = None) -> list[str]:
    """What is wrong with the chain, entry by entry; empty when it is whole. `kept`: a head noted earlier elsewhere."""
    found: list[str] = []
    if kept and kept[0]:
        there = connection.execute(sa.select(LOG.c.hash).where(LOG.c.seq == kept[0])).scalar()
        if there is None:
            found.append(f"entry {kept[0]}, noted elsewhere, is missing: the log was cut off or set back")
        elif there != kept[1]:
            found.append(f"entry {kept[0]} is not the one noted elsewhere")
    prev, expected = "", 1
    for row in connection.execute(sa.select(LOG).order_by(LOG.c.seq)).mappings():
        entry = dict(row)
        if entry["seq"] != expected:
            found.append(f"entry {expected} is missing")
        if entry["prev"] != prev:
            found.append(f"entry {entry['seq']}: does not follow the entry before it")
        if entry_hash(entry) != entry["hash"]:
            found.append(f"entry {entry['seq']}: content differs from its hash")
        prev, expected = entry["hash"], entry["seq"] + 1
    return found
