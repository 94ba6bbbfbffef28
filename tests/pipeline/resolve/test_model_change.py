"""What a new model would change is counted before it replaces the one in force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import duckdb
import pytest

from pipeline.model import Decision, Ref, Role
from pipeline.resolve.corpus import score_pairs
from pipeline.resolve.key_pool import pool_of
from pipeline.resolve.model import MatchModel, base_model
from pipeline.resolve.model_change import RoleChange
from pipeline.resolve.model_change import compare_models as compare_over

Pool = Callable[[int, int, Role], list[Ref]]
WHEN = datetime(2026, 11, 1, tzinfo=UTC)


def compare_models(
    refs: list[Ref], old: MatchModel, new: MatchModel, decisions: Sequence[Decision] = ()
) -> tuple[RoleChange, ...]:
    with pool_of(refs) as held:
        return compare_over(held, old, new, decisions)


def decided(a: str, b: str, same: bool) -> Decision:
    return Decision(f"{a}{b}{same}", same, a, b, (), "kim", "papers", WHEN)


def blind_to_phones() -> MatchModel:
    """Phones say nothing any more."""
    base = base_model()
    numbers = {role: dict(parts) for role, parts in base.numbers.items()}
    for parts in numbers.values():
        parts["phone"] = dict.fromkeys(parts["phone"], (0.5, 0.5))
    return replace(base, numbers=numbers)


def of_role(change: tuple[RoleChange, ...], role: str) -> RoleChange:
    return next(c for c in change if c.role == role)


def test_the_same_model_changes_nothing(pool: Pool) -> None:
    refs = [*pool(3, 120, "operator"), *pool(4, 120, "business")]
    for change in compare_models(refs, base_model(), base_model()):
        assert change.before == change.now > 0
        assert (change.added, change.removed, change.worry) == (0, 0, "")
        assert (change.wrong_before, change.missed_before) == (change.wrong_now, change.missed_now)


def test_pairs_lost_and_won_add_up_and_many_ask_for_a_person(pool: Pool) -> None:
    refs = pool(3, 160, "operator")
    change = of_role(compare_models(refs, base_model(), blind_to_phones()), "operator")
    assert change.removed > 0
    assert change.now == change.before + change.added - change.removed
    assert (change.added + change.removed > 0.1 * change.before) == ("joined pairs would change" in change.worry)
    back = of_role(compare_models(refs, blind_to_phones(), base_model()), "operator")
    assert (back.added, back.removed) == (change.removed, change.added)


def test_a_model_that_contradicts_people_is_not_taken(pool: Pool) -> None:
    refs, blind = pool(3, 160, "operator"), blind_to_phones()
    connection = duckdb.connect()
    joined = {
        (p.ref_a, p.ref_b) for p in score_pairs(connection, refs, "operator", base_model()) if p.probability > 0.9
    }
    kept = {(p.ref_a, p.ref_b) for p in score_pairs(connection, refs, "operator", blind)}
    lost, held = min(joined - kept), min(joined & kept)
    said = [decided(*lost, True), decided(*held, True)]
    change = of_role(compare_models(refs, base_model(), blind, said), "operator")
    assert (change.decided, change.contradicted_before, change.contradicted_now) == (2, 0, 1)
    assert change.worry == "operator: it contradicts 1 more decision of people"
    opposite = [decided(*lost, False), decided(*held, False)]
    change = of_role(compare_models(refs, base_model(), blind, opposite), "operator")
    assert change.contradicted_before == 2
    assert "decision" not in change.worry


@pytest.mark.parametrize(
    ("wrong_before", "wrong_now", "worried"), [(0.14, 40.6, True), (20.0, 30.0, False), (0.1, 2.0, False)]
)
def test_a_model_that_expects_to_be_wrong_much_more_often_waits(
    wrong_before: float, wrong_now: float, worried: bool
) -> None:
    change = RoleChange("operator", 2780, 2760, 0, 20, 9, 9, wrong_before, wrong_now, 0.0, 0.0, 0, 0, 0)
    assert bool(change.worry) is worried
