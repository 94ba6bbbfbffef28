"""Frozen answers: what many have in common is kept once, and what they are asked for stands in columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

from pipeline.store.migrations.triggers import refuse_changes

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BATCH = 1_000
KEEP = sa.text("INSERT INTO flag_texts (digest, text) VALUES (:digest, :text) ON CONFLICT DO NOTHING")


def upgrade() -> None:
    texts = op.create_table(
        "flag_texts",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("text", sa.String, nullable=False),
    )
    assert texts is not None
    op.rename_table("flags", "flags_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX flags_pkey RENAME TO flags_before_pkey")
    flags = op.create_table(
        "flags",
        sa.Column("run_id", sa.String, primary_key=True),
        sa.Column("application_id", sa.String, primary_key=True),
        sa.Column("snapshot_id", sa.String, nullable=False),
        sa.Column("result", sa.String, nullable=False),
        sa.Column("known_entity_id", sa.String, nullable=False),
        sa.Column("band", sa.String, nullable=False),
        sa.Column("surname_band", sa.String, nullable=False),
        sa.Column("agreed", sa.String, nullable=False),
        sa.Column("text", sa.String, sa.ForeignKey("flag_texts.digest"), nullable=False),
        sa.Column("coverage", sa.String, sa.ForeignKey("flag_texts.digest"), nullable=False),
        sa.Column("user", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    assert flags is not None
    op.create_index("ix_flags_application_id", "flags", ["application_id"])
    connection = op.get_bind()
    for rows in _batches(connection):
        kept: dict[str, str] = {}
        moved = [_moved(row, kept) for row in rows]
        connection.execute(KEEP, [{"digest": digest, "text": text} for digest, text in kept.items()])
        connection.execute(flags.insert(), moved)
    op.drop_table("flags_before")
    for table in ("flag_texts", "flags"):
        refuse_changes(table)


def _batches(connection: sa.Connection) -> Iterator[list[dict[str, Any]]]:
    before = sa.table(
        "flags_before", sa.column("run_id"), sa.column("application_id"), sa.column("snapshot_id"), sa.column("result"),
        sa.column("payload"), sa.column("user"), sa.column("at", sa.DateTime(timezone=True)),
    )  # fmt: skip
    last = ("", "")
    key = sa.tuple_(before.c.run_id, before.c.application_id)
    while True:
        query = sa.select(before).where(key > last).order_by(before.c.run_id, before.c.application_id).limit(BATCH)
        rows = [dict(row) for row in connection.execute(query).mappings()]
        if not rows:
            return
        yield rows
        last = rows[-1]["run_id"], rows[-1]["application_id"]


def _moved(row: dict[str, Any], kept: dict[str, str]) -> dict[str, Any]:
    said = json.loads(row.pop("payload"))
    match = row["result"] == "possible_match"
    values = sorted([c["field"], c["applicant_value"]] for c in said.get("contributions", ()) if c["weight"] > 0)
    key = json.dumps([said["band"], said.get("matched_kinds", []), values])
    coverage = json.dumps(said.get("coverage", []))
    text = json.dumps({**said, "application_id": "", "snapshot_id": "", "coverage": []}, ensure_ascii=False)
    return {
        **row,
        "known_entity_id": said.get("known_entity_id", ""),
        "band": said["band"],
        "surname_band": said.get("surname_band", ""),
        "agreed": sha256(key.encode()).hexdigest() if match else "",
        "text": _noted(text, kept),
        "coverage": _noted(coverage, kept),
    }


def _noted(text: str, kept: dict[str, str]) -> str:
    digest = sha256(text.encode()).hexdigest()[:32]
    kept[digest] = text
    return digest
