"""`imb evidence redact`: a copy of a package for one kind of reader."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from flows.commands.custody import ReasonOption, UserOption
from flows.console import HomeOption, JsonOption, emit, opened, out, progress_bars
from flows.stages.evidence.redacting import redact_package

PROFILES = "analyst, prosecutor, board, landlord or public"


def redact(
    package: Annotated[Path, typer.Argument(help="The exhibit package, a folder or zip; it is left as it is.")],
    profile: Annotated[str, typer.Option(help=f"Who will read it: {PROFILES}.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write.")],
    reason: ReasonOption,
    user: UserOption,
    premises: Annotated[str, typer.Option(help="For a landlord: their own address, the only one shown.")] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Make a redacted copy beside the original; refused when a protected value could still be found in it."""
    with progress_bars(json) as progress:
        report = redact_package(
            opened(home), package, profile, output, user, reason, premises=premises, progress=progress
        )
    emit(report) if json else show_copy(report)


def show_copy(report: dict[str, Any]) -> None:
    taken = ", ".join(f"{count} {kind}" for kind, count in report["spans"].items())
    out.print(f"Redacted copy for {report['profile']}: {report['path']}", soft_wrap=True)
    out.print(f"{report['items']} items. Taken out: {taken or 'nothing'}.", soft_wrap=True)
    for left in report["left_out"]:
        out.print(f"Left out: {left['capture_id']}: {left['reason']}", markup=False, soft_wrap=True)


def add_to(evidence: typer.Typer) -> None:
    evidence.command()(redact)
