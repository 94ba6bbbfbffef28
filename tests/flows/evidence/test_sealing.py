"""`imb init`, `evidence seal|verify|rotate-key`, backup and restore of a home that seals."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from pipeline.evidence.verify import verify_home
from pipeline.home import open_home
from tests.flows.command_line import imb
from tests.pipeline.evidence.sealing.test_key_files import WORD
from tests.pipeline.evidence.sealing.test_key_files import files as key_files


@pytest.fixture
def made(tmp_path: Path) -> Path:
    imb(tmp_path / "home", "init")
    return tmp_path / "home"


def test_init_makes_a_key_seals_and_leaves_both_alone_when_repeated(made: Path) -> None:
    key, journal = (made / "keys" / "signing.key.pem").read_bytes(), (made / "archive/journal.jsonl").read_bytes()
    again = json.loads(imb(made, "init", "--json").stdout)
    assert again["made_key"] is False
    assert len(again["certificate_sha256"]) == 64
    assert (made / "keys" / "signing.key.pem").read_bytes() == key
    assert (made / "archive/journal.jsonl").read_bytes() == journal
    assert verify_home(open_home(made)).seals["sealed_seq"] == 1


def test_what_is_received_ends_sealed_and_verify_says_so(made: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("color,shape\nred,round\n")
    imb(made, "import", "records", "licenses", str(roster), check=3)  # no license file, but kept as received
    status = json.loads(imb(made, "evidence", "seal", "--json").stdout)
    assert status["unsealed_entries"] == 0 < status["sealed_seq"]
    said = imb(made, "evidence", "verify").stdout
    assert f"Sealed up to entry {status['sealed_seq']}" in said
    assert "No time-stamp" in said
    before = (made / "archive/journal.jsonl").read_bytes()
    imb(made, "evidence", "seal")
    assert (made / "archive/journal.jsonl").read_bytes() == before


def test_a_new_key_by_command(made: Path) -> None:
    before = json.loads(imb(made, "evidence", "seal", "--json").stdout)["certificate_sha256"]
    after = json.loads(imb(made, "evidence", "rotate-key", "--json").stdout)["certificate_sha256"]
    assert after != before
    assert (made / "keys" / "retired" / f"{before}.pem").is_file()
    assert verify_home(open_home(made)).ok


def test_without_its_key_sealing_is_refused_and_says_what_to_do(made: Path) -> None:
    (made / "keys" / "signing.key.pem").unlink()
    refused = imb(made, "evidence", "seal", check=5)
    assert "rotate-key" in refused.stderr
    assert "Nothing new can be sealed" in imb(made, "evidence", "verify").stdout
    imb(made, "evidence", "rotate-key")
    imb(made, "evidence", "seal")


def test_a_backup_holds_the_key_for_its_owner_only(made: Path, tmp_path: Path) -> None:
    said = imb(made, "backup", str(tmp_path / "b.tar")).stdout
    assert "holds the signing key" in said
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600
    imb(tmp_path / "again", "restore", str(tmp_path / "b.tar"))
    key = tmp_path / "again" / "keys" / "signing.key.pem"
    assert (key.stat().st_mode & 0o777, key.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert key.read_bytes() == (made / "keys" / "signing.key.pem").read_bytes()
    imb(tmp_path / "again", "evidence", "seal")


def test_a_rolled_back_home_is_found_with_the_copies(made: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    with (made / "imb.toml").open("a") as settings:
        settings.write(f'seal_copies = "{tmp_path}/outside"\n')
    old = Path(shutil.copytree(made, tmp_path / "old"))
    imb(made, "evidence", "rotate-key")
    imb(made, "evidence", "verify", "--against", str(tmp_path / "outside"))
    found = imb(old, "evidence", "verify", check=8)
    assert "rolled back" in found.stdout


def test_init_takes_the_agencys_key_and_rotation_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    key, certificate = key_files(tmp_path, first, "pem locked")
    monkeypatch.setenv("IMB_KEY_PASSPHRASE", "wrong")
    root = tmp_path / "home"
    imb(root, "init", "--key", str(key), "--certificate", str(certificate), check=3)
    monkeypatch.setenv("IMB_KEY_PASSPHRASE", WORD)
    said = json.loads(imb(root, "init", "--key", str(key), "--certificate", str(certificate), "--json").stdout)
    assert said["made_key"] is False
    key, _ = key_files(tmp_path, second, "p12 locked")
    after = json.loads(imb(root, "evidence", "rotate-key", "--key", str(key), "--json").stdout)
    assert after["certificate_sha256"] != said["certificate_sha256"]
    assert verify_home(open_home(root)).problems == []
