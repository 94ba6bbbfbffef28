"""Which captures stand as exhibits of a possible match: from the first to the last day, before others those that show
what the applicant shares. The order is made with the index, so that an answer takes the first ones only."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from heapq import heappop, heappush
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

    @cache  # a business's number and premises mostly stand in the same captures
    def ordered(captures: tuple[str, ...]) -> tuple[str, ...]:
        return spread_order(captures, days, most)

    return replace(
        index,
        businesses={b.business_id: replace(b, captures=ordered(b.captures)) for b in businesses},
        places={
            kind: {
                value: [replace(p, captures=ordered(p.captures)) for p in of_value] for value, of_value in uses.items()
            }
            for kind, uses in index.places.items()
        },
    )


def spread_order(captures: Iterable[str], days: Days, most: int) -> tuple[str, ...]:
    """The first, the last, then up to `most` the one furthest in time from those before it; the others by day.

    Captures of which no day is known come at the end.
    """
    known = set(captures)
    dated = sorted((days[c].toordinal(), c) for c in known if c in days)
    at, order = [day for day, _ in dated], [c for _, c in dated]
    undated = sorted(c for c in known if c not in days)
    if len(order) <= ENDS:
        return (*order, *undated)
    taken = [0, len(order) - 1]
    gaps = _furthest(at, 0, len(order) - 1)
    while gaps and len(taken) < most:
        _, between, before, after = heappop(gaps)
        taken.append(between)
        for gap in (*_furthest(at, before, between), *_furthest(at, between, after)):
            heappush(gaps, gap)
    first = set(taken)
    return (*(order[n] for n in taken), *(c for n, c in enumerate(order) if n not in first), *undated)


def _furthest(at: Sequence[int], before: int, after: int) -> list[tuple[int, int, int, int]]:
    """(days to the nearer end, negative; place; both ends) of what lies furthest from both ends of a gap in `at`."""
    if after - before < ENDS:
        return []
    middle = bisect_left(at, (at[before] + at[after]) / 2, before + 1, after)
    near = {min(max(n, before + 1), after - 1) for n in (middle - 1, middle)}
    places = (bisect_left(at, at[n], before + 1, after) for n in near)
    return [min((-min(at[n] - at[before], at[after] - at[n]), n, before, after) for n in places)]


def choose_exhibits(places: Sequence[KnownPlace], businesses: Sequence[KnownBusiness], most: int) -> tuple[str, ...]:
    """Of captures in `spread_order` at most `most`: first and last of each business, then those that show what agrees,
    of each identifier in turn, then further ones of the businesses."""
    ends = (c for business in businesses for c in business.captures[:ENDS])
    shown = chain.from_iterable(zip_longest(*(place.captures[:most] for place in places)))
    further = (c for business in businesses for c in business.captures[ENDS : most + ENDS])
    return tuple(dict.fromkeys(c for c in (*ends, *shown, *further) if c))[:most]
