"""What a report says about a screening run besides its flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from analysis.outcomes import Outcomes
from pipeline.model import Application, Flag


@dataclass(frozen=True, slots=True)
class Run:
    """`captures`: capture id -> (site, day, SHA-256) of exhibits; `unread`: rows kept back, in words; `partly`:
    applications with values that were not read; `shared`: those whose number
    stands on another row; `unasked`: columns whose meaning is not known; `screened`: all
    flags of the run, where a report shows some of them; `reviews`: by application, whether two people
    confirmed the possible match, and what was said of it; `outcomes`: what became of all matches ever shown."""

    run_id: str = ""
    day: date | None = None
    user: str = ""
    threshold: float | None = None
    applications: Mapping[str, Application] = field(default_factory=dict)
    captures: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    screened: tuple[Flag, ...] = ()
    reviews: Mapping[str, tuple[bool, tuple[str, ...]]] = field(default_factory=dict)
    outcomes: tuple[Outcomes, ...] = ()

    def is_confirmed(self, flag: Flag) -> bool:
        return self.reviews.get(flag.application_id, (False, ()))[0]

    def said_of(self, flag: Flag) -> tuple[str, ...]:
        """What reviewers said of a possible match, in order."""
        return self.reviews.get(flag.application_id, (False, ()))[1]

    def age_of(self, flag: Flag) -> str:
        """How many sites the exhibits come from and how old: "2 sites; the newest of 2026-03-16, 12 days before this
        screening"; "" where nothing is known of them."""
        told = [self.captures[c] for c in flag.exhibits if c in self.captures]
        if not told:
            return ""
        sites, newest = len({site for site, _, _ in told}), max(day for _, day, _ in told)
        return f"{sites} site{'' if sites == 1 else 's'}; the newest of {newest}{self._ago(date.fromisoformat(newest))}"

    def waiting(self, application_id: str) -> str:
        """The clock of an application: "received 2026-08-01, 12 days before this screening"; "" without a date."""
        asked = self.applications.get(application_id)
        if asked is None or asked.received is None:
            return ""
        return f"received {asked.received.isoformat()}{self._ago(asked.received)}"

    def _ago(self, day: date) -> str:
        days = (self.day - day).days if self.day else -1
        if days < 1:
            return "" if days else ", the day of this screening"
        return f", {days:,} day{'' if days == 1 else 's'} before this screening"
