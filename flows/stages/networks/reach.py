"""What a change of entities, refs, decisions or days reaches: the businesses whose networks are to be computed anew.

`networks_due` collects the owners (ads, records) whose refs changed since the networks were last written, so that a
build that was killed in between loses none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import analysis
from analysis.networks.beside import Beside
from analysis.networks.facts import Facts
from analysis.networks.hubs import Hub
from analysis.networks.region import Region, damped, key_rows, keys_of
from analysis.networks.sights import closing_edge
from analysis.rules import SHIPPED, shipped_rules
from flows.stages.networks.region import Read, load_some, papers_of
from flows.stages.resolution.walking import walked
from pipeline.extract import addresses
from pipeline.extract.addresses.vocab import DECLARED_IN as PLACES
from pipeline.resolve.program import program_digest
from pipeline.store.intelligence import Store

MOSTLY = 0.5  # share of touched businesses from which computing all of them is the shorter way
_KEPT = """
    CREATE TABLE IF NOT EXISTS networks_by (version VARCHAR, until DATE);
    CREATE TABLE IF NOT EXISTS networks_due (owner_id VARCHAR);
    CREATE TABLE IF NOT EXISTS networks_entities (entity_id VARCHAR, kind VARCHAR, name VARCHAR, members VARCHAR[]);
    CREATE TABLE IF NOT EXISTS networks_keys (business_id VARCHAR, key VARCHAR, couples BOOLEAN);
    CREATE TABLE IF NOT EXISTS networks_hub_users (
        kind VARCHAR, value VARCHAR, business_id VARCHAR, party VARCHAR, advertised BOOLEAN, stamped VARCHAR,
        elsewhere BOOLEAN);
    CREATE TABLE IF NOT EXISTS networks_days (business_id VARCHAR, day DATE);
    CREATE TABLE IF NOT EXISTS networks_decided (business_id VARCHAR, standing VARCHAR, reason VARCHAR);
    CREATE TABLE IF NOT EXISTS networks_apart (ref_a VARCHAR, ref_b VARCHAR);
    CREATE TABLE IF NOT EXISTS networks_succession_sources (
        from_business VARCHAR, to_business VARCHAR, sources VARCHAR[])"""
_CHANGED = """
    CREATE TEMP TABLE changed_entities AS
    SELECT coalesce(now.entity_id, before.entity_id) AS entity_id, coalesce(now.kind, before.kind) AS kind,
           now.name IS DISTINCT FROM before.name AS renamed,
           coalesce(now.members, []) AS members, coalesce(before.members, []) AS left_by
    FROM core_entities now FULL JOIN networks_entities before USING (entity_id)
    WHERE now.name IS DISTINCT FROM before.name OR now.members IS DISTINCT FROM before.members"""
# A phone or operator with one more paper is nothing new to the others that name it; a premises with another address may
# be another place.
_DUE = """
    CREATE TEMP TABLE due AS
    WITH papers AS (FROM changed_entities WHERE kind IN ('operator', 'phone')),
         now AS (SELECT entity_id, unnest(members) AS ref_id FROM papers),
         before AS (SELECT entity_id, unnest(left_by) AS ref_id FROM papers)
    SELECT owner_id FROM networks_due
    UNION SELECT owner_id FROM core_refs WHERE ref_id IN (
        SELECT ref_id FROM ((FROM now EXCEPT FROM before) UNION (FROM before EXCEPT FROM now)))"""
_START = """
    CREATE TEMP TABLE start AS
    SELECT business_id AS id FROM networks_keys WHERE key IN (SELECT 'owner:' || owner_id FROM due)
    UNION SELECT entity_id FROM (SELECT entity_id, unnest(members) AS ref_id FROM core_entities WHERE kind = 'business')
          JOIN core_refs USING (ref_id) WHERE owner_id IN (FROM due)
    UNION SELECT entity_id FROM changed_entities WHERE kind = 'business'
    UNION SELECT business_id FROM networks_keys WHERE key IN (
              SELECT unnest(['operator:' || entity_id, 'premises:' || entity_id, 'entity:' || entity_id])
              FROM changed_entities WHERE kind = 'premises' OR (kind <> 'business' AND renamed))
    UNION SELECT business_id FROM networks_days
          WHERE day >= least($one::DATE, $two::DATE) AND day < greatest($one::DATE, $two::DATE)
    UNION SELECT business_id FROM (FROM networks_decided EXCEPT FROM decided_now)
    UNION SELECT business_id FROM (FROM decided_now EXCEPT FROM networks_decided)
    UNION SELECT entity_id FROM (SELECT entity_id, unnest(members) AS ref_id FROM core_entities WHERE kind = 'business')
          WHERE ref_id IN (SELECT unnest([ref_a, ref_b]) FROM ((FROM networks_apart EXCEPT FROM apart_now)
                                                              UNION (FROM apart_now EXCEPT FROM networks_apart)))"""

# What couples: by the keys that were kept, to which those of today are added.
_EDGE = "SELECT business_id AS b, key AS k FROM networks_keys WHERE couples"
# Businesses without a unit in buildings in which the businesses of `asked_for` begin or cease to name one.
_TURNED = """
    WITH others AS (SELECT key FROM networks_keys WHERE business_id NOT IN (SELECT id FROM asked_for)),
         were AS (SELECT key FROM networks_keys WHERE business_id IN (SELECT id FROM asked_for) AND key ^@ 'units:'),
         turned AS ((FROM were EXCEPT SELECT id FROM units_now) UNION (SELECT id FROM units_now EXCEPT FROM were))
    SELECT DISTINCT business_id FROM networks_keys
    WHERE key IN (SELECT replace(key, 'units:', 'open:') FROM turned WHERE key NOT IN (FROM others))
      AND business_id NOT IN (SELECT id FROM asked_for)"""


@dataclass(frozen=True, slots=True)
class Given:
    """What people decided: business -> (standing, reason), and refs whose businesses are kept apart."""

    decided: Mapping[str, tuple[str, str]]
    apart: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reach:
    """`businesses`: ids of now and of before; `region`: they with what stands beside them; None: compute everything."""

    until: date
    businesses: frozenset[str] = frozenset()
    region: Region | None = None


@lru_cache(maxsize=1)
def networks_program() -> str:
    """Digest of the code and rules that networks follow from."""
    rooms = (Path(analysis.__path__[0]), Path(addresses.__path__[0]))
    texts = [p.read_bytes() for p in (*(p for room in rooms for p in sorted(room.rglob("*.py"))), SHIPPED, PLACES)]
    return sha256(program_digest().encode() + _KEPT.encode() + b"\0".join(texts)).hexdigest()


def begin(store: Store) -> None:
    """What is kept, empty when another program kept it: then its tables may have other columns."""
    store.connection.execute("CREATE TABLE IF NOT EXISTS networks_by (version VARCHAR, until DATE)")
    if store.value("SELECT version FROM networks_by") not in {None, networks_program()}:
        for (table,) in store.connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE table_name ^@ 'networks_'"
        ).fetchall():
            store.connection.execute(f"DROP TABLE {table}")
    for statement in _KEPT.split(";"):
        store.connection.execute(statement)


def reach(store: Store, given: Given) -> Reach:
    """Everything, when another program wrote what is kept or most of it is touched."""
    until = _until(store)
    before = store.connection.execute("FROM networks_by").fetchall()
    store.connection.execute(_CHANGED)
    if not before or before[0][0] != networks_program():
        return Reach(until)
    _put_given(store, given)
    rules = shipped_rules()
    edges = {"one": closing_edge(before[0][1], rules), "two": closing_edge(until, rules)}
    store.connection.execute(_DUE)
    store.connection.execute(_START, edges)
    start = frozenset(r[0] for r in store.connection.execute("FROM start").fetchall())
    store.connection.execute("CREATE TEMP TABLE edge (b VARCHAR, k VARCHAR)")
    store.append_found("edge", _EDGE)
    _add_edges(store, _new_keys(store))
    for table in ("due", "start", "decided_now", "apart_now"):
        store.connection.execute(f"DROP TABLE {table}")
    if not start:
        store.connection.execute("DROP TABLE edge")
        return Reach(until, start, Region([], {}, {}, Beside(until)))
    most = MOSTLY * store.value("SELECT count(*) FROM core_entities WHERE kind = 'business'")
    found, read = _coupled(store, start), Read()
    while len(found) <= most:
        region = load_some(store, found, until, read)
        more = found
        if _add_edges(store, key_rows(region.keys, region.beside.hub_users.keys())):
            more = _coupled(store, found)
        if more <= found:
            more = found | (_turned(store, found, region) or _undamped(store, region))
        if more <= found:
            break
        found = _coupled(store, more)
    store.connection.execute("DROP TABLE edge")
    return Reach(until, found, region) if len(found) <= most else Reach(until)


def finish(store: Store, touched: Reach, given: Given) -> None:
    """Keep what the next time compares with."""
    store.connection.execute(
        "DELETE FROM networks_entities WHERE entity_id IN (SELECT entity_id FROM changed_entities)"
    )
    store.connection.execute(
        """INSERT INTO networks_entities SELECT entity_id, kind, name, members FROM core_entities
           SEMI JOIN changed_entities USING (entity_id)"""
    )
    for table in ("networks_by", "networks_due", "networks_decided", "networks_apart"):
        store.connection.execute(f"DELETE FROM {table}")
    store.connection.execute("INSERT INTO networks_by VALUES (?, ?)", [networks_program(), touched.until])
    store.append("networks_decided", [(b, *said) for b, said in sorted(given.decided.items())])
    store.append("networks_apart", list(given.apart))
    store.connection.execute("DROP TABLE changed_entities")


def damped_rows(hubs: Sequence[Hub]) -> list[tuple[object, ...]]:
    """Rows of `networks_hub_users`."""
    cut = damped(hubs)
    return [
        (h.kind, h.value, u.business_id, u.party, u.advertised, u.stamped, u.elsewhere)
        for h in hubs
        if (h.kind, h.value) in cut
        for u in h.users
    ]


def _until(store: Store) -> date:
    """The last day on which anything was observed in an ad; of all papers' issue dates when there is no ad."""
    ads = store.value("SELECT max(last_seen) FROM core_refs WHERE owner_kind = 'ad'")
    return ads or store.value("SELECT max(first_seen) FROM core_refs") or date.min


