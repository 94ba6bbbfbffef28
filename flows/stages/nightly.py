"""Everything a night does, in order."""

from __future__ import annotations

from flows.stages.build import BuildResult, build
from flows.stages.captures.collecting import collect, scheduled_sites
from flows.stages.progress import Progress, silent
from flows.stages.watches.watching import Watched, watch_snapshot
from pipeline.home import Home
from spiders.run import CrawlResult


def run_all(home: Home, progress: Progress = silent) -> tuple[list[CrawlResult], BuildResult, Watched]:
    """Collect, build (which screens the open applications), match the watches. The caller holds the lock.

    A sick crawl does not keep the others, nor the build, from going on.
    """
    crawls = collect(home, scheduled_sites(home), progress=progress)
    result = build(home, progress=progress)
    return crawls, result, watch_snapshot(home)
