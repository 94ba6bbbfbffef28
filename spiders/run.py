"""Run one crawl as a subprocess that dies with its parent. Scrapy itself is imported only there."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from os import getpid
from pathlib import Path
from typing import Any

import pipeline.errors
from pipeline.errors import FixProfile, ImbError
from pipeline.evidence.archive import Archive
from pipeline.extract.profile import UNSTATED_BASIS, SiteProfile, load_profile
from pipeline.home import Home, full_disk_named

Progress = Callable[[dict[str, Any]], None]
EARLY = 0.05  # a daily schedule that starts a little early still finds its site due
STOP_SECONDS = 15.0  # for a crawler that is asked to stop to finish what is under way


@dataclass(frozen=True, slots=True)
class CrawlResult:
    """How one crawl ended. `problems` in words; `counts` are those of spiders.counts."""

    site: str
    pages: int = 0
    ads: int = 0
    new: int = 0
    failures: int = 0
    problems: tuple[str, ...] = ()
    healthy: bool = True
    seconds: float = 0.0
    crawl_id: str = ""
    skipped_reason: str = ""  # why nothing was fetched, "" when something was
    counts: dict[str, int] = field(default_factory=dict)
    log: str = ""  # Scrapy's log of this crawl


def run_crawl(
    home: Home,
    profile_path: Path,
    *,
    urls: Sequence[str] = (),
    force: bool = False,
    progress: Progress | None = None,
) -> CrawlResult:
    """Crawl one site when it is due, or with `force`, or only the given `urls`. The caller holds the home's lock and
    has called Archive.recover.

    A crawl that finds too little or too much, meets a bot wall or crashes is no error here: the result says what is
    wrong and its captures are kept. Raises FixProfile, DiskFull and what else the operator must mend first.
    """
    profile = load_profile(profile_path)
    if profile.legal_basis.strip().casefold().rstrip(".") == UNSTATED_BASIS:
        raise FixProfile(
            f"{profile_path}: legal_basis still says {UNSTATED_BASIS!r}. Write there by what authority the site is "
            "collected (an order, a warrant, a statute, public advertisements under the task force's charter): it goes "
            "into every package of evidence. Then collect again."
        )
    if not (force or urls) and (reason := not_due(home, profile)):
        return CrawlResult(profile.id, skipped_reason=reason)
    why = "addresses asked for" if urls else "forced by the operator" if force else "due"
    job = {
        "parent": getpid(),
        "home": str(home.root),
        "settings": asdict(home.settings),
        "demo": home.demo,
        "opened_at": home.opened_at,
        "profile": str(profile_path),
        "urls": list(urls),
        "reason": why,
    }
    started = time.monotonic()
    log = _log_path(home, profile.id)
    report = _Report(progress)
    with full_disk_named(log), log.open("ab") as log_file:
        code = _run_child(job, log_file, report)
    return _result(home, profile, report, code, time.monotonic() - started, log)


def not_due(home: Home, profile: SiteProfile) -> str:
    """Why a site is not crawled now, with the time from which it will be; "" when it is due."""
    last = Archive(home).last_crawl(profile.id)
    if last is None:
        return ""
    every = timedelta(hours=profile.revisit.every_hours)
    if home.now() >= last.started_at + every * (1 - EARLY):
        return ""
    return f"not due before {last.started_at + every:%Y-%m-%d %H:%M} UTC (last crawl {last.started_at:%Y-%m-%d %H:%M})"


@dataclass(slots=True)
class _Report:
    """What the crawler said, line by line."""

    progress: Progress | None
    crawl_id: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    has_ended: bool = False
    error: tuple[str, str] | None = None  # class, message

    def take(self, line: Mapping[str, Any]) -> None:
        self.crawl_id = line.get("begun", self.crawl_id)
        self.counts = line.get("progress") or line.get("counts") or self.counts
        if "ended" in line:
            self.has_ended, self.problems = True, tuple(line["problems"])
        if "error" in line:
            self.error = (line["error"], line["message"])
        if self.progress is not None and self.counts:
            self.progress(dict(self.counts))


def _run_child(job: Mapping[str, Any], log: Any, report: _Report) -> int:
    command = [sys.executable, "-m", "spiders.crawl"]
    # A session of its own: Ctrl-C reaches this process, which then asks the crawler to stop, once.
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
    ) as child:
        assert child.stdin is not None and child.stdout is not None
        try:
            child.stdin.write(json.dumps(job) + "\n")
            child.stdin.flush()
            for line in child.stdout:
                report.take(json.loads(line))
            return child.wait()
        except BrokenPipeError:
            return child.wait()
        except BaseException:
            _stop(child)
            raise


def _stop(child: subprocess.Popen[str]) -> None:
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


def _result(home: Home, profile: SiteProfile, report: _Report, code: int, seconds: float, log: Path) -> CrawlResult:
    if report.error is not None:
        kind = getattr(pipeline.errors, report.error[0], ImbError)
        raise kind(report.error[1])
    problems = report.problems
    if not report.has_ended:
        problems = (f"the crawler ended unexpectedly (exit code {code}); its log says more: {log}",)
        Archive(home).recover()  # cuts what is half, and journals the crawl as failed
    counts = report.counts
    return CrawlResult(
        site=profile.id,
        pages=counts.get("pages", 0),
        ads=counts.get("ads", 0),
        new=counts.get("new", 0),
        failures=counts.get("failures", 0),
        problems=problems,
        healthy=not problems,
        seconds=round(seconds, 3),
        crawl_id=report.crawl_id,
        counts=counts,
        log=str(log),
    )


def _log_path(home: Home, site: str) -> Path:
    folder = home.root / "logs"
    with full_disk_named(folder):
        folder.mkdir(exist_ok=True)
    return folder / f"{site}-{home.now():%Y%m%dT%H%M%S%f}.log"
