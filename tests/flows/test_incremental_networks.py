"""Networks that are computed anew only where something changed are those of computing all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.stages.networks import update_networks
from pipeline.model import Address
from tests.flows.test_incremental_resolution import MODEL, World, settle
from tests.pipeline.resolve.in_process import score_in_process


class Town(World):
    """Some fifty businesses of which few share a number or a street: most hang together with nobody."""

    def phone(self) -> str:
        return f"+1417555{self.rng.randrange(100, 150):04d}"

    def place(self) -> Address:
        number = self.rng.randrange(1, 30)
        street, unit = f"{number} {'ABC'[number % 3]} ST", self.rng.choice(("", "5"))
        return Address(
            f"{street} {unit}", street, unit, "Springfield", "MO", self.rng.choice(("65801", "65801", "65804"))
        )

    def businesses(self) -> int:
        return int(self.store.value("SELECT count(*) FROM core_entities WHERE kind = 'business'"))


@contextmanager
def town(seed: int) -> Iterator[Town]:
    made = Town(seed)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("flows.stages.refs.MOSTLY", 1.0)
        patched.setattr("flows.stages.network_reach.MOSTLY", 1.0)
        patched.setattr("pipeline.resolve.settled.score_keys", score_in_process)
        for number in range(30):
            made.add_record(number)
        for number in range(30):
            made.add_ad(number)
        made.settle()
        yield made
    made.store.connection.close()


def check_nights(seed: int, nights: int) -> None:
    with town(seed) as made:
        for _ in range(nights):
            made.step()
            made.settle()
            assert made.settled() == made.full()


@settings(max_examples=1, deadline=None)
@given(st.integers(0, 100_000))
def test_any_sequence_of_nights(seed: int) -> None:
    check_nights(seed, 3)


@pytest.mark.soak
@settings(max_examples=100, deadline=None)
@given(st.integers(0, 100_000))
def test_a_hundred_sequences_of_nights(seed: int) -> None:
    check_nights(seed, 6)


def test_one_new_ad_touches_its_own_and_a_build_killed_in_between_loses_nothing() -> None:
    with town(3) as made:
        made.day += 1
        made.add_ad(99)
        settle(made.store, MODEL, [])  # killed before the networks were written
        assert settle(made.store, MODEL, []).fresh == []
        assert 0 < update_networks(made.store, {})[0] < made.businesses() / 2
        assert made.settled() == made.full()


def test_other_rules_compute_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    with town(4) as made:
        assert update_networks(made.store, {})[0] == 0
        monkeypatch.setattr("flows.stages.network_reach.networks_program", lambda: "another")
        assert update_networks(made.store, {})[0] == made.businesses()
