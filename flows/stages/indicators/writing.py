"""Indicators of every business: load what they are read from, write the table."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from analysis.indicators import Indicator, Known, Said, Sightings, find_indicators
from analysis.networks.sights import role_key
from flows.stages.networks.rows import Networks
from flows.stages.resolution.refs import latest_payloads, load_records
from flows.stages.resolution.resolving import Resolved
from pipeline.model import Address, Lane, Party, Record, RecordKind, Ref
from pipeline.resolve.refs import is_context
from pipeline.store.intelligence import Store

PAPERS: dict[str, RecordKind] = {"license": "license", "application": "application", "filing": "filing"}
STAFF = frozenset({"therapist", "employee"})  # on a business's license without answering for it
# Ads as the build reads them: the newest reading, whole captures, known by then.
_ADS = """SELECT a.ad_id, a.capture_id, a.site, a.site_class, a.captured_at, a.extractor_version
          FROM core_ad_captures a JOIN raw_captures c USING (capture_id)
          JOIN core_sources s ON s.source_id = a.capture_id
          WHERE a.extractor_version = (SELECT max(extractor_version) FROM core_extractions)
            AND (? IS NULL OR s.known_at <= ?) AND c.damage = '' AND a.status = 'live'"""


def write_indicators(store: Store, resolved: Resolved, networks: Networks, as_of: datetime | None = None) -> int:
    """Find and write the indicators of all businesses; returns how many."""
    owner = {
        resolved.refs[r].owner_id: e.entity_id
        for e in sorted(resolved.entities, key=lambda e: e.entity_id, reverse=True)
        if e.kind == "business"
        for r in e.members
        if r in resolved.refs
    }
    known = Known(
        names={r["business_id"]: r["name"] for r in store.rows("SELECT business_id, name FROM core_businesses")},
        places=_places(resolved),
        said=_said(store, owner, as_of),
        sightings=_sightings(store, owner, as_of),
        records=[*_papers(resolved, owner, _schools(store, as_of)), *_reports(store, owner, as_of)],
        links=networks.links,
        successions=networks.successions,
    )
    found = find_indicators(known)
    with store.transaction():
        store.replace("core_indicators", map(_row, found))
    return len(found)


def _row(one: Indicator) -> dict[str, Any]:
    return {**asdict(one), "spans": list(one.spans), "sources": list(one.sources)}


def _papers(
    resolved: Resolved, owner: dict[str, str], schools: dict[str, tuple[tuple[str, str], ...]]
) -> Iterator[tuple[str, Record, str, Lane]]:
    """Licenses, applications and filings as their refs have them: reading every record anew would cost each build a
    full one. `schools`: record id -> columns that name one."""
    people: dict[str, list[Ref]] = defaultdict(list)
    papers = [r for r in resolved.refs.values() if r.record_kind in PAPERS]
    for ref in papers:
        staff = ref.record_kind == "license" and role_key(ref.party_role) in STAFF
        if ref.role == "operator" and (staff or not is_context(ref.party_role)):
            people[ref.owner_id].append(ref)
    for ref in papers:
        if ref.role == "business" and ref.owner_id in owner:
            named = sorted(people[ref.owner_id], key=lambda r: r.ref_id)
            parties = tuple(Party(r.party_role, r.name) for r in named)
            premises = ref.addresses[0] if ref.addresses else None
            record = Record(
                PAPERS[ref.record_kind], ref.dataset, ref.owner_id, 0, premises=premises, phones=ref.phones,
                parties=parties, extra=schools.get(ref.owner_id, ()),
            )  # fmt: skip
            yield owner[ref.owner_id], record, ref.sources[0] if ref.sources else "", ref.lane


def _schools(store: Store, as_of: datetime | None) -> dict[str, tuple[tuple[str, str], ...]]:
    """Application -> the columns of its row that name a school, under their own headers."""
    rows = latest_payloads(store, as_of, "application", "school")
    extra = {record_id: json.loads(payload)["extra"] for record_id, payload in rows}
    return {i: tuple((c, v) for c, v in some if "school" in c.casefold()) for i, some in extra.items()}


def _reports(store: Store, owner: dict[str, str], as_of: datetime | None) -> Iterator[tuple[str, Record, str, Lane]]:
    """Inspections and tips, with what they say."""
    for kind in ("inspection", "tip"):
        for record, source in load_records(store, as_of, kind):
            if record.record_id in owner:
                yield owner[record.record_id], record, source.source_id, source.lane


def _places(resolved: Resolved) -> dict[str, Address]:
    """business -> the address seen last in the regulatory lane."""
    found = {}
    for entity in resolved.entities:
        if entity.kind != "business":
            continue
        refs = [resolved.refs[r] for r in sorted(entity.members) if r in resolved.refs]
        dated = [
            (r.last_seen, r.ref_id, a) for r in refs if r.lane == "regulatory" for a in r.addresses[:1] if r.last_seen
        ]
        if dated:
            found[entity.entity_id] = max(dated, key=lambda d: (d[0], d[1]))[2]
    return found


def _said(store: Store, owner: dict[str, str], as_of: datetime | None) -> list[Said]:
    rows = store.rows(
        f"""WITH ads AS ({_ADS})
            SELECT a.ad_id, m.kind, m.value, m.style = 'review' AS reviewed,
                   min_by(m.capture_id, (a.captured_at, m.capture_id, m.n)) AS source_id,
                   min_by(m.capture_id || ' | ' || m.field || ' | ' || m.start || '-' || m."end" || ' | ' || m.quote,
                          (a.captured_at, m.capture_id, m.n)) AS span
            FROM core_mentions m JOIN ads a USING (capture_id, ad_id)
            WHERE m.kind IN ('indicator', 'price') GROUP BY ALL ORDER BY ALL""",
        [as_of, as_of],
    )
    gathered: dict[tuple[str, str, str, bool], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["ad_id"] in owner:
            gathered[owner[row["ad_id"]], row["kind"], row["value"], row["reviewed"]].append(row)
    return [
        Said(business, kind, value, len(found), found[0]["source_id"], found[0]["span"], reviewed)
        for (business, kind, value, reviewed), found in sorted(gathered.items())
    ]


def _sightings(store: Store, owner: dict[str, str], as_of: datetime | None) -> list[Sightings]:
    rows = store.rows(
        f"""SELECT ad_id, site, CAST(captured_at AS DATE) AS day, min(capture_id) AS capture_id
            FROM ({_ADS}) WHERE site_class = 'illicit' GROUP BY ALL ORDER BY ALL""",
        [as_of, as_of],
    )
    gathered: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["ad_id"] in owner:
            gathered[owner[row["ad_id"]]].append(row)
    made = []
    for business, seen in sorted(gathered.items()):
        ordered = sorted(seen, key=lambda r: (r["day"], r["capture_id"]))
        ends = (ordered[0]["capture_id"], ordered[-1]["capture_id"])
        made.append(Sightings(business, len({r["site"] for r in seen}), len({r["day"] for r in seen}), ends))
    return made
