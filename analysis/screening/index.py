"""The in-memory index a screening asks: built once per snapshot, a few dictionary look-ups per application."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, TypeVar

from analysis.networks.facts import Facts
from analysis.networks.links import find_ties
from analysis.networks.sights import captures_of, role_key
from analysis.periods import Period, hull, period
from analysis.rules import Rules, shipped_rules
from analysis.screening.known import (
    Group,
    KnownPerson,
    KnownPlace,
    known_groups,
    known_people,
    known_places,
    nearest_known,
    standing_of,
)
from analysis.screening.names import NameShares, letters, letters_near, name_words
from analysis.screening.near_numbers import NearNumbers
from analysis.screening.slips import door_key
from pipeline.model import Address, Entity, Link, Network, Ref, Succession
from pipeline.resolve.compare import compare_person_names

K = TypeVar("K")
V = TypeVar("V")
Door = tuple[str, str]  # street of a known premises, and its value in `places`
LANDLORD = ("landlord", "lessor", "property_owner")
ACTIVE = ("active", "current", "good standing", "issued", "valid", "licensed")


class Namesakes(NamedTuple):
    """Known people under one key, a line for each of their names: most who share a birthday share no more."""

    people: Sequence[int]  # their numbers
    letters: Sequence[str]
    names: Sequence[str]


class Compared(Protocol):
    @property
    def score(self) -> float: ...
    @property
    def reason(self) -> str: ...


@dataclass(frozen=True, slots=True)
class KnownBusiness:
    """What a result says about a business of a known group."""

    business_id: str
    name: str
    names: tuple[str, ...]
    standing: str
    advertised: Period | None
    captures: tuple[str, ...]
    sites: tuple[str, ...]
    licensed: str  # a license in good standing, in words; "" when there is none
    owners: tuple[tuple[str, str, Period | None], ...]  # (operator, name, days of papers)
    websites: tuple[str, ...] = ()
    license_numbers: tuple[str, ...] = ()
    landlords: tuple[str, ...] = ()


@dataclass
class ScreeningIndex:
    """Known people, phones, premises and e-mails by their keys. Made by `build`, or opened by `saved_index`."""

    rules: Rules
    shares: NameShares
    people: Mapping[int, KnownPerson]
    groups: Mapping[str, Group]
    businesses: Mapping[str, KnownBusiness]
    places: Mapping[str, Mapping[str, Sequence[KnownPlace]]]  # kind -> value -> uses
    premises_entity: Mapping[str, str]
    nearest: Mapping[str, Link]
    successors: Mapping[str, Sequence[Succession]]
    own_licenses: Mapping[str, str]  # license number -> standing in words, of businesses nobody knows
    coverage: tuple[str, ...]
    snapshot_id: str
    model_version: str
    threshold: float
    compare: Callable[[str, str], Compared]
    by_birth: Mapping[date, Namesakes]
    by_contact: Mapping[str, Sequence[int]]  # -> numbers of people
    by_group: Mapping[str, Sequence[int]]
    by_building: Mapping[str, Sequence[KnownPlace]]
    by_phone: Mapping[str, Namesakes]  # whom the papers of those who use a number name: for its slips
    near_numbers: NearNumbers  # of `by_phone`
    taken: Mapping[str, str]  # number that others are seen to use -> one of them: no slip of a known one
    by_door: Mapping[str, Sequence[Door]]  # house, ZIP and unit -> streets and values of premises: for their slips
    saved_at: Path | None = None  # the file it was opened from

    @classmethod
    def build(
        cls,
        entities: Iterable[Entity],
        refs: Mapping[str, Ref],
        links: Sequence[Link],
        networks: Iterable[Network],
        successions: Iterable[Succession] = (),
        standings: Mapping[str, object] | None = None,
        *,
        known: Literal["designated", "suspected"] = "designated",
        model: object = None,
        coverage: Sequence[str] = (),
        snapshot_id: str = "",
        rules: Rules | None = None,
        threshold: float | None = None,
        compare: Callable[[str, str], Compared] = compare_person_names,
    ) -> ScreeningIndex:
        """`standings`: business_id -> standing, or (standing, reason, sources). `known`: from which standing on."""
        rules, standings = rules or shipped_rules(), standings or {}
        facts = Facts.gather(entities, refs, rules)
        hubs = frozenset((h.kind, h.value) for h in find_ties(facts)[1])
        groups = known_groups(facts, networks, standings, known)
        inside = {b for g in groups.values() for b in g.businesses}
        people = dict(enumerate(known_people(facts, groups, hubs)))
        places = {kind: known_places(facts, groups, kind, hubs) for kind in ("phone", "premises", "email")}
        by_phone = _by_phone(people, places["phone"])
        return cls(
            rules=rules,
            shares=name_shares(facts, groups.values()),
            people=people,
            groups=groups,
            businesses={b: _business(b, facts, standings) for b in sorted(inside)},
            places=places,
            premises_entity=facts.premises_entity,
            nearest=nearest_known(links, groups),
            successors=_successors(successions),
            own_licenses=_own_licenses(facts, inside),
            coverage=tuple(coverage),
            snapshot_id=snapshot_id,
            model_version=str(getattr(model, "version", "") or getattr(model, "model_id", "")),
            threshold=rules.screening.threshold if threshold is None else threshold,
            compare=compare,
            by_birth=_namesakes(_gathered((birth, n) for n, p in people.items() for birth in p.births), people),
            by_contact=_gathered((value, n) for n, p in people.items() for value in (*p.phones, *p.emails)),
            by_group=_gathered((p.group, n) for n, p in people.items()),
            by_building=_by_building(facts, places["premises"]),
            by_phone=by_phone,
            near_numbers=NearNumbers.of({phone: named.letters for phone, named in by_phone.items()}),
            taken=_taken(facts, places["phone"]),
            by_door=_by_door(facts, places["premises"]),
        )

    def premises_value(self, address: Address) -> str:
        """The key of the premises, as all its spellings have it; "" without one."""
        key = address.premises_key
        return self.premises_entity.get(key, key)

    def name_score(self, one: str, two: str) -> float:
        """How far two names agree, 0 to 1; 0 when not even their letters do."""
        if one == two:
            return 1.0
        return self.compare(one, two).score if letters_near(letters(one), [letters(two)]) else 0.0

    def name_agrees(self, one: str, two: str) -> bool:
        """Whether two names with about the same letters agree."""
        return one == two or self.compare(one, two).score >= self.rules.screening.name_floor

    def group(self, group_id: str) -> Group:
        return self.groups.get(group_id) or Group(group_id, "", (), ())


def _gathered(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    found: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)


def _namesakes(found: Mapping[K, Iterable[int]], people: Mapping[int, KnownPerson]) -> dict[K, Namesakes]:
    """Every name of the people, each once."""
    named = {n: sorted({*person.names, *person.aliases}) for n, person in people.items()}
    lines = {key: [(n, letters(name), name) for n in sorted(set(ns)) for name in named[n]] for key, ns in found.items()}
    return {key: Namesakes(*map(list, zip(*under, strict=True))) for key, under in lines.items() if under}


def _by_building(facts: Facts, places: Mapping[str, Sequence[KnownPlace]]) -> dict[str, list[KnownPlace]]:
    found: dict[str, list[KnownPlace]] = defaultdict(list)
    for value, uses in facts.uses.get("premises", {}).items():
        if value in places:
            found[uses[0].building].extend(places[value])
    return dict(found)


def _by_phone(people: Mapping[int, KnownPerson], places: Mapping[str, Sequence[KnownPlace]]) -> dict[str, Namesakes]:
    named = _gathered(((p.group, business), n) for n, p in people.items() for business in p.businesses)
    found: dict[str, set[int]] = defaultdict(set)
    for value, uses in places.items():
        found[value].update(n for use in uses for n in named.get((use.group, use.business_id), ()))
    for n, person in people.items():
        for value in person.phones:
            found[value].add(n)
    return _namesakes(found, people)


def _taken(facts: Facts, known: Mapping[str, object]) -> dict[str, str]:
    """An application is the applicant's own word, slips and all: it takes no number."""
    found = {
        value: [use.business_id for use in uses if use.papers or use.ads("illicit", "mixed", "directory")]
        for value, uses in facts.uses.get("phone", {}).items()
        if value not in known
    }
    return {value: min(businesses) for value, businesses in found.items() if businesses}


