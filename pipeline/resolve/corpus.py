"""The match model over a whole pool of refs: Splink on DuckDB. One declaration, compiled to Splink's levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.model import Ref
from pipeline.resolve.declaration import TERM
from pipeline.resolve.keys import Keys, find_hubs, keys_of
from pipeline.resolve.model import MatchModel
from pipeline.resolve.splink_engine import keys_table, splink_session, splink_settings
from pipeline.resolve.training import train

__all__ = ["ScoredPair", "score_keys", "score_pairs", "train"]

BLOCK_LIMIT = 2_000  # refs behind one block key; a larger block says too little to compare all pairs in it


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """Two refs, `ref_a` < `ref_b`, with weight in bits and probability."""

    ref_a: str
    ref_b: str
    weight: float
    probability: float


def score_pairs(
    connection: duckdb.DuckDBPyConnection, refs: Sequence[Ref], role: str, model: MatchModel
) -> list[ScoredPair]:
    """Every pair of refs of one role at or above the review band, sorted. Leaves no table behind."""
    of_role = sorted((r for r in refs if r.role == role), key=lambda r: r.ref_id)
    hubs = find_hubs(of_role)
    rows = [keys_of(ref, hubs) for ref in of_role]
    return score_keys(connection, rows, model, model.review) if len(rows) > 1 else []


def score_keys(
    connection: duckdb.DuckDBPyConnection,
    rows: Sequence[Keys],
    model: MatchModel,
    at_least: float | None,
    pairs: Sequence[tuple[str, str]] | None = None,
) -> list[ScoredPair]:
    """Weigh the pairs that share a block, or the `pairs` given; `at_least` is a probability, None keeps all."""
    role = rows[0].role
    with splink_session(connection) as (api, name):
        connection.register(f"{name}_rows", keys_table(rows, role))
        connection.execute(f"CREATE TABLE {name}_keys AS FROM {name}_rows")
        connection.unregister(f"{name}_rows")
        blocked = f"{name}_blocked"
        if pairs is None:
            connection.execute(_block_sql(name))
        else:
            connection.execute(f"CREATE TABLE {blocked} (match_key VARCHAR, join_key_l VARCHAR, join_key_r VARCHAR)")
            given = pa.table({"l": [min(p) for p in pairs], "r": [max(p) for p in pairs]})
            connection.register(f"{name}_given", given)
            connection.execute(f"INSERT INTO {blocked} SELECT DISTINCT '0', l, r FROM {name}_given")
            connection.unregister(f"{name}_given")
        if not connection.execute(f"SELECT count(*) FROM {blocked}").fetchall()[0][0]:
            return []
        return _predict(connection, api, name, rows, role, model, at_least)


def _predict(
    connection: duckdb.DuckDBPyConnection,
    api: Any,
    name: str,
    rows: Sequence[Keys],
    role: str,
    model: MatchModel,
    at_least: float | None,
) -> list[ScoredPair]:
    from splink import Linker

    linker = Linker(
        api.register(f"{name}_keys", table_name=f"{name}_input"), splink_settings(model, role), log_level=None
    )
    terms = sorted({k.term for k in rows if k.term})
    frequencies = pa.table({TERM: terms, f"tf_{TERM}": [model.frequency(role, t) for t in terms]})
    linker.table_management.register_term_frequency_lookup(api.register(frequencies, table_name=f"{name}_tf"), TERM)
    linker.table_management.register_blocked_pairs_for_predict(
        api.register(f"{name}_blocked", table_name=f"{name}_pairs")
    )
    predicted = linker.inference.predict(threshold_match_probability=at_least, warning_mode="never")
    found = connection.execute(
        "SELECT least(ref_id_l, ref_id_r) AS a, greatest(ref_id_l, ref_id_r) AS b, match_weight, match_probability "
        f"FROM {predicted.physical_name} ORDER BY a, b"
    ).fetchall()
    return [ScoredPair(*row) for row in found]


def _block_sql(name: str) -> str:
    """All pairs that share an element of `blocks`, each once, left id first."""
    return f"""
        CREATE TABLE {name}_blocked AS
        WITH one AS (SELECT ref_id, unnest(blocks) AS block FROM {name}_keys),
             fit AS (SELECT block FROM one GROUP BY block HAVING count(*) BETWEEN 2 AND {BLOCK_LIMIT}),
             small AS (SELECT ref_id, block FROM one SEMI JOIN fit USING (block))
        SELECT DISTINCT '0' AS match_key, l.ref_id AS join_key_l, r.ref_id AS join_key_r
        FROM small l JOIN small r ON l.block = r.block AND l.ref_id < r.ref_id
    """
