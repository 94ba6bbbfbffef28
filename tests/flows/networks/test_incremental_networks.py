"""Networks that are computed anew only where something changed are those of computing all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.stages.networks.updating import update_networks
from pipeline.model import Address, Record
from tests.flows.resolution.test_incremental_resolution import MODEL, World, settle
from tests.pipeline.resolve.in_process import score_in_process

SWITCHBOARD = "+14175559999"
WORDS = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo")


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

    def license(self, number: int, phone: str) -> None:
        """A license of a business of its own, with a street of its own."""
        place = Address(f"{number} OAK ST", f"{number} OAK ST", "", "Joplin", "MO", "64801")
        record = Record("license", "roster", str(number), number, entity_name=f"{WORDS[number % 100]} Therapy",
                        phones=(phone,), premises=place)  # fmt: skip
        self.put_record(record)

    def lose(self, numbers: list[str]) -> None:
        self.store.connection.execute("DELETE FROM core_records WHERE list_contains($1, natural_key)", [numbers])

    def hubs(self) -> dict[str, int]:
        return {r["value"]: r["degree"] for r in self.store.rows("SELECT value, degree FROM core_hubs")
                if r["value"] == SWITCHBOARD}  # fmt: skip

    def businesses(self) -> int:
        return int(self.store.value("SELECT count(*) FROM core_entities WHERE kind = 'business'"))


@contextmanager
def town(seed: int) -> Iterator[Town]:
    made = Town(seed)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("flows.stages.resolution.refs.MOSTLY", 1.0)
        patched.setattr("flows.stages.networks.reach.MOSTLY", 1.0)
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
@pytest.mark.timeout(3600)
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


def test_whoever_shares_only_a_damped_number_is_left_alone_until_it_is_damped_no_longer() -> None:
    with town(5) as made:
        for number in range(100, 106):
            made.license(number, SWITCHBOARD)
        made.settle()
        assert made.hubs() == {SWITCHBOARD: 6}
        made.day += 1  # on the same day it might give the number its id
        made.license(106, SWITCHBOARD)
        assert made.settle() == 1
        assert made.hubs() == {SWITCHBOARD: 7}
        assert made.settled() == made.full()
        made.lose(["100", "101", "102", "103", "104"])
        assert made.settle() == 2  # those that are left may be tied now, and are asked for
        assert made.hubs() == {}
        assert made.settled() == made.full()


def test_other_rules_compute_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    with town(4) as made:
        assert update_networks(made.store, {})[0] == 0
        monkeypatch.setattr("flows.stages.networks.reach.networks_program", lambda: "another")
        assert update_networks(made.store, {})[0] == made.businesses()
