"""What was compared before, kept in tables, so that a nightly run compares only what is new.

A pair's weight follows from the keys of its two refs and from the model file, and from nothing else. So the pairs of
two refs that did not change stand, unless the pool changed what may be compared: a number that became an answering
service (`find_hubs`) gives its refs new keys, and a block that grew past BLOCK_LIMIT hides the pairs in it. Both are
found here, and their refs count as changed. The result is that of scoring everything again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.garbage import cycles_left_for_later
from pipeline.model import Ref
from pipeline.resolve.blocking import BLOCK_LIMIT, blocks_sql, pairs_among_sql, said_sql
from pipeline.resolve.corpus import ScoredPair, score_keys, scored_pairs
from pipeline.resolve.declaration import COLUMNS
from pipeline.resolve.keys import HUB_NAMES, hub_columns, key_columns
from pipeline.resolve.model import MatchModel
from pipeline.resolve.splink_engine import ARROW, CHUNK, arrow_chunks, arrow_columns

HUB_COLUMNS = {"shown": "VARCHAR[]", "plain": "VARCHAR"}
LookUp = Callable[[Collection[str]], Sequence[Ref]]


@dataclass(frozen=True, slots=True)
class Rescored:
    """`pairs` take the place of every pair kept so far that has a ref of `dirty`; both sorted."""

    dirty: list[str]
    pairs: list[ScoredPair]


class Settled:
    """The keys, values and hubs of the refs of one role, in tables of an open database.

    A row of `keys` is a ref: its number (`ref_id`), its id (`ref`), its keys, and what hubs are found by. `scratch` is
    a connection to another database, for the comparing itself.
    """

    def __init__(self, kept: duckdb.DuckDBPyConnection, scratch: duckdb.DuckDBPyConnection, role: str) -> None:
        self._db, self._scratch, self._role = kept, scratch, role
        self._keys, self._said, self._hubs = (f"settled_{role}_{part}" for part in ("keys", "said", "hubs"))
        self._numbered = f"numbered_{role}"
        self._columns = COLUMNS[role] | HUB_COLUMNS
        self._create()

    def _create(self) -> None:
        columns = ", ".join(f"{name} {kind}" for name, kind in self._columns.items())
        self._db.execute(f"CREATE TABLE IF NOT EXISTS {self._keys} (ref_id BIGINT, ref VARCHAR, {columns})")
        self._db.execute(f"CREATE TABLE IF NOT EXISTS {self._said} (ref_id BIGINT, value UBIGINT)")
        self._db.execute(f"CREATE TABLE IF NOT EXISTS {self._hubs} (value VARCHAR)")

    def forget(self) -> None:
        """Make the tables anew: what they hold was compared by another model, or by a program with other columns."""
        for table in (self._keys, self._said, self._hubs):
            self._db.execute(f"DROP TABLE {table}")
        self._create()

    @cycles_left_for_later()
    def rescore(self, fresh: Sequence[Ref], gone: Iterable[str], look_up: LookUp, model: MatchModel) -> Rescored:
        """Take in new and changed refs of the role, let go of those in `gone`, and score what that touches.

        `look_up` hands out refs settled before, by id: those whose keys change although they did not.
        """
        new, leaving = sorted(fresh, key=attrgetter("ref_id")), {*gone, *(ref.ref_id for ref in fresh)}
        with self._table("leaving", _refs_table(leaving)):
            hubs, turned = self._find_hubs(new)
        if turned:
            new = sorted((*new, *look_up(turned)), key=attrgetter("ref_id"))
        with self._table("leaving", _refs_table(leaving | turned)), self._table("fresh", self._keys_of(new, hubs)):
            return self._exchange(model)

    def take(self, rows: Any) -> None:
        """Take in a table of `kept_keys`, made without hubs, into empty tables or beside others that were taken so.
        `score_all` follows."""
        if not len(rows):
            return
        (there,) = self._rows(f"SELECT count(*) FROM {self._keys}")[0]
        numbers = pa.array(range(there, there + len(rows)), pa.int64())
        # Not by `_table`: what is registered under a name stays in memory until the transaction ends.
        self._db.from_arrow(rows.add_column(0, "ref_id", numbers)).insert_into(self._keys)

    def score_all(self, model: MatchModel) -> tuple[Any, Iterator[Any]]:
        """The ids of all refs taken in, sorted, and the pairs of their places in it, as `score_keys` has them.

        The pairs are to be taken before anything else is asked of the tables.
        """
        ids = self.complete()
        self._db.execute(f"INSERT INTO {self._said} {said_sql(self._keys, self._role)}")
        return ids, self._pairs_of_all(model) if len(ids) > 1 else iter(())

    def complete(self) -> Any:
        """Find the hubs, take them out of the keys that were taken in, and hand out the ids of all refs, sorted."""
        self._bear_hubs()
        self._db.execute(
            f"""CREATE OR REPLACE TEMP TABLE {self._numbered} AS
                SELECT ref_id, ref, row_number() OVER (ORDER BY ref) - 1 AS n FROM {self._keys}"""
        )
        return self._db.sql(f"SELECT ref FROM {self._numbered} ORDER BY n").to_arrow_table()["ref"]

    def chunks(self, first: int = 0, last: int | None = None) -> Iterator[Any]:
        """The keys after `complete`, as tables for `score_keys`; of the refs from one place to another (inclusive)."""
        columns = ", ".join(("n AS ref_id", *COLUMNS[self._role]))
        within = f"n >= {first}" if last is None else f"n BETWEEN {first} AND {last}"
        rows = self._db.sql(f"SELECT {columns} FROM {self._keys} JOIN {self._numbered} USING (ref_id) WHERE {within}")
        return (pa.table(batch) for batch in rows.to_arrow_reader(CHUNK))

    def _bear_hubs(self) -> None:
        shown = f"(SELECT ref, unnest(shown) AS value, plain FROM {self._keys})"
        often = f"(SELECT value FROM {shown} GROUP BY value HAVING count(*) >= {HUB_NAMES})"
        self._db.execute(
            f"""INSERT INTO {self._hubs} SELECT value FROM {shown} SEMI JOIN {often} USING (value)
                GROUP BY value HAVING count(DISTINCT plain) >= {HUB_NAMES}"""
        )
        hubs = sorted(row[0] for row in self._rows(f"FROM {self._hubs}"))
        if hubs:
            left = (
                f"{column} = nullif(list_filter({column}, lambda value: NOT list_contains($hubs, value)), [])"
                for column in ("phones", "contacts")
            )
            self._db.execute(
                f"UPDATE {self._keys} SET {', '.join(left)} WHERE list_has_any(shown, $hubs)", {"hubs": hubs}
            )

    def _pairs_of_all(self, model: MatchModel) -> Iterator[Any]:
        yield from score_keys(self._scratch, self.chunks(), self._role, model, at_least=model.review)
        self._db.execute(f"DROP TABLE {self._numbered}")

    def _find_hubs(self, new: Sequence[Ref]) -> tuple[frozenset[str], set[str]]:
        """The hubs from now on, and the refs that stay and bear a value that became one or ceased to be one."""
        shown = arrow_chunks(new, lambda refs: hub_columns(refs, self._role), HUB_COLUMNS)
        with self._table("fresh_shown", shown):
            stay = f"(FROM {self._keys} ANTI JOIN leaving USING (ref))"
            self._db.execute(
                f"""CREATE TEMP TABLE touched AS SELECT DISTINCT unnest(shown) AS value FROM
                    (SELECT shown FROM {self._keys} SEMI JOIN leaving USING (ref)
                     UNION ALL SELECT shown FROM fresh_shown)"""
            )
            self._db.execute(
                f"""CREATE TEMP TABLE busy AS SELECT value FROM
                    (SELECT unnest(shown) AS value, plain FROM {stay}
                     UNION ALL SELECT unnest(shown), plain FROM fresh_shown) SEMI JOIN touched USING (value)
                    GROUP BY value HAVING count(DISTINCT plain) >= {HUB_NAMES}"""
            )
            turned = f"""(FROM busy ANTI JOIN {self._hubs} USING (value)) UNION ALL
                (FROM {self._hubs} SEMI JOIN touched USING (value) ANTI JOIN busy USING (value))"""
            bearers = self._rows(
                f"""SELECT DISTINCT ref FROM (SELECT ref, unnest(shown) AS value FROM {stay})
                    SEMI JOIN ({turned}) USING (value)"""
            )
            self._db.execute(f"DELETE FROM {self._hubs} WHERE value IN (FROM touched)")
            self._db.execute(f"INSERT INTO {self._hubs} FROM busy")
            self._db.execute("DROP TABLE busy")
            self._db.execute("DROP TABLE touched")
        return frozenset(row[0] for row in self._rows(f"FROM {self._hubs}")), {row[0] for row in bearers}

    def _keys_of(self, refs: Sequence[Ref], hubs: frozenset[str]) -> Any:
        """The rows of the keys table for refs; numbers go on from the largest."""
        (largest,) = self._rows(f"SELECT coalesce(max(ref_id), -1) FROM {self._keys}")[0]
        numbers = pa.array(range(largest + 1, largest + 1 + len(refs)), pa.int64())
        return kept_keys(refs, self._role, hubs).add_column(0, "ref_id", numbers)

    def _exchange(self, model: MatchModel) -> Rescored:
        """Put the rows of `fresh` in the place of the refs `leaving`, and score what is touched."""
        same = " AND ".join(f"k.{column} IS NOT DISTINCT FROM f.{column}" for column in self._columns)
        self._db.execute(
            f"CREATE TEMP TABLE as_before AS SELECT f.ref FROM {self._keys} k JOIN fresh f ON k.ref = f.ref AND {same}"
        )
        self._db.execute("CREATE TEMP TABLE came AS FROM fresh ANTI JOIN as_before USING (ref)")
        self._db.execute(
            f"""CREATE TEMP TABLE went AS SELECT ref_id, ref FROM {self._keys}
                SEMI JOIN leaving USING (ref) ANTI JOIN as_before USING (ref)"""
        )
        self._db.execute(f"CREATE TEMP TABLE came_said AS {said_sql('came', self._role)}")
        self._note_large_blocks()
        for table in (self._keys, self._said):
            self._db.execute(f"DELETE FROM {table} WHERE ref_id IN (SELECT ref_id FROM went)")
        self._db.execute(f"INSERT INTO {self._keys} FROM came")
        self._db.execute(f"INSERT INTO {self._said} FROM came_said")
        self._db.execute(f"CREATE TEMP TABLE changed AS SELECT ref_id FROM came UNION {self._crossed()}")
        dirty = self._rows(
            f"SELECT ref FROM went UNION SELECT ref FROM {self._keys} SEMI JOIN changed USING (ref_id) ORDER BY ref"
        )
        rows, pairs = self._meeting()
        for table in ("as_before", "came", "went", "came_said", "large", "blocks_before", "changed"):
            self._db.execute(f"DROP TABLE {table}")
        ids = rows["ref"].to_pylist()
        return Rescored([row[0] for row in dirty], self._score(ids, [rows.drop(["ref"])], pairs, model))

    def _note_large_blocks(self) -> None:
        """The sizes, before the exchange, of blocks that may cross the limit by it."""
        touched = (
            f"(SELECT DISTINCT value FROM (FROM came_said UNION ALL FROM {self._said} SEMI JOIN went USING (ref_id)))"
        )
        self._db.execute(
            f"""CREATE TEMP TABLE large AS SELECT value FROM (FROM {self._said} SEMI JOIN {touched} USING (value)
                UNION ALL FROM came_said) GROUP BY value HAVING count(*) > {BLOCK_LIMIT}"""
        )
        self._db.execute(
            f"CREATE TEMP TABLE blocks_before AS {self._large_blocks('block, count(*) AS n', 'GROUP BY block')}"
        )

    def _large_blocks(self, columns: str, rest: str) -> str:
        said = f"(FROM {self._said} SEMI JOIN large USING (value))"
        return f"SELECT {columns} FROM ({blocks_sql(said, self._keys, self._role)}) {rest}"

    def _crossed(self) -> str:
        """The members of blocks that grew over the limit or shrank under it."""
        after = self._large_blocks("block, count(*) AS n", "GROUP BY block")
        crossing = f"""SELECT block FROM ({after}) now FULL JOIN blocks_before b USING (block)
            WHERE (coalesce(now.n, 0) > {BLOCK_LIMIT}) <> (coalesce(b.n, 0) > {BLOCK_LIMIT})"""
        return self._large_blocks("ref_id", f"SEMI JOIN ({crossing}) USING (block)")

    def _meeting(self) -> tuple[Any, Any]:
        """(rows of keys, numbered by the order of ids; pairs of these numbers) of the pairs with a ref of `changed`."""
        near = f"(SELECT DISTINCT value FROM {self._said} SEMI JOIN changed USING (ref_id))"
        self._db.execute(f"CREATE TEMP TABLE near AS FROM {self._said} SEMI JOIN {near} USING (value)")
        self._db.execute(f"CREATE TEMP TABLE met AS {pairs_among_sql('near', self._keys, self._role, 'changed')}")
        self._db.execute(
            f"""CREATE TEMP TABLE numbered AS SELECT ref_id, row_number() OVER (ORDER BY ref) - 1 AS n FROM {self._keys}
                WHERE ref_id IN (SELECT a FROM met UNION SELECT b FROM met)"""
        )
        columns = ", ".join(COLUMNS[self._role])
        rows = self._db.sql(
            f"SELECT n AS ref_id, ref, {columns} FROM {self._keys} JOIN numbered USING (ref_id) ORDER BY n"
        )
        pairs = self._db.sql(
            """SELECT least(l.n, r.n) AS a, greatest(l.n, r.n) AS b FROM met
               JOIN numbered l ON a = l.ref_id JOIN numbered r ON b = r.ref_id"""
        )
        found = rows.to_arrow_table(), pairs.to_arrow_table()
        for table in ("near", "met", "numbered"):
            self._db.execute(f"DROP TABLE {table}")
        return found

    def _score(self, ids: Sequence[str], keys: Iterable[Any], pairs: Any, model: MatchModel) -> list[ScoredPair]:
        if len(ids) < 2:
            return []
        return scored_pairs(ids, score_keys(self._scratch, keys, self._role, model, pairs, at_least=model.review))

    @contextmanager
    def _table(self, name: str, rows: Any) -> Iterator[None]:
        """`rows` under a name, as long as they are needed."""
        self._db.register(name, rows)
        yield
        self._db.unregister(name)  # after an error the transaction's end does it

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._db.execute(sql).fetchall()


def kept_keys(refs: Sequence[Ref], role: str, hubs: frozenset[str] = frozenset()) -> Any:
    """The rows of a keys table of `Settled` for refs, as an Arrow table without numbers."""
    made = {**key_columns(refs, role, hubs), **hub_columns(refs, role)} if refs else {}
    kinds = COLUMNS[role] | HUB_COLUMNS
    columns = arrow_columns(made, kinds) if refs else {name: pa.array([], ARROW[kind]) for name, kind in kinds.items()}
    return pa.table({"ref": pa.array([ref.ref_id for ref in refs], pa.string()), **columns})


def _refs_table(refs: Collection[str]) -> Any:
    return pa.table({"ref": pa.array(sorted(refs), pa.string())})
