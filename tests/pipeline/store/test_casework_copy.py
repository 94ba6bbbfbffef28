"""A casework in another database: every row, the same log, all or nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.errors import FixInput
from pipeline.store.casework import Casework
from pipeline.store.casework_copy import copy_casework
from pipeline.store.casework_tables import METADATA
from tests.pipeline.store.filled_casework import fill


def rows(casework: Casework) -> dict[str, list[tuple[object, ...]]]:
    with casework.engine.connect() as connection:
        return {t.name: [tuple(r) for r in connection.execute(sa.select(t))] for t in METADATA.sorted_tables}


def test_every_row_and_the_same_log(tmp_path: Path) -> None:
    one, two = (f"sqlite:///{tmp_path / name}" for name in ("one.sqlite", "two.sqlite"))
    source = Casework(one)
    source.add_user("amy", "analyst", "root")
    fill(source)
    before = rows(source)
    assert all(before.values()), "every table has a row"
    assert copy_casework(one, two) == source.log_head()[0]
    copied = Casework(two)
    assert rows(copied) == before == rows(source)
    assert copied.verify_logs(source.log_head()) == []
    copied.set_standing("b7", "suspected", "amy", "goes on after the copied rows")
    with pytest.raises(FixInput, match="not empty"):
        copy_casework(one, two)


def test_a_log_that_does_not_check_is_not_copied(tmp_path: Path) -> None:
    one, two = (f"sqlite:///{tmp_path / name}" for name in ("one.sqlite", "two.sqlite"))
    fill(Casework(one))
    with sqlite3.connect(tmp_path / "one.sqlite") as raw:
        raw.execute("DROP TRIGGER log_no_update")
        raw.execute("UPDATE log SET reason = 'nothing' WHERE seq = 2")
    with pytest.raises(FixInput, match="entry 2"):
        copy_casework(one, two)
    assert not any(rows(Casework(two)).values())
