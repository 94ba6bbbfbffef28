"""`imb`: the front door. Exit codes: 0 done; 1 failed; 2 wrong usage; 3 and up as in pipeline.errors."""

from __future__ import annotations

import errno
import sys

import typer

from flows.commands import (
    cases,
    collect,
    demonstration,
    evidence,
    homes,
    network,
    records,
    screen,
    server,
    status,
    templates,
    users,
)
from flows.console import err
from pipeline.errors import DiskFull, ImbError
from pipeline.home import FULL

app = typer.Typer(
    name="imb",
    help="Evidence, matching, networks and screening for a state task force on illicit massage businesses.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for module in (
    demonstration,
    homes,
    collect,
    records,
    network,
    templates,
    cases,
    screen,
    evidence,
    users,
    server,
    status,
):
    module.register(app)


def main() -> None:
    """Run a command; every foreseen failure is one sentence that says what to do next."""
    try:
        app()
    except ImbError as error:
        err.print(f"imb: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in FULL | {errno.EACCES, errno.EPERM}:
            raise
        err.print(f"imb: {error.filename or ''}: {error.strerror}. Make room or mend the rights, then run it again.")
        sys.exit(DiskFull.exit_code)
    except KeyboardInterrupt:
        err.print("imb: stopped. What was complete is kept; run the same command to go on.")
        sys.exit(130)


if __name__ == "__main__":
    main()