def _by_door(facts: Facts, places: Mapping[str, Sequence[KnownPlace]]) -> dict[str, list[Door]]:
    found: dict[str, set[Door]] = defaultdict(set)
    for refs in facts.business_refs.values():
        for address in (a for ref in refs for a in ref.addresses):
            key, value = door_key(address), facts.premises_value(address)
            if key and value in places:
                found[key].add((address.street_key, value))
    return {key: sorted(doors) for key, doors in found.items()}


def name_shares(facts: Facts, groups: Iterable[Group] = ()) -> NameShares:
    """Shares over the operators of the corpus, each person once.

    Papers of one group that name "Mary Anderson" without a date of birth may stay several operators: one of them
    counts, or a network's own papers would make its people's names look common.
    """
    group_of = {b: g.group_id for g in groups for b in g.businesses}
    apart: dict[tuple[str, str], str] = {}
    for entity in facts.entities.values():
        if entity.kind == "operator":
            owners = (facts.refs[m].owner_id for m in sorted(entity.members) if m in facts.refs)
            inside = {group for o in owners if (group := group_of.get(facts.owner_business.get(o, "")))}
            key = "".join(sorted(name_words(entity.name)))
            apart.setdefault((min(inside), key) if inside else (entity.entity_id, ""), entity.name)
    return NameShares.count(apart.values(), facts.rules.screening)


