"""Everything resolved page by page is everything resolved at once."""

from __future__ import annotations

from contextlib import closing

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.stages.resolution import anew, ref_tables
from flows.stages.resolution.ref_tables import EXACT_ROLES, SCORED_ROLES
from flows.stages.resolution.refs import make_refs
from flows.stages.resolution.resolving import kept_entities, settle
from pipeline.resolve.cluster import cluster
from pipeline.resolve.corpus import score_pairs
from pipeline.resolve.exact import exact_entities
from tests.flows.resolution.test_incremental_resolution import MODEL, World
from tests.pipeline.resolve.in_process import score_in_process


def check(world: World) -> None:
    """The tables of a resolution page by page against refs, pairs and entities made whole in memory."""
    settle(world.store, MODEL, world.decisions)
    refs = make_refs(world.store)
    rows = world.store.connection.execute("SELECT ref_id, payload FROM core_refs ORDER BY ref_id").fetchall()
    assert [row[0] for row in rows] == [ref.ref_id for ref in refs]
    pairs, entities = {}, []
    with closing(duckdb.connect()) as connection:
        for role in SCORED_ROLES:
            pairs[role] = score_pairs(connection, refs, role, MODEL)
            entities += cluster([r for r in refs if r.role == role], pairs[role], world.decisions, MODEL)
    kept = "SELECT ref_a, ref_b, weight, probability FROM core_pairs WHERE role = ? ORDER BY ref_a, ref_b"
    for role in SCORED_ROLES:
        assert world.store.connection.execute(kept, [role]).fetchall() == pairs[role]
    assert kept_entities(world.store) == entities + [e for role in EXACT_ROLES for e in exact_entities(refs, role)]


def made(seed: int) -> World:
    world = World(seed)
    for number in range(40):
        world.add_record(number)
    for number in range(12):
        world.add_ad(number)
    return world


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 9))
def test_page_by_page(seed: int, size: int) -> None:
    world = made(seed)
    with closing(world.store.connection), pytest.MonkeyPatch.context() as patched:
        for module in ("settled", "corpus"):
            patched.setattr(f"pipeline.resolve.{module}.score_keys", score_in_process)
            patched.setattr(f"pipeline.resolve.{module}.CHUNK", size)
        for module in (ref_tables, anew):
            patched.setattr(module, "PAGE", size)
        patched.setattr("flows.stages.resolution.refs.MOSTLY", 0.0)
        for name in ("settled", "keys"):  # numbers and contacts that become answering services
            patched.setattr(f"pipeline.resolve.{name}.HUB_NAMES", 4)
        check(world)
        for _ in range(3):
            world.decide()
        world.add_record(3)
        check(world)


def test_on_all_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    world = made(1)
    monkeypatch.setattr(ref_tables, "PAGE", 10)
    monkeypatch.setattr(ref_tables, "WORTH_A_POOL", 20)
    with closing(world.store.connection):
        check(world)
