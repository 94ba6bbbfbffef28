"""`imb template`: ads written from one template."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.console import HomeOption, JsonOption, emit, opened, out, show_table
from flows.stages.networks.showing import list_templates, template_detail

template_app = typer.Typer(help="Ads written from one template: list, show.", no_args_is_help=True)


@template_app.command("list")
def list_(home: HomeOption = None, json: JsonOption = False) -> None:
    """Templates, most businesses first."""
    rows = list_templates(opened(home))
    if json:
        emit(rows)
    else:
        columns = ["template_id", "ads", "businesses", "sites", "first_seen", "last_seen", "text"]
        show_table("Templates", columns, [[r[c] for c in columns] for r in rows])


@template_app.command()
def show(
    template_id: Annotated[str, typer.Argument(help="Id, or its beginning.")],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """One template: its wording with numbered slots, what the ads put into them, and the ads."""
    detail = template_detail(opened(home), template_id)
    if json:
        emit(detail)
        return
    out.print(detail["text"], markup=False)
    filled = [[f"{{{n}}}", " · ".join(values)] for n, values in enumerate(detail["slots"], 1)]
    show_table("Slots", ["slot", "what the ads put there"], filled)
    columns = ["ad_id", "site", "business_name", "observed_first", "observed_last", "url"]
    show_table("Ads", columns, [[r[c] for c in columns] for r in detail["ads"]])


def register(app: typer.Typer) -> None:
    app.add_typer(template_app, name="template")
