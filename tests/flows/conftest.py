"""A small synthetic state: its files, its ad sites in a real server process, and a home that has received the files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.collector import write_archives
from demo.registers import write_registers
from demo.state import World
from demo.world import make_world
from flows.demonstration import KINDS, Demonstration, serving
from flows.stages.build import build
from flows.stages.captures.collecting import import_archives
from flows.stages.records.receiving import receive_files
from pipeline.home import Home, locked
from tests.flows.command_line import answer, imb

SEED, SCALE = 5, 0.04


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(SEED, SCALE)


@pytest.fixture(scope="session")
def files(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Register files by name."""
    return write_registers(world, tmp_path_factory.mktemp("registers"))


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """The ad sites, served for the session."""
    with serving(SEED, SCALE) as number:
        yield number


@pytest.fixture(scope="session")
def received(world: World, files: dict[str, Path], port: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds and has read the earlier archives and the register files, and has not crawled yet."""
    folder = tmp_path_factory.mktemp("received")
    demonstration = Demonstration(folder / "home", SEED, SCALE)
    home: Home = demonstration.make_home(world.today.isoformat(), port)
    with locked(home, "test"):
        import_archives(home, write_archives(world, folder / "archives"), "earlier collector")
        for name, path in files.items():
            receive_files(home, [path], KINDS[name])
        build(home)
    return home.root


@pytest.fixture
def fresh(received: Path, tmp_path: Path) -> Path:
    """A copy of that home to work in."""
    return Path(shutil.copytree(received, tmp_path / "home"))


@pytest.fixture(scope="session")
def built(received: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after an undisturbed nightly run. Read it; copy it before changing it."""
    root = Path(shutil.copytree(received, tmp_path_factory.mktemp("built") / "home"))
    imb(root, "run")
    return root


@pytest.fixture
def home(built: Path, tmp_path: Path) -> Path:
    """A copy of that home to write in."""
    return Path(shutil.copytree(built, tmp_path / "home"))


@pytest.fixture(scope="session")
def network(built: Path) -> dict[str, Any]:
    """The largest network with its members and links."""
    first = answer(built, "network", "list")[0]
    return dict(answer(built, "network", "show", first["network_id"][:10]))
