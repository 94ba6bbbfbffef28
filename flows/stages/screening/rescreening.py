"""The open applications screened again: what is new, and pairs that a person found to be two different people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from analysis.screening.half_read import with_given
from analysis.screening.letter import complaint_deadline, letter
from analysis.screening.pairs import former_ids, pair_digests, pairs_once
from analysis.screening.same_lead import is_one_lead
from flows.stages.decisions.retracting import LETTER
from flows.stages.progress import Progress, silent
from flows.stages.screening.applications import (
    Screened,
    describe_run,
    freeze_flags,
    load_index,
    read_applications,
    screen_applications,
)
from flows.stages.screening.outcomes import keep_outcome, keep_overturned
from pipeline.errors import NotFound
from pipeline.home import Home
from pipeline.model import Application, Flag, Record
from pipeline.records.given import Given, applications_of
from pipeline.store.casework import Casework
from pipeline.store.codec import from_json
from pipeline.store.frozen import agreed, shown_matches, standing_matches, told_matches
from pipeline.store.intelligence import open_snapshot
from pipeline.store.reviews import TRUE_MATCH, review, reviews

NO_LONGER = "The possible match shown before is none any more."


def open_applications(home: Home) -> list[Given]:
    """The applications of the current snapshot, the newest version of each."""
    folder = home.current_snapshot()
    with open_snapshot(folder, "sealed") as sealed, open_snapshot(folder) as store:
        ids = store.rows("SELECT record_id, version FROM core_records WHERE kind = 'application' ORDER BY record_id")
        payloads = {(r["record_id"], r["version"]): r["payload"] for r in sealed.rows("SELECT * FROM core_records")}
    latest = {r["record_id"]: payloads[r["record_id"], r["version"]] for r in ids}
    return applications_of(from_json(Record, payload) for payload in latest.values())


def screen_open_again(home: Home, progress: Progress = silent) -> Screened:
    """The open applications with today's standings."""
    found = open_applications(home)
    applications = [given.application for given in found]
    flags = screen_applications(home, applications, progress=progress)
    return Screened(applications, [with_given(f, given) for f, given in zip(flags, found, strict=True)], [])


def never_shown(home: Home, flags: Iterable[Flag]) -> list[Flag]:
    """Of these the possible matches that no earlier run showed like this: another known entity, further kinds, other
    values of the applicant that agree, or another strength are new. An entity follows the id it has now."""
    casework = Casework(home.casework_url)
    aliases, before = casework.aliases(), shown_matches(casework)
    shown = {(a, aliases.get(known, known), key) for a, known, key in before}
    matches = (f for f in flags if f.result == "possible_match")
    fresh = [f for f in matches if (f.application_id, f.known_entity_id, agreed(f)) not in shown]
    # An entity that was parted keeps its id in one part; what led to it may be in the other.
    agreeing = {(a, key) for a, _, key in before}
    told = told_matches(casework, {f.application_id for f in fresh if (f.application_id, agreed(f)) in agreeing})
    return [f for f in fresh if not any(_is_told(f, earlier) for earlier in told.get(f.application_id, ()))]


def _is_told(flag: Flag, earlier: Flag) -> bool:
    return agreed(earlier) == agreed(flag) and is_one_lead(earlier, flag)


def withdrawn(home: Home, flags: Iterable[Flag]) -> list[Flag]:
    """Of these the answers without a match where the last one shown was a match, which they say first: whoever acted on
    it has to know."""
    before = standing_matches(Casework(home.casework_url))
    gone = [f for f in flags if f.result != "possible_match" and f.application_id in before]
    return [replace(f, sentence=f"{NO_LONGER} {f.sentence}") for f in gone]


def rescreen(home: Home, user: str) -> dict[str, int]:
    """Screen the open applications again; says how many hits were never shown before, and how many are no more."""
    flags = screen_open_again(home).flags
    new, gone = never_shown(home, flags), withdrawn(home, flags)
    freeze_flags(home, flags, user)
    hits = sum(f.result == "possible_match" for f in flags)
    return {"screened": len(flags), "possible matches": hits, "new possible matches": len(new), "withdrawn": len(gone)}


def review_match(
    home: Home, application_id: str, action: str, why: str, user: str, file: Path | None
) -> dict[str, Any]:
    """Record one person's word on the possible match shown. Raises NotFound when none is shown."""
    application, flag = _shown(home, application_id, file)
    casework = Casework(home.casework_url)
    pairs = pairs_once(flag, application, load_index(home), former_ids(casework.aliases()))
    said = reviews(casework)
    found = review(casework, next((pair for pair in pairs if pair in said), pairs[0]), action, user, why)
    keep_outcome(home, flag, action, user, confirmed=found.confirmed)
    if found.confirmed:
        sentence = "Confirmed by two reviewers."
    elif action == TRUE_MATCH:
        sentence = "Recorded. It is confirmed when a second, different person has said so too."
    else:
        sentence = "Recorded. It stays a possible match, which is no ground for anything."
    known = flag.known_entity_id
    return {"application_id": application_id, "known": known, "confirmed": found.confirmed, "sentence": sentence}


def clear_pair(home: Home, application_id: str, why: str, days: int, user: str, file: Path | None) -> dict[str, Any]:
    """Record that the applicant is not who the possible match shown says. Raises NotFound when none is shown."""
    application, flag = _shown(home, application_id, file)
    mine, known = pair_digests(flag, application, load_index(home))
    Casework(home.casework_url).suppress(mine, known, user, why, days)
    keep_overturned(home, flag, user)
    (after,) = screen_applications(home, [application])
    return {
        "application_id": application_id,
        "cleared": flag.known_entity_id,
        "days": days,
        "now": after.result,
        "sentence": f"Cleared for {days} days, or until either side's data change. Now: {after.sentence}",
    }


def _shown(home: Home, application_id: str, file: Path | None) -> tuple[Application, Flag]:
    """The application and its possible match. Raises NotFound."""
    asked = list(read_applications(home, file)) if file else [given.application for given in open_applications(home)]
    application = next((a for a in asked if a.application_id == application_id), None)
    if application is None:
        apart = [a.application_id for a in asked if a.application_id.startswith(f"{application_id} (")]
        if apart:
            raise NotFound(f"Several applications bear the number {application_id}. Name one: {', '.join(apart)}.")
        where = f"in {file}" if file else "among the open applications; name the file it stands in with --file"
        raise NotFound(f"There is no application {application_id} {where}.")
    (flag,) = screen_applications(home, [application])
    if flag.result != "possible_match":
        raise NotFound(f"{application_id} has no possible match to decide on: {flag.sentence}")
    return application, flag


def draft_letter(
    home: Home, application_id: str, cause: str, notice: date | None, user: str, file: Path | None
) -> tuple[str, date]:
    """The letter of reasons of a confirmed match, and the last day to complain of it. Raises NotFound, FixInput."""
    application, flag = _shown(home, application_id, file)
    run_id = freeze_flags(home, [flag], user)
    run = describe_run(home, run_id, user, Screened([application], [flag], []), [flag])
    day = notice or home.now().date()
    text = letter(flag, run, cause, day)
    Casework(home.casework_url).audit(user, LETTER, application_id, f"cause {cause}, {run_id}")
    return text, complaint_deadline(day)
