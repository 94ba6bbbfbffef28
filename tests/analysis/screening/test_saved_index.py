"""A saved index answers like the one it was saved from, and is opened only for what it was made from."""

from __future__ import annotations

import errno
import resource
import signal
import sqlite3
import stat
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analysis.networks.network import build_links, build_networks
from analysis.networks.standing import computed_standings
from analysis.networks.succession import find_successions
from analysis.screening import screen as screening
from analysis.screening.saved_index import open_index, save_index
from analysis.screening.screen import ScreeningIndex, screen, screen_all
from pipeline.model import Address, Application, Party

PHONE, FREE = "+14175550101", "+14175550199"
BORN = date(1980, 3, 7)
SUITE = Address("1200 N Larkmoor Ave #5", "1200 N LARKMOOR AVE", "5", "Springfield", "MO", "65801")
MISSPELLED = replace(SUITE, street_key="1200 N LARKMOR AVE")
ASKED = (
    Application("A1", applicant=Party("applicant", "Chen Mei", dob=BORN), phones=(FREE,)),
    Application("A2", applicant=Party("applicant", "Mei Chen", dob=date(1980, 7, 3)), premises=SUITE),
    Application("A3", "Golden Lotus", Party("applicant", "Bo Qi"), premises=SUITE, phones=(PHONE,)),
    Application("A4", applicant=Party("applicant", "Mei Chen")),
    Application("A5", applicant=Party("applicant", "Somsri Rattana", dob=date(1975, 5, 5))),
    Application("A7", applicant=Party("applicant", "Mei Chen"), phones=("+14175550110",)),
    Application(
        "A8", applicant=Party("applicant", "Mei Chen"), premises=replace(SUITE, street_key="1200 N LARKMOR AVE")
    ),
    Application("A6", applicant=Party("applicant", "Ana Cole", dob=BORN), emails=("lotus@postbox.example",)),
)


@pytest.fixture
def index(town: Any) -> ScreeningIndex:
    town.record(
        "Golden Lotus", "2025-01-01", "2027-01-31", place="1200 N Larkmoor Ave #5", license_number="L1",
        people=[("chen", "Mei Chen", "owner", BORN.isoformat())], emails=("lotus@postbox.example",),
    )  # fmt: skip
    town.ad("Golden Lotus", "2025-06-01", "2026-11-01", phones=(PHONE,), place="1200 N Larkmoor Ave #5")
    town.ad("Jade Garden", "2026-05-01", "2026-11-10", phones=(PHONE,))
    town.record("Lone Denial", "2024-05-01", kind="denied", people=[("x", "Somsri Rattana", "applicant", "1975-05-05")])
    town.record(
        "Oak Therapy", "2024-01-01", "2027-01-31", license_number="L9", status="Active", phones=("+14175550151",)
    )
    links = build_links(town.entities, town.refs)
    networks = build_networks(town.entities, links, refs=town.refs)
    standings = computed_standings(town.entities, town.refs)
    successions = find_successions(town.entities, town.refs, links, standings)
    return ScreeningIndex.build(
        town.entities, town.refs, links, networks, successions, standings,
        known="suspected", coverage=("3 boards",), snapshot_id="s1",
    )  # fmt: skip


def test_answers_as_the_index_it_was_saved_from(index: ScreeningIndex, tmp_path: Path) -> None:
    save_index(index, tmp_path / "i", "state")
    saved = open_index(tmp_path / "i", "state")
    assert saved is not None
    flags = screen_all(ASKED, index)
    assert [f.result for f in flags].count("possible_match") >= 3
    assert screen_all(ASKED, saved) == flags


def test_every_mapping_comes_back_whole(index: ScreeningIndex, tmp_path: Path) -> None:
    save_index(index, tmp_path / "i", "state")
    saved = open_index(tmp_path / "i")
    assert saved is not None
    for name in ("people", "groups", "businesses", "premises_entity", "nearest", "own_licenses", "taken"):
        assert dict(getattr(saved, name)) == dict(getattr(index, name)), name
        assert len(getattr(saved, name)) == len(getattr(index, name))
    assert dict(saved.by_birth) == index.by_birth and dict(saved.by_phone) == index.by_phone
    assert saved.near_numbers == index.near_numbers
    for name in ("by_contact", "by_group", "by_building", "by_door", "successors"):
        assert {k: list(v) for k, v in getattr(saved, name).items()} == dict(getattr(index, name)), name
    assert {k: {v: list(u) for v, u in m.items()} for k, m in saved.places.items()} == index.places
    assert saved.shares.people == index.shares.people
    assert saved.shares.ends.get("nobody") is None
    with pytest.raises(KeyError):
        saved.businesses["nobody"]


def test_only_its_owner_may_read_it(index: ScreeningIndex, tmp_path: Path) -> None:
    save_index(index, tmp_path / "i", "state")
    assert stat.S_IMODE((tmp_path / "i").stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["i"]


def test_another_state_a_missing_and_a_damaged_file_are_not_opened(index: ScreeningIndex, tmp_path: Path) -> None:
    assert open_index(tmp_path / "none") is None
    save_index(index, tmp_path / "i", "state")
    assert open_index(tmp_path / "i", "a new standing") is None
    (tmp_path / "i").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    assert open_index(tmp_path / "i", "state") is None
    (tmp_path / "i").unlink()
    with sqlite3.connect(tmp_path / "i") as other:
        other.execute("CREATE TABLE something (x)")
    assert open_index(tmp_path / "i", "state") is None


def test_processes_share_a_batch_and_keep_its_order(
    index: ScreeningIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening, "WORTH_A_POOL", 2)
    monkeypatch.setattr(screening, "BATCH", 2)
    save_index(index, tmp_path / "i", "state")
    saved = open_index(tmp_path / "i", "state")
    assert saved is not None
    told: list[int] = []
    assert screen_all(ASKED, saved, told.append, workers=2) == [screen(a, index) for a in ASKED]
    assert told == [2, 4, 6, 8]


def test_a_full_disk_is_said_and_leaves_nothing_behind(index: ScreeningIndex, tmp_path: Path) -> None:
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(OSError, match="could not be written") as error:
            save_index(index, tmp_path / "i", "state")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert error.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []
