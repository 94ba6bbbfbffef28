"""`imb evidence view|hold|holds|routed|release|custody`: who touched what, and what nobody may touch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from flows.console import HomeOption, JsonOption, emit, opened, out, show_table
from flows.stages.evidence.custody import custody_of
from flows.stages.evidence.holding import hold_captures, list_holds, release_hold, route_hold
from flows.stages.evidence.viewing import copy_capture, view_capture
from pipeline.home import locked

UserOption = Annotated[str, typer.Option(help="Who acts; logged.", envvar="IMB_USER")]
ReasonOption = Annotated[str, typer.Option(help="The reason; logged.")]
CaptureArgument = Annotated[str, typer.Argument(help="The capture's id.")]


def view(
    capture: CaptureArgument,
    reason: ReasonOption,
    user: UserOption,
    reveal: Annotated[bool, typer.Option(help="Show names, ages and looks of workers too; logged as such.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the body to a new file.")] = None,
    records: Annotated[bool, typer.Option(help="With -o: the WARC records, untouched.")] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Show an archived page as text, or take its bytes out. Both are logged, with the reason."""
    current = opened(home)
    if output is not None:
        report = copy_capture(current, capture, reason, user, output, records=records)
    else:
        report = view_capture(current, capture, reason, user, reveal=reveal)
    if json:
        emit(report)
    elif output is not None:
        out.print(f"{report['bytes']} bytes: {output}", soft_wrap=True)
    else:
        out.print(f"{report['url']}\n{report['captured_at']}  status {report['status']}", markup=False, soft_wrap=True)
        out.print(f"SHA-256 {report['sha256']}\n", highlight=False)
        out.print(report["text"], markup=False, highlight=False, soft_wrap=True)
        if report["withheld"]:
            out.print(f"\n{report['withheld']} passages are withheld; --reveal shows them and is logged.")


def hold(
    capture: Annotated[list[str], typer.Argument(help="Ids of captures.")],
    reason: ReasonOption,
    user: UserOption,
    same_address: Annotated[bool, typer.Option(help="Hold every capture of their addresses.")] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Hold captures for a suspected minor: no view, copy, redaction or export until two trained people release them."""
    current = opened(home)
    with locked(current, "imb evidence hold"):
        report = hold_captures(current, capture, reason, user, same_address=same_address)
    if json:
        emit(report)
        return
    out.print(f"{len(report['held'])} captures held, {len(report['already'])} were already.")
    if report["others"]:
        out.print(f"{report['others']} other captures of the same addresses are not held: see --same-address.")
    out.print("Report it now, then: imb evidence routed CAPTURE --to …\nDerived stores lose the page with: imb build")


def holds(home: HomeOption = None, json: JsonOption = False) -> None:
    """What is held: since when, by whom, where it was reported and after how many minutes."""
    rows = list_holds(opened(home))
    if json:
        emit(rows)
        return
    columns = ["capture_id", "held_at", "by", "reason", "routed", "minutes", "approvals"]
    show_table("Held captures", columns, [[r[c] for c in columns] for r in rows])


def routed(
    capture: CaptureArgument,
    to: Annotated[str, typer.Option(help="Hotline, ICAC, NCMEC CyberTipline …")],
    user: UserOption,
    reference: Annotated[str, typer.Option(help="Their number for the report.")] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Log that a held capture was reported, and to whom."""
    current = opened(home)
    with locked(current, "imb evidence routed"):
        row = route_hold(current, capture, to, reference, user)
    emit(row) if json else out.print(f"Logged: {row['routed']}, {row['minutes']} minutes after the hold.", markup=False)


def release(
    capture: CaptureArgument, reason: ReasonOption, user: UserOption, home: HomeOption = None, json: JsonOption = False
) -> None:
    """Approve the release of a held capture. It is free when a second trained user has approved too."""
    current = opened(home)
    with locked(current, "imb evidence release"):
        report = release_hold(current, capture, reason, user)
    if json:
        emit(report)
    elif report["released"]:
        out.print(f"Released by {' and '.join(report['approvals'])}. It is read again at the next: imb build")
    else:
        out.print("Approved. Still held: a second trained user must approve too.")


def custody(
    object_: Annotated[
        str, typer.Argument(metavar="[CAPTURE|PACKAGE]", help="Id of a capture, or a package; default: the whole log.")
    ] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """The custody log of a capture or a package: who, what, why, hash before and after."""
    name = Path(object_).name if "/" in object_ else object_
    rows = custody_of(opened(home), name)
    emit(rows) if json else _show_custody(rows)


def _show_custody(rows: list[dict[str, Any]]) -> None:
    columns = ["at", "actor", "role", "action", "object", "reason", "before", "after", "source"]
    shown = [{**r, "at": r["at"][:19], "before": r["hash_before"][:12], "after": r["hash_after"][:12]} for r in rows]
    show_table("Custody", columns, [[r[c] for c in columns] for r in shown])


def add_to(evidence: typer.Typer) -> None:
    for command in (view, hold, holds, routed, release, custody):
        evidence.command()(command)
