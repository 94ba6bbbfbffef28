"""What is known of each business, over all its refs: one row per business entity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from analysis.networks.sights import sighted, unnamed
from pipeline.extract.addresses.place import city_name
from pipeline.model import Address, Entity, Network, Ref


def business_rows(
    entities: Iterable[Entity],
    refs: Mapping[str, Ref],
    standings: Mapping[str, str],
    networks: Iterable[Network],
) -> list[dict[str, Any]]:
    """Rows of `core_businesses`, sorted by id."""
    network_of = {member: n.network_id for n in networks for member, kind, _ in n.members if kind == "business"}
    return [
        _row(entity, [refs[r] for r in entity.members], standings, network_of)
        for entity in sorted(entities, key=lambda e: e.entity_id)
        if entity.kind == "business"
    ]


def _row(
    entity: Entity, refs: Sequence[Ref], standings: Mapping[str, str], network_of: Mapping[str, str]
) -> dict[str, Any]:
    # A tip about a business adds nothing to what a board may read of it.
    regulatory = [r for r in refs if r.lane == "regulatory"]
    lane, refs = ("regulatory", regulatory) if regulatory else ("intelligence", refs)
    latest = sorted(refs, key=lambda r: (r.last_seen or date.min, r.ref_id))
    address = next((a for r in reversed(latest) for a in r.addresses[:1] if a.line), Address(""))
    seen = sighted(refs)
    return {
        "business_id": entity.entity_id,
        "name": entity.name or unnamed(refs),
        "names": sorted({n for r in refs for n in (r.name, *r.other_names) if n}),
        "address": address.line,
        "city": city_name(address.city, address.state, address.zip),
        "state": address.state,
        "zip": address.zip,
        "phones": sorted({p for r in refs for p in r.phones}),
        "standing": standings.get(entity.entity_id, "unknown"),
        "observed_first": seen.first if seen else None,
        "observed_last": seen.last if seen else None,
        "network_id": network_of.get(entity.entity_id, ""),
        "lane": lane,
    }
