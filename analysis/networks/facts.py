"""What each business is seen to use, and when: phones, premises, contacts, operators. Built once per build."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from analysis.denial import is_denial
from analysis.networks.beside import NOBODY, Beside
from analysis.networks.groups import Groups
from analysis.networks.sights import closing_edge, last_advertised, role_key, unnamed
from analysis.networks.uses import PAPERS, Tenure, Use
from analysis.rules import Rules
from pipeline.model import Address, Entity, Lane, Ref


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
        key = address.premises_key
        return self.premises_entity.get(key, key)

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
