"""The peer: plain Splink configurations as its documentation would have one write them, without our model."""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

Clusters = dict[str, str]  # unique_id -> cluster


def restaurant_settings() -> dict[str, Any]:
    """Name and address by Jaro-Winkler, city and phone exact; term frequencies on name and city."""
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    return {
        "settings": SettingsCreator(
            link_type="link_only",
            comparisons=[
                cl.JaroWinklerAtThresholds("name", [0.9, 0.8]).configure(term_frequency_adjustments=True),
                cl.JaroWinklerAtThresholds("addr", [0.9, 0.8]),
                cl.ExactMatch("city").configure(term_frequency_adjustments=True),
                cl.ExactMatch("phone"),
            ],
            blocking_rules_to_generate_predictions=[
                block_on("phone"),
                block_on("substr(name, 1, 4)"),
                block_on("substr(addr, 1, 6)"),
                block_on("city"),
            ],
        ),
        "teachers": ["l.phone = r.phone", "l.name = r.name"],
    }


def febrl_settings(tables: int) -> dict[str, Any]:
    """As Splink's own Febrl examples have it: names, date of birth, number, street number and postcode."""
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    return {
        "settings": SettingsCreator(
            link_type="link_only" if tables > 1 else "dedupe_only",
            comparisons=[
                cl.JaroWinklerAtThresholds("given_name", [0.9, 0.7]).configure(term_frequency_adjustments=True),
                cl.JaroWinklerAtThresholds("surname", [0.9, 0.7]).configure(term_frequency_adjustments=True),
                cl.LevenshteinAtThresholds("date_of_birth", [1, 2]),
                cl.LevenshteinAtThresholds("soc_sec_id", [1, 2]),
                cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
                cl.LevenshteinAtThresholds("address_1", [2]),
                cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
            ],
            blocking_rules_to_generate_predictions=[
                block_on("soc_sec_id"),
                block_on("given_name", "surname"),
                block_on("date_of_birth"),
                block_on("surname", "postcode"),
                block_on("address_1", "street_number"),
            ],
        ),
        "teachers": ["l.date_of_birth = r.date_of_birth", "l.surname = r.surname AND l.postcode = r.postcode"],
    }


def people_settings(link_type: str = "dedupe_only") -> dict[str, Any]:
    """Names by Levenshtein levels, date of birth, phone, street and ZIP: the plain configuration for people."""
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    return {
        "settings": SettingsCreator(
            link_type=link_type,
            comparisons=[
                cl.LevenshteinAtThresholds("given", [1, 2]).configure(term_frequency_adjustments=True),
                cl.LevenshteinAtThresholds("surname", [1, 2]).configure(term_frequency_adjustments=True),
                cl.LevenshteinAtThresholds("born", [1]),
                cl.ExactMatch("phone"),
                cl.LevenshteinAtThresholds("street", [2]),
                cl.ExactMatch("zip").configure(term_frequency_adjustments=True),
            ],
            blocking_rules_to_generate_predictions=[
                block_on("surname", "given"),
                block_on("born"),
                block_on("phone"),
                block_on("street"),
            ],
        ),
        "teachers": ["l.born = r.born", "l.surname = r.surname AND l.given = r.given"],
    }


@contextlib.contextmanager
def quiet() -> Any:
    """Splink prints to stdout and logs whatever is asked of it."""
    logger = logging.getLogger("splink")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logger.setLevel(level)


def make_linker(connection: duckdb.DuckDBPyConnection, tables: Sequence[pa.Table], declared: dict[str, Any]) -> Any:
    """A trained linker: u by random sampling, m by EM under the declared rules, as Splink's tutorial does."""
    from splink import DuckDBAPI, Linker
    from splink.blocking_rule_library import CustomRule

    with quiet():
        api = DuckDBAPI(connection=connection)
        frames = [api.register(table) for table in tables]
        linker = Linker(frames if len(frames) > 1 else frames[0], declared["settings"], log_level=None)
        rules = [CustomRule(rule, sql_dialect="duckdb") for rule in declared["teachers"]]
        linker.training.estimate_probability_two_random_records_match(rules, recall=0.8)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for rule in rules:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
    return linker


def clusters_of(linker: Any, connection: duckdb.DuckDBPyConnection, threshold: float) -> Clusters:
    """unique_id -> cluster id at a match probability."""
    with quiet():
        predicted = linker.inference.predict(threshold_match_probability=threshold / 2)
        clustered = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_probability=threshold
        )
        rows = connection.execute(f"SELECT unique_id, cluster_id FROM {clustered.physical_name}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}
