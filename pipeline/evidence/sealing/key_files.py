"""Read the agency's signing key from the files it comes in: PEM (key and certificates) or PKCS#12 (.p12, .pfx)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from pipeline.errors import FixInput
from pipeline.evidence.sealing.keys import PEM, NewKey, refuse_agency_settings
from pipeline.home import Home

SMALLEST_RSA = 2048  # bits
Passphrase = Callable[[], str]  # asked only when the key is encrypted


def read_key(home: Home, key: Path, certificate: Path | None, passphrase: Passphrase) -> NewKey:
    """The key and its certificates (its own first), not yet in force.

    `certificate` is needed for PEM unless the key's file holds it too. Raises FixInput for a file that cannot be read,
    a wrong passphrase, a key that is not the certificate's or does not fit: nothing was changed.
    """
    refuse_agency_settings(home)
    data = _bytes(key)
    if b"-----BEGIN" in data:
        private, certificates = _pem(key, data, certificate, passphrase)
    else:
        private, certificates = _pkcs12(key, data, passphrase)
    ordered = _fitting(key, private, certificates)
    form = serialization.PrivateFormat.PKCS8
    plain = private.private_bytes(PEM, form, serialization.NoEncryption())
    return NewKey(home, plain, b"".join(c.public_bytes(PEM) for c in ordered))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FixInput(f"{path} cannot be read ({error.strerror}). Check the name and the permissions.") from error


def _pem(
    key: Path, data: bytes, certificate: Path | None, passphrase: Passphrase
) -> tuple[Any, list[x509.Certificate]]:
    try:
        encrypted = b"ENCRYPTED" in data
        private = serialization.load_pem_private_key(data, passphrase().encode() if encrypted else None)
    except (ValueError, TypeError) as error:
        raise FixInput(
            f"{key} holds no private key that can be opened: wrong passphrase, or damaged. Type the passphrase again, "
            "or export the key again."
        ) from error
    named = certificate or key
    try:
        return private, x509.load_pem_x509_certificates(_bytes(named))
    except ValueError as error:
        raise FixInput(
            f"{named} holds no certificate in PEM. Name the key's certificate with --certificate."
        ) from error


def _pkcs12(key: Path, data: bytes, passphrase: Passphrase) -> tuple[Any, list[x509.Certificate]]:
    for attempt in (lambda: None, lambda: passphrase().encode()):
        try:
            private, own, others = pkcs12.load_key_and_certificates(data, attempt())
            break
        except ValueError:
            continue
    else:
        raise FixInput(
            f"{key} cannot be opened: wrong passphrase, or neither a PEM nor a PKCS#12 file. Type the passphrase "
            "again, or export the key again as one of the two."
        )
    if private is None or own is None:
        raise FixInput(f"{key} lacks the private key or its certificate. Export it again with both.")
    return private, [own, *others]


def _fitting(path: Path, private: Any, certificates: list[x509.Certificate]) -> list[x509.Certificate]:
    """The key's own certificate first, then the others. Raises FixInput when key or certificate cannot sign seals."""
    if not isinstance(private, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise FixInput(f"{path} is neither an EC nor an RSA key, with which seals are signed. Name one of these.")
    if isinstance(private, rsa.RSAPrivateKey) and private.key_size < SMALLEST_RSA:
        raise FixInput(
            f"{path} is an RSA key of {private.key_size} bits; at least {SMALLEST_RSA} are needed. Name a longer one."
        )
    own = [c for c in certificates if c.public_key() == private.public_key()]
    if not own:
        raise FixInput(f"{path}: none of the certificates belongs to this key. Name the right one with --certificate.")
    first = own[0]
    if not first.not_valid_before_utc <= datetime.now(UTC) <= first.not_valid_after_utc:
        begins, ends = first.not_valid_before_utc, first.not_valid_after_utc
        raise FixInput(
            f"{path}: the certificate is valid from {begins:%Y-%m-%d} to {ends:%Y-%m-%d}, not now. "
            "Check the clock, or ask the issuer for another."
        )
    if not _may_sign(first):
        raise FixInput(f"{path}: the certificate's key usage excludes signatures. Ask the issuer for a signing one.")
    return [first, *(c for c in certificates if c != first)]


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment
