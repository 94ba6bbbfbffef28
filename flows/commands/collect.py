"""`imb sites`, `collect`, `run`, and `import warc|wacz`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.console import HomeOption, JsonOption, emit, opened, out, progress_bars, show_table
from flows.stages.collecting import collect as collect_stage
from flows.stages.collecting import scheduled_sites
from flows.stages.profiles import profile_path, site_namer, site_profiles
from pipeline.errors import CrawlUnhealthy, FixInput, FixProfile
from pipeline.extract import scaffold as scaffolding
from pipeline.extract.profile import load_profile
from pipeline.home import locked
from spiders.run import CrawlResult

sites_app = typer.Typer(help="Site profiles: list, check on a saved page, scaffold.", invoke_without_command=True)


@sites_app.callback()
def sites(context: typer.Context, home: HomeOption = None, json: JsonOption = False) -> None:
    """List the site profiles."""
    if context.invoked_subcommand:
        return
    rows = [
        {"id": p.id, "class": p.site_class, "domains": list(p.allowed_domains), "start_urls": list(p.start_urls)}
        for p in site_profiles(opened(home)).values()
    ]
    if json:
        emit(rows)
    else:
        show_table("Sites", ["id", "class", "domains"], [[r["id"], r["class"], r["domains"]] for r in rows])


@sites_app.command()
def check(
    page: Annotated[Path, typer.Argument(help="A saved page.")],
    url: Annotated[str, typer.Option(help="Address the page was saved from.")],
    site: Annotated[str, typer.Option(help="Profile id; default: the one whose domain the address has.")] = "",
    profile: Annotated[Path | None, typer.Option(help="A profile file instead.")] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Run a profile on a saved page and show what each selector found."""
    if profile is None:
        current = opened(home)
        site = site or site_namer(site_profiles(current))(url)
        profile = profile_path(current, site)
    found = scaffolding.check(load_profile(profile), _bytes(page), "", url, datetime.now(UTC))
    rows = [{"key": k, "selector": s, "matches": n, "first": v} for k, s, n, v in found]
    if json:
        emit(rows)
    else:
        show_table(f"{profile.stem} on {page.name}", list(rows[0]) if rows else [], [list(r.values()) for r in rows])


@sites_app.command()
def new(
    page: Annotated[Path, typer.Argument(help="A saved page.")],
    url: Annotated[str, typer.Option(help="Address the page was saved from.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Profile file to write.")] = None,
) -> None:
    """Draft a profile from a saved page."""
    text = scaffolding.scaffold(_bytes(page).decode("utf-8", "replace"), url)
    if output is None:
        typer.echo(text)
    elif output.exists():
        raise FixProfile(f"{output} exists. Choose another name with -o; a profile is never overwritten.")
    else:
        output.write_text(text, encoding="utf-8")
        out.print(f"Draft written: {output}. Try it: imb sites check {page} --url {url} --profile {output}")


def _bytes(page: Path) -> bytes:
    if not page.is_file():
        raise FixInput(f"{page} is not a file. Save the page first, then name the file.")
    return page.read_bytes()


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
    app.add_typer(sites_app, name="sites")
    app.command()(collect)
