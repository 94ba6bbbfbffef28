"""Reads businesses out of the working database, with what stands beside them, as a region that is computed at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from analysis.networks.beside import Beside, HubUser, Value
from analysis.networks.region import Region
from pipeline.model import Entity, Ref
from pipeline.store.codec import from_json
from pipeline.store.intelligence import Store

_PAPERS = """
    CREATE TEMP TABLE some_refs AS SELECT ref_id, payload FROM core_refs WHERE owner_id IN ({owners})"""
_OWNERS = """
    SELECT owner_id FROM core_refs WHERE ref_id IN (
        SELECT unnest(members) FROM core_entities WHERE entity_id IN (FROM unread))"""


@dataclass(slots=True)
class Read:
    """What has been read of businesses: the refs of all that their owners name, and the entities of those."""

    businesses: frozenset[str] = frozenset()
    refs: dict[str, Ref] = field(default_factory=dict)
    entities: dict[str, Entity] = field(default_factory=dict)

    def add(self, businesses: frozenset[str], entities: Iterable[Entity], refs: Mapping[str, Ref]) -> None:
        self.businesses |= businesses
        self.entities |= {e.entity_id: e for e in entities}
        self.refs |= refs


def load_all(store: Store, until: date, entities: Sequence[Entity], refs: Mapping[str, Ref]) -> Region:
    """Every business; refs and entities have been read already."""
    return Region(entities, refs, _capture_days(store, ""), Beside(until))


def load_some(store: Store, businesses: frozenset[str], until: date, read: Read) -> Region:
    """Some businesses with everything that their ads and records name. `read`: what has been read of them already."""
    with store.listed("unread", businesses - read.businesses):
        read.add(businesses, *papers_of(store, _OWNERS))
    entities = [entity for _, entity in sorted(read.entities.items())]
    refs = dict(sorted(read.refs.items()))
    with store.listed("asked_for", businesses):
        buildings = {a.building_key for r in refs.values() for a in r.addresses}
        with store.listed("asked_buildings", {f"units:{b}" for b in buildings}):
            crowded = store.connection.execute(
                """SELECT DISTINCT key FROM networks_keys SEMI JOIN asked_buildings ON key = id
                   WHERE business_id NOT IN (SELECT id FROM asked_for)"""
            ).fetchall()
        users = _hub_users(store, entities, refs)
        entities += _operators(store, {value for kind, value in users if kind == "operator"}, entities)
    with store.listed("asked_sources", {s for r in refs.values() for s in r.sources}):
        days = _capture_days(store, "SEMI JOIN asked_sources ON capture_id = id")
    beside = Beside(until, frozenset(key.removeprefix("units:") for (key,) in crowded), users)
    return Region(entities, refs, days, beside)


def _hub_users(store: Store, entities: Sequence[Entity], refs: Mapping[str, Ref]) -> dict[Value, tuple[HubUser, ...]]:
    """Of each damped value that the businesses of `asked_for` use or used: the others that do."""
    named = {e.entity_id for e in entities if e.kind == "operator"}
    named |= {v for r in refs.values() for v in (*r.phones, *r.emails, *r.handles, *r.websites)}
    with store.listed("asked_values", named):
        rows = store.connection.execute(
            """SELECT kind, value, business_id IN (SELECT id FROM asked_for) AS inside,
                      business_id, party, advertised, stamped, elsewhere
               FROM networks_hub_users
               WHERE value IN (SELECT id FROM asked_values) OR (kind, value) IN (
                   SELECT (kind, value) FROM networks_hub_users SEMI JOIN asked_for ON business_id = id)
               ORDER BY ALL"""
        ).fetchall()
    users: dict[Value, list[HubUser]] = {}
    for kind, value, inside, *user in rows:
        others = users.setdefault((kind, value), [])
        if not inside:
            others.append(HubUser(*user))
    return {value: tuple(others) for value, others in users.items()}


def _operators(store: Store, operators: set[str], there: Sequence[Entity]) -> list[Entity]:
    """Damped operators by name, on whose records none of the region's businesses stands any more."""
    with store.listed("asked", operators - {e.entity_id for e in there}):
        rows = store.connection.execute(
            "SELECT entity_id, kind, name FROM core_entities SEMI JOIN asked ON entity_id = id ORDER BY 1"
        ).fetchall()
    return [Entity(entity_id, kind, name, ()) for entity_id, kind, name in rows]


def papers_of(store: Store, owners: str) -> tuple[list[Entity], dict[str, Ref]]:
    """The refs of some ads and records, which the query `owners` gives, and all entities that have one of them."""
    store.connection.execute(_PAPERS.format(owners=owners))
    payloads = store.connection.execute("SELECT ref_id, payload FROM some_refs").fetchall()
    rows = store.connection.execute(
        """SELECT entity_id, kind, name, members FROM core_entities WHERE entity_id IN (
               SELECT entity_id FROM (SELECT entity_id, unnest(members) AS ref_id FROM core_entities)
               SEMI JOIN some_refs USING (ref_id))"""
    ).fetchall()
    store.connection.execute("DROP TABLE some_refs")
    found = [Entity(entity_id, kind, name, tuple(members)) for entity_id, kind, name, members in rows]
    return found, {ref_id: from_json(Ref, payload) for ref_id, payload in payloads}


def _capture_days(store: Store, some: str) -> dict[str, date]:
    query = f"SELECT capture_id, CAST(captured_at AS DATE) FROM raw_captures {some}"
    return dict(store.connection.execute(query).fetchall())
