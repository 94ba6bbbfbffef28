"""What the command line shows: tables and progress bars on a terminal, one JSON value for machines."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from flows.stages.progress import Progress as Report
from flows.stages.progress import silent
from pipeline.home import Home, open_home

# Without a terminal (a file, a pipe) tables get the width they need rather than eighty columns.
out = Console(width=None if sys.stdout.isatty() else 160)
err = Console(stderr=True)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The home to work in. Default: $IMB_HOME, else ./imb-home.", show_default=False),
]
SnapshotOption = Annotated[
    str,
    typer.Option("--snapshot", help="Read this snapshot, not the newest: what was known on a day is as-of-DAY."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value for machines.")]


def home_path(given: Path | None) -> Path:
    """The folder that --home, $IMB_HOME or the default names."""
    return given or Path(os.environ.get("IMB_HOME") or "imb-home")


def opened(given: Path | None, snapshot: str = "") -> Home:
    """The home to work in; to read another snapshot than the newest, where one is named. Raises FixHome, NotFound."""
    home = open_home(home_path(given))
    return home.reading(snapshot) if snapshot else home


def plain(value: Any) -> Any:
    """JSON for dates and paths."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def emit(value: Any) -> None:
    """One JSON value on standard output."""
    sys.stdout.write(json_text(value))


def json_text(value: Any) -> str:
    """The JSON of a value, dates and paths among it, as every command prints it."""
    return json.dumps(value, default=plain, ensure_ascii=False, indent=2) + "\n"


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table; a line of words when there is nothing."""
    if not rows:
        out.print(f"{title}: none")
        return
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape(_cell(value)) for value in row))
    out.print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    text = str(value)
    return text[:13] if UUID.fullmatch(text) else text  # a beginning names it; --json has it whole


@contextmanager
def progress_bars(quiet: bool = False) -> Iterator[Report]:
    """A progress callback that draws one bar a stage on the error stream; silent for machines."""
    if quiet:
        yield silent
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=err, transient=False) as bars:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total or None)
            bars.update(tasks[stage], completed=done, total=total or None)

        yield report
