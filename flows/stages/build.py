"""Build a snapshot: everything derived, from archive + intake + decisions + model."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

from analysis.indicators import SHIPPED as INDICATORS
from analysis.rules import SHIPPED as RULES
from flows.stages.as_of import end_of, known_before, remove_leftover
from flows.stages.captures.extraction import extract_new
from flows.stages.captures.intake import sync_captures
from flows.stages.captures.rereading import Changes, drop_purged, is_outdated, put_reading_in_force, read_again
from flows.stages.evidence.custody import note_holds
from flows.stages.evidence.holding import sync_holds, withhold_titles
from flows.stages.evidence.purged_copies import holds_purged, remove_purged_snapshots
from flows.stages.indicators.writing import write_indicators
from flows.stages.networks.history import note_network_changes
from flows.stages.networks.updating import write_networks
from flows.stages.progress import Progress, silent
from flows.stages.records.intake import sync_files
from flows.stages.resolution.models import model_in_force
from flows.stages.resolution.resolving import Resolved, resolve
from flows.stages.screening.applications import keep_index, screen_open
from flows.stages.sites.profiles import profile_folders
from pipeline.evidence.archive import Archive
from pipeline.extract.page import EXTRACTOR_VERSION
from pipeline.home import Home, full_disk_named
from pipeline.resolve.model import MatchModel
from pipeline.schema import TABLES
from pipeline.store.casework import Casework
from pipeline.store.intelligence import Store, open_snapshot, open_working
from pipeline.store.snapshot import last_readable, publish, read_manifest
from pipeline.store.views import OUT_VIEWS

COUNTED = (
    "raw_captures",
    "raw_files",
    "raw_quarantine",
    "core_records",
    "core_refs",
    "core_pairs",
    "core_entities",
    "core_links",
    "core_networks",
    "core_successions",
    "core_indicators",
    "core_flags",
)


@dataclass(frozen=True, slots=True)
class BuildResult:
    snapshot_id: str
    folder: Path
    changed: bool  # False: nothing new, the current snapshot stands
    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    taken_in: dict[str, int] = field(default_factory=dict)
    changes: Changes | None = None  # what a re-reading says differently


class Stopwatch:
    """Seconds by stage, in order."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, stage: str) -> None:
        now = time.monotonic()
        self.seconds[stage] = round(self.seconds.get(stage, 0.0) + now - self._last, 3)
        self._last = now


def build(
    home: Home,
    *,
    full: bool = False,
    as_of: date | None = None,
    reextract: bool = False,
    processes: int | None = None,
    progress: Progress = silent,
) -> BuildResult:
    """Take in what is new, resolve, link, screen and publish. The caller holds the home's lock.

    `full` starts from an empty working database; `reextract` re-reads every capture, as a newer extractor does
    unasked; `processes` is how many do the reading; `as_of` builds from what the home knew at the end of that day (UTC)
    and leaves the current snapshot in force.
    """
    watch = Stopwatch()
    archive, model = Archive(home), model_in_force(home)
    archive.recover()
    casework = Casework(home.casework_url)
    remove_purged_snapshots(home, archive)
    remove_leftover(home)
    if full or holds_purged(archive, home.working_database):
        for leftover in home.working_database.parent.glob(home.working_database.name + "*"):
            leftover.unlink()
    with full_disk_named(home.root), ExitStack() as closing:
        working = closing.enter_context(open_working(home.working_database, home.settings.database_gigabytes))
        taken, changes = _take_in(home, archive, working, progress, reextract, processes)
        watch.lap("read")
        moment = end_of(as_of) if as_of else None
        store = closing.enter_context(known_before(home, working, moment)) if moment else working
        inputs = _inputs(home, store, casework.head(moment), model, as_of, sorted(archive.holds.held))
        if not full and not changes and as_of is None and (standing := _unchanged(home, inputs)):
            return BuildResult(standing["snapshot_id"], home.current_snapshot(), False, standing["counts"], {}, taken)
        now = home.now()
        snapshot_id = f"{now:%Y%m%dT%H%M%S}Z-{inputs[:8]}" if as_of is None else f"as-of-{as_of}-{inputs[:8]}"
        progress("resolve", 0, 3)
        decisions = casework.decisions(moment)
        resolved = resolve(store, model, decisions, moment)
        watch.lap("resolve")
        progress("network", 1, 3)
        if as_of is None:
            casework.add_aliases(replaced_ids(home, resolved), snapshot_id)
        networks = write_networks(store, resolved, casework.reasoned_standings(moment), decisions)
        write_indicators(store, resolved, networks, moment)
        if as_of is None:
            note_network_changes(
                home, casework, networks.networks, networks.links, resolved.entities, decisions, snapshot_id
            )
        watch.lap("network")
        progress("screen", 2, 3)
        screen_open(home, store, resolved, networks, model, snapshot_id, moment)
        watch.lap("screen")
        progress("publish", 3, 3)
        counts = {name: store.count(name) for name in COUNTED}
        manifest = _manifest(snapshot_id, inputs, now, as_of, model, store, counts)
        folder = publish(home, store, snapshot_id, manifest, current=as_of is None)
        keep_index(home, folder)
        # The casework's log can be cut off at its end; the journal then still knows how long it was.
        seq, digest = casework.log_head()
        archive.journal.append("snapshot", snapshot_id=snapshot_id, inputs=inputs, log_seq=seq, log_hash=digest)
        archive.close()
        remove_purged_snapshots(home, archive)
        watch.lap("publish")
    return BuildResult(snapshot_id, folder, True, counts, watch.seconds, taken, changes)


