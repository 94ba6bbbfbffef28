"""Every benchmark runs at a tiny size and says something of every method; no figure of speed is asserted."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from random import Random

import pytest

from analysis.screening.saved_index import save_index
from benchmarks import NAMES
from benchmarks.__main__ import measure
from benchmarks.known_state import draw_phone, make_index, make_shops
from benchmarks.table import Table, quality
from benchmarks.written_index import write_index
from pipeline.extract.phones import normalize_phone


@pytest.mark.parametrize("name", NAMES)
def test_runs_at_a_tiny_size(name: str, tmp_path: Path) -> None:
    table = measure(name, small=True)
    if not table.columns:
        assert table.notes[0].startswith("skipped: ")
        return
    assert len(table.rows) > 1
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert len({row[0] for row in table.rows}) == len(table.rows)
    assert json.loads(table.save(name, tmp_path).read_text())["title"] == table.title


def test_an_index_written_row_by_row_is_the_one_that_is_saved(tmp_path: Path) -> None:
    shops = make_shops(Random(4), 120)
    save_index(make_index(shops), tmp_path / "saved", "")
    write_index(shops, tmp_path / "written")
    for query in ("SELECT kind, key, value FROM entry ORDER BY 1, 2", "SELECT kind, bits FROM filter ORDER BY 1"):
        saved, written = (sqlite3.connect(tmp_path / name).execute(query) for name in ("saved", "written"))
        assert written.fetchall() == saved.fetchall()


def test_quality_counts_pairs() -> None:
    found = quality({("a", "1"), ("b", "2"), ("c", "9")}, {("a", "1"), ("b", "2"), ("d", "3"), ("e", "4")})
    assert (found.precision, found.recall) == (2 / 3, 0.5)
    assert found.f1 == pytest.approx(4 / 7)


def test_a_value_is_found_by_row_and_column() -> None:
    table = Table("t", ("method", "F1"), (("ours", 0.5), ("peer", 0.4)))
    assert table.value("peer", "F1") == 0.4
    with pytest.raises(KeyError):
        table.value("nobody", "F1")


def test_numbers_drawn_for_a_state_can_be_read_from_its_files() -> None:
    rng = Random(3)
    drawn = [draw_phone(rng) for _ in range(500)]
    assert [normalize_phone(number, fictional=True, generated=True) for number in drawn] == drawn
