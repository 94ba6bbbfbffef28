"""Aliases by number: the same pair can be said again after it was taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.store.migrations.triggers import refuse_changes

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.rename_table("aliases", "aliases_before")
    op.create_table(
        "aliases",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("old_id", sa.String, nullable=False),
        sa.Column("new_id", sa.String, nullable=False),
        sa.Column("snapshot_id", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute(
        "INSERT INTO aliases (old_id, new_id, snapshot_id, at) "
        "SELECT old_id, new_id, snapshot_id, at FROM aliases_before ORDER BY at, old_id"
    )
    op.drop_table("aliases_before")
    refuse_changes("aliases")
