"""The index saved with a snapshot: used while it fits, made anew after a change of standing, its owner's only."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

from flows.stages.screening.applications import INDEX, load_index
from pipeline.home import open_home
from pipeline.store.casework import Casework


def test_a_build_leaves_an_index_that_fits_until_a_standing_changes(received: Path, tmp_path: Path) -> None:
    home = open_home(Path(shutil.copytree(received, tmp_path / "home")))
    file = home.current_snapshot() / INDEX
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    saved = load_index(home)
    assert saved.saved_at == file
    business = next(b for g in saved.groups.values() for b in g.known)

    Casework(home.casework_url).set_standing(business, "cleared", "amy", "checked on site")
    anew = load_index(home)
    assert anew.saved_at is None
    assert business not in {b for g in anew.groups.values() for b in g.known}
    assert load_index(home).saved_at == file


def test_a_lost_index_is_made_again(received: Path, tmp_path: Path) -> None:
    home = open_home(Path(shutil.copytree(received, tmp_path / "home")))
    file = home.current_snapshot() / INDEX
    before = dict(load_index(home).people)
    file.unlink()
    assert dict(load_index(home).people) == before
    assert file.is_file()
