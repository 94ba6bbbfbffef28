"""Casework: standings, decisions, suppressions, frozen flags, aliases, and the log of who did what."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from pipeline.errors import FixInput, NotFound
from pipeline.model import Decision, Flag
from pipeline.store import chain
from pipeline.store.casework_engine import open_engine
from pipeline.store.casework_tables import ALIASES, DECISIONS, FLAGS, REVOCATIONS, STANDINGS, SUPPRESSIONS, USERS
from pipeline.store.codec import to_json

STANDING_WORDS = ("unknown", "suspected", "designated", "cleared")
ROLES = ("analyst", "board", "prosecutor", "supervisor", "auditor", "admin")
USERS_FOR_DESIGNATION = 2


def _now() -> datetime:
    return datetime.now(UTC)


def _aware(when: datetime) -> datetime:
    return when if when.tzinfo else when.replace(tzinfo=UTC)  # SQLite keeps no zone; all times are UTC


def _needed(**values: str) -> None:
    for name, value in values.items():
        if not value.strip():
            raise FixInput(f"A {name} is needed: it is logged and may be read in court.")


class Casework:
    """One agency's casework. Every method is one transaction; every change is logged."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)

    def add_user(self, name: str, role: str, actor: str) -> None:
        """Raises FixInput for an unknown role or a name that is taken."""
        if role not in ROLES:
            raise FixInput(f"{role!r} is no role. Choose one of: {', '.join(ROLES)}.")
        with self.engine.begin() as connection:
            if connection.execute(sa.select(USERS).where(USERS.c.name == name)).first():
                raise FixInput(f"User {name!r} exists already.")
            connection.execute(USERS.insert().values(name=name, role=role, created_at=_now()))
            chain.append(connection, "audit", actor, "add user", name, reason=role)

    # Standings ---------------------------------------------------------------------------------

    def set_standing(self, business_id: str, standing: str, user: str, reason: str) -> str:
        """Record a standing; returns the one now in force. Designated needs two different users."""
        if standing not in STANDING_WORDS:
            raise FixInput(f"{standing!r} is no standing. Choose one of: {', '.join(STANDING_WORDS)}.")
        _needed(user=user, reason=reason)
        with self.engine.begin() as connection:
            row = {"business_id": business_id, "standing": standing, "user": user, "reason": reason, "at": _now()}
            connection.execute(STANDINGS.insert().values(**row))
            chain.append(connection, "audit", user, f"standing {standing}", business_id, reason=reason)
        return self.standings().get(business_id, "")

    def standing_rows(self) -> list[dict[str, Any]]:
        """Every standing ever set, oldest first."""
        with self.engine.connect() as connection:
            return [dict(r) for r in connection.execute(sa.select(STANDINGS).order_by(STANDINGS.c.id)).mappings()]

    def standings(self) -> dict[str, str]:
        """Standings in force by business id. One user's designation stays a proposal and does not count."""
        return {business: standing for business, (standing, _) in self.reasoned_standings().items()}

    def reasoned_standings(self) -> dict[str, tuple[str, str]]:
        """Business id -> (standing in force, who said it when and why)."""
        said: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.standing_rows():
            said[row["business_id"]].append(row)
        found = {}
        for business, rows in sorted(said.items()):
            if standing := _in_force(rows):
                last = [r for r in rows if r["standing"] == standing][-1]
                found[business] = standing, f"{last['user']}, {last['at']:%Y-%m-%d}: {last['reason']}"
        return found

    # Decisions ---------------------------------------------------------------------------------

    def decide(
        self, same: bool, ref_a: str, ref_b: str, members_shown: Sequence[str], user: str, reason: str
    ) -> Decision:
        """Record that two refs are, or are not, the same. Append-only."""
        _needed(user=user, reason=reason)
        if ref_a == ref_b:
            raise FixInput("Both are the same ref. Name two different ones.")
        low, high = sorted((ref_a, ref_b))
        decision = Decision(str(uuid4()), same, low, high, tuple(members_shown), user, reason, _now())
        with self.engine.begin() as connection:
            row = {k: getattr(decision, k) for k in DECISIONS.c.keys() if k != "members_shown"}  # noqa: SIM118
            connection.execute(DECISIONS.insert().values(**row, members_shown=list(members_shown)))
            word = "same" if same else "not the same"
            chain.append(connection, "audit", user, f"decide {word}", f"{low} {high}", reason=reason)
        return decision

    def revoke(self, decision_id: str, user: str, reason: str) -> None:
        """Take a decision back; it stays on record. Raises NotFound."""
        _needed(user=user, reason=reason)
        with self.engine.begin() as connection:
            if not connection.execute(sa.select(DECISIONS).where(DECISIONS.c.decision_id == decision_id)).first():
                raise NotFound(f"There is no decision {decision_id}.")
            connection.execute(
                REVOCATIONS.insert().values(decision_id=decision_id, user=user, reason=reason, at=_now())
            )
            chain.append(connection, "audit", user, "revoke decision", decision_id, reason=reason)

    def decisions(self) -> list[Decision]:
        """Decisions in force: for each pair the last one that was not revoked; ordered by time."""
        query = (
            sa.select(DECISIONS)
            .outerjoin(REVOCATIONS, DECISIONS.c.decision_id == REVOCATIONS.c.decision_id)
            .where(REVOCATIONS.c.decision_id.is_(None))
            .order_by(DECISIONS.c.decided_at, DECISIONS.c.decision_id)
        )
        with self.engine.connect() as connection:
            rows = [dict(r) for r in connection.execute(query).mappings()]
        last = {(r["ref_a"], r["ref_b"]): r for r in rows}
        kept = sorted(last.values(), key=lambda r: (r["decided_at"], r["decision_id"]))
        return [
            Decision(**{**r, "members_shown": tuple(r["members_shown"]), "decided_at": _aware(r["decided_at"])})
            for r in kept
        ]

    def conflicts(self) -> list[tuple[str, str]]:
        """Pairs that different users decided both ways: for a supervisor."""
        words: dict[tuple[str, str], set[tuple[bool, str]]] = defaultdict(set)
        revoked = sa.select(REVOCATIONS.c.decision_id)
        with self.engine.connect() as connection:
            for r in connection.execute(sa.select(DECISIONS).where(DECISIONS.c.decision_id.not_in(revoked))).mappings():
                words[r["ref_a"], r["ref_b"]].add((r["same"], r["user"]))
        return sorted(
            pair for pair, said in words.items() if len({s for s, _ in said}) > 1 and len({u for _, u in said}) > 1
        )

    # Screening ---------------------------------------------------------------------------------

    def suppress(self, applicant_digest: str, known_digest: str, user: str, reason: str, days: int = 365) -> None:
        """Clear a pair until either side's data change (their digests do) or `days` have passed."""
        _needed(user=user, reason=reason)
        now = _now()
        row = {"applicant_digest": applicant_digest, "known_digest": known_digest, "user": user, "reason": reason}
        with self.engine.begin() as connection:
            connection.execute(SUPPRESSIONS.insert().values(**row, at=now, expires_at=now + timedelta(days=days)))
            chain.append(
                connection, "audit", user, "suppress pair", f"{applicant_digest} {known_digest}", reason=reason
            )

    def suppressed(self, at: datetime | None = None) -> set[tuple[str, str]]:
        """Pairs of digests that are cleared at a moment (default: now)."""
        query = sa.select(SUPPRESSIONS.c.applicant_digest, SUPPRESSIONS.c.known_digest, SUPPRESSIONS.c.expires_at)
        moment = at or _now()
        with self.engine.connect() as connection:
            return {(a, k) for a, k, expires in connection.execute(query) if _aware(expires) > moment}

    def freeze(self, run_id: str, flags: Iterable[Flag], user: str) -> int:
        """Keep flags as they were shown. Returns how many."""
        rows = [
            {
                "run_id": run_id,
                "application_id": f.application_id,
                "snapshot_id": f.snapshot_id,
                "result": f.result,
                "payload": to_json(f),
                "user": user,
                "at": _now(),
            }
            for f in {f.application_id: f for f in flags}.values()
        ]
        with self.engine.begin() as connection:
            if rows:
                connection.execute(FLAGS.insert(), rows)
            chain.append(connection, "audit", user, "screen", run_id, reason=f"{len(rows)} applications")
        return len(rows)

    def shown_before(self) -> set[str]:
        """Application ids that an earlier run showed as possible matches."""
        query = sa.select(FLAGS.c.application_id).where(FLAGS.c.result == "possible_match").distinct()
        with self.engine.connect() as connection:
            return set(connection.execute(query).scalars())

    def add_aliases(self, pairs: Iterable[tuple[str, str]], snapshot_id: str) -> None:
        """Old ids that a build replaced by new ones."""
        rows = [{"old_id": old, "new_id": new, "snapshot_id": snapshot_id, "at": _now()} for old, new in sorted(pairs)]
        with self.engine.begin() as connection:
            known = set(connection.execute(sa.select(ALIASES.c.old_id, ALIASES.c.new_id)).tuples())
            if fresh := [r for r in rows if (r["old_id"], r["new_id"]) not in known]:
                connection.execute(ALIASES.insert(), fresh)

    def aliases(self) -> dict[str, str]:
        """Newest id for each replaced one."""
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(ALIASES.c.old_id, ALIASES.c.new_id).order_by(ALIASES.c.at))
            return dict(rows.tuples().all())

    # Log ---------------------------------------------------------------------------------------

    def audit(self, actor: str, action: str, object_: str, reason: str = "") -> None:
        """View, search, reveal, export, approve, purge."""
        with self.engine.begin() as connection:
            chain.append(connection, "audit", actor, action, object_, reason=reason)

    def custody(self, actor: str, action: str, object_: str, reason: str, before: str = "", after: str = "") -> None:
        """What happened to evidence: who, what, why, hash before and after."""
        with self.engine.begin() as connection:
            chain.append(
                connection, "custody", actor, action, object_, reason=reason, hash_before=before, hash_after=after
            )

    def verify_logs(self) -> list[str]:
        """What is wrong with the log's chain; empty when it is whole."""
        with self.engine.connect() as connection:
            return chain.problems(connection)

    def head(self) -> str:
        """Digest of everything here that binds a build: standings and decisions in force."""
        decisions = [(d.same, d.ref_a, d.ref_b) for d in self.decisions()]
        return sha256(json.dumps([sorted(self.standings().items()), decisions]).encode()).hexdigest()


def _in_force(rows: Sequence[dict[str, Any]]) -> str:
    """The standing that a business's entries (oldest first) amount to; "" when only one user proposes designation."""
    designating: set[str] = set()
    standing = ""
    for row in rows:
        if row["standing"] == "designated":
            designating.add(row["user"])
            if len(designating) >= USERS_FOR_DESIGNATION:
                standing = "designated"
        else:
            designating = set()
            standing = row["standing"]
    return standing
