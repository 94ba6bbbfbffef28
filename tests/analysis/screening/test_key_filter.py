from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analysis.screening.key_filter import KeyFilter


@given(st.sets(st.text(max_size=20), max_size=60))
def test_a_key_that_is_there_is_never_denied(keys: set[str]) -> None:
    kept = KeyFilter.of(keys)
    assert all(kept.may_hold(key) for key in keys)


def test_most_absent_keys_are_denied_and_all_of_an_empty_filter() -> None:
    kept = KeyFilter.of(f"+1417555{n:04d}" for n in range(0, 10_000, 2))
    passed = sum(kept.may_hold(f"+1417555{n:04d}") for n in range(1, 10_000, 2))
    assert passed < 0.08 * 5_000
    assert not KeyFilter.of(()).may_hold("+14175550101")
