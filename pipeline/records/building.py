"""One row of cells to one Record, by the binding of a column map. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from pipeline.extract.addresses import parse_address
from pipeline.model import Address, Party, Record
from pipeline.records.binding import Binding, BoundParty, Columns
from pipeline.records.people_in_cell import split_people
from pipeline.records.values import (
    clean,
    clean_place,
    clean_state,
    clean_zip,
    is_company,
    is_persons_name,
    is_trade,
    parse_date,
    read_emails,
    read_names,
    read_phones,
    read_websites,
    says_person,
    split_city_state_zip,
    split_native,
    without_ssn,
)

STREET = re.compile(r"^(?:\d+[A-Za-z]?(?:-\d+)?|[NSEW]\d+\w*)\s+\S")
NO_NAME = re.compile(r"(?i)^(?:p\.?\s?o\.?\s*box|suite|ste|unit|apt|#|floor|fl|bldg|building|room|rm|space|c/o$)\b")
KEY_JOIN = "|"
TOTAL = re.compile(r"(?i)^(?:grand |sub)?total(?:s| \w+)?\b|^(?:record|row) count\b|^\d+ (?:records|rows)\b")
INDIVIDUAL = re.compile(r"(?i)\btherapists?\b|\bpractitioners?\b|\bLMTs?\b|\bLMBTs?\b|\bmasseu(?:r|se)s?\b")
YOUNGEST = 2015  # birth year: "2/3/65" is not 2065

_address = lru_cache(maxsize=20_000)(parse_address)


class UnreadableRow(ValueError):
    """The row cannot become a record; the message is the reason for the quarantine."""


@dataclass(slots=True)
class _Cells:
    """The cleaned cells of one row by canonical name; collects what could not be read."""

    binding: Binding
    cells: Sequence[str]
    fictional: bool
    generated: bool
    raw: Sequence[str]
    unread: list[tuple[str, str]] = field(default_factory=list)

    def text(self, columns: Columns, name: str) -> str:
        """The first column with a value."""
        for i in columns.get(name, ()):
            if self.cells[i]:
                return self.cells[i]
        return ""

    def place(self, columns: Columns, name: str) -> str:
        """The first column with words in it: lines of one cell apart by commas, points on the map left out."""
        found = (clean_place(self.raw[i]) for i in columns.get(name, ()) if self.cells[i])
        return next(filter(None, found), "")

    def all(self, columns: Columns, name: str) -> list[str]:
        return [self.cells[i] for i in columns.get(name, ()) if self.cells[i]]

    def day(self, columns: Columns, name: str) -> date | None:
        if name not in columns:
            return None
        for text in self.all(columns, name):
            try:
                found = parse_date(text, self.binding.map.date_layouts, self.binding.map.sentinels)
            except ValueError:
                self.unread.append((f"{name} (unread)", text))
                continue
            if found and name == "dob" and found.year > YOUNGEST:
                found = found.replace(year=found.year - 100) if len(re.findall(r"\d{4}", text)) == 0 else None
                if found is None:
                    self.unread.append((f"{name} (unread)", text))
            if found:
                return found
        return None

    def phones(self, columns: Columns) -> tuple[str, ...]:
        if "phone" not in columns:
            return ()
        area = self.text(columns, "phone_area")
        found: list[str] = []
        for text in self.all(columns, "phone"):
            numbers, whole = read_phones(f"{area} {text}" if area else text, self.fictional, self.generated)
            found.extend(numbers)
            if not whole:
                self.unread.append(("phone (unread)", f"{area} {text}".strip()))
        return tuple(dict.fromkeys(found))

    def emails(self, columns: Columns) -> tuple[str, ...]:
        if "email" not in columns:
            return ()
        return tuple(dict.fromkeys(e for text in self.all(columns, "email") for e in read_emails(text)))


def natural_key(binding: Binding, cells: Sequence[str]) -> str:
    """The row's number, or the values of a composite key. Raises UnreadableRow when there is none."""
    if _is_total(cells):
        raise UnreadableRow("a line of totals, no record")
    for names in binding.map.key:
        values = [next((v for i in binding.columns.get(n, ()) if (v := clean(cells[i]))), "") for n in names]
        if sum(map(bool, values)) >= min(2, len(names)):
            return values[0] if len(names) == 1 else KEY_JOIN.join(v.casefold() for v in values)
    raise UnreadableRow(f"no {' or '.join(' + '.join(n) for n in binding.map.key)} in the row".replace("_", " "))


def _is_total(cells: Sequence[str]) -> bool:
    """ "Total licenses: 412" below a table."""
    filled = [text for cell in cells if (text := cell.strip())]
    return len(filled) <= min(3, len(cells) - 1) and bool(filled) and bool(TOTAL.match(filled[0]))


