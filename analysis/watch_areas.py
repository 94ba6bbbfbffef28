"""Areas by name: a ZIP code, "City, ST", "Name County, ST" or "10 miles of 65801".

Offline: the gazetteer is the package `zipcodes`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import Any

import zipcodes

from pipeline.errors import FixInput
from pipeline.model import Address

EARTH_MILES = 3958.8
_CIRCLE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:mi|miles?)\s*(?:of|around|from)\s*(\d{5})\Z", re.IGNORECASE)
_PLACE = re.compile(r"(.+?)\s*,\s*([A-Za-z]{2})\Z")


@dataclass(frozen=True, slots=True)
class Area:
    """ZIP codes of an area; for a city also its name, as many addresses have no ZIP."""

    zips: frozenset[str]
    city: tuple[str, str] = ("", "")  # lower case, state

    def holds(self, address: Address) -> bool:
        """A ZIP decides; without one the city does: for a county or circle when all of the city's ZIPs lie in it."""
        own = (address.city.casefold(), address.state)
        if self.city[0] and self.city == own:
            return True
        if address.zip:
            return address.zip in self.zips
        of_city = zips_of_city(*own) if all(own) else frozenset()
        return bool(of_city) and not self.city[0] and of_city <= self.zips


def parse_area(text: str, most_miles: float) -> Area:
    """Raises FixInput for what is no area of the gazetteer."""
    text = " ".join(text.split())
    if re.fullmatch(r"\d{5}", text) and zipcodes.matching(text):
        return Area(frozenset({text}))
    if circle := _CIRCLE.fullmatch(text):
        return _circle(float(circle[1]), circle[2], most_miles)
    if place := _PLACE.fullmatch(text):
        name, state = place[1], place[2].upper()
        if name.casefold().endswith(" county"):
            found = frozenset(str(z["zip_code"]) for z in zipcodes.filter_by(county=name.title(), state=state))
            if found:
                return Area(found)
        elif found := zips_of_city(name.casefold(), state):
            return Area(found, (name.casefold(), state))
    raise FixInput(
        f'{text!r} is no area. Write a ZIP code, "Springfield, MO", "Greene County, MO" or "10 miles of 65801".'
    )


@lru_cache(maxsize=4096)
def zips_of_city(city: str, state: str) -> frozenset[str]:
    """ZIP codes whose post office has that name."""
    return frozenset(str(z["zip_code"]) for z in zipcodes.filter_by(state=state) if z["city"].casefold() == city)


def _circle(miles: float, center: str, most_miles: float) -> Area:
    found = zipcodes.matching(center)
    if not found or not found[0]["lat"] or not 0 < miles <= most_miles:
        raise FixInput(
            f"{miles:g} miles of {center} is no area: a circle has a known ZIP code in its center and reaches up to "
            f"{most_miles:g} miles. Write for example: 10 miles of 65801"
        )
    near = (z for z in zipcodes.list_all() if z["lat"] and miles_between(found[0], z) <= miles)
    return Area(frozenset(str(z["zip_code"]) for z in near))


def miles_between(a: dict[str, Any], b: dict[str, Any]) -> float:
    """Great-circle distance of two rows of the gazetteer."""
    (lat1, lon1), (lat2, lon2) = ((radians(float(p["lat"])), radians(float(p["long"]))) for p in (a, b))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_MILES * asin(sqrt(half))
