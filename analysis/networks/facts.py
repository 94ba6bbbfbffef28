"""What each business is seen to use, and when: phones, premises, contacts, operators. Built once per build."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

from analysis.denial import is_denial
from analysis.networks.beside import NOBODY, Beside
from analysis.networks.groups import Groups
from analysis.periods import Period, hull, period
from analysis.rules import Rules
from pipeline.model import Address, Entity, Lane, Ref

# Places where a paper's address is the business itself, not an agent's office or a mail drop.
PAPER_AT_PREMISES = frozenset({"license", "denied", "inspection"})
EPOCH = date(1970, 1, 1)  # `Ref.intake_seq` counts days from here
PAPERS = PAPER_AT_PREMISES | {"filing"}  # an application is the applicant's own word, a tip somebody else's

WORDS = {
    "phone": "number", "email": "e-mail address", "handle": "handle", "site_id": "tracking id", "website": "website",
    "account": "advertiser's account",
}  # fmt: skip


def sighted(refs: Iterable[Ref]) -> Period | None:
    """First to last sight in ads; the days on which papers were issued when there is no ad. A license that is valid
    until next year is no sight of the business next year."""
    refs = tuple(refs)
    ads = hull(period(r.first_seen, r.last_seen) for r in refs if r.owner_kind == "ad")
    return ads or hull(period(r.first_seen, r.first_seen) for r in refs)


def shown_by(ref: Ref) -> Period | None:
    """The days on which a source shows what it says. A paper, however long it is valid, shows none beyond the day on
    which the home learned of it."""
    whole = period(ref.first_seen, ref.last_seen)
    if whole is None or ref.owner_kind == "ad":
        return whole
    learned = EPOCH + timedelta(days=ref.intake_seq)
    return Period(min(whole.first, learned), min(whole.last, learned))


def valid_beyond(refs: Iterable[Ref], seen: Period | None) -> str:
    """ "; a license is valid until 2026-12-31": what papers say of days on which nobody has seen anything yet."""
    running = [r for r in refs if r.owner_kind == "record" and r.last_seen and seen and r.last_seen > seen.last]
    if not running:
        return ""
    longest = max(running, key=lambda r: (r.last_seen or date.min, r.record_kind))
    article = "an" if longest.record_kind[:1] in "aeiou" else "a"
    return f"; {article} {longest.record_kind} that says so is valid until {longest.last_seen}"


@dataclass(frozen=True, slots=True)
class Use:
    """One business and one identifier: the refs that name it there."""

    business_id: str
    kind: str  # phone premises email handle site_id website account
    value: str
    refs: tuple[Ref, ...]  # sorted by ref_id
    lane: Lane
    ceased: date | None  # last day the business was advertised anywhere but in a directory
    unit: str = ""
    building: str = ""
    suspect: bool = False  # the business is advertised on illicit sites, whether or not with this value
    second: bool = False  # a number that stands nowhere but beside another
    titles: tuple[str, ...] = ()  # of a premises: what the papers of the business call it

    def ads(self, *classes: str) -> list[Ref]:
        return [r for r in self.refs if r.owner_kind == "ad" and r.site_class in classes]

    @property
    def papers(self) -> list[Ref]:
        return [r for r in self.refs if r.record_kind in PAPERS]

    @property
    def advertised(self) -> bool:
        """An ad on a site of class illicit names it."""
        return bool(self.ads("illicit"))

    @property
    def shown(self) -> Period | None:
        """From the first to the last day of any source, the validity of papers included."""
        return hull(period(r.first_seen, r.last_seen) for r in self.refs)

    @property
    def seen(self) -> Period | None:
        """From the first to the last sight in any source."""
        return hull(map(shown_by, self.refs))

    @property
    def firm(self) -> Period | None:
        """Observed use: ads outside directories, and the days on which papers were issued."""
        seen = [period(r.first_seen, r.last_seen) for r in self.ads("illicit", "mixed")]
        return hull([*seen, *(period(r.first_seen, r.first_seen) for r in self.papers)])

    @property
    def observed(self) -> Period | None:
        """Ads on sites of class illicit or mixed only."""
        return hull(period(r.first_seen, r.last_seen) for r in self.ads("illicit", "mixed"))

    @property
    def paper(self) -> Period | None:
        """Validity of the papers, cut where the ads of the business end: absence of closure is no presence."""
        valid = hull(period(r.first_seen, r.last_seen) for r in self.papers)
        if valid is None or self.ceased is None or self.ceased >= valid.last:
            return valid
        return Period(valid.first, max(valid.first, self.ceased))

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(sorted({s for r in self.refs for s in r.sources}))

    @property
    def one_capture(self) -> bool:
        """Nothing but one capture of one ad says so."""
        return not self.papers and len(self.sources) <= 1

    def in_passing(self, days: int) -> bool:
        """Nothing but ads within so many days says so, however many: one person can place them all."""
        shown = self.shown
        return not self.papers and (shown is None or (shown.last - shown.first).days <= days)


@dataclass(frozen=True, slots=True)
class Tenure:
    """One operator on the records of one business."""

    operator_id: str
    business_id: str
    roles: tuple[str, ...]
    refs: tuple[Ref, ...]
    binding: bool
    lane: Lane

    @property
    def seen(self) -> Period | None:
        return hull(map(shown_by, self.refs))

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(sorted({s for r in self.refs for s in r.sources}))

    @property
    def births(self) -> frozenset[date]:
        return frozenset(r.dob for r in self.refs if r.dob)


@dataclass
class Facts:
    """Entities, refs and what follows from them directly. Order of the inputs does not matter."""

    entities: Mapping[str, Entity]
    refs: Mapping[str, Ref]
    rules: Rules
    business_refs: dict[str, tuple[Ref, ...]] = field(default_factory=dict)
    beside: Beside = NOBODY  # the rest, where these are some of all

    @classmethod
    def gather(
        cls,
        entities: Iterable[Entity],
        refs: Mapping[str, Ref],
        rules: Rules,
        beside: Beside = NOBODY,
    ) -> Facts:
        ordered = {e.entity_id: e for e in sorted(entities, key=lambda e: e.entity_id)}
        of = {
            e.entity_id: tuple(refs[r] for r in sorted(e.members) if r in refs)
            for e in ordered.values()
            if e.kind == "business"
        }
        return cls(ordered, refs, rules, of, beside)

    def name(self, entity_id: str) -> str:
        """The entity's name; a business that its ads do not name is called by its number and first day."""
        entity = self.entities.get(entity_id)
        return entity.name if entity and entity.name else unnamed(self.business_refs.get(entity_id, ()))

    @cached_property
    def entity_of(self) -> dict[str, str]:
        return {r: e.entity_id for e in self.entities.values() for r in e.members}

    @cached_property
    def owner_business(self) -> dict[str, str]:
        """owner_id of an ad or record -> the business it is about."""
        pairs = ((r.owner_id, b) for b, refs in self.business_refs.items() for r in refs)
        return dict(sorted(pairs, reverse=True))

    @cached_property
    def advertised(self) -> frozenset[str]:
        """Businesses with an ad on a site of class illicit, or refused a license."""
        return frozenset(
            b
            for b, refs in self.business_refs.items()
            if any(
                (r.lane == "regulatory" and r.site_class == "illicit") or is_denial(r, self.rules.denial) for r in refs
            )
        )

    @cached_property
    def data_end(self) -> date:
        """The last day on which anything was observed in an ad; of all papers' issue dates when there is no ad."""
        if self.beside.until is not None:
            return self.beside.until
        seen = [r.last_seen for r in self.refs.values() if r.owner_kind == "ad" and r.last_seen]
        seen = seen or [r.first_seen for r in self.refs.values() if r.first_seen]
        return max(seen, default=date.min)

    @cached_property
    def ceased(self) -> dict[str, date]:
        """Last advertised day outside directories, for businesses unseen since; absent for those still seen."""
        edge = closing_edge(self.data_end, self.rules)
        return {b: last for b, refs in self.business_refs.items() if (last := last_advertised(refs)) and last < edge}

    @cached_property
    def phone_entity(self) -> dict[str, str]:
        return self._by_value("phone", lambda r: r.phones)

    @cached_property
    def premises_entity(self) -> dict[str, str]:
        """Key of a premises -> entity; also the key without the ZIP, where one premises alone answers to it."""
        found = self._by_value("premises", lambda r: tuple(a.premises_key for a in r.addresses if a.premises_key))
        by_city: dict[str, set[str]] = defaultdict(set)
        for ref in self.refs.values():
            for address in ref.addresses if ref.role == "premises" else ():
                if address.zip and address.premises_key in found:
                    by_city[replace(address, zip="").premises_key].add(found[address.premises_key])
        alone = {key: min(entities) for key, entities in by_city.items() if key and len(entities) == 1}
        return alone | found

    def _by_value(self, kind: str, values: Callable[[Ref], tuple[str, ...]]) -> dict[str, str]:
        found: dict[str, str] = {}
        for entity in self.entities.values():
            if entity.kind == kind:
                for member in entity.members:
                    for value in values(self.refs[member]) if member in self.refs else ():
                        found[value] = min(found.get(value, entity.entity_id), entity.entity_id)
        return found

    def premises_value(self, address: Address) -> str:
        """The premises entity of an address, else its key; "" when too little is known."""
        return self.premises_entity.get(address.premises_key, address.premises_key)

    @cached_property
    def uses(self) -> dict[str, dict[str, list[Use]]]:
        """kind -> value -> its uses, sorted by business and lane."""
        gathered: dict[tuple[str, str, str, Lane], list[Ref]] = defaultdict(list)
        places: dict[str, list[Address]] = defaultdict(list)
        for business_id, refs in self.business_refs.items():
            for ref in refs:
                for kind, value, source in self._identifiers(ref, places):
                    gathered[kind, value, business_id, ref.lane].append(source)
        uses: dict[str, dict[str, list[Use]]] = defaultdict(dict)
        for (kind, value, business_id, lane), refs_ in sorted(gathered.items(), key=lambda item: item[0]):
            units = sorted({a.unit for a in places[value] if a.unit}) if kind == "premises" else []
            building = min((a.building_key for a in places[value]), default="") if kind == "premises" else ""
            use = Use(
                business_id, kind, value, tuple(dict.fromkeys(refs_)), lane, self.ceased.get(business_id),
                units[0] if units else "", building, business_id in self.advertised,
                kind == "phone" and all(self._numbers(r.owner_id) > 1 for r in refs_),
                self._titles(business_id) if kind == "premises" else (),
            )  # fmt: skip
            uses[kind].setdefault(value, []).append(use)
        return uses

    @cached_property
    def parts(self) -> dict[str, list[Ref]]:
        """owner_id -> its phone and premises refs, which carry periods of their own."""
        found: dict[str, list[Ref]] = defaultdict(list)
        for _, ref in sorted(self.refs.items()):
            if ref.role in {"phone", "premises"}:
                found[ref.owner_id].append(ref)
        return found

    def _titles(self, business_id: str) -> tuple[str, ...]:
        return tuple(sorted({r.name for r in self.business_refs[business_id] if r.record_kind in PAPERS and r.name}))

    def _numbers(self, owner_id: str) -> int:
        return sum(part.role == "phone" for part in self.parts.get(owner_id, ()))

    @cached_property
    def doors(self) -> dict[str, dict[str, set[str]]]:
        """business -> building -> the units it is known to have there."""
        found: dict[str, dict[str, set[str]]] = defaultdict(dict)
        for uses in self.uses.get("premises", {}).values():
            for use in uses:
                if use.building:
                    found[use.business_id].setdefault(use.building, set()).update({use.unit} - {""})
        return found

    def are_neighbors(self, one: str, two: str) -> bool:
        """Whether two businesses are in one building and not known to be behind one door there."""
        here, there = self.doors.get(one, {}), self.doors.get(two, {})
        return any(not here[building] & there[building] for building in here.keys() & there.keys())

    @cached_property
    def account_of(self) -> dict[str, str]:
        """Address of an ad -> the least address among the ads that their pages list as of one account."""
        groups = Groups()
        for ref in self.refs.values():
            for one in ref.accounts[1:]:
                groups.union(ref.accounts[0], one)
        return {one: groups.find(one) for ref in self.refs.values() for one in ref.accounts}

    def _identifiers(self, ref: Ref, places: dict[str, list[Address]]) -> Iterable[tuple[str, str, Ref]]:
        """(kind, value, the ref that dates it): an ad's phone has the days on which the ad showed that phone."""
        parts = self.parts.get(ref.owner_id, [])
        dated = {phone: part for part in parts if part.role == "phone" for phone in part.phones}
        yield from (("phone", p, dated.get(p, ref)) for p in ref.phones)
        yield from (("email", e, ref) for e in ref.emails)
        yield from (("website", w, ref) for w in ref.websites)
        for handle in ref.handles:
            yield ("site_id" if handle.startswith("site_id:") else "handle"), handle, ref
        yield from (("account", self.account_of[a], ref) for a in ref.accounts[:1])
        at = {a.premises_key: part for part in parts if part.role == "premises" for a in part.addresses}
        for address in ref.addresses if at else ref.addresses[:1]:
            if value := self.premises_value(address):
                places[value].append(address)
                yield "premises", value, at.get(address.premises_key, ref)

    @cached_property
    def uses_of(self) -> dict[str, list[Use]]:
        """business -> all its uses."""
        found: dict[str, list[Use]] = defaultdict(list)
        for values in self.uses.values():
            for uses in values.values():
                for use in uses:
                    found[use.business_id].append(use)
        return found

    @cached_property
    def tenures(self) -> list[Tenure]:
        """Operators on the records of businesses, sorted by operator and business; binding and context apart."""
        gathered: dict[tuple[str, str, bool, Lane], list[Ref]] = defaultdict(list)
        for entity in self.entities.values():
            if entity.kind != "operator":
                continue
            for member in sorted(entity.members):
                ref = self.refs.get(member)
                business_id = self.owner_business.get(ref.owner_id) if ref else None
                if ref and business_id:
                    gathered[entity.entity_id, business_id, self.is_owner(ref), ref.lane].append(ref)
        return [
            Tenure(
                operator, business, tuple(sorted({role_key(r.party_role) for r in refs})), tuple(refs), binding, lane
            )
            for (operator, business, binding, lane), refs in sorted(gathered.items(), key=lambda item: item[0])
        ]

    @cached_property
    def tenures_of(self) -> dict[str, list[Tenure]]:
        """business -> everybody on its records."""
        found: dict[str, list[Tenure]] = defaultdict(list)
        for tenure in self.tenures:
            found[tenure.business_id].append(tenure)
        return found

    def is_owner(self, ref: Ref) -> bool:
        """A role that answers for the business, on a paper that is not the person's own word."""
        rules, role = self.rules.operator, role_key(ref.party_role)
        named = role in rules.binding_roles or role.startswith("owner")
        return named and ref.record_kind in rules.binding_kinds and ref.lane == "regulatory"

    def answers_for(self, ref: Ref) -> bool:
        """As `is_owner`, without those who only signed for the company when it was formed: they may do so for pay."""
        return self.is_owner(ref) and role_key(ref.party_role) not in self.rules.operator.forming_roles

    def operators_of(self) -> dict[str, list[Tenure]]:
        """operator -> binding tenures."""
        found: dict[str, list[Tenure]] = defaultdict(list)
        for tenure in self.tenures:
            if tenure.binding:
                found[tenure.operator_id].append(tenure)
        return found


def closing_edge(data_end: date, rules: Rules) -> date:
    """The day from which a business must have been seen to be open still."""
    return data_end - timedelta(days=min(rules.succession.closed_after_days, data_end.toordinal() - 1))


def last_advertised(refs: Iterable[Ref]) -> date | None:
    """The last day in ads, directories left out."""
    return max((r.last_seen for r in refs if r.site_class in {"illicit", "mixed"} and r.last_seen), default=None)


def unnamed(refs: Sequence[Ref]) -> str:
    """What to call ads that name no business: "(no name, +14175550101, from 2025-10-27)"."""
    phone = min((p for r in refs for p in r.phones), default="")
    first = min((r.first_seen for r in refs if r.first_seen), default=None)
    return f"(no name{f', {phone}' if phone else ''}{f', from {first}' if first else ''})"


def role_key(role: str) -> str:
    """ "Managing Member" -> "managing_member"."""
    return "_".join("".join(c if c.isalnum() else " " for c in role.lower()).split())


def captures_of(refs: Sequence[Ref]) -> tuple[str, ...]:
    """Capture ids of the ads among refs, sorted."""
    return tuple(sorted({s for r in refs if r.owner_kind == "ad" for s in r.sources}))
