"""What somebody should look at: entities that may hold two, and two entities that may be one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.doubts.finding import Doubt, find_doubtful
from analysis.doubts.papers import NUMBERED, Paper, paper_of
from flows.stages.resolution.loading import load_entities, load_refs
from flows.stages.resolution.models import model_in_force
from pipeline.home import Home
from pipeline.model import Decision, Entity, Record, Ref
from pipeline.resolve.cluster import in_force
from pipeline.resolve.kept_apart import why_apart
from pipeline.store.casework import Casework
from pipeline.store.codec import from_json
from pipeline.store.intelligence import Store, open_snapshot

# One row for each two entities, with their likeliest pair of refs; what people said is the same as surely as can be.
_APART = """
    WITH of AS (SELECT entity_id, kind, members, unnest(members) AS ref_id FROM core_entities
                WHERE kind IN ('business', 'operator')),
    likely AS (SELECT ref_a, ref_b, probability, FALSE AS decided FROM core_pairs
               UNION ALL SELECT a, b, 1.0, TRUE FROM said WHERE same),
    apart AS (SELECT l.*, one.kind, one.entity_id AS entity_a, two.entity_id AS entity_b, one.members AS members_a,
                     two.members AS members_b
              FROM likely l JOIN of one ON one.ref_id = ref_a JOIN of two ON two.ref_id = ref_b
              WHERE one.entity_id <> two.entity_id AND one.kind = two.kind),
    parted AS (SELECT one.entity_id AS a, two.entity_id AS b FROM said
               JOIN of one ON one.ref_id = a JOIN of two ON two.ref_id = b WHERE NOT same)
    SELECT apart.*, a.name AS name_a, b.name AS name_b
    FROM apart JOIN core_refs a ON a.ref_id = ref_a JOIN core_refs b ON b.ref_id = ref_b
    WHERE decided OR NOT EXISTS (
        FROM parted p WHERE (p.a = entity_a AND p.b = entity_b) OR (p.a = entity_b AND p.b = entity_a))
    QUALIFY row_number() OVER (PARTITION BY least(entity_a, entity_b), greatest(entity_a, entity_b)
                               ORDER BY decided DESC, probability DESC, ref_a, ref_b) = 1
    ORDER BY decided DESC, kind = 'business' AND (name_a = '' OR name_b = ''), probability DESC, ref_a, ref_b
    LIMIT ?"""


_NEWEST = """
    SELECT record_id, version FROM core_records WHERE record_id IN (SELECT id FROM asked)
    QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY known_at DESC, version DESC) = 1"""


def doubtful_entities(home: Home) -> list[Doubt]:
    """Entities of the current snapshot that may hold two people or two businesses."""
    model, folder, refs = model_in_force(home), home.current_snapshot(), load_refs(home.current_snapshot())
    said = in_force(Casework(home.casework_url).decisions())
    with open_snapshot(folder) as store:
        entities = load_entities(store)
        rows = store.rows("SELECT ref_a, ref_b, probability FROM core_pairs WHERE probability >= ?", [model.match])
        numbered = _of_one_office(entities, refs)
        with store.listed("asked", {ref.owner_id for ref in numbered}):
            newest = store.rows(_NEWEST)
    pairs = [(r["ref_a"], r["ref_b"], r["probability"]) for r in rows]
    pairs += [(a, b, 1.0) for (a, b), same in said.items() if same]
    return find_doubtful(entities, pairs, refs, model.largest, _papers(folder, numbered, newest))


def _of_one_office(entities: Iterable[Entity], refs: Mapping[str, Ref]) -> list[Ref]:
    """The refs of entities that have several numbered papers of one office."""
    found: list[Ref] = []
    for entity in entities:
        if entity.kind not in ("business", "operator") or len(entity.members) < 2:
            continue
        by_office: dict[str, list[Ref]] = defaultdict(list)
        for ref in (refs[i] for i in entity.members if i in refs):
            if ref.record_kind in NUMBERED and (entity.kind == "business" or ref.own_number):
                by_office[ref.dataset].append(ref)
        found += (r for of_one in by_office.values() if len({r.owner_id for r in of_one}) > 1 for r in of_one)
    return found


def _papers(folder: Path, refs: Iterable[Ref], newest: Iterable[Mapping[str, Any]]) -> dict[str, Paper]:
    wanted = {(r["record_id"], r["version"]) for r in newest}
    with open_snapshot(folder, "sealed") as sealed, sealed.listed("asked", {record_id for record_id, _ in wanted}):
        rows = sealed.rows(
            "SELECT record_id, version, payload FROM core_records WHERE record_id IN (SELECT id FROM asked)"
        )
    records = {
        r["record_id"]: from_json(Record, r["payload"]) for r in rows if (r["record_id"], r["version"]) in wanted
    }
    papers = {ref.ref_id: paper_of(ref, records[ref.owner_id]) for ref in refs if ref.owner_id in records}
    return {ref_id: paper for ref_id, paper in papers.items() if paper}


_SHOWN = ("kind", "ref_a", "ref_b", "name_a", "name_b", "entity_a", "entity_b", "probability")


def pairs_apart(home: Home, limit: int) -> list[dict[str, Any]]:
    """Two entities each of the current snapshot that may be one, and why they are not.

    First what people said is the same and no build could join, then the likeliest, at last ads without a name. Where a
    person said "not the same", nothing is to be decided.
    """
    model, folder = model_in_force(home), home.current_snapshot()
    decided = Casework(home.casework_url).decisions()
    with open_snapshot(folder) as store:
        rows = _apart(store, decided, limit)
    refs = _refs(folder, {ref for row in rows for ref in (*row["members_a"], *row["members_b"])})
    found = []
    for row in rows:
        one, two = ([refs[m] for m in row[members]] for members in ("members_a", "members_b"))
        pair = refs[row["ref_a"]], refs[row["ref_b"]]
        why = why_apart(one, two, pair, row["probability"], model)
        shown = {name: row[name] for name in _SHOWN}
        found.append({**shown, "why": f"decided the same, but {why}" if row["decided"] else why})
    return found


def _apart(store: Store, decisions: Sequence[Decision], limit: int) -> list[dict[str, Any]]:
    store.connection.execute("CREATE TEMP TABLE said (a VARCHAR, b VARCHAR, same BOOLEAN)")
    store.append("said", [(a, b, same) for (a, b), same in in_force(decisions).items()])
    return store.rows(_APART, [limit])


def _refs(folder: Path, ids: set[str]) -> dict[str, Ref]:
    with open_snapshot(folder, "sealed") as sealed, sealed.listed("asked", ids):
        rows = sealed.rows("SELECT payload FROM core_refs WHERE ref_id IN (SELECT id FROM asked)")
    return {ref.ref_id: ref for ref in (from_json(Ref, row["payload"]) for row in rows)}
