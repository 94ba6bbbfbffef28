"""The intelligence store: the only module that opens DuckDB.

`Working` is the builder's database (one writer, under the home's lock). `open_snapshot` opens a published
snapshot read-only. Rows go in as lists of dicts through Arrow; a table's digest is over its sorted rows,
because two DuckDB files with the same rows differ in bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from pipeline.errors import DiskFull, FixHome, NotFound
from pipeline.schema import BY_NAME, TABLES, Table

BATCH = 20_000
MEMORY = 4.0  # gigabytes; `database_gigabytes` in the settings
NO_ROOM = ("no space left", "file too large", "quota", "could not write")


def arrow_schema(table: str) -> Any:
    """The columns of a declared table as Arrow has them."""
    import pyarrow as pa  # a fifth of a second that readers never need

    types = {
        "VARCHAR": pa.string(),
        "BIGINT": pa.int64(),
        "INTEGER": pa.int32(),
        "DOUBLE": pa.float64(),
        "BOOLEAN": pa.bool_(),
        "DATE": pa.date32(),
        "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", tz="UTC"),
        "VARCHAR[]": pa.list_(pa.string()),
    }
    return pa.schema([(c.name, types[c.type]) for c in BY_NAME[table].columns])


class Store:
    """An open DuckDB file with this project's tables."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.connection = connection
        self.path = path

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        """All rows of a query as dicts; parameters by place ("?") or by name ("$name")."""
        given = parameters if isinstance(parameters, dict) else list(parameters)
        cursor = self.connection.execute(sql, given)
        names = [d[0] for d in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """First column of the first row, or None."""
        found = self.connection.execute(sql, list(parameters)).fetchall()
        return found[0][0] if found else None

    def count(self, table: str) -> int:
        return int(self.value(f"SELECT count(*) FROM {BY_NAME[table].name}"))

    def insert(self, table: str, rows: Iterable[dict[str, Any]]) -> int:
        """Append rows to a declared table; returns how many. Unknown keys raise KeyError."""
        import pyarrow as pa

        schema = arrow_schema(table)
        names = set(schema.names)
        total = 0
        iterator = iter(rows)
        while batch := list(islice(iterator, BATCH)):
            if unknown := set(batch[0]) - names:
                raise KeyError(f"{table} has no column {sorted(unknown)}")
            self.insert_arrow(table, pa.Table.from_pylist(batch, schema=schema))
            total += len(batch)
        return total

    def insert_arrow(self, table: str, arrow_rows: Any) -> None:
        """Append the rows of an Arrow table, by the names of its columns.

        DuckDB finds it as a variable: what is registered under a name stays in memory until the transaction ends.
        No rows are not inserted, see `append_found`.
        """
        if not len(arrow_rows):
            return
        columns = ", ".join(f'"{name}"' for name in arrow_rows.schema.names)
        self.connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM arrow_rows")

    def append(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Append rows to a table that is not declared, such as what a stage keeps for its next run."""
        import pyarrow as pa

        if rows:
            columns = [pa.array(column) for column in zip(*rows, strict=True)]
            self.connection.register("kept_rows", pa.table(columns, names=[f"c{n}" for n in range(len(columns))]))
            self.connection.execute(f"INSERT INTO {table} FROM kept_rows")
            self.connection.unregister("kept_rows")

    def append_found(self, table: str, query: str) -> int:
        """Append what a query finds to a table that is not declared; returns how many rows.

        Nothing is not inserted: where the first insert of a transaction into a table brought no rows, DuckDB 2.0.0
        answers queries of longer texts without a later insert of more than a row group (122,880 rows).
        """
        self.connection.execute(f"CREATE TEMP TABLE found_rows AS {query}")
        found = int(self.value("SELECT count(*) FROM found_rows"))
        if found:
            self.connection.execute(f"INSERT INTO {table} FROM found_rows")
        self.connection.execute("DROP TABLE found_rows")
        return found

    @contextmanager
    def listed(self, name: str, ids: Iterable[str]) -> Iterator[None]:
        """Many ids as a table `name(id)`, as long as they are needed."""
        import pyarrow as pa

        self.connection.register(name, pa.table({"id": pa.array(sorted(ids), pa.string())}))
        yield
        self.connection.unregister(name)  # after an error the transaction's end does it

    def replace(self, table: str, rows: Iterable[dict[str, Any]]) -> int:
        """Empty a table and fill it again."""
        self.connection.execute(f"DELETE FROM {BY_NAME[table].name}")
        return self.insert(table, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def digests(self, *, content_only: bool = True, only: Collection[str] = ()) -> dict[str, str]:
        """SHA-256 over the sorted rows of each table, or of some; `content_only` leaves volatile columns out."""
        present = {r["table_name"] for r in self.rows("SELECT table_name FROM duckdb_tables()")}
        wanted = present.intersection(only) if only else present
        return {t.name: self._digest(t, content_only) for t in TABLES if t.name in wanted}

    def _digest(self, table: Table, content_only: bool) -> str:
        have = {
            r["column_name"]
            for r in self.rows("SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [table.name])
        }
        names = [n for n in table.names(volatile=not content_only) if n in have]
        row = ", ".join(f'"{n}"' for n in names)
        sql = (
            "SELECT coalesce(sha256(string_agg(h, '' ORDER BY h)), '') FROM "
            f"(SELECT sha256(CAST(row({row}) AS VARCHAR)) AS h FROM {table.name})"
        )
        return str(self.value(sql))

    def close(self) -> None:
        self.connection.close()


@contextmanager
def open_working(path: Path, gigabytes: float = MEMORY) -> Iterator[Store]:
    """The builder's database with every declared table. Raises FixHome for a file that cannot be read: all in it can be
    made anew from archive, intake and casework. What does not fit into `gigabytes` of memory is written beside the file
    while it is needed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(path))
    except duckdb.Error as error:
        raise _unreadable(path, error) from error
    store = Store(connection, path)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET preserve_insertion_order = true")
        connection.execute("SET enable_progress_bar = false")  # DuckDB draws one over whatever the command shows
        _limit(connection, f"{gigabytes}GB", path)
        for table in TABLES:
            connection.execute(table.ddl())
        _require_declared_columns(store)
        yield store
    except duckdb.OutOfMemoryException as error:
        raise FixHome(
            f"{gigabytes:g} GB of memory are too little for {path}. Set database_gigabytes in imb.toml "
            "higher, or let the command run on a machine with more memory."
        ) from error
    except duckdb.Error as error:
        if _is_full(error):
            raise DiskFull(f"No room to write {path}. Free space and run the same command again.") from error
        raise
    finally:
        store.close()


def _is_full(error: duckdb.Error) -> bool:
    return any(words in str(error).lower() for words in NO_ROOM)


def _unreadable(path: Path, error: duckdb.Error) -> FixHome:
    if isinstance(error, duckdb.IOException) and "lock" in str(error).lower():
        return FixHome(f"{path} is open in another program. Close it and run the command again.")
    return FixHome(f"{path} cannot be read ({error}). Nothing is lost: make it anew with: imb build --full")


def _require_declared_columns(store: Store) -> None:
    """Raises FixHome for a file that an earlier version made with other columns."""
    have = {(r["table_name"], r["column_name"]) for r in store.rows("SELECT * FROM duckdb_columns()")}
    wanted = {(table.name, column) for table in TABLES for column in table.names()}
    if missing := sorted(wanted - have):
        raise FixHome(
            f"{store.path} was made by an earlier version of this program and lacks {len(missing)} columns. "
            "Nothing is lost: read everything again with: imb build --full"
        )


@contextmanager
def open_snapshot(folder: Path, name: str = "intelligence") -> Iterator[Store]:
    """A published snapshot's `intelligence`, `regulatory` or `sealed` database, read-only."""
    path = folder / f"{name}.duckdb"
    if not path.exists():
        raise NotFound(f"{path} does not exist. Publish another snapshot with: imb build --full")
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        raise _unreadable(path, error) from error
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield Store(connection, path)
    except duckdb.IOException as error:
        if _is_full(error):
            raise DiskFull(f"No room to work on {path}. Free space and run the same command again.") from error
        raise _unreadable(path, error) from error
    finally:
        connection.close()


def memory_connection(beside: Store | None = None) -> duckdb.DuckDBPyConnection:
    """A database in memory, for work that leaves nothing behind; with the memory limit of the store it works for, and
    beside its file what does not fit."""
    connection = duckdb.connect(":memory:")
    if beside is not None and beside.path.name:
        limit = str(beside.value("SELECT current_setting('memory_limit')"))
        _limit(connection, limit, beside.path.with_name(f"{beside.path.name}.scratch"))
    return connection


@contextmanager
def scratch_beside(store: Store) -> Iterator[duckdb.DuckDBPyConnection]:
    """A `memory_connection` for work on a store. While it is open, each of the two has half of the store's memory."""
    before = str(store.value("SELECT current_setting('memory_limit')"))
    size, unit = before.split()
    store.connection.execute(f"SET memory_limit = '{float(size) / 2} {unit}'")
    try:
        with closing(memory_connection(store)) as scratch:
            scratch.execute("SET preserve_insertion_order = false")  # which would hold more in memory
            yield scratch
    finally:
        store.connection.execute(f"SET memory_limit = '{before}'")


def _limit(connection: duckdb.DuckDBPyConnection, memory: str, path: Path) -> None:
    for name, value in (("memory_limit", memory), ("temp_directory", f"{path}.tmp")):
        connection.execute(f"SET {name} = '{value.replace(chr(39), chr(39) * 2)}'")


@contextmanager
def new_file(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A plain connection to a database file under construction; closed (and so checkpointed) at the end."""
    connection = duckdb.connect(str(path))
    try:
        yield connection
    finally:
        connection.close()
