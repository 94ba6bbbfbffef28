"""Keep what went over the wire: a Scrapy download handler whose connections remember exact request and response bytes.

Scrapy's own Response has header names re-cased, "Transfer-Encoding" and "Connection" dropped, folded lines and chunked
bodies joined, and nothing at all when a download breaks off. Here every byte is kept as it comes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.web._newclient import STATUS
from twisted.web.client import _HTTP11ClientFactory

Pairs = list[tuple[bytes, bytes]]
WIRE = "wire"  # key of Request.meta, from the beginning of a download
STATUS_LINE = re.compile(rb"(HTTP/[\d.]+) +(\d{3})(?: +([^\r\n]*))?")
FOLD = re.compile(rb"\r?\n[ \t]+")


@dataclass(slots=True)
class Wire:
    """One exchange as bytes, while it is under way and after."""

    sent: bytes = b""  # request line and headers, to the empty line
    sendings: int = 0  # more than one: a kept-alive connection turned out to be closed, and it was sent again
    lines: list[bytes] = field(default_factory=list)  # of the response's head, without the final "\n"
    parts: list[bytes] = field(default_factory=list)  # the body, in its transfer coding
    received: int = 0  # bytes of the body, as handed to the spider's side
    excess: int = 0  # bytes behind the end of the response, which are not kept
    interim: int = 0  # responses with a 1xx status before the one kept
    ip: str = ""
    certificate: bytes | None = None  # the TLS leaf, DER

    def begin(self, sent: bytes) -> None:
        """A request goes out."""
        self.sent, self.received, self.excess, self.interim = sent, 0, 0, 0
        self.lines, self.parts = [], []
        self.sendings += 1

    @property
    def has_head(self) -> bool:
        """Whether a whole response head with a readable status line has arrived."""
        return bool(self.lines) and self.lines[-1] in {b"", b"\r"} and STATUS_LINE.match(self.lines[0]) is not None

    @property
    def head(self) -> bytes:
        return b"\n".join([*self.lines, b""])

    @property
    def body(self) -> bytes:
        return b"".join(self.parts)

    def status(self) -> tuple[str, int, str]:
        """Protocol, status and reason of the response. Only when `has_head`."""
        found = STATUS_LINE.match(self.lines[0])
        assert found is not None
        return found[1].decode(), int(found[2]), (found[3] or b"").decode("latin-1").strip()

    def headers(self) -> Pairs:
        """Names and values of the response, folded lines joined."""
        lines = FOLD.sub(b" ", self.head).split(b"\n")[1:]
        return [(name, value.strip()) for name, colon, value in (line.partition(b":") for line in lines) if colon]


class _Method(bytes):
    """A request method that carries the Wire of its exchange: the one value that Twisted hands on as it is."""

    wire: Wire


class WireParser(_LenientHTTPClientParser):  # type: ignore[misc]
    """Takes the class of the parser that Twisted has just made, as Scrapy does: hence no __init__."""

    MAX_LENGTH = 256 * 1024  # of a header line; Twisted gives up after 16 KB
    wire: Wire

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 (Twisted's name)
        wire = self.wire
        if self.state == STATUS and wire.lines:
            wire.interim += 1
            wire.lines = []
        wire.lines.append(line)
        super().lineReceived(line)

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802
        self.wire.parts.append(data)
        super().rawDataReceived(data)

    def _finished(self, rest: bytes) -> None:
        if rest:
            self._drop(len(rest))
            self.connHeaders.setRawHeaders(b"Connection", [b"close"])  # it must not pass for the next response
        super()._finished(rest)

    def _drop(self, excess: int) -> None:
        self.wire.excess = excess
        if parts := self.wire.parts:
            parts[-1] = parts[-1][:-excess]


class WireProtocol(_LenientHTTP11ClientProtocol):  # type: ignore[misc]
    def request(self, request: Any) -> Any:
        wire: Wire = request.method.wire

        def write_and_keep(transport: Any, length: bytes | None) -> None:
            head = _Head()
            type(request)._writeHeaders(request, head, length)
            wire.begin(head.written)
            transport.write(head.written)

        request._writeHeaders = write_and_keep
        deferred = super().request(request)
        self._parser.__class__ = WireParser
        self._parser.wire = wire
        return deferred


class WireFactory(_HTTP11ClientFactory):  # type: ignore[misc]
    noisy = False

    def buildProtocol(self, addr: Any) -> WireProtocol:  # noqa: N802
        return WireProtocol(self._quiescentCallback)


class _Head:
    """A transport that only remembers."""

    written = b""

    def writeSequence(self, lines: list[bytes]) -> None:  # noqa: N802
        self.written = b"".join(lines)


class WireAgent(_ScrapyAgent):  # type: ignore[misc]
    def _get_agent(self, request: Request, timeout: float) -> Any:
        agent = super()._get_agent(request, timeout)
        ask, wire = agent.request, request.meta[WIRE]

        def ask_and_keep(method: bytes, *rest: Any) -> Any:
            marked = _Method(method)
            marked.wire = wire
            return ask(marked, *rest)

        agent.request = ask_and_keep
        return agent

    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:
        wire: Wire = request.meta[WIRE]
        wire.ip = str(getattr(txresponse, "_scrapy_ip_address", ""))
        certificate = getattr(txresponse, "_scrapy_certificate", None)
        wire.certificate = bytes(certificate.dump()) if certificate is not None else None
        return super()._cb_bodyready(txresponse, request)


class WireHandler(HTTP11DownloadHandler):  # type: ignore[misc]
    """Scrapy's HTTP handler; from the beginning of a download `request.meta["wire"]` is its Wire."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._pool._factory = WireFactory

    async def download_request(self, request: Request) -> Response:
        request.meta[WIRE] = Wire()
        agent = WireAgent(
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=0,  # the size is watched by spiders.archive.Gate, which keeps what did arrive
            warnsize=0,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
        )
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))
