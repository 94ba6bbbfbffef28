"""Detached CMS signatures (RFC 5652) as DER: what `openssl cms -verify -inform DER` reads.

Made with the `cryptography` library, which has no verifier: the small one here reads only what `sign_detached` writes
(one signer, SHA-256, signed attributes, ECDSA or RSA PKCS #1 v1.5) and refuses everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7

from pipeline.evidence.sealing.der import CONTEXT_0, INTEGER, OCTETS, OID, SEQUENCE, SET, Node, read, wrap

SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
SHA_256 = bytes.fromhex("608648016503040201")
DATA = bytes.fromhex("2a864886f70d010701")
ECDSA_SHA256 = bytes.fromhex("2a8648ce3d040302")
RSA = bytes.fromhex("2a864886f70d010101")
NULL, ONE = bytes.fromhex("0500"), bytes.fromhex("020101")
SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class BadSignature(Exception):
    """The signature does not hold; the message says why."""


def sign_detached(data: bytes, key: SigningKey, certificate: x509.Certificate, chain: list[x509.Certificate]) -> bytes:
    """A CMS signature over `data`, which it does not contain; the certificates travel inside."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(data).add_signer(certificate, key, hashes.SHA256())
    for other in chain:
        builder = builder.add_certificate(other)
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities]
    return builder.sign(serialization.Encoding.DER, options)


def verify_detached(signature: bytes, data: bytes, certificate: x509.Certificate) -> None:
    """Raises BadSignature unless `signature` was made over `data` with the key of `certificate`."""
    try:
        signed = _signer_info(signature)
    except (IndexError, ValueError) as error:
        raise BadSignature(f"it is no CMS signature of the form this program writes ({error})") from error
    if signed.serial != certificate.serial_number or signed.issuer != certificate.issuer.public_bytes():
        raise BadSignature("it was made with another certificate")
    if signed.digest != sha256(data).digest():
        raise BadSignature("it was made over other content")
    public = certificate.public_key()
    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signed.value, signed.attributes, ec.ECDSA(hashes.SHA256()))
        elif isinstance(public, rsa.RSAPublicKey):
            public.verify(signed.value, signed.attributes, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise BadSignature("the certificate's key is neither EC nor RSA")
    except InvalidSignature as error:
        raise BadSignature("the signature value is not that of the certificate's key") from error


def verify_exact(signature: bytes, data: bytes, certificates: Sequence[x509.Certificate]) -> None:
    """`verify_detached` with the first of the certificates, and no byte of the signature may be another one.

    A signature does not cover itself: the certificates inside could be changed and it would still hold. Raises
    BadSignature.
    """
    verify_detached(signature, data, certificates[0])
    signed = _signer_info(signature)
    sha_256 = wrap(SEQUENCE, wrap(OID, SHA_256), NULL)
    public = certificates[0].public_key()
    kind = wrap(OID, ECDSA_SHA256) if isinstance(public, ec.EllipticCurvePublicKey) else wrap(OID, RSA) + NULL
    inside = sorted(c.public_bytes(serialization.Encoding.DER) for c in certificates)
    serial = read(signature).children()[1].children()[0].children()[-1].children()[0].children()[1]
    info = wrap(
        SEQUENCE,
        ONE,
        serial.whole,
        sha_256,
        bytes([CONTEXT_0]) + signed.attributes[1:],
        wrap(SEQUENCE, kind),
        wrap(OCTETS, signed.value),
    )
    content = wrap(SEQUENCE, wrap(OID, DATA))
    whole = wrap(SEQUENCE, ONE, wrap(SET, sha_256), content, wrap(CONTEXT_0, *inside), wrap(SET, info))
    if wrap(SEQUENCE, wrap(OID, SIGNED_DATA), wrap(CONTEXT_0, whole)) != signature:
        raise BadSignature("it holds, but bytes of it that it does not cover are not as this program writes them")


@dataclass(frozen=True, slots=True)
class _SignerInfo:
    issuer: bytes
    serial: int
    digest: bytes  # the messageDigest attribute
    attributes: bytes  # the signed attributes as they are hashed
    value: bytes


def _signer_info(signature: bytes) -> _SignerInfo:
    outer = read(signature).expect(SEQUENCE)
    if len(outer.whole) != len(signature):
        raise ValueError("bytes after its end")
    kind, wrapped = outer.children()
    if kind.content != SIGNED_DATA:
        raise ValueError("not signed data")
    signed_data = read(wrapped.expect(CONTEXT_0).content).expect(SEQUENCE).children()
    (info,) = signed_data[-1].expect(SET).children()
    _, signer, algorithm, attributes, _, value = info.expect(SEQUENCE).children()
    issuer, serial = signer.expect(SEQUENCE).children()
    if algorithm.children()[0].content != SHA_256:
        raise ValueError("another digest than SHA-256")
    digests = [a.children()[1] for a in attributes.expect(CONTEXT_0).children() if _is(a, MESSAGE_DIGEST)]
    (digest,) = digests[0].expect(SET).children()
    hashed = bytes([SET]) + attributes.whole[1:]  # RFC 5652 5.4: hashed as SET OF, not with its implicit tag
    number = int.from_bytes(serial.expect(INTEGER).content, "big")
    return _SignerInfo(issuer.whole, number, digest.expect(OCTETS).content, hashed, value.expect(OCTETS).content)


def _is(attribute: Node, kind: bytes) -> bool:
    return attribute.children()[0].expect(OID).content == kind
