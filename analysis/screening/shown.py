"""What a report shows of a flag, in words and without what is sealed: on the page, in the workbook, at the counter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from analysis.screening.explain import BANNERS, CONFIRMED, banner
from analysis.screening.run import Run
from pipeline.model import Contribution, Flag

SEALED = frozenset({"dob", "email"})  # compared, never printed
LEVELS = {
    "exact": "the same", "normalized": "the same, written otherwise", "similar": "similar", "differs": "differs",
    "noted": "not compared", "missing": "missing: no agreement", "weak": "a weak name: confirms only",
}  # fmt: skip
BANDS = {
    ">=1%": "very common (1 of 100 or more)", "0.1-1%": "common (1 of 1,000 to 1 of 100)",
    "<0.1%": "rare (fewer than 1 of 1,000)",
}  # fmt: skip
RESULTS = (CONFIRMED, *(BANNERS[r] for r in ("possible_match", "insufficient_information", "no_relevant_result")))


def counted_results(flags: Sequence[Flag], run: Run) -> list[tuple[str, int]]:
    """Each result in words with its number of applications, what is to be looked at first."""
    found = Counter(banner(f, confirmed=run.is_confirmed(f)) for f in run.screened or flags)
    return [(words, found[words]) for words in RESULTS if words in found]


def shown_probability(score: float) -> str:
    """Nothing is certain: a probability that would be rounded to 1 is told as a bound."""
    return "above 0.999" if score > 0.999 else f"{score:.3f}"


def both_sides(c: Contribution) -> tuple[str, str]:
    """What applicant and files say of one line, for a reader: of what is sealed only that there is something."""
    shown = c.field not in SEALED
    mine = (c.applicant_value if shown else "given" if c.applicant_value else "") or "not given"
    theirs = (c.known_value if shown else "on file" if c.known_value else "") or "—"
    return mine, theirs


def shown_line(c: Contribution) -> dict[str, Any]:
    """A line of the account as it may be shown: values that are sealed stay out."""
    shown = c.field not in SEALED
    return {
        "field": c.field,
        "level": c.level,
        "weight": round(c.weight, 2),
        "applicant_value": c.applicant_value if shown else "",
        "known_value": c.known_value if shown else "",
    }


def told_exhibits(flag: Flag, run: Run) -> list[tuple[str, str, str, str]]:
    """Site, day, SHA-256 and id of each exhibit, by site and day."""
    return sorted((*run.captures.get(capture, ("", "", "")), capture) for capture in flag.exhibits)
