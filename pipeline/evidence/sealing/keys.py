"""The key that signs a home's seals: its own, self-signed and labeled INTERNAL, or the agency's.

  keys/signing.key.pem          the private key, readable by its owner only
  keys/signing.cert.pem         its certificate
  keys/retired/<sha256>.…       certificates of keys that signed before (their private keys are destroyed)

A self-signed certificate proves that one key sealed everything, not who held it. What proves the time is the
time-stamp authority; what proves the office is a certificate that the agency issued (settings `signing_key` and
`signing_certificate`). Every certificate is journalled in full before it signs, so that it is sealed itself.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from pipeline.errors import FixHome
from pipeline.evidence.sealing.cms import BadSignature, SigningKey, sign_detached, verify_detached
from pipeline.home import Home, full_disk_named, sync_folder

KEY, CERTIFICATE, RETIRED = "signing.key.pem", "signing.cert.pem", "retired"
LABEL = "INTERNAL"
VALID_DAYS = 3650
PEM = serialization.Encoding.PEM


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that is fit to sign, with its certificate and the certificates above it."""

    key: SigningKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    internal: bool

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.certificate)

    def sign(self, data: bytes) -> bytes:
        """A detached CMS signature, checked before it is handed out. Raises FixHome."""
        refuse_outdated(self.certificate)
        signature = sign_detached(data, self.key, self.certificate, list(self.chain))
        try:
            verify_detached(signature, data, self.certificate)
        except BadSignature as error:
            raise FixHome(
                f"The signature just made does not hold: {error}. Nothing was sealed. Put the key back from a backup; "
                "for a new one: imb evidence rotate-key"
            ) from error
        return signature

    def pem(self) -> str:
        """Certificate and chain."""
        return "".join(c.public_bytes(PEM).decode() for c in (self.certificate, *self.chain))


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, lower-case hex."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def key_folder(home: Home) -> Path:
    return home.root / "keys"


def has_key(home: Home) -> bool:
    """Whether the home is set up for sealing: by its own key or the agency's."""
    settings = home.settings
    return bool(settings.signing_key or settings.signing_certificate) or key_folder(home).exists()


def make_key(home: Home) -> bool:
    """Give a home without any key its own. Returns whether one was made; an existing one is never replaced."""
    if has_key(home):
        return False
    _install(home, *_new_pair(home))
    return True


def _new_pair(home: Home) -> tuple[bytes, bytes]:
    """A fresh P-256 key and its self-signed certificate, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC).replace(microsecond=0)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"{LABEL}: self-signed, proves no identity"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{LABEL} archive sealing key, {home.settings.operator}"[:64]),
        ]
    )
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=VALID_DAYS))
        .add_extension(x509.BasicConstraints(False, None), True)
        .add_extension(usage, True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(PEM, form, serialization.NoEncryption()), certificate.public_bytes(PEM)


def _install(home: Home, key: bytes, certificate: bytes) -> None:
    folder = key_folder(home)
    with full_disk_named(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        write_private(folder / CERTIFICATE, certificate)
        write_private(folder / KEY, key)


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)


def load_signer(home: Home) -> Signer:
    """The key in force. Raises FixHome when it is missing, open to others, outdated or not its certificate's."""
    key_path, certificate_path, in_home = _paths(home)
    try:
        mode = key_path.stat().st_mode & (0o077 if in_home else 0o007)
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        certificate, *chain = x509.load_pem_x509_certificates(certificate_path.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise FixHome(
            f"The signing key cannot be used ({key_path}, {certificate_path}: {error}). "
            "Nothing is sealed until it can. "
            "Put the files back from a backup; for a new key: imb evidence rotate-key"
        ) from error
    if mode:
        raise FixHome(f"{key_path} can be read by others. Nothing is sealed with it. Type: chmod 600 {key_path}")
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise FixHome(f"{key_path} is neither an EC nor an RSA key. Name another one in imb.toml: signing_key.")
    if _public(key.public_key()) != _public(certificate.public_key()):
        raise FixHome(f"{key_path} is not the key of {certificate_path}. Put the two that belong together there.")
    refuse_outdated(certificate)
    return Signer(key, certificate, tuple(chain), is_internal(certificate))


def is_internal(certificate: x509.Certificate) -> bool:
    """Whether it is one that a home made for itself."""
    return certificate.issuer == certificate.subject and LABEL in certificate.subject.rfc4514_string()


def _paths(home: Home) -> tuple[Path, Path, bool]:
    own = home.settings
    if not (own.signing_key or own.signing_certificate):
        return key_folder(home) / KEY, key_folder(home) / CERTIFICATE, True
    if not (own.signing_key and own.signing_certificate):
        raise FixHome("Of the settings signing_key and signing_certificate one is missing: name both PEM files.")
    return home.root / Path(own.signing_key).expanduser(), home.root / Path(own.signing_certificate).expanduser(), False


def _public(key: object) -> bytes:
    public: bytes = key.public_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return public


def refuse_outdated(certificate: x509.Certificate, moment: datetime | None = None) -> None:
    """Raises FixHome when the certificate is not valid at a time (default: now, by the system's clock)."""
    moment = moment or datetime.now(UTC)
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not first <= moment <= last:
        raise FixHome(
            f"The signing certificate is valid from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC, not at "
            f"{moment:%Y-%m-%d %H:%M}. Nothing is sealed with it. Check the clock, or: imb evidence rotate-key"
        )


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that is made and not yet in force: first the old one seals its certificate."""

    home: Home
    key: bytes
    certificate: bytes

    @property
    def origin(self) -> str:
        """Whose it is, as the journal says it."""
        return "this home, INTERNAL" if is_internal(self.parsed) else "the agency"

    @property
    def parsed(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.certificate)

    def take_over(self) -> None:
        """Put it in force. The old certificate is kept; the old private key is gone."""
        folder = key_folder(self.home)
        current = folder / CERTIFICATE
        with full_disk_named(folder):
            if current.exists():
                data = current.read_bytes()
                (folder / RETIRED).mkdir(mode=0o700, exist_ok=True)
                write_private(folder / RETIRED / f"{fingerprint(x509.load_pem_x509_certificate(data))}.pem", data)
        _install(self.home, self.key, self.certificate)


def new_key(home: Home) -> NewKey:
    """Prepare the home's next own key. Raises FixHome when the agency's key is in use by its settings."""
    refuse_agency_settings(home)
    return NewKey(home, *_new_pair(home))


def refuse_agency_settings(home: Home) -> None:
    """Raises FixHome when the settings name a key outside of the home: another one in it would never sign."""
    if home.settings.signing_key or home.settings.signing_certificate:
        raise FixHome(
            "This home seals with the agency's key. To change it, name the new PEM files in imb.toml (signing_key, "
            "signing_certificate); the change is journalled with the next seal."
        )


def install_key(prepared: NewKey) -> None:
    """Put the agency's key into a home that has none. Raises FixHome when it has one: nothing is replaced."""
    if has_key(prepared.home):
        raise FixHome("This home has a signing key. To replace it: imb evidence rotate-key --key FILE")
    prepared.take_over()
