"""The dated ads and papers of businesses, read from a snapshot for timelines and pictures."""

from __future__ import annotations

from collections.abc import Collection

from analysis.timeline import Event, Paper, Sighting, timeline
from pipeline.home import Home
from pipeline.store.intelligence import Store, open_snapshot

OWNERS = """SELECT r.owner_id, min(e.entity_id) AS business_id
            FROM core_entities e, unnest(e.members) AS m(ref_id) JOIN core_refs r ON r.ref_id = m.ref_id
            WHERE e.kind = 'business' GROUP BY r.owner_id"""


def events_of(home: Home, businesses: Collection[str]) -> list[Event]:
    """Events of some businesses in the current snapshot, oldest first."""
    with open_snapshot(home.current_snapshot()) as store:
        return timeline(load_sightings(store, businesses), load_papers(store, businesses))


def load_sightings(store: Store, businesses: Collection[str], phone: str = "") -> list[Sighting]:
    """Sightings of the ads of businesses; only those with a phone when one is given."""
    rows = store.rows(
        f"""WITH owner AS ({OWNERS}),
            said AS (SELECT capture_id, ad_id, list(DISTINCT value ORDER BY value) AS phones FROM core_mentions
                     WHERE kind = 'phone' AND value <> '' GROUP BY ALL)
            SELECT o.business_id, CAST(a.captured_at AS DATE) AS day, a.site, a.ad_id, a.business_name, a.status,
                   a.posted_earliest, a.posted_latest, a.capture_id, s.lane, coalesce(p.phones, []) AS phones
            FROM core_ad_captures a JOIN owner o ON o.owner_id = a.ad_id
            JOIN core_sources s ON s.source_id = a.capture_id LEFT JOIN said p USING (capture_id, ad_id)
            WHERE list_contains(?::VARCHAR[], o.business_id)
              AND a.extractor_version = (SELECT max(extractor_version) FROM core_extractions)
              AND (? = '' OR list_contains(coalesce(p.phones, []), ?))
            ORDER BY a.captured_at, a.ad_id, a.capture_id""",
        [sorted(businesses), phone, phone],
    )
    return [
        Sighting(
            r["business_id"], r["day"], r["site"], r["ad_id"], r["business_name"], tuple(r["phones"]), r["status"],
            (r["posted_earliest"], r["posted_latest"]) if r["posted_earliest"] and r["posted_latest"] else None,
            r["capture_id"], r["lane"],
        )
        for r in rows
    ]  # fmt: skip


def load_papers(store: Store, businesses: Collection[str], phone: str = "") -> list[Paper]:
    """The version known last of each record about businesses; only those that name a phone when one is given."""
    rows = store.rows(
        f"""WITH owner AS ({OWNERS})
            SELECT o.business_id, c.* FROM core_records c JOIN owner o ON o.owner_id = c.record_id
            WHERE list_contains(?::VARCHAR[], o.business_id)
              AND (? = '' OR EXISTS (SELECT 1 FROM core_refs r
                                     WHERE r.owner_id = c.record_id AND r.role = 'phone' AND r.name = ?))
            QUALIFY row_number() OVER (PARTITION BY c.record_id ORDER BY c.known_at DESC, c.version DESC) = 1
            ORDER BY c.record_id""",
        [sorted(businesses), phone, phone],
    )
    return [
        Paper(
            r["business_id"], r["kind"], r["entity_name"], r["natural_key"], r["dataset"], r["status"],
            r["received"], r["issued"] or r["effective"], r["expires"], r["closed"], r["source_id"], r["lane"],
            r["grade"], r.get("cause", ""),  # snapshots of before 2026-11-29 have none
        )
        for r in rows
    ]  # fmt: skip
