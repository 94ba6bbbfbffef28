"""Which captures stand as exhibits of a possible match: from the first to the last day, before others those that show
what the applicant shares. The order is made with the index, so that an answer takes the first ones only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain, zip_longest

from analysis.screening.index import KnownBusiness, ScreeningIndex
from analysis.screening.known import KnownPlace

Days = Mapping[str, date]  # capture id -> day of capture
ENDS = 2  # the first and the last capture of a business


def spread_captures(index: ScreeningIndex, days_of: Callable[[Collection[str]], Days]) -> ScreeningIndex:
    """The index with the captures of each business and place in `spread_order`. `days_of` is asked once."""
    businesses = index.businesses.values()
    places = [place for uses in index.places.values() for of_value in uses.values() for place in of_value]
    days = days_of({*(c for b in businesses for c in b.captures), *(c for place in places for c in place.captures)})
    most = index.rules.screening.exhibits

    def spread(place: KnownPlace) -> KnownPlace:
        return replace(place, captures=spread_order(place.captures, days, most))

    return replace(
        index,
        businesses={b.business_id: replace(b, captures=spread_order(b.captures, days, most)) for b in businesses},
        places={
            kind: {value: [spread(place) for place in of_value] for value, of_value in uses.items()}
            for kind, uses in index.places.items()
        },
    )


def spread_order(captures: Iterable[str], days: Days, most: int) -> tuple[str, ...]:
    """The first, the last, then up to `most` the one furthest in time from those before it; the others by day.

    Captures of which no day is known come at the end.
    """
    dated = sorted((days[c], c) for c in set(captures) if c in days)
    undated = sorted(c for c in set(captures) if c not in days)
    if len(dated) <= ENDS:
        return (*(c for _, c in dated), *undated)
    taken = [dated[0], dated[-1]]
    rest = [(day, capture, min(_apart(day, other) for other, _ in taken)) for day, capture in dated[1:-1]]
    while rest and len(taken) < most:
        at = max(range(len(rest)), key=lambda n: (rest[n][2], -n))
        day, capture, _ = rest.pop(at)
        taken.append((day, capture))
        rest = [(d, c, min(near, _apart(d, day))) for d, c, near in rest]
    return (*(c for _, c in taken), *(c for _, c, _ in rest), *undated)


def _apart(a: date, b: date) -> int:
    return abs((a - b).days)


def choose_exhibits(places: Sequence[KnownPlace], businesses: Sequence[KnownBusiness], most: int) -> tuple[str, ...]:
    """Of captures in `spread_order` at most `most`: first and last of each business, then those that show what agrees,
    of each identifier in turn, then further ones of the businesses."""
    ends = (c for business in businesses for c in business.captures[:ENDS])
    shown = chain.from_iterable(zip_longest(*(place.captures[:most] for place in places)))
    further = (c for business in businesses for c in business.captures[ENDS : most + ENDS])
    return tuple(dict.fromkeys(c for c in (*ends, *shown, *further) if c))[:most]
