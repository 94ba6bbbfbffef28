"""The keys of a pool of refs in a database of its own: what training and the comparing of models read.

Refs are let go of as soon as their keys are made, so that millions fit; beyond the memory limit of its connections
DuckDB keeps the tables on the disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb

from pipeline.model import Ref
from pipeline.resolve.declaration import DECLARED
from pipeline.resolve.settled import Settled, kept_keys


class KeyPool:
    """Give it tables of `kept_keys`, made without hubs, by `take`, then `complete` it, then read.

    `ids`: role -> ids of the refs, sorted; a ref's place there is its number. `scratch` is another connection, on
    which pairs are scored while keys are read.
    """

    def __init__(self, keys: duckdb.DuckDBPyConnection, scratch: duckdb.DuckDBPyConnection) -> None:
        self.keys, self.scratch = keys, scratch
        self.ids: Mapping[str, Any] = {}
        self._settled = {role: Settled(keys, scratch, role) for role in DECLARED}

    def take(self, role: str, rows: Any) -> None:
        self._settled[role].take(rows)

    def complete(self) -> None:
        self.ids = {role: settled.complete() for role, settled in self._settled.items()}

    def table(self, role: str) -> str:
        """A table (ref, and the columns of declaration.COLUMNS) on the connection `keys`."""
        return f"settled_{role}_keys"

    def chunks(self, role: str) -> Iterator[Any]:
        """All keys as tables for `score_keys`."""
        return self._settled[role].chunks()


@contextmanager
def pool_of(refs: Sequence[Ref]) -> Iterator[KeyPool]:
    """A pool of refs that are in memory already."""
    with duckdb.connect() as keys, duckdb.connect() as scratch:
        pool = KeyPool(keys, scratch)
        for role in DECLARED:
            pool.take(role, kept_keys([ref for ref in refs if ref.role == role], role))
        pool.complete()
        yield pool
