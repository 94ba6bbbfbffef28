"""Splink over a pool and rapidfuzz over a pair give the same weights; the pool run leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import combinations
from random import Random

import duckdb
import pytest

from pipeline.model import Ref, Role
from pipeline.resolve import corpus
from pipeline.resolve.corpus import score_pairs
from pipeline.resolve.declaration import DECLARED
from pipeline.resolve.keys import find_hubs, key_columns, keys_of
from pipeline.resolve.model import MatchModel, base_model
from pipeline.resolve.score import score
from pipeline.resolve.training import train
from tests.pipeline.resolve.conftest import make_ref

Pool = Callable[[int, int, Role], list[Ref]]


@pytest.mark.soak
@pytest.mark.parametrize("role", ["business", "operator"])
def test_same_weights_on_ten_thousand_pairs(pool: Pool, role: Role) -> None:
    check_weights(pool(4, 400, role), role, 10_000, trained=False)


@pytest.mark.parametrize("role", ["business", "operator"])
@pytest.mark.parametrize("trained", [False, True])
def test_same_weights_on_random_pairs(pool: Pool, role: Role, trained: bool) -> None:
    check_weights(pool(3, 220, role), role, 4_000, trained=trained)


def check_weights(refs: list[Ref], role: Role, count: int, *, trained: bool) -> None:
    connection = duckdb.connect()
    model = train(refs) if trained else base_model()
    rows = {r.ref_id: keys_of(r) for r in refs}
    assert any(not r.name.isascii() for r in refs)
    pairs = Random(5).sample(list(combinations(sorted(rows), 2)), count)
    found = score_pairs(connection, refs, role, model, pairs)
    assert len(found) == len(pairs)
    seen: set[tuple[str, str]] = set()
    for pair in found:
        here = score(model, rows[pair.ref_a], rows[pair.ref_b])
        assert here.weight == pytest.approx(pair.weight, abs=1e-6)
        assert here.probability == pytest.approx(pair.probability, abs=1e-9)
        assert sum(c.weight for c in here.contributions) + model.prior_weight(role) == pytest.approx(here.weight)
        seen.update(here.levels)
    reached = {(c.name, level.name) for c in DECLARED[role].comparisons for level in c.levels}
    assert len(seen) >= 0.85 * len(reached), sorted(reached - seen)


@pytest.mark.parametrize("role", ["business", "operator"])
def test_blocking_loses_no_pair_of_the_review_band(pool: Pool, role: Role) -> None:
    refs, model = pool(8, 160, role), base_model()
    hubs = find_hubs(refs)
    rows = {r.ref_id: keys_of(r, hubs) for r in refs}
    by_hand = {
        (a, b): s.weight
        for a, b in combinations(sorted(rows), 2)
        if (s := score(model, rows[a], rows[b])).probability >= model.review
    }
    found = {(p.ref_a, p.ref_b): p.weight for p in score_pairs(duckdb.connect(), refs, role, model)}
    assert by_hand
    assert found == pytest.approx(by_hand, abs=1e-6)


def test_neither_order_nor_slices_matter_and_nothing_is_left_or_printed(
    pool: Pool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    refs, model, connection = pool(1, 120, "operator"), base_model(), duckdb.connect()
    one = score_pairs(connection, refs, "operator", model)
    monkeypatch.setattr(corpus, "SLICE", len(one) // 2)
    two = score_pairs(connection, refs[::-1], "operator", model)
    assert one == two
    assert one == sorted(one, key=lambda p: (p.ref_a, p.ref_b))
    assert connection.execute("SELECT count(*) FROM information_schema.tables").fetchall() == [(0,)]
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("role", ["business", "operator"])
def test_keys_of_many_are_the_keys_of_each(pool: Pool, role: Role) -> None:
    refs = pool(6, 150, role)
    hubs = find_hubs(refs)
    columns = key_columns(refs, role, hubs)
    many = [{column: values[rows[n]] for column, (values, rows) in columns.items()} for n in range(len(refs))]
    assert many == [keys_of(ref, hubs).row for ref in refs]


def test_few_or_no_refs() -> None:
    connection = duckdb.connect()
    assert score_pairs(connection, [], "business", base_model()) == []


def test_training_repeats_and_stays_near_what_was_declared(pool: Pool) -> None:
    refs = [*pool(4, 400, "business"), *pool(5, 400, "operator")]
    one, two = train(refs), train(refs[::-1])
    assert one == two
    assert one.version == two.version != base_model().version
    for role, declared in DECLARED.items():
        for compared in declared.comparisons:
            for level in compared.levels:
                moved = one.weight(role, compared.name, level) - base_model().weight(role, compared.name, level)
                assert abs(moved) <= 3.001
    assert 0 < one.pools["operator"].rows < 400  # few phones and streets: nearly all are one person


def test_a_small_pool_teaches_frequencies_only(pool: Pool) -> None:
    refs = pool(4, 60, "business")
    model: MatchModel = train(refs)
    assert model.numbers == base_model().numbers
    assert model.frequency("business", "golden lotus") > base_model().frequency("business", "golden lotus")


def test_a_home_whose_papers_all_name_one_person_is_matched() -> None:
    """Every column holds one value throughout: DuckDB would fold the comparisons of birthdays and find no function."""
    refs = [make_ref(n, "operator", "Donna Quistgard", dob=date(1970, 2, 3)) for n in range(2)]
    (pair,) = score_pairs(duckdb.connect(), refs, "operator", base_model())
    assert pair.probability > 0.99
