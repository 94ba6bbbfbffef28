"""`imb evidence purge|legal-hold`: the one act that destroys, and what forbids it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from flows.commands.custody import ReasonOption, UserOption
from flows.console import HomeOption, JsonOption, emit, opened, out, progress_bars, show_table
from flows.stages.purging import Selection, change_legal_hold, propose_purge, purge_captures
from pipeline.home import locked


def purge(
    capture: Annotated[list[str] | None, typer.Option(help="Captures by id.")] = None,
    before: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Captured before this day.")] = None,
    case: Annotated[str, typer.Option(help="Exported under this case number.")] = "",
    whole_files: Annotated[bool, typer.Option(help="Also containers of other tools that can only go whole.")] = False,
    reason: Annotated[str, typer.Option(help="Stands in the certificate.")] = "",
    approve: Annotated[str, typer.Option(help="The supervisor who approved this plan; default: a dry run.")] = "",
    plan: Annotated[str, typer.Option(help="The number that the dry run printed.")] = "",
    user: Annotated[str, typer.Option(help="Who acts; logged.", envvar="IMB_USER")] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Destroy captures for good. Without --approve: only show what would go and what blocks it."""
    current = opened(home)
    chosen = Selection(tuple(capture or ()), before.date() if before else None, case, whole_files)
    if not approve:
        report = propose_purge(current, chosen)
    else:
        with locked(current, "imb evidence purge"), progress_bars(json) as progress:
            report = purge_captures(current, chosen, plan, reason, user or current.settings.operator, approve, progress)
    if json:
        emit(report)
    else:
        _show(report)


def _show(report: dict[str, Any]) -> None:
    done = "certificate" in report
    columns = ["captured_at", "site", "capture_id", "warc_file"]
    title = f"{len(report['captures'])} captures {'purged' if done else 'would be purged'}"
    show_table(title, columns, [[c[n] for n in columns] for c in report["captures"][:100]])
    if report["blocked"]:
        show_table("Blocked", ["capture_id", "reason"], [list(b.values()) for b in report["blocked"][:100]])
    for name in report["snapshots"]:
        out.print(f"Snapshot with it (databases and screening index), {'removed' if done else 'to remove'}: {name}")
    for words in report["elsewhere"]:
        out.print(f"Not reached: {words}", markup=False, soft_wrap=True)
    if done:
        out.print(f"Certificate: {report['certificate']}\nBackups made before still hold it.", soft_wrap=True)
    else:
        out.print(f"Nothing was changed. To carry this out, add: --approve SUPERVISOR --plan {report['plan']}")


def legal_hold(
    reason: ReasonOption,
    user: UserOption,
    capture: Annotated[list[str] | None, typer.Option(help="Captures by id.")] = None,
    case: Annotated[str, typer.Option(help="Everything exported under this case, now and later.")] = "",
    lift: Annotated[bool, typer.Option(help="Lift the hold.")] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Forbid (or, with --lift, allow again) purging of captures or of a case."""
    current = opened(home)
    with locked(current, "imb evidence legal-hold"):
        report = change_legal_hold(current, capture or [], case, reason, user, lifted=lift)
    emit(report) if json else out.print(f"{report['held']} captures are under legal hold now.")


def add_to(evidence: typer.Typer) -> None:
    evidence.command()(purge)
    evidence.command("legal-hold")(legal_hold)
