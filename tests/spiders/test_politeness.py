"""How long to wait, under which name to be told, and that nothing else is ever contacted."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from scrapy.downloadermiddlewares import cookies
from scrapy.http import Response

from pipeline.evidence.archive import Archive
from pipeline.home import Home
from spiders.politeness import retry_after
from spiders.run import run_crawl
from spiders.settings import pin_public_suffixes, robots_name

Write = Callable[..., Path]
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Sun, 01 Mar 2026 12:01:30 GMT", 90.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),  # past
        ("Sun, 01 Mar 2026 07:01:30 -0500", 90.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),  # a digit, but not one of HTTP's
    ],
)
def test_retry_after(header: str, seconds: float | None) -> None:
    headers = {"Retry-After": header.encode()} if header else {}
    assert retry_after(Response("http://board.example/", headers=headers), NOW) == seconds


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [("imb-collector/0.1 (state task force)", "imb-collector"), ("Mozilla/5.0 (x)", "Mozilla"), ("1", "1")],
)
def test_the_name_that_a_robots_file_addresses(user_agent: str, name: str) -> None:
    assert robots_name(user_agent) == name


def test_cookies_need_no_public_suffix_list_from_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("an outbound call")

    pin_public_suffixes()
    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert cookies._is_public_domain("co.uk") and cookies._is_public_domain("github.io")
    assert not cookies._is_public_domain("parlors.co.uk")


def test_crawl_delay_of_robots_is_kept_and_nobody_can_listen_in(site: Any, home: Home, profile: Write) -> None:
    times: list[float] = []
    site.listing("/list", [site.ad(i) for i in range(3)])
    site.robots("User-agent: *\nCrawl-delay: 0.4\n")
    site.on_request = lambda path: times.append(time.monotonic())
    log = Path(run_crawl(home, profile()).log).read_text()
    extensions = log.partition("Enabled extensions:")[2].partition("]")[0]
    assert "LogStats" in extensions and "elnet" not in extensions and "emote" not in extensions
    pages = times[1:]
    assert len(pages) == 4 and pages[-1] - pages[0] >= 3 * 0.4 * 0.9


def certificate(folder: Path) -> tuple[Path, bytes]:
    """A self-signed certificate for another name, long expired: PEM file with its key, and DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "other.example")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW - timedelta(9), NOW - timedelta(2))
    made = builder.sign(key, hashes.SHA256())
    path = folder / "odd.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path, made.public_bytes(serialization.Encoding.DER)


def test_an_odd_certificate_is_kept_not_judged(site: Any, home: Home, profile: Write, tls: bytes) -> None:
    site.listing("/list", [site.ad(1), "/a.png"])
    site.routes["/a.png"] = lambda _h: (200, [("Content-Type", "image/png")], b"x")
    path = profile()
    path.write_text(path.read_text().replace("http://", "https://"))
    assert run_crawl(home, path).ads == 1
    entries = list(Archive(home).journal.entries("capture"))
    assert len(entries) == 4
    assert {e.body["certificate_sha256"] for e in entries} == {sha256(tls).hexdigest()}


@pytest.fixture
def tls(site: Any, tmp_path: Path) -> bytes:
    path, der = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
    return der
