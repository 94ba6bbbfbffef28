"""The applications that records give, each under a number of its own, with what a screening must say of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.model import Application, Record
from pipeline.records.applications import application_of, unread_of
from pipeline.records.same_number import APART, applicant_name, bearer, shared_with


@dataclass(frozen=True, slots=True)
class Given:
    """`unread`: what was given and could not be read (`unread_of`); `shared`: who else bears the number."""

    application: Application
    unread: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


def applications_of(records: Iterable[Record]) -> list[Given]:
    """The application of each record. A number that several bear is told with what tells them apart: the data set of
    offices that count alike, "1001 (city-office)", else whose it is, "1001 (Fern Spa)"."""
    records = list(records)
    found = [Given(application_of(record), unread_of(record), shared_with(record)) for record in records]
    places: dict[str, list[int]] = defaultdict(list)
    for n, record in enumerate(records):
        places[record.natural_key].append(n)
    for number, of_it in places.items():
        if len(of_it) > 1:
            for n, said in zip(of_it, _apart([records[n] for n in of_it]), strict=True):
                named = replace(found[n].application, application_id=f"{number} ({said})")
                found[n] = replace(found[n], application=named)
    return found


def _apart(records: Sequence[Record]) -> list[str]:
    """What tells records of one number apart, the shortest that does."""
    offices = [record.dataset.partition(APART)[0] for record in records]
    if len(set(offices)) == len(records):
        return offices
    several = len(set(offices)) > 1
    for tell in (lambda r: r.entity_name or r.dba_name, applicant_name, bearer):
        whose = [tell(record) for record in records]
        told = [f"{office}, {who}" if several else who for office, who in zip(offices, whose, strict=True)]
        if all(whose) and max(Counter(told).values()) == 1:
            return told
    return [record.dataset for record in records]
