"""The match model over a whole pool of refs: Splink on DuckDB. One declaration, compiled to Splink's levels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from operator import attrgetter
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from pipeline.garbage import cycles_left_for_later
from pipeline.model import Ref
from pipeline.resolve.blocking import fitting_steps, pairs_sql, said_sql
from pipeline.resolve.declaration import TERM
from pipeline.resolve.keys import find_hubs
from pipeline.resolve.model import MatchModel
from pipeline.resolve.splink_engine import CHUNK, keys_chunks, silenced, splink_session, splink_settings

SLICE = 500_000  # pairs that are compared at a time
MEET = 250_000  # refs whose pairs are found at a time


class ScoredPair(NamedTuple):
    """Two refs, `ref_a` < `ref_b`, with weight in bits and probability."""

    ref_a: str
    ref_b: str
    weight: float
    probability: float


@cycles_left_for_later()
def score_pairs(
    connection: duckdb.DuckDBPyConnection,
    refs: Sequence[Ref],
    role: str,
    model: MatchModel,
    among: Sequence[tuple[str, str]] | None = None,
) -> list[ScoredPair]:
    """Every pair of refs of one role at or above the review band, sorted. Leaves no table behind.

    With `among`, pairs of ref ids, these pairs whatever they weigh; no phone is an answering service there.
    """
    of_role = sorted((r for r in refs if r.role == role), key=attrgetter("ref_id"))
    if len(of_role) < 2:
        return []
    keys = keys_chunks(of_role, role, find_hubs(of_role) if among is None else frozenset())
    ids = [ref.ref_id for ref in of_role]
    if among is None:
        return scored_pairs(ids, score_keys(connection, keys, role, model, at_least=model.review))
    number = {ref_id: n for n, ref_id in enumerate(ids)}
    ordered = sorted({(number[min(pair)], number[max(pair)]) for pair in among})
    pairs = pa.table({"a": pa.array([a for a, _ in ordered], pa.int64()), "b": [b for _, b in ordered]})
    return scored_pairs(ids, score_keys(connection, keys, role, model, pairs, at_least=None))


def scored_pairs(ids: Sequence[str], batches: Iterable[Any]) -> list[ScoredPair]:
    """The rows of `score_keys` with the refs that its numbers stand for."""
    return [
        ScoredPair(ids[a], ids[b], weight, probability)
        for batch in batches
        for a, b, weight, probability in zip(*(c.to_numpy().tolist() for c in batch.columns), strict=True)
    ]


def score_keys(
    connection: duckdb.DuckDBPyConnection,
    keys: Iterable[Any],
    role: str,
    model: MatchModel,
    pairs: Any = None,
    *,
    at_least: float | None,
    below: int | None = None,
) -> Iterator[Any]:
    """Record batches (a, b, weight, probability) of the pairs of refs whose keys are the rows of the tables `keys`.

    Sorted by a and b, numbers of refs; never more in memory than a batch, besides what the connection holds. While
    they are taken, the connection is busy; afterwards no table is left. `pairs`: a table (a, b) of row numbers,
    a < b; by default all that share a block. `at_least`: the probability from which a pair is handed back, None for
    every pair. `below`: only pairs whose lower number is below it.
    """
    with splink_session(connection) as (_, name):
        for chunk in keys:
            _load(connection, f"{name}_keys", chunk)
        connection.execute(f"CREATE TABLE {name}_blocked (match_key VARCHAR, join_key_l BIGINT, join_key_r BIGINT)")
        if pairs is None:
            _meet(connection, name, role, below)
        else:
            _load(connection, f"{name}_said", pairs)
            _block(connection, name, f"FROM {name}_said")
            connection.execute(f"DROP TABLE {name}_said")
        for first, last in _slices(connection, f"{name}_blocked"):
            yield from _score_slice(connection, name, f"join_key_l BETWEEN {first} AND {last}", role, model, at_least)


def _meet(connection: duckdb.DuckDBPyConnection, name: str, role: str, below: int | None) -> None:
    """The pairs of refs that share a block, found for some refs after the others: a few for each is many in all."""
    connection.execute(f"CREATE TABLE {name}_said AS {said_sql(f'{name}_keys', role)}")
    for step in fitting_steps(name, f"{name}_keys", role):
        connection.execute(step)
    last = connection.execute(f"SELECT max(ref_id) FROM {name}_keys").fetchall()[0][0] or 0
    end = last + 1 if below is None else min(last + 1, below)
    for start in range(0, end, MEET):
        _block(connection, name, pairs_sql(f"{name}_small", start, min(end, start + MEET) - 1))
    connection.execute(f"DROP TABLE {name}_small")


def _block(connection: duckdb.DuckDBPyConnection, name: str, pairs: str) -> None:
    """Append the rows (a, b) of a query to the pairs to be compared; no rows are not inserted, see `append_found` of
    pipeline/store/intelligence.py."""
    connection.execute(f"CREATE TABLE {name}_found AS {pairs}")
    if connection.execute(f"SELECT count(*) FROM {name}_found").fetchall()[0][0]:
        connection.execute(f"INSERT INTO {name}_blocked SELECT '0', a, b FROM {name}_found")
    connection.execute(f"DROP TABLE {name}_found")


def _slices(connection: duckdb.DuckDBPyConnection, blocked: str) -> list[tuple[int, int]]:
    """Ranges of lower numbers with about SLICE pairs each: the comparing of what lies in one fits into memory."""
    ends = connection.execute(
        f"""SELECT DISTINCT join_key_l FROM (SELECT join_key_l, row_number() OVER (ORDER BY join_key_l) AS n,
            count(*) OVER () AS pairs FROM {blocked}) WHERE n % {SLICE} = 0 OR n = pairs ORDER BY join_key_l"""
    ).fetchall()
    lasts = [row[0] for row in ends]
    return list(zip([0, *(last + 1 for last in lasts)], lasts, strict=False))


def _score_slice(
    connection: duckdb.DuckDBPyConnection, whole: str, which: str, role: str, model: MatchModel, at_least: float | None
) -> Iterator[Any]:
    with splink_session(connection) as (api, name):
        connection.execute(f"CREATE TABLE {name}_blocked AS FROM {whole}_blocked WHERE {which}")
        met = f"SELECT join_key_l FROM {name}_blocked UNION SELECT join_key_r FROM {name}_blocked"
        connection.execute(f"CREATE TABLE {name}_keys AS FROM {whole}_keys WHERE ref_id IN ({met})")
        with silenced():
            found = _predict(connection, api, name, role, model, at_least)
        with closing(found):  # where the taker stops early, too
            yield from found


def _load(connection: duckdb.DuckDBPyConnection, table: str, rows: Any) -> None:
    connection.register(f"{table}_rows", rows)
    connection.execute(f"CREATE TABLE IF NOT EXISTS {table} AS FROM {table}_rows LIMIT 0")
    connection.execute(f"INSERT INTO {table} FROM {table}_rows")
    connection.unregister(f"{table}_rows")


def _predict(
    connection: duckdb.DuckDBPyConnection,
    api: Any,
    name: str,
    role: str,
    model: MatchModel,
    at_least: float | None,
) -> Any:
    """Batches (a, b, weight, probability) of pairs of numbers of refs, sorted; rounded as they are kept, so that a pair
    scored today and one kept since last week stand in one order."""
    from splink import Linker

    keys = api.register(f"{name}_keys", table_name=f"{name}_input")
    # Its check of the settings takes longer than the comparing of a day's refs, and only logs, which is silenced.
    linker = Linker(keys, splink_settings(model, role), log_level=None, validate_settings=False)
    linker.table_management.register_term_frequency_lookup(
        api.register(_frequencies(connection, name, role, model), table_name=f"{name}_tf"), TERM
    )
    linker.table_management.register_blocked_pairs_for_predict(
        api.register(f"{name}_blocked", table_name=f"{name}_pairs")
    )
    with _without_statistics(connection):
        predicted = linker.inference.predict(threshold_match_probability=at_least, warning_mode="never")
    return connection.sql(
        "SELECT least(ref_id_l, ref_id_r) AS a, greatest(ref_id_l, ref_id_r) AS b, round(match_weight, 9) AS weight, "
        f"round(match_probability, 9) AS probability FROM {predicted.physical_name} ORDER BY a, b"
    ).to_arrow_reader(CHUNK)


@contextmanager
def _without_statistics(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """DuckDB 2.0 folds a comparison of columns that hold one value throughout, as in a home of one person's papers, and
    then finds no function for it: "BindBuiltinScalarFunction did not return a BoundFunctionExpression"."""
    before = str(connection.execute("SELECT current_setting('disabled_optimizers')").fetchall()[0][0])
    names = [name for name in (before, "statistics_propagation") if name]
    connection.execute(f"SET disabled_optimizers = '{','.join(names)}'")
    try:
        yield
    finally:
        connection.execute(f"SET disabled_optimizers = '{before}'")


def _frequencies(connection: duckdb.DuckDBPyConnection, name: str, role: str, model: MatchModel) -> Any:
    """The frequencies of the names that are compared."""
    found = connection.execute(
        f"SELECT DISTINCT {TERM} FROM {name}_keys WHERE {TERM} IS NOT NULL ORDER BY {TERM}"
    ).fetchall()
    terms = [row[0] for row in found]
    return pa.table(
        {
            TERM: pa.array(terms, pa.string()),
            f"tf_{TERM}": pa.array([model.frequency(role, t) for t in terms], pa.float64()),
        }
    )