def build_record(binding: Binding, line: int, cells: Sequence[str], *, fictional: bool, generated: bool) -> Record:
    """The Record of one row. Raises UnreadableRow with the reason when there is no natural key, name or address."""
    row = _Cells(binding, [clean(c) for c in cells], fictional, generated, cells)
    take: Callable[[str], str] = lambda name: row.text(binding.columns, name)  # noqa: E731
    key = natural_key(binding, cells)
    premises, address_name = _premises(row, "premises")
    mailing, _ = _premises(row, "mailing")
    parties = tuple(p for b in binding.parties for p in _parties(row, b))
    premises, mailing, parties = _as_told(row, premises, mailing, parties)
    person, individual = says_person(take("ownership")), bool(INDIVIDUAL.search(take("license_type")))
    told = take("entity_name")
    if person is None and is_persons_name(told, take("dba_name")):
        person = True
    entity, parties = _who_holds(told, parties, person, "licensee" if individual else "")
    dba = take("dba_name") or _further_name(row, entity)
    if address_name and not (entity or dba or parties):
        dba, address_name = address_name, ""
    if binding.map.person_address == "mailing" and any(p.role == "licensee" for p in parties) and not (entity or dba):
        premises, mailing = None, mailing or premises
    prior = tuple(a for columns in binding.prior if (a := _place(row, columns, "")[0]))
    landlord, story, phones = take("landlord"), without_ssn(take("text")), row.phones(binding.columns)
    if not (entity or dba or parties or premises or mailing or landlord or story or phones):
        raise UnreadableRow("the row names nobody and no place")
    return Record(
        kind=binding.map.kind,
        dataset=binding.dataset,
        natural_key=key,
        line=line,
        entity_name=entity,
        dba_name=dba,
        license_number=take("license_number"),
        application_type=take("application_type"),
        license_type=take("license_type"),
        status=binding.map.statuses.get(take("status").casefold(), take("status")),
        issued=row.day(binding.columns, "issued"),
        expires=row.day(binding.columns, "expires"),
        received=row.day(binding.columns, "received"),
        effective=row.day(binding.columns, "effective"),
        closed=row.day(binding.columns, "closed"),
        premises=premises,
        mailing=mailing,
        prior_addresses=prior,
        parties=parties,
        phones=phones,
        emails=row.emails(binding.columns),
        websites=read_websites(" ".join(row.all(binding.columns, "website"))),
        landlord=landlord,
        previous_names=read_names(take("previous_names")),
        cause=take("cause"),
        text=story,
        extra=_extra(row, address_name),
    )


def _as_told(
    row: _Cells, premises: Address | None, mailing: Address | None, parties: tuple[Party, ...]
) -> tuple[Address | None, Address | None, tuple[Party, ...]]:
    """In files with a row for each address and person: whose this row's address is, and the role of its party. The
    address of a person or an agent is no premises."""
    map_, tells = row.binding.map.row_tells, row.binding.tells
    if map_ is None or tells is None:
        return premises, mailing, parties
    told = map_.words.get(row.cells[tells].casefold(), "related")
    if told == "mailing":
        return None, mailing or premises, ()
    if told == "premises":
        return premises, mailing, ()
    return None, None, tuple(replace(p, role=told) for p in parties)


def _further_name(row: _Cells, entity: str) -> str:
    """A second business name beside the legal one, in a layout that has no column for a trade name."""
    if not row.binding.map.general or "dba_name" in row.binding.columns:
        return ""
    names = row.all(row.binding.columns, "entity_name")
    return next((n for n in names if n.casefold() != (entity or names[0]).casefold()), "")


def _extra(row: _Cells, address_name: str) -> tuple[tuple[str, str], ...]:
    binding = row.binding
    kept = [(binding.header[i], without_ssn(v)) for i in binding.kept if (v := row.cells[i])]
    kept += [(binding.header[i], row.cells[i]) for i in binding.columns.get("ownership", ()) if row.cells[i]]
    named = [("name in address line 1", address_name)] if address_name else []
    return tuple(dict.fromkeys([*kept, *named, *row.unread]))


def _premises(row: _Cells, which: str) -> tuple[Address | None, str]:
    return _place(row, row.binding.places[which], which)


