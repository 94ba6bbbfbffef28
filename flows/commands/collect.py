"""`imb collect`, and how crawls are shown."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.console import HomeOption, JsonOption, emit, opened, progress_bars, show_table
from flows.stages.captures.collecting import collect as collect_stage
from flows.stages.captures.collecting import scheduled_sites
from pipeline.errors import CrawlUnhealthy
from pipeline.home import locked
from spiders.run import CrawlResult


def collect(
    site: Annotated[list[str] | None, typer.Argument(help="Sites; default: those in the home's settings.")] = None,
    profile: Annotated[Path | None, typer.Option(help="A profile file instead of a site id.")] = None,
    force: Annotated[bool, typer.Option(help="Crawl also what is not due yet.")] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Crawl sites politely and archive every exchange as evidence."""
    current = opened(home)
    with locked(current, "imb collect"), progress_bars(json) as progress:
        names = [] if profile else (site or scheduled_sites(current))
        results = collect_stage(current, names, profile=profile, force=force, progress=progress)
    show_crawls(results, json)


def show_crawls(results: list[CrawlResult], json: bool) -> None:
    """Print crawl results; raise CrawlUnhealthy when one was sick."""
    if json:
        emit([asdict(r) for r in results])
    else:
        rows = [[r.site, r.pages, r.ads, r.new, r.failures, r.skipped_reason or "; ".join(r.problems)] for r in results]
        show_table("Crawls", ["site", "pages", "ads", "new", "failures", "remarks"], rows)
    sick = [r for r in results if not r.healthy]
    if sick:
        raise CrawlUnhealthy(
            "; ".join(f"{r.site}: {', '.join(r.problems)}" for r in sick)
            + ". The captures are kept. Look at the site and its profile: imb sites check"
        )


def crawl_summary(result: CrawlResult) -> dict[str, Any]:
    """Counts of one crawl, without addresses or names."""
    return {"site": result.site, "pages": result.pages, "ads": result.ads, "new": result.new, "ok": result.healthy}


def register(app: typer.Typer) -> None:
    app.command()(collect)
