"""An HTTP server that speaks raw bytes, also wrong ones, and keeps its own log of every byte it got and sent."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256

Pieces = Iterable[bytes | float]  # bytes to send, seconds to wait


@dataclass
class Exchange:
    path: str
    request: bytes
    sent: int = 0
    digest: str = ""  # SHA-256 of what was sent
    start: bytes = b""  # of what was sent: at most KEPT bytes


KEPT = 1 << 20
Route = Callable[[], Pieces]


@dataclass
class ByteSite:
    """`routes` by path with query. The connection closes after a route in `closing`."""

    routes: dict[str, Route] = field(default_factory=dict)
    closing: set[str] = field(default_factory=set)
    log: list[Exchange] = field(default_factory=list)
    context: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def root(self) -> str:
        return f"http{'s' if self.context else ''}://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._listener.close()

    def page(self, path: str, head: bytes, body: bytes = b"", line: bytes = b"HTTP/1.1 200 OK") -> str:
        self.routes[path] = lambda: [line + b"\r\n" + head + b"\r\n" + body]
        return path

    def of(self, path: str) -> list[Exchange]:
        return [e for e in self.log if e.path == path]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with self.context.wrap_socket(connection, server_side=True) if self.context else connection as stream:
                while (head := self._head(stream)) and self._answer(stream, head):
                    pass
        except OSError:
            pass

    def _head(self, stream: socket.socket) -> bytes:
        data = b""
        while not data.endswith(b"\r\n\r\n"):
            if not (more := stream.recv(65536)):
                return b""
            data += more
        return data

    def _answer(self, stream: socket.socket, head: bytes) -> bool:
        path = head.split(b" ", 2)[1].decode("ascii")
        entry = Exchange(path, head)
        self.log.append(entry)
        digest = sha256()
        route = self.routes.get(path, lambda: [b"HTTP/1.1 404 Nothing here\r\nContent-Length: 0\r\n\r\n"])
        for piece in route():
            if isinstance(piece, float):
                time.sleep(piece)
                continue
            digest.update(piece)
            entry.digest = digest.hexdigest()
            entry.sent += len(piece)
            entry.start += piece[: KEPT - len(entry.start)]
            stream.sendall(piece)
        return path not in self.closing
