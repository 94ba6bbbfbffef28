"""Open the casework: SQLite by default, PostgreSQL by URL; schema brought up to date by migrations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from pipeline.errors import FixHome

HEAD = "0001"
MIGRATIONS = Path(__file__).parent / "migrations"


def open_engine(url: str) -> sa.Engine:
    """An engine on an up-to-date casework. Raises FixHome for a missing driver, server or a newer casework."""
    try:
        engine = sa.create_engine(url)
    except ModuleNotFoundError as error:
        raise FixHome(f"No driver for this casework_url ({error}). Install one: pip install psycopg") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    try:
        with engine.begin() as connection:
            _migrate(connection, url)
    except sa.exc.DatabaseError as error:
        raise FixHome(
            f"The casework at {_shown(url)} cannot be opened: {error.orig}. Restore it: imb restore"
        ) from error
    return engine


def _shown(url: str) -> str:
    return sa.make_url(url).render_as_string(hide_password=True)


def _sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's own BEGIN below, so that it can be IMMEDIATE
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: sa.Connection) -> None:
    # A chain entry reads the last hash and writes the next: the write lock must come first.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _migrate(connection: sa.Connection, url: str) -> None:
    current = None
    if sa.inspect(connection).has_table("alembic_version"):
        current = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    if current == HEAD:
        return
    if current is not None and current > HEAD:
        raise FixHome(f"The casework at {_shown(url)} is of a newer version ({current}). Use the newer program.")
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
