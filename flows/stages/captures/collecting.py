"""Collect: crawl the sites that are due, one after another, and import archives made by others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from flows.stages.evidence.custody import head_hash, note, note_holds
from flows.stages.progress import Progress, silent
from flows.stages.sites.profiles import profile_path, site_namer, site_profiles
from pipeline.errors import FixProfile
from pipeline.evidence.archive import Archive
from pipeline.evidence.importing import ImportReport, import_archive
from pipeline.home import Home
from spiders.run import CrawlResult, run_crawl


def collect(
    home: Home,
    sites: Sequence[str],
    *,
    profile: Path | None = None,
    force: bool = False,
    progress: Progress = silent,
) -> list[CrawlResult]:
    """Crawl the named sites (or one profile file). The caller holds the lock. Nothing is raised for a sick crawl:
    the result says what was wrong, and its captures are kept."""
    archive = Archive(home)
    archive.recover()
    paths = [profile] if profile else [profile_path(home, site) for site in sites]
    results = []
    for path in paths:
        before = head_hash(archive)
        results.append(run_crawl(home, path, force=force, progress=_pages(f"collect {path.stem}", progress)))
        _note_crawl(home, archive, results[-1], before)
    note_holds(home, archive)
    archive.close()  # seals, and retries what an authority has not stamped
    return results


def _note_crawl(home: Home, archive: Archive, result: CrawlResult, before: str) -> None:
    if result.crawl_id:
        counts = f"site {result.site}: {result.counts.get('captures', 0)} captures, {result.failures} failures"
        note(home, "", "capture", result.crawl_id, counts, before=before, after=head_hash(archive))


def _pages(stage: str, progress: Progress) -> Callable[[dict[str, Any]], None]:
    return lambda counts: progress(stage, int(counts.get("pages", 0)), 0)


def scheduled_sites(home: Home) -> list[str]:
    """Sites that this home collects, from its settings. Raises FixProfile when none is named."""
    sites = [name.strip() for name in home.settings.sites.split(",") if name.strip()]
    if not sites:
        known = ", ".join(sorted(site_profiles(home)))
        raise FixProfile(
            f'No site is named for collection. Write sites = "…" in {home.root / "imb.toml"} or name one: '
            f"imb collect SITE. Known: {known}"
        )
    return sites


def import_archives(
    home: Home, paths: Iterable[Path], collector: str, *, progress: Progress = silent
) -> list[ImportReport]:
    """Take over WARC and WACZ files byte for byte. The caller holds the lock."""
    archive = Archive(home)
    archive.recover()
    site_of = site_namer(site_profiles(home))
    files = list(paths)
    reports = []
    for n, path in enumerate(files, 1):
        before = head_hash(archive)
        reports.append(import_archive(archive, path, collector, site_of))
        _note_import(home, path, reports[-1], collector, before)
        progress("import archives", n, len(files))
    archive.close()
    return reports


def _note_import(home: Home, path: Path, report: ImportReport, collector: str, before: str) -> None:
    again = ", received before" if report.already else ""
    words = f"{path.name}, made by {collector}: {report.captures} captures, {len(report.damages)} damages{again}"
    note(home, "", "import", report.sha256, words, before=before, after=report.sha256)