def _put_given(store: Store, given: Given) -> None:
    store.connection.execute("CREATE TEMP TABLE decided_now (business_id VARCHAR, standing VARCHAR, reason VARCHAR)")
    store.connection.execute("CREATE TEMP TABLE apart_now (ref_a VARCHAR, ref_b VARCHAR)")
    store.append("decided_now", [(b, *said) for b, said in sorted(given.decided.items())])
    store.append("apart_now", list(given.apart))


def _new_keys(store: Store) -> list[tuple[str, str, bool]]:
    """Keys of the businesses by the ads and records in a table `due` alone: most of what is new couples by these."""
    entities, refs = papers_of(store, "FROM due")
    damped_before = store.connection.execute("SELECT DISTINCT kind, value FROM networks_hub_users").fetchall()
    return key_rows(keys_of(Facts.gather(entities, refs, shipped_rules())), set(damped_before))


def _add_edges(store: Store, rows: Iterable[tuple[str, str, bool]]) -> int:
    """Add what couples to the table `edge`; how much of it is not there yet."""
    store.connection.execute("CREATE TEMP TABLE fresh (b VARCHAR, k VARCHAR)")
    store.append("fresh", [(business, key) for business, key, couples in rows if couples])
    added = store.append_found("edge", "FROM fresh EXCEPT FROM edge")
    store.connection.execute("DROP TABLE fresh")
    return added


def _coupled(store: Store, start: frozenset[str]) -> frozenset[str]:
    """All businesses that couple with `start`, by the keys they have now or had before."""
    with walked(store, start, "SELECT b AS id FROM edge WHERE k IN (SELECT k FROM edge WHERE b IN (FROM frontier))"):
        return frozenset(r[0] for r in store.connection.execute("FROM reached").fetchall())


def _turned(store: Store, businesses: frozenset[str], region: Region) -> frozenset[str]:
    """Other businesses to which it matters that these name units where nobody did, or no longer do."""
    units = {key for _, key, _ in region.keys if key.startswith("units:")}
    with store.listed("asked_for", businesses), store.listed("units_now", units):
        return frozenset(r[0] for r in store.connection.execute(_TURNED).fetchall())


def _undamped(store: Store, region: Region) -> frozenset[str]:
    """Everybody who uses a value that was damped and no longer is."""
    keys = {f"{kind}:{value}" for kind, value in region.beside.hub_users.keys() - region.damped}
    if not keys:
        return frozenset()
    with store.listed("asked_keys", keys):
        rows = store.connection.execute("SELECT business_id FROM networks_keys SEMI JOIN asked_keys ON key = id")
        return frozenset(r[0] for r in rows.fetchall())
