"""Time-stamp tokens (RFC 3161): ask an authority, and believe nothing that it says before it has been checked."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from rfc3161_client._rust import parse_timestamp_request

from pipeline.errors import FixProfile
from pipeline.evidence.outside import Unreachable, post
from pipeline.evidence.sealing.der import CONTEXT_0, SEQUENCE, read

MAX_ANSWER = 1 << 20
MAX_CHAIN = 10


class NoStamp(Exception):
    """No token that holds: the message says why, for the operator."""


@dataclass(frozen=True, slots=True)
class Token:
    """A checked token. `chain` leads from the authority's signing certificate to the trusted root."""

    time: datetime
    serial: int
    chain: tuple[x509.Certificate, ...]

    @property
    def root(self) -> x509.Certificate:
        return self.chain[-1]


def make_request(data: bytes) -> bytes:
    """A time-stamp query (.tsq) over the SHA-256 of `data`, with a nonce, asking for the certificates."""
    builder = TimestampRequestBuilder(data=data, hash_algorithm=HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build().as_bytes()


def ask(url: str, request: bytes, timeout: float) -> bytes:
    """The authority's answer (.tsr), unchecked, within `timeout` seconds all in all. Raises NoStamp."""
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    try:
        return post(url, request, headers, timeout, MAX_ANSWER)
    except Unreachable as error:
        raise NoStamp(str(error)) from error


def check_token(answer: bytes, data: bytes, request: bytes, trusted: Sequence[x509.Certificate]) -> Token:
    """Check a .tsr against the data and the .tsq: status, imprint, nonce, signature, chain to a trusted root.

    The certificates must have been valid at the token's own time. Raises NoStamp.
    """
    try:
        response = decode_timestamp_response(_in_order(answer))
        status, said = response.status, response.status_string
    except (ValueError, TypeError) as error:
        raise NoStamp(f"the answer is no time-stamp response ({error})") from error
    if status != 0:
        raise NoStamp(f"the authority refused (status {status}: {'; '.join(said) or 'no reason given'})")
    try:
        chain = _chain(response, trusted)
        nonce = parse_timestamp_request(request).nonce
        roots, between = [chain[-1]], list(chain[1:-1])
        verifier = VerifierBuilder(roots=roots, intermediates=between, tsa_certificate=chain[0], nonce=nonce).build()
        verifier.verify(response, sha256(data).digest())
        info = response.tst_info
        return Token(info.gen_time, info.serial_number, chain)
    except VerificationError as error:
        raise NoStamp(f"the token does not hold: {error}") from error
    except NoStamp:
        raise
    except Exception as error:  # libraries fail in many ways over bytes that want to deceive; none of them is belief
        raise NoStamp(f"the token cannot be read ({error})") from error


def _in_order(answer: bytes) -> bytes:
    """The response with the certificates inside in DER's order.

    OpenSSL's own time-stamp server sends them as configured, which the strict parser refuses. They lie outside of what
    is signed; the lengths stay, so the answer is only rearranged.
    """
    try:
        _, token = read(answer).expect(SEQUENCE).children()
        _, wrapped = token.children()
        (signed,) = wrapped.expect(CONTEXT_0).children()
        held = next(n for n in signed.children() if n.tag == CONTEXT_0)
        parts = b"".join(sorted(n.whole for n in held.children()))
    except (ValueError, StopIteration):
        return answer
    start = held.start + len(held.whole) - len(held.content)
    return answer[:start] + parts + answer[start + len(parts) :]


def _chain(response: TimeStampResponse, trusted: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """From the certificate that signed the token to a trusted self-signed one."""
    sent = [x509.load_der_x509_certificate(c) for c in sorted(response.signed_data.certificates)]
    signers = list(response.signed_data.signer_infos)
    leaves = [c for c in sent for s in signers if (c.issuer, c.serial_number) == (s.issuer, s.serial_number)]
    if len(leaves) != 1:
        raise NoStamp("the token does not name its signer's certificate")
    chain = [leaves[0]]
    while not _is_root(chain[-1]):
        issuers = (c for c in [*(t for t in trusted if _is_root(t)), *trusted, *sent] if _issued(c, chain[-1]))
        issuer = next(issuers, None)
        if issuer is None or len(chain) > MAX_CHAIN:
            raise NoStamp(
                f"the certificate of the authority ({chain[0].subject.rfc4514_string()}) does not lead to a trusted "
                "root: name the authority's root in timestamp_certificates if it is to be trusted"
            )
        chain.append(issuer)
    if chain[-1] not in trusted:
        raise NoStamp(f"the authority's root is not trusted: {chain[-1].subject.rfc4514_string()}")
    return tuple(chain)


def _is_root(certificate: x509.Certificate) -> bool:
    return certificate.subject == certificate.issuer


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def trusted_roots(setting: str, base: Path) -> tuple[x509.Certificate, ...]:
    """The certificates of the PEM file named in the setting, or the system's. Raises FixProfile."""
    if not setting:
        return _system_roots()
    path = base / Path(setting).expanduser()
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise FixProfile(
            f"timestamp_certificates: {path} holds no PEM certificates ({error}). Save the authority's root there."
        ) from error


@cache
def _system_roots() -> tuple[x509.Certificate, ...]:
    found = []
    for data in ssl.create_default_context().get_ca_certs(binary_form=True):
        try:
            certificate = x509.load_der_x509_certificate(data)
            certificate.subject  # noqa: B018 - some old roots fail only here
        except ValueError:
            continue
        found.append(certificate)
    return tuple(found)
