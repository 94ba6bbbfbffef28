"""`imb user add|list|trained`: registered users, their roles, and who may look at held pages."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.console import HomeOption, JsonOption, emit, opened, out, show_table
from pipeline.home import locked
from pipeline.store.casework import Casework
from pipeline.store.roles import user_key
from pipeline.store.training import confirm_training
from pipeline.store.training import trained as trained_users

user_app = typer.Typer(help="Users and their roles: add, list, trained.", no_args_is_help=True)
NameArgument = Annotated[str, typer.Argument(help="The name as --user and IMB_USER give it.")]
ActorOption = Annotated[str, typer.Option("--user", help="Who registers; logged.", envvar="IMB_USER")]


@user_app.command()
def add(
    name: NameArgument,
    role: Annotated[str, typer.Argument(help="analyst board prosecutor supervisor auditor admin")],
    user: ActorOption,
    home: HomeOption = None,
) -> None:
    """Register a user: from then on the name is held to its role."""
    current = opened(home)
    with locked(current, "imb user add"):
        Casework(current.casework_url).add_user(name, role, user)
    out.print(f"Registered: {name}, {role}.", markup=False)


@user_app.command("list")
def list_(home: HomeOption = None, json: JsonOption = False) -> None:
    """Registered users, their roles, and who is trained for suspected minors."""
    casework = Casework(opened(home).casework_url)
    able = trained_users(casework)
    rows = [{"name": n, "role": r, "trained": user_key(n) in able} for n, r in casework.users().items()]
    emit(rows) if json else show_table("Users", ["name", "role", "trained"], [list(r.values()) for r in rows])


@user_app.command()
def trained(
    name: NameArgument,
    reason: Annotated[str, typer.Option(help="Which training, when, by whom; logged.")],
    user: ActorOption,
    ended: Annotated[bool, typer.Option(help="Take it back.")] = False,
    home: HomeOption = None,
) -> None:
    """Confirm that a registered user is trained to look at pages held for a suspected minor."""
    current = opened(home)
    with locked(current, "imb user trained"):
        confirm_training(Casework(current.casework_url), name, user, reason, ended=ended)
    out.print(f"Logged: {name} is {'no longer ' if ended else ''}trained.", markup=False)


def register(app: typer.Typer) -> None:
    app.add_typer(user_app, name="user")
