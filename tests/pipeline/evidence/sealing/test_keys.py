"""Nothing is called sealed without a fit key; a new key is vouched for by the old one, or by nobody."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.errors import FixHome
from pipeline.evidence.archive import Archive
from pipeline.evidence.entries import canonical
from pipeline.evidence.sealing.files import load_seal, numbers, seal_folder
from pipeline.evidence.sealing.keys import load_signer, make_key
from pipeline.evidence.verify import verify_home
from pipeline.home import Home, create_home
from tests.pipeline.evidence.stamping import Make, crawl, finish


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
