"""Which places papers name, where a paper may leave out the ZIP or the unit."""

from __future__ import annotations

from dataclasses import replace

from pipeline.model import Address


class Doors:
    """Places that papers name. A paper may leave out the ZIP or the unit: then it may mean the place as well."""

    def __init__(self) -> None:
        self.named: set[str] = set()
        self.without_unit: set[str] = set()

    def add(self, place: Address) -> None:
        for form in _forms(place):
            self.named |= {form.premises_key, form.building_key + "|"}
            if not place.unit:
                self.without_unit.add(form.building_key)

    def names(self, place: Address) -> bool:
        """Whether a paper may name it; True for a place of which too little is known to say so."""
        forms = _forms(place)
        return not forms or any(f.premises_key in self.named or f.building_key in self.without_unit for f in forms)


def _forms(place: Address) -> list[Address]:
    """A place by ZIP and by city, as sources give either."""
    return [form for form in (place, replace(place, zip="")) if form.premises_key]


def place_words(place: Address) -> str:
    return f"{place.line}, {place.city}" if place.city and place.city not in place.line else place.line
