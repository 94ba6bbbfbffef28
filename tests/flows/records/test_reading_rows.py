"""A long file is read by several processes: the same records and rejected rows, in the same order."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from flows.stages.records import reading_rows
from flows.stages.records.reading_rows import MOST_WORKERS, processes_here, read_file
from flows.stages.records.receiving import SHOWN, count_rows
from pipeline.records.importing import choose_layout, read_records


def test_processes_read_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "list.csv"
    rows = [f"L-{n % 30},Spa {n % 30},{n} Elm St,6540{n % 9}" if n % 11 else f"L-{n},cut" for n in range(60)]
    path.write_text("\n".join(["License Number,Business Name,Address,Zip", *rows]), encoding="utf-8")
    layout = choose_layout(path, "license")
    alone = [item for part in read_file(layout, list, workers=1) for item in part]
    assert alone == list(read_records(layout))
    monkeypatch.setattr(reading_rows, "BATCH", 3)
    monkeypatch.setattr(reading_rows, "WORTH_A_POOL", 6)
    apart = [item for part in read_file(layout, list, workers=2) for item in part]
    assert apart == alone
    counts: Counter[str] = Counter()
    for counted, told in read_file(layout, count_rows, workers=1):
        counts.update(counted)
        assert len(told) <= SHOWN
    assert sum(counts.values()) == 60
    assert min(counts.values()) > 0


@pytest.mark.parametrize(("processors", "processes"), [(1, 1), (2, 2), (8, 8), (96, MOST_WORKERS)])
def test_a_large_machine_gets_no_process_for_each_processor(
    monkeypatch: pytest.MonkeyPatch, processors: int, processes: int
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(processors)))
    assert processes_here() == processes
