"""`imb sites`, `collect`, `run`, and `import warc|wacz`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from json import dumps as json_text
from pathlib import Path
from typing import Annotated, Any
from urllib.request import Request, urlopen

import typer

from flows.console import HomeOption, JsonOption, emit, opened, out, progress_bars, show_table
from flows.stages.collecting import collect as collect_stage
from flows.stages.collecting import scheduled_sites
from flows.stages.profiles import profile_path, site_namer, site_profiles
from pipeline.errors import CrawlUnhealthy, FixInput, FixProfile
from pipeline.extract import scaffold as scaffolding
from pipeline.extract.masking import masked
from pipeline.extract.profile import load_profile
from pipeline.extract.text import MAX_BYTES, decode
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
    page: Annotated[str, typer.Argument(help="A saved page, or the address of one.")],
    url: Annotated[str, typer.Option(help="Address the page was saved from.")] = "",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Profile file to write.")] = None,
    fixture: Annotated[Path | None, typer.Option(help="Folder for a fixture: the page with its words masked.")] = None,
    home: HomeOption = None,
) -> None:
    """Draft a profile from a saved page or an address, and on request a fixture that shows nobody."""
    remote = page.startswith(("http://", "https://"))
    url = url or (page if remote else "")
    if not url:
        raise FixInput("Say where the page was saved from: --url https://…")
    body = _fetched(page, opened(home).settings.user_agent) if remote else _bytes(Path(page))
    html = decode(body, "")
    text = scaffolding.scaffold(html, url, output.stem if output else "")
    if fixture is not None:
        _write_fixture(fixture, html, url, output.stem if output else "")
    if output is None:
        typer.echo(text)
    elif output.exists():
        raise FixProfile(f"{output} exists. Choose another name with -o; a profile is never overwritten.")
    else:
        output.write_text(text, encoding="utf-8")
        saved = "SAVED-PAGE" if remote else page
        out.print(f"Draft written: {output}. Try it: imb sites check {saved} --url {url} --profile {output}")


def _fetched(url: str, user_agent: str) -> bytes:
    """One page, for drafting only: what is evidence comes from a crawl."""
    try:
        with urlopen(Request(url, headers={"User-Agent": user_agent}), timeout=30) as answer:
            return bytes(answer.read(MAX_BYTES))
    except (OSError, ValueError) as error:
        raise FixInput(f"{url} cannot be fetched ({error}). Save the page with a browser and name the file.") from error


def _write_fixture(folder: Path, html: str, url: str, profile: str) -> None:
    if (folder / "input.html").exists():
        raise FixInput(f"{folder} holds a fixture already. Choose another folder; a fixture is never overwritten.")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "input.html").write_text(masked(html), encoding="utf-8")
    lines = [f"url = {json_text(url)}", f"profile = {json_text(profile)}" if profile else '# profile = ""']
    lines += ['content_type = "text/html; charset=utf-8"', f"captured_at = {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", ""]
    (folder / "meta.toml").write_text("\n".join(lines), encoding="utf-8")
    out.print(f"Fixture written: {folder}. Read it before it is shared: masking keeps links and class names.")


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
