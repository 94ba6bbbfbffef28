"""`imb standing`, `decide`, `user`: what people decide."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from analysis.outcomes import ENOUGH
from flows.console import HomeOption, JsonOption, emit, opened, out, show_table
from flows.stages.decisions.deciding import decide_pair, list_conflicts, list_standings, set_standing
from flows.stages.screening.outcomes import outcome_rates
from flows.stages.screening.rescreening import clear_pair, draft_letter, review_match
from pipeline.home import locked
from pipeline.store.reviews import MORE_NEEDED, NOT_DETERMINABLE, TRUE_MATCH

standing_app = typer.Typer(help="Standing of a business: set, list.", no_args_is_help=True)
decide_app = typer.Typer(help="Say whether two are the same, and what a possible match came to.", no_args_is_help=True)
UserOption = Annotated[str, typer.Option(help="Who decides; logged.", envvar="IMB_USER")]
WhyOption = Annotated[str, typer.Option(help="The reason; logged.")]

RefArgument = Annotated[
    str,
    typer.Argument(help="Id of a ref, business, operator, phone or premises, or its beginning."),
]
ApplicationArgument = Annotated[str, typer.Argument(help="Id of an application with a possible match.")]
FileOption = Annotated[Path | None, typer.Option(help="The file the application stands in; default: the open ones.")]


@standing_app.command("set")
def set_(
    business_id: Annotated[str, typer.Argument(help="Id of a business, or its beginning.")],
    standing: Annotated[str, typer.Argument(help="suspected, designated, cleared or unknown")],
    why: WhyOption,
    user: UserOption,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Record a standing. Designated takes effect when a second user has said it too."""
    current = opened(home)
    with locked(current, "imb standing set"):
        report = set_standing(current, business_id, standing, why, user)
    emit(report) if json else out.print(report["sentence"], markup=False)


@standing_app.command("list")
def list_(home: HomeOption = None, json: JsonOption = False) -> None:
    """Standings in force, those people set and those the evidence gives."""
    rows = list_standings(opened(home))
    if json:
        emit(rows)
    else:
        columns = ["business_id", "name", "standing", "reason"]
        show_table("Standings", columns, [[r[c] for c in columns] for r in rows])


def _decide(
    same: bool, ref_a: str, ref_b: str, why: str, user: str, json: bool, home: HomeOption, network: bool | None = None
) -> None:
    current = opened(home)
    with locked(current, "imb decide"):
        report = decide_pair(current, same, ref_a, ref_b, why, user, network=network)
    emit(report) if json else out.print(report["sentence"], markup=False)


@decide_app.command()
def same(
    ref_a: RefArgument,
    ref_b: RefArgument,
    why: WhyOption,
    user: UserOption,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Two refs (or entities) are the same; binds from the next build on."""
    _decide(True, ref_a, ref_b, why, user, json, home)


@decide_app.command("not-same")
def not_same(
    ref_a: RefArgument,
    ref_b: RefArgument,
    why: WhyOption,
    user: UserOption,
    network: Annotated[
        bool | None,
        typer.Option(
            "--network/--no-network",
            help="Nor do they belong to one network. Default: yes, when they are two businesses of one already.",
        ),
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Two refs (or entities) are not the same; the weakest path between them is cut at the next build."""
    _decide(False, ref_a, ref_b, why, user, json, home, network)


@decide_app.command()
def conflicts(home: HomeOption = None, json: JsonOption = False) -> None:
    """Decisions on pairs that cannot all be true. A supervisor's word on the pair settles one."""
    rows = list_conflicts(opened(home))
    if json:
        emit(rows)
    else:
        columns = ["names", "said", "settle"]
        show_table("Contradicting decisions", columns, [[r[c] for c in columns] for r in rows])


@decide_app.command("other-person")
def other_person(
    application: ApplicationArgument,
    why: WhyOption,
    user: UserOption,
    days: Annotated[int, typer.Option(min=1, max=1830, help="How long it holds.")] = 365,
    file: FileOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """The applicant is not the known person of the match shown; it comes back when either side's data change."""
    current = opened(home)
    with locked(current, "imb decide"):
        report = clear_pair(current, application, why, days, user, file)
    emit(report) if json else out.print(report["sentence"], markup=False)


@decide_app.command("true-match")
def true_match(
    application: ApplicationArgument,
    why: WhyOption,
    user: UserOption,
    file: FileOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """The applicant is the known person of the match shown. It counts when a second, different person says so too."""
    _review(TRUE_MATCH, application, why, user, file, home, json)


@decide_app.command("more-needed")
def more_needed(
    application: ApplicationArgument,
    why: Annotated[str, typer.Option(help="What is needed; logged.")],
    user: UserOption,
    whom: Annotated[str, typer.Option(help="From whom.")] = "",
    by: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="By when.")] = None,
    file: FileOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """The match shown cannot be decided on yet."""
    needed = [why, *([f"from {whom}"] if whom else []), *([f"by {by:%Y-%m-%d}"] if by else [])]
    _review(MORE_NEEDED, application, ", ".join(needed) if why.strip() else "", user, file, home, json)


@decide_app.command("not-determinable")
def not_determinable(
    application: ApplicationArgument,
    why: Annotated[str, typer.Option(help="What was tried, and why it tells nothing; logged.")],
    user: UserOption,
    file: FileOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Whether the applicant is the known person cannot be found out. It stays a possible match, which is no ground."""
    _review(NOT_DETERMINABLE, application, why, user, file, home, json)


@decide_app.command()
def rates(home: HomeOption = None, json: JsonOption = False) -> None:
    """What became of the possible matches shown: by strength of the lead and by how common the surname is."""
    found = outcome_rates(opened(home))
    if json:
        emit([asdict(group) for group in found])
        return
    columns = ["matches", "shown", "confirmed", "another person", "more needed", "cannot be determined", "undecided"]
    rows = [
        [g.group, g.shown, *map(str, (g.confirmed, g.overturned, g.more_needed, g.undeterminable)), g.undecided]
        for g in found
    ]
    show_table("What became of possible matches", columns, rows)
    out.print(
        "Confirmed (by two people) and another person: of those decided either way. More needed and cannot be "
        f"determined: of those of which somebody has said something. No rate is told of fewer than {ENOUGH}."
    )


@decide_app.command("letter")
def letter_of_reasons(
    application: ApplicationArgument,
    cause: Annotated[str, typer.Option(help="Code of the cause, as in analysis/screening/causes.toml.")],
    user: UserOption,
    notice: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the notice; default: today.")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A .md file; default: the terminal.")] = None,
    file: FileOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Draft the letter of reasons of a match that two people confirmed: facts, exhibits, cause, right to complain."""
    current = opened(home)
    with locked(current, "imb decide"):
        day = notice.date() if notice else None
        text, deadline = draft_letter(current, application, cause, day, user, file)
    if output is not None:
        output.write_text(text, encoding="utf-8")
    if json:
        emit({"application_id": application, "ahc_deadline": deadline.isoformat(), "text": text})
    elif output is None:
        typer.echo(text, nl=False)
    else:
        out.print(f"Written: {output}. The last day to complain of it: {deadline.isoformat()}.", soft_wrap=True)


def _review(
    action: str, application: str, why: str, user: str, file: Path | None, home: Path | None, json: bool
) -> None:
    current = opened(home)
    with locked(current, "imb decide"):
        report = review_match(current, application, action, why, user, file)
    emit(report) if json else out.print(report["sentence"], markup=False)


def register(app: typer.Typer) -> None:
    app.add_typer(standing_app, name="standing")
    app.add_typer(decide_app, name="decide")
