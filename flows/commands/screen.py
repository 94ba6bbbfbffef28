"""`imb screen FILE` and `imb screen one`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from analysis.fairness import fairness
from analysis.screening.explain import WORDS, banner
from analysis.screening.report import reviewed_sentence, screening_rows, write_screening
from analysis.screening.run import Run
from analysis.screening.shown import BANDS, LEVELS, shown_probability
from flows.console import HomeOption, JsonOption, emit, opened, out, progress_bars, show_table
from flows.stages.screening.applications import Screened, describe_run, freeze_flags, screen_applications, screen_file
from flows.stages.screening.rescreening import never_shown, screen_open_again, withdrawn
from pipeline.errors import FixInput
from pipeline.extract.addresses import parse_address
from pipeline.extract.phones import normalize_phone
from pipeline.home import Home
from pipeline.model import Application, Flag, Party
from pipeline.records.values import parse_date


@dataclass(frozen=True, slots=True)
class New:
    """Since the last screening: matches never shown like this, and answers that are a match no more."""

    matches: list[Flag]
    withdrawn: list[Flag]


def screen(
    file: Annotated[
        str, typer.Argument(help="A file of applications; or the word one, with the options below; or the word open.")
    ],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="FILE.csv, .json, .xlsx or .html")] = None,
    name: Annotated[str, typer.Option(help="Applicant's name, in any order.")] = "",
    business: Annotated[str, typer.Option(help="Business name.")] = "",
    phone: Annotated[str, typer.Option(help="Phone, in any punctuation.")] = "",
    address: Annotated[str, typer.Option(help="Premises: street, unit, city, state, ZIP.")] = "",
    email: Annotated[str, typer.Option(help="E-mail.")] = "",
    dob: Annotated[str, typer.Option(help="Date of birth, as files write it: 1980-03-09, 3/9/1980.")] = "",
    map_: Annotated[str, typer.Option("--map", help="Column map id; default: detected.")] = "",
    user: Annotated[str, typer.Option(help="Who screens; logged.", envvar="IMB_USER")] = "clerk",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Check license applications against the known networks. A hit is a lead with reasons; a person decides."""
    current = opened(home)
    if output is not None and output.exists() and Path(file).exists() and output.samefile(file):
        raise FixInput(f"{output} is the file of applications. Write the results to another file.")
    screened, new = _screened(
        current, file, map_, json, lambda: _one(current, name, business, phone, address, email, dob)
    )
    run_id = freeze_flags(current, screened.flags, user)
    shown = screened.flags if new is None else [*new.matches, *new.withdrawn]
    run = describe_run(current, run_id, user, screened, shown)
    if output is not None:
        write_screening(shown, output, run)
    if json:
        emit(screening_rows(shown, run))
    else:
        _show(screened, new, run, output)


def _screened(
    home: Home, file: str, map_id: str, json: bool, one: Callable[[], Application]
) -> tuple[Screened, New | None]:
    """What was screened; of the open applications also what is new."""
    if file == "one":
        application = one()
        return Screened([application], screen_applications(home, [application]), []), None
    with progress_bars(json) as progress:
        if file == "open":
            screened = screen_open_again(home, progress)
            return screened, New(never_shown(home, screened.flags), withdrawn(home, screened.flags))
        return screen_file(home, Path(file), map_id=map_id or None, progress=progress), None


def _one(home: Home, name: str, business: str, phone: str, address: str, email: str, dob: str) -> Application:
    if not any((name, business, phone, address, email)):
        raise FixInput("Nothing to check. Give at least --name and one of --dob, --phone, --address, --email.")
    numbers = {"fictional": home.settings.fictional_numbers, "generated": home.settings.generated_numbers}
    e164 = normalize_phone(phone, **numbers) if phone else None
    if phone and not e164:
        raise FixInput(f"{phone!r} is not a phone number. Write ten digits, or + and the country code.")
    return Application(
        "one",
        business_name=business,
        applicant=Party("applicant", name, dob=_birth(dob)) if name else None,
        premises=parse_address(address) if address else None,
        phones=(e164,) if e164 else (),
        emails=(email.strip().lower(),) if email else (),
        received=home.now().date(),
    )


