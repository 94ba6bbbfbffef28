"""Watches and their hits in the casework. Every change is one transaction and logged; a hit is recorded once, ever."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from pipeline.errors import FixInput, NotFound
from pipeline.store import chain
from pipeline.store.casework import Casework
from pipeline.store.casework_engine import writing
from pipeline.store.casework_tables import WATCH_HITS, WATCH_MARKS, WATCH_REMOVALS, WATCH_RUNS, WATCHES
from pipeline.store.roles import require

SEEN = "seen"  # in WATCH_MARKS: up to where somebody of the house has looked
Row = dict[str, Any]


def _rows(connection: sa.Connection, query: sa.Select[Any]) -> list[Row]:
    return [dict(r) for r in connection.execute(query).mappings()]


class Watchlist:
    """The watches of one casework."""

    def __init__(self, casework: Casework) -> None:
        self.engine, self.url = casework.engine, casework.url

    def add(self, kind: str, value: str, user: str, reason: str, known: Sequence[Row], snapshot_id: str) -> str:
        """Set a watch; returns its id. `known`: what answers already, which is listed and never told as new."""
        if not reason.strip() or not user.strip():
            raise FixInput("A user and a reason are needed: they are logged and may be read in court.")
        watch_id = f"w-{uuid4().hex[:8]}"
        with writing(self.engine, self.url) as connection:
            role = require(connection, user, "set a watch")
            row = {"watch_id": watch_id, "kind": kind, "value": value, "user": user, "reason": reason, "at": _now()}
            connection.execute(WATCHES.insert().values(**row))
            _insert(connection, [{**hit, "watch_id": watch_id} for hit in known], snapshot_id, known_before=True)
            chain.append(connection, "audit", user, f"watch {kind}", watch_id, role=role, reason=reason)
        return watch_id

    def remove(self, watch_id: str, user: str, reason: str) -> None:
        """End a watch; it and its hits stay on record. Raises NotFound."""
        if not reason.strip():
            raise FixInput("A reason is needed: it is logged. Give it with --why.")
        if watch_id not in {w["watch_id"] for w in self.watches()}:
            raise NotFound(f"There is no watch {watch_id!r} in force. List them with: imb watch list")
        with writing(self.engine, self.url) as connection:
            role = require(connection, user, "set a watch")
            row = {"watch_id": watch_id, "user": user, "reason": reason, "at": _now()}
            connection.execute(WATCH_REMOVALS.insert().values(**row))
            chain.append(connection, "audit", user, "end watch", watch_id, role=role, reason=reason)

    def watches(self) -> list[Row]:
        """Watches in force, oldest first, with the number of hits of each."""
        hits = sa.select(WATCH_HITS.c.watch_id, sa.func.count().label("hits")).group_by(WATCH_HITS.c.watch_id)
        count = hits.subquery()
        query = (
            sa.select(WATCHES, sa.func.coalesce(count.c.hits, 0).label("hits"))
            .outerjoin(count, count.c.watch_id == WATCHES.c.watch_id)
            .where(WATCHES.c.watch_id.not_in(sa.select(WATCH_REMOVALS.c.watch_id)))
            .order_by(WATCHES.c.at, WATCHES.c.watch_id)
        )
        with self.engine.connect() as connection:
            return _rows(connection, query)

    def is_matched(self, snapshot_id: str) -> bool:
        """Whether a snapshot was gone through already."""
        with self.engine.connect() as connection:
            query = sa.select(WATCH_RUNS.c.hits).where(WATCH_RUNS.c.snapshot_id == snapshot_id)
            return connection.execute(query).first() is not None

    def record(self, hits: Iterable[Row], snapshot_id: str) -> int:
        """Keep what was never reported before, and that this snapshot was gone through; returns how many were new."""
        with writing(self.engine, self.url) as connection:
            have = {(r["watch_id"], r["subject_id"]) for r in _rows(connection, sa.select(WATCH_HITS))}
            fresh = [h for h in hits if (h["watch_id"], h["subject_id"]) not in have]
            _insert(connection, fresh, snapshot_id, known_before=False)
            if not connection.execute(sa.select(WATCH_RUNS).where(WATCH_RUNS.c.snapshot_id == snapshot_id)).first():
                connection.execute(WATCH_RUNS.insert().values(snapshot_id=snapshot_id, hits=len(fresh), at=_now()))
            if fresh:
                reason = f"{len(fresh)} new hits on {len({h['watch_id'] for h in fresh})} watches"
                chain.append(connection, "audit", "imb watch", "watch hits", snapshot_id, reason=reason)
        return len(fresh)

    def hits(self, *, after: int = 0, new: bool = False) -> list[Row]:
        """Hits with kind and value of their watch, oldest first. `new`: leaves out what answered from the beginning."""
        query = (
            sa.select(WATCH_HITS, WATCHES.c.kind, WATCHES.c.value)
            .join(WATCHES, WATCHES.c.watch_id == WATCH_HITS.c.watch_id)
            .where(WATCH_HITS.c.id > after)
            .order_by(WATCH_HITS.c.id)
        )
        query = query.where(WATCH_HITS.c.known_before.is_(False)) if new else query
        with self.engine.connect() as connection:
            return _rows(connection, query)

    def told(self, whom: str) -> int:
        """Up to which hit a place, or the house (SEEN), was told."""
        query = sa.select(sa.func.coalesce(sa.func.max(WATCH_MARKS.c.up_to), 0)).where(WATCH_MARKS.c.whom == whom)
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def untold(self, whom: str) -> list[Row]:
        """New hits that a place, or the house, was not told yet."""
        return self.hits(after=self.told(whom), new=True)

    def mark(self, whom: str, up_to: int, actor: str, reason: str) -> None:
        """Told up to this hit."""
        with writing(self.engine, self.url) as connection:
            connection.execute(WATCH_MARKS.insert().values(whom=whom, up_to=up_to, at=_now()))
            chain.append(connection, "audit", actor, f"watch hits {whom}", str(up_to), reason=reason)


def _insert(connection: sa.Connection, hits: Sequence[Row], snapshot_id: str, *, known_before: bool) -> None:
    if hits:
        more = {"snapshot_id": snapshot_id, "known_before": known_before, "at": _now()}
        connection.execute(WATCH_HITS.insert(), [{**hit, **more} for hit in hits])


def _now() -> datetime:
    return datetime.now(UTC)
