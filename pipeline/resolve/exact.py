"""Phones and premises: refs are one entity when they say the same number or the same place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipeline.model import Address, Entity, Ref, Role
from pipeline.resolve.cluster import make_entity


def exact_entities(refs: Sequence[Ref], role: Role) -> list[Entity]:
    """Entities of phone or premises refs, sorted by id."""
    return entities_by_key([r for r in refs if r.role == role], exact_keys(refs, role), role)


def entities_by_key(refs: Iterable[Ref], keys: Mapping[str, str], role: Role) -> list[Entity]:
    """One entity per key; `keys`: ref id -> key."""
    groups: dict[str, list[Ref]] = defaultdict(list)
    for ref in sorted(refs, key=lambda r: r.ref_id):
        groups[keys[ref.ref_id]].append(ref)
    return sorted((make_entity(role, members) for members in groups.values()), key=lambda e: e.entity_id)


def exact_keys(refs: Iterable[Ref], role: Role) -> dict[str, str]:
    """Ref id -> E.164 number or premises key, of the refs of one role.

    An address without a ZIP joins the one ZIP its street is known under in its city, if there is only one. So the key
    of a premises depends on the other refs of its `street`, and on nothing else.
    """
    of_role = [r for r in refs if r.role == role]
    if role == "phone":
        return {r.ref_id: r.name for r in of_role}
    zips = _known_zips(a for r in of_role for a in r.addresses[:1])
    return {r.ref_id: _premises_key(r.addresses[0], zips) if r.addresses else r.name for r in of_role}


def street_of(ref: Ref) -> str:
    """The house number, street, city and state of a premises, in one text; "" for other refs."""
    return "|".join(_street(ref.addresses[0])) if ref.role == "premises" and ref.addresses else ""


def _street(address: Address) -> tuple[str, str, str]:
    return address.street_key, address.city.upper(), address.state


def _known_zips(addresses: Iterable[Address]) -> dict[tuple[str, str, str], str]:
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for address in addresses:
        if address.zip and address.city and address.street_key:
            found[_street(address)].add(address.zip)
    return {street: min(zips) for street, zips in found.items() if len(zips) == 1}


def _premises_key(address: Address, zips: dict[tuple[str, str, str], str]) -> str:
    if not address.zip and (known := zips.get(_street(address))):
        return f"{address.street_key}|{known}|{address.unit}"
    return address.premises_key or address.line
