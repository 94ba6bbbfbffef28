"""Dates of birth as people write them."""

from __future__ import annotations

from datetime import date

from rapidfuzz.distance import OSA


def one_slip(a: date, b: date) -> bool:
    """Whether one digit, two neighboring digits exchanged, or day and month exchanged explain the difference."""
    if OSA.distance(a.isoformat(), b.isoformat(), score_cutoff=1) <= 1:
        return True
    return a.year == b.year and (a.month, a.day) == (b.day, b.month)
