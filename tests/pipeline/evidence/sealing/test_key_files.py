"""The agency's key as it is handed over: PEM or PKCS#12, with or without a passphrase; taken, rotated, refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from pipeline.errors import FixHome, FixInput
from pipeline.evidence.archive import Archive
from pipeline.evidence.sealing.key_files import read_key
from pipeline.evidence.sealing.keys import install_key, key_folder, load_signer, make_key
from pipeline.evidence.verify import verify_home
from pipeline.home import Home
from tests.pipeline.evidence.sealing.test_signing import PEM, agency_pair

WORD = "correct horse"


def never() -> str:
    raise AssertionError("no passphrase is needed")


def files(folder: Path, key: object, form: str) -> tuple[Path, Path | None]:
    """The key in one of the forms that agencies use."""
    private, certificate = agency_pair(key)
    if form == "pem in one file":
        (folder / "both.pem").write_bytes(private + certificate)
        return folder / "both.pem", None
    (folder / "c.pem").write_bytes(certificate)
    if form.startswith("pem"):
        lock = (
            serialization.BestAvailableEncryption(WORD.encode()) if "locked" in form else serialization.NoEncryption()
        )
        data = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, lock)  # type: ignore[attr-defined]
        (folder / "k.pem").write_bytes(data)
        return folder / "k.pem", folder / "c.pem"
    lock = serialization.BestAvailableEncryption(WORD.encode()) if "locked" in form else serialization.NoEncryption()
    parsed = x509.load_pem_x509_certificate(certificate)
    data = pkcs12.serialize_key_and_certificates(b"seal", key, parsed, None, lock)  # type: ignore[arg-type]
    (folder / "k.p12").write_bytes(data)
    return folder / "k.p12", None


@pytest.mark.parametrize("form", ["pem", "pem locked", "pem in one file", "p12", "p12 locked"])
@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_home_takes_the_agencys_key_and_seals_with_it(home: Home, tmp_path: Path, form: str, kind: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)
    path, certificate = files(tmp_path, key, form)
    install_key(read_key(home, path, certificate, (lambda: WORD) if "locked" in form else never))
    stored = key_folder(home) / "signing.key.pem"
    assert stored.stat().st_mode & 0o777 == 0o600
    signer = load_signer(home)
    assert not signer.internal
    archive = Archive(home)
    archive.journal.append("test")
    archive.sealer.seal()
    (announced,) = archive.journal.entries("signing_key")
    assert announced.body["origin"] == "the agency"
    assert verify_home(home).problems == []
    with pytest.raises(FixHome, match="rotate-key"):
        install_key(read_key(home, path, certificate, lambda: WORD))


def test_rotation_to_the_agencys_key_is_sealed_by_the_old_one_and_old_seals_still_verify(
    home: Home, tmp_path: Path
) -> None:
    make_key(home)
    archive = Archive(home)
    archive.journal.append("before")
    archive.sealer.seal()
    old = load_signer(home).fingerprint
    for form in ("p12 locked", "pem"):
        key, certificate = files(tmp_path, ec.generate_private_key(ec.SECP256R1()), form)
        archive.sealer.rotate(read_key(home, key, certificate, lambda: WORD))
        archive.journal.append("after")
        archive.sealer.seal()
    report = verify_home(home)
    assert report.problems == []
    assert report.seals["signer_sha256"] == load_signer(home).fingerprint != old
    names = [e.body["origin"] for e in archive.journal.entries("signing_key")]
    assert names == ["this home, INTERNAL", "the agency", "the agency"]
    assert (key_folder(home) / "retired" / f"{old}.pem").is_file()
    keys = [p for p in key_folder(home).rglob("*.pem") if b"PRIVATE KEY" in p.read_bytes()]
    assert [p.name for p in keys] == ["signing.key.pem"], "no earlier private key is kept"


def test_what_cannot_sign_is_refused_and_nothing_is_changed(home: Home, tmp_path: Path) -> None:
    good, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    locked, _ = files(tmp_path, good, "p12 locked")
    private, _ = agency_pair(good)
    _, stranger = agency_pair(other)
    _, outdated = agency_pair(good, (-30, -1))
    edwards, certificate = agency_pair(ed25519.Ed25519PrivateKey.generate())
    small, small_certificate = agency_pair(rsa.generate_private_key(65537, 1024))
    cases = {
        "wrong passphrase": (locked.read_bytes(), None, "wrong passphrase"),
        "another's certificate": (private, stranger, "none of the certificates"),
        "outdated": (private, outdated, "not now"),
        "no certificate": (private, None, "--certificate"),
        "edwards": (edwards, certificate, "neither an EC nor an RSA"),
        "small": (small, small_certificate, "2048"),
        "no key": (b"not a key at all", None, "neither a PEM nor a PKCS#12"),
        "cut": (private[:120], stranger, "damaged"),
    }
    for name, (data, named, words) in cases.items():
        (tmp_path / "key").write_bytes(data)
        (tmp_path / "certificate").write_bytes(named or b"")
        with pytest.raises(FixInput, match=words):
            read_key(home, tmp_path / "key", tmp_path / "certificate" if named else None, lambda: "wrong")
        assert not key_folder(home).exists(), name
    with pytest.raises(FixInput, match="cannot be read"):
        read_key(home, tmp_path / "missing", None, never)
