"""Keep what went over the wire: a Scrapy download handler whose connections remember exact request and response bytes.

Scrapy's own Response has header names re-cased, "Transfer-Encoding" and "Connection" dropped and chunked bodies joined.
Here the HTTP parser keeps the status line, every header line (folded lines joined) and the chunks as they arrived.
"""

from __future__ import annotations

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
from twisted.web.client import _HTTP11ClientFactory

Pairs = list[tuple[bytes, bytes]]
WIRE = "wire"  # key of Request.meta, present while one exchange is under way


@dataclass(slots=True)
class Wire:
    """One exchange as bytes. `chunks` holds the body in its transfer coding, and is None when there was none."""

    sent: bytes  # request line and headers
    status_line: bytes = b""
    headers: Pairs = field(default_factory=list)
    chunks: list[bytes] | None = None
    ip: str = ""
    certificate: bytes | None = None  # the TLS leaf, DER
    received: int = 0  # bytes of the body so far

    @property
    def request_headers(self) -> Pairs:
        lines = self.sent.split(b"\r\n")[1:]
        return [(name, value.lstrip()) for name, colon, value in (line.partition(b":") for line in lines) if colon]

    @property
    def reason(self) -> str:
        parts = self.status_line.split(b" ", 2)
        return parts[2].decode("latin-1").strip() if len(parts) == 3 else ""

    def body(self, joined: bytes) -> bytes:
        """The body with its transfer coding, given the one without."""
        return joined if self.chunks is None else b"".join(self.chunks)


class WireParser(_LenientHTTPClientParser):  # type: ignore[misc]
    """Takes the class of the parser that Twisted has just made, as Scrapy does: hence no __init__."""

    sent: bytes
    wire: Wire

    def statusReceived(self, status: bytes) -> None:  # noqa: N802 (Twisted's name)
        self.wire = Wire(self.sent, status)
        super().statusReceived(status)
        self.response.wire = self.wire

    def headerReceived(self, name: bytes, value: bytes) -> None:  # noqa: N802
        self.wire.headers.append((name, value))
        if name.strip().lower() == b"transfer-encoding" and self.wire.chunks is None:
            self.wire.chunks = []
        super().headerReceived(name, value)

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802
        if self.wire.chunks is not None:
            self.wire.chunks.append(data)
        super().rawDataReceived(data)


class WireProtocol(_LenientHTTP11ClientProtocol):  # type: ignore[misc]
    def request(self, request: Any) -> Any:
        deferred = super().request(request)
        self._parser.__class__ = WireParser
        self._parser.sent = request_head(request)
        return deferred


class WireFactory(_HTTP11ClientFactory):  # type: ignore[misc]
    noisy = False

    def buildProtocol(self, addr: Any) -> WireProtocol:  # noqa: N802
        return WireProtocol(self._quiescentCallback)


class _Head:
    """A transport that only remembers."""

    def __init__(self) -> None:
        self.written = b""

    def writeSequence(self, lines: list[bytes]) -> None:  # noqa: N802
        self.written = b"".join(lines)


def request_head(request: Any) -> bytes:
    """Request line and headers as Twisted writes them for a request (of ours: no body, or one of known length)."""
    producer, head = request.bodyProducer, _Head()
    length = None if producer is None else b"Content-Length: %d\r\n" % producer.length
    if producer is None and request.method in {b"PUT", b"POST"}:
        length = b"Content-Length: 0\r\n"
    request._writeHeaders(head, length)
    return head.written


class WireAgent(_ScrapyAgent):  # type: ignore[misc]
    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:
        wire: Wire = txresponse.wire
        wire.ip = str(getattr(txresponse, "_scrapy_ip_address", ""))
        certificate = getattr(txresponse, "_scrapy_certificate", None)
        wire.certificate = bytes(certificate.dump()) if certificate is not None else None
        request.meta[WIRE] = wire
        return super()._cb_bodyready(txresponse, request)


class WireHandler(HTTP11DownloadHandler):  # type: ignore[misc]
    """Scrapy's HTTP handler; after a download `request.meta["wire"]` is the Wire, when headers arrived at all."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._pool._factory = WireFactory

    async def download_request(self, request: Request) -> Response:
        request.meta.pop(WIRE, None)
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
