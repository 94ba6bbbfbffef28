"""A small ad site on loopback that keeps its own log of every byte it sent, and homes and profiles to crawl it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipeline.home import Home, create_home, open_home

AGREED = "agreed=1"
Answer = tuple[int, list[tuple[str, str]], bytes]


@dataclass
class Exchange:
    path: str
    request: bytes  # as received, head only
    response: bytes = b""  # as sent


@dataclass
class Site:
    """Routes by path (query included), or by path without query; what is missing is a 404."""

    routes: dict[str, Callable[[dict[str, str]], Answer | bytes]] = field(default_factory=dict)
    log: list[Exchange] = field(default_factory=list)
    wants_consent: bool = False
    close_after: set[str] = field(default_factory=set)  # paths after which the connection is closed
    on_request: Callable[[str], None] = lambda _path: None
    port: int = 0
    server: Any = None

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        return [e.path for e in self.log]

    def html(self, path: str, body: str, status: int = 200, *headers: tuple[str, str]) -> None:
        answer = (status, [("Content-Type", "text/html; charset=utf-8"), *headers], body.encode())
        self.routes[path] = lambda _headers: answer

    def robots(self, text: str) -> None:
        self.routes["/robots.txt"] = lambda _h: (200, [("Content-Type", "text/plain")], text.encode())

    def ad(self, number: int, phone: str = "602-555-0123") -> str:
        path = f"/ad/{number}.html"
        said = f"Call {phone}" if phone else "Walk in"
        self.html(path, f"<html><h1>Lotus {number}</h1><div class='posting'>New staff, open late. {said}</div></html>")
        return path

    def listing(self, path: str, links: list[str], following: str = "") -> None:
        rows = "".join(f"<div class='row'><a href='{link}'>ad</a></div>" for link in links)
        more = f"<a class='next' href='{following}'>Next</a>" if following else ""
        self.html(path, f"<html><div class='list'>{rows}</div>{more}</html>")

    def answer(self, path: str, headers: dict[str, str]) -> Answer | bytes:
        if path.startswith("/agree"):
            return (
                302,
                [("Set-Cookie", "agreed=1; Path=/"), ("Set-Cookie", "seen=yes; Path=/"), ("Location", "/thanks")],
                b"",
            )
        if self.wants_consent and path != "/robots.txt" and AGREED not in headers.get("Cookie", ""):
            page = f"<html><form class='agree'></form><a class='enter' href='/agree?to={path}'>Enter</a></html>"
            return 200, [("Content-Type", "text/html")], page.encode()
        route = self.routes.get(path) or self.routes.get(path.partition("?")[0])
        return route(headers) if route else (404, [("Content-Type", "text/html")], b"<html>No such page</html>")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        head = f"{self.requestline}\r\n{self.headers}".encode("latin-1")
        entry = Exchange(self.path, head)
        self.site.log.append(entry)
        self.site.on_request(self.path)
        answer = self.site.answer(self.path, dict(self.headers))
        if isinstance(answer, tuple):
            status, headers, body = answer
            lines = [
                f"HTTP/1.1 {status} Reason {status}",
                *(f"{n}: {v}" for n, v in headers),
                f"Content-Length: {len(body)}",
            ]
            answer = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
        entry.response = answer
        try:
            self.wfile.write(answer)
        except OSError:
            self.close_connection = True
        if b"HTTP/1.0" in answer or self.path in self.site.close_after:
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    served = Site()
    handler = type("Handler", (_Handler,), {"site": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    served.port, served.server = server.server_address[1], server
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = create_home(tmp_path / "home", settings_text="fictional_numbers = true\nfsync = 'batch'\n")
    return open_home(made.root)


PROFILE = """
id = "tiny-board"
class = "illicit"
allowed_domains = ["127.0.0.1"]
start_urls = ["{root}/list"]
legal_basis = "synthetic pages of the test suite"

[politeness]
delay_seconds = 0.0
concurrent_requests = {together}
robots = true
max_pages = {max_pages}

[revisit]
every_hours = 24
known_after_hours = {known_after}
new_share = 0.7
max_depth = {depth}

[health]
min_ads = {min_ads}
max_ads = {max_ads}
min_phone_share = {phones}
bot_wall = ["checking your browser"]

[pages]
consent = {{ css = "form.agree" }}
tombstone = {{ text = "was deleted" }}
ad = {{ css = "div.posting" }}
listing = {{ css = "div.list" }}

[consent]
link = "a.enter::attr(href)"

[listing]
item = "div.row"
url = "a::attr(href)"
next = "a.next::attr(href)"

[ad]
root = "body"
title = "h1"
business_name = "h1"
body = "div.posting"
posting_id = 'url::re(/(\\d+)\\.html$)'
other_ads = "a.other::attr(href)"
"""
DEFAULTS: dict[str, Any] = {
    "together": 4,
    "max_pages": 5000,
    "known_after": 168,
    "depth": 20,
    "min_ads": 1,
    "max_ads": 0,
    "phones": 0.0,
}


@pytest.fixture
def profile(site: Site, tmp_path: Path) -> Callable[..., Path]:
    def write(**values: Any) -> Path:
        path = tmp_path / "tiny-board.toml"
        path.write_text(PROFILE.format(root=site.root, **{**DEFAULTS, **values}), encoding="utf-8")
        return path

    return write


@pytest.fixture
def later() -> Callable[[Home, str], Home]:
    """The same home on another simulated day."""

    def at(home: Home, day: str) -> Home:
        return replace(home, demo=True, settings=replace(home.settings, simulated_today=day))

    return at
