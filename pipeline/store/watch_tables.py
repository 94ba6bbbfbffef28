"""Tables of the watchlists, in the casework: append-only like the rest of it."""

from __future__ import annotations

import sqlalchemy as sa

from pipeline.store.casework_tables import METADATA, WHEN

WATCHES = sa.Table(
    "watches",
    METADATA,
    sa.Column("watch_id", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("value", sa.String, nullable=False),  # as given
    sa.Column("user", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("at", WHEN, nullable=False),
)
WATCH_REMOVALS = sa.Table(
    "watch_removals",
    METADATA,
    sa.Column("watch_id", sa.String, sa.ForeignKey("watches.watch_id"), primary_key=True),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("at", WHEN, nullable=False),
)
WATCH_HITS = sa.Table(
    "watch_hits",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("watch_id", sa.String, sa.ForeignKey("watches.watch_id"), nullable=False),
    sa.Column("subject_id", sa.String, nullable=False),  # ad or record
    sa.Column("subject_kind", sa.String, nullable=False),
    sa.Column("dataset", sa.String, nullable=False),
    sa.Column("found", sa.String, nullable=False),
    sa.Column("source_id", sa.String, nullable=False),
    sa.Column("day", sa.Date),
    sa.Column("lane", sa.String, nullable=False),
    sa.Column("snapshot_id", sa.String, nullable=False),
    sa.Column("known_before", sa.Boolean, nullable=False),  # answered when the watch was set: nobody is told
    sa.Column("at", WHEN, nullable=False),
    sa.UniqueConstraint("watch_id", "subject_id"),
)
WATCH_RUNS = sa.Table(
    "watch_runs",
    METADATA,
    sa.Column("snapshot_id", sa.String, primary_key=True),
    sa.Column("hits", sa.Integer, nullable=False),
    sa.Column("at", WHEN, nullable=False),
)
WATCH_MARKS = sa.Table(
    "watch_marks",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("whom", sa.String, nullable=False, index=True),  # a place outside, or SEEN
    sa.Column("up_to", sa.Integer, nullable=False),  # id of a hit
    sa.Column("at", WHEN, nullable=False),
)
