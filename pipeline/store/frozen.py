"""Answers of screenings as they were shown: never changed. What many answers have in common is kept once.

A nightly screening of a hundred thousand applications repeats nearly all of the night before: a row is little more than
run, application and the digests of its texts.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import sqlalchemy as sa

from pipeline.model import Flag
from pipeline.store import chain
from pipeline.store.casework import Casework
from pipeline.store.casework_engine import writing
from pipeline.store.casework_tables import FLAG_TEXTS, FLAGS
from pipeline.store.codec import from_json, to_json
from pipeline.store.roles import role_of

MATCH = "possible_match"
ASKED = 1_000  # applications named in one query
Match = tuple[str, str, str]  # application, known entity, `agreed`
_KEEP = sa.text("INSERT INTO flag_texts (digest, text) VALUES (:digest, :text) ON CONFLICT DO NOTHING")


def freeze(casework: Casework, run_id: str, flags: Iterable[Flag], user: str) -> int:
    """Keep the answers of one run, of each application the last; logged. Returns how many."""
    now = datetime.now(UTC)
    texts: dict[str, str] = {}
    rows = [
        {
            "run_id": run_id,
            "application_id": f.application_id,
            "snapshot_id": f.snapshot_id,
            "result": f.result,
            "known_entity_id": f.known_entity_id,
            "band": f.band,
            "surname_band": f.surname_band,
            "agreed": agreed(f),
            "text": _noted(to_json(replace(f, application_id="", snapshot_id="", coverage=())), texts),
            "coverage": _noted(json.dumps(f.coverage), texts),
            "user": user,
            "at": now,
        }
        for f in {f.application_id: f for f in flags}.values()
    ]
    with writing(casework.engine, casework.url) as connection:
        if rows:
            connection.execute(_KEEP, [{"digest": digest, "text": text} for digest, text in texts.items()])
            connection.execute(FLAGS.insert(), rows)
        role, reason = role_of(connection, user), f"{len(rows)} applications"
        chain.append(connection, "audit", user, "screen", run_id, role=role, reason=reason)
    return len(rows)


def _noted(text: str, texts: dict[str, str]) -> str:
    digest = sha256(text.encode()).hexdigest()[:32]
    texts.setdefault(digest, text)
    return digest


def agreed(flag: Flag) -> str:
    """Digest of how strongly and in which of the applicant's values a match agrees; "" for another answer."""
    if flag.result != MATCH:
        return ""
    values = sorted((c.field, c.applicant_value) for c in flag.contributions if c.weight > 0)
    return sha256(json.dumps([flag.band, flag.matched_kinds, values]).encode()).hexdigest()


def frozen(casework: Casework, run_id: str) -> list[Flag]:
    """The answers of one run as they were shown, by application."""
    said, searched = FLAG_TEXTS.alias(), FLAG_TEXTS.alias()
    query = (
        sa.select(FLAGS.c.application_id, FLAGS.c.snapshot_id, said.c.text, searched.c.text.label("coverage"))
        .join(said, said.c.digest == FLAGS.c.text)
        .join(searched, searched.c.digest == FLAGS.c.coverage)
        .where(FLAGS.c.run_id == run_id)
        .order_by(FLAGS.c.application_id)
    )
    with casework.engine.connect() as connection:
        return [
            replace(
                from_json(Flag, row.text),
                application_id=row.application_id,
                snapshot_id=row.snapshot_id,
                coverage=tuple(json.loads(row.coverage)),
            )
            for row in connection.execute(query)
        ]


def shown_matches(casework: Casework) -> set[Match]:
    """Every match that any run showed, each once."""
    columns = (FLAGS.c.application_id, FLAGS.c.known_entity_id, FLAGS.c.agreed)
    with casework.engine.connect() as connection:
        rows = connection.execute(sa.select(*columns).where(FLAGS.c.result == MATCH).distinct())
        return {(application, known, key) for application, known, key in rows}


def told_matches(casework: Casework, applications: Collection[str]) -> dict[str, list[Flag]]:
    """Application -> every match that any run showed of it, each text once, without what was searched."""
    found: dict[str, list[Flag]] = defaultdict(list)
    wanted = sorted(applications)
    with casework.engine.connect() as connection:
        for some in (wanted[at : at + ASKED] for at in range(0, len(wanted), ASKED)):
            query = (
                sa.select(FLAGS.c.application_id, FLAG_TEXTS.c.text)
                .join(FLAG_TEXTS, FLAG_TEXTS.c.digest == FLAGS.c.text)
                .where(FLAGS.c.result == MATCH, FLAGS.c.application_id.in_(some))
                .distinct()
                .order_by(FLAGS.c.application_id, FLAG_TEXTS.c.text)
            )
            for application, text in connection.execute(query):
                found[application].append(replace(from_json(Flag, text), application_id=application))
    return dict(found)


def latest_matches(casework: Casework) -> list[Flag]:
    """Each pair of application and known entity that any run showed as a match, with the bands it had last; no more of
    it is told."""
    return [
        Flag(r.application_id, "possible_match", r.band, 0.0, r.known_entity_id, surname_band=r.surname_band)
        for r in _last_of(casework, FLAGS.c.result == MATCH, FLAGS.c.application_id, FLAGS.c.known_entity_id)
    ]


def standing_matches(casework: Casework) -> dict[str, str]:
    """Application -> known entity, where the last answer shown was a match."""
    rows = _last_of(casework, sa.true(), FLAGS.c.application_id)
    return {r.application_id: r.known_entity_id for r in rows if r.result == MATCH}


def _last_of(
    casework: Casework, where: sa.ColumnElement[bool], *apart: sa.ColumnElement[str]
) -> list[sa.Row[tuple[str, str, str, str, str]]]:
    """The last row of each group of `apart`, in their order."""
    newest = (FLAGS.c.at.desc(), FLAGS.c.run_id.desc())
    columns = (
        FLAGS.c.application_id, FLAGS.c.known_entity_id, FLAGS.c.result, FLAGS.c.band, FLAGS.c.surname_band,
    )  # fmt: skip
    place = sa.func.row_number().over(partition_by=apart, order_by=newest).label("place")
    ranked = sa.select(*columns, place).where(where).subquery()
    query = sa.select(*(ranked.c[c.name] for c in columns)).where(ranked.c.place == 1)
    with casework.engine.connect() as connection:
        return list(connection.execute(query.order_by(ranked.c.application_id, ranked.c.known_entity_id)))
