"""Closed intervals of days: overlap, gap, hull."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first.isoformat()} to {self.last.isoformat()}"


def gap_days(a: Period, b: Period) -> int:
    """Days between the end of one and the start of the other; negative or 0 when they overlap or touch."""
    return (max(a.first, b.first) - min(a.last, b.last)).days


def overlap_days(a: Period, b: Period) -> int:
    """Days that lie in both, 0 when none."""
    return max(0, 1 - gap_days(a, b))


def hull(periods: Iterable[Period | None]) -> Period | None:
    """The smallest period that covers all given ones; None when there is none."""
    known = [p for p in periods if p is not None]
    if not known:
        return None
    return Period(min(p.first for p in known), max(p.last for p in known))


def period(first: date | None, last: date | None) -> Period | None:
    """A period from bounds of which one may be missing; swapped bounds are put in order."""
    first, last = first or last, last or first
    if first is None or last is None:
        return None
    return Period(min(first, last), max(first, last))
