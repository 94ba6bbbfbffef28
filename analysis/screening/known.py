"""The side of a screening that is known: people, phones, premises and e-mails of known networks, with their sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from analysis.denial import denials, is_denial
from analysis.networks.facts import Facts
from analysis.networks.sights import captures_of
from analysis.networks.uses import Use
from analysis.periods import Period, hull, period
from analysis.screening.names import is_company, name_words
from pipeline.model import Link, Network, Ref

KNOWN = {"designated": frozenset({"designated"}), "suspected": frozenset({"designated", "suspected"})}


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """One operator of one known group, by the papers of that group only; no application is among them."""

    entity_id: str
    group: str
    names: tuple[str, ...]
    aliases: tuple[str, ...]  # other names on papers: confirm, never open
    births: tuple[date, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    businesses: tuple[str, ...]
    sources: tuple[str, ...]
    tenure: Period | None  # days on which papers that name the person were issued
    until: date | None  # last day of the licenses that name the person; None when a paper has no end
    posts: tuple[tuple[str, str], ...]  # (business, role); "" for a business that is in no group
    denials: tuple[str, ...]  # refusals that stand, in words


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """One identifier in use by one business of a known group."""

    business_id: str
    group: str
    value: str
    shown: Period | None
    advertised: Period | None  # ads on illicit sites that name it
    sources: tuple[str, ...]
    captures: tuple[str, ...]
    building: str = ""  # of a premises: its key
    unit: str = ""

    @property
    def written(self) -> str:
        """A premises as an address: "1200 N LARKMOOR AVE #5, 65801"; "" for another kind."""
        street, _, town = self.building.partition("|")
        return f"{street}{f' #{self.unit}' if self.unit else ''}, {town}" if street else ""


@dataclass(frozen=True, slots=True)
class Group:
    """A network with a known business, a known business alone, or a denied person."""

    group_id: str
    network_id: str  # "" when it is no network
    businesses: tuple[str, ...]
    known: tuple[str, ...]  # of these: businesses of known standing


def known_groups(
    facts: Facts, networks: Iterable[Network], standings: Mapping[str, object], known: str
) -> dict[str, Group]:
    """Group id -> group, for everything that a known business belongs to. A cleared business is nobody's evidence."""
    wanted = {b for b in facts.business_refs if standing_of(standings, b) in KNOWN[known]}
    groups: dict[str, Group] = {}
    placed: set[str] = set()
    for network in networks:
        shops = tuple(m for m, kind, _ in network.members if kind == "business")
        if hits := tuple(sorted(wanted & set(shops))):
            kept = tuple(b for b in shops if standing_of(standings, b) != "cleared")
            groups[network.network_id] = Group(network.network_id, network.network_id, kept, hits)
            placed |= set(shops)
    for business in sorted(wanted - placed):
        groups[business] = Group(business, "", (business,), (business,))
    return groups


def standing_of(standings: Mapping[str, object], business: str) -> str:
    """The standing, whether given as a word or as (standing, reason, sources)."""
    value = standings.get(business, "unknown")
    return str(value[0]) if isinstance(value, tuple) else str(value)


def known_people(
    facts: Facts, groups: Mapping[str, Group], hubs: frozenset[tuple[str, str]] = frozenset()
) -> list[KnownPerson]:
    """Owners and officers on papers of the groups' businesses, and everybody who was refused a license. A number of
    `hubs`, (kind, value), is nobody's own: an agent's stands on the papers of all the clients."""
    group_of = {b: g.group_id for g in groups.values() for b in g.businesses}
    found: dict[tuple[str, str], list[Ref]] = defaultdict(list)
    for entity in facts.entities.values():
        if entity.kind != "operator":
            continue
        for member in sorted(entity.members):
            ref = facts.refs.get(member)
            if ref is None or not facts.answers_for(ref) or is_company(ref.name) or len(name_words(ref.name)) < 2:
                continue
            group = group_of.get(facts.owner_business.get(ref.owner_id, ""))
            if group or is_denial(ref, facts.rules.denial):
                found[entity.entity_id, group or f"denied:{entity.entity_id}"].append(ref)
    return [_person(entity, group, refs, facts, hubs) for (entity, group), refs in sorted(found.items())]


