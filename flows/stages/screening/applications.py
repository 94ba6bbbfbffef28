"""Screen applications: the open ones in a build, a file, or one person at the counter."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from analysis.rules import SHIPPED
from analysis.screening.exhibits import spread_captures
from analysis.screening.half_read import half_read, shared_numbers, with_given
from analysis.screening.known import standing_of
from analysis.screening.pairs import Pair, former_ids, pair_digests, pairs_once
from analysis.screening.run import Run
from analysis.screening.saved_index import open_index, save_index
from analysis.screening.screen import ScreeningIndex, screen, screen_all
from flows.stages.networks.rows import Networks, load_links, load_networks, load_successions
from flows.stages.progress import Progress, silent
from flows.stages.records.reading_rows import layout_in
from flows.stages.resolution.loading import load_entities, load_refs
from flows.stages.resolution.models import model_in_force
from flows.stages.resolution.refs import load_records
from flows.stages.resolution.resolving import Resolved
from flows.stages.screening.outcomes import rates_of_decided
from flows.stages.screening.rows import screen_rows
from pipeline.errors import FixProfile
from pipeline.home import Home
from pipeline.model import Application, Flag, Record
from pipeline.records.given import applications_of
from pipeline.records.importing import Rejected, read_groups, read_records
from pipeline.resolve.model import MatchModel
from pipeline.store.casework import Casework
from pipeline.store.codec import to_json
from pipeline.store.frozen import freeze
from pipeline.store.intelligence import Store, open_snapshot
from pipeline.store.reviews import reviews
from pipeline.store.snapshot import read_manifest

INDEX = "screening.sqlite"  # beside the databases of a snapshot; sealed like sealed.duckdb


def screen_open(
    home: Home,
    store: Store,
    resolved: Resolved,
    networks: Networks,
    model: MatchModel,
    snapshot_id: str,
    as_of: datetime | None,
) -> list[Flag]:
    """Screen every application in the working database and write `core_flags`; leaves the index beside it."""
    index = ScreeningIndex.build(
        resolved.entities,
        resolved.refs,
        networks.links,
        networks.networks,
        networks.successions,
        networks.standings,
        known=known_from(home),
        model=model,
        coverage=coverage(store),
        snapshot_id=snapshot_id,
        threshold=home.settings.flag_threshold,
    )
    index = spread_captures(index, lambda captures: capture_days(store, captures))
    found = applications_of(record for record, _ in load_records(store, as_of, "application"))
    flags = screen_all((given.application for given in found), index)
    flags = [with_given(flag, given) for flag, given in zip(flags, found, strict=True)]
    with store.transaction():
        store.replace("core_flags", map(flag_row, flags))
    save_index(index, home.working_database.with_name(INDEX), index_state(home, networks.standings, snapshot_id, model))
    return flags


def keep_index(home: Home, folder: Path) -> None:
    """Move the index that `screen_open` left to the snapshot it was built with."""
    home.working_database.with_name(INDEX).replace(folder / INDEX)


def index_state(home: Home, standings: Mapping[str, object], snapshot_id: str, model: MatchModel) -> str:
    """Digest of what a screening index depends on; a new standing or setting asks for a new index."""
    words = sorted((business, standing_of(standings, business)) for business in standings)
    rules = SHIPPED.read_text(encoding="utf-8")
    parts = [words, known_from(home), home.settings.flag_threshold, snapshot_id, model.version, rules]
    return sha256(json.dumps(parts).encode()).hexdigest()


def capture_days(store: Store, captures: Iterable[str]) -> dict[str, date]:
    """Capture id -> day of capture."""
    with store.listed("asked", captures):
        rows = store.rows("SELECT capture_id, captured_at FROM raw_captures WHERE capture_id IN (SELECT id FROM asked)")
    return {r["capture_id"]: r["captured_at"].date() for r in rows}


def coverage(store: Store) -> tuple[str, ...]:
    """What a search covers: one sentence per site and data set, with dates."""
    sites = store.rows(
        "SELECT site, count(*) AS n, min(captured_at) AS first, max(captured_at) AS last FROM raw_captures "
        "GROUP BY site ORDER BY site"
    )
    # Tips and inspections are another lane: a board is not told what it holds.
    files = store.rows(
        """SELECT dataset, sum(records) AS n, max(known_at) AS last FROM raw_files
           WHERE kind NOT IN ('tip', 'inspection') GROUP BY dataset ORDER BY dataset"""
    )
    return (
        *(f"{r['site']}: {r['n']} captures, {r['first']:%Y-%m-%d} to {r['last']:%Y-%m-%d}" for r in sites),
        *(f"{r['dataset']}: {r['n']} records, received {r['last']:%Y-%m-%d}" for r in files),
    )


def flag_row(flag: Flag) -> dict[str, Any]:
    """A row of `core_flags`: the values compared stay in the sealed payload."""
    contributions = [{"field": c.field, "level": c.level, "weight": round(c.weight, 3)} for c in flag.contributions]
    return {
        **{k: list(v) if isinstance(v, tuple) else v for k, v in asdict(flag).items() if k != "notes"},
        "score": round(flag.score, 6),
        "contributions": json.dumps(contributions),
        "payload": to_json(flag),
    }


def load_index(home: Home) -> ScreeningIndex:
    """The screening index of the current snapshot with today's standings: the saved one, or made and saved anew."""
    folder, model = home.current_snapshot(), model_in_force(home)
    with open_snapshot(folder) as store:
        found = store.rows("SELECT * FROM core_standings")
        standings: dict[str, object] = {r["business_id"]: (r["standing"], r["reason"], r["sources"]) for r in found}
        said = Casework(home.casework_url).reasoned_standings()
        standings.update({business: (standing, reason, ()) for business, (standing, reason) in said.items()})
        snapshot_id = str(read_manifest(folder)["snapshot_id"])
        state = index_state(home, standings, snapshot_id, model)
        if saved := open_index(folder / INDEX, state):
            return saved
        index = ScreeningIndex.build(
            load_entities(store),
            load_refs(folder),
            load_links(store),
            load_networks(store),
            load_successions(store),
            standings,
            known=known_from(home),
            model=model,
            coverage=coverage(store),
            snapshot_id=snapshot_id,
            threshold=home.settings.flag_threshold,
        )
        index = spread_captures(index, lambda captures: capture_days(store, captures))
    with contextlib.suppress(OSError):  # who may not write here screens all the same, only later
        save_index(index, folder / INDEX, state)
    return index


