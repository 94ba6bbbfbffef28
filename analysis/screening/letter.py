"""A letter of reasons as a draft for counsel: facts, exhibits, cause, the right to complain (RSMo 324.262.1, 621.120).

A possible match is no ground: a letter is drafted only of one that two people confirmed, with a cause a person chose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from analysis.screening.asked import party_name
from analysis.screening.explain import CONFIRMED, WORDS
from analysis.screening.run import Run
from analysis.screening.shown import LEVELS, SEALED
from pipeline.declared import read_declared
from pipeline.errors import FixInput
from pipeline.model import Flag

CAUSES = Path(__file__).with_name("causes.toml")


@dataclass(frozen=True, slots=True)
class Cause:
    code: str
    citation: str
    says: str
    caution: str = ""


@cache
def _table() -> dict[str, Any]:
    return read_declared(CAUSES)


def causes() -> Mapping[str, Cause]:
    return {entry["code"]: Cause(**entry) for entry in _table()["cause"]}


def complaint_deadline(notice: date) -> date:
    """The last day for a complaint after delivery or certified mailing of the notice."""
    return notice + timedelta(days=int(_table()["complaint"]["days"]))


def letter(flag: Flag, run: Run, cause_code: str, notice: date) -> str:
    """The draft in Markdown. Raises FixInput for a match that two people have not confirmed, or an unknown cause."""
    if not run.is_confirmed(flag):
        raise FixInput(
            f"{flag.application_id} is not confirmed by two reviewers: a possible match is no ground for a refusal. "
            "Say so first, each: imb decide true-match"
        )
    if cause_code not in causes():
        known = "; ".join(f"{c.code}: {c.says}" for c in causes().values())
        raise FixInput(f"{cause_code!r} is no cause that is listed. Choose one of: {known}.")
    return "\n".join(_lines(flag, run, causes()[cause_code], notice)) + "\n"


def _lines(flag: Flag, run: Run, cause: Cause, notice: date) -> Iterator[str]:
    asked, complaint = run.applications.get(flag.application_id), _table()["complaint"]
    yield from ("DRAFT FOR COUNSEL: not sent, not signed.", "", "# Refusal of a license: reasons", "")
    yield f"Application {flag.application_id}, {run.waiting(flag.application_id) or 'date of receipt not recorded'}"
    if asked is not None:
        yield f"Applicant: {party_name(asked.applicant) or 'not named'}"
        yield f"Business: {asked.business_name or 'none given'}"
    yield f"Date of this notice: {notice.isoformat()}"
    yield from ("", "## Cause", "", f"{cause.citation}: {cause.says}.")
    if cause.caution:
        yield f"Note for counsel: {cause.caution}"
    yield from ("", "## Facts", "", flag.sentence, "", *_bullets(flag.path), "")
    yield from (f"- {WORDS.get(c.field, c.field)}: {_compared(c.field, c)}" for c in flag.contributions if c.weight)
    yield from ("", "## Exhibits", "")
    yield from _bullets([" · ".join((*run.captures.get(capture, ()), capture)) for capture in flag.exhibits])
    yield from ("", "## What speaks against it", "")
    yield from _bullets(flag.contrary or ("Nothing was found in the files searched.",))
    yield from ("", "## Who decided", "", f"{CONFIRMED}:", "", *_bullets(run.said_of(flag)), "")
    yield f"Screening run {run.run_id}, snapshot {flag.snapshot_id}, match model {flag.model_version}."
    yield from ("", f"## Right to complain ({complaint['reasons']}, {complaint['citation']})", "")
    yield (
        f"You may complain to the {complaint['body']} within {complaint['days']} days of the delivery or certified "
        f"mailing of this notice: if it is delivered or mailed on {notice.isoformat()}, until "
        f"{complaint_deadline(notice).isoformat()}."
    )
    yield from ("", "Note for counsel: put the exhibits on hold while that time and a complaint run: imb evidence hold")


def _compared(field: str, contribution: Any) -> str:
    level = LEVELS.get(contribution.level, contribution.level)
    if field in SEALED:
        return f"{level} (values kept under seal)"
    return f"{contribution.applicant_value} / {contribution.known_value}: {level}"


def _bullets(lines: Sequence[str]) -> list[str]:
    return [f"- {line}" for line in lines]
