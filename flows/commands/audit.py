"""`imb audit list|verify`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from flows.console import HomeOption, JsonOption, emit, opened, out, show_table
from flows.stages.evidence.auditing import log_entries, verify_logs
from pipeline.errors import EvidenceBroken

audit_app = typer.Typer(help="The audit log and custody log.", no_args_is_help=True)
COLUMNS = ("seq", "at", "actor", "role", "action", "object", "reason")


@audit_app.command("list")
def list_(
    actor: Annotated[str, typer.Option(help="Only what this user did.")] = "",
    about: Annotated[str, typer.Option(help="Only entries whose object or reason holds these words.")] = "",
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, UTC.")] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Who did and looked up what, oldest first: searches, views, decisions, exports, approvals, custody."""
    rows = log_entries(opened(home), actor, about, since and since.date(), until and until.date())
    if json:
        emit(rows)
    else:
        show_table("Log", COLUMNS, [[r[c] if c != "at" else r[c][:19] for c in COLUMNS] for r in rows])


@audit_app.command()
def verify(home: HomeOption = None, json: JsonOption = False) -> None:
    """Check the hash chains of audit and custody log."""
    problems = verify_logs(opened(home))
    emit({"problems": problems}) if json else out.print(f"Audit and custody log: {len(problems)} problems.")
    if problems:
        raise EvidenceBroken(
            f"The log was altered: {problems[0]}. Keep the disk as it is, and compare the log with that of a backup "
            "in a new folder: imb restore FILE --home FOLDER"
        )


def register(app: typer.Typer) -> None:
    app.add_typer(audit_app, name="audit")
