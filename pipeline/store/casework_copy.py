"""A casework in another database: SQLite to PostgreSQL when an office grows, and back for a backup in one file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from pipeline.errors import FixInput
from pipeline.store import chain
from pipeline.store.casework import Casework
from pipeline.store.casework_engine import writing
from pipeline.store.casework_tables import METADATA


def copy_casework(source: str, target: str) -> int:
    """Copy every row of the casework at one URL into an empty one at another; returns the entries of its log.

    Nothing is changed at the source. All or nothing: raises FixInput, with nothing copied, when the target holds rows
    already or when the copied log does not check.
    """
    given, taken = Casework(source), Casework(target)
    with given.engine.connect() as from_, writing(taken.engine, target) as to:
        for table in METADATA.sorted_tables:
            if to.execute(sa.select(sa.func.count()).select_from(table)).scalar():
                raise FixInput(f"The casework to copy into is not empty ({table.name} has rows). Name a new database.")
        for table in METADATA.sorted_tables:
            rows = [_in_utc(dict(row)) for row in from_.execute(sa.select(table)).mappings()]
            if rows:
                to.execute(table.insert(), rows)
            _count_on(to, table)
        if problems := chain.problems(to, chain.head(from_)):
            raise FixInput(
                f"The log does not check, so nothing was copied: {problems[0]}. Look into it: imb audit verify"
            )
        return chain.head(to)[0]


def _in_utc(row: dict[str, Any]) -> dict[str, Any]:
    """SQLite keeps no zone: all times there are UTC."""
    return {k: _utc(v) if isinstance(v, datetime) else v for k, v in row.items()}


def _utc(when: datetime) -> datetime:
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def _count_on(connection: sa.Connection, table: sa.Table) -> None:
    """PostgreSQL numbers its own rows: the next number has to follow those that were copied."""
    column = table.autoincrement_column
    if column is None or connection.dialect.name != "postgresql":
        return
    if highest := connection.execute(sa.select(sa.func.max(column))).scalar():
        connection.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, column.name), highest)))
