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
    last = connection.execute(sa.select(LOG.c.seq, LOG.c.hash).order_by(LOG.c.seq.desc()).limit(1)).first()
    row: dict[str, Any] = {
        "seq": (last.seq if last else 0) + 1,
        "chain": chain,
        "at": datetime.now(UTC).isoformat(),
        "actor": actor,
        "role": role,
        "action": action,
        "object": object_,
        "reason": reason,
        "hash_before": hash_before,
        "hash_after": hash_after,
        "prev": last.hash if last else "",
    }
    connection.execute(LOG.insert().values(**row, hash=entry_hash(row)))
    return int(row["seq"])


def problems(connection: sa.Connection) -> list[str]:
    """What is wrong with the chain, entry by entry; empty when it is whole."""
    found: list[str] = []
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
