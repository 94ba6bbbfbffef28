"""Casework: standings, decisions, suppressions, aliases, and the log of who did what."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal
from uuid import uuid4

import sqlalchemy as sa

from pipeline.errors import FixInput, NotFound
from pipeline.model import Decision
from pipeline.store import chain
from pipeline.store.casework_engine import open_engine, writing
from pipeline.store.casework_tables import (
    ALIASES,
    DECISIONS,
    LOG,
    NETWORK_EVENTS,
    REVOCATIONS,
    STANDINGS,
    SUPPRESSIONS,
    USERS,
)
from pipeline.store.decided import Contradiction, contradictions, in_force
from pipeline.store.roles import ROLES, require, role_of, user_key
from pipeline.store.standings import STANDING_WORDS, disagreeing, reasoned, resolve_aliases


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
        self.url = url
        self.engine = open_engine(url)

    def _writing(self) -> AbstractContextManager[sa.Connection]:
        return writing(self.engine, self.url)

    def add_user(self, name: str, role: str, actor: str) -> None:
        """Raises FixInput for an unknown role or a name that is taken, NotAllowed when the actor may not."""
        if role not in ROLES:
            raise FixInput(f"{role!r} is no role. Choose one of: {', '.join(ROLES)}.")
        _needed(name=name, user=actor)
        with self._writing() as connection:
            acting = require(connection, actor, "register a user")
            if role_of(connection, name):
                raise FixInput(f"User {name!r} exists already. Choose another name.")
            connection.execute(USERS.insert().values(name=name, role=role, created_at=_now()))
            chain.append(connection, "audit", actor, "add user", name, role=acting, reason=role)

    def users(self) -> dict[str, str]:
        """Registered name -> role."""
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(USERS.c.name, USERS.c.role).order_by(USERS.c.name))
            return dict(rows.tuples().all())

    # Standings ---------------------------------------------------------------------------------

    def set_standing(self, business_id: str, standing: str, user: str, reason: str) -> str:
        """Record a standing; returns the one now in force. Designated needs two different users."""
        if standing not in STANDING_WORDS:
            raise FixInput(f"{standing!r} is no standing. Choose one of: {', '.join(STANDING_WORDS)}.")
        _needed(user=user, reason=reason)
        with self._writing() as connection:
            role = require(connection, user, "set a standing")
            row = {"business_id": business_id, "standing": standing, "user": user, "reason": reason, "at": _now()}
            connection.execute(STANDINGS.insert().values(**row))
            chain.append(connection, "audit", user, f"standing {standing}", business_id, role=role, reason=reason)
        return self.standings().get(business_id, "")

    def standing_rows(self, at: datetime | None = None) -> list[dict[str, Any]]:
        """Every standing set (up to a moment), oldest first."""
        with self.engine.connect() as connection:
            rows = [dict(r) for r in connection.execute(sa.select(STANDINGS).order_by(STANDINGS.c.id)).mappings()]
        return [r for r in rows if at is None or _aware(r["at"]) <= at]

    def standings(self, at: datetime | None = None) -> dict[str, str]:
        """Standings in force by business id. One user's designation stays a proposal and does not count."""
        return {business: standing for business, (standing, _) in self.reasoned_standings(at).items()}

    def reasoned_standings(self, at: datetime | None = None) -> dict[str, tuple[str, str]]:
        """Business id in use -> (standing in force, who said it when and why); follows replaced ids."""
        return reasoned(self.standing_rows(at), self.aliases(at))

    def standing_conflicts(self) -> dict[str, dict[str, str]]:
        """Businesses that ids of different standings became; the least accusing holds until a supervisor decides."""
        return disagreeing(self.standing_rows(), self.aliases())

    # Decisions ---------------------------------------------------------------------------------

    def decide(
        self,
        same: bool,
        ref_a: str,
        ref_b: str,
        members_shown: Sequence[str],
        user: str,
        reason: str,
        scope: Literal["entity", "network"] = "entity",
    ) -> Decision:
        """Record that two refs are, or are not, the same; with scope network, that they do not even belong to one
        network. Append-only."""
        _needed(user=user, reason=reason)
        if ref_a == ref_b:
            raise FixInput("Both are the same ref. Name two different ones.")
        low, high = sorted((ref_a, ref_b))
        decision = Decision(str(uuid4()), same, low, high, tuple(members_shown), user, reason, _now(), None, scope)
        with self._writing() as connection:
            role = require(connection, user, "decide on a pair")
            row = {k: getattr(decision, k) for k in DECISIONS.c.keys() if k != "members_shown"}  # noqa: SIM118
            connection.execute(DECISIONS.insert().values(**row, members_shown=list(members_shown)))
            word = "same" if same else "not of one network" if scope == "network" else "not the same"
            chain.append(connection, "audit", user, f"decide {word}", f"{low} {high}", role=role, reason=reason)
        return decision

    def revoke(self, decision_id: str, user: str, reason: str) -> None:
        """Take a decision back; it stays on record. Raises NotFound."""
        _needed(user=user, reason=reason)
        with self._writing() as connection:
            role = require(connection, user, "revoke a decision")
            if connection.execute(sa.select(REVOCATIONS).where(REVOCATIONS.c.decision_id == decision_id)).first():
                raise FixInput(f"Decision {decision_id} is revoked already. Nothing was changed.")
            if not connection.execute(sa.select(DECISIONS).where(DECISIONS.c.decision_id == decision_id)).first():
                raise NotFound(f"There is no decision {decision_id}.")
            connection.execute(
                REVOCATIONS.insert().values(decision_id=decision_id, user=user, reason=reason, at=_now())
            )
            chain.append(connection, "audit", user, "revoke decision", decision_id, role=role, reason=reason)

    def decisions(self, at: datetime | None = None) -> list[Decision]:
        """Decisions in force (at a moment), one for each pair; ordered by time."""
        return in_force(*self._decided(at))

    def conflicts(self) -> list[Contradiction]:
        """Decisions that cannot all be true: for a supervisor."""
        return contradictions(*self._decided(None))

    def _decided(self, at: datetime | None) -> tuple[list[Decision], set[str]]:
        """All decisions that were not taken back (at a moment), in order of time; who is registered as supervisor."""
        query = (
            sa.select(DECISIONS, REVOCATIONS.c.at.label("revoked_at"))
            .outerjoin(REVOCATIONS, DECISIONS.c.decision_id == REVOCATIONS.c.decision_id)
            .order_by(DECISIONS.c.decided_at, DECISIONS.c.decision_id)
        )
        with self.engine.connect() as connection:
            rows = [dict(r) for r in connection.execute(query).mappings()]
        found = []
        for row in rows:
            revoked, decided = row.pop("revoked_at"), _aware(row["decided_at"])
            if not (revoked and (at is None or _aware(revoked) <= at)) and (at is None or decided <= at):
                found.append(Decision(**{**row, "members_shown": tuple(row["members_shown"]), "decided_at": decided}))
        return found, {user_key(name) for name, role in self.users().items() if role == "supervisor"}

    # Screening ---------------------------------------------------------------------------------

    def suppress(self, applicant_digest: str, known_digest: str, user: str, reason: str, days: int = 365) -> None:
        """Clear a pair until either side's data change (their digests do) or `days` have passed."""
        _needed(user=user, reason=reason)
        now = _now()
        row = {"applicant_digest": applicant_digest, "known_digest": known_digest, "user": user, "reason": reason}
        with self._writing() as connection:
            role = require(connection, user, "clear a pair")
            connection.execute(SUPPRESSIONS.insert().values(**row, at=now, expires_at=now + timedelta(days=days)))
            chain.append(
                connection,
                "audit",
                user,
                "suppress pair",
                f"{applicant_digest} {known_digest}",
                role=role,
                reason=reason,
            )

    def suppressed(self, at: datetime | None = None) -> set[tuple[str, str]]:
        """Pairs of digests that are cleared at a moment (default: now)."""
        query = sa.select(SUPPRESSIONS.c.applicant_digest, SUPPRESSIONS.c.known_digest, SUPPRESSIONS.c.expires_at)
        moment = at or _now()
        with self.engine.connect() as connection:
            return {(a, k) for a, k, expires in connection.execute(query) if _aware(expires) > moment}

    def add_aliases(self, pairs: Iterable[tuple[str, str]], snapshot_id: str) -> int:
        """Old ids that a build replaced by new ones. What is known already is not said again; returns how many were."""
        with self._writing() as connection:
            now = resolve_aliases(_alias_edges(connection, None))
            fresh = sorted({(old, new) for old, new in pairs if old != new and now.get(old) != new})
            rows = [{"old_id": old, "new_id": new, "snapshot_id": snapshot_id, "at": _now()} for old, new in fresh]
            if rows:
                connection.execute(ALIASES.insert(), rows)
        return len(rows)

    def aliases(self, at: datetime | None = None) -> dict[str, str]:
        """Every replaced id -> the id it has now (or had at a moment)."""
        with self.engine.connect() as connection:
            return resolve_aliases(_alias_edges(connection, at))

    def present_id(self, beginning: str) -> str | None:
        """The id that an entity or network goes by now which had an id of this beginning; None when that is no one."""
        found = {new for old, new in self.aliases().items() if old.startswith(beginning)}
        return found.pop() if len(found) == 1 else None

    def add_network_events(self, events: Iterable[tuple[str, str, Sequence[str], str]], before: str, after: str) -> int:
        """(kind, network id, other ids, reason) of what a build changed since the snapshot `before`. What a build that
        was killed has said already is not said again; returns how many were new."""
        with self._writing() as connection:
            query = sa.select(NETWORK_EVENTS).where(NETWORK_EVENTS.c.before_snapshot == before)
            told = {(r["kind"], r["network_id"], tuple(r["others"])) for r in connection.execute(query).mappings()}
            rows = [
                {
                    "before_snapshot": before, "snapshot_id": after, "kind": kind, "network_id": network_id,
                    "others": list(others), "reason": reason, "at": _now(),
                }
                for kind, network_id, others, reason in events
                if (kind, network_id, tuple(others)) not in told
            ]  # fmt: skip
            if rows:
                connection.execute(NETWORK_EVENTS.insert(), rows)
        return len(rows)

    def network_events(self) -> list[dict[str, Any]]:
        """What happened to networks, oldest first: kind, network_id, others, reason, snapshots, time."""
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(NETWORK_EVENTS).order_by(NETWORK_EVENTS.c.id)).mappings()
            return [{**r, "at": _aware(r["at"])} for r in rows]

    # Log ---------------------------------------------------------------------------------------

    def may(self, actor: str, act: str) -> str:
        """The actor's role, "" for a name that was never registered. Raises NotAllowed when it excludes the act."""
        with self.engine.connect() as connection:
            return require(connection, actor, act)

    def audit(self, actor: str, action: str, object_: str, reason: str = "", *, act: str = "") -> None:
        """View, search, reveal, export, approve, purge. `act`: what the actor's role must include (roles.MAY)."""
        with self._writing() as connection:
            role = require(connection, actor, act) if act else role_of(connection, actor)
            chain.append(connection, "audit", actor, action, object_, role=role, reason=reason)

    def custody(
        self, actor: str, action: str, object_: str, reason: str, before: str = "", after: str = "", *, act: str = ""
    ) -> None:
        """What happened to evidence: who, what, why, hash before and after. `act`: as in `audit`."""
        with self._writing() as connection:
            role = require(connection, actor, act) if act else role_of(connection, actor)
            chain.append(
                connection, "custody", actor, action, object_,
                role=role, reason=reason, hash_before=before, hash_after=after,
            )  # fmt: skip

    def entries(self, chain_name: str = "", object_: str = "") -> list[dict[str, Any]]:
        """Log entries in order: of one chain ("audit", "custody") and of one object when given."""
        query = sa.select(LOG).order_by(LOG.c.seq)
        query = query.where(LOG.c.chain == chain_name) if chain_name else query
        query = query.where(LOG.c.object == object_) if object_ else query
        with self.engine.connect() as connection:
            return [dict(r) for r in connection.execute(query).mappings()]

    def log_head(self) -> tuple[int, str]:
        """Number and hash of the last log entry, (0, "") before the first: to be kept outside the casework."""
        with self.engine.connect() as connection:
            return chain.head(connection)

    def verify_logs(self, kept: tuple[int, str] | None = None) -> list[str]:
        """What is wrong with the log; empty when it is whole. `kept`: a head kept elsewhere, which shows a log that was
        cut off or set back."""
        with self.engine.connect() as connection:
            return chain.problems(connection, kept)

    def head(self, at: datetime | None = None) -> str:
        """Digest of everything here that binds a build: standings, by the ids they were said of, and decisions in
        force. Aliases, which builds themselves add, do not change it."""
        decisions = [(d.same, d.ref_a, d.ref_b, d.scope) for d in self.decisions(at)]
        standings = {b: standing for b, (standing, _) in reasoned(self.standing_rows(at), {}).items()}
        return sha256(json.dumps([sorted(standings.items()), decisions]).encode()).hexdigest()


def _alias_edges(connection: sa.Connection, at: datetime | None) -> list[tuple[str, str]]:
    rows = connection.execute(sa.select(ALIASES.c.old_id, ALIASES.c.new_id, ALIASES.c.at).order_by(ALIASES.c.id))
    return [(old, new) for old, new, when in rows if at is None or _aware(when) <= at]
