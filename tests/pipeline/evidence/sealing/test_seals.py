"""Sealed while it grows; up to the last seal nothing changes unseen; nothing is called sealed that is not."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import EvidenceBroken
from pipeline.evidence.archive import Archive
from pipeline.evidence.sealing.files import home_id, load_seal, numbers, seal_folder
from pipeline.evidence.sealing.keys import make_key
from pipeline.evidence.sealing.merkle import climb, leaf, path, root, tree
from pipeline.evidence.verify import verify_home
from pipeline.home import Home, create_home, open_home
from tests.pipeline.evidence.authority import Authority
from tests.pipeline.evidence.forging import rewritten
from tests.pipeline.evidence.sealing.conftest import kinds_after_the_last_seal, sealing_home
from tests.pipeline.evidence.stamping import Make, crawl, finish


def test_everything_is_sealed_stamped_and_copied(filled: Home, tmp_path: Path) -> None:
    report = verify_home(filled)
    assert report.problems == []
    assert report.seals["unsealed_entries"] == 0
    assert report.seals["sealed_seq"] == report.seals["stamped_seq"] > 10
    assert report.seals["pending"] == []
    assert "INTERNAL" in report.seals["signer"]
    assert report.seals["authority"] == "CN=Root of honest"
    assert report.checked["copies"] == report.checked["seals"] == len(numbers(seal_folder(filled)))
    assert set(kinds_after_the_last_seal(filled)) == {"stamped"}


def test_nothing_new_adds_no_entry_and_no_seal(filled: Home) -> None:
    before = filled.journal.read_bytes()
    for _ in range(3):
        archive = Archive(filled)
        archive.recover()
        archive.close()
    assert filled.journal.read_bytes() == before


FORGERIES: dict[str, Callable[[list[dict[str, object]]], None]] = {
    "edited": lambda e: e[4]["body"].update(lane="intelligence"),  # type: ignore[attr-defined]
    "dated": lambda e: e[4].update(at="2020-01-01T00:00:00.000000Z"),
    "deleted": lambda e: e.pop(5),  # type: ignore[arg-type,return-value]
    "reordered": lambda e: e.insert(4, e.pop(5)),
    "added": lambda e: e.insert(4, dict(e[4])),
    "cut": lambda e: e.__delitem__(slice(6, None)),
    "first": lambda e: e[0].update(kind="signing-key"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_journal_written_anew_with_good_hashes_is_found(filled: Home, name: str) -> None:
    rewritten(filled, FORGERIES[name])
    report = verify_home(filled)
    assert list(Archive(filled).journal.verify()) == []  # the chain alone knows nothing of it
    sealed = [p for p in report.problems if p.prop == "sealed"]
    wanted = {"edited": "entry 5", "dated": "entry 5", "first": "entry 1", "cut": "entry 7"}.get(name)
    assert sealed
    assert wanted is None or sealed[0].place == wanted
    with pytest.raises(EvidenceBroken, match="altered or rolled back"):
        Archive(filled).sealer.seal()


def test_a_forger_with_the_key_is_shown_by_the_copies_outside(filled: Home, exchange: Make) -> None:
    copy = filled.root.parent / "before"
    shutil.copytree(filled.root, copy)
    shutil.rmtree(seal_folder(filled))
    filled.journal.unlink()
    shutil.rmtree(filled.archive / "warc")
    (filled.archive / "warc").mkdir()
    quiet = replace(filled, settings=replace(filled.settings, timestamp_authorities="", seal_copies=""))
    archive = Archive(quiet)
    crawl(archive, exchange, range(9))
    archive.close()
    assert not any(p.prop == "copy" for p in verify_home(quiet).problems)
    props = {p.prop for p in verify_home(filled).problems}
    assert {"copy"} <= props


def test_a_rolled_back_home_is_shown_by_the_copies_outside(stamped_home: Home, exchange: Make, tmp_path: Path) -> None:
    archive = Archive(stamped_home)
    crawl(archive, exchange, range(2))
    finish(archive)
    shutil.copytree(stamped_home.root, tmp_path / "backup")
    archive = Archive(stamped_home)
    crawl(archive, exchange, range(2, 4))
    finish(archive)
    shutil.rmtree(stamped_home.root)
    shutil.copytree(tmp_path / "backup", stamped_home.root)
    home = open_home(stamped_home.root)
    assert {p.prop for p in verify_home(home).problems} == {"rolled back"}
    alone = replace(home, settings=replace(home.settings, seal_copies=""))
    assert verify_home(alone).problems == []
    assert not verify_home(alone, against=[tmp_path / "outside"]).ok


def test_any_changed_byte_of_a_seal_is_found(filled: Home) -> None:
    rng = random.Random(17)
    alone = replace(filled, settings=replace(filled.settings, seal_copies=""))  # without the copies to compare with
    for file in sorted(p for p in seal_folder(filled).glob("0*/*") if p.is_file()):
        good = file.read_bytes()
        for place in rng.sample(range(len(good)), 3):
            file.write_bytes(good[:place] + bytes([good[place] ^ (1 << rng.randrange(8))]) + good[place + 1 :])
            assert any(f"archive/seals/{file.parent.name}/" in p.file for p in verify_home(alone).problems), (
                file,
                place,
            )
        file.write_bytes(good)
        file.unlink()
        assert not verify_home(alone).ok, file
        file.write_bytes(good)
    assert verify_home(alone).ok


def test_seals_taken_away_and_files_laid_beside_are_named(filled: Home) -> None:
    shutil.rmtree(seal_folder(filled) / "000002")
    (seal_folder(filled) / "stray").write_text("x")
    found = {(p.file, p.prop) for p in verify_home(filled).problems}
    assert ("archive/seals/stray", "journalled") in found
    assert ("archive/seals/000002/seal.json", "present") in found


def test_the_tail_is_reported_and_is_no_problem(filled: Home, exchange: Make) -> None:
    silent = replace(filled, settings=replace(filled.settings, seal_seconds=3600.0))
    archive = Archive(silent)
    crawl_id = archive.begin_crawl("board", {})
    archive.write("board", crawl_id, exchange(7))
    report = verify_home(filled)
    assert report.problems == []
    assert report.seals["unsealed_entries"] == 3
    assert any("Not sealed: the last 3 entries" in note for note in report.notes)
    rewritten(filled, lambda e: e[-1].update(at="2020-01-01T00:00:00.000000Z"))
    assert verify_home(filled).problems == []  # said above: this far nothing is promised
    assert verify_home(filled).seals["unsealed_entries"] == 3


def test_a_crawl_is_sealed_while_it_runs(tmp_path: Path, authority: Authority, exchange: Make) -> None:
    (tmp_path / "outside").mkdir()
    home = sealing_home(tmp_path, authority, "honest", more="seal_seconds = 0.1\n")
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {})
    archive.write("board", crawl_id, exchange(1))
    wanted = Archive(home).journal.head()
    assert wanted is not None
    while load_seal(seal_folder(home), numbers(seal_folder(home))[-1]).head < wanted.seq:
        time.sleep(0.02)  # nothing more is written: the sealing thread does it alone
    archive.write("board", crawl_id, exchange(2))
    finish(archive)
    assert verify_home(home).problems == []
    assert [e.body["number"] for e in archive.journal.entries("sealed")] == numbers(seal_folder(home))


def test_no_folder_outside_is_said_and_made_good(tmp_path: Path, authority: Authority, exchange: Make) -> None:
    home = sealing_home(tmp_path, authority, "honest")
    archive = Archive(home)
    crawl(archive, exchange, range(1))
    finish(archive)
    report = verify_home(home)
    assert any("outside is not there" in text for text in report.seals["pending"])
    assert report.problems == []
    (tmp_path / "outside").mkdir()
    archive = Archive(home)
    finish(archive)
    assert verify_home(home).seals["pending"] == []
    assert numbers(tmp_path / "outside" / home_id(home)) == numbers(seal_folder(home))


KILLED = """
import sys
from pathlib import Path
from pipeline.evidence.archive import Archive
from pipeline.home import open_home
from tests.pipeline.evidence.conftest import make_exchange
archive = Archive(open_home(Path(sys.argv[1])))
archive.recover()
crawl = archive.begin_crawl("board", {})
number = 0
while True:
    archive.write("board", crawl, make_exchange(number))
    print(number, flush=True)
    number += 1
