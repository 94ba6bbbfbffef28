"""One row of cells to one Record, by the binding of a column map. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.model import Address, Party, Record
from pipeline.records.binding import Binding
from pipeline.records.cell_text import clean, clean_number, plain_text
from pipeline.records.column_map import HOLDER_KEY
from pipeline.records.people_in_cell import addressee_only, split_trade_name
from pipeline.records.place_text import is_box
from pipeline.records.row_cells import RowCells
from pipeline.records.row_parties import parties_of_row, who_holds
from pipeline.records.row_places import place_of_row
from pipeline.records.values import is_company, is_inverted_name, read_names, read_websites, says_person, without_ssn

KEY_JOIN = "|"
TOTAL = re.compile(r"(?i)^(?:grand |sub)?total(?:s| \w+)?\b|^(?:record|row) count\b|^\d+ (?:records|rows)\b")
INDIVIDUAL = re.compile(r"(?i)\btherapists?\b|\bpractitioners?\b|\bLMTs?\b|\bLMBTs?\b|\bmasseu(?:r|se)s?\b")
PLACES = re.compile(
    r"(?i)\b(?:establishments?|facility|facilities|premises|shops?|salons?|parlou?rs?|spas?|bath\s?houses?|studios?)\b"
)
NUMBERS = frozenset(("license_number", "record_number"))
SHARED = frozenset(("license_type",))  # in a key of several columns: what many records of one name share


class UnreadableRow(ValueError):
    """The row cannot become a record; the message is the reason for the quarantine."""


def natural_key(binding: Binding, cells: Sequence[str]) -> str:
    """The row's number, or the values of a composite key. Raises UnreadableRow when there is none."""
    if _is_total(cells):
        raise UnreadableRow("a line of totals, no record")
    cells = binding.cells(cells)
    if is_header_again(binding, cells):
        raise UnreadableRow("the header again, no record")
    for ignored in (SHARED, frozenset[str]()):  # a name and a trade say less than a name and a town
        for names in binding.map.key:
            values = [_key_value(binding, name, cells) for name in names]
            if sum(bool(v) and n not in ignored for n, v in zip(names, values, strict=True)) >= min(2, len(names)):
                return values[0] if len(names) == 1 else KEY_JOIN.join(v.casefold() for v in values)
    raise UnreadableRow(f"no {_key_words(binding)} in the row")


def _key_value(binding: Binding, name: str, cells: Sequence[str]) -> str:
    read = clean_number if name in NUMBERS else _key_text
    columns = binding.holder_columns if name == HOLDER_KEY else binding.columns.get(name, ())
    found = (read(cells[i]) for i in columns)
    return " ".join(filter(None, found)) if name == HOLDER_KEY else next(filter(None, found), "")


def _key_text(cell: str) -> str:
    return clean(plain_text(cell))


def _key_words(binding: Binding) -> str:
    """ "license number, nor two of: dba name, entity name …" """
    single = [names[0] for names in binding.map.key if len(names) == 1]
    several = [f"two of {', '.join(names)}" for names in binding.map.key if len(names) > 1]
    return " nor ".join([*single, *several[:1]]).replace("_", " ").replace("premises.", "")


def is_header_again(binding: Binding, cells: Sequence[str]) -> bool:
    """Whether a row repeats the header, as exports page by page do."""
    if not binding.header or cells[0].strip().casefold() != binding.header[0].strip().casefold():
        return False
    filled = [(c.strip().casefold(), h.strip().casefold()) for c, h in zip(cells, binding.header, strict=False)]
    return len(filled) > 1 and all(c == h for c, h in filled)


def _is_total(cells: Sequence[str]) -> bool:
    """ "Total licenses: 412" below a table."""
    filled = [text for cell in cells if (text := cell.strip())]
    return len(filled) <= min(3, len(cells) - 1) and bool(filled) and bool(TOTAL.match(filled[0]))


