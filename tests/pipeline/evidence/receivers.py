"""What receives copies of seals on loopback: a mail server that speaks SMTP, and a web address that takes POSTs."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class MailServer:
    """`behavior`: "accept", "refuse" (the recipient), "busy" (451 at the end of the message) or "hang"."""

    behavior: str = "accept"
    login: str = ""  # user:password that it wants
    context: ssl.SSLContext | None = None
    implicit: bool = False  # TLS from the first byte, else by STARTTLS
    port: int = 0
    messages: list[bytes] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # the client's commands

    def save(self, folder: Path) -> Path:
        """Each message as a file, as a mail program saves it."""
        folder.mkdir()
        for number, message in enumerate(self.messages):
            (folder / f"{number}.eml").write_bytes(message)
        return folder

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example\r\n")
        encrypted = self.implicit
        while line := (await reader.readline()).decode().strip():
            self.said.append(line)
            verb = line.split()[0].upper()
            if self.behavior == "hang":
                await asyncio.sleep(600)
            if verb == "STARTTLS":
                writer.write(b"220 go\r\n")
                assert self.context is not None
                await writer.start_tls(self.context)
                encrypted = True
            elif verb == "DATA":
                await self.receive(reader, writer)
            else:
                writer.write(self.answer(verb, line, encrypted))
            await writer.drain()
            if verb == "QUIT":
                break
        writer.close()

    def answer(self, verb: str, line: str, encrypted: bool) -> bytes:
        if verb == "EHLO":
            offers = ["mail.example"]
            offers += ["STARTTLS"] if self.context and not encrypted else []
            offers += ["AUTH PLAIN"] if self.login else []
            return b"".join(f"250{'-' if o != offers[-1] else ' '}{o}\r\n".encode() for o in offers)
        if verb == "AUTH":
            given = base64.b64decode(line.split()[2]).decode().lstrip("\0").replace("\0", ":")
            return b"235 ok\r\n" if given == self.login else b"535 wrong password\r\n"
        if verb == "RCPT" and self.behavior == "refuse":
            return b"550 no such mailbox\r\n"
        return b"250 ok\r\n"

    async def receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"354 go on\r\n")
        lines = []
        while (line := await reader.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if self.behavior == "busy":
            writer.write(b"451 try again later\r\n")
        else:
            self.messages.append(b"".join(lines))
            writer.write(b"250 kept\r\n")


@contextmanager
def mail_server(server: MailServer) -> Iterator[MailServer]:
    loop = asyncio.new_event_loop()
    tls = server.context if server.implicit else None
    listening = loop.run_until_complete(asyncio.start_server(server.serve, "127.0.0.1", server.port, ssl=tls))
    server.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(listening.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


@dataclass
class WebAddress:
    """`status`: what it answers; "hang" does not."""

    status: int | str = 204
    port: int = 0
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks/secret-part?key=12"

    def save(self, path: Path) -> Path:
        """What a receiver that appends each body to a log keeps."""
        path.write_bytes(b"".join(body + b"\n" for body in self.bodies))
        return path


@contextmanager
def web_address(address: WebAddress) -> Iterator[WebAddress]:
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if address.status == "hang":
                ended.wait(600)
                return
            if address.status == 204:
                address.bodies.append(body)
                address.headers.append(dict(self.headers))
            self.send_response(int(address.status))
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", address.port), Handler)
    server.daemon_threads = True
    address.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield address
    finally:
        ended.set()
        server.shutdown()
        server.server_close()


def numbers_of(texts: list[bytes]) -> list[int]:
    return [int(json.loads(text)["number"]) for text in texts]
