"""What an application brings, in the keys of the index, and whom of the known that leads to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analysis.networks.sights import role_key
from analysis.screening.index import Namesakes, ScreeningIndex
from analysis.screening.known import KnownPerson, birth_of
from analysis.screening.names import is_company, letters, letters_near
from analysis.screening.slips import door_key, near_street, swapped
from pipeline.model import Address, Application, Party

NO_ROLE = ("", "related")  # as importers call whoever a file names beside the applicant without saying as what


@dataclass(frozen=True, slots=True)
class Asked:
    """What an application brings, in the keys of the index."""

    application: Application
    parties: tuple[Party, ...]
    phones: frozenset[str]
    emails: frozenset[str]
    premises: tuple[tuple[str, str, str], ...]  # (field, value, line as written)
    buildings: tuple[tuple[str, bool], ...]  # (building key, a unit is given)
    without_role: tuple[Party, ...] = ()  # people named on the application, nobody knows as what
    near_phones: tuple[tuple[str, str], ...] = ()  # (value, known value one slip away), where the value is not known
    near_premises: tuple[tuple[str, str, str, str], ...] = ()  # (field, known value, line as written, known street)


def ask(application: Application, index: ScreeningIndex) -> Asked:
    """The application in the keys of the index; who does not answer for the business is nobody to compare."""
    first = (application.applicant,) if application.applicant else ()
    others = tuple(p for p in application.related if answers_for(p.role, index))
    parties = tuple(p for p in (*first, *others) if is_human(p))
    without_role = tuple(p for p in application.related if role_key(p.role) in NO_ROLE and is_human(p))
    places = [("premises", application.premises)] if application.premises else []
    places += [("prior_address", a) for a in application.prior_addresses]
    known = [(name, value, a) for name, a in places if (value := index.premises_value(a))]
    phones = frozenset(application.phones).union(*(p.phones for p in parties))
    return Asked(
        application,
        parties,
        phones,
        frozenset(application.emails).union(*(p.emails for p in parties)),
        tuple((name, value, a.line) for name, value, a in known),
        tuple((a.building_key, bool(a.unit)) for _, _, a in known),
        without_role,
        _near_phones(phones, index),
        _near_premises(known, index),
    )


def _near_phones(phones: Iterable[str], index: ScreeningIndex) -> tuple[tuple[str, str], ...]:
    """(number, known number one slip away) for each that nobody is known by and nobody else is seen to use."""
    seen = (index.by_contact, index.places["phone"], index.taken)
    strange = [p for p in sorted(phones) if not any(p in where for where in seen)]
    return tuple((p, near) for p in strange for near in index.near_numbers.near(p))


def _near_premises(
    places: Iterable[tuple[str, str, Address]], index: ScreeningIndex
) -> tuple[tuple[str, str, str, str], ...]:
    """(field, known value, line as written, known street) for each where nobody known is, as it is written."""
    return tuple(
        (name, value, address.line, street)
        for name, own, address in places
        if own not in index.places["premises"]
        for street, value in index.by_door.get(door_key(address), ())
        if near_street(address, street)
    )


def is_human(party: Party) -> bool:
    return party.is_person and not is_company(party_name(party))


def answers_for(role: str, index: ScreeningIndex) -> bool:
    """Whether a role on an application, as written, answers for the business: not an accountant's, not a landlord's."""
    words = set(role_key(role).split("_"))
    rules = index.rules.screening
    return bool(words & set(rules.responsible)) and not words & set(rules.not_responsible)


def party_name(party: Party | None) -> str:
    """The name as written, else put together from its parts."""
    if party is None:
        return ""
    return party.full_name or " ".join(p for p in (party.first, party.middle, party.last, party.suffix) if p)


def is_dated(party: Party) -> bool:
    return birth_of(party.dob) is not None


def missing(asked: Asked) -> tuple[str, ...]:
    """Fields the application itself does not give."""
    given = {
        "name": bool(asked.parties),
        "dob": any(map(is_dated, asked.parties)),
        "phone": bool(asked.phones),
        "email": bool(asked.emails),
        "premises": bool(asked.premises),
        "business_name": bool(asked.application.business_name),
    }
    return tuple(name for name, present in given.items() if not present)


def candidates(asked: Asked, index: ScreeningIndex) -> list[tuple[str, Party | None, KnownPerson | None]]:
    """(group, party, known person or None) to which something besides a name leads. Names alone look nobody up."""
    found: dict[tuple[str, int, int], None] = {}
    for number, party in enumerate(asked.parties):
        for known in (*_namesakes_born_with(party, index), *_namesakes_near_by(party, asked, index)):
            found[index.people[known].group, number, known] = None
    groups = {p.group for v in asked.phones for p in index.places["phone"].get(v, ())}
    groups |= {p.group for v in asked.emails for p in index.places["email"].get(v, ())}
    places = [v for _, v, *_ in (*asked.premises, *asked.near_premises)]
    groups |= {p.group for v in places for p in index.places["premises"].get(v, ())}
    contacts = {k for v in (*asked.phones, *asked.emails) for k in index.by_contact.get(v, ())}
    for group in sorted(groups | {index.people[k].group for k in contacts}):
        found[group, -1, -1] = None
        for known in index.by_group.get(group, ()):
            for number in range(len(asked.parties)):
                found[group, number, known] = None
    return [
        (group, asked.parties[number] if number >= 0 else _first(asked), index.people[known] if known >= 0 else None)
        for group, number, known in found
    ]


def _first(asked: Asked) -> Party | None:
    return asked.parties[0] if asked.parties else None


def _namesakes_born_with(party: Party, index: ScreeningIndex) -> Iterator[int]:
    """Known people with the date of birth, or the one with day and month swapped, of whom a name agrees too."""
    dob = birth_of(party.dob)
    days = (dob, swapped(dob)) if dob else ()
    return _namesakes(party, [born for day in days if day and (born := index.by_birth.get(day))], index)


def _namesakes_near_by(party: Party, asked: Asked, index: ScreeningIndex) -> Iterator[int]:
    """Known people who go with a number one slip away, of whom a name agrees too."""
    own = [letters(n) for n in _names_of(party)]
    near = ((value, index.near_numbers.letters(value)) for _, value in asked.near_phones)
    values = [value for value, theirs in near if any(letters_near(mine, theirs) for mine in own)]
    return _namesakes(party, [index.by_phone[value] for value in values], index)


def _names_of(party: Party) -> list[str]:
    return [n for n in (party_name(party), party.native_name, *party.other_names) if n]


def _namesakes(party: Party, known: Iterable[Namesakes], index: ScreeningIndex) -> Iterator[int]:
    """Those of the known people of whom a name agrees, ascending for each key. Only names with about the same letters
    are compared."""
    own = _names_of(party)
    for people, written, names in known:
        near = {(at, name) for name in own for at in letters_near(letters(name), written)}
        agreeing = {people[at] for at, name in near if index.name_agrees(name, names[at])}
        yield from sorted(agreeing)
