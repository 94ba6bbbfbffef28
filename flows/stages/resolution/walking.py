"""What hangs together: a walk over a table of edges until nothing new is reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pipeline.store.intelligence import Store


@contextmanager
def walked(store: Store, start: Iterable[str], step: str) -> Iterator[None]:
    """A temporary table `reached(id)` with `start` and all that follows.

    `step`: a query of the ids, as `id`, next to those in a table `frontier(id)`; ids already reached may be among them.
    """
    store.connection.execute("CREATE TEMP TABLE reached (id VARCHAR)")
    with store.listed("starting", start):
        store.connection.execute("CREATE TEMP TABLE frontier AS FROM starting")
    while store.value("SELECT count(*) FROM frontier"):
        store.connection.execute("INSERT INTO reached FROM frontier")
        store.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE frontier AS SELECT DISTINCT id FROM ({step}) ANTI JOIN reached USING (id)"
        )
    yield
    for table in ("reached", "frontier"):  # after an error the transaction's end drops them
        store.connection.execute(f"DROP TABLE {table}")
