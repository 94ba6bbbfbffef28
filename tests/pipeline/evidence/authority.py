"""A real time-stamp authority: `openssl ts` behind a small HTTP server in a process of its own.

The path of the address says how it behaves: see ANSWERS, and hang, drip, endless, refuse, error, moved. What
`openssl ts` refuses to sign (a certificate for another purpose, a clock that is wrong) is signed by `openssl cms` over
the TSTInfo of an honest answer. Run as: python authority.py FOLDER (prints its port).
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from pipeline.evidence.sealing.der import read

CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
certs = {folder}/chain.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""
PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class Authority:
    folder: Path
    port: int

    def url(self, behavior: str) -> str:
        return f"http://127.0.0.1:{self.port}/{behavior}"

    @property
    def root(self) -> Path:
        """The honest authority's root, as an office would save it."""
        return self.folder / "honest" / "root.pem"

    def asked(self) -> list[str]:
        """The behaviors asked for so far."""
        log = self.folder / "asked"
        return log.read_text().split() if log.exists() else []


@contextmanager
def serving(folder: Path) -> Iterator[Authority]:
    make_signer(folder / "honest")
    make_signer(folder / "rogue")
    make_signer(folder / "ec", kind="ec")
    honest = folder / "honest"
    make_signer(folder / "expired", root_of=honest, valid=(-400, -30), kind="ec")
    make_signer(folder / "web", root_of=honest, kind="ec", purpose=ExtendedKeyUsageOID.SERVER_AUTH)
    make_signer(folder / "purposeless", root_of=honest, kind="ec", purpose=None)
    make_signer(folder / "below", root_of=honest, kind="ec", above="signer")
    command = [sys.executable, __file__, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield Authority(folder, int(server.stdout.readline()))
        finally:
            server.kill()


Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
STAMPING: ObjectIdentifier | None = ExtendedKeyUsageOID.TIME_STAMPING


def make_signer(
    folder: Path,
    root_of: Path | None = None,
    valid: tuple[float, float] = (-1, 365),
    kind: str = "rsa",
    purpose: ObjectIdentifier | None = STAMPING,
    above: str = "root",
) -> None:
    """A root, an intermediate and a signer below it; `valid`: days from today in which the signer's certificate is.

    With `root_of` the intermediate is below that authority's root, or what else of it `above` names.
    """
    folder.mkdir(parents=True)
    keys = {n: _new_key(kind) for n in ("root", "between", "signer")}
    if root_of:
        keys["root"] = load_key(root_of / f"{above}.key")
        root = x509.load_pem_x509_certificate((root_of / f"{above}.pem").read_bytes())
        above_it = (root_of / "chain.pem").read_bytes()
    else:
        root = _certificate(f"Root of {folder.name}", keys["root"], None, keys["root"], (-1000, 1000), True)
    between = _certificate(f"Between of {folder.name}", keys["between"], root, keys["root"], (-900, 900), True)
    signer = _certificate(f"Signer of {folder.name}", keys["signer"], between, keys["between"], valid, False, purpose)
    for name, certificate in (("root", root), ("chain", between), ("signer", signer)):
        (folder / f"{name}.pem").write_bytes(certificate.public_bytes(PEM))
    if above != "root":  # what is above it has to travel with the token too
        (folder / "chain.pem").write_bytes(b"".join(c.public_bytes(PEM) for c in (between, root)) + above_it)
    for name in ("root", "between", "signer"):
        form = serialization.PrivateFormat.PKCS8
        data = keys[name].private_bytes(PEM, form, serialization.NoEncryption())
        (folder / f"{name}.key").write_bytes(data)
    (folder / "serial").write_text("01\n")
    (folder / "ts.cnf").write_text(CONFIG.format(folder=folder))


def _new_key(kind: str) -> Key:
    return ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)


def load_key(path: Path) -> Key:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    return key


def _certificate(
    name: str,
    key: Key,
    issuer: x509.Certificate | None,
    issuer_key: Key,
    valid: tuple[float, float],
    ca: bool,
    purpose: ObjectIdentifier | None = None,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start, end = (datetime.now(UTC) + timedelta(days=d) for d in valid)
    builder = x509.CertificateBuilder(
        issuer.subject if issuer else subject, subject, key.public_key(), x509.random_serial_number(), start, end
    ).add_extension(x509.BasicConstraints(ca, None), True)
    if purpose:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), True)
    return builder.sign(issuer_key, hashes.SHA256())


