"""The declaration compiled to Splink's terms, and a quiet, tidy Splink session on an open connection."""

from __future__ import annotations

import contextlib
import io
import itertools
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.model import Ref
from pipeline.resolve.conditions import MACROS
from pipeline.resolve.declaration import COLUMNS, DECLARED, TERM, Compared, Level
from pipeline.resolve.keys import Columns, key_columns
from pipeline.resolve.model import MatchModel

ARROW: dict[str, Any] = {
    "VARCHAR": pa.string(),
    "VARCHAR[]": pa.list_(pa.string()),
    "BOOLEAN": pa.bool_(),
    "INTEGER": pa.int32(),
}
CHUNK = 100_000  # refs
_number = itertools.count()


def keys_chunks(refs: Sequence[Ref], role: str, hubs: frozenset[str]) -> Iterator[Any]:
    """The keys of refs in tables of CHUNK rows, so that millions of Python objects never stand at once.

    `ref_id` is the number of the ref in `refs`.
    """
    for start in range(0, len(refs), CHUNK):
        part = refs[start : start + CHUNK]
        numbers = pa.array(range(start, start + len(part)), pa.int64())
        yield pa.table({"ref_id": numbers, **arrow_columns(key_columns(part, role, hubs), COLUMNS[role])})


def arrow_chunks(refs: Sequence[Ref], columns: Callable[[Sequence[Ref]], Columns], kinds: Mapping[str, str]) -> Any:
    """Further columns of refs as one table, made chunk by chunk."""
    parts = [refs[start : start + CHUNK] for start in range(0, len(refs), CHUNK)]
    schema = pa.schema([(name, ARROW[kind]) for name, kind in kinds.items()])
    return pa.concat_tables([schema.empty_table(), *(pa.table(arrow_columns(columns(p), kinds)) for p in parts)])


def arrow_columns(columns: Columns, kinds: Mapping[str, str]) -> dict[str, Any]:
    """Column -> Arrow array, in the order of `kinds`, which are DuckDB types."""
    made = {}
    for column, kind in kinds.items():
        values, rows = columns[column]
        made[column] = pa.array(values, ARROW[kind]).take(pa.array(rows, pa.int32()))
    return made


def splink_settings(model: MatchModel, role: str, *, training: bool = False) -> dict[str, Any]:
    """The declaration in Splink's terms; without the fixed comparisons when `training`."""
    comparisons = [c for c in DECLARED[role].comparisons if not (training and c.fixed)]
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "ref_id",
        "probability_two_random_records_match": model.priors[role],
        "comparisons": [_comparison(model, role, c, training) for c in comparisons],
        "blocking_rules_to_generate_predictions": [],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
    }


def _comparison(model: MatchModel, role: str, compared: Compared, training: bool) -> dict[str, Any]:
    return {
        "output_column_name": compared.name.replace(" ", "_"),
        "comparison_levels": [_level(model, role, compared.name, level, training) for level in compared.levels],
    }


def _level(model: MatchModel, role: str, comparison: str, level: Level, training: bool) -> dict[str, Any]:
    condition = level.condition.sql() if level.condition is not None else "ELSE"
    shaped: dict[str, Any] = {"sql_condition": condition, "label_for_charts": level.name}
    if level.kind == "missing":
        return {**shaped, "is_null_level": True}
    m, u = model.numbers[role][comparison][level.name]
    shaped |= {"m_probability": m, "u_probability": u}
    if level.term and not training:
        # The level's own u, not that of an exact level: the frequency replaces the average at this level.
        shaped |= {
            "tf_adjustment_column": TERM,
            "tf_adjustment_weight": level.term,
            "disable_tf_exact_match_detection": True,
        }
    return shaped


@contextlib.contextmanager
def splink_session(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, str]]:
    """Splink on a connection with a fresh table prefix; everything it made is dropped at the end."""
    from splink import DuckDBAPI

    name = f"imb_match_{next(_number)}"
    connection.execute("SET enable_progress_bar = false")  # DuckDB draws one over whatever the command shows
    # A fifth of a second to search Splink's query for what it works out twice; in a CASE it changes nothing there.
    connection.execute("SET disabled_optimizers = 'common_subexpressions'")
    for macro in MACROS:
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")
    before = _tables(connection)
    try:
        yield DuckDBAPI(connection=connection), name
    finally:
        connection.execute("RESET disabled_optimizers")
        for table, kind in sorted(_tables(connection) - before):
            connection.execute(f'DROP {kind} IF EXISTS "{table}"')


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Splink prints and logs whatever is asked of it; within this nobody hears it."""
    logger = logging.getLogger("splink")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logger.setLevel(level)


def _tables(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    query = "SELECT table_name, if(table_type = 'VIEW', 'VIEW', 'TABLE') FROM information_schema.tables"
    return {(row[0], row[1]) for row in connection.execute(query).fetchall()}
