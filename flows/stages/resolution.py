"""Refs, compared pairs and entities: load, resolve, write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipeline.model import Ad, Capture, Decision, Entity, Mention, Record, Ref, Role, Source
from pipeline.resolve.cluster import cluster, exact_entities
from pipeline.resolve.corpus import ScoredPair, score_pairs
from pipeline.resolve.model import MatchModel
from pipeline.resolve.refs import refs_from_ad, refs_from_record
from pipeline.store.codec import from_json, to_json
from pipeline.store.intelligence import Store, memory_connection

SCORED_ROLES: tuple[Role, ...] = ("business", "operator")
EXACT_ROLES: tuple[Role, ...] = ("premises", "phone")


@dataclass(frozen=True, slots=True)
class Resolved:
    refs: dict[str, Ref]
    entities: list[Entity]
    pairs: int


def make_refs(store: Store, as_of: datetime | None = None) -> list[Ref]:
    """Every ref of the working database, or of what was known at `as_of`; sorted by id."""
    refs = [*_ad_refs(store, as_of), *_record_refs(store, as_of)]
    unique = {ref.ref_id: ref for ref in refs}
    return [unique[i] for i in sorted(unique)]


def _ad_refs(store: Store, as_of: datetime | None) -> list[Ref]:
    """Captures of one ad that say the same on one day are one sighting: a page fetched twice proves no more than once,
    and a crawl that was interrupted and went on counts like one that was not."""
    rows = store.rows(
        """SELECT a.*, c.url AS capture_url, c.status AS http, c.content_type, c.sha256, c.warc_file,
                  c.byte_offset, c.byte_length, c.collector, c.intake_seq, s.lane
           FROM core_ad_captures a JOIN raw_captures c USING (capture_id)
           JOIN core_sources s ON s.source_id = a.capture_id
           WHERE a.extractor_version = (SELECT max(extractor_version) FROM core_extractions)
             AND (? IS NULL OR s.known_at <= ?) AND c.damage = ''
           QUALIFY row_number() OVER (
               PARTITION BY a.ad_id, a.version, CAST(a.captured_at AS DATE) ORDER BY a.captured_at, a.capture_id) = 1
           ORDER BY a.ad_id, a.captured_at, a.capture_id""",
        [as_of, as_of],
    )
    mentions = _mentions(store)
    by_ad: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_ad[row["ad_id"]].append(row)
    refs: list[Ref] = []
    for sightings in by_ad.values():
        versions = [
            (_ad(row, mentions[row["capture_id"], row["ad_id"]]), _capture(row), int(row["intake_seq"]))
            for row in sightings
        ]
        refs.extend(refs_from_ad(versions, sightings[0]["site_class"], sightings[0]["lane"]))
    return refs


def _mentions(store: Store) -> dict[tuple[str, str], tuple[Mention, ...]]:
    found: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    query = """SELECT capture_id, ad_id, kind, value, field, node, start, "end", quote, style, confidence,
                      extractor_version FROM core_mentions ORDER BY capture_id, ad_id, n"""
    for row in store.connection.execute(query).fetchall():
        found[row[0], row[1]].append(Mention(*row[2:]))
    return defaultdict(tuple, {key: tuple(values) for key, values in found.items()})


def _ad(row: dict[str, Any], mentions: tuple[Mention, ...]) -> Ad:
    return replace(from_json(Ad, row["payload"]), mentions=mentions)


def _capture(row: dict[str, Any]) -> Capture:
    return Capture(
        row["capture_id"],
        row["site"],
        row["capture_url"],
        row["captured_at"],
        row["http"],
        row["content_type"],
        row["sha256"],
        row["warc_file"],
        row["byte_offset"],
        row["byte_length"],
        row["collector"],
    )


def load_records(store: Store, as_of: datetime | None = None, kind: str | None = None) -> list[tuple[Record, Source]]:
    """The latest version of every record known at `as_of`, with the row it came from; sorted by record id."""
    rows = store.rows(
        """SELECT payload, source_id, lane, intake_seq, file_sha256, known_at FROM core_records
           WHERE (? IS NULL OR known_at <= ?) AND (? IS NULL OR kind = ?)
           QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY known_at DESC, version DESC) = 1
           ORDER BY record_id""",
        [as_of, as_of, kind, kind],
    )
    return [
        (
            from_json(Record, row["payload"]),
            Source(row["source_id"], "row", row["lane"], row["intake_seq"], row["file_sha256"], row["known_at"]),
        )
        for row in rows
    ]


def _record_refs(store: Store, as_of: datetime | None) -> list[Ref]:
    return [ref for record, source in load_records(store, as_of) for ref in refs_from_record(record, source)]


def resolve(store: Store, refs: Sequence[Ref], model: MatchModel, decisions: Sequence[Decision]) -> Resolved:
    """Score, cluster and write refs, pairs and entities."""
    connection = memory_connection()
    pairs: list[tuple[Role, ScoredPair]] = []
    try:
        for role in SCORED_ROLES:
            of_role = [r for r in refs if r.role == role]
            pairs.extend((role, pair) for pair in score_pairs(connection, of_role, role, model))
    finally:
        connection.close()
    entities: list[Entity] = []
    for role in SCORED_ROLES:
        of_role = [r for r in refs if r.role == role]
        entities.extend(cluster(of_role, [p for r, p in pairs if r == role], decisions, model))
    for role in EXACT_ROLES:
        entities.extend(exact_entities([r for r in refs if r.role == role], role))
    with store.transaction():
        store.replace("core_refs", map(_ref_row, refs))
        store.replace("core_pairs", (_pair_row(role, pair) for role, pair in pairs))
        store.replace("core_entities", map(_entity_row, entities))
    return Resolved({r.ref_id: r for r in refs}, entities, len(pairs))


def _ref_row(ref: Ref) -> dict[str, Any]:
    return {
        "ref_id": ref.ref_id,
        "role": ref.role,
        "owner_kind": ref.owner_kind,
        "owner_id": ref.owner_id,
        "dataset": ref.dataset,
        "record_kind": ref.record_kind,
        "site_class": ref.site_class,
        "lane": ref.lane,
        "intake_seq": ref.intake_seq,
        "name": ref.name,
        "first_seen": ref.first_seen,
        "last_seen": ref.last_seen,
        "payload": to_json(ref),
    }


def _pair_row(role: Role, pair: ScoredPair) -> dict[str, Any]:
    return {
        "ref_a": pair.ref_a,
        "ref_b": pair.ref_b,
        "role": role,
        "weight": round(pair.weight, 9),
        "probability": round(pair.probability, 9),
    }


def _entity_row(entity: Entity) -> dict[str, Any]:
    return {
        "entity_id": entity.entity_id,
        "kind": entity.kind,
        "name": entity.name,
        "members": list(entity.members),
    }
