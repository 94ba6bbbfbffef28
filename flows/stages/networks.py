"""Links, networks, successions, standings and the business table: pure calls, then rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from analysis.businesses import business_rows
from analysis.hubs import Hub
from analysis.links import Tied, links_of
from analysis.network import networks_of
from analysis.standing import Standing, computed_standings
from analysis.succession import successions_of
from analysis.wording import template_links
from flows.stages.resolution import Resolved
from flows.stages.templating import write_templates
from pipeline.model import Decision, Link, Network, Succession, stable_id
from pipeline.store.intelligence import Store


@dataclass(frozen=True, slots=True)
class Networks:
    links: list[Link]
    networks: list[Network]
    successions: list[Succession]
    standings: dict[str, Standing]


def write_networks(
    store: Store, resolved: Resolved, decided: Mapping[str, tuple[str, str]], decisions: Sequence[Decision] = ()
) -> Networks:
    """Build and write everything between entities. `decided`: business -> (standing, reason) set by people."""
    entities, refs = resolved.entities, resolved.refs
    tied = Tied.of(entities, refs)
    links = [*links_of(tied), *template_links(entities, refs, write_templates(store))]
    apart = [(d.ref_a, d.ref_b) for d in decisions if d.scope == "network" and not d.same]
    networks = networks_of(tied.facts, links, apart)
    standings = computed_standings(entities, refs, decided, _capture_dates(store))
    successions = successions_of(tied, links, standings)
    by_id = {i: standing for i, (standing, _, _) in standings.items()}
    with store.transaction():
        store.replace("core_links", ({**asdict(link), "sources": list(link.sources)} for link in links))
        store.replace("core_hubs", map(_hub_row, tied.hubs))
        store.replace("core_networks", map(_network_row, networks))
        store.replace("core_network_members", (row for n in networks for row in _member_rows(n)))
        store.replace("core_successions", map(_succession_row, successions))
        store.replace(
            "core_standings",
            (
                {"business_id": i, "standing": standing, "reason": reason, "sources": list(sources)}
                for i, (standing, reason, sources) in sorted(standings.items())
            ),
        )
        store.replace("core_businesses", business_rows(entities, refs, by_id, networks))
    return Networks(links, networks, successions, standings)


def _capture_dates(store: Store) -> dict[str, date]:
    found = store.rows("SELECT capture_id, CAST(captured_at AS DATE) AS day FROM raw_captures")
    return {r["capture_id"]: r["day"] for r in found}


def _hub_row(hub: Hub) -> dict[str, Any]:
    """An e-mail address is sealed: the row says that there is one, not which."""
    return {
        "hub_id": stable_id("hub", hub.kind, hub.value),
        "kind": hub.kind,
        "value": "" if hub.kind == "email" else hub.value,
        "degree": hub.degree,
        "reason": hub.reason,
        "businesses": list(hub.businesses),
    }


def _network_row(network: Network) -> dict[str, Any]:
    return {
        "network_id": network.network_id,
        "size": sum(kind == "business" for _, kind, _ in network.members),
        "first_seen": network.first_seen,
        "last_seen": network.last_seen,
        "cohesion": network.cohesion,
        "summary": network.summary,
    }


def _member_rows(network: Network) -> list[dict[str, Any]]:
    return [
        {"network_id": network.network_id, "entity_id": entity, "kind": kind, "role": role}
        for entity, kind, role in network.members
    ]


def _succession_row(succession: Succession) -> dict[str, Any]:
    row = asdict(succession)
    del row["sources"]
    return {**row, "reasons": list(succession.reasons)}
