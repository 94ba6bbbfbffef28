"""The first tables as they were, and the triggers that keep them append-only. Never edited: later changes migrate."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.store.migrations.triggers import refuse_changes

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

METADATA = sa.MetaData()
WHEN = sa.DateTime(timezone=True)

sa.Table(
    "users",
    METADATA,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("created_at", WHEN, nullable=False),
)
sa.Table(
    "standings",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("business_id", sa.String, nullable=False, index=True),
    sa.Column("standing", sa.String, nullable=False),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("at", WHEN, nullable=False),
)
sa.Table(
    "decisions",
    METADATA,
    sa.Column("decision_id", sa.String, primary_key=True),
    sa.Column("same", sa.Boolean, nullable=False),
    sa.Column("ref_a", sa.String, nullable=False),
    sa.Column("ref_b", sa.String, nullable=False),
    sa.Column("members_shown", sa.JSON, nullable=False),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("decided_at", WHEN, nullable=False),
)
sa.Table(
    "revocations",
    METADATA,
    sa.Column("decision_id", sa.String, sa.ForeignKey("decisions.decision_id"), primary_key=True),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("at", WHEN, nullable=False),
)
sa.Table(
    "suppressions",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("applicant_digest", sa.String, nullable=False, index=True),
    sa.Column("known_digest", sa.String, nullable=False),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("at", WHEN, nullable=False),
    sa.Column("expires_at", WHEN, nullable=False),
)
sa.Table(
    "flags",
    METADATA,
    sa.Column("run_id", sa.String, primary_key=True),
    sa.Column("application_id", sa.String, primary_key=True),
    sa.Column("snapshot_id", sa.String, nullable=False),
    sa.Column("result", sa.String, nullable=False),
    sa.Column("payload", sa.String, nullable=False),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("at", WHEN, nullable=False),
)
sa.Table(
    "aliases",
    METADATA,
    sa.Column("old_id", sa.String, primary_key=True),
    sa.Column("new_id", sa.String, primary_key=True),
    sa.Column("snapshot_id", sa.String, nullable=False),
    sa.Column("at", WHEN, nullable=False),
)
sa.Table(
    "log",
    METADATA,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("chain", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("object", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("hash_before", sa.String, nullable=False),
    sa.Column("hash_after", sa.String, nullable=False),
    sa.Column("prev", sa.String, nullable=False),
    sa.Column("hash", sa.String, nullable=False),
)
APPEND_ONLY = ("standings", "decisions", "revocations", "suppressions", "flags", "aliases", "log")


def upgrade() -> None:
    METADATA.create_all(op.get_bind())
    for table in APPEND_ONLY:
        refuse_changes(table)
