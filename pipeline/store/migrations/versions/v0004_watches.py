"""Watches, what answered to them, and up to which hit each place or reader was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.store.migrations.triggers import refuse_changes

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

METADATA = sa.MetaData()
WHEN = sa.DateTime(timezone=True)

sa.Table(
    "watches",
    METADATA,
    sa.Column("watch_id", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("value", sa.String, nullable=False),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("at", WHEN, nullable=False),
)
sa.Table(
    "watch_removals",
    METADATA,
    sa.Column("watch_id", sa.String, sa.ForeignKey("watches.watch_id"), primary_key=True),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("at", WHEN, nullable=False),
)
sa.Table(
    "watch_hits",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("watch_id", sa.String, sa.ForeignKey("watches.watch_id"), nullable=False),
    sa.Column("subject_id", sa.String, nullable=False),
    sa.Column("subject_kind", sa.String, nullable=False),
    sa.Column("dataset", sa.String, nullable=False),
    sa.Column("found", sa.String, nullable=False),
    sa.Column("source_id", sa.String, nullable=False),
    sa.Column("day", sa.Date),
    sa.Column("lane", sa.String, nullable=False),
    sa.Column("snapshot_id", sa.String, nullable=False),
    sa.Column("known_before", sa.Boolean, nullable=False),
    sa.Column("at", WHEN, nullable=False),
    sa.UniqueConstraint("watch_id", "subject_id"),
)
sa.Table(
    "watch_runs",
    METADATA,
    sa.Column("snapshot_id", sa.String, primary_key=True),
    sa.Column("hits", sa.Integer, nullable=False),
    sa.Column("at", WHEN, nullable=False),
)
sa.Table(
    "watch_marks",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("whom", sa.String, nullable=False, index=True),
    sa.Column("up_to", sa.Integer, nullable=False),
    sa.Column("at", WHEN, nullable=False),
)


def upgrade() -> None:
    METADATA.create_all(op.get_bind())
    for table in ("watches", "watch_removals", "watch_hits", "watch_runs", "watch_marks"):
        refuse_changes(table)
