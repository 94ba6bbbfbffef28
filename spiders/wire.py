"""Keep what went over the wire: a Scrapy download handler whose connections remember exact request and response bytes.

Scrapy's own Response has header names re-cased, "Transfer-Encoding" and "Connection" dropped, folded lines and chunked
bodies joined, and nothing at all when a download breaks off. Here every byte is kept as it comes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ResponseReader,
    _ScrapyAgent,
)
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.web._newclient import STATUS
from twisted.web.client import _HTTP11ClientFactory

WIRE = "wire"  # key of Request.meta, from the beginning of a download
STATUS_LINE = re.compile(rb"(HTTP/[\d.]+) +(\d{3})(?: +([^\r\n]*))?")


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


class Judge(Protocol):
    """Says why a download is to be cut off, "" while it may go on."""

    def at_headers(self, content_type: bytes, request: Request) -> str: ...

    def at_bytes(self, data: bytes, wire: Wire) -> str: ...


class WatchedReader(_ResponseReader):  # type: ignore[misc]
    """Scrapy's reader of a body, with a judge who sees every piece; a tenth of the cost of Scrapy's signals."""

    judge: Judge

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        super().dataReceived(data)
        if not self._finished.called and (why := self.judge.at_bytes(data, self._request.meta[WIRE])):
            self.transport.stopProducing()
            self.transport.loseConnection()
            self._finish_response(stop_download=cut_off(why))


def cut_off(why: str) -> StopDownload:
    """What is raised for a download that was cut off; `args[0]` is the reason."""
    stop = StopDownload(fail=True)
    stop.args = (why,)
    return stop


class WireAgent(_ScrapyAgent):  # type: ignore[misc]
    def __init__(self, judge: Judge | None, **about: Any) -> None:
        super().__init__(**about)
        self._judge = judge

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
        if self._judge is not None:
            stated = txresponse.headers.getRawHeaders(b"content-type") or (b"",)
            if why := self._judge.at_headers(stated[0], request):
                txresponse._transport.stopProducing()
                txresponse._transport.loseConnection()
                return {"txresponse": txresponse, "stop_download": cut_off(why)}
            txresponse.deliverBody = partial(self._deliver, txresponse.deliverBody)
        return super()._cb_bodyready(txresponse, request)

    def _deliver(self, deliver: Callable[[Any], None], reader: Any) -> None:
        reader.__class__ = WatchedReader  # made inside Scrapy's own method, as its parser is
        reader.judge = self._judge
        deliver(reader)


class WireHandler(HTTP11DownloadHandler):  # type: ignore[misc]
    """Scrapy's HTTP handler; from the beginning of a download `request.meta["wire"]` is its Wire."""

    def __init__(self, crawler: Any, judge: Judge | None = None) -> None:
        super().__init__(crawler)
        self._judge = judge
        self._pool._factory = WireFactory

    async def download_request(self, request: Request) -> Response:
        request.meta[WIRE] = Wire()
        agent = WireAgent(
            self._judge,
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=0,  # the size is watched by spiders.gate, which keeps what did arrive
            warnsize=0,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
        )
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))
