"""Refs, compared pairs and entities: load, resolve what is new, write. The result is that of resolving everything."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flows.stages.resolution.anew import settle_anew
from flows.stages.resolution.ref_tables import EXACT_ROLES, SCORED_ROLES
from flows.stages.resolution.refs import RefChange, delete_ids, kept_refs, look_up, look_up_names, take_changes
from flows.stages.resolution.walking import walked
from pipeline.model import Decision, Entity, Ref, Role
from pipeline.resolve.cluster import cluster, in_force
from pipeline.resolve.corpus import ScoredPair
from pipeline.resolve.exact import entities_by_key, exact_keys, street_of
from pipeline.resolve.model import MatchModel
from pipeline.resolve.program import program_digest
from pipeline.resolve.settled import Settled
from pipeline.store.intelligence import Store, scratch_beside

# What makes refs and walks among them; the rest of the program is in the room of matching.
_MODULES = ("refs", "ref_tables", "resolving", "anew", "walking")
_HERE = tuple(Path(__file__).with_name(f"{name}.py") for name in _MODULES)
_KEPT = """
    CREATE TABLE IF NOT EXISTS settled_by (version VARCHAR);
    CREATE TABLE IF NOT EXISTS settled_decisions (ref_a VARCHAR, ref_b VARCHAR, same BOOLEAN);
    CREATE TABLE IF NOT EXISTS settled_exact (ref_id VARCHAR, role VARCHAR, street VARCHAR, key VARCHAR)"""


@dataclass(frozen=True, slots=True)
class Resolved:
    """All refs by id and all entities, by role and id, after a resolution; `changed`: refs that were looked at."""

    refs: dict[str, Ref]
    entities: list[Entity]
    pairs: int
    changed: int


def resolve(store: Store, model: MatchModel, decisions: Sequence[Decision], as_of: datetime | None = None) -> Resolved:
    """Bring `core_refs`, `core_pairs` and `core_entities` up to date, and hand them back whole."""
    change = settle(store, model, decisions, as_of)
    refs = kept_refs(store)
    changed = len(refs) if change.everything else len(change.fresh) + len(change.gone)
    return Resolved(refs, kept_entities(store), store.count("core_pairs"), changed)


def settle(store: Store, model: MatchModel, decisions: Sequence[Decision], as_of: datetime | None = None) -> RefChange:
    """Bring refs, pairs and entities up to date, in proportion to what is new.

    Another match model or another program settles everything anew.
    """
    with scratch_beside(store) as scratch, store.transaction():
        anew = _begin(store, f"{model.version} {program_digest(_HERE)}")
        change = take_changes(store, as_of, anew=anew)
        turned = _take_decisions(store, decisions)
        if change.everything:
            settle_anew(store, scratch, model, decisions, as_of)
            return change
        for role in SCORED_ROLES:
            _resolve_scored(store, scratch, change, role, model, decisions, turned)
        for role in EXACT_ROLES:
            _resolve_exact(store, change, role)
    return change


def _begin(store: Store, version: str) -> bool:
    """True when what is kept was settled by another model or program."""
    for statement in _KEPT.split(";"):
        store.connection.execute(statement)
    if store.value("SELECT version FROM settled_by") == version:
        return False
    store.connection.execute("DELETE FROM settled_by")
    store.connection.execute("INSERT INTO settled_by VALUES (?)", [version])
    return True


def _take_decisions(store: Store, decisions: Sequence[Decision]) -> set[str]:
    """Refs of decisions that were made, revoked or changed since the last resolution."""
    now = {(a, b, same) for (a, b), same in in_force(decisions).items()}
    before = set(store.connection.execute("FROM settled_decisions").fetchall())
    store.connection.execute("DELETE FROM settled_decisions")
    store.append("settled_decisions", sorted(now))
    return {ref_id for a, b, _ in now ^ before for ref_id in (a, b)}


def _resolve_scored(
    store: Store,
    scratch: Any,
    change: RefChange,
    role: Role,
    model: MatchModel,
    decisions: Sequence[Decision],
    turned: Collection[str],
) -> None:
    fresh = [ref for ref in change.fresh if ref.role == role]
    gone = [ref_id for ref_id, its_role in change.gone if its_role == role]
    settled = Settled(store.connection, scratch, role)
    found = settled.rescore(fresh, gone, lambda ids: look_up(store, ids), model)
    parted = _exchange_pairs(store, role, found.dirty, found.pairs)
    start = {*turned, *gone, *found.dirty, *parted, *(ref.ref_id for ref in fresh)}
    reached = _reach(store, role, start)
    entities = cluster(look_up(store, reached), _pairs_of(store, role, reached), decisions, model) if reached else []
    _exchange_entities(store, role, {*reached, *gone}, entities)


def _exchange_pairs(store: Store, role: Role, dirty: Collection[str], pairs: Iterable[ScoredPair]) -> set[str]:
    """Put new pairs in the place of those of `dirty` refs; returns the refs of the pairs that were there."""
    with store.listed("dirty", dirty):
        where = "role = ? AND (ref_a IN (SELECT id FROM dirty) OR ref_b IN (SELECT id FROM dirty))"
        there = store.connection.execute(f"SELECT ref_a, ref_b FROM core_pairs WHERE {where}", [role]).fetchall()
        if there:
            store.connection.execute(f"DELETE FROM core_pairs WHERE {where}", [role])
    store.insert("core_pairs", (_pair_row(role, pair) for pair in pairs))
    return {ref_id for pair in there for ref_id in pair}


def _reach(store: Store, role: Role, start: Collection[str]) -> list[str]:
    """The refs that hang together with `start` over pairs and decisions: nothing else can change its entity."""
    store.connection.execute(
        """CREATE TEMP TABLE edge AS SELECT ref_a AS a, ref_b AS b FROM core_pairs WHERE role = ?
           UNION ALL SELECT ref_a, ref_b FROM settled_decisions WHERE same""",
        [role],
    )
    step = """SELECT b AS id FROM edge WHERE a IN (FROM frontier)
              UNION SELECT a FROM edge WHERE b IN (FROM frontier)"""
    with walked(store, start, step):
        found = store.connection.execute(
            "SELECT id FROM reached WHERE id IN (SELECT ref_id FROM core_refs WHERE role = ?) ORDER BY id", [role]
        ).fetchall()
    store.connection.execute("DROP TABLE edge")
    return [row[0] for row in found]


def _pairs_of(store: Store, role: Role, refs: Collection[str]) -> list[ScoredPair]:
    with store.listed("reached", refs):
        rows = store.connection.execute(
            """SELECT ref_a, ref_b, weight, probability FROM core_pairs
               WHERE role = ? AND ref_a IN (SELECT id FROM reached) ORDER BY ref_a, ref_b""",
            [role],
        ).fetchall()
    return [ScoredPair(*row) for row in rows]


def _resolve_exact(store: Store, change: RefChange, role: Role) -> None:
    """Entities of phone or premises refs. A new ref may give another key to the refs of its street."""
    fresh = [ref for ref in change.fresh if ref.role == role]
    gone = {ref_id for ref_id, its_role in change.gone if its_role == role}
    if not fresh and not gone:
        return
    left = _exact_rows(store, role, "ref_id", {*gone, *(ref.ref_id for ref in fresh)})
    streets = {street for _, street, _ in left} | {street_of(ref) for ref in fresh}
    beside = {ref_id: key for ref_id, _, key in _exact_rows(store, role, "street", streets - {""})}
    for ref_id, _, _ in left:
        beside.pop(ref_id, None)
    refs = [*fresh, *look_up(store, beside)]
    keys = exact_keys(refs, role)
    turned = {ref_id for ref_id, key in beside.items() if keys[ref_id] != key}
    new = [ref for ref in refs if ref.ref_id not in beside or ref.ref_id in turned]
    delete_ids(store, "settled_exact", {*turned, *(ref_id for ref_id, _, _ in left)})
    store.append("settled_exact", [(ref.ref_id, role, street_of(ref), keys[ref.ref_id]) for ref in new])
    touched = {key for _, _, key in left} | {beside[i] for i in turned} | {keys[ref.ref_id] for ref in new}
    members = {ref_id: key for ref_id, _, key in _exact_rows(store, role, "key", touched)}
    entities = entities_by_key(look_up_names(store, members), members, role)
    _exchange_entities(store, role, {*members, *gone}, entities)


def _exact_rows(store: Store, role: Role, column: str, values: Collection[str]) -> list[tuple[str, str, str]]:
    """(ref_id, street, key) of the kept refs whose `column` is one of the values."""
    with store.listed("asked", values):
        return store.connection.execute(
            f"""SELECT ref_id, street, key FROM settled_exact
                WHERE role = ? AND {column} IN (SELECT id FROM asked) ORDER BY ref_id""",
            [role],
        ).fetchall()


def _exchange_entities(store: Store, role: Role, refs: Collection[str], entities: Sequence[Entity]) -> None:
    """Put new entities in the place of those that had a member among `refs`."""
    with store.listed("touched", refs):
        store.connection.execute(
            """DELETE FROM core_entities WHERE kind = $role AND entity_id IN (
                   SELECT entity_id FROM (SELECT entity_id, unnest(members) AS id FROM core_entities WHERE kind = $role)
                   SEMI JOIN touched USING (id))""",
            {"role": role},
        )
    store.insert("core_entities", map(entity_row, entities))


def kept_entities(store: Store) -> list[Entity]:
    """All entities: businesses, operators, premises, phones; each sorted by id."""
    order = [*SCORED_ROLES, *EXACT_ROLES]
    rows = store.connection.execute(
        "FROM core_entities ORDER BY list_position(?::VARCHAR[], kind), entity_id",
        [order],
    ).fetchall()
    return [Entity(entity_id, kind, name, tuple(members)) for entity_id, kind, name, members in rows]


def _pair_row(role: Role, pair: ScoredPair) -> dict[str, Any]:
    return {"ref_a": pair.ref_a, "ref_b": pair.ref_b, "role": role, "weight": pair.weight,
            "probability": pair.probability}  # fmt: skip


def entity_row(entity: Entity) -> dict[str, Any]:
    return {
        "entity_id": entity.entity_id,
        "kind": entity.kind,
        "name": entity.name,
        "members": list(entity.members),
    }
