"""Who is named in one row, and who of them holds the license."""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.model import Party
from pipeline.records.binding import BoundParty, Columns
from pipeline.records.people_in_cell import Named, split_people
from pipeline.records.row_cells import YOUNGEST, RowCells
from pipeline.records.values import (
    is_company,
    is_inverted_name,
    is_known_name,
    is_persons_name,
    is_trade,
    read_names,
    split_native,
)


def parties_of_row(row: RowCells, bound: BoundParty) -> list[Party]:
    """The parties in these columns: none without a name, several where one cell names several.

    Whose the birthday or phone in the next column is, is then unknown: nobody's. Beside the name of a company, the
    columns of a first and last name tell of somebody in it: "related".
    """
    if not any(row.cells[i] for i in bound.naming):
        return []
    party = _party(row, bound)
    if party is None or not (written := row.text(bound.columns, "name")):
        return [party] if party else []
    if party.first or party.last:
        if is_company(written) and bound.spec.kind != "person":
            return [Party(party.role, written, phones=party.phones, emails=party.emails, is_person=False),
                    replace(party, role="related", phones=(), emails=())]  # fmt: skip
        return [party]
    told = [i for i in bound.columns["name"] if row.cells[i]]
    first = next((i for i in told if is_company(row.cells[i])), told[0])
    further = [i for i in told if i != first]
    row.beside += [(row.binding.header[i], row.cells[i]) for i in further if row.cells[i] != row.cells[first]]
    cell = row.raw[first]
    people = split_people(cell)
    for one in people:
        row.beside += [(f"{bound.spec.role} ({what})", told)
                       for what, told in (("care of", one.beside), ("trading as", one.trade_name)) if told]  # fmt: skip
    people = [one for one in people if one.name]
    if people == [Named(party.full_name)]:
        return [party]
    shared = party if len(people) == 1 else Party(party.role, "")
    return [_as_named(one, shared, bound.spec.kind == "person") for one in people]


def _as_named(one: Named, shared: Party, person: bool) -> Party:
    full, native = split_native(one.name)
    return replace(
        shared,
        full_name=full,
        native_name=native or shared.native_name,
        role=_role(one.role) or shared.role,
        other_names=tuple(dict.fromkeys((*shared.other_names, *one.other_names))),
        is_person=person or not is_company(one.name),
    )


def _party(row: RowCells, bound: BoundParty) -> Party | None:
    """The party in these columns, None when it has no name."""
    columns, spec = bound.columns, bound.spec
    first, middle, last, suffix = (row.text(columns, n) for n in ("first", "middle", "last", "suffix"))
    written, either = row.text(columns, "name"), row.text(columns, "last_or_company")
    if first:
        last = last or either
    by_parts = " ".join(t for t in (first, middle, last, suffix) if t)
    if last and not (first or middle or written) and (is_company(last) or is_trade(last)):
        last, either = "", last  # "Last/primary name" of a company
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


def who_holds(
    entity: str,
    trade: str,
    parties: tuple[Party, ...],
    person: bool | None,
    individual: str,
    holders: tuple[str, ...],
    of_place: bool,
) -> tuple[str, tuple[Party, ...]]:
    """(business name, parties): a company in the column of the holder is the business, people in the column of the
    business its owners. `trade`: the trade name beside it. `person`: what the file says of the holder, None when it
    says nothing. `individual`: the role of whoever holds this kind of license, when only people do. `holders`: the
    roles of whoever holds it in this kind of file. `of_place`: whether the license is one of a place: what is not known
    as a person's name is then the place's."""
    holder = next((p for p in parties if p.role in holders and not p.first), None)
    if holder and entity and holder.full_name.casefold() == entity.casefold():
        return entity, tuple(p for p in parties if p is not holder)
    unknown = of_place and holder and not (is_inverted_name(holder.full_name) or is_known_name(holder.full_name))
    if holder and not entity and (person is False or not holder.is_person or is_trade(holder.full_name) or unknown):
        return holder.full_name, tuple(p for p in parties if p is not holder)
    named = len(entity.split()) > 1 and not is_company(entity) and not is_trade(entity)
    people = split_people(entity) if named else []
    if person is None and people and all(is_persons_name(one.name, trade) for one in people):
        person = True
    if person is None and named and not holder and (individual or is_inverted_name(entity)):
        return "", (*parties, Party(individual or "licensee", entity))
    if person and named and not any(p.role == "owner" for p in parties):
        return "", (*parties, *(_as_named(one, Party("owner", ""), True) for one in people if one.name))
    return entity, parties


def _role(text: str) -> str:
    return "_".join(re.findall(r"[a-z0-9]+", text.casefold()))


def _birth_year(row: RowCells, columns: Columns) -> int | None:
    """The year that a column of its own or an unreadable date gives; a date that means "none" gives no year."""
    found = row.day(columns, "dob")
    if found:
        return found.year
    dates = row.all(columns, "dob")
    unread = [text for name, text in row.unread if name == "dob (unread)" and text in dates]
    year = re.search(r"\b(19\d\d|20\d\d)\b", " ".join([row.text(columns, "birth_year"), *unread]))
    return int(year[1]) if year and int(year[1]) <= YOUNGEST else None
