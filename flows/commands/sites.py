"""`imb sites`: list the profiles, try one on a saved page, draft one for a site nobody described."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from flows.console import HomeOption, JsonOption, emit, opened, out, show_table
from flows.stages.sites.drafting import Saved, check_readable, saved_page, write_fixture
from flows.stages.sites.profiles import profile_path, site_namer, site_profiles
from pipeline.errors import FixInput, FixProfile
from pipeline.extract.drafting.dry_run import check as check_profile
from pipeline.extract.drafting.scaffold import scaffold
from pipeline.extract.drafting.trial import compare_with_plain
from pipeline.extract.profile import load_profile, parse_profile

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
    page: Annotated[str, typer.Argument(help="A saved page, or the address of one.")],
    url: Annotated[str, typer.Option(help="Address the page was saved from.")] = "",
    site: Annotated[str, typer.Option(help="Profile id; default: the one whose domain the address has.")] = "",
    profile: Annotated[Path | None, typer.Option(help="A profile file instead.")] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Run a profile on a saved page: what each selector found, and what is read with and without the profile."""
    saved, now = saved_page(page, url, _agent(page, home)), datetime.now(UTC)
    if profile is None:
        current = opened(home)
        profile = profile_path(current, site or site_namer(site_profiles(current))(saved.url))
    tried = load_profile(profile)
    check_readable(saved, now)
    found = check_profile(tried, saved.body, saved.content_type, saved.url, now)
    rows = [{"key": k, "selector": s, "matches": n, "first": v} for k, s, n, v in found]
    if json:
        emit(rows)
    else:
        show_table(f"{profile.stem} on {page}", list(rows[0]) if rows else [], [list(r.values()) for r in rows])
        host = urlsplit(saved.url).hostname or ""
        if not any(host == d or host.endswith(f".{d}") for d in tried.allowed_domains):
            domains = ", ".join(tried.allowed_domains)
            _say(f"{host} is none of the profile's allowed_domains ({domains}): is it the right one?")
    if any(k == "read.kind" and v == "other" for k, _, _, v in found):
        raise FixProfile("Neither [ad] nor [listing] recognizes the page. Correct ad.root, listing.item or [pages].")


@sites_app.command()
def new(
    page: Annotated[str, typer.Argument(help="A saved page, or the address of one.")],
    url: Annotated[str, typer.Option(help="Address the page was saved from.")] = "",
    ad: Annotated[
        str, typer.Option(help="PAGE is a listing: an advertisement of the same site, saved or its address.")
    ] = "",
    ad_url: Annotated[str, typer.Option(help="Address the advertisement was saved from.")] = "",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Profile file to write.")] = None,
    fixture: Annotated[
        Path | None, typer.Option(help="Folder for a fixture: PAGE with its words masked; FOLDER-ad gets AD.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Draft a profile from a saved page or an address, and on request a fixture that shows nobody."""
    now = datetime.now(UTC)
    pages = [saved_page(page, url, _agent(page, home))]
    if output is not None and output.exists():
        raise FixProfile(f"{output} exists. Choose another name with -o; a profile is never overwritten.")
    if ad:
        pages.append(saved_page(ad, ad_url, _agent(ad, home), "--ad-url"))
    for saved in pages:
        check_readable(saved, now)
    text = scaffold(
        pages[0].html, pages[0].url, output.stem if output else "", (pages[1].html, pages[1].url) if ad else None
    )
    if ad and "\n[listing]\n" not in text:
        raise FixInput(f"{page} shows no rows that lead to ads. Give a page that lists ads, or draft {ad} alone.")
    if fixture is not None:
        for folder, saved in zip((fixture, fixture.with_name(f"{fixture.name}-ad")), pages, strict=False):
            lost = write_fixture(folder, saved, text, output, now)
            _say(f"Fixture written: {folder}. Read it before it is shared: class names are kept.")
            if lost:
                _say(f"With its words masked the page says less of: {', '.join(lost)}.")
    if output is None:
        typer.echo(text)
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8")
    _say(f"Draft written: {output}.")
    for saved in pages:
        _tell(text, saved, output, now)


def _tell(draft: str, page: Saved, output: Path, now: datetime) -> None:
    """What the draft reads of a page, what it misses, and how to see more."""
    profile = parse_profile(draft, str(output))
    kind, both, more, less = compare_with_plain(profile, page.body, page.content_type, page.url, now)
    _say(f"{page.name} is read as {kind}" + (f" with {', '.join(_listed(both | more))}" if both | more else ""))
    if less:
        _say(f"Not found by the draft, but without it: {', '.join(_listed(less))}")
    if more:
        _say(f"Found by the draft only, perhaps not of the ad: {', '.join(_listed(more))}")
    if kind != "listing" and (open_ := re.findall(r'^# (\w+) = ""$', draft, re.M)):
        _say(f"No element of its own found for: {', '.join(open_)} (what the ad's text says of them is read)")
    address = f" --url {shlex.quote(page.url)}" if page.url != page.name else ""
    _say(f"Try it: imb sites check {shlex.quote(page.name)}{address} --profile {shlex.quote(str(output))}")


def _listed(facts: frozenset[tuple[str, str]]) -> list[str]:
    return [f"{kind} {value[:60]}" for kind, value in sorted(facts)]


def _agent(page: str, home: Path | None) -> str:
    """Under whose name a page is fetched; files need no home."""
    return opened(home).settings.user_agent if page.startswith(("http://", "https://")) else ""


def _say(text: str) -> None:
    out.print("".join(c if c.isprintable() else " " for c in text), markup=False, soft_wrap=True, highlight=False)


def register(app: typer.Typer) -> None:
    app.add_typer(sites_app, name="sites")
