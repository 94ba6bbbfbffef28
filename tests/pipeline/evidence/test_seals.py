"""Sealed while it grows; up to the last seal nothing changes unseen; nothing is called sealed that is not."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from pipeline.errors import EvidenceBroken, FixHome
from pipeline.evidence import stamping
from pipeline.evidence.archive import Archive
from pipeline.evidence.entries import canonical
from pipeline.evidence.importing import import_archive
from pipeline.evidence.intake import keep_file
from pipeline.evidence.keys import load_signer, make_key
from pipeline.evidence.merkle import climb, leaf, path, root, tree
from pipeline.evidence.seal_files import Seal, home_id, load_seal, numbers, seal_folder
from pipeline.evidence.seals import Sealer
from pipeline.evidence.verify import verify_home
from pipeline.evidence.warc import Exchange
from pipeline.home import Home, create_home, open_home
from tests.pipeline.evidence.authority import Authority, serving
from tests.pipeline.evidence.forging import rewritten

Make = Callable[..., Exchange]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with serving(tmp_path_factory.mktemp("authority")) as running:
        yield running


@pytest.fixture
def stamped_home(tmp_path: Path, authority: Authority) -> Home:
    """A home with a key, an honest authority and a folder outside."""
    (tmp_path / "outside").mkdir()
    return sealing_home(tmp_path, authority, "honest")


def sealing_home(folder: Path, authority: Authority, *behaviors: str, more: str = "") -> Home:
    urls = ", ".join(authority.url(b) for b in behaviors)
    text = (
        f'timestamp_authorities = "{urls}"\ntimestamp_certificates = "{authority.root}"\n'
        f'seal_copies = "{folder}/outside"\nfsync = "batch"\n{more}'
    )
    home = create_home(folder / "home", settings_text=text)
    make_key(home)
    return home


def crawl(archive: Archive, exchange: Make, pages: range) -> None:
    crawl_id = archive.begin_crawl("board", {})
    for number in pages:
        archive.write("board", crawl_id, exchange(number))
    archive.end_crawl(crawl_id, {}, True, [])


def finish(archive: Archive) -> None:
    """Close with the patience of a test, not of an operator."""
    archive.sealer.close(grace=30)
    archive.close()


@pytest.fixture
def filled(stamped_home: Home, exchange: Make, tmp_path: Path) -> Home:
    """Two crawls, an import and a roster: sealed, stamped, copied."""
    archive = Archive(stamped_home)
    archive.recover()
    crawl(archive, exchange, range(3))
    by_others = tmp_path / "other.warc.gz"
    by_others.write_bytes(next((stamped_home.archive / "warc").glob("*/*/*.gz")).read_bytes())
    import_archive(archive, by_others, "another office", lambda _: "board")
    roster = tmp_path / "roster.csv"
    roster.write_text("license,name\n1,Lotus Spa\n")
    keep_file(stamped_home, archive.journal, roster, "license")
    crawl(archive, exchange, range(3, 5))
    finish(archive)
    return stamped_home


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


def kinds_after_the_last_seal(home: Home) -> list[str]:
    kinds = [e.kind for e in Archive(home).journal.entries()]
    return kinds[len(kinds) - kinds[::-1].index("sealed") :]


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


def test_a_home_without_a_key_is_not_called_sealed(home: Home, exchange: Make) -> None:
    archive = Archive(home)
    crawl(archive, exchange, range(2))
    archive.close()
    report = verify_home(home)
    assert report.problems == []
    assert "Nothing is sealed." in report.notes
    assert report.seals["unsealed_entries"] > 3
    assert not seal_folder(home).exists()
    make_key(home)
    Archive(home).recover()
    assert verify_home(home).seals["unsealed_entries"] == 0


@pytest.mark.parametrize("how", ["gone", "open", "all gone"])
def test_a_key_that_cannot_sign_stops_sealing_and_not_collecting(filled: Home, exchange: Make, how: str) -> None:
    keys = filled.root / "keys"
    if how == "gone":
        (keys / "signing.key.pem").unlink()
    elif how == "open":
        (keys / "signing.key.pem").chmod(0o644)
    else:
        shutil.rmtree(keys)
    before = numbers(seal_folder(filled))
    archive = Archive(filled)
    crawl(archive, exchange, range(8, 10))
    archive.close()
    assert archive.sealer.trouble
    with pytest.raises(FixHome):
        archive.sealer.seal()
    assert numbers(seal_folder(filled)) == before
    report = verify_home(filled)
    assert report.problems == []
    assert report.seals["unsealed_entries"] == 5
    assert any("sealed" in note for note in report.notes if "key" in note)


def test_the_old_key_vouches_for_the_new_one(filled: Home, exchange: Make) -> None:
    old = load_signer(filled).fingerprint
    archive = Archive(filled)
    archive.sealer.rotate()
    new = load_signer(filled).fingerprint
    crawl(archive, exchange, range(7, 9))
    finish(archive)
    report = verify_home(filled)
    assert report.problems == []
    assert report.seals["signer_sha256"] == new != old
    [*_, announced] = archive.journal.entries("signing_key")
    assert (announced.body["certificate_sha256"], announced.body["replaces"]) == (new, old)
    seals = [load_seal(seal_folder(filled), n) for n in numbers(seal_folder(filled))]
    vouching = next(s for s in seals if s.first <= announced.seq <= s.head)
    assert vouching.body["certificate_sha256"] == old
    assert seals[-1].body["certificate_sha256"] == new


def test_a_lost_key_is_replaced_and_nobody_vouches(filled: Home) -> None:
    (filled.root / "keys" / "signing.key.pem").unlink()
    archive = Archive(filled)
    archive.sealer.rotate()
    finish(archive)
    assert verify_home(filled).problems == []
    [*_, announced] = archive.journal.entries("signing_key")
    assert announced.body["certificate_sha256"] == load_signer(filled).fingerprint


def test_a_foreign_key_put_in_place_is_announced_or_found(filled: Home, tmp_path: Path) -> None:
    """Seals signed by a key that the sealed journal never named are no seals."""
    stranger = create_home(tmp_path / "stranger")
    make_key(stranger)
    seal = load_seal(seal_folder(filled), 1)
    text = canonical({**seal.body, "certificate_sha256": load_signer(stranger).fingerprint})
    (seal.folder / "seal.json").write_bytes(text)
    (seal.folder / "seal.p7s").write_bytes(load_signer(stranger).sign(text))
    assert "certificate" in {p.prop for p in verify_home(filled).problems}


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
