"""The timeline of a business, network, operator, phone or premises: find whom it is about, load, sort."""

from __future__ import annotations

from datetime import date
from typing import Any

from analysis.timeline import Event, timeline
from flows.stages.queries.dated_sources import load_papers, load_sightings
from pipeline.errors import NotFound
from pipeline.extract.addresses import parse_address
from pipeline.extract.phones import normalize_phone
from pipeline.home import Home
from pipeline.model import Address
from pipeline.store.intelligence import Store, open_snapshot


def timeline_of(home: Home, wanted: str, since: date | None = None, until: date | None = None) -> list[Event]:
    """Events of what `wanted` names in the current snapshot, oldest first.

    `wanted`: a phone in any punctuation, the beginning of the id of a network, business or operator, or an address.
    Of a phone only what ads and papers with that number say. Raises NotFound.
    """
    with open_snapshot(home.current_snapshot()) as store:
        phone = normalize_phone(wanted) or ""
        businesses = _with_phone(store, phone) if phone else businesses_named(store, wanted)
        events = timeline(load_sightings(store, businesses, phone), load_papers(store, businesses, phone))
    return [e for e in events if (since is None or e.day >= since) and (until is None or e.day <= until)]


def _with_phone(store: Store, phone: str) -> set[str]:
    rows = store.rows("SELECT business_id FROM out_businesses WHERE list_contains(phones, ?)", [phone])
    if not rows:
        raise NotFound(f"No ad and no paper shows the number {phone}. Look further with: imb search TEXT")
    return {r["business_id"] for r in rows}


def businesses_named(store: Store, wanted: str) -> set[str]:
    """Businesses that the beginning of an id (of a network, business or operator) or an address names. NotFound."""
    by_id = store.rows(
        """SELECT entity_id AS id, entity_id AS business_id FROM core_entities
           WHERE kind = 'business' AND starts_with(entity_id, $1)
           UNION ALL SELECT network_id, entity_id FROM out_network_members
           WHERE kind = 'business' AND starts_with(network_id, $1)
           UNION ALL SELECT from_id, to_id FROM core_links WHERE kind = 'operates' AND starts_with(from_id, $1)""",
        [wanted.strip().lower() or "?"],
    )
    if len({r["id"] for r in by_id}) > 1:
        raise NotFound(f"More than one id begins with {wanted!r}. Give more of it.")
    if by_id:
        return {r["business_id"] for r in by_id}
    found = businesses_at(store, wanted)
    if not found:
        raise NotFound(f"Nothing is known as {wanted!r}: no id, number or address. Look it up with: imb search TEXT")
    return found


def businesses_at(store: Store, address: str) -> set[str]:
    """Businesses that any ad or paper places at an address: the suite when one is given, else the whole building."""
    return {r["business_id"] for r in stays_at(store, address)}


def stays_at(store: Store, address: str) -> list[dict[str, Any]]:
    """business_id, place, first_seen, last_seen, lane: of everybody whom an ad or paper places at an address.

    One street stands in many cities: what the address says of city, state or ZIP has to agree where a source says it.
    """
    wanted = parse_address(address)
    if not wanted.street_key:
        return []
    with store.listed("places_meant", _places(store, wanted)):
        return store.rows(
            """SELECT l.from_id AS business_id, e.name AS place, l.first_seen, l.last_seen, l.lane
               FROM core_links l JOIN core_entities e ON e.entity_id = l.to_id
               WHERE l.kind = 'at_premises' AND e.entity_id IN (SELECT id FROM places_meant)
               ORDER BY l.first_seen, l.from_id"""
        )


def _places(store: Store, wanted: Address) -> set[str]:
    """Ids of the premises that an address means. Of those that begin with a number only those with its own are read."""
    number = wanted.street_key.split()[0]
    rows = store.connection.execute(
        """SELECT DISTINCT e.entity_id, r.name, r.city, r.state, r.zip
           FROM core_entities e, unnest(e.members) AS m(ref_id) JOIN core_refs r ON r.ref_id = m.ref_id
           WHERE e.kind = 'premises' AND (contains(r.name, ?) OR NOT regexp_matches(r.name, '^[0-9]'))""",
        [number if number.isdecimal() else ""],
    ).fetchall()
    return {
        entity
        for entity, name, city, state, zip_ in rows
        if _is_meant(wanted, parse_address(name, city=city, state=state, zip=zip_))
    }


def _is_meant(wanted: Address, place: Address) -> bool:
    """ZIPs decide where both are known: a city is often called by its neighbor's name."""
    if place.street_key != wanted.street_key or wanted.unit not in {"", place.unit}:
        return False
    if wanted.zip and place.zip:
        return wanted.zip == place.zip
    pairs = ((wanted.city.upper(), place.city.upper()), (wanted.state, place.state))
    return all(a == b for a, b in pairs if a and b)


def named(home: Home, events: list[Event]) -> list[dict[str, Any]]:
    """Events as rows with the name of the business they are about."""
    with open_snapshot(home.current_snapshot()) as store:
        names = {r["business_id"]: r["name"] for r in store.rows("SELECT business_id, name FROM out_businesses")}
    return [
        {
            "day": e.day, "precision": e.precision, "kind": e.kind, "sentence": e.sentence,
            "business": names.get(e.subject_id, ""), "business_id": e.subject_id, "source_id": e.source_id,
            "lane": e.lane,
        }
        for e in events
    ]  # fmt: skip
