"""Time-stamp authorities that are honest, late, lying or away: collection never waits, what is pending is said."""

from __future__ import annotations

import subprocess
import threading
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from pipeline.evidence.archive import Archive
from pipeline.evidence.sealing import stamping
from pipeline.evidence.sealing.files import Seal, load_seal, numbers, seal_folder
from pipeline.evidence.sealing.seals import Sealer
from pipeline.evidence.verify import verify_home
from pipeline.home import Home
from tests.pipeline.evidence.authority import Authority
from tests.pipeline.evidence.sealing.conftest import kinds_after_the_last_seal, sealing_home
from tests.pipeline.evidence.stamping import Make, crawl, finish


def test_a_token_that_comes_after_the_next_seal_is_kept_too(
    stamped_home: Home, exchange: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, sealed, take = threading.Event(), threading.Event(), stamping._take_token

    def late(home: Home, seal: Seal, url: str, until: float) -> float:
        asked.set()
        assert sealed.wait(60)
        return take(home, seal, url, until)

    monkeypatch.setattr(stamping, "_take_token", late)
    archive = Archive(stamped_home)
    archive.recover()
    crawl_id = archive.begin_crawl("board", {})
    assert asked.wait(60)
    archive.write("board", crawl_id, exchange(1))
    archive.end_crawl(crawl_id, {}, True, [])
    first, second = numbers(seal_folder(stamped_home))
    sealed.set()
    finish(archive)
    report = verify_home(stamped_home)
    assert (report.problems, report.seals["pending"], report.seals["unsealed_entries"]) == ([], [], 0)
    assert report.seals["sealed_seq"] == report.seals["stamped_seq"]
    assert [e.body["number"] for e in archive.journal.entries("stamped")] == [first, second]
    assert kinds_after_the_last_seal(stamped_home) == ["stamped", "stamped"]


def test_a_stranger_verifies_a_seal_with_openssl(filled: Home, authority: Authority) -> None:
    place = seal_folder(filled) / "000001"
    certificate = filled.root / "keys" / "signing.cert.pem"
    cms = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "seal.p7s", "-content", "seal.json"]
    cms += ["-CAfile", str(certificate), "-out", "/dev/null"]
    newest = seal_folder(filled) / f"{numbers(seal_folder(filled))[-1]:06d}"
    stamp = ["openssl", "ts", "-verify", "-data", "seal.p7s", "-in", "token.tsr", "-CAfile", "chain.pem"]
    assert subprocess.run(cms, cwd=place, capture_output=True).returncode == 0
    assert subprocess.run(stamp, cwd=newest, capture_output=True).returncode == 0
    (place / "seal.json").write_bytes((place / "seal.json").read_bytes().replace(b"first_seq", b"first_sep"))
    assert subprocess.run(cms, cwd=place, capture_output=True).returncode != 0
    (newest / "seal.p7s").write_bytes((newest / "seal.p7s").read_bytes() + b" ")
    assert subprocess.run(stamp, cwd=newest, capture_output=True).returncode != 0


BAD = ["other-imprint", "wrong-nonce", "expired", "rogue", "rubbish", "refuse", "hang"]


@pytest.mark.parametrize("behavior", BAD)
def test_a_bad_authority_leaves_the_stamp_pending_and_an_honest_one_ends_it(
    tmp_path: Path, authority: Authority, exchange: Make, behavior: str
) -> None:
    (tmp_path / "outside").mkdir()
    patience = 0.4 if behavior == "hang" else 20
    home = sealing_home(tmp_path, authority, behavior, more=f"timestamp_timeout_seconds = {patience}\n")
    archive = Archive(home)
    crawl(archive, exchange, range(2))
    finish(archive)
    report = verify_home(home)
    assert report.problems == []
    assert report.seals["stamped_seq"] == 0 < report.seals["sealed_seq"]
    assert "No time-stamp: the times rest on this system's clock alone." in report.notes
    assert "attempts" in report.seals["pending"][-1]
    assert not list(seal_folder(home).glob("*/token.tsr"))
    honest = replace(home, settings=replace(home.settings, timestamp_authorities=authority.url("honest")))
    sealer = Sealer(honest, Archive(honest).journal)
    sealer.attend(30)
    sealer.seal()
    after = verify_home(honest)
    assert after.problems == []
    assert after.seals["stamped_seq"] == after.seals["sealed_seq"]
    assert after.seals["pending"] == []
    assert len(list(seal_folder(home).glob("*/token.tsr"))) == 1  # the newest covers those before


