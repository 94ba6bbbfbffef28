"""The front door imports only what the command needs, and has every command."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer

import flows.commands
from analysis.export.formats import FORMATS
from flows.cli import MODULES, command_of, make_app
from flows.commands.network import FORMATS as NAMED

HEAVY = ("sqlalchemy", "pyarrow", "networkx", "scipy", "splink", "scrapy", "prefect", "openpyxl", "bs4")


def names(app: typer.Typer) -> set[str]:
    commands = {c.name or str(c.callback and c.callback.__name__).replace("_", "-") for c in app.registered_commands}
    return commands | {str(g.name) for g in app.registered_groups}


@pytest.mark.parametrize("module", MODULES)
def test_each_module_registers_what_the_front_door_says(module: str) -> None:
    app = typer.Typer()
    import_module(f"flows.commands.{module}").register(app)
    assert names(app) == set(MODULES[module])


def test_no_module_with_commands_is_forgotten() -> None:
    (folder,) = flows.commands.__path__
    registering = {p.stem for p in Path(folder).glob("*.py") if "\ndef register(app: typer.Typer)" in p.read_text()}
    assert registering == set(MODULES)


@pytest.mark.parametrize(
    ("arguments", "command"),
    [(["network", "show", "x"], "network"), (["--help"], ""), ([], ""), (["--json", "build"], "build")],
)
def test_the_command_among_the_arguments(arguments: list[str], command: str) -> None:
    assert command_of(arguments) == command


def test_an_unknown_command_sees_all_of_them() -> None:
    assert names(make_app("nothing")) == {name for some in MODULES.values() for name in some}


def test_showing_a_network_imports_nothing_heavy() -> None:
    code = f"import sys, flows.commands.network; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_help_names_every_format() -> None:
    assert NAMED.split() == list(FORMATS)
