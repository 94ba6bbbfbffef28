"""A home's key is private, is its certificate's, signs what openssl accepts, and fails closed."""

from __future__ import annotations

import random
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from pipeline.errors import FixHome
from pipeline.evidence.sealing.cms import BadSignature, sign_detached, verify_detached, verify_exact
from pipeline.evidence.sealing.keys import fingerprint, has_key, key_folder, load_signer, make_key, new_key
from pipeline.home import Home, create_home

PEM = serialization.Encoding.PEM
DATA = b'{"head":{"seq":7}}'


def agency_pair(key: object, days: tuple[int, int] = (-1, 30)) -> tuple[bytes, bytes]:
    """Key and certificate as an agency would hand them over."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Office of the Attorney General (test)")])
    start, end = (datetime.now(UTC) + timedelta(days=d) for d in days)
    public = key.public_key()  # type: ignore[attr-defined]
    built = x509.CertificateBuilder(name, name, public, x509.random_serial_number(), start, end)
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    certificate = built.sign(key, algorithm)  # type: ignore[arg-type]
    form = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(PEM, form, serialization.NoEncryption())  # type: ignore[attr-defined]
    return private, certificate.public_bytes(PEM)


def agency_home(folder: Path, key: object, days: tuple[int, int] = (-1, 30)) -> Home:
    private, certificate = agency_pair(key, days)
    (folder / "a.key").write_bytes(private)
    (folder / "a.key").chmod(0o600)
    (folder / "a.pem").write_bytes(certificate)
    text = f'signing_key = "{folder}/a.key"\nsigning_certificate = "{folder}/a.pem"\n'
    return create_home(folder / "agency", settings_text=text)


def openssl_accepts(signature: bytes, data: bytes, certificate: Path, folder: Path) -> bool:
    (folder / "s.p7s").write_bytes(signature)
    (folder / "data").write_bytes(data)
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "s.p7s", "-content", "data"]
    command += ["-purpose", "any", "-CAfile", str(certificate), "-out", "/dev/null"]
    return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


def test_a_home_s_own_key_is_private_and_says_what_it_is(home: Home, tmp_path: Path) -> None:
    assert not has_key(home)
    assert make_key(home)
    assert not make_key(home)
    key = key_folder(home) / "signing.key.pem"
    assert (key.stat().st_mode & 0o777, key_folder(home).stat().st_mode & 0o777) == (0o600, 0o700)
    signer = load_signer(home)
    assert signer.internal
    assert "INTERNAL" in signer.certificate.subject.rfc4514_string()
    signature = signer.sign(DATA)
    verify_detached(signature, DATA, signer.certificate)
    certificate = key_folder(home) / "signing.cert.pem"
    assert openssl_accepts(signature, DATA, certificate, tmp_path)
    assert not openssl_accepts(signature, DATA + b" ", certificate, tmp_path)


@pytest.mark.parametrize("kind", ["p256", "p384", "rsa"])
def test_the_agency_s_key_is_taken(tmp_path: Path, kind: str) -> None:
    curves = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1()}
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(curves[kind])
    home = agency_home(tmp_path, key)
    assert has_key(home)
    assert not make_key(home)
    signer = load_signer(home)
    assert not signer.internal
    assert openssl_accepts(signer.sign(DATA), DATA, tmp_path / "a.pem", tmp_path)
    with pytest.raises(FixHome, match="agency"):
        new_key(home)


@pytest.mark.parametrize("case", ["missing", "open", "rubbish", "other key", "outdated", "not yet", "ed25519", "half"])
def test_without_a_fit_key_nothing_is_signed(tmp_path: Path, case: str) -> None:
    days = {"outdated": (-30, -1), "not yet": (1, 30)}.get(case, (-1, 30))
    key = ed25519.Ed25519PrivateKey.generate() if case == "ed25519" else ec.generate_private_key(ec.SECP256R1())
    home = agency_home(tmp_path, key, days)
    path = tmp_path / "a.key"
    if case == "missing":
        path.unlink()
    elif case == "open":
        path.chmod(0o604)
    elif case == "rubbish":
        path.write_text("-----BEGIN PRIVATE KEY-----")
    elif case == "other key":
        path.write_bytes(agency_pair(ec.generate_private_key(ec.SECP256R1()))[0])
    elif case == "half":
        (home.root / "imb.toml").write_text(f'signing_key = "{path}"\n')
        home = create_home(home.root)
    with pytest.raises(FixHome):
        load_signer(home)


def test_a_home_s_own_key_readable_by_others_is_refused(home: Home) -> None:
    make_key(home)
    (key_folder(home) / "signing.key.pem").chmod(0o640)
    with pytest.raises(FixHome, match="chmod 600"):
        load_signer(home)


def test_a_new_key_takes_over_and_the_old_certificate_stays(home: Home) -> None:
    make_key(home)
    before = load_signer(home)
    prepared = new_key(home)
    assert load_signer(home).fingerprint == before.fingerprint
    prepared.take_over()
    assert load_signer(home).fingerprint == fingerprint(prepared.parsed) != before.fingerprint
    kept = key_folder(home) / "retired" / f"{before.fingerprint}.pem"
    assert x509.load_pem_x509_certificate(kept.read_bytes()) == before.certificate
    assert {p.name for p in key_folder(home).rglob("*.key.pem")} == {"signing.key.pem"}


def test_no_flipped_bit_passes_as_a_signature_over_other_content(home: Home) -> None:
    make_key(home)
    signer, rng = load_signer(home), random.Random(6)
    signature = signer.sign(DATA)
    for place in range(len(DATA)):
        changed = DATA[:place] + bytes([DATA[place] ^ 1]) + DATA[place + 1 :]
        with pytest.raises(BadSignature):
            verify_detached(signature, changed, signer.certificate)
    for _ in range(200):  # a flip inside the embedded certificate changes nothing that is believed
        place = rng.randrange(len(signature))
        broken = signature[:place] + bytes([signature[place] ^ (1 << rng.randrange(8))]) + signature[place + 1 :]
        with pytest.raises(BadSignature):
            verify_detached(broken, DATA + b" ", signer.certificate)
    for cut in range(0, len(signature), 7):
        with pytest.raises(BadSignature):
            verify_detached(signature[:cut], DATA, signer.certificate)


@pytest.mark.parametrize("kind", ["ec", "rsa", "with a chain"])
def test_a_signature_read_exactly_has_no_byte_to_spare(home: Home, tmp_path: Path, kind: str) -> None:
    make_key(home)
    own = load_signer(home)
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    name = own.certificate.subject
    start, end = own.certificate.not_valid_before_utc, own.certificate.not_valid_after_utc
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), start, end)
    certificate = builder.sign(key, hashes.SHA256())
    chain = [own.certificate] if kind == "with a chain" else []
    signature = sign_detached(DATA, key, certificate, chain)
    verify_exact(signature, DATA, [certificate, *chain])
    for place in range(len(signature)):
        broken = signature[:place] + bytes([signature[place] ^ (1 << place % 8)]) + signature[place + 1 :]
        with pytest.raises(BadSignature):
            verify_exact(broken, DATA, [certificate, *chain])
    with pytest.raises(BadSignature, match="not as this program writes them"):
        verify_exact(signature, DATA, [certificate, own.certificate, certificate])


def test_a_signature_of_another_key_is_refused(home: Home) -> None:
    make_key(home)
    signer = load_signer(home)
    stranger = ec.generate_private_key(ec.SECP256R1())
    forged = sign_detached(DATA, stranger, signer.certificate, [])
    with pytest.raises(BadSignature):
        verify_detached(forged, DATA, signer.certificate)
