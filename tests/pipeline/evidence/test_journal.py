"""The chain holds, a torn line is cut and said, a changed byte is named."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import EvidenceBroken
from pipeline.evidence.entries import GENESIS
from pipeline.evidence.journal import Journal


def clock() -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


def filled(path: Path, count: int = 5) -> Journal:
    journal = Journal(path, clock, fsync=False)
    for n in range(count):
        journal.append("note", n=n, text="é…\n" * 3)
    return journal


def test_an_entry_holds_the_hash_of_the_one_before(tmp_path: Path) -> None:
    journal = filled(tmp_path / "j.jsonl")
    entries = list(journal.entries())
    assert [e.seq for e in entries] == [1, 2, 3, 4, 5]
    assert [e.prev for e in entries] == [GENESIS, *(e.hash for e in entries[:-1])]
    assert journal.head() == entries[-1]
    assert not list(journal.verify())


def test_kind_and_after_select(tmp_path: Path) -> None:
    journal = filled(tmp_path / "j.jsonl")
    journal.append("other", about='"kind":"note"')
    assert [e.seq for e in journal.entries("other")] == [6]
    assert [e.seq for e in journal.entries("note", after=3)] == [4, 5]
    assert [e.seq for e in journal.entries(("note", "other"), after=4)] == [5, 6]


def test_after_finds_its_place_in_a_long_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl", clock, fsync=False)
    with journal.batch():
        for n in range(3000):
            journal.append("note", n=n, pad="x" * (n % 700))
    for after in (0, 1, 2, 700, 1499, 2998, 2999, 3000, 9000):
        assert [e.seq for e in journal.entries(after=after)] == list(range(after + 1, 3001))


@pytest.mark.parametrize("cut", [1, 2, 40, 150])
def test_a_torn_last_line_is_cut_and_said(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "j.jsonl"
    filled(path).close()
    path.write_bytes(path.read_bytes()[:-cut])
    assert [e.seq for e in Journal(path, clock).entries()] == [1, 2, 3, 4]
    assert any(p.place == "line 5" for p in Journal(path, clock).verify())
    reopened = Journal(path, clock)
    reopened.append("note", n=99)
    kinds = [(e.seq, e.kind) for e in reopened.entries()]
    assert kinds[4:] == [(5, "repaired"), (6, "note")]
    assert not list(reopened.verify())


def test_two_writers_in_turn_keep_one_chain(tmp_path: Path) -> None:
    parent, child = (Journal(tmp_path / "j.jsonl", clock) for _ in range(2))
    for n in range(6):
        (parent if n % 2 else child).append("note", n=n)
    with parent.batch():
        parent.append("note", n=6)
    child.append("note", n=7)
    assert [e.body["n"] for e in parent.entries()] == list(range(8))
    assert not list(parent.verify())


def test_a_batch_that_raises_keeps_what_was_appended(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl", clock)
    with pytest.raises(RuntimeError), journal.batch():
        journal.append("note", n=1)
        raise RuntimeError
    journal.append("note", n=2)
    assert [e.body["n"] for e in journal.entries()] == [1, 2]
    assert not list(journal.verify())


def test_a_whole_line_of_rubbish_at_the_end_stops_writing(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    filled(path).close()
    with path.open("ab") as file:
        file.write(b"rubbish\n")
    with pytest.raises(EvidenceBroken, match="backup"):
        Journal(path, clock).append("note")


def test_rewriting_with_a_new_hash_breaks_the_next_line(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    filled(path).close()
    lines = path.read_bytes().splitlines(keepends=True)
    forged = Journal(tmp_path / "forged.jsonl", lambda: clock() + timedelta(days=1), fsync=False)
    for n in range(5):
        forged.append("note", n=n, text="é…\n" * 3)
    lines[2] = (tmp_path / "forged.jsonl").read_bytes().splitlines(keepends=True)[2]
    path.write_bytes(b"".join(lines))
    assert {(p.place, p.prop) for p in Journal(path, clock).verify()} == {("line 3", "prev"), ("line 4", "prev")}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("j") / "j.jsonl"
    filled(path).close()
    raw = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(raw)
    line = bytes(raw)[:place].count(b"\n") + 1
    assert any(p.place in {f"line {line}", f"line {line + 1}"} for p in Journal(path, clock).verify())


@pytest.mark.parametrize("order", [[0, 2, 3, 4], [0, 2, 1, 3, 4], [0, 1, 1, 2, 3, 4], [1, 2, 3, 4]])
def test_deleted_reordered_and_repeated_lines_are_found(tmp_path: Path, order: list[int]) -> None:
    path = tmp_path / "j.jsonl"
    filled(path).close()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[n] for n in order))
    assert {"seq", "prev"} <= {p.prop for p in Journal(path, clock).verify()}


def test_lines_are_plain_json_for_other_tools(tmp_path: Path) -> None:
    filled(tmp_path / "j.jsonl")
    for line in (tmp_path / "j.jsonl").read_text(encoding="ascii").splitlines():
        assert set(json.loads(line)) == {"seq", "at", "kind", "prev", "body", "hash"}
