"""ZIP codes and their places, offline (package zipcodes). Loaded on first use: it takes about two seconds."""

from __future__ import annotations

from functools import lru_cache

import zipcodes

from pipeline.extract.addresses.vocab import STATE_CODES


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, tuple[str, str]], dict[str, frozenset[str]]]:
    """ZIP -> (city, state), and city in squashed lower case -> states."""
    places: dict[str, tuple[str, str]] = {}
    states: dict[str, set[str]] = {}
    for row in zipcodes.list_all():
        places[row["zip_code"]] = (row["city"], row["state"])
        for city in (row["city"], *row["acceptable_cities"]):
            states.setdefault(squash(city), set()).add(row["state"])
    return places, {city: frozenset(found) for city, found in states.items()}


def place_of(zip_code: str) -> tuple[str, str]:
    """(city, state) of a ZIP code, ("", "") when there is none such."""
    return _tables()[0].get(zip_code, ("", "")) if zip_code else ("", "")


def is_city(name: str, state: str = "") -> bool:
    """Whether the postal service knows a city of that name (in that state)."""
    found = _tables()[1].get(squash(name), frozenset())
    return state in found if state in STATE_CODES else bool(found)


@lru_cache(maxsize=8192)
def squash(city: str) -> str:
    """A city's name for comparison: letters only, "St." and "Saint" alike."""
    words = city.lower().replace(".", " ").replace("'", "").split()
    short = {"saint": "st", "sainte": "ste", "fort": "ft", "mount": "mt", "heights": "hts", "springs": "spgs"}
    return "".join(short.get(word, word) for word in words)