def replaced_ids(home: Home, resolved: Resolved) -> list[tuple[str, str]]:
    """(old id, new id) of entities of the last snapshot that this build does not have any more."""
    if (last := last_readable(home)) is None:
        return []
    now = {ref: entity.entity_id for entity in resolved.entities for ref in entity.members}
    known = set(now.values())
    with open_snapshot(last) as store:
        rows = store.rows("SELECT entity_id, members FROM core_entities WHERE kind IN ('business', 'operator')")
    pairs = []
    for row in rows:
        heirs = Counter(now[ref] for ref in row["members"] if ref in now)
        if row["entity_id"] not in known and heirs:
            pairs.append((row["entity_id"], min(heirs, key=lambda heir: (-heirs[heir], heir))))
    return pairs


def preview_reading(home: Home, *, processes: int | None = None, progress: Progress = silent) -> Changes:
    """Read every capture again and report what would change. The caller holds the lock; nothing is published."""
    archive = Archive(home)
    archive.recover()
    with full_disk_named(home.root), open_working(home.working_database, home.settings.database_gigabytes) as store:
        sync_captures(archive, store)
        changes = read_again(home, archive, store, progress, processes)[1]
    archive.close()
    return changes


def _take_in(
    home: Home, archive: Archive, store: Store, progress: Progress, reextract: bool, processes: int | None
) -> tuple[dict[str, int], Changes | None]:
    captures = sync_captures(archive, store)
    changes = None
    drop_purged(home, archive)
    sync_holds(archive, store)
    if store.count("core_extractions") and (reextract or is_outdated(store)):
        path, changes = read_again(home, archive, store, progress, processes)
        put_reading_in_force(home, store, path)
    extracted = extract_new(home, archive, store, progress, processes) + (changes["read"] if changes else 0)
    withhold_titles(archive, store)
    note_holds(home, archive)
    files = sync_files(home, archive, store, progress)
    return {"captures": captures, "extracted": extracted, **files}, changes


def _inputs(home: Home, store: Store, decided: str, model: MatchModel, as_of: date | None, held: Sequence[str]) -> str:
    """Digest of everything a snapshot depends on."""
    parts = [
        store.value(
            "SELECT coalesce(sha256(string_agg(capture_id || sha256, '' ORDER BY capture_id)), '') FROM raw_captures"
        ),
        store.value("SELECT coalesce(sha256(string_agg(sha256 || kind, '' ORDER BY sha256, kind)), '') FROM raw_files"),
        decided,
        model.version,
        EXTRACTOR_VERSION,
        package_version("imb-pipeline"),
        _profiles_digest(home),
        _declarations_digest(),
        home.settings.known,
        str(home.settings.flag_threshold),
        str(as_of),
        *held,
    ]
    return sha256("\n".join(map(str, parts)).encode()).hexdigest()


def _profiles_digest(home: Home) -> str:
    texts = [p.read_bytes() for folder in profile_folders(home) for p in sorted(folder.glob("*.toml"))]
    return sha256(b"\0".join(texts)).hexdigest()


def _declarations_digest() -> str:
    """Tables and views of a snapshot, and the rules it was made by: another of them asks for another snapshot."""
    declared = repr(TABLES) + repr(sorted(OUT_VIEWS.items()))
    return sha256(declared.encode() + RULES.read_bytes() + INDICATORS.read_bytes()).hexdigest()


def _unchanged(home: Home, inputs: str) -> dict[str, Any] | None:
    if not (home.snapshots / "current").exists():
        return None
    manifest = read_manifest(home.current_snapshot())
    return manifest if manifest["inputs"] == inputs else None


def _manifest(
    snapshot_id: str,
    inputs: str,
    now: datetime,
    as_of: date | None,
    model: MatchModel,
    store: Store,
    counts: dict[str, int],
) -> dict[str, Any]:
    return {
        "snapshot_id": snapshot_id,
        "built_at": now.isoformat(),
        "as_of": as_of.isoformat() if as_of else None,
        "inputs": inputs,
        "model_version": model.version,
        "extractor_version": EXTRACTOR_VERSION,
        "software": package_version("imb-pipeline"),
        "counts": counts,
        "content_digests": store.digests(),
        "digests": store.digests(content_only=False),
        "sites": json.loads(
            str(
                store.value(
                    "SELECT coalesce(to_json(list(s ORDER BY s.site)), '[]') FROM (SELECT site, count(*) AS captures, "
                    "CAST(min(captured_at) AS VARCHAR) AS first, CAST(max(captured_at) AS VARCHAR) AS last "
                    "FROM raw_captures GROUP BY site) s"
                )
            )
        ),
    }
