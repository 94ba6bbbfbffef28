"""`imb sites`, `collect`, `run`, and `import warc|wacz`."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from datetime import UTC, datetime
from json import dumps as json_text
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import typer

from flows.console import HomeOption, JsonOption, emit, opened, out, progress_bars, show_table
from flows.stages.collecting import collect as collect_stage
from flows.stages.collecting import scheduled_sites
from flows.stages.profiles import profile_path, site_namer, site_profiles
from pipeline.errors import CrawlUnhealthy, FixInput, FixProfile
from pipeline.extract.dry_run import check as check_profile
from pipeline.extract.masking import masked
from pipeline.extract.page import extract_page
from pipeline.extract.profile import load_profile
from pipeline.extract.scaffold import scaffold
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
    """Run a profile on a saved page: what each selector found, and what is read with and without the profile."""
    body = _bytes(page)
    if profile is None:
        current = opened(home)
        site = site or site_namer(site_profiles(current))(_address(url))
        profile = profile_path(current, site)
    tried = load_profile(profile)
    found = check_profile(tried, body, "", _address(url), datetime.now(UTC))
    rows = [{"key": k, "selector": s, "matches": n, "first": v} for k, s, n, v in found]
    if json:
        emit(rows)
        return
    show_table(f"{profile.stem} on {page.name}", list(rows[0]) if rows else [], [list(r.values()) for r in rows])
    host = urlsplit(url).hostname or ""
    if not any(host == d or host.endswith(f".{d}") for d in tried.allowed_domains):
        domains = ", ".join(tried.allowed_domains)
        out.print(f"{host} is none of the profile's allowed_domains ({domains}): is it the right one?", markup=False)
    if any(k == "read.kind" and v == "other" for k, _, _, v in found):
        out.print(
            "Neither [ad] nor [listing] recognizes the page. Correct ad.root, listing.item or [pages].", markup=False
        )


@sites_app.command()
def new(
    page: Annotated[str, typer.Argument(help="A saved page, or the address of one.")],
    url: Annotated[str, typer.Option(help="Address the page was saved from.")] = "",
    ad: Annotated[Path | None, typer.Option(help="PAGE is a listing: a saved advertisement of the same site.")] = None,
    ad_url: Annotated[str, typer.Option(help="Address the advertisement was saved from.")] = "",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Profile file to write.")] = None,
    fixture: Annotated[
        Path | None, typer.Option(help="Folder for a fixture: PAGE with its words masked; FOLDER-ad gets AD.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Draft a profile from a saved page or an address, and on request a fixture that shows nobody."""
    remote = page.startswith(("http://", "https://"))
    url = _address(url or (page if remote else ""))
    body = _fetched(page, opened(home).settings.user_agent) if remote else _bytes(Path(page))
    html = _readable(body, url, page)
    if output is not None and output.exists():
        raise FixProfile(f"{output} exists. Choose another name with -o; a profile is never overwritten.")
    detail = (_readable(_bytes(ad), _address(ad_url, "--ad-url"), str(ad)), ad_url) if ad is not None else None
    name = output.stem if output else ""
    text = scaffold(html, url, name, detail)
    if detail is not None and "\n[listing]\n" not in text:
        raise FixInput(f"{page} shows no rows that lead to ads. Give a page that lists ads, or draft {ad} alone.")
    if fixture is not None:
        _write_fixture(fixture, html, url, name)
        if detail is not None:
            _write_fixture(fixture.with_name(f"{fixture.name}-ad"), *detail, name)
    if output is None:
        typer.echo(text)
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8")
    saved = shlex.quote("SAVED-PAGE" if remote else page)
    command = f"imb sites check {saved} --url {shlex.quote(url)} --profile {shlex.quote(str(output))}"
    out.print(f"Draft written: {output}. Try it: {command}", markup=False, soft_wrap=True)


def _address(url: str, option: str = "--url") -> str:
    if not url.startswith(("http://", "https://")) or not urlsplit(url).hostname:
        raise FixInput(
            f"Say where the page was saved from: {option} https://…" + (f" ({url!r} is none)" if url else "")
        )
    return url


def _readable(body: bytes, url: str, page: str) -> str:
    """The page's HTML; refused when a profile cannot be drafted from it."""
    read = extract_page(body, "", url, datetime.now(UTC))
    if read.kind == "bot_wall":
        raise FixInput(f"{page} is a bot check, not the site. Pass it in a browser and save the page behind it.")
    if read.kind == "empty" or read.problem.startswith("not a page"):
        raise FixInput(
            f"{page} shows no words ({read.problem or 'scripts may draw it'}). Open it in a browser and save it as a "
            "complete page."
        )
    return decode(body, "")


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
