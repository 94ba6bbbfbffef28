"""Whether two possible matches are one lead: one applicant led by the same evidence to the same business, also where a
build has given that business another id since."""

from __future__ import annotations

import re

from pipeline.model import Flag

_CITED = re.compile(r" \[[^\]]*\]$")  # sources at the end of a step of a path: they grow from day to day


def is_one_lead(a: Flag, b: Flag) -> bool:
    """Whether the paths read alike and what agrees is seen in a paper or capture of both.

    A business that came after another at one place is called by its own name and seen in captures of its own. What the
    applicant says and how strong the lead is are not compared.
    """
    return _steps(a) == _steps(b) and not _evidence(a).isdisjoint(_evidence(b))


def _steps(flag: Flag) -> list[str]:
    return [_CITED.sub("", step) for step in flag.path]


def _evidence(flag: Flag) -> set[str]:
    return {source for c in flag.contributions if c.weight > 0 for source in c.source_ids}
