"""`imb trends`: how much is advertised, opens and closes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analysis.redact import profile_named
from flows.console import HomeOption, JsonOption, emit, opened, out, show_table
from flows.stages.queries.trending import find_trends, rows_of, write_trends


def trends(
    by: Annotated[str, typer.Option(help="week, city or site")] = "week",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="FILE.csv, FILE.svg or FILE.html")] = None,
    profile: Annotated[
        str,
        typer.Option(help="analyst, or public: no count below five, nor one that tells it."),
    ] = "analyst",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Ads per week, city and site; new businesses; closures; hot spots (many more new ones than two months before)."""
    public = not profile_named(profile).shows("business")
    found = find_trends(opened(home), by)
    if output is not None:
        out.print(f"Written: {write_trends(found, by, output, public)}", soft_wrap=True)
        return
    rows = rows_of(found, by, public)
    if json:
        emit(rows)
    else:
        columns = list(rows[0]) if rows else [by]
        show_table(f"Trends by {by}", columns, [list(r.values()) for r in rows])


def register(app: typer.Typer) -> None:
    app.command()(trends)
