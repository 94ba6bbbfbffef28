"""Files handed in are kept byte for byte, once, under any name; what is no file is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import FixInput
from pipeline.evidence.archive import Archive
from pipeline.evidence.intake import keep_file, safe_name
from pipeline.evidence.journal import Journal
from pipeline.home import Home


@pytest.fixture
def journal(home: Home) -> Journal:
    return Archive(home).journal


def test_a_file_is_kept_and_journalled(home: Home, journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "roster é;$(x).csv"
    path.write_bytes(b"a,b\r\n\xff\xfe")
    kept = keep_file(home, journal, path, "license", map="missouri-roster")
    assert kept.stored.read_bytes() == path.read_bytes()
    assert kept.stored.parent.name == kept.sha256
    [entry] = journal.entries("intake_file")
    assert (entry.seq, entry.body["name"], entry.body["kind"]) == (kept.seq, path.name, "license")
    assert home.root / entry.body["stored"] == kept.stored
    assert entry.body["map"] == "missouri-roster"


def test_the_same_bytes_are_kept_once(home: Home, journal: Journal, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("same\n")
    first, second = (keep_file(home, journal, tmp_path / n, "license") for n in ("a.csv", "b.csv"))
    assert (first.already, second.already) == (False, True)
    assert first.stored == second.stored
    other_kind = keep_file(home, journal, tmp_path / "a.csv", "tip")
    assert (other_kind.already, other_kind.stored) == (False, first.stored)
    assert len(list(home.intake.glob("*/*"))) == 1
    assert len(list(journal.entries())) == 2


@pytest.mark.parametrize("make", ["directory", "empty", "missing", "unreadable"])
def test_what_is_no_file_is_refused(home: Home, journal: Journal, tmp_path: Path, make: str) -> None:
    path = tmp_path / "in.csv"
    if make == "directory":
        path.mkdir()
    elif make == "empty":
        path.touch()
    elif make == "unreadable":
        path.symlink_to(path)
    with pytest.raises(FixInput, match=str(path)):
        keep_file(home, journal, path, "license")
    assert list(home.intake.iterdir()) == []
    assert journal.size() == 0


@pytest.mark.parametrize(
    ("name", "safe"), [("a/../b", "a_.._b"), ("...", "file"), ("x\n=1", "x__1"), ("ok.csv", "ok.csv")]
)
def test_safe_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe
