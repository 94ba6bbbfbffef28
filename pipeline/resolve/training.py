"""Make a match model from a pool of keys: EM for m, pairs of strangers for u, counts for name frequencies.

What is read of a pool is bounded: names are counted and u is learned in a sample of refs, m in whole blocks of refs up
to a number of pairs. So a pool of millions trains in the time and memory of one of thousands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import duckdb
import numpy

from pipeline.model import Ref
from pipeline.resolve.components import component_labels
from pipeline.resolve.corpus import score_keys
from pipeline.resolve.declaration import COLUMNS, DECLARED, TERM
from pipeline.resolve.key_pool import KeyPool, pool_of
from pipeline.resolve.model import FLOOR, MatchModel, Pool, base_model
from pipeline.resolve.splink_engine import silenced, splink_session, splink_settings

LEAST_ROWS, LEAST_PAIRS = 200, 50  # fewer refs, or fewer pairs of one rule, teach nothing
STRANGERS = 20_000  # refs whose names are counted, and of which pairs are drawn for u
RANDOM_PAIRS = 400_000
TAUGHT = 200_000  # pairs of one rule for m
LARGEST_BLOCK = 50  # refs behind one value; one phone of five hundred ads would teach what its owner writes
TRUST = 3.0  # bits a trained weight may differ from the declared one
Numbers = dict[str, dict[str, tuple[float, float]]]
Levels = dict[str, dict[str, float]]  # comparison -> level -> m or u
# What EM holds equal while it learns the rest; each learns every comparison that does not read these columns.
TEACHERS = {
    "business": (("phones",), ("names", "buildings")),
    "operator": (("born", "names"), ("phones",)),
}


def train(refs: Sequence[Ref], base: MatchModel | None = None) -> MatchModel:
    """As `train_on`, of refs that are in memory already."""
    with pool_of(refs) as pool:
        return train_on(pool, base)


def train_on(pool: KeyPool, base: MatchModel | None = None) -> MatchModel:
    """A model with name frequencies of this pool and, where it has enough refs, trained m and u.

    Repeatable: one thread, sorted rows, a fixed seed, samples by digests of ref ids. A level keeps its declared numbers
    where the pool shows nothing, and a trained weight stays within TRUST bits of the declared one, so that a strange
    pool cannot turn a weak likeness into proof.
    """
    base = base or base_model()
    numbers = {role: dict(base.numbers[role]) for role in DECLARED}
    pools: dict[str, Pool] = {}
    for role in DECLARED:
        apart = strangers(pool, role, base)
        pools[role] = count_names(apart[TERM].to_pylist(), FLOOR[role])
        if len(pool.ids[role]) >= LEAST_ROWS:
            numbers[role] |= bounded(learn(pool, role, base, apart), base, role)
    sizes = ", ".join(f"{len(pool.ids[role])} {role} refs" for role in DECLARED)
    return replace(base, numbers=numbers, pools=pools, trained_on=sizes)


def count_names(terms: Sequence[str | None], floor: float) -> Pool:
    """Frequencies of the names of strangers and of their words, of those borne more than once and above FLOOR: no name
    counts as rarer, and a name of several words is never likelier than the rarest of them. Of one person's five papers
    the name is borne once."""
    whole = Counter(filter(None, terms))
    words: Counter[str] = Counter()
    for term, count in whole.items():
        words.update(dict.fromkeys(term.split(), count))
    total = whole.total()

    def shares(counted: Counter[str]) -> dict[str, float]:
        return {name: round(n / total, 9) for name, n in sorted(counted.items()) if n > 1 and n > total * floor}

    return Pool(total, shares(whole), shares(words))


def learn(pool: KeyPool, role: str, base: MatchModel, apart: Any) -> Numbers:
    """Splink's m and u of the comparisons that are estimated; levels it did not observe are absent. `apart`: keys of
    `strangers`."""
    connection = pool.scratch
    threads = connection.execute("SELECT current_setting('threads')").fetchall()[0][0]
    connection.execute("SET threads = 1")
    try:
        u = _learn_u(connection, apart, role, base)
        m = _learn_m(
            connection, [(t, whole_blocks(pool, role, t)) for t in TEACHERS[role]], role, _with_u(base, role, u)
        )
    finally:
        connection.execute(f"SET threads = {int(threads)}")
    # What no two strangers in 400,000 pairs share is as rare as declared, as far as the pool shows.
    declared = base.numbers[role]
    return {
        name: {level: (value, u.get(name, {}).get(level, declared[name][level][1])) for level, value in levels.items()}
        for name, levels in m.items()
    }


def strangers(pool: KeyPool, role: str, base: MatchModel) -> Any:
    """Keys of a sample of refs, of which no two are one as far as `base` sees.

    Among the refs of a small pool many pairs are one business with itself, which would pass for chance.
    """
    found = pool.keys.sql(
        f"""SELECT row_number() OVER (ORDER BY ref) - 1 AS ref_id, {", ".join(COLUMNS[role])} FROM
            (FROM {pool.table(role)} ORDER BY hash(ref), ref LIMIT {STRANGERS}) ORDER BY ref"""
    ).to_arrow_table()
    met = [batch.columns[:2] for batch in score_keys(pool.scratch, [found], role, base, at_least=base.review)]
    none = numpy.empty(0, int)
    a, b = (numpy.concatenate([none, *(columns[n].to_numpy() for columns in met)]) for n in (0, 1))
    label = component_labels(len(found), a, b)
    return found.filter(label == numpy.arange(len(found)))


def whole_blocks(pool: KeyPool, role: str, teacher: Sequence[str]) -> Any:
    """Keys of refs that agree in the columns of `teacher` with others: whole groups, up to TAUGHT pairs in all."""
    same = ", ".join(teacher)
    there = " AND ".join(f"{column} IS NOT NULL" for column in teacher)
    return pool.keys.sql(
        f"""WITH blocks AS (
                SELECT {same}, min(hash(ref)) AS place, count(*) AS n FROM {pool.table(role)} WHERE {there}
                GROUP BY {same} HAVING n BETWEEN 2 AND {LARGEST_BLOCK}),
            chosen AS (FROM blocks QUALIFY sum(n * (n - 1) // 2) OVER (ORDER BY place, n) <= {TAUGHT})
            SELECT row_number() OVER (ORDER BY ref) - 1 AS ref_id, {", ".join(COLUMNS[role])}
            FROM {pool.table(role)} SEMI JOIN chosen USING ({same}) ORDER BY ref"""
    ).to_arrow_table()


def _rule(teacher: Sequence[str]) -> str:
    return " AND ".join(f"l.{column} = r.{column}" for column in teacher)


def _learn_u(connection: duckdb.DuckDBPyConnection, rows: Any, role: str, base: MatchModel) -> Levels:
    if len(rows) < LEAST_ROWS:
        return {}
    with _linker(connection, rows, role, base) as (linker, _):
        linker.training.estimate_u_using_random_sampling(
            max_pairs=RANDOM_PAIRS, seed=1, min_count_per_level=None, num_chunks=1
        )
        return _read(linker, role, "_trained_u_median")


def _learn_m(
    connection: duckdb.DuckDBPyConnection,
    taught: Sequence[tuple[Sequence[str], Any]],
    role: str,
    base: MatchModel,
) -> Levels:
    """The m of each level, the median of what the teachers' pairs say of it."""
    from splink.blocking_rule_library import CustomRule

    found: dict[str, dict[str, list[float]]] = {}
    for teacher, rows in taught:
        with _linker(connection, rows, role, base) as (linker, table):
            # Splink 5.0 drops comparisons from the model when a rule yields no pair, so the pairs are counted first.
            count = f"SELECT count(*) FROM {table} l JOIN {table} r ON {_rule(teacher)} AND l.ref_id < r.ref_id"
            if connection.execute(count).fetchall()[0][0] < LEAST_PAIRS:
                continue
            linker.training.estimate_parameters_using_expectation_maximisation(
                CustomRule(_rule(teacher), sql_dialect="duckdb"), estimate_without_term_frequencies=True
            )
            for name, levels in _read(linker, role, "_trained_m_median").items():
                for level, m in levels.items():
                    found.setdefault(name, {}).setdefault(level, []).append(m)
    return {name: {level: float(numpy.median(m)) for level, m in levels.items()} for name, levels in found.items()}


@contextmanager
def _linker(connection: duckdb.DuckDBPyConnection, rows: Any, role: str, base: MatchModel) -> Iterator[tuple[Any, str]]:
    """Splink over a table of keys, and the name of the table."""
    from splink import Linker

    with splink_session(connection) as (api, name), silenced():
        frame = api.register(rows, table_name=f"{name}_input")
        yield Linker(frame, splink_settings(base, role, training=True), log_level=None), frame.physical_name


def _read(linker: Any, role: str, what: str) -> Levels:
    found: Levels = {}
    for compared in (c for c in DECLARED[role].comparisons if not c.fixed):
        name = compared.name.replace(" ", "_")
        trained = next(c for c in linker._settings_obj.comparisons if c.output_column_name == name)
        by_label = {level.label_for_charts: level for level in trained.comparison_levels}
        values = {
            level.name: getattr(by_label[level.name], what) for level in compared.levels if level.kind != "missing"
        }
        found[compared.name] = {level: value for level, value in values.items() if value}
    return found


def _with_u(base: MatchModel, role: str, u: Levels) -> MatchModel:
    numbers = {
        name: {level: (m, u.get(name, {}).get(level, declared)) for level, (m, declared) in levels.items()}
        for name, levels in base.numbers[role].items()
    }
    return replace(base, numbers={**base.numbers, role: numbers})


def bounded(learned: Numbers, base: MatchModel, role: str) -> Numbers:
    """Learned numbers, each within TRUST / 2 bits of the declared one; the declared one where nothing was learned."""
    reach = 2 ** (TRUST / 2)

    def near(value: float, declared: float) -> float:
        return round(min(1.0, declared * reach, max(declared / reach, value)), 12)

    result: Numbers = {}
    for name, levels in learned.items():
        result[name] = {}
        for level, (m0, u0) in base.numbers[role][name].items():
            m, u = levels.get(level, (m0, u0))
            result[name][level] = (near(m, m0), near(u, u0))
    return result