def _birth(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError as unread:
        raise FixInput(f"{text!r} is no day. Write the date of birth as 1980-03-09 or 3/9/1980.") from unread
    if text and not found:
        raise FixInput(f"{text!r} stands for no day. Leave out --dob when it is unknown.")
    return found


def _show(screened: Screened, new: New | None, run: Run, output: Path | None) -> None:
    flags = screened.flags
    hits = [f for f in flags if f.result == "possible_match"]
    for row in screened.rejected[:20]:
        out.print(f"{row.file} line {row.line}: {row.reason}", markup=False)
    if flags:
        at_least = "" if run.threshold is None else f", shown from a probability of {run.threshold:.2f}"
        out.print(f"Snapshot {flags[0].snapshot_id}, match model {flags[0].model_version}{at_least}.", markup=False)
    if new is None and len(flags) == 1:
        _show_one(flags[0], run)
    else:
        shown = hits if new is None else new.matches
        rows = [
            [
                f.application_id,
                banner(f, confirmed=run.is_confirmed(f)),
                run.waiting(f.application_id),
                f.band,
                shown_probability(f.score),
                ", ".join(WORDS.get(k, k) for k in f.matched_kinds),
                " ".join((reviewed_sentence(f, run), *f.notes)),
            ]
            for f in shown[:40]
        ]
        title = "Possible matches, need review" if new is None else "New possible matches, need review"
        show_table(title, ["application", "result", "clock", "band", "score", "agrees", "why"], rows)
        _show_fairness(flags)
    unclear = sum(f.result == "insufficient_information" for f in flags)
    out.print(f"{len(flags)} screened: {len(hits)} possible matches, {unclear} with insufficient information, "
              f"rows not readable: {len(screened.rejected)}. Run {run.run_id}.")  # fmt: skip
    if run.partly:
        out.print(f"Applications with values that could not be read and were not compared: {len(run.partly)}, such as "
                  f"{'; '.join(run.partly[:5])}.", markup=False)  # fmt: skip
    if run.shared:
        out.print("Applications with a number that another row bears too, each answered for itself: "
                  f"{len(run.shared)}, such as {'; '.join(run.shared[:5])}.", markup=False)  # fmt: skip
    if run.unasked:
        out.print(f"Columns whose meaning is not known, not compared: {', '.join(run.unasked)}.", markup=False)
    if new is not None:
        out.print(f"{len(new.matches)} of the possible matches are new; the others were shown before like this.")
        for flag in new.withdrawn:
            out.print(f"{flag.application_id}: {flag.sentence}", markup=False)
    if output is not None:
        out.print(f"Written: {output}")


def _show_fairness(flags: list[Flag]) -> None:
    found = fairness(flags)
    rows = [[b.band, b.n, b.flagged, f"{b.rate:.2%}", f"{b.low:.2%} to {b.high:.2%}"] for b in found.bands]
    columns = ["surname, share of the pool", "applicants", "candidates", "rate", "95 % interval"]
    show_table("Candidates by how common the surname is", columns, rows)
    ratio = "none" if found.ratio is None else f"{found.ratio:.2f}"
    out.print(
        f"Ratio {ratio}{' ALERT: above 1.25' if found.alert else ''}. Resting on a name alone: {found.name_only}."
    )


def _show_one(flag: Flag, run: Run) -> None:
    out.print(f"[bold]{banner(flag, confirmed=run.is_confirmed(flag))}[/bold]")
    out.print(reviewed_sentence(flag, run), markup=False)
    if clock := run.waiting(flag.application_id):
        out.print(f"Application {flag.application_id}, {clock}.", markup=False)
    if flag.surname_band:
        out.print(f"Surname: {BANDS[flag.surname_band]}.", markup=False)
    if flag.contributions:
        compared = [
            [WORDS.get(c.field, c.field), c.applicant_value, c.known_value, LEVELS.get(c.level, c.level), c.weight]
            for c in flag.contributions
        ]
        show_table("Compared", ["", "applicant", "known", "", "weight"], compared)
    for title, lines in (
        ("Path", flag.path),
        ("Exhibit", [" ".join((*run.captures.get(c, ()), c)) for c in flag.exhibits[:5]]),
        ("Exhibits from", [age] if (age := run.age_of(flag)) else []),
        ("Contrary", flag.contrary),
        ("Missing", [WORDS.get(m, m) for m in flag.missing]),
        ("Notes", flag.notes),
        ("Searched", flag.coverage),
    ):
        for line in lines:
            out.print(f"{title}: {line}", markup=False)


def register(app: typer.Typer) -> None:
    app.command()(screen)
