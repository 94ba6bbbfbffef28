"""A package carries its seals; strangers check them with openssl; what does not fit is named."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import EvidenceBroken, FixHome, FixInput
from pipeline.evidence.archive import Archive
from pipeline.evidence.bag import SIGNATURE, TAG_MANIFEST, write_manifests
from pipeline.evidence.package.building import build_package
from pipeline.evidence.sealing.keys import load_signer
from pipeline.evidence.verify import verify_home, verify_package
from pipeline.home import Home
from tests.pipeline.evidence.authority import Authority
from tests.pipeline.evidence.stamping import Make, crawl, stamping_home

FACTS = {"exhibit": "12", "case": "26-CR-1", "requester": "County", "authority": "order", "exporter": "clerk"}
OPERATOR = 'operator = "unit 7"\n'


@pytest.fixture
def archive(tmp_path: Path, authority: Authority, exchange: Make) -> Archive:
    """Two crawls of three pages, sealed and stamped."""
    archive = Archive(stamping_home(tmp_path, authority, more=OPERATOR))
    for pages in (range(3), range(3, 6)):
        crawl(archive, exchange, pages)
        archive.sealer.close(grace=30)
    return archive


def package(archive: Archive, out: Path, pick: slice = slice(None)) -> Path:
    captures = [known.capture for known in archive.captures()][pick]
    return build_package(archive.home, archive, captures, out, FACTS).path


def test_a_sealed_package_checks_out_without_the_home(archive: Archive, tmp_path: Path) -> None:
    out = package(archive, tmp_path / "ex.zip", slice(1, 5))
    shutil.rmtree(archive.home.root)
    report = verify_package(out)
    assert report.problems == []
    assert report.checked["seals"] >= 2
    assert any("Sealed by" in note and "INTERNAL" in note for note in report.notes)
    assert any("Time-stamped under CN=Root of honest" in note for note in report.notes)


def test_items_say_when_they_were_sealed_and_stamped(archive: Archive, tmp_path: Path) -> None:
    out = package(archive, tmp_path / "ex", slice(0, 1))
    manifest = json.loads((out / "data/items.json").read_text())
    [item] = manifest["items"]
    assert manifest["sealed"] is True
    assert item["seal"]["token"]["root"] == "CN=Root of honest"
    assert item["times"]["batch_sealed"] == item["seal"]["signed_at"]
    assert item["times"]["time_stamped"] == item["seal"]["token"]["time"]
    page = (out / item["page"]).read_text()
    assert "under CN=Root of honest" in page
    assert "time-stamped 2" in (out / "index.html").read_text()


def test_what_lies_between_stays_hidden(archive: Archive, tmp_path: Path) -> None:
    first, second, *_ = [known.capture for known in archive.captures()]
    archive.block(first.capture_id, "suspected minor")
    out = build_package(archive.home, archive, [second], tmp_path / "ex", FACTS).path
    everything = b"".join(p.read_bytes() for p in out.rglob("*") if p.is_file())
    assert first.url.encode() not in everything
    assert first.capture_id.encode() not in everything
    assert verify_package(out).ok


def test_any_changed_byte_is_found(archive: Archive, tmp_path: Path) -> None:
    out = package(archive, tmp_path / "ex.zip", slice(0, 1))
    good, rng, changed = out.read_bytes(), random.Random(31), tmp_path / "changed.zip"
    for place in rng.sample(range(4, len(good)), 40):
        changed.write_bytes(good[:place] + bytes([good[place] ^ (1 << rng.randrange(8))]) + good[place + 1 :])
        with contextlib.suppress(FixInput):
            assert not verify_package(changed).ok, place


def resigned(out: Path, archive: Archive) -> None:
    """Digests and package signature made anew, as a forger with the key would at a later day."""
    write_manifests(out)
    (out / SIGNATURE).write_bytes(load_signer(archive.home).sign((out / TAG_MANIFEST).read_bytes()))


@pytest.mark.parametrize("name", ["seal.json", "seal.p7s", "token.tsr", "signer.pem", "proof.json", "journal.jsonl"])
def test_a_change_with_new_digests_and_signature_is_found(archive: Archive, tmp_path: Path, name: str) -> None:
    out = package(archive, tmp_path / "ex", slice(0, 2))
    path = next(p for p in sorted(out.rglob(name)))
    good = path.read_bytes()
    for place in random.Random(8).sample(range(len(good) - 1), 6):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        resigned(out, archive)
        problems = verify_package(out).problems
        if name in {"seal.p7s", "token.tsr", "signer.pem"} and not problems:
            continue  # a byte that neither signature nor certificate covers: its meaning is unchanged
        assert problems, place
    path.unlink()
    resigned(out, archive)
    assert verify_package(out).problems


def test_an_entry_forged_with_good_hashes_is_under_no_seal(archive: Archive, tmp_path: Path) -> None:
    out = package(archive, tmp_path / "ex", slice(0, 1))
    lines = [json.loads(line) for line in (out / "data/journal.jsonl").read_bytes().splitlines()]
    proof = json.loads((out / "data/seals" / "proof.json").read_text())
    proof[str(lines[-1]["seq"])]["path"][0][1] = "00" * 32
    (out / "data/seals" / "proof.json").write_text(json.dumps(proof, indent=1, sort_keys=True) + "\n")
    resigned(out, archive)
    assert [p.prop for p in verify_package(out).problems] == ["sealed"]


def test_a_package_not_signed_any_more_or_stripped_of_seals_is_found(archive: Archive, tmp_path: Path) -> None:
    out = package(archive, tmp_path / "ex", slice(0, 1))
    (out / SIGNATURE).unlink()
    assert [p.file for p in verify_package(out).problems] == [SIGNATURE]
    shutil.rmtree(out / "data/seals")
    write_manifests(out)
    assert "seals" in {p.prop for p in verify_package(out).problems}


def test_seals_without_a_token_come_with_those_up_to_one(tmp_path: Path, authority: Authority, exchange: Make) -> None:
    home = stamping_home(tmp_path, authority, "refuse", more=OPERATOR)
    archive = Archive(home)
    first, *_ = crawl(archive, exchange, range(2))
    crawl(archive, exchange, range(2, 4))
    archive.sealer.close(grace=30)
    bare = build_package(home, archive, [first], tmp_path / "bare", FACTS).path
    report = verify_package(bare)
    assert report.problems == []
    assert any("no time-stamp" in note for note in report.notes)
    assert "no time-stamp" in (bare / "index.html").read_text()
    honest = replace(home, settings=replace(home.settings, timestamp_authorities=authority.url("honest")))
    archive = Archive(honest)
    out = build_package(honest, archive, [first], tmp_path / "ex", FACTS).path
    manifest = json.loads((out / "data/items.json").read_text())
    [item] = manifest["items"]
    assert item["seal"]["token"]["stamped_by_seal"] > item["seal"]["seal"]
    assert verify_package(out).problems == []
    assert verify_home(honest).problems == []


def test_signing_fails_closed(archive: Archive, tmp_path: Path) -> None:
    (archive.home.root / "keys" / "signing.key.pem").unlink()
    with pytest.raises(FixHome, match="signing key"):
        package(archive, tmp_path / "ex")
    assert list(tmp_path.glob("ex*")) == []


def test_a_forged_journal_is_not_exported(archive: Archive, tmp_path: Path) -> None:
    data = archive.home.journal.read_bytes()
    lines = data.splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if b'"kind":"capture"' in line)
    entry = json.loads(lines[at])
    lines[at] = lines[at].replace(entry["hash"].encode(), b"0" * 64)
    archive.home.journal.write_bytes(b"".join(lines))
    with pytest.raises(EvidenceBroken, match="not the one that was sealed"):
        package(Archive(archive.home), tmp_path / "ex")
    assert not (tmp_path / "ex").exists()


def test_a_home_without_a_key_says_that_nothing_is_sealed(home: Home, exchange: Make, tmp_path: Path) -> None:
    archive = Archive(home)
    crawl(archive, exchange, range(2))
    out = package(archive, tmp_path / "ex")
    report = verify_package(out)
    assert report.problems == []
    assert any("Nothing in this package is sealed" in note for note in report.notes)
    assert "are not sealed" in (out / "VERIFY.md").read_text()
    assert not (out / "data/seals").exists()
