"""Romanized names: every way of writing one name against its hardest neighbors. Measured, with a bar."""

from __future__ import annotations

import pytest

from benchmarks.romanized_names import draw_pairs
from pipeline.resolve.compare import compare_person_names


def measure(seed: int, count: int = 3000, threshold: float = 0.85) -> tuple[float, float, list[str]]:
    """F1, false-positive rate, and the errors in words."""
    hits = false = 0
    errors = []
    for a, b, same in draw_pairs(seed, count):
        found = compare_person_names(a, b)
        said = found.score >= threshold
        hits += said and same
        false += said and not same
        if said != same:
            errors.append(f"{'missed' if same else 'false'}: {a} | {b} | {found.score:.2f} {found.reason}")
    precision, recall = hits / (hits + false), hits / count
    return 2 * precision * recall / (precision + recall), false / count, errors


@pytest.mark.parametrize("seed", [11, 12])
def test_variants_are_found_and_neighbors_are_not(seed: int) -> None:
    f1, false_positive_rate, errors = measure(seed)
    assert f1 >= 0.95, errors[:20]
    assert false_positive_rate <= 0.03, errors[-20:]