"""


def test_killed_at_random_moments_the_seals_stay_in_order(tmp_path: Path, authority: Authority) -> None:
    (tmp_path / "outside").mkdir()
    home = sealing_home(tmp_path, authority, "honest", more="seal_seconds = 0.02\n")
    rng = random.Random(23)
    for _ in range(6):
        with subprocess.Popen([sys.executable, "-c", KILLED, str(home.root)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            for _ in range(rng.randrange(5, 120)):
                writer.stdout.readline()
            writer.kill()
    archive = Archive(home)
    archive.recover()
    finish(archive)
    report = verify_home(home)
    assert report.problems == []
    assert report.seals["unsealed_entries"] == 0
    assert report.seals["pending"] == []
    assert [e.body["number"] for e in archive.journal.entries("sealed")] == numbers(seal_folder(home))


def test_a_demonstration_says_which_clock_is_simulated(tmp_path: Path, exchange: Make) -> None:
    home = create_home(tmp_path / "demo", demo=True, settings_text='simulated_today = "2026-03-01"\n')
    make_key(home)
    archive = Archive(home)
    crawl(archive, exchange, range(2))
    archive.close()
    body = load_seal(seal_folder(home), 1).body
    assert str(body["journal_clock"]).startswith("SIMULATED")
    assert not str(body["made_at"]).startswith("2026-03-01")
    assert verify_home(home).problems == []


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 8, 13, 100])
def test_a_root_made_in_passing_is_that_of_the_tree(size: int) -> None:
    leaves = [leaf(f"{n:064x}") for n in range(size)]
    assert root(iter(leaves)) == tree(leaves)[-1][0]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13])
def test_every_path_climbs_to_the_root(size: int) -> None:
    hashes = [f"{n:064x}" for n in range(size)]
    leaves = [leaf(h) for h in hashes]
    for index, entry in enumerate(hashes):
        steps = path(tree(leaves), index)
        assert climb(entry, steps) == root(leaves)
        assert climb(f"{size + 1:064x}", steps) != root(leaves)
