"""`imb screen FILE` and `imb screen one`."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from analysis.report import screening_rows, write_screening
from flows.console import HomeOption, JsonOption, emit, opened, out, progress_bars, show_table
from flows.stages.screening import freeze_flags, screen_applications, screen_file
from pipeline.errors import FixInput
from pipeline.extract.addresses import parse_address
from pipeline.extract.phones import normalize_phone
from pipeline.home import Home
from pipeline.model import Application, Flag, Party

BANNER = {
    "no_relevant_result": "No relevant result",
    "possible_match": "Possible match, needs review",
    "insufficient_information": "Insufficient information",
}


def screen(
    file: Annotated[str, typer.Argument(help="A file of applications; or the word one, with the options below.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="FILE.csv, .json, .xlsx or .html")] = None,
    name: Annotated[str, typer.Option(help="Applicant's name, in any order.")] = "",
    business: Annotated[str, typer.Option(help="Business name.")] = "",
    phone: Annotated[str, typer.Option(help="Phone, in any punctuation.")] = "",
    address: Annotated[str, typer.Option(help="Premises: street, unit, city, state, ZIP.")] = "",
    email: Annotated[str, typer.Option(help="E-mail.")] = "",
    dob: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%m/%d/%Y"], help="Date of birth.")] = None,
    map_: Annotated[str, typer.Option("--map", help="Column map id; default: detected.")] = "",
    user: Annotated[str, typer.Option(help="Who screens; logged.", envvar="IMB_USER")] = "clerk",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Check license applications against the known networks. A hit is a lead with reasons; a person decides."""
    current = opened(home)
    if file == "one":
        application = _one(current, name, business, phone, address, email, dob.date() if dob else None)
        flags = screen_applications(current, [application])
        rejected = 0
    else:
        with progress_bars(json) as progress:
            flags, quarantined = screen_file(current, Path(file), map_id=map_ or None, progress=progress)
        rejected = len(quarantined)
        for row in quarantined[:20]:
            out.print(f"{row.file} line {row.line}: {row.reason}", markup=False) if not json else None
    run_id = freeze_flags(current, flags, user)
    if output is not None:
        write_screening(flags, output)
    if json:
        emit(screening_rows(flags))
    else:
        _show(flags, rejected, run_id, output)


def _one(home: Home, name: str, business: str, phone: str, address: str, email: str, dob: date | None) -> Application:
    if not any((name, business, phone, address, email)):
        raise FixInput("Nothing to check. Give at least --name and one of --dob, --phone, --address, --email.")
    numbers = {"fictional": home.settings.fictional_numbers, "generated": home.settings.generated_numbers}
    e164 = normalize_phone(phone, **numbers) if phone else None
    if phone and not e164:
        raise FixInput(f"{phone!r} is not a phone number. Write ten digits, or + and the country code.")
    return Application(
        "one",
        business_name=business,
        applicant=Party("applicant", name, dob=dob) if name else None,
        premises=parse_address(address) if address else None,
        phones=(e164,) if e164 else (),
        emails=(email.strip().lower(),) if email else (),
        received=home.now().date(),
    )


def _show(flags: list[Flag], rejected: int, run_id: str, output: Path | None) -> None:
    hits = [f for f in flags if f.result == "possible_match"]
    if len(flags) == 1:
        _show_one(flags[0])
    else:
        rows = [[f.application_id, f.band, f.score, ", ".join(f.matched_kinds), f.sentence] for f in hits[:40]]
        show_table("Possible matches, need review", ["application", "band", "score", "agrees", "why"], rows)
    unclear = sum(f.result == "insufficient_information" for f in flags)
    out.print(f"{len(flags)} screened: {len(hits)} possible matches, {unclear} with insufficient information, "
              f"{rejected} rows not readable. Run {run_id}.")  # fmt: skip
    if output is not None:
        out.print(f"Written: {output}")


def _show_one(flag: Flag) -> None:
    out.print(f"[bold]{BANNER[flag.result]}[/bold]")
    out.print(flag.sentence, markup=False)
    rows = [[c.field, c.applicant_value, c.known_value, c.level, c.weight] for c in flag.contributions]
    show_table("Compared", ["field", "applicant", "known", "level", "weight (bits)"], rows)
    for title, lines in (
        ("Path", flag.path),
        ("Exhibits", flag.exhibits[:5]),
        ("Contrary", flag.contrary),
        ("Missing", flag.missing),
        ("Notes", flag.notes),
        ("Searched", flag.coverage),
    ):
        for line in lines:
            out.print(f"{title}: {line}", markup=False)


def register(app: typer.Typer) -> None:
    app.command()(screen)
