"""What stands between entities, as rows of the database and back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from analysis.networks.hubs import Hub
from analysis.networks.standing import Standing
from pipeline.model import Link, Network, Succession, stable_id
from pipeline.store.intelligence import Store

LINK_COLUMNS = tuple(f.name for f in fields(Link))


@dataclass(frozen=True, slots=True)
class Networks:
    """All links, networks, successions and standings of a build."""

    links: list[Link]
    networks: list[Network]
    successions: list[Succession]
    standings: dict[str, Standing]


def link_row(link: Link) -> dict[str, Any]:
    return {name: getattr(link, name) for name in LINK_COLUMNS} | {"sources": list(link.sources)}


def standing_row(business_id: str, standing: Standing) -> dict[str, Any]:
    word, reason, sources = standing
    return {"business_id": business_id, "standing": word, "reason": reason, "sources": list(sources)}


def hub_row(hub: Hub) -> dict[str, Any]:
    """An e-mail address is sealed: the row says that there is one, not which."""
    return {
        "hub_id": stable_id("hub", hub.kind, hub.value),
        "kind": hub.kind,
        "value": "" if hub.kind == "email" else hub.value,
        "degree": hub.degree,
        "reason": hub.reason,
        "businesses": list(hub.businesses),
    }


def network_row(network: Network) -> dict[str, Any]:
    return {
        "network_id": network.network_id,
        "size": sum(kind == "business" for _, kind, _ in network.members),
        "first_seen": network.first_seen,
        "last_seen": network.last_seen,
        "cohesion": network.cohesion,
        "summary": network.summary,
    }


def member_rows(network: Network) -> list[dict[str, Any]]:
    return [
        {"network_id": network.network_id, "entity_id": entity, "kind": kind, "role": role}
        for entity, kind, role in network.members
    ]


def succession_row(succession: Succession) -> dict[str, Any]:
    row = asdict(succession)
    del row["sources"]
    return {**row, "reasons": list(succession.reasons)}


def load_links(store: Store) -> list[Link]:
    rows = store.rows("SELECT * FROM core_links ORDER BY from_id, to_id, kind")
    return [Link(**{**r, "sources": tuple(r["sources"])}) for r in rows]


def load_networks(store: Store) -> list[Network]:
    members: dict[str, list[tuple[str, str, str]]] = {}
    for r in store.rows("SELECT * FROM core_network_members"):
        members.setdefault(r["network_id"], []).append((r["entity_id"], r["kind"], r["role"]))
    return [
        Network(
            r["network_id"],
            tuple(sorted(members.get(r["network_id"], ()))),
            r["first_seen"],
            r["last_seen"],
            r["cohesion"],
            r["summary"],
        )
        for r in store.rows("SELECT * FROM core_networks ORDER BY network_id")
    ]


def load_successions(store: Store) -> list[Succession]:
    rows = store.rows("SELECT * FROM core_successions ORDER BY from_business, to_business")
    return [Succession(**{**r, "reasons": tuple(r["reasons"])}) for r in rows]


def load_standings(store: Store) -> dict[str, Standing]:
    rows = store.rows("SELECT * FROM core_standings ORDER BY business_id")
    return {r["business_id"]: (r["standing"], r["reason"], tuple(r["sources"])) for r in rows}