def _person(entity: str, group: str, refs: list[Ref], facts: Facts, hubs: frozenset[tuple[str, str]]) -> KnownPerson:
    return KnownPerson(
        entity,
        group,
        tuple(sorted({r.name for r in refs} | {r.native_name for r in refs if r.native_name})),
        tuple(sorted({n for r in refs for n in r.other_names if n})),
        tuple(sorted({born for r in refs if (born := birth_of(r.dob))})),
        tuple(sorted({p for r in refs for p in r.phones if ("phone", p) not in hubs})),
        tuple(sorted({e for r in refs for e in r.emails if ("email", e) not in hubs})),
        tuple(sorted({b for r in refs if (b := facts.owner_business.get(r.owner_id))})),
        tuple(sorted({s for r in refs for s in r.sources})),
        hull(period(r.first_seen, r.first_seen) for r in refs),
        _ended(refs),
        tuple(sorted({(facts.owner_business.get(r.owner_id, ""), role_words(r.party_role)) for r in refs})),
        denials(refs, facts.rules.denial),
    )


def birth_of(day: date | None) -> date | None:
    """The date of birth; None for 1 January of a round year or of 1901, which systems write for one nobody knows."""
    unknown = day is not None and (day.month, day.day) == (1, 1) and (day.year % 10 == 0 or day.year == 1901)
    return None if unknown else day


def role_words(role: str) -> str:
    """A role for a sentence; "related" is said of whoever stands on an application with no role given."""
    words = role.replace("_", " ").strip().lower()
    return "related person" if words == "related" else words


def _ended(refs: Iterable[Ref]) -> date | None:
    """The end of the last license. A filing goes on until somebody ends it; an inspection tells no end."""
    ends = [r.last_seen if r.record_kind == "license" and r.last_seen != r.first_seen else None for r in refs]
    return None if None in ends else max((end for end in ends if end), default=None)


def known_places(
    facts: Facts, groups: Mapping[str, Group], kind: str, hubs: frozenset[tuple[str, str]]
) -> dict[str, list[KnownPlace]]:
    """value -> its uses by businesses of known groups; hubs and applications left out."""
    group_of = {b: g.group_id for g in groups.values() for b in g.businesses}
    found: dict[str, list[KnownPlace]] = {}
    for value, uses in facts.uses.get(kind, {}).items():
        kept = [_place(u, group_of[u.business_id]) for u in uses if _is_evidence(u, group_of)]
        if kept and (kind, value) not in hubs:
            found[value] = kept
    return found


def _is_evidence(use: Use, group_of: Mapping[str, str]) -> bool:
    return use.lane == "regulatory" and use.business_id in group_of and bool(use.papers or use.ads("illicit", "mixed"))


def _place(use: Use, group: str) -> KnownPlace:
    illicit = use.ads("illicit")
    refs = [*use.papers, *use.ads("illicit", "mixed")]
    return KnownPlace(
        use.business_id,
        group,
        use.value,
        hull(period(r.first_seen, r.last_seen if r.owner_kind == "ad" else r.first_seen) for r in refs),
        hull(period(r.first_seen, r.last_seen) for r in illicit),
        tuple(sorted({s for r in refs for s in r.sources})),
        captures_of(illicit or refs),
        use.building,
        use.unit,
    )


def nearest_known(links: Iterable[Link], groups: Mapping[str, Group]) -> dict[str, Link]:
    """business -> its most probable binding link to a business of known standing, for those that are not known."""
    known = {b for g in groups.values() for b in g.known}
    best: dict[str, Link] = {}
    for link in sorted(links, key=lambda x: (-x.probability, x.kind, x.from_id, x.to_id)):
        if link.binding:
            for one, other in ((link.from_id, link.to_id), (link.to_id, link.from_id)):
                if other in known and one not in known:
                    best.setdefault(one, link)
    return best
