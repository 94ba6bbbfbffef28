"""Tables of the casework: what people decided, who saw what. Columns with one meaning each; nothing is updated.

A change of mind is a new row; a trigger refuses updates and deletions of what is append-only.
"""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()
WHEN = sa.DateTime(timezone=True)

USERS = sa.Table(
    "users",
    METADATA,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("role", sa.String, nullable=False),  # analyst board prosecutor supervisor auditor admin
    sa.Column("created_at", WHEN, nullable=False),
)
STANDINGS = sa.Table(
    "standings",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("business_id", sa.String, nullable=False, index=True),
    sa.Column("standing", sa.String, nullable=False),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("at", WHEN, nullable=False),
)
DECISIONS = sa.Table(
    "decisions",
    METADATA,
    sa.Column("decision_id", sa.String, primary_key=True),
    sa.Column("same", sa.Boolean, nullable=False),
    sa.Column("ref_a", sa.String, nullable=False),  # the smaller of the two
    sa.Column("ref_b", sa.String, nullable=False),
    sa.Column("members_shown", sa.JSON, nullable=False),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("decided_at", WHEN, nullable=False),
    sa.Column("scope", sa.String, nullable=False, server_default="entity"),  # network: nor do they belong together
)
REVOCATIONS = sa.Table(
    "revocations",
    METADATA,
    sa.Column("decision_id", sa.String, sa.ForeignKey("decisions.decision_id"), primary_key=True),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("at", WHEN, nullable=False),
)
SUPPRESSIONS = sa.Table(
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
FLAG_TEXTS = sa.Table(  # what many answers have in common: their words, and what was searched
    "flag_texts",
    METADATA,
    sa.Column("digest", sa.String, primary_key=True),
    sa.Column("text", sa.String, nullable=False),
)
FLAGS = sa.Table(
    "flags",
    METADATA,
    sa.Column("run_id", sa.String, primary_key=True),
    sa.Column("application_id", sa.String, primary_key=True, index=True),
    sa.Column("snapshot_id", sa.String, nullable=False),
    sa.Column("result", sa.String, nullable=False),
    sa.Column("known_entity_id", sa.String, nullable=False),
    sa.Column("band", sa.String, nullable=False),
    sa.Column("surname_band", sa.String, nullable=False),
    sa.Column("agreed", sa.String, nullable=False),  # of a match: digest of what tells it from one shown before
    sa.Column("text", sa.String, sa.ForeignKey("flag_texts.digest"), nullable=False),
    sa.Column("coverage", sa.String, sa.ForeignKey("flag_texts.digest"), nullable=False),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("at", WHEN, nullable=False),
)
ALIASES = sa.Table(
    "aliases",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),  # in order of time: a later one may take an earlier one back
    sa.Column("old_id", sa.String, nullable=False),
    sa.Column("new_id", sa.String, nullable=False),
    sa.Column("snapshot_id", sa.String, nullable=False),
    sa.Column("at", WHEN, nullable=False),
)
NETWORK_EVENTS = sa.Table(
    "network_events",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("before_snapshot", sa.String, nullable=False),
    sa.Column("snapshot_id", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),  # new grown shrunk merged split renumbered gone
    sa.Column("network_id", sa.String, nullable=False, index=True),
    sa.Column("others", sa.JSON, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("at", WHEN, nullable=False),
)
LOG = sa.Table(
    "log",
    METADATA,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("chain", sa.String, nullable=False),  # audit or custody
    sa.Column("at", sa.String, nullable=False),  # ISO, UTC: hashed as it stands
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
APPEND_ONLY = (
    "standings", "decisions", "revocations", "suppressions", "flag_texts", "flags", "aliases",
    "network_events", "log",
    "watches", "watch_removals", "watch_hits", "watch_runs", "watch_marks",
)  # fmt: skip
