"""One small synthetic state for the whole folder."""

import pytest

from demo.markup import Shelf
from demo.state import World
from demo.truth import Truth
from demo.world import make_world


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(seed=5, scale=0.2)


@pytest.fixture(scope="session")
def shelf(world: World) -> Shelf:
    return Shelf(world)


@pytest.fixture(scope="session")
def truth(world: World) -> Truth:
    return Truth.of(world)
