"""`imb up`: scheduler, deployments and worker on one machine."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.console import HomeOption, opened, out
from flows.stages.scheduler import Scheduler


def up(
    port: Annotated[int, typer.Option(help="Port of the scheduler's pages, on this machine only.")] = 4200,
    home: HomeOption = None,
) -> None:
    """Start the scheduler, register the deployments, start a worker. Ctrl-C stops all three."""
    current = opened(home)
    with Scheduler(current.root, port) as scheduler:
        out.print(
            f"Scheduler: {scheduler.address}\nAPI: {scheduler.api}\nHome: {current.root.resolve()}", soft_wrap=True
        )
        for name in scheduler.deploy():
            out.print(f"Deployed: {name}")
        scheduler.start_worker()
        out.print("Worker started. Logs are in the home's logs folder. Ctrl-C stops everything.")
        scheduler.wait()


def register(app: typer.Typer) -> None:
    app.command()(up)
