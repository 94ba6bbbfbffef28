"""The refs of the working database: all of them, or those whose owners say something else than at the last build."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipeline.model import Ad, Address, Capture, Mention, Record, Ref, Role, Source
from pipeline.resolve.refs import refs_from_ad, refs_from_record
from pipeline.store.codec import from_json, to_json
from pipeline.store.intelligence import Store

MOSTLY = 0.3  # share of changed owners from which making everything anew is the shorter way

_SIGHTING = """a.*, c.url AS capture_url, c.status AS http, c.content_type, c.sha256, c.warc_file, c.byte_offset,
    c.byte_length, c.collector, c.intake_seq, s.lane"""
_LATEST = "version, payload, source_id, lane, intake_seq, file_sha256, known_at"


def _sightings_sql(columns: str, only: str = "") -> str:
    """Captures of one ad that say the same on one day are one sighting: a page fetched twice proves no more than once,
    and a crawl that was interrupted and went on counts like one that was not."""
    return f"""
        SELECT {columns} FROM core_ad_captures a JOIN raw_captures c USING (capture_id)
        JOIN core_sources s ON s.source_id = a.capture_id
        WHERE a.extractor_version = (SELECT max(extractor_version) FROM core_extractions)
          AND ($as_of IS NULL OR s.known_at <= $as_of) AND c.damage = '' {only}
        QUALIFY row_number() OVER (
            PARTITION BY a.ad_id, a.version, CAST(a.captured_at AS DATE) ORDER BY a.captured_at, a.capture_id) = 1"""


def latest_sql(columns: str, only: str = "") -> str:
    """The latest version of each record known at `$as_of`."""
    return f"""
        SELECT record_id, {columns} FROM core_records WHERE ($as_of IS NULL OR known_at <= $as_of) {only}
        QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY known_at DESC, version DESC) = 1"""


# A digest of all that the refs of an owner are made from.
_OWNERS = f"""
    SELECT ad_id AS owner_id, bit_xor(hash(sighting, mentioned)) AS signature
    FROM ({_sightings_sql("a.ad_id, a.capture_id, hash(a, c, s.lane) AS sighting")})
    LEFT JOIN (SELECT ad_id, capture_id, bit_xor(hash(m)) AS mentioned FROM core_mentions m
               GROUP BY ad_id, capture_id) USING (ad_id, capture_id)
    GROUP BY ad_id
    UNION ALL
    FROM ({latest_sql("hash(version, payload, source_id, lane, intake_seq) AS signature")})"""


@dataclass(frozen=True, slots=True)
class RefChange:
    """`fresh`: new refs and those that say something else than before, sorted by id; `gone`: (ref_id, role).

    `everything`: nothing is kept; all refs are to be made again, and none is named here.
    """

    everything: bool
    fresh: list[Ref]
    gone: list[tuple[str, Role]]


def make_refs(store: Store, as_of: datetime | None = None) -> list[Ref]:
    """Every ref of the working database, or of what was known at `as_of`; sorted by id."""
    return _refs(store, as_of)


def take_changes(store: Store, as_of: datetime | None, *, anew: bool) -> RefChange:
    """Compare every owner with what it said at the last build, and bring `core_refs` up to date, unless so much changed
    that everything is to be made again, which `anew` asks for.

    The comparing is one query over digests; refs are made of what changed only.
    """
    store.connection.execute("CREATE TABLE IF NOT EXISTS settled_owners (owner_id VARCHAR, signature UBIGINT)")
    store.connection.execute(f"CREATE TEMP TABLE owners_now AS {_OWNERS}", {"as_of": as_of})
    store.connection.execute(
        """CREATE TEMP TABLE changed_owners AS SELECT owner_id FROM owners_now now
           FULL JOIN settled_owners before USING (owner_id)
           WHERE now.signature IS DISTINCT FROM before.signature"""
    )
    changed, known = store.value("SELECT count(*) FROM changed_owners"), store.value("SELECT count(*) FROM owners_now")
    everything = anew or changed > MOSTLY * known
    # What depends on refs besides entities asks here what changed since it was last written (networks/reach.py).
    store.connection.execute("CREATE TABLE IF NOT EXISTS networks_due (owner_id VARCHAR)")
    store.connection.execute("INSERT INTO networks_due FROM changed_owners")
    change = RefChange(True, [], []) if everything else _changed_refs(store, as_of)
    if everything:
        store.connection.execute("DELETE FROM settled_owners")
    else:
        store.connection.execute("DELETE FROM settled_owners WHERE owner_id IN (FROM changed_owners)")
    store.connection.execute("INSERT INTO settled_owners FROM owners_now ANTI JOIN settled_owners USING (owner_id)")
    for table in ("owners_now", "changed_owners"):
        store.connection.execute(f"DROP TABLE {table}")
    return change


def _changed_refs(store: Store, as_of: datetime | None) -> RefChange:
    rows = store.connection.execute(
        "SELECT ref_id, role, payload FROM core_refs WHERE owner_id IN (FROM changed_owners) ORDER BY ref_id"
    ).fetchall()
    before = {ref_id: payload for ref_id, _, payload in rows}
    now = {ref.ref_id: (ref, ref_row(ref)) for ref in _refs(store, as_of, "changed_owners")}
    fresh = [(ref, row) for ref, row in now.values() if row["payload"] != before.get(ref.ref_id)]
    gone = [(ref_id, role) for ref_id, role, _ in rows if ref_id not in now]
    delete_ids(store, "core_refs", [*(ref.ref_id for ref, _ in fresh), *(ref_id for ref_id, _ in gone)])
    store.insert("core_refs", (row for _, row in fresh))
    return RefChange(False, [ref for ref, _ in fresh], gone)


def delete_ids(store: Store, table: str, ref_ids: Collection[str], column: str = "ref_id") -> None:
    """Delete the rows of a table whose `column` is one of many ids."""
    with store.listed("doomed", ref_ids):
        store.connection.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT id FROM doomed)")


def look_up(store: Store, ref_ids: Collection[str]) -> list[Ref]:
    """Refs of `core_refs`, by id; sorted."""
    with store.listed("asked", ref_ids):
        rows = store.connection.execute(
            "SELECT payload FROM core_refs WHERE ref_id IN (SELECT id FROM asked) ORDER BY ref_id"
        ).fetchall()
    return [from_json(Ref, payload) for (payload,) in rows]


def look_up_names(store: Store, ref_ids: Collection[str]) -> list[Ref]:
    """As `look_up`, with the columns of `core_refs` only: enough for an entity, and a fraction of the time."""
    with store.listed("asked", ref_ids):
        rows = store.connection.execute(
            """SELECT ref_id, role, owner_kind, owner_id, dataset, record_kind, site_class, lane, intake_seq, name
               FROM core_refs WHERE ref_id IN (SELECT id FROM asked) ORDER BY ref_id"""
        ).fetchall()
    return [Ref(*row) for row in rows]


def kept_refs(store: Store) -> dict[str, Ref]:
    """All refs of `core_refs`, sorted by id."""
    rows = store.connection.execute("SELECT ref_id, payload FROM core_refs ORDER BY ref_id").fetchall()
    return {ref_id: from_json(Ref, payload) for ref_id, payload in rows}


def _refs(store: Store, as_of: datetime | None, owners: str = "") -> list[Ref]:
    """Refs sorted by id; of the owners in a table `owners` if one is given."""
    refs = [*ad_refs(store, as_of, owners)]
    for record, source in load_records(store, as_of, owners=owners):
        refs.extend(refs_from_record(record, source))
    unique = {ref.ref_id: ref for ref in refs}
    return [unique[i] for i in sorted(unique)]


def ad_refs(store: Store, as_of: datetime | None, owners: str) -> list[Ref]:
    """The refs of ads; of those in a table `owners` if one is given."""
    only = f"ad_id IN (SELECT owner_id FROM {owners})" if owners else "true"
    sightings_sql = _sightings_sql(_SIGHTING, f"AND {only}")
    rows = store.rows(f"{sightings_sql} ORDER BY ad_id, captured_at, capture_id", {"as_of": as_of})
    mentions = _mentions(store, only)
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


def _mentions(store: Store, only: str) -> dict[tuple[str, str], tuple[Mention, ...]]:
    found: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    query = f"""SELECT capture_id, ad_id, kind, value, field, node, start, "end", quote, style, confidence,
                       extractor_version FROM core_mentions WHERE {only} ORDER BY capture_id, ad_id, n"""
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


def load_records(
    store: Store, as_of: datetime | None = None, kind: str | None = None, owners: str = ""
) -> list[tuple[Record, Source]]:
    """The latest version of every record known at `as_of`, with the row it came from; sorted by record id.

    `owners`: a table of the record ids wanted, all by default.
    """
    only = f"AND record_id IN (SELECT owner_id FROM {owners})" if owners else ""
    latest = latest_sql(_LATEST, f"AND ($kind IS NULL OR kind = $kind) {only}")
    rows = store.rows(f"{latest} ORDER BY record_id", {"as_of": as_of, "kind": kind})
    return [
        (
            from_json(Record, row["payload"]),
            Source(row["source_id"], "row", row["lane"], row["intake_seq"], row["file_sha256"], row["known_at"]),
        )
        for row in rows
    ]


def latest_payloads(store: Store, as_of: datetime | None, kind: str, word: str) -> list[tuple[str, str]]:
    """(record id, payload) of the latest versions of one kind that hold a word: without reading the rest."""
    latest = latest_sql(_LATEST, "AND kind = $kind")
    rows = store.rows(
        f"SELECT record_id, payload FROM ({latest}) WHERE contains(lower(payload), $word) ORDER BY record_id",
        {"as_of": as_of, "kind": kind, "word": word},
    )
    return [(row["record_id"], row["payload"]) for row in rows]


def ref_row(ref: Ref) -> dict[str, Any]:
    place = ref.addresses[0] if ref.role == "premises" and ref.addresses else Address("")
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
        "city": place.city,
        "state": place.state,
        "zip": place.zip,
        "first_seen": ref.first_seen,
        "last_seen": ref.last_seen,
        "payload": to_json(ref),
    }
