"""What a report says about a screening run besides its flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from pipeline.model import Application, Flag


@dataclass(frozen=True, slots=True)
class Run:
    """`captures`: capture id -> (site, day, SHA-256) of exhibits; `unread`: rows kept back, in words; `screened`: all
    flags of the run, where a report shows some of them; `reviews`: by application, whether two people
    confirmed the possible match, and what was said of it."""

    run_id: str = ""
    day: date | None = None
    user: str = ""
    threshold: float | None = None
    applications: Mapping[str, Application] = field(default_factory=dict)
    captures: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    screened: tuple[Flag, ...] = ()
    reviews: Mapping[str, tuple[bool, tuple[str, ...]]] = field(default_factory=dict)
