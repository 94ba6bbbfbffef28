"""What happened to networks, without the names, numbers and sentences that earlier versions wrote into the reasons: the
table is append-only, and a purge does not reach it (decision 3)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.store.migrations.triggers import refuse_changes

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LEFT_OUT = "Written by an earlier version, which named businesses here; what it said is kept no longer."
NAMES_NOBODY = (
    "The same network; another of its ads or denials counts as its earliest now.",
    "No link holds the parts together any more.",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("PRAGMA secure_delete = ON")  # else the words stay in pages that the file has free
    op.drop_index("ix_network_events_network_id", table_name="network_events")
    op.rename_table("network_events", "network_events_before")
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
    statement = sa.text(
        """INSERT INTO network_events (before_snapshot, snapshot_id, kind, network_id, others, reason, at)
           SELECT before_snapshot, snapshot_id, kind, network_id, others,
                  CASE WHEN reason IN (:one, :two) OR reason LIKE '%{business:%' OR reason LIKE '%{link:%'
                         OR reason LIKE '%{decision:%' THEN reason ELSE :left_out END, at
           FROM network_events_before ORDER BY id"""
    )
    one, two = NAMES_NOBODY
    op.get_bind().execute(statement.bindparams(one=one, two=two, left_out=LEFT_OUT))
    op.drop_table("network_events_before")
    refuse_changes("network_events")
