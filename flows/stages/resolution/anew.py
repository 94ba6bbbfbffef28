"""Refs, pairs and entities of everything there is, in bounded memory: of all refs at once only their numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import duckdb
import numpy
import pyarrow as pa
import pyarrow.compute as pc

from flows.stages.resolution.ref_tables import EXACT_ROLES, SCORED_ROLES, exact_table, tables_of_all
from flows.stages.resolution.refs import delete_ids
from pipeline.model import Decision, Entity, Ref, Role, stable_id
from pipeline.resolve.cluster import cluster
from pipeline.resolve.components import batches, component_labels
from pipeline.resolve.corpus import ScoredPair
from pipeline.resolve.exact import entities_by_key
from pipeline.resolve.model import MatchModel
from pipeline.resolve.settled import Settled
from pipeline.store.codec import from_json
from pipeline.store.intelligence import Store, arrow_schema

Numbers = Any  # a numpy array
_NONE = tuple(numpy.empty(0, kind) for kind in (int, int, float, float))
PAGE = 20_000  # refs whose entities are made at a time
_MADE = ("core_refs", "core_pairs", "core_entities", "settled_exact")
# Enough for an entity, and a fraction of the time; what may join two people besides is read out of their JSON.
_PLAIN = "ref_id, role, owner_kind, owner_id, dataset, record_kind, site_class, lane, intake_seq, name"
_OF_A_PERSON = "json_extract_string(payload, ['$.dob', '$.own_number', '$.other_names']) AS person"


def settle_anew(
    store: Store,
    scratch: duckdb.DuckDBPyConnection,
    model: MatchModel,
    decisions: Sequence[Decision],
    as_of: datetime | None,
) -> None:
    """Make refs, pairs and entities of all owners, and all that the next, incremental, resolution compares with."""
    for table in _MADE:
        store.connection.execute(f"DELETE FROM {table}")
    settled = {role: Settled(store.connection, scratch, role) for role in SCORED_ROLES}
    for kept in settled.values():
        kept.forget()
    for some in tables_of_all(store, as_of):
        store.insert_arrow("core_refs", some.refs)
        store.insert_arrow("settled_exact", some.exact)
        for role, keys in some.keys.items():
            settled[role].take(keys)
    for role, kept in settled.items():
        resolve_scored(store, kept, role, model, decisions)
    for role in EXACT_ROLES:
        _resolve_exact(store, role)


def resolve_scored(
    store: Store, settled: Settled, role: Role, model: MatchModel, decisions: Sequence[Decision]
) -> None:
    """Pairs and entities of all refs of one role, whose keys `settled` took."""
    ids, scored = settled.score_all(model)
    kept: list[tuple[Numbers, ...]] = []
    for batch in scored:
        a, b, weight, probability = batch.columns
        columns = {"ref_a": ids.take(a), "ref_b": ids.take(b), "weight": weight, "probability": probability}
        store.insert_arrow("core_pairs", pa.table({**columns, "role": pa.array([role] * len(a), pa.string())}))
        # Where nothing is joined below a match, as of people, what scored less is only shown.
        strong = probability.to_numpy() >= (0.0 if role == "business" else model.match)
        kept.append(tuple(column.to_numpy()[strong] for column in batch.columns))
    pairs = Pairs(*map(numpy.concatenate, zip(_NONE, *kept, strict=True)))
    for refs, their_pairs, decided in _together(store, role, ids, pairs, decisions):
        _put(store, cluster(refs, their_pairs, decided, model))
    _put_alone(store, role)


class Pairs(NamedTuple):
    """Numbers of refs, a < b, with weight and probability; arrays of one length."""

    a: Numbers
    b: Numbers
    weight: Numbers
    probability: Numbers


def _together(
    store: Store, role: Role, ids: Any, pairs: Pairs, decisions: Sequence[Decision]
) -> Iterator[tuple[list[Ref], list[ScoredPair], list[Decision]]]:
    """The refs that hang together with another over pairs or decisions, about PAGE at a time, with all that ties them.

    Leaves a table `placed` of them.
    """
    decided = _numbered(decisions, ids)
    said = numpy.array([ends for _, ends in decided], int).reshape(-1, 2)
    label = component_labels(len(ids), numpy.r_[pairs.a, said[:, 0]], numpy.r_[pairs.b, said[:, 1]])
    in_order = numpy.argsort(label[pairs.a], kind="stable")
    pairs = Pairs(*(column[in_order] for column in pairs))
    labels_of_pairs = label[pairs.a]
    groups = list(batches(label, PAGE))
    _place(store, role, ids, groups)
    start = 0
    for numbers in groups:
        first, last = label[numbers[0]], label[numbers[-1]]  # they come in the order of their labels
        mine = slice(*numpy.searchsorted(labels_of_pairs, (first, last + 1)))
        names = dict(zip(numbers.tolist(), ids.take(pa.array(numbers)).to_pylist(), strict=True))
        found = [
            ScoredPair(names[a], names[b], weight, probability)
            for a, b, weight, probability in zip(*(column[mine].tolist() for column in pairs), strict=True)
        ]
        refs = _read_refs(store, role, start, start + len(numbers))
        yield refs, found, [decision for decision, (a, _) in decided if first <= label[a] <= last]
        start += len(numbers)
    store.connection.execute("DROP TABLE met")


def _numbered(decisions: Sequence[Decision], ids: Any) -> list[tuple[Decision, tuple[int, int]]]:
    """The decisions about two of the refs `ids`, with their numbers."""
    ends = [(d.ref_a, d.ref_b) for d in decisions]
    if not ends:
        return []
    one, two = (pc.index_in(pa.array(refs, pa.string()), value_set=ids).to_pylist() for refs in zip(*ends, strict=True))
    return [(d, (a, b)) for d, a, b in zip(decisions, one, two, strict=True) if a is not None and b is not None]


def _place(store: Store, role: Role, ids: Any, groups: Sequence[Numbers]) -> None:
    """`placed(ref_id, place)`: refs in the order of the groups; `met`: what entities are made from, in this order."""
    order = numpy.concatenate(groups) if groups else numpy.empty(0, int)
    rows = pa.table({"ref_id": ids.take(pa.array(order)), "place": pa.array(numpy.arange(len(order)))})
    store.connection.execute("CREATE TEMP TABLE placed (ref_id VARCHAR, place BIGINT)")
    store.insert_arrow("placed", rows)
    columns = "payload" if role == "business" else f"{_PLAIN}, {_OF_A_PERSON}"
    store.connection.execute(
        f"CREATE TEMP TABLE met AS SELECT place, {columns} FROM core_refs JOIN placed USING (ref_id) ORDER BY place"
    )


def _read_refs(store: Store, role: Role, start: int, end: int) -> list[Ref]:
    """The refs of `met` from one place to before another."""
    rows = store.connection.execute(
        "SELECT * EXCLUDE (place) FROM met WHERE place BETWEEN ? AND ? ORDER BY place", [start, end - 1]
    ).fetchall()
    if role == "business":
        return [from_json(Ref, payload) for (payload,) in rows]
    return [_person(plain, *said) for *plain, said in rows]


def _person(plain: Sequence[Any], born: str | None, own_number: str | None, other_names: str | None) -> Ref:
    ref_id, role, owner_kind, owner_id, dataset, record_kind, site_class, lane, intake_seq, name = plain
    return Ref(
        ref_id, role, owner_kind, owner_id, dataset, record_kind, site_class, lane, intake_seq, name,
        dob=date.fromisoformat(born) if born else None, own_number=own_number or "",
        other_names=tuple(json.loads(other_names or "[]")),
    )  # fmt: skip


def _put_alone(store: Store, role: Role) -> None:
    """Entities of the refs of a role that are not `placed`."""
    store.connection.execute(
        """CREATE TEMP TABLE alone AS SELECT ref_id, name, row_number() OVER () - 1 AS place
           FROM core_refs ANTI JOIN placed USING (ref_id) WHERE role = ?""",
        [role],
    )
    for start in range(0, store.value("SELECT count(*) FROM alone"), PAGE):
        rows = store.connection.execute(
            "SELECT ref_id, name FROM alone WHERE place BETWEEN ? AND ?", [start, start + PAGE - 1]
        ).fetchall()
        _put(store, [Entity(stable_id("entity", role, ref_id), role, name, (ref_id,)) for ref_id, name in rows])
    for table in ("alone", "placed"):
        store.connection.execute(f"DROP TABLE {table}")


def _put(store: Store, entities: Sequence[Entity]) -> None:
    columns = {
        "entity_id": [e.entity_id for e in entities],
        "kind": [e.kind for e in entities],
        "name": [e.name for e in entities],
        "members": [e.members for e in entities],
    }
    store.insert_arrow("core_entities", pa.table(columns, schema=arrow_schema("core_entities")))


def _resolve_exact(store: Store, role: Role) -> None:
    """Entities of phone or premises refs, whose keys stand in `settled_exact`."""
    if role == "premises":
        _complete_keys(store)
    parts = store.value("SELECT count(*) FROM settled_exact WHERE role = ?", [role]) // PAGE + 1
    store.connection.execute(
        f"""CREATE TEMP TABLE keyed AS SELECT key, hash(key) % {parts} AS part, {_PLAIN}
            FROM core_refs JOIN (SELECT ref_id, key FROM settled_exact WHERE role = ?) USING (ref_id) ORDER BY part""",
        [role],
    )
    for part in range(parts):
        rows = store.connection.execute(
            f"SELECT key, {_PLAIN} FROM keyed WHERE part = ? ORDER BY ref_id", [part]
        ).fetchall()
        refs = [Ref(*row[1:]) for row in rows]
        _put(store, entities_by_key(refs, {row[1]: row[0] for row in rows}, role))
    store.connection.execute("DROP TABLE keyed")


def _complete_keys(store: Store) -> None:
    """Keys of the premises of streets that are written with a ZIP and without one: whole streets at a time."""
    store.connection.execute(
        """CREATE TEMP TABLE mixed AS SELECT street, payload FROM settled_exact JOIN core_refs USING (ref_id)
           SEMI JOIN (SELECT street FROM settled_exact JOIN core_refs r USING (ref_id) WHERE r.role = 'premises'
                      GROUP BY street HAVING bool_or(zip = '') AND bool_or(zip <> '')) USING (street)"""
    )
    parts = store.value("SELECT count(*) FROM mixed") // PAGE + 1
    for part in range(parts):
        rows = store.connection.execute(
            "SELECT payload FROM mixed WHERE hash(street) % ? = ?", [parts, part]
        ).fetchall()
        exact = exact_table([from_json(Ref, payload) for (payload,) in rows], "premises")
        delete_ids(store, "settled_exact", exact["ref_id"].to_pylist())
        store.insert_arrow("settled_exact", exact)
    store.connection.execute("DROP TABLE mixed")