def write_certificate(path: Path, ip: str, key: rsa.RSAPrivateKey) -> None:
    """A self-signed certificate of a server on an address, with its key, as one PEM file."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ip)])
    start, end = (datetime.now(UTC) + timedelta(days=d) for d in (-1, 1))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), start, end)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(ip))]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8
    path.write_bytes(made.public_bytes(PEM) + key.private_bytes(PEM, form, serialization.NoEncryption()))


LOCK = threading.Lock()  # openssl writes its serial file


def reply(folder: Path, query: bytes) -> bytes:
    """What `openssl ts -reply` answers."""
    with TemporaryDirectory() as place, LOCK:
        asked, answer = Path(place) / "q", Path(place) / "r"
        asked.write_bytes(query)
        command: list[str | Path] = [
            "openssl",
            "ts",
            "-reply",
            "-config",
            folder / "ts.cnf",
            "-queryfile",
            asked,
            "-out",
            answer,
        ]
        subprocess.run(command, check=True, capture_output=True)
        return answer.read_bytes()


def signed_by(folder: Path, info: bytes) -> bytes:
    """An answer with a TSTInfo of our own making, signed with whatever key and certificate lie in a folder."""
    with TemporaryDirectory() as place:
        content, signed = Path(place) / "info", Path(place) / "signed"
        content.write_bytes(info)
        command = ["openssl", "cms", "-sign", "-binary", "-nodetach", "-cades", "-md", "sha256", "-outform", "DER"]
        command += ["-econtent_type", "1.2.840.113549.1.9.16.1.4", "-in", str(content), "-out", str(signed)]
        command += ["-signer", str(folder / "signer.pem"), "-inkey", str(folder / "signer.key")]
        subprocess.run([*command, "-certfile", str(folder / "chain.pem")], check=True, capture_output=True)
        granted = bytes.fromhex("3003020100") + signed.read_bytes()
        return bytes([0x30, 0x82]) + len(granted).to_bytes(2, "big") + granted


def info_in(answer: bytes) -> bytes:
    """The TSTInfo of an answer."""
    _, token = read(answer).children()
    _, wrapped = token.children()
    (signed,) = wrapped.children()
    (content,) = signed.children()[2].children()[1].children()
    return content.content


def dated(info: bytes, **away: float) -> bytes:
    """The same TSTInfo, made by a clock that is `away` from ours: timedelta's arguments."""
    start = info.index(bytes([0x18, 15])) + 2
    moment = datetime.now(UTC) + timedelta(**away)
    return info[:start] + f"{moment:%Y%m%d%H%M%SZ}".encode() + info[start + 15 :]


def query_for(digest: str, *options: str) -> bytes:
    """A fresh query (with a nonce of its own) over a SHA-256."""
    command = ["openssl", "ts", "-query", "-digest", digest, "-sha256", "-cert", *options]
    return subprocess.run(command, check=True, capture_output=True).stdout


def imprint(query: bytes) -> str:
    marker = bytes.fromhex("0420")  # an OCTET STRING of 32 bytes: the digest
    start = query.index(marker) + 2
    return query[start : start + 32].hex()


def honest(folder: Path, query: bytes) -> bytes:
    return reply(folder / "honest", query)


PAGE = b"<!doctype html><html><title>Log in</title><p>Your session has ended.</p></html>"
STATUS = {"refuse": 503, "error": 500, "moved": 302}
ANSWERS: dict[str, Callable[[Path, bytes], bytes]] = {
    "honest": honest,
    "ec": lambda folder, query: reply(folder / "ec", query),
    "rubbish": lambda folder, query: os.urandom(900),
    "empty": lambda folder, query: b"",
    "page": lambda folder, query: PAGE,
    "cut": lambda folder, query: honest(folder, query)[:-40],
    "other-imprint": lambda folder, query: honest(folder, query_for("ab" * 32)),
    "wrong-nonce": lambda folder, query: honest(folder, query_for(imprint(query))),
    "no-nonce": lambda folder, query: honest(folder, query_for(imprint(query), "-no_nonce")),
    "expired": lambda folder, query: reply(folder / "expired", query),
    "rogue": lambda folder, query: reply(folder / "rogue", query),
    "rejecting": lambda folder, query: honest(folder, bytes.fromhex("3003020101")),
    "web": lambda folder, query: signed_by(folder / "web", info_in(honest(folder, query))),
    "purposeless": lambda folder, query: signed_by(folder / "purposeless", info_in(honest(folder, query))),
    "below": lambda folder, query: signed_by(folder / "below", info_in(honest(folder, query))),
    "ahead": lambda folder, query: signed_by(folder / "honest", dated(info_in(honest(folder, query)), hours=2)),
    "behind": lambda folder, query: signed_by(folder / "honest", dated(info_in(honest(folder, query)), minutes=-5)),
    "backdated": lambda folder, query: signed_by(folder / "expired", dated(info_in(honest(folder, query)), days=-60)),
}


class Handler(BaseHTTPRequestHandler):
    folder: Path

    def do_POST(self) -> None:
        behavior = self.path.strip("/")
        with (self.folder / "asked").open("a") as log:
            log.write(behavior + "\n")
        query = self.rfile.read(int(self.headers["Content-Length"]))
        if behavior == "hang":
            time.sleep(600)
        elif behavior in STATUS:
            self.send_response(STATUS[behavior])
            self.send_header("Location", "/honest")
            self.end_headers()
            self.wfile.write(PAGE)
        else:
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.answer(behavior, query)

    def answer(self, behavior: str, query: bytes) -> None:
        if behavior == "drip":
            for _ in range(6000):
                self.wfile.write(b"x")
                time.sleep(0.1)
        if behavior == "endless":
            with suppress(OSError):
                while True:
                    self.wfile.write(b"x" * 65536)
        else:
            self.wfile.write(ANSWERS[behavior](self.folder, query))

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    Handler.folder = Path(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
