"""`imb indicators`: what sources say of a business, by group."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.console import HomeOption, JsonOption, emit, opened, out, show_table
from flows.stages.indicators.listing import list_indicators


def indicators(
    wanted: Annotated[str, typer.Argument(help="The beginning of a business's or network's id; default: all.")] = "",
    leads: Annotated[bool, typer.Option("--leads", help="Only businesses with indicators of two groups.")] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Indicators by group with their sources. A lead needs two groups; a person decides."""
    rows = list_indicators(opened(home), wanted, leads_only=leads)
    if json:
        emit(rows)
        return
    columns = ["name", "standing", "group", "indicator", "sentence", "lead"]
    show_table("Indicators", columns, [[r[c] for c in columns] for r in rows])
    if rows:
        count = len({r["business_id"] for r in rows if r["lead"]})
        out.print(f"{count} businesses have indicators of two groups or more. --json has spans and sources.")


def register(app: typer.Typer) -> None:
    app.command()(indicators)
