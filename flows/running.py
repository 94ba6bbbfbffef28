"""What every flow shares: its home, the lock, and the artifact at its end.

A Prefect server has no roles, so no name, number or address goes into a parameter, a log line or an artifact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect.artifacts import create_table_artifact

from flows.console import home_path
from pipeline.home import Home, locked, open_home


@contextmanager
def home_for(flow_name: str, home: str) -> Iterator[Home]:
    """The home a flow works in, under its lock. An empty `home` means $IMB_HOME or ./imb-home."""
    current = open_home(home_path(Path(home) if home else None))
    with locked(current, f"flow {flow_name}"):
        yield current


def publish_counts(flow_name: str, counts: Mapping[str, Any]) -> None:
    """Leave a table of counts as the run's artifact."""
    table = [{"what": name, "count": value} for name, value in counts.items()]
    create_table_artifact(key=f"imb-{flow_name}", table=table, description=f"Counts of the last {flow_name} run")
