"""Open the casework: SQLite by default, PostgreSQL by URL; schema brought up to date by migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from pipeline.errors import DiskFull, FixHome, HomeBusy

HEAD = "0006"
MIGRATIONS = Path(__file__).parent / "migrations"
WRITES = "imb_writes"  # execution option of a connection that is going to write
MIGRATION_LOCK = 0x1AB  # PostgreSQL advisory lock


def open_engine(url: str) -> sa.Engine:
    """An engine on an up-to-date casework. Raises FixHome for a missing driver, server or a newer casework."""
    try:
        engine = sa.create_engine(_with_driver(url))
    except ModuleNotFoundError as error:
        raise FixHome(
            f"No driver for casework_url {_shown(url)} ({error}). Install one: pip install 'psycopg[binary]'"
        ) from error
    except sa.exc.ArgumentError as error:
        raise FixHome(f"casework_url cannot be read ({error}). Write it as postgresql://user@host/name.") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    try:
        with engine.connect() as connection:
            current = _version(connection)
        if current != HEAD:
            with engine.execution_options(**{WRITES: True}).begin() as connection:
                _migrate(connection, url)
    except sa.exc.DatabaseError as error:
        raise FixHome(
            f"The casework at {_shown(url)} cannot be opened: {error.orig}. "
            "Check that its folder or server can be reached and written to, or restore it: imb restore FILE"
        ) from error
    return engine


@contextmanager
def writing(engine: sa.Engine, url: str) -> Iterator[sa.Connection]:
    """One transaction that writes. Raises HomeBusy or DiskFull in words; nothing is written then."""
    try:
        with engine.execution_options(**{WRITES: True}).begin() as connection:
            yield connection
    except sa.exc.OperationalError as error:
        words = str(error.orig)
        if "locked" in words or "busy" in words:
            raise HomeBusy(f"The casework at {_shown(url)} is in use. Wait for it to end, or try again.") from error
        if "full" in words or "readonly" in words:
            raise DiskFull(
                f"The casework at {_shown(url)} cannot be written ({words}). Free space and repeat."
            ) from error
        raise


def _with_driver(url: str) -> sa.URL:
    parsed = sa.make_url(url)
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername in {"postgresql", "postgres"} else parsed


def _shown(url: str) -> str:
    return sa.make_url(url).render_as_string(hide_password=True)


def _sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's own BEGIN below, so that it can be IMMEDIATE
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: sa.Connection) -> None:
    # A chain entry reads the last hash and writes the next: the write lock must come first. Readers need none.
    immediate = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(connection: sa.Connection, url: str) -> None:
    """Upgrade under the write lock; another process may have done it meanwhile."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
    current = _version(connection)
    if current == HEAD:
        return
    if current is not None and current > HEAD:
        raise FixHome(
            f"The casework at {_shown(url)} is of a newer version ({current}; this program knows {HEAD}). "
            "Use the newer program."
        )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
