"""A long file is read and screened by several processes: the same answers and rejected rows, in the same order."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.stages.screening import rows
from flows.stages.screening.applications import load_index
from flows.stages.screening.rows import read_and_screen, screen_rows
from pipeline.home import open_home
from pipeline.model import Record
from pipeline.records.given import applications_of
from pipeline.records.importing import Rejected, choose_layout, read_groups, read_records


def test_processes_share_a_file_and_keep_its_order(
    received: Path, files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = files["applications"].read_text(encoding="utf-8").splitlines()
    path = tmp_path / "asked.csv"
    folded, cut, numberless = lines[1], lines[2].split(",")[0], "," * lines[0].count(",") + "x"
    path.write_text("\n".join([*lines[:9], folded, cut, numberless, *lines[9:20]]), encoding="utf-8")
    layout, index = choose_layout(path, "application"), load_index(open_home(received))
    alone = read_and_screen(read_groups(layout), layout, index)
    whole = list(read_records(layout))
    asked = applications_of(r for r in whole if isinstance(r, Record))
    kept = [flag.result == "possible_match" for flag in alone[1]]
    assert alone[0] == [g if is_match else None for g, is_match in zip(asked, kept, strict=True)]
    assert any(kept) and not all(kept)
    assert alone[2] == [r for r in whole if isinstance(r, Rejected)]
    assert {r.line for r in alone[2]} == {11, 12}
    assert [f.application_id for f in alone[1]] == [g.application.application_id for g in asked]

    monkeypatch.setattr(rows, "WORTH_A_POOL", 4)
    monkeypatch.setattr(rows, "BATCH", 4)
    monkeypatch.setattr(rows, "screen", None)  # this process screens nothing itself
    told: list[tuple[int, int]] = []
    apart = screen_rows(read_groups(layout), layout, index, lambda *done: told.append(done), workers=2)
    assert apart == alone
    assert told[-1] == (21, 21)
