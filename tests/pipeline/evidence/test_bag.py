"""Our bags are bags to the BagIt library, and our check agrees with it on what is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bagit
import pytest

from pipeline.evidence.bag import check_bag, finish_bag
from pipeline.evidence.problem import Problem

INFO = {"Source-Organization": "Unit\n 7: caf\u00e9", "External-Identifier": "12", "Contact-Name": ""}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bag/data/deep").mkdir(parents=True)
    (tmp_path / "bag/data/deep/a file.txt").write_text("one")
    (tmp_path / "bag/data/b").write_bytes(b"\x00\xff")
    (tmp_path / "bag/README.md").write_text("tag file")
    finish_bag(tmp_path / "bag", INFO)
    return tmp_path / "bag"


def problems(folder: Path) -> list[Problem]:
    return [found for found in check_bag(folder) if isinstance(found, Problem)]


def valid(folder: Path) -> bool:
    try:
        return bool(bagit.Bag(str(folder)).is_valid())
    except bagit.BagError:
        return False


def test_it_is_a_bag(folder: Path) -> None:
    assert valid(folder)
    assert problems(folder) == []
    info = bagit.Bag(str(folder)).info
    assert info == {"Source-Organization": "Unit 7: café", "External-Identifier": "12", "Payload-Oxum": "5.2"}


CHANGES: dict[str, Callable[[Path], object]] = {
    "payload changed": lambda f: (f / "data/b").write_bytes(b"\x00\xfe"),
    "payload gone": lambda f: (f / "data/b").unlink(),
    "payload added": lambda f: (f / "data/c").write_bytes(b""),
    "tag file changed": lambda f: (f / "README.md").write_text("tag fill"),
    "tag file gone": lambda f: (f / "README.md").unlink(),
    "info changed": lambda f: (f / "bag-info.txt").write_text("External-Identifier: 13\n"),
    "manifest cut": lambda f: (f / "manifest-sha256.txt").write_text(""),
    "manifest gone": lambda f: (f / "manifest-sha256.txt").unlink(),
    "declaration gone": lambda f: (f / "bagit.txt").unlink(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_no_whole_bag_is_found_by_both(folder: Path, change: str) -> None:
    CHANGES[change](folder)
    assert not valid(folder)
    assert problems(folder)


def test_a_manifest_may_not_name_what_lies_outside(folder: Path) -> None:
    (folder.parent / "secret").write_text("x")
    with (folder / "manifest-sha256.txt").open("a") as manifest:
        manifest.write(f"{'0' * 64}  ../secret\n")
    assert "present" in {p.prop for p in problems(folder) if p.file == "../secret"}
