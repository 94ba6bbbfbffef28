"""Whose city a plain "City" is: of the address that stands before it, not of one that comes later. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.records.header_reading import says_whose

TOWN = ("city", "state", "zip", "city_state_zip")
BETWEEN = ("line1", "line2", "unit", *TOWN)

Columns = Mapping[str, tuple[int, ...]]


def with_its_address(columns: Columns, header: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The columns, where "Home Address, City St Zip, Business Address" gives the town to the home: columns that name no
    owner, right behind a mailing address without a town of its own, before the address of the premises."""
    found = dict(columns)
    mailing, premises = (columns.get(f"{place}.line1", ()) for place in ("mailing", "premises"))
    if not (mailing and premises) or any(f"mailing.{part}" in columns for part in TOWN):
        return found
    address = {i for name, numbers in columns.items() if name.rpartition(".")[2] in BETWEEN for i in numbers}
    for part in TOWN:
        numbers = columns.get(f"premises.{part}", ())
        moved = tuple(
            i for i in numbers
            if mailing[0] < i < premises[0] and address.issuperset(range(mailing[0], i)) and not says_whose(header[i])
        )  # fmt: skip
        if moved:
            found[f"mailing.{part}"] = moved
            found[f"premises.{part}"] = tuple(i for i in numbers if i not in moved)
    return {name: numbers for name, numbers in found.items() if numbers}
