"""Everything that is computed of businesses that hang together, and what it depends on beyond them: so that a build
may compute anew what was touched and leave the rest.

Businesses hang together that share a value by which they may be tied, whether or not it ties them: what a life is, who
follows whom. A damped phone, contact or operator holds nothing together: of the others on it a region knows their
parties (`Beside`), and those it asks for when the value is damped no longer. The whole is one region; the results of
a part are those of the whole, row by row.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from analysis.networks.beside import Beside, Value
from analysis.networks.businesses import business_rows
from analysis.networks.facts import Facts
from analysis.networks.hubs import Hub
from analysis.networks.links import CONTACTS, Tied, links_of
from analysis.networks.network import networks_of
from analysis.networks.sights import last_advertised
from analysis.networks.standing import Standing, computed_standings
from analysis.networks.succession import business_lives, successions_of
from analysis.networks.uses import Use
from analysis.rules import shipped_rules
from pipeline.model import Entity, Link, Network, Ref, Succession

Decided = Mapping[str, tuple[str, str]]  # business -> (standing, reason) set by people
Key = tuple[str, str, Value | None]  # business, key, the value by which it couples unless that is damped


@dataclass(frozen=True)
class Region:
    """Some businesses, or all, with what stands beside them."""

    entities: Sequence[Entity]
    refs: Mapping[str, Ref]
    capture_dates: Mapping[str, date]
    beside: Beside

    @cached_property
    def facts(self) -> Facts:
        return Facts.gather(self.entities, self.refs, shipped_rules(), self.beside)

    @cached_property
    def tied(self) -> Tied:
        return Tied.among(self.facts)

    @property
    def damped(self) -> frozenset[Value]:
        return damped(self.tied.hubs)

    @cached_property
    def keys(self) -> list[Key]:
        return list(keys_of(self.facts))


@dataclass(frozen=True, slots=True)
class Results:
    facts: Facts
    keys: list[Key]
    links: list[Link]
    hubs: list[Hub]
    networks: list[Network]
    successions: list[Succession]
    standings: dict[str, Standing]
    businesses: list[dict[str, Any]]


def compute(region: Region, decided: Decided, apart: Iterable[tuple[str, str]]) -> Results:
    """Links, hubs, networks, successions, standings and rows of businesses. `apart`: refs people keep apart."""
    entities, refs, tied = region.entities, region.refs, region.tied
    links = links_of(tied)
    networks = networks_of(tied, links, apart)
    standings = computed_standings(entities, refs, decided, region.capture_dates)
    successions = successions_of(tied, links, standings)
    by_id = {i: standing for i, (standing, _, _) in standings.items()}
    rows = business_rows(entities, refs, by_id, networks)
    return Results(tied.facts, region.keys, links, tied.hubs, networks, successions, standings, rows)


def damped(hubs: Iterable[Hub]) -> frozenset[Value]:
    """Values over which businesses do not hang together. A building or suite always couples: whether it is damped
    depends on when each of its businesses was there; and what is one account, on the pages of all its ads."""
    return frozenset((h.kind, h.value) for h in hubs if h.kind not in {"premises", "account"})


def keys_of(facts: Facts) -> Iterator[Key]:
    """What ties a business to others, and, without a value, what touches it alone by its change."""
    for kind in ("phone", "premises", *CONTACTS):
        for value, uses in facts.uses.get(kind, {}).items():
            key, couples = f"{kind}:{value}", (kind, value)
            alone = set[tuple[str, str]]()
            if kind == "premises":
                alone = {(u.business_id, f"{_named(u)}:{u.building}") for u in uses}
            elif kind == "phone" and (entity := facts.phone_entity.get(value)):
                alone = {(u.business_id, f"entity:{entity}") for u in uses}
            yield from ((business, key, couples) for business in {u.business_id for u in uses})
            yield from ((business, word, None) for business, word in alone)
    for tenure in facts.tenures:
        operator = ("operator", tenure.operator_id)
        yield tenure.business_id, ":".join(operator), operator if tenure.binding else None
    for business, refs in facts.business_refs.items():
        yield from ((business, f"owner:{owner}", None) for owner in {r.owner_id for r in refs})
        yield from ((business, f"account:{ad}", ("account", ad)) for ad in {a for r in refs for a in r.accounts})


def key_rows(keys: Iterable[Key], hubs: Container[Value]) -> list[tuple[str, str, bool]]:
    """(business, key, whether it couples)."""
    return [(business, key, value is not None and value not in hubs) for business, key, value in keys]


def _named(premises: Use) -> str:
    """Whether a unit is named in a building decides of those without a unit there (`premises_hub`)."""
    return "units" if premises.unit else "open"


def last_days(facts: Facts) -> Iterator[tuple[str, date]]:
    """(business, day): the days that make a business closed once the data reach far enough beyond them."""
    for business, life in business_lives(facts, {}).items():
        yield business, life.last
    for business, refs in facts.business_refs.items():
        if last := last_advertised(refs):
            yield business, last
