"""`imb watch`: phones, names, addresses, phrases and areas that somebody wants to hear of."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.console import HomeOption, JsonOption, emit, opened, out, show_table
from flows.stages.watches.watching import add_watch, list_watches, remove_watch, watch_hits
from pipeline.home import locked

watch_app = typer.Typer(help="Watchlists: add, list, remove, hits.", no_args_is_help=True)
UserOption = Annotated[str, typer.Option(help="Who asks; logged.", envvar="IMB_USER")]
WhyOption = Annotated[str, typer.Option(help="The reason; logged.")]


@watch_app.command()
def add(
    kind: Annotated[str, typer.Argument(help="phone, name, address, phrase or area")],
    value: Annotated[
        str,
        typer.Argument(
            help='What to watch. An area: 65801, "Springfield, MO", "Greene County, MO", "5 miles of 65801"'
        ),
    ],
    why: WhyOption,
    user: UserOption = "analyst",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Watch a value: every ad and record that shows it from now on is reported once."""
    current = opened(home)
    with locked(current, "imb watch add"):
        report = add_watch(current, kind, value, why, user)
    if json:
        emit(report)
        return
    out.print(f"{report['watch_id']} is set. {report['known']} ads and records show it already: imb watch hits")


@watch_app.command("list")
def list_(home: HomeOption = None, json: JsonOption = False) -> None:
    """Watches in force."""
    rows = list_watches(opened(home))
    if json:
        emit(rows)
    else:
        columns = ["watch_id", "kind", "value", "hits", "user", "at", "reason"]
        show_table("Watches", columns, [[r[c] for c in columns] for r in rows])


@watch_app.command()
def remove(
    watch_id: Annotated[str, typer.Argument(help="Id, as imb watch list shows it.")],
    why: WhyOption,
    user: UserOption = "analyst",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """End a watch; its hits stay on record."""
    current = opened(home)
    with locked(current, "imb watch remove"):
        remove_watch(current, watch_id, why, user)
    emit({"removed": watch_id}) if json else out.print(f"{watch_id} is ended.")


@watch_app.command()
def hits(
    new: Annotated[bool, typer.Option("--new", help="Only those nobody has marked as seen.")] = False,
    seen: Annotated[bool, typer.Option("--seen", help="Mark what is shown as seen.")] = False,
    user: UserOption = "analyst",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """What answered to a watch, oldest first."""
    current = opened(home)
    rows = watch_hits(current, user, new=new, seen=seen)
    if json:
        emit(rows)
    else:
        columns = ["watch_id", "kind", "found", "subject_kind", "dataset", "day", "business", "url"]
        show_table("New hits" if new else "Hits", columns, [[r[c] for c in columns] for r in rows])


def register(app: typer.Typer) -> None:
    app.add_typer(watch_app, name="watch")
