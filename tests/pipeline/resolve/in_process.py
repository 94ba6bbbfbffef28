"""The in-process executor in the corpus executor's place: the same pairs and weights, without a start-up each time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.resolve.blocking import fitting_steps, pairs_sql, said_sql
from pipeline.resolve.keys import Keys
from pipeline.resolve.model import MatchModel
from pipeline.resolve.score import score


def score_in_process(
    connection: duckdb.DuckDBPyConnection,
    keys: Iterable[Any],
    role: str,
    model: MatchModel,
    pairs: Any = None,
    *,
    at_least: float | None,
) -> Iterator[Any]:
    """What `pipeline.resolve.corpus.score_keys` does, pair by pair."""
    table = pa.concat_tables(keys)
    rows = {
        row["ref_id"]: Keys("", role, "", {c: tuple(v) if isinstance(v, list) else v for c, v in row.items()})
        for row in table.to_pylist()
    }
    if pairs is None:
        connection.register("all_keys", table)
        connection.execute(f"CREATE TEMP TABLE all_said AS {said_sql('all_keys', role)}")
        for step in fitting_steps("all", "all_keys", role):
            connection.execute(step)
        pairs = connection.sql(pairs_sql("all_small", 0, max(rows, default=0))).to_arrow_table()
        connection.execute("DROP TABLE all_small")
        connection.unregister("all_keys")
    found = []
    for a, b in sorted(zip(pairs["a"].to_pylist(), pairs["b"].to_pylist(), strict=True)):
        scored = score(model, rows[a], rows[b])
        if at_least is None or scored.probability >= at_least:
            found.append((a, b, round(scored.weight, 9), round(scored.probability, 9)))
    if found:
        yield pa.record_batch([pa.array(c) for c in zip(*found, strict=True)], ["a", "b", "weight", "probability"])
