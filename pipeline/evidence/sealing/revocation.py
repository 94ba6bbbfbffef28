"""Whether an authority's certificates were revoked, by the revocation lists (CRLs) that the operator has saved.

Nothing is fetched: a list is a file named in `timestamp_crls`, saved from where the authority publishes it. Those that
concern a token are stored beside it (crls.pem), and each later check reads them and the operator's newer ones.
RFC 3161, 4.1: after a revocation that gives a harmless reason, tokens from before it stay good; after any other, none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID

from pipeline.errors import FixProfile
from pipeline.evidence.sealing.keys import PEM
from pipeline.evidence.sealing.timestamp import NoStamp, Token

END = b"-----END X509 CRL-----"
HARMLESS = frozenset(
    {
        x509.ReasonFlags.unspecified,
        x509.ReasonFlags.affiliation_changed,
        x509.ReasonFlags.superseded,
        x509.ReasonFlags.cessation_of_operation,
    }
)
Crl = x509.CertificateRevocationList


@dataclass(frozen=True, slots=True)
class Revocation:
    """What could be learned. `unchecked`: subjects of certificates that no list of their issuer covers."""

    lists: tuple[Crl, ...]
    unchecked: tuple[str, ...]

    def sentence(self) -> str:
        if not self.lists:
            return "not checked: no revocation list of the authority is saved (timestamp_crls)"
        dated = ", ".join(f"{c.issuer.rfc4514_string()} of {c.last_update_utc:%Y-%m-%d %H:%M} UTC" for c in self.lists)
        rest = f"; not covered: {', '.join(self.unchecked)}" if self.unchecked else ""
        return f"not revoked by the lists of {dated}{rest}"


def read_lists(path: Path) -> tuple[Crl, ...]:
    """The lists in a PEM file of several or a DER file of one. Raises FixProfile."""
    try:
        data = path.read_bytes()
        if END not in data:
            return (x509.load_der_x509_crl(data),)
        return tuple(x509.load_pem_x509_crl(part + END) for part in data.split(END)[:-1])
    except (OSError, ValueError) as error:
        raise FixProfile(
            f"timestamp_crls: {path} holds no revocation lists ({error}). Save the authority's CRL there, PEM or DER."
        ) from error


def write_lists(lists: Sequence[Crl]) -> bytes:
    return b"".join(c.public_bytes(PEM) for c in lists)


def refuse_revoked(token: Token, lists: Sequence[Crl]) -> Revocation:
    """Look each certificate of a token's chain up in the lists of its issuer. Raises NoStamp."""
    used: list[Crl] = []
    unchecked = []
    for certificate, issuer in pairwise(token.chain):
        own = [c for c in lists if c.issuer == certificate.issuer and _signed(c, issuer)]
        if not own:
            unchecked.append(certificate.subject.rfc4514_string())
        for crl in own:
            _look_up(certificate, crl, token)
            if crl not in used:
                used.append(crl)
    return Revocation(tuple(used), tuple(unchecked))


def _signed(crl: Crl, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    return isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and crl.is_signature_valid(key)


def _look_up(certificate: x509.Certificate, crl: Crl, token: Token) -> None:
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is None:
        return
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        reason = None
    if reason in HARMLESS and token.time < entry.revocation_date_utc:
        return
    raise NoStamp(
        f"the certificate {certificate.subject.rfc4514_string()} was revoked on "
        f"{entry.revocation_date_utc:%Y-%m-%d %H:%M} UTC ({reason.value if reason else 'no reason given'})"
    )


def published_at(chain: Sequence[x509.Certificate]) -> list[str]:
    """Where the certificates say that their revocation can be asked: addresses of CRLs and OCSP responders."""
    found: list[str] = []
    for certificate in chain:
        try:
            points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
            names = [name for point in points for name in point.full_name or ()]
        except (x509.ExtensionNotFound, ValueError):
            names = []
        try:
            access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
            names += [d.access_location for d in access if d.access_method == AuthorityInformationAccessOID.OCSP]
        except (x509.ExtensionNotFound, ValueError):
            pass
        found += [n.value for n in names if isinstance(n, x509.UniformResourceIdentifier) and n.value not in found]
    return found
