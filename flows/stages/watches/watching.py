"""Watchlists: set, end, match against what a snapshot has, list hits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analysis.watch import Match, Text, find_matches, ref_test, same_value
from flows.stages.resolution.loading import load_refs
from flows.stages.watches.notices import deliver
from pipeline.errors import FixInput, ImbError
from pipeline.home import Home
from pipeline.store.casework import Casework
from pipeline.store.intelligence import Store, open_snapshot
from pipeline.store.watches import SEEN, Watchlist


@dataclass(frozen=True, slots=True)
class Watched:
    """What a run over a snapshot found."""

    snapshot_id: str
    new_hits: int
    failed: tuple[str, ...] = ()  # places that could not be told, in words


def add_watch(home: Home, kind: str, value: str, why: str, user: str) -> dict[str, Any]:
    """Set a watch; what answers in the present snapshot is listed and not told as new. The caller holds the lock.

    Returns {watch_id, kind, value, known}. Raises FixInput for a value that could never be found, and for one that is
    watched already: each of its hits would be told twice.
    """
    ref_test(kind, value)
    for watch in list_watches(home):
        if watch["kind"] == kind and same_value(kind, watch["value"], value):
            raise FixInput(
                f"{watch['value']!r} is watched already, as {watch['watch_id']} by {watch['user']}; all see its hits. "
                f"To give another reason, end that one first: imb watch remove {watch['watch_id']}"
            )
    folder = _current(home)
    known = [_row(m) for m in _matches(folder, [("", kind, value)])] if folder else []
    watchlist = Watchlist(Casework(home.casework_url))
    watch_id = watchlist.add(kind, value, user, why, known, folder.name if folder else "")
    return {"watch_id": watch_id, "kind": kind, "value": value, "known": len(known)}


def remove_watch(home: Home, watch_id: str, why: str, user: str) -> None:
    """End a watch; its hits stay on record. The caller holds the lock."""
    Watchlist(Casework(home.casework_url)).remove(watch_id, user, why)


def list_watches(home: Home) -> list[dict[str, Any]]:
    return Watchlist(Casework(home.casework_url)).watches()


def watch_hits(home: Home, user: str, *, new: bool = False, seen: bool = False) -> list[dict[str, Any]]:
    """All hits, or those that nobody has marked as seen, with what the snapshot says of each. Logged as a view.

    `seen` marks them. Rows: watch_id, kind, value, found, subject_kind, dataset, day, business, business_id, url,
    source_id, lane, snapshot_id. What a page that is held now had said is not shown.
    """
    casework = Casework(home.casework_url)
    casework.may(user, "set a watch")
    watchlist = Watchlist(casework)
    hits = watchlist.untold(SEEN) if new else watchlist.hits()
    folder = _current(home)
    rows = [{**hit, **_subject(hit, known)} for known in [_subjects(folder)] for hit in hits]
    casework.audit(user, "view watch hits", f"{len(rows)} hits", "new" if new else "all")
    if seen and hits:
        watchlist.mark(SEEN, hits[-1]["id"], user, f"{len(hits)} hits looked at")
    return rows


def watch_snapshot(home: Home) -> Watched:
    """Match every watch against the current snapshot, once, and tell who is to be told. The caller holds the lock.

    A run that was interrupted is made up for by the next; a hit is reported once, whatever is built anew.
    """
    folder = _current(home)
    if folder is None:
        return Watched("", 0)
    watchlist = Watchlist(Casework(home.casework_url))
    watches = [(w["watch_id"], w["kind"], w["value"]) for w in watchlist.watches()]
    fresh = 0
    if watches and not watchlist.is_matched(folder.name):
        fresh = watchlist.record(map(_row, _matches(folder, watches)), folder.name)
    return Watched(folder.name, fresh, tuple(deliver(home, folder.name)))


def _current(home: Home) -> Path | None:
    try:
        return home.current_snapshot()
    except ImbError:
        return None


def _matches(folder: Path, watches: list[tuple[str, str, str]]) -> list[Match]:
    kinds = {kind for _, kind, _ in watches}
    refs = load_refs(folder).values() if kinds - {"phrase"} else ()
    with open_snapshot(folder) as store:
        return find_matches(watches, refs, _texts(store) if "phrase" in kinds else ())


def _row(match: Match) -> dict[str, Any]:
    return asdict(match)


def _texts(store: Store) -> list[Text]:
    """Every distinct wording of every ad, with the first capture of each."""
    rows = store.rows(
        """SELECT a.ad_id, a.site, arg_min(a.capture_id, a.captured_at) AS source_id, any_value(s.lane) AS lane,
                  CAST(min(a.captured_at) AS DATE) AS day, a.title || chr(10) || a.body AS text
           FROM core_ad_captures a JOIN core_sources s ON s.source_id = a.capture_id
           WHERE a.extractor_version = (SELECT max(extractor_version) FROM core_extractions)
           GROUP BY a.ad_id, a.site, a.title, a.body ORDER BY a.ad_id, day, source_id"""
    )
    return [Text(r["ad_id"], r["site"], r["source_id"], r["day"], r["text"], r["lane"]) for r in rows]


def _subjects(folder: Path | None) -> dict[str, dict[str, Any]]:
    """What the snapshot says of each ad and record: business, business_id, url."""
    if folder is None:
        return {}
    with open_snapshot(folder) as store:
        rows = store.rows(
            """WITH owner AS (
                 SELECT r.owner_id, min(e.entity_id) AS business_id
                 FROM core_entities e, unnest(e.members) AS m(ref_id) JOIN core_refs r ON r.ref_id = m.ref_id
                 WHERE e.kind = 'business' GROUP BY r.owner_id)
               SELECT r.owner_id, coalesce(b.name, '') AS business, coalesce(b.business_id, '') AS business_id,
                      coalesce(a.url, '') AS url
               FROM (SELECT DISTINCT owner_id FROM core_refs) r LEFT JOIN owner o USING (owner_id)
               LEFT JOIN out_businesses b ON b.business_id = o.business_id
               LEFT JOIN out_ads a ON a.ad_id = r.owner_id"""
        )
    return {r.pop("owner_id"): r for r in rows}


def _subject(hit: dict[str, Any], known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    gone = {"business": "", "business_id": "", "url": "", "found": "(no longer shown)"}
    return known.get(hit["subject_id"], gone)
