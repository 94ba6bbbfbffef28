"""The match model over a whole pool of refs: Splink on DuckDB. One declaration, compiled to Splink's levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.model import Ref
from pipeline.resolve.collector import cycles_left_for_later
from pipeline.resolve.declaration import BLOCKS, COLUMNS, TERM
from pipeline.resolve.keys import find_hubs, key_columns
from pipeline.resolve.model import MatchModel
from pipeline.resolve.splink_engine import keys_table, splink_session, splink_settings
from pipeline.resolve.training import train

__all__ = ["ScoredPair", "score_pairs", "train"]

BLOCK_LIMIT = 2_000  # refs behind one shared value; a larger block says too little to compare all pairs in it


@dataclass(frozen=True, slots=True)
class ScoredPair:
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
    columns = key_columns(of_role, role, find_hubs(of_role) if among is None else frozenset())
    with splink_session(connection) as (api, name):
        _load(connection, f"{name}_keys", keys_table(columns, role))
        if among is None:
            connection.execute(_block_sql(name, role))
        else:
            _load(connection, f"{name}_blocked", _given(of_role, among))
        if not connection.execute(f"SELECT count(*) FROM {name}_blocked").fetchall()[0][0]:
            return []
        found = _predict(connection, api, name, role, model, model.review if among is None else None)
    ids = [ref.ref_id for ref in of_role]
    return [ScoredPair(ids[a], ids[b], weight, probability) for a, b, weight, probability in found]


def _load(connection: duckdb.DuckDBPyConnection, table: str, rows: Any) -> None:
    connection.register(f"{table}_rows", rows)
    connection.execute(f"CREATE TABLE {table} AS FROM {table}_rows")
    connection.unregister(f"{table}_rows")


def _given(refs: Sequence[Ref], pairs: Sequence[tuple[str, str]]) -> Any:
    number = {ref.ref_id: n for n, ref in enumerate(refs)}
    ordered = sorted({(number[min(pair)], number[max(pair)]) for pair in pairs})
    keys = {"join_key_l": [a for a, _ in ordered], "join_key_r": [b for _, b in ordered]}
    return pa.table({"match_key": ["0"] * len(ordered), **{k: pa.array(v, pa.int64()) for k, v in keys.items()}})


def _predict(
    connection: duckdb.DuckDBPyConnection,
    api: Any,
    name: str,
    role: str,
    model: MatchModel,
    at_least: float | None,
) -> list[tuple[int, int, float, float]]:
    """(number of the one ref, of the other, weight, probability), sorted."""
    from splink import Linker

    linker = Linker(
        api.register(f"{name}_keys", table_name=f"{name}_input"), splink_settings(model, role), log_level=None
    )
    linker.table_management.register_term_frequency_lookup(
        api.register(_frequencies(connection, name, role, model), table_name=f"{name}_tf"), TERM
    )
    linker.table_management.register_blocked_pairs_for_predict(
        api.register(f"{name}_blocked", table_name=f"{name}_pairs")
    )
    predicted = linker.inference.predict(threshold_match_probability=at_least, warning_mode="never")
    return connection.execute(
        "SELECT least(ref_id_l, ref_id_r) AS a, greatest(ref_id_l, ref_id_r) AS b, match_weight, match_probability "
        f"FROM {predicted.physical_name} ORDER BY a, b"
    ).fetchall()


def _frequencies(connection: duckdb.DuckDBPyConnection, name: str, role: str, model: MatchModel) -> Any:
    """The frequencies of the names that are compared at all."""
    found = connection.execute(
        f"SELECT DISTINCT {TERM} FROM {name}_keys WHERE {TERM} IS NOT NULL AND ref_id IN "
        f"(SELECT join_key_l FROM {name}_blocked UNION SELECT join_key_r FROM {name}_blocked) ORDER BY {TERM}"
    ).fetchall()
    terms = [row[0] for row in found]
    return pa.table(
        {
            TERM: pa.array(terms, pa.string()),
            f"tf_{TERM}": pa.array([model.frequency(role, t) for t in terms], pa.float64()),
        }
    )


def _block_sql(name: str, role: str) -> str:
    """All pairs that share a block, each once, lower number first.

    A block is a value of BLOCKS; operators need a start of a name besides, or license number and date of birth.
    """
    keys = f"{name}_keys"
    shared = " UNION ALL ".join(
        f"SELECT ref_id, '{column}' AS kind, {_each(column, role)} AS value FROM {keys} WHERE {column} IS NOT NULL"
        for column in BLOCKS[role]
    )
    blocks = "SELECT ref_id, hash(kind, value) AS block FROM said SEMI JOIN often USING (kind, value)"
    if role == "operator":
        blocks = f"""
            SELECT ref_id, hash(kind, value, start) AS block FROM said SEMI JOIN often USING (kind, value)
            JOIN (SELECT ref_id, unnest(starts) AS start FROM {keys}) USING (ref_id)
            UNION ALL
            SELECT ref_id, hash(license, born) FROM {keys} WHERE license IS NOT NULL AND born IS NOT NULL"""
    return f"""
        CREATE TABLE {name}_blocked AS
        WITH said AS ({shared}),
             often AS (SELECT kind, value FROM said GROUP BY kind, value HAVING count(*) > 1),
             one AS ({blocks}),
             fit AS (SELECT block FROM one GROUP BY block HAVING count(*) BETWEEN 2 AND {BLOCK_LIMIT}),
             small AS (SELECT ref_id, block FROM one SEMI JOIN fit USING (block))
        SELECT DISTINCT '0' AS match_key, l.ref_id AS join_key_l, r.ref_id AS join_key_r
        FROM small l JOIN small r ON l.block = r.block AND l.ref_id < r.ref_id
    """


def _each(column: str, role: str) -> str:
    return f"unnest({column})" if COLUMNS[role][column].endswith("[]") else column
