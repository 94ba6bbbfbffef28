"""Make a match model from a pool of refs: EM for m, random pairs for u, counts for name frequencies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.model import Ref
from pipeline.resolve.declaration import DECLARED, TERM
from pipeline.resolve.keys import count_terms, find_hubs
from pipeline.resolve.model import MatchModel, Pool, base_model
from pipeline.resolve.splink_engine import keys_chunks, silenced, splink_session, splink_settings

LEAST_ROWS, LEAST_PAIRS = 200, 50  # fewer refs, or fewer pairs of one rule, teach nothing
TRUST = 3.0  # bits a trained weight may differ from the declared one
Numbers = dict[str, dict[str, tuple[float, float]]]
# What EM holds equal while it learns the rest; each learns every comparison that does not read these columns.
TEACHERS = {
    "business": ("l.phones = r.phones", "l.names = r.names AND l.buildings = r.buildings"),
    "operator": ("l.born = r.born AND l.names = r.names", "l.phones = r.phones"),
}


def make_pool(terms: Iterable[str]) -> Pool:
    """Frequencies of names borne more than once and of their words; `terms`: one per row of one role, "" for none."""
    whole, words, total = count_terms(terms)
    return Pool(total, _shares(whole, total), _shares(words, total))


def _shares(counted: Counter[str], total: int) -> dict[str, float]:
    return {term: round(n / total, 9) for term, n in sorted(counted.items()) if n > 1}


def train(connection: duckdb.DuckDBPyConnection, refs: Sequence[Ref], base: MatchModel | None = None) -> MatchModel:
    """A model with name frequencies of this pool and, where it has enough refs, trained m and u.

    Repeatable: one thread, sorted rows, a fixed seed. A level keeps its declared numbers where the pool shows
    nothing, and a trained weight stays within TRUST bits of the declared one, so that a strange pool cannot turn
    a weak likeness into proof.
    """
    base = base or base_model()
    numbers = {role: dict(base.numbers[role]) for role in DECLARED}
    pools = dict(base.pools)
    threads = connection.execute("SELECT current_setting('threads')").fetchall()[0][0]
    connection.execute("SET threads = 1")
    try:
        for role in DECLARED:
            of_role = sorted((r for r in refs if r.role == role), key=lambda r: r.ref_id)
            if not of_role:
                pools[role] = make_pool(())
                continue
            keys = pa.concat_tables(keys_chunks(of_role, role, find_hubs(of_role)))
            pools[role] = make_pool(term or "" for term in keys[TERM].to_pylist())
            if len(of_role) >= LEAST_ROWS:
                learned = learn(connection, keys, role, base)
                numbers[role] = {**base.numbers[role], **bounded(learned, base, role)}
    finally:
        connection.execute(f"SET threads = {int(threads)}")
    sizes = ", ".join(f"{pools[role].rows} {role} refs" for role in DECLARED)
    return replace(base, numbers=numbers, pools=pools, trained_on=sizes)


def learn(connection: duckdb.DuckDBPyConnection, keys: Any, role: str, base: MatchModel) -> Numbers:
    """Splink's m and u of the comparisons that are estimated; levels it did not observe are absent."""
    from splink import Linker
    from splink.blocking_rule_library import CustomRule

    with splink_session(connection) as (api, name), silenced():
        frame = api.register(keys, table_name=f"{name}_input")
        linker = Linker(frame, splink_settings(base, role, training=True), log_level=None)
        linker.training.estimate_u_using_random_sampling(max_pairs=4e5, seed=1, min_count_per_level=None, num_chunks=1)
        for rule in TEACHERS[role]:
            # Splink 5.0 drops comparisons from the model when a rule yields no pair, so the pairs are counted first.
            count = f"SELECT count(*) FROM {frame.physical_name} l JOIN {frame.physical_name} r ON {rule}"
            if connection.execute(f"{count} AND l.ref_id < r.ref_id").fetchall()[0][0] < LEAST_PAIRS:
                continue
            linker.training.estimate_parameters_using_expectation_maximisation(
                CustomRule(rule, sql_dialect="duckdb"), estimate_without_term_frequencies=True
            )
        return _read_numbers(linker, role)


def _read_numbers(linker: Any, role: str) -> Numbers:
    found: Numbers = {}
    for compared in (c for c in DECLARED[role].comparisons if not c.fixed):
        name = compared.name.replace(" ", "_")
        trained = next(c for c in linker._settings_obj.comparisons if c.output_column_name == name)
        by_label = {level.label_for_charts: level for level in trained.comparison_levels}
        found[compared.name] = {}
        for level in compared.levels:
            m, u = by_label[level.name]._trained_m_median, by_label[level.name]._trained_u_median
            if level.kind != "missing" and m and u:
                found[compared.name][level.name] = (m, u)
    return found


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
