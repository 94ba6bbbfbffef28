"""False positives by how common a surname is, with their uncertainty. Nothing about anybody is guessed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

from pipeline.model import Flag

BANDS = (">=1%", "0.1-1%", "<0.1%")
Z95 = 1.959963984540054
ALERT_RATIO, ALERT_N = 1.25, 30


@dataclass(frozen=True, slots=True)
class BandFigures:
    """Innocent applicants of one surname-frequency band."""

    band: str
    n: int
    flagged: int
    rate: float
    low: float  # Wilson 95 %
    high: float


@dataclass(frozen=True, slots=True)
class Fairness:
    """`ratio`: rate of the most over that of the least common band that has any; None while one of them is 0."""

    bands: tuple[BandFigures, ...]
    ratio: float | None
    alert: bool
    name_only: int
    flagged: int
    name_only_share: float


def wilson(hits: int, n: int, z: float = Z95) -> tuple[float, float]:
    """95 % interval of a share; (0, 1) without data."""
    if n == 0:
        return 0.0, 1.0
    p, z2 = hits / n, z * z
    center, half = p + z2 / (2 * n), z * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(0.0, (center - half) / (1 + z2 / n)), min(1.0, (center + half) / (1 + z2 / n))


def fairness(flags: Iterable[Flag], linked: Collection[str] | Mapping[str, bool] = ()) -> Fairness:
    """Figures of one run. `linked`: application ids that truly lead to a network (or id -> whether it does)."""
    flags = list(flags)
    true = {i for i, yes in linked.items() if yes} if isinstance(linked, Mapping) else set(linked)
    innocent = [f for f in flags if f.application_id not in true]
    bands = tuple(_band(band, [f for f in innocent if f.surname_band == band]) for band in BANDS)
    top, bottom = bands[0], bands[-1]
    ratio = top.rate / bottom.rate if bottom.rate else None
    enough = top.n >= ALERT_N and bottom.n >= ALERT_N
    unequal = (ratio is not None and ratio > ALERT_RATIO) or (ratio is None and top.flagged > 0)
    hits = [f for f in flags if f.result == "possible_match"]
    alone = sum(set(f.matched_kinds) <= {"name"} for f in hits)
    return Fairness(bands, ratio, enough and unequal, alone, len(hits), alone / len(hits) if hits else 0.0)


def _band(band: str, flags: list[Flag]) -> BandFigures:
    flagged = sum(f.result == "possible_match" for f in flags)
    low, high = wilson(flagged, len(flags))
    return BandFigures(band, len(flags), flagged, flagged / len(flags) if flags else 0.0, low, high)
