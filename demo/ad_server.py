"""The four ad sites as a real server process on loopback, reached as an HTTP proxy or by Host header.

    python -m demo.ad_server --seed 1 --scale 1 [--today 2026-03-16] [--port 0]

Prints one line of JSON, {"port": N}, when it listens, and ends when its parent process does. `/__log` on any host
answers with counts: requests, fetches of disallowed paths, statuses, and requests by host.
"""

from __future__ import annotations

import argparse
import json
import os
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from demo.ad_pages import respond
from demo.markup import Response, Shelf, site_of
from demo.postings import SITES
from demo.state import World
from demo.world import make_world

SLOW_SECONDS = 0.5


@dataclass
class Traffic:
    """What the server has seen so far; shared by its threads."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    requests: int = 0
    violations: int = 0  # fetches of a path that robots.txt forbids
    statuses: Counter[int] = field(default_factory=Counter)
    hosts: Counter[str] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)  # URLs that answered 503 already

    def note(self, host: str, path: str, status: int) -> None:
        with self.lock:
            self.requests += 1
            self.violations += path.startswith("/private/")
            self.statuses[status] += 1
            self.hosts[host] += 1

    def refuse_once(self, url: str) -> bool:
        """True the first time one of the fragile URLs is asked for."""
        with self.lock:
            if _share(url, "busy") >= 0.02 or url in self.refused:
                return False
            self.refused.add(url)
            return True

    def as_json(self) -> bytes:
        with self.lock:
            counts = {
                "requests": self.requests,
                "violations": self.violations,
                "statuses": {str(k): v for k, v in sorted(self.statuses.items())},
                "hosts": dict(sorted(self.hosts.items())),
            }
        return json.dumps(counts).encode()


def _share(url: str, salt: str) -> float:
    """A number in 0…1 fixed by the URL."""
    return int.from_bytes(sha256(f"{salt} {url}".encode()).digest()[:4], "big") / 2**32


class Handler(BaseHTTPRequestHandler):
    """Answers absolute-form request lines (as a proxy) and plain ones by Host header."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # header and body in one segment: two would wait 40 ms for an acknowledgement each time
    disable_nagle_algorithm = True
    server: AdServer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        host = parts.netloc or self.headers.get("Host", "")
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        if parts.path == "/__log":
            self._send(Response(200, (("Content-Type", "application/json"),), self.server.traffic.as_json()))
            return
        answer = self._answer(host, target or "/")
        self.server.traffic.note(host, parts.path, answer.status)
        self._send(answer)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer(self, host: str, target: str) -> Response:
        if site_of(host) and not target.startswith(("/robots.txt", "/private/")):
            url = f"{host}{target}"
            if self.server.traffic.refuse_once(url):
                return Response(503, (("Retry-After", "1"), ("Content-Type", "text/plain")), b"busy, try again\n")
            if _share(url, "slow") < 0.015:
                time.sleep(SLOW_SECONDS)
        cookies = {name: morsel.value for name, morsel in SimpleCookie(self.headers.get("Cookie", "")).items()}
        return respond(self.server.shelf, host, target, cookies, self.server.today)

    def _send(self, answer: Response) -> None:
        self.send_response_only(answer.status)
        self.send_header("Date", self.server.today.strftime("%a, %d %b %Y 14:00:00 GMT"))
        self.send_header("Server", "demo")
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """The counts under /__log are the log."""


class AdServer(ThreadingHTTPServer):
    """The sites of one world on one day. `server_port` is the port it got."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, world: World, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.shelf = Shelf(world)
        self.today: date = world.today
        self.traffic = Traffic()


def end_with(parent: int, *, every: float = 0.5) -> None:
    """End this process as soon as its parent is another one than `parent`."""
    while os.getppid() == parent:
        time.sleep(every)
    os._exit(0)


def main(arguments: list[str] | None = None) -> None:
    """Serve until the parent ends."""
    parser = argparse.ArgumentParser(prog="python -m demo.ad_server", description=f"Serves {', '.join(SITES)}.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--today", type=date.fromisoformat, default=None)
    parser.add_argument("--port", type=int, default=0)
    chosen = parser.parse_args(arguments)
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    days = {"today": chosen.today} if chosen.today else {}
    server = AdServer(make_world(chosen.seed, chosen.scale, **days), chosen.port)
    print(json.dumps({"port": server.server_port}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
