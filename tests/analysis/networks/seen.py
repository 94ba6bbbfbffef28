"""What a build makes of a town: its refs resolved, linked and followed by the public stages."""

from __future__ import annotations

from typing import Any

from analysis.networks.network import build_links, build_networks
from analysis.networks.standing import computed_standings
from analysis.networks.succession import find_successions
from pipeline.model import Entity, Link, Network, Ref, Role
from pipeline.resolve.cluster import cluster
from pipeline.resolve.corpus import score_pairs
from pipeline.resolve.exact import exact_entities
from pipeline.resolve.model import base_model
from pipeline.store.intelligence import memory_connection


class Seen:
    """What a build makes of a town's refs."""

    def __init__(self, town: Any) -> None:
        town.ad("The Clock", "2028-01-01", "2028-01-03", phones=("+14175550199",))  # the data go on to here
        self.refs: dict[str, Ref] = town.refs
        self.entities: list[Entity] = resolved(list(town.refs.values()))
        self.links: list[Link] = build_links(self.entities, self.refs)
        self.networks: list[Network] = build_networks(self.entities, self.links, refs=self.refs)
        self.standings = computed_standings(self.entities, self.refs)
        self.successions = find_successions(self.entities, self.refs, self.links, self.standings)

    def business(self, owner: str) -> str:
        members = {r.ref_id for r in self.refs.values() if r.owner_id == owner and r.role == "business"}
        return next(e.entity_id for e in self.entities if e.kind == "business" and members & set(e.members))

    def network(self, owner: str) -> str:
        """The network, or the business when it is in none."""
        business = self.business(owner)
        inside = (n.network_id for n in self.networks if business in {m for m, _, _ in n.members})
        return next(inside, business)

    def between(self, one: str, two: str) -> list[Link]:
        pair = {self.business(one), self.business(two)}
        return [k for k in self.links if {k.from_id, k.to_id} == pair]


def resolved(refs: list[Ref]) -> list[Entity]:
    model, entities = base_model(), list[Entity]()
    roles: tuple[Role, ...] = ("business", "operator")
    connection = memory_connection()
    try:
        for role in roles:
            of_role = [r for r in refs if r.role == role]
            entities += cluster(of_role, score_pairs(connection, of_role, role, model), (), model)
    finally:
        connection.close()
    for role in ("premises", "phone"):
        entities += exact_entities([r for r in refs if r.role == role], role)
    return entities
