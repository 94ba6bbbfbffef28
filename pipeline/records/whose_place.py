"""Whose city a plain "City" is: of the address that stands before it, be that the premises', the mailing or an earlier
one; and which of several columns of one name is read. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.records.header_reading import says_whose, split_words
from pipeline.records.headers import fold_header

TOWN = ("city", "state", "zip", "city_state_zip")
FURTHER = (*TOWN, "line2", "unit")  # parts that follow the line they belong to
LINES = ("line1", "number", "prefix", "street", "kind")
BETWEEN = ("line2", "unit", "unit_kind", "box", *TOWN)
ADDRESS_WORDS = frozenset(("address", "street", "residence"))
NO_POSTAL = frozenset(("email", "web", "mail", "ip", "type", "code", "id"))
SEVERAL = frozenset(("phone", "email", "website", "other_names"))  # of which every column is read

Columns = Mapping[str, tuple[int, ...]]


def with_its_address(columns: Columns, header: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The columns, where "Home Address, Suite, City St Zip, Business Address" gives suite and town to the home: columns
    that name no owner, right behind another address than the premises'. Behind an address that is not read they are not
    read."""
    found = _beside_the_premises(columns, header)
    parts = {i: name for name, numbers in found.items() for i in numbers}
    for part in FURTHER:
        for i in columns.get(f"premises.{part}", ()):
            if says_whose(header[i]):
                continue
            place = _place_before(i, parts, header)
            if place == "premises":
                continue
            found[f"premises.{part}"] = tuple(n for n in found[f"premises.{part}"] if n != i)
            if place and not any(says_whose(header[n]) for n in columns.get(f"{place}.{part}", ())):
                found[f"{place}.{part}"] = (*found.get(f"{place}.{part}", ()), i)
        towns = found.get(f"premises.{part}", ())
        found[f"premises.{part}"] = tuple(sorted(towns, key=lambda i: says_whose(header[i]) != "premises"))
    return {name: numbers for name, numbers in found.items() if numbers}


def _beside_the_premises(columns: Columns, header: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The columns, where a plain "Address" beside a "Business Address" is another one: where mail goes, if no column
    says that, else not read."""
    found, lines = dict(columns), columns.get("premises.line1", ())
    named = [i for i in lines if says_whose(header[i]) == "premises" and set(split_words(header[i])) & ADDRESS_WORDS]
    plain = [i for i in lines if not says_whose(header[i]) and set(split_words(header[i])) & ADDRESS_WORDS]
    if not (named and plain):
        return found
    found["premises.line1"] = tuple(i for i in lines if i not in plain)
    if not any(name.startswith("mailing.") for name in columns):
        found["mailing.line1"] = tuple(plain)
    return found


def _place_before(column: int, parts: Mapping[int, str], header: Sequence[str]) -> str:
    """The address that a town column stands behind, over other parts of an address; "" for one that is not read."""
    for i in range(column - 1, -1, -1):
        place, _, part = parts.get(i, "").rpartition(".")
        if part in LINES:
            return place
        if part in BETWEEN and place:
            continue
        return "premises" if part or not _is_anothers_address(header[i]) else ""
    return "premises"


def _is_anothers_address(header: str) -> bool:
    """ "Prior Addr", "Agent Street": an address that names whose it is, and not the premises'."""
    words = set(split_words(header))
    return bool(words & ADDRESS_WORDS) and not words & NO_POSTAL and says_whose(header) not in ("", "premises")


def first_of_a_name(columns: Columns, header: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The columns, where of several with the same header the first alone is read: the second "Address" is another's."""
    return {name: numbers if name in SEVERAL else _first_of_each(numbers, header) for name, numbers in columns.items()}


def _first_of_each(numbers: tuple[int, ...], header: Sequence[str]) -> tuple[int, ...]:
    firsts: dict[str, int] = {}
    for i in numbers:
        firsts[fold_header(header[i])] = min(i, firsts.get(fold_header(header[i]), i))
    return tuple(i for i in numbers if firsts[fold_header(header[i])] == i)
