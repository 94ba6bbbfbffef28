"""What became of the possible matches that were shown: counts and rates by strength of the lead and by surname."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.fairness import BANDS, wilson
from pipeline.model import Flag

CONFIRMED, OVERTURNED, MORE, UNCLEAR = "confirmed", "another person", "more needed", "cannot be determined"
WAITING, OPEN = "a second person is awaited", "nobody has decided"
OUTCOMES = (CONFIRMED, OVERTURNED, MORE, UNCLEAR, WAITING, OPEN)
ENOUGH = 30  # matches below which a share is chance and is not told
STRENGTHS = ("strong", "moderate", "review")

Match = tuple[str, str]  # application, known entity


@dataclass(frozen=True, slots=True)
class Share:
    """`rate` with Wilson's 95 % interval; None where fewer than ENOUGH were counted."""

    hits: int
    of: int
    rate: float | None
    low: float | None
    high: float | None

    def __str__(self) -> str:
        if self.rate is None:
            return f"{self.hits} of {self.of}: too few for a rate" if self.of else "none yet"
        return f"{self.rate:.1%} ({self.low:.1%} to {self.high:.1%})"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Possible matches of one group. Confirmed and overturned are shares of those decided either way; more needed and
    cannot be determined of those of which anybody has said anything."""

    by: str  # "all", "strength", "surname"
    group: str
    shown: int
    counts: Mapping[str, int]  # each of OUTCOMES
    confirmed: Share
    overturned: Share
    more_needed: Share
    undeterminable: Share

    @property
    def undecided(self) -> int:
        return self.counts[WAITING] + self.counts[OPEN]


def outcomes(shown: Iterable[Flag], said: Mapping[Match, str]) -> list[Outcomes]:
    """Of all possible matches shown, each once as it was shown last; then by strength and by surname-frequency band."""
    latest = {(f.application_id, f.known_entity_id): f for f in shown if f.result == "possible_match"}
    groups: list[tuple[str, str, Sequence[Match]]] = [("all", "all", list(latest))]
    groups += [("strength", b, [m for m, f in latest.items() if f.band == b]) for b in STRENGTHS]
    groups += [("surname", b, [m for m, f in latest.items() if f.surname_band == b]) for b in BANDS]
    return [_of(by, group, Counter(said.get(m, OPEN) for m in matches)) for by, group, matches in groups]


def _of(by: str, group: str, counts: Counter[str]) -> Outcomes:
    decided = counts[CONFIRMED] + counts[OVERTURNED]
    said = counts.total() - counts[OPEN]
    return Outcomes(
        by, group, counts.total(), {name: counts[name] for name in OUTCOMES}, share(counts[CONFIRMED], decided),
        share(counts[OVERTURNED], decided), share(counts[MORE], said), share(counts[UNCLEAR], said),
    )  # fmt: skip


def share(hits: int, of: int) -> Share:
    if of < ENOUGH:
        return Share(hits, of, None, None, None)
    return Share(hits, of, hits / of, *wilson(hits, of))
