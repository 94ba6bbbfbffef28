"""`imb`: the front door. Exit codes: 0 done; 1 failed; 2 wrong usage; 3 and up as in pipeline.errors."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from flows.console import err
from pipeline.errors import DiskFull, ImbError
from pipeline.home import FULL

# Matrices here have some dozens of rows: threads over one of them wait for each other far longer than they work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Module of flows.commands -> the commands it registers, in the order of the help page. Only the module of the command
# that is called is imported: all of them take seconds.
MODULES: dict[str, tuple[str, ...]] = {
    "demonstration": ("demo",),
    "homes": ("init", "backup", "restore", "move-casework"),
    "collect": ("collect",),
    "sites": ("sites",),
    "records": ("import", "model", "build", "changes", "run"),
    "network": ("search", "timeline", "network", "succession"),
    "watch": ("watch",),
    "indicators": ("indicators",),
    "trends": ("trends",),
    "templates": ("template",),
    "cases": ("standing", "decide"),
    "screen": ("screen",),
    "evidence": ("evidence",),
    "audit": ("audit",),
    "users": ("user",),
    "server": ("up",),
    "status": ("status",),
}


def make_app(command: str = "") -> typer.Typer:
    """The command line; with a known command's name only the part that has it."""
    app = typer.Typer(
        name="imb",
        help="Evidence, matching, networks and screening for a state task force on illicit massage businesses.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(lambda: None)  # else an app of one command would take that command's name for an argument
    for module in [m for m, names in MODULES.items() if command in names] or MODULES:
        import_module(f"flows.commands.{module}").register(app)
    return app


def command_of(arguments: Sequence[str]) -> str:
    """The command among the arguments of `imb`; "" when there is none."""
    return next((a for a in arguments if not a.startswith("-")), "")


def main() -> None:
    """Run a command; every foreseen failure is one sentence that says what to do next."""
    try:
        make_app(command_of(sys.argv[1:]))()
    except ImbError as error:
        err.print(f"imb: {error}", markup=False, highlight=False, soft_wrap=not err.is_terminal)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in FULL | {errno.EACCES, errno.EPERM}:
            raise
        where = f"{error.filename}: " if error.filename else ""
        err.print(f"imb: {where}{error.strerror}. Make room or mend the rights, then run it again.", markup=False)
        sys.exit(DiskFull.exit_code)
    except KeyboardInterrupt:
        err.print("imb: stopped. What was complete is kept; run the same command to go on.")
        sys.exit(130)


if __name__ == "__main__":
    main()