def _place(row: _Cells, columns: Columns, which: str) -> tuple[Address | None, str]:
    """The address in these columns, None when blank, and a business name found in its first line."""
    if not columns:
        return None, ""
    line1, line2, name = row.place(columns, "line1"), row.text(columns, "line2"), ""
    if not line1:
        parts = (row.text(columns, part) for part in ("number", "prefix", "street", "kind"))
        line1 = " ".join(t for t in parts if t)
    named = row.binding.map.name_in_line1 or row.binding.map.general
    if named and STREET.match(line2) and not STREET.match(line1) and not NO_NAME.match(line1):
        name, line1, line2 = line1, line2, ""
    city, state, code = split_city_state_zip(row.text(columns, "city_state_zip"))
    if not (city or code) and "city" not in columns and not any(map(str.isdigit, line1 + line2)):
        told = split_city_state_zip(line1)  # "FLUSHING NY", where no street is told
        line1, city, state = ("", *told[:2]) if told[1] else (line1, city, state)
    city = row.text(columns, "city") or city
    state = clean_state(row.text(columns, "state") or state)
    code = clean_zip(row.text(columns, "zip") or code, state)
    line = f"{line1} {line2}".strip()
    if not (line or (which == "premises" and (city or code))):
        return None, name
    return _address(line, city=city, state=state, zip=code, unit=row.text(columns, "unit")), name


def _parties(row: _Cells, bound: BoundParty) -> list[Party]:
    """The parties in these columns: none without a name, several where one cell names several.

    Whose the birthday or phone in the next column is, is then unknown: nobody's.
    """
    if not any(row.cells[i] for i in bound.naming):
        return []
    party = _party(row, bound)
    if party is None or party.first or party.last or not row.text(bound.columns, "name"):
        return [party] if party else []
    cell = next(row.raw[i] for i in bound.columns["name"] if row.cells[i])
    people = split_people(cell)
    if len(people) < 2 and (not people or people[0][0] == party.full_name):
        return [party]
    shared = party if len(people) == 1 else Party(party.role, "")
    return [
        replace(
            shared, full_name=split_native(name)[0], native_name=split_native(name)[1], role=_role(role) or party.role,
            is_person=bound.spec.kind == "person" or not is_company(name),
        )
        for name, role in people
    ]  # fmt: skip


def _party(row: _Cells, bound: BoundParty) -> Party | None:
    """The party in these columns, None when it has no name."""
    columns, spec = bound.columns, bound.spec
    first, middle, last, suffix = (row.text(columns, n) for n in ("first", "middle", "last", "suffix"))
    written, either = row.text(columns, "name"), row.text(columns, "last_or_company")
    if first:
        last = last or either
    by_parts = " ".join(t for t in (first, middle, last, suffix) if t)
    has_parts = bool(first or last)
    full, native = split_native(by_parts if has_parts else written or either)
    if not full:
        return None
    person = spec.kind == "person" or has_parts or (spec.kind == "auto" and not is_company(full))
    return Party(
        role=_role(row.text(columns, "role_from")) or spec.role,
        full_name=full,
        first=first,
        middle=middle,
        last=last,
        suffix=suffix,
        native_name=row.text(columns, "native_name") or native,
        other_names=tuple(dict.fromkeys(n for t in row.all(columns, "other_names") for n in read_names(t))),
        dob=row.day(columns, "dob") if person else None,
        birth_year=_birth_year(row, columns) if person else None,
        phones=row.phones(columns),
        emails=row.emails(columns),
        is_person=person,
    )


def _who_holds(
    entity: str, parties: tuple[Party, ...], person: bool | None, individual: str = ""
) -> tuple[str, tuple[Party, ...]]:
    """(business name, parties): a company in the column of the holder is the business, a person in the column of the
    business its owner. `person`: what the file says of the holder, None when it says nothing. `individual`: the role of
    whoever holds this kind of license, when only people do."""
    holder = next((p for p in parties if p.role == "licensee" and not p.first), None)
    if holder and entity and holder.full_name.casefold() == entity.casefold():
        return entity, tuple(p for p in parties if p is not holder)
    if holder and not entity and (person is False or not holder.is_person or is_trade(holder.full_name)):
        return holder.full_name, tuple(p for p in parties if p is not holder)
    named = len(entity.split()) > 1 and not is_company(entity) and not is_trade(entity)
    if person is None and named and not holder and individual:
        return "", (*parties, Party(individual, entity))
    if person and named and not any(p.role == "owner" for p in parties):
        return "", (*parties, Party("owner", entity))
    return entity, parties


def _role(text: str) -> str:
    return "_".join(re.findall(r"[a-z0-9]+", text.casefold()))


def _birth_year(row: _Cells, columns: Columns) -> int | None:
    """The year that a column of its own or an unreadable date gives; a date that means "none" gives no year."""
    found = row.day(columns, "dob")
    if found:
        return found.year
    dates = row.all(columns, "dob")
    unread = [text for name, text in row.unread if name == "dob (unread)" and text in dates]
    year = re.search(r"\b(19\d\d|20\d\d)\b", " ".join([row.text(columns, "birth_year"), *unread]))
    return int(year[1]) if year and int(year[1]) <= YOUNGEST else None
