"""A real time-stamp authority: `openssl ts` behind a small HTTP server in a process of its own.

The path of the address says how it behaves: honest, other-imprint, wrong-nonce, expired, rogue (another root), hang,
drip, rubbish, empty, refuse, moved. Run as: python authority.py FOLDER (prints its port).
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

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
    make_signer(folder / "expired", root_of=folder / "honest", valid=(-400, -30))
    command = [sys.executable, __file__, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield Authority(folder, int(server.stdout.readline()))
        finally:
            server.kill()


def make_signer(folder: Path, root_of: Path | None = None, valid: tuple[int, int] = (-1, 365)) -> None:
    """A root, an intermediate and a signer below it; `valid`: days from today in which the signer's certificate is."""
    folder.mkdir(parents=True)
    keys = {n: rsa.generate_private_key(65537, 2048) for n in ("root", "between", "signer")}
    if root_of:
        keys["root"] = serialization.load_pem_private_key((root_of / "root.key").read_bytes(), None)  # type: ignore
        root = x509.load_pem_x509_certificate((root_of / "root.pem").read_bytes())
    else:
        root = _certificate(f"Root of {folder.name}", keys["root"], None, keys["root"], (-1000, 1000), ca=True)
    between = _certificate(f"Between of {folder.name}", keys["between"], root, keys["root"], (-900, 900), ca=True)
    signer = _certificate(f"Signer of {folder.name}", keys["signer"], between, keys["between"], valid, ca=False)
    for name, certificate in (("root", root), ("chain", between), ("signer", signer)):
        (folder / f"{name}.pem").write_bytes(certificate.public_bytes(PEM))
    for name in ("root", "signer"):
        form = serialization.PrivateFormat.PKCS8
        data = keys[name].private_bytes(PEM, form, serialization.NoEncryption())
        (folder / f"{name}.key").write_bytes(data)
    (folder / "serial").write_text("01\n")
    (folder / "ts.cnf").write_text(CONFIG.format(folder=folder))


def _certificate(
    name: str,
    key: rsa.RSAPrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: rsa.RSAPrivateKey,
    valid: tuple[int, int],
    *,
    ca: bool,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start, end = (datetime.now(UTC) + timedelta(days=d) for d in valid)
    builder = x509.CertificateBuilder(
        issuer.subject if issuer else subject, subject, key.public_key(), x509.random_serial_number(), start, end
    ).add_extension(x509.BasicConstraints(ca, None), True)
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
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
        command = ["openssl", "ts", "-reply", "-config", folder / "ts.cnf", "-queryfile", asked, "-out", answer]
        subprocess.run(command, check=True, capture_output=True)
        return answer.read_bytes()


def query_for(digest: str) -> bytes:
    """A fresh query (with a nonce of its own) over a SHA-256."""
    command = ["openssl", "ts", "-query", "-digest", digest, "-sha256", "-cert"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def imprint(query: bytes) -> str:
    marker = bytes.fromhex("0420")  # an OCTET STRING of 32 bytes: the digest
    start = query.index(marker) + 2
    return query[start : start + 32].hex()


class Handler(BaseHTTPRequestHandler):
    folder: Path

    def do_POST(self) -> None:
        behavior = self.path.strip("/")
        with (self.folder / "asked").open("a") as log:
            log.write(behavior + "\n")
        query = self.rfile.read(int(self.headers["Content-Length"]))
        if behavior == "hang":
            time.sleep(600)
        elif behavior in {"refuse", "moved"}:
            self.send_response(503 if behavior == "refuse" else 302)
            self.send_header("Location", "/honest")
            self.end_headers()
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
        answers = {
            "rubbish": lambda: os.urandom(900),
            "empty": lambda: b"",
            "other-imprint": lambda: reply(self.folder / "honest", query_for("ab" * 32)),
            "wrong-nonce": lambda: reply(self.folder / "honest", query_for(imprint(query))),
            "expired": lambda: reply(self.folder / "expired", query),
            "rogue": lambda: reply(self.folder / "rogue", query),
            "rejecting": lambda: reply(self.folder / "honest", b"\x30\x03\x02\x01\x01"),
            "honest": lambda: reply(self.folder / "honest", query),
        }
        self.wfile.write(answers[behavior]())

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    Handler.folder = Path(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
