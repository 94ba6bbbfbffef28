"""Up to the last seal every flipped bit, every cut and every forgery that fits together is found."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.evidence.archive import Archive
from pipeline.evidence.intake import keep_file
from pipeline.evidence.keys import make_key
from pipeline.evidence.verify import verify_home
from pipeline.evidence.warc import Exchange
from pipeline.home import Home, create_home
from tests.pipeline.evidence.forging import forge

Make = Callable[..., Exchange]
LONG = pytest.mark.soak


@pytest.fixture
def sealed(tmp_path: Path, exchange: Make) -> Home:
    """Three crawls and a roster, all under seals."""
    home = create_home(tmp_path / "home", settings_text='fsync = "batch"\n')
    make_key(home)
    archive = Archive(home)
    for first in (0, 4, 8):
        crawl_id = archive.begin_crawl("board", {})
        for number in range(first, first + 4):
            archive.write("board", crawl_id, exchange(number))
        archive.end_crawl(crawl_id, {}, True, [])
    roster = tmp_path / "roster.csv"
    roster.write_text("license,name\n1,Lotus Spa\n")
    keep_file(home, archive.journal, roster, "license")
    archive.close()
    assert verify_home(home).problems == []
    return home


def evidence_files(home: Home) -> list[Path]:
    files = [p for folder in (home.archive, home.intake) for p in folder.rglob("*") if p.is_file()]
    return sorted(p for p in files if p.parent.name != "pending")


def sealed_length(home: Home, path: Path) -> int:
    """How many bytes of a file are under a seal: of the journal all but the last lines, on the last seal itself."""
    if path != home.journal:
        return path.stat().st_size
    sealed_seq, length = verify_home(home).seals["sealed_seq"], 0
    for line in home.journal.read_bytes().splitlines(keepends=True)[:sealed_seq]:
        length += len(line)
    return length


@pytest.mark.parametrize("flips", [100, pytest.param(1000, marks=LONG)])
def test_random_bit_flips(sealed: Home, flips: int) -> None:
    rng, files = random.Random(flips), evidence_files(sealed)
    sizes = {path: sealed_length(sealed, path) for path in files}
    for _ in range(flips):
        path = rng.choices(files, [sizes[p] ** 0.5 for p in files])[0]
        good = path.read_bytes()
        place = rng.randrange(sizes[path])
        path.write_bytes(good[:place] + bytes([good[place] ^ (1 << rng.randrange(8))]) + good[place + 1 :])
        report = verify_home(sealed)
        assert not report.ok, (path, place)
        assert any(p.file.startswith(path.relative_to(sealed.root).parent.as_posix()) for p in report.problems)
        path.write_bytes(good)
    assert verify_home(sealed).ok


@pytest.mark.parametrize("cuts", [100, pytest.param(1000, marks=LONG)])
def test_random_truncations(sealed: Home, cuts: int) -> None:
    rng, files = random.Random(cuts), evidence_files(sealed)
    sizes = {path: sealed_length(sealed, path) for path in files}
    for _ in range(cuts):
        path = rng.choices(files, [sizes[p] ** 0.5 for p in files])[0]
        good = path.read_bytes()
        path.write_bytes(good[: rng.randrange(sizes[path])])
        assert not verify_home(sealed).ok, path
        path.write_bytes(good)


@pytest.mark.parametrize("how", ["deleted", "swapped", "dated"])
@pytest.mark.parametrize("times", [7, pytest.param(70, marks=LONG)])
def test_forgeries_that_fit_together(sealed: Home, tmp_path: Path, how: str, times: int) -> None:
    rng = random.Random(times)
    for number in range(times):
        root = Path(shutil.copytree(sealed.root, tmp_path / f"forged-{number}"))
        home = replace(sealed, root=root)
        forge(home, how, rng)
        props = {p.prop for p in verify_home(home).problems}
        assert "sealed" in props
        assert props <= {"sealed", "journal", "present", "content"}, props  # archive and journal themselves agree
        shutil.rmtree(home.archive / "seals")
        assert {p.prop for p in verify_home(home).problems} == {"present"}  # without seals only their absence shows
        shutil.rmtree(root)