def _business(business: str, facts: Facts, standings: Mapping[str, object]) -> KnownBusiness:
    refs = [r for r in facts.business_refs[business] if r.lane == "regulatory"]
    illicit = [r for r in refs if r.site_class == "illicit"]
    named = facts.tenures_of.get(business, ())
    tenures = [t for t in named if any(map(facts.answers_for, t.refs))]
    rented = [t for t in named if t.lane == "regulatory"]
    return KnownBusiness(
        business,
        facts.name(business),
        tuple(sorted({n for r in refs if r.record_kind != "application" for n in (r.name, *r.other_names) if n})),
        standing_of(standings, business),
        hull(period(r.first_seen, r.last_seen) for r in illicit),
        captures_of(illicit) or captures_of(refs),
        tuple(sorted({r.dataset for r in illicit})),
        _good_standing(refs, facts.data_end),
        tuple(
            (t.operator_id, facts.name(t.operator_id), hull(period(r.first_seen, r.first_seen) for r in t.refs))
            for t in tenures
        ),
        tuple(sorted({w for r in refs if r.record_kind != "application" for w in r.websites})),
        tuple(sorted({r.license_number for r in refs if r.record_kind == "license" and r.license_number})),
        tuple(sorted({facts.name(t.operator_id) for t in rented if any(map(is_landlord, t.roles))})),
    )


def is_landlord(role: str) -> bool:
    """Whether a role, as written, is that of whoever lets the premises."""
    return any(word in role_key(role) for word in LANDLORD)


def _good_standing(refs: Iterable[Ref], today: date) -> str:
    valid = [
        r
        for r in refs
        if r.record_kind == "license" and is_active(r.status) and (r.last_seen is None or r.last_seen >= today)
    ]
    if not valid:
        return ""
    best = max(valid, key=lambda r: (r.last_seen or date.min, r.ref_id))
    until = f", valid until {best.last_seen}" if best.last_seen else ""
    return f"license {best.license_number or '(no number)'} in good standing ({best.status}{until})"


def is_active(status: str) -> bool:
    """Whether the status of a license, as written, says that it is in force."""
    low = status.lower()
    return any(word in low for word in ACTIVE) and not any(no in low for no in ("inactive", "not ", "invalid", "non"))


def _own_licenses(facts: Facts, inside: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for business, refs in facts.business_refs.items():
        if business in inside:
            continue
        for ref in refs:
            if ref.license_number and ref.record_kind == "license" and (words := _good_standing([ref], facts.data_end)):
                found[ref.license_number] = f"{words}, held by {ref.name}"
    return found


def _successors(successions: Iterable[Succession]) -> dict[str, list[Succession]]:
    found: dict[str, list[Succession]] = defaultdict(list)
    for s in successions:
        found[s.from_business].append(s)
    return found


__all__ = ["Door", "KnownBusiness", "Namesakes", "ScreeningIndex", "is_active", "is_landlord", "name_shares"]