def test_an_authority_that_stays_away_leaves_one_note(tmp_path: Path, authority: Authority, exchange: Make) -> None:
    (tmp_path / "outside").mkdir()
    home = sealing_home(tmp_path, authority, "refuse")
    for pages in range(4):
        archive = Archive(home)
        crawl(archive, exchange, range(pages, pages + 1))
        finish(archive)
    assert len(numbers(seal_folder(home))) >= 4
    [waiting] = Sealer(home, Archive(home).journal).notes.all()
    assert waiting.number == numbers(seal_folder(home))[-1]
    assert waiting.since == load_seal(seal_folder(home), 1).body["made_at"]
    assert waiting.attempts >= 4
    assert len(verify_home(home).seals["pending"]) == 1


def test_the_next_authority_is_asked(tmp_path: Path, authority: Authority, exchange: Make) -> None:
    (tmp_path / "outside").mkdir()
    home = sealing_home(tmp_path, authority, "refuse", "wrong-nonce", "honest")
    archive = Archive(home)
    crawl(archive, exchange, range(1))
    finish(archive)
    [entry, *_] = Archive(home).journal.entries("stamped")
    assert entry.body["authority"] == authority.url("honest")


def test_a_hanging_authority_keeps_no_collection_waiting(tmp_path: Path, authority: Authority, exchange: Make) -> None:
    (tmp_path / "outside").mkdir()
    home = sealing_home(tmp_path, authority, "hang", more="timestamp_timeout_seconds = 600.0\nseal_seconds = 0.05\n")
    archive = Archive(home)
    archive.recover()
    crawl(archive, exchange, range(3))
    assert "hang" in authority.asked()
    asked = len(authority.asked())
    crawl(archive, exchange, range(3, 60))
    [*_, last] = archive.journal.entries("capture")
    while load_seal(seal_folder(home), numbers(seal_folder(home))[-1]).head < last.seq:
        time.sleep(0.02)  # the thread seals on time although the authority hangs
    assert len(authority.asked()) == asked, "the one request is still waiting: the crawl was written beside it"
    archive.sealer.close(grace=0.2)
    assert verify_home(home).seals["unsealed_entries"] == 0


@pytest.mark.soak
@pytest.mark.parametrize("behavior", ["honest", "hang"])
def test_in_a_slow_crawl_nothing_stays_unsealed_for_more_than_a_minute(
    tmp_path: Path, authority: Authority, exchange: Make, behavior: str
) -> None:
    """With the settings as they come: pages trickle in for more than two minutes, the authority answers or hangs."""
    (tmp_path / "outside").mkdir()
    home = sealing_home(tmp_path, authority, behavior)
    assert home.settings.seal_seconds == 60
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {})
    for number in range(75):
        archive.write("board", crawl_id, exchange(number))
        time.sleep(2)
    finish(archive)
    assert verify_home(home).problems == []
    seals = [load_seal(seal_folder(home), n) for n in numbers(seal_folder(home))]
    entries = [e for e in archive.journal.entries() if e.kind not in {"sealed", "stamped"}]
    waits = []
    for entry in entries:
        signed = next(s for s in seals if s.first <= entry.seq <= s.head).body["made_at"]
        waits.append((datetime.fromisoformat(signed) - entry.when).total_seconds())
    print(f"{behavior}: {len(entries)} entries, {len(seals)} seals, unsealed for at most {max(waits):.1f} s")
    assert len(seals) >= 4
    assert max(waits) <= 60