def known_from(home: Home) -> Literal["designated", "suspected"]:
    """From which standing on a business counts as known. Raises FixProfile for another word."""
    if home.settings.known == "designated":
        return "designated"
    if home.settings.known == "suspected":
        return "suspected"
    raise FixProfile(f'{home.root / "imb.toml"}: known must be "designated" or "suspected".')


@dataclass(frozen=True, slots=True)
class Screened:
    """A file as it was screened: one flag for each application in their order, the applications that have a possible
    match (None for the others), the rows kept back, and the columns whose meaning is not known."""

    applications: Sequence[Application | None]
    flags: list[Flag]
    rejected: list[Rejected]
    unasked: tuple[str, ...] = ()


def screen_file(home: Home, path: Path, *, map_id: str | None = None, progress: Progress = silent) -> Screened:
    """Screen a file of applications against the current snapshot. Raises FixInput for an unreadable file."""
    layout = layout_in(home, path, "application", map_id)
    index = load_index(home)
    given, told, rejected = screen_rows(
        read_groups(layout),
        layout,
        index,
        progress=lambda done, total: progress("screen", done, total),
        workers=os.cpu_count() or 1,
    )
    unasked = tuple(layout.binding.header[i] for i in layout.binding.kept)
    rejected.sort(key=lambda row: row.line)
    applications = [g.application if g else None for g in given]
    anew = _without_cleared(home, told, applications, index)
    flags = [with_given(f, g) if g and f is not before else f for f, before, g in zip(anew, told, given, strict=True)]
    return Screened(applications, flags, rejected, unasked)


def read_applications(home: Home, path: Path) -> Iterator[Application]:
    """The applications of a file, not screened. Raises FixInput for an unreadable file."""
    found = read_records(layout_in(home, path, "application"))
    return (given.application for given in applications_of(r for r in found if isinstance(r, Record)))


def screen_applications(home: Home, applications: Sequence[Application], *, progress: Progress = silent) -> list[Flag]:
    """Screen applications against the current snapshot; pairs that a person cleared stay cleared."""
    index = load_index(home)
    total = len(applications)
    flags = screen_all(
        applications, index, progress=lambda done: progress("screen", done, total), workers=os.cpu_count() or 1
    )
    return _without_cleared(home, flags, applications, index)


def _without_cleared(
    home: Home, flags: Sequence[Flag], applications: Sequence[Application | None], index: ScreeningIndex
) -> list[Flag]:
    casework = Casework(home.casework_url)
    cleared, former = casework.suppressed(), former_ids(casework.aliases())
    return [without_cleared(f, a, cleared, index, former) if a else f for f, a in zip(flags, applications, strict=True)]


def without_cleared(
    flag: Flag, application: Application, cleared: set[Pair], index: ScreeningIndex, former: Mapping[str, Sequence[str]]
) -> Flag:
    """The flag; without the leads of which a person found that they are other people's. `former`: `former_ids`."""
    if flag.result != "possible_match" or not cleared:
        return flag
    said, _ = pair_digests(flag, application, index)
    if all(said != other for other, _ in cleared):
        return flag
    return screen(application, index, lambda lead: not cleared.isdisjoint(pairs_once(lead, application, index, former)))


def freeze_flags(home: Home, flags: Sequence[Flag], user: str) -> str:
    """Keep an ad-hoc screening's results in casework as they were shown; returns the run number."""
    run_id = f"{home.now():%Y%m%dT%H%M%S}-{uuid4().hex[:6]}"
    freeze(Casework(home.casework_url), run_id, flags, user)
    return run_id


def describe_run(home: Home, run_id: str, user: str, screened: Screened, shown: Sequence[Flag]) -> Run:
    """What a report says about the run: who and when, the applicants with a lead, site, day and hash of exhibits."""
    wanted = sorted({capture for flag in shown for capture in flag.exhibits})
    hits = {f.application_id for f in shown if f.result == "possible_match"}
    with open_snapshot(home.current_snapshot()) as store:
        query = "SELECT capture_id, site, captured_at, sha256 FROM raw_captures WHERE list_contains(?, capture_id)"
        rows = store.rows(query, [wanted]) if wanted else []
    return Run(
        run_id=run_id,
        day=home.now().date(),
        user=user,
        threshold=home.settings.flag_threshold,
        applications={a.application_id: a for a in screened.applications if a and a.application_id in hits},
        captures={r["capture_id"]: (r["site"], f"{r['captured_at']:%Y-%m-%d}", r["sha256"]) for r in rows},
        unread=tuple(f"{r.file} line {r.line}: {r.reason}" for r in screened.rejected),
        partly=tuple(half_read(screened.flags)),
        shared=tuple(shared_numbers(screened.flags)),
        unasked=screened.unasked,
        screened=tuple(screened.flags),
        reviews=_reviewed(home, screened),
        outcomes=rates_of_decided(home),
    )


def _reviewed(home: Home, screened: Screened) -> dict[str, tuple[bool, tuple[str, ...]]]:
    """What people said of the possible matches, while neither side has changed since."""
    casework = Casework(home.casework_url)
    said = reviews(casework)
    if not said:
        return {}
    index, former = load_index(home), former_ids(casework.aliases())
    found = {}
    for flag, asked in zip(screened.flags, screened.applications, strict=True):
        if asked and flag.result == "possible_match":
            told = (said[pair] for pair in pairs_once(flag, asked, index, former) if pair in said)
            if word := next(told, None):
                found[asked.application_id] = word.confirmed, word.said
    return found
