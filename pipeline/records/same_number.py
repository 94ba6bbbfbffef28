"""Whether one number in two files, or on two rows of one, means one thing. Pure.

Every city counts its licenses from 1: "1001" of one office and "1001" of another are two licenses, also where both
offices write the same header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256

from pipeline.model import Address, Record
from pipeline.records.applications import APPLICANTS
from pipeline.records.values import LEGAL_FORM, is_trade
from pipeline.resolve.names.romanization import fold

APART = "~"  # between the data set of a number and what tells apart a second holder of it
SHARED = "the same number"  # in `Record.extra`: who else bears it in this file
NAMED = 3  # others that bear a number
LEAST_DIFFERENT = 2  # a name alone changes by marriage or sale, a place alone by moving


def is_another(known: Record, further: Record) -> bool:
    """Whether two records of one number are of two licenses: nothing that both tell agrees (name, place, contact, date
    of birth, narrative), and two such things differ. Dates count only where both tell less than two of these: many
    licenses are issued on one day. One person may run two businesses, and ask two offices that count alike: another
    business in another city is another license, whoever holds it."""
    if _another_business_elsewhere(known, further):
        return True
    told = [
        agree(known, further) for agree in (_names_agree, _places_agree, _contacts_agree, _births_agree, _text_agrees)
    ]
    said = [t for t in told if t is not None]
    if len(said) < LEAST_DIFFERENT and not any(said):
        said += [t for t in (_days_agree(known, further),) if t is not None]
    return len(said) >= LEAST_DIFFERENT and not any(said)


def set_apart(record: Record) -> Record:
    """The record in a data set beside its own, by what it says of holder and place."""
    base = record.dataset.partition(APART)[0]
    said = (sorted(map(sorted, _names(record))), sorted(_buildings(record)), _city(record), *record.phones, record.text)
    return replace(record, dataset=f"{base}{APART}{sha256(repr(said).encode()).hexdigest()[:8]}")


def share_number(records: Sequence[Record]) -> list[Record]:
    """Several applications that bear one number in one file: the first in the data set, the others beside it, and each
    with who else bears it."""
    placed = [records[0]]
    for record in map(set_apart, records[1:]):
        same = sum(record.dataset == other.dataset for other in placed)
        placed.append(replace(record, dataset=f"{record.dataset}{same + 1}") if same else record)
    told = [bearer(record) for record in records]
    return [
        replace(record, extra=(*record.extra, *((SHARED, other) for m, other in enumerate(told) if m != n)))
        for n, record in enumerate(placed)
    ]


def shared_with(record: Record) -> tuple[str, ...]:
    """Who else bears the number of an application in its file."""
    if record.kind != "application":
        return ()
    return tuple(value for name, value in record.extra if name == SHARED)


def shared_in_words(record: Record) -> str:
    """What to say of an application whose number another bears; "" of every other record."""
    others = " and for ".join(shared_with(record)[:NAMED])
    return others and f"line {record.line}: number {record.natural_key} stands for {others} too; each is kept"


def bearer(record: Record) -> str:
    """Whose application it is: "Fern Spa, Mei Chen"."""
    return ", ".join(n for n in (record.entity_name or record.dba_name, applicant_name(record)) if n)


def applicant_name(record: Record) -> str:
    return next((p.full_name for role in APPLICANTS for p in record.parties if p.role == role), "")


def _meet(a: set[str], b: set[str]) -> bool | None:
    """Whether the two have something in common; None when either tells nothing."""
    return bool(a & b) if a and b else None


def _names_agree(a: Record, b: Record) -> bool | None:
    left, right = _names(a), _names(b)
    if not (left and right):
        return None
    return any(x == y or (min(len(x), len(y)) > 1 and (x <= y or y <= x)) for x in left for y in right)


def _names(record: Record) -> set[frozenset[str]]:
    """The words of every name of the business and its holders, without legal forms."""
    holders = [p for p in record.parties if p.role in APPLICANTS] or record.parties
    people = (n for p in holders for n in (p.full_name, p.native_name, *p.other_names))
    return _business_names(record) | _words(people)


def _business_names(record: Record) -> set[frozenset[str]]:
    return _words((record.entity_name, record.dba_name, *record.previous_names))


def _words(names: Iterable[str]) -> set[frozenset[str]]:
    words = (frozenset(re.findall(r"\w+", fold(LEGAL_FORM.sub("", n)))) for n in names if n)
    return {w for w in words if w}


def _another_business_elsewhere(a: Record, b: Record) -> bool:
    """Whether both tell a business, in two cities, without a word of their names but those of the trade, a building or
    a contact in common."""
    left, right = ({w for name in _business_names(r) for w in name if not is_trade(w)} for r in (a, b))
    if not (left and right) or left & right or _places_agree(a, b) or _contacts_agree(a, b):
        return False
    return bool(_city(a) and _city(b)) and _city(a) != _city(b)


def _places_agree(a: Record, b: Record) -> bool | None:
    streets = _meet(_buildings(a), _buildings(b))
    if streets is None and _city(a) and _city(b) and _city(a) != _city(b):
        return False
    return streets


def _places(record: Record) -> list[Address]:
    return [p for p in (record.premises, record.mailing) if p]


def _buildings(record: Record) -> set[str]:
    return {p.building_key for p in _places(record) if p.building_key}


def _city(record: Record) -> str:
    return next((f"{p.city} {p.state}".casefold() for p in _places(record) if p.city), "")


def _contacts_agree(a: Record, b: Record) -> bool | None:
    return _meet(_contacts(a), _contacts(b))


def _contacts(record: Record) -> set[str]:
    holders = [p for p in record.parties if p.role in APPLICANTS]
    of_holders = {c for p in holders for c in (*p.phones, *p.emails)}
    return {*record.phones, *record.emails, *record.websites, *of_holders}


def _births_agree(a: Record, b: Record) -> bool | None:
    return _meet(_births(a), _births(b))


def _births(record: Record) -> set[str]:
    return {p.dob.isoformat() for p in record.parties if p.dob and p.role in APPLICANTS}


def _text_agrees(a: Record, b: Record) -> bool | None:
    return a.text == b.text if a.text and b.text else None


def _days_agree(a: Record, b: Record) -> bool | None:
    first, second = a.issued or a.received, b.issued or b.received
    return first == second if first and second else None


IDENTIFYING = (_names_agree, _places_agree, _contacts_agree, _births_agree, _text_agrees)