def build_record(binding: Binding, line: int, cells: Sequence[str], *, fictional: bool, generated: bool) -> Record:
    """The Record of one row. Raises UnreadableRow with the reason when there is no natural key, name or address."""
    raw = [plain_text(c) for c in binding.cells(cells)]
    row = RowCells(binding, [clean(c) for c in raw], fictional, generated, raw)
    take: Callable[[str], str] = lambda name: row.text(binding.columns, name)  # noqa: E731
    key = natural_key(binding, cells)
    premises, address_name = place_of_row(row, binding.places["premises"], "premises")
    mailing, _ = place_of_row(row, binding.places["mailing"], "mailing")
    if premises and is_box(premises.line):
        premises, mailing = None, mailing or premises
    parties = tuple(p for b in binding.parties for p in parties_of_row(row, b))
    premises, mailing, parties = _as_told(row, premises, mailing, parties)
    types = row.all(binding.columns, "license_type")
    person, individual = says_person(take("ownership")), any(map(INDIVIDUAL.search, types))
    of_place = not individual and any(map(PLACES.search, types))
    told, trade = split_trade_name(_legal_name(row))
    trade = row.name(binding.columns, "dba_name") or trade
    holders = ("licensee", "applicant") if binding.map.kind == "license" else ("licensee",)
    named = parties
    entity, parties = who_holds(told, trade, parties, person, "licensee" if individual else "", holders, of_place)
    dba = trade or _further_name(row, entity) or ("" if entity else _told_trade(row))
    if address_name and not (entity or dba or parties):
        dba, address_name = address_name, ""
    if (
        binding.map.person_address == "mailing"
        and not of_place
        and any(p.role == "licensee" for p in parties)
        and not (entity or dba)
    ):
        if premises and mailing and premises != mailing:
            row.beside.append(("another address of the person", premises.line))
        premises, mailing = None, mailing or premises
    prior = tuple(a for columns in binding.prior if (a := place_of_row(row, columns, "")[0]))
    firm = next((p for p in named if not any(p is kept for kept in parties)), Party("", ""))  # now the business itself
    phones = tuple(dict.fromkeys((*row.phones(binding.columns), *firm.phones)))
    emails = tuple(dict.fromkeys((*row.emails(binding.columns), *firm.emails)))
    landlord, story = take("landlord"), without_ssn(take("text"))
    if not (entity or dba or parties or premises or mailing or landlord or story or phones):
        raise UnreadableRow("the row names nobody and no place")
    return Record(
        kind=binding.map.kind,
        dataset=binding.dataset,
        natural_key=key,
        line=line,
        entity_name=entity,
        dba_name=dba,
        license_number=clean_number(take("license_number")),
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
        emails=emails,
        websites=read_websites(" ".join(row.all(binding.columns, "website"))),
        landlord=landlord,
        previous_names=read_names(take("previous_names")),
        cause=take("cause"),
        text=story,
        extra=_extra(row, address_name, {told, entity, dba, *(p.full_name for p in parties)}),
    )


def _as_told(
    row: RowCells, premises: Address | None, mailing: Address | None, parties: tuple[Party, ...]
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


ALTERNATIVES = ("entity_name", "dba_name", "license_type", "status")  # of which the first with a value is taken


def _further(row: RowCells, used: set[str]) -> list[tuple[str, str]]:
    """The values of columns that another one, with a better header, was taken instead of."""
    found = []
    for name in ALTERNATIVES:
        if len(columns := row.binding.columns.get(name, ())) < 2:
            continue
        numbers = [i for i in columns if row.cells[i]]
        first = row.cells[numbers[0]] if numbers else ""
        found += [(row.binding.header[i], v) for i in numbers[1:] if (v := row.cells[i]) not in {first, *used}]
    return found


def _told_trade(row: RowCells) -> str:
    """The trade name that stands in a person's cell: "Hana Cole d/b/a Fern Spa"."""
    return next((told for what, told in row.beside if what.endswith("(trading as)")), "")


def _further_name(row: RowCells, entity: str) -> str:
    """A second business name beside the legal one, in a layout that has no column for a trade name."""
    if not row.binding.map.general or "dba_name" in row.binding.columns:
        return ""
    names = _business_names(row)
    further = (n for n in names if n.casefold() != (entity or names[0]).casefold())
    return next((n for n in further if not is_inverted_name(n)), "")


def _business_names(row: RowCells) -> list[str]:
    """The business names of a row, the best header's first."""
    return [n for n in row.all(row.binding.columns, "entity_name") if not (n.isdigit() or addressee_only(n))]


def _legal_name(row: RowCells) -> str:
    """The name of the business: of several in a layout without a column for trade names, the one with a legal form,
    where only one has it ("Fern Spa" | "Fernway LLC")."""
    first = row.name(row.binding.columns, "entity_name")
    if not first or not row.binding.map.general or "dba_name" in row.binding.columns:
        return first
    legal = [n for n in _business_names(row) if is_company(n)]
    return legal[0] if len(legal) == 1 else first


def _extra(row: RowCells, address_name: str, used: set[str]) -> tuple[tuple[str, str], ...]:
    binding = row.binding
    kept = [(binding.header[i], without_ssn(v)) for i in binding.kept if (v := row.cells[i])]
    kept += [(binding.header[i], row.cells[i]) for i in binding.columns.get("ownership", ()) if row.cells[i]]
    kept += _further(row, used)
    named = [("name in address line 1", address_name)] if address_name else []
    return tuple(dict.fromkeys([*kept, *named, *row.beside, *row.unread]))
