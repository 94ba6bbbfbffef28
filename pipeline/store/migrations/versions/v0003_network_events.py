"""What happened to networks between builds, and decisions on whether two businesses belong to one network."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.store.migrations.triggers import refuse_changes

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("decisions", sa.Column("scope", sa.String, nullable=False, server_default="entity"))
    op.create_table(
        "network_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("before_snapshot", sa.String, nullable=False),
        sa.Column("snapshot_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("network_id", sa.String, nullable=False, index=True),
        sa.Column("others", sa.JSON, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    refuse_changes("network_events")
