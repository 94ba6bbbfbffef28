"""Training reads samples: pairs of strangers, whole blocks, counted names; and a pool without refs in memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import combinations

import pytest

from pipeline.model import Address, Ref, Role
from pipeline.resolve import training
from pipeline.resolve.key_pool import pool_of
from pipeline.resolve.keys import HUB_NAMES, find_hubs, keys_of
from pipeline.resolve.model import base_model
from pipeline.resolve.score import score
from pipeline.resolve.training import count_names, strangers, whole_blocks
from tests.pipeline.resolve.conftest import make_ref

Pool = Callable[[int, int, Role], list[Ref]]
PHONE = "+14175550101"


def test_no_two_strangers_are_one(pool: Pool) -> None:
    refs, model = pool(7, 120, "business"), base_model()
    keys = {r.ref_id: keys_of(r, find_hubs(refs)) for r in refs}
    with pool_of(refs) as held:
        found = strangers(held, "business", model)
    ids = sorted(keys)
    one_of_each = [keys[ids[n]] for n in found["ref_id"].to_pylist()]
    assert 1 < len(one_of_each) < len(refs)
    for a, b in combinations(one_of_each, 2):
        assert score(model, a, b).probability < model.review


def test_chance_is_not_learned_from_one_business_met_again() -> None:
    """Four hundred shops with six papers each, and no two shops with one phone."""
    refs = [
        make_ref(n, "business", f"Shop {chr(97 + n % 20)}{chr(97 + n // 20 % 20)} Wellness",
                 phones=(f"+1417555{n % 400:04d}",),
                 addresses=(Address("", f"{n % 400} N QUARRY RD", "", "Springfield", "MO", "65801"),))
        for n in range(2_400)
    ]  # fmt: skip
    with pool_of(refs) as held:
        apart = strangers(held, "business", base_model())
        u = training.learn(held, "business", base_model(), apart)["phone"]["same phone"][1]
    assert len(apart) == 400
    assert u == base_model().numbers["business"]["phone"]["same phone"][1]


def test_blocks_are_taken_whole_and_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {n: 2 + n % 4 for n in range(30)} | {30: training.LARGEST_BLOCK + 1, 31: 1}
    phones = [n for n, size in sizes.items() for _ in range(size)]
    refs = [make_ref(n, "operator", "Mei Chen", phones=(f"+1417555{phone:04d}",)) for n, phone in enumerate(phones)]
    for limit in (60, 200_000):
        monkeypatch.setattr(training, "TAUGHT", limit)
        with pool_of(refs) as held:
            found = [phone for (phone,) in whole_blocks(held, "operator", ("phones",))["phones"].to_pylist()]
        counted = {int(phone[-4:]): found.count(phone) for phone in set(found)}
        assert counted and all(sizes[n] == size for n, size in counted.items())
        assert sum(size * (size - 1) // 2 for size in counted.values()) <= limit
        assert (len(counted) == 30) == (limit > 60)


def test_names_that_cannot_count_are_left_out() -> None:
    terms = ["mei chen" if n < 30 else f"mei {'quist' * (1 + n // 60)}" for n in range(90)] + [None]
    whole, rare = count_names(terms, 1e-5), count_names(terms, 0.34)
    assert whole.rows == rare.rows == 90
    assert whole.names["mei chen"] == pytest.approx(1 / 3) and "mei chen" not in rare.names
    assert rare.words == {"mei": 1.0}
    for term in (*whole.names, "mei chen", "chen", "mei nobody"):
        assert max(0.34, whole.frequency(term)) == max(0.34, rare.frequency(term))


def test_the_papers_of_one_person_make_no_common_name() -> None:
    born = date(1970, 2, 3)
    refs = [make_ref(n, "operator", "Donna Quistgard", dob=born) for n in range(9)]
    refs += [make_ref(n, "operator", "Mei Chen", dob=date(1960 + n, 1, 2)) for n in range(10, 19)]
    names = training.train(refs).pools["operator"].names
    assert "donna quistgard" not in names and names["mei chen"] == pytest.approx(0.9)


def test_hubs_leave_the_keys_of_all_who_bear_them() -> None:
    refs = [make_ref(n, "business", f"Parlor {chr(97 + n)}oria", phones=(PHONE, f"+1417555{n:04d}")) for n in range(20)]
    with pool_of(refs[: HUB_NAMES - 1]) as few, pool_of(refs) as many:
        assert all(PHONE in phones for t in few.chunks("business") for phones in t["phones"].to_pylist())
        assert not any(PHONE in phones for t in many.chunks("business") for phones in t["phones"].to_pylist())
        for table, held in ((t, refs) for t in many.chunks("business")):
            by_id = {r.ref_id: keys_of(r, find_hubs(held)).row for r in held}
            ids = sorted(by_id)
            for row in table.to_pylist():
                said = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items() if k != "ref_id"}
                assert said == by_id[ids[row["ref_id"]]]
