"""Scoring what is new beside what was settled gives the pairs of scoring everything, whatever came and went."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import ExitStack
from random import Random

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import Ref, Role
from pipeline.resolve import blocking, settled
from pipeline.resolve.corpus import ScoredPair, score_pairs
from pipeline.resolve.model import base_model
from pipeline.resolve.settled import Settled
from tests.pipeline.resolve.conftest import make_ref, random_ref
from tests.pipeline.resolve.in_process import score_in_process

MODEL = base_model()


class Pool:
    """A pool of refs that changes, with the pairs kept beside it as a build keeps them."""

    def __init__(self, role: Role) -> None:
        self.role, self.kept, self.scratch = role, duckdb.connect(), duckdb.connect()
        self.settled = Settled(self.kept, self.scratch, role)
        self.refs: dict[str, Ref] = {}
        self.pairs: list[ScoredPair] = []
        self.rescored = 0

    def change(self, fresh: Collection[Ref], gone: Collection[str] = ()) -> None:
        before = dict(self.refs)
        found = self.settled.rescore(tuple(fresh), gone, lambda ids: [before[i] for i in sorted(ids)], MODEL)
        dirty = set(found.dirty)
        self.rescored = len(dirty)
        self.refs = {**{i: r for i, r in before.items() if i not in gone}, **{r.ref_id: r for r in fresh}}
        stay = [p for p in self.pairs if p.ref_a not in dirty and p.ref_b not in dirty]
        self.pairs = sorted((*stay, *found.pairs), key=lambda p: (p.ref_a, p.ref_b))

    def check(self) -> None:
        assert self.pairs == score_pairs(self.scratch, list(self.refs.values()), self.role, MODEL)

    def close(self) -> None:
        self.kept.close()
        self.scratch.close()


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from(["business", "operator"]))
def test_any_sequence_of_changes(seed: int, role: Role) -> None:
    rng, pool = Random(seed), Pool(role)
    numbers = list(range(60))
    with ExitStack() as patched:
        monkeypatch = patched.enter_context(pytest.MonkeyPatch.context())
        for module in (blocking, settled):  # so low that blocks cross it and numbers become answering services
            monkeypatch.setattr(module, "BLOCK_LIMIT", 8)
        for module in ("settled", "corpus"):
            monkeypatch.setattr(f"pipeline.resolve.{module}.score_keys", score_in_process)
        monkeypatch.setattr(settled, "HUB_NAMES", 4)
        monkeypatch.setattr("pipeline.resolve.keys.HUB_NAMES", 4)
        pool.change([random_ref(rng, n, role) for n in numbers[:25]])
        pool.check()
        for _ in range(3):
            present = sorted(pool.refs)
            gone = rng.sample(present, rng.randrange(6))
            numbered = rng.sample(numbers, rng.randrange(1, 12))
            fresh = [r for r in (random_ref(rng, n, role) for n in numbered) if r.ref_id not in gone]
            same = [
                pool.refs[i] for i in rng.sample(present, 2) if i not in gone and i not in {r.ref_id for r in fresh}
            ]
            pool.change([*fresh, *same], gone)
            pool.check()
    pool.close()


def test_what_says_the_same_again_is_not_scored_again() -> None:
    pool = Pool("business")
    refs = [make_ref(n, "business", "Jade Crane Spa", phones=("+14175550101",)) for n in range(6)]
    pool.change(refs)
    assert pool.rescored == 6
    pool.change(refs[:3])
    assert pool.rescored == 0
    assert len(pool.pairs) == 15
    pool.close()


def test_a_number_that_becomes_an_answering_service_parts_those_it_joined(ref: Callable[..., Ref]) -> None:
    pool = Pool("business")
    two = [ref(n, "business", "Jade Crane Spa", phones=("+14175550101",)) for n in range(2)]
    pool.change(two)
    assert len(pool.pairs) == 1
    others = [ref(n + 2, "business", f"{chr(97 + n) * 7} Spa", phones=("+14175550101",)) for n in range(12)]
    pool.change(others)
    assert pool.pairs == []
    pool.check()
    pool.change([], [r.ref_id for r in others[:6]])
    assert len(pool.pairs) == 1
    pool.close()
