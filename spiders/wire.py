"""Keep what went over the wire: a Scrapy download handler whose connections remember exact request and response bytes.

Scrapy's own Response has header names re-cased, "Transfer-Encoding" and "Connection" dropped, folded lines and chunked
bodies joined, and nothing at all when a download breaks off. Here every byte is kept as it comes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, NamedTuple
from typing import Protocol as Shape

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTPClientParser,
    _ScrapyAgent,
    _TunnelingAgent,
)
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet import ssl
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.tcp import Client
from twisted.python.failure import Failure
from twisted.web._newclient import BODY, HEADER, STATUS, HTTP11ClientProtocol, TransportProxyProducer
from twisted.web.client import ResponseDone, _HTTP11ClientFactory
from twisted.web.http import PotentialDataLoss

from pipeline.evidence.warc.payload import status_of

Result = dict[str, Any]  # what Scrapy makes a Response of
WIRE = "wire"  # key of Request.meta, from the beginning of a download
PLAIN_HEAD = re.compile(  # not of an interim response, and without folded lines
    rb"HTTP/1\.[01] [2-9]\d\d(?: [^\r\n]*)?\r?\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\n]*\n)*\r?\n"
)
STATUS_LINE = re.compile(rb"HTTP/[\d.]+ +[+-]?\d", re.IGNORECASE)


class Peer(NamedTuple):
    """The other side of a connection; what Scrapy's Response says of it, and its TLS leaf certificate in DER."""

    ip: str
    address: IPv4Address | IPv6Address | None
    certificate: ssl.Certificate | None
    der: bytes | None


NOBODY = Peer("", None, None, None)


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
    connection: WireProtocol | None = None
    peer: Peer = NOBODY  # the other side, once a response has begun

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
        protocol, number, *reason = self.lines[0].split(None, 2)
        return protocol.decode("latin-1"), status_of(number), reason[0].decode("latin-1").strip() if reason else ""


class _Method(bytes):
    """A request method that carries the Wire of its exchange: the one value that Twisted hands on as it is."""

    wire: Wire


class WireParser(_LenientHTTPClientParser):  # type: ignore[misc]
    """Takes the class of the parser that Twisted has just made, as Scrapy does: hence no __init__."""

    MAX_LENGTH = 256 * 1024  # of a header line; Twisted gives up after 16 KB
    wire: Wire

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's name)
        if self.state == STATUS and not self._buffer and (end := _plain_head(data)):
            self._take_head(data, end)
        else:
            super().dataReceived(data)

    def _take_head(self, data: bytes, end: int) -> None:
        """Read a head in one go. Line by line, as Twisted does it, what is behind is copied once for each line."""
        self._everReceivedData, self._buffer = True, data[end:]
        self.wire.interim += bool(self.wire.lines)
        self.wire.lines = lines = data[:end].split(b"\n")[:-1]
        self.statusReceived(lines[0].removesuffix(b"\r"))
        self.state = HEADER
        for line in lines[1:-1]:
            name, _, value = line.partition(b":")
            self.headerReceived(name, value.strip())
        self.allHeadersReceived()
        if self._buffer and self.state == BODY:
            body, self._buffer = self._buffer, b""
            self.rawDataReceived(body)

    def allHeadersReceived(self) -> None:  # noqa: N802
        """Twisted lets the reactor watch the socket no more until somebody wants the body: here that is at once."""
        transport: _Unhurried = self.transport
        transport.is_held = True
        try:
            super().allHeadersReceived()
        finally:
            transport.let_go()

    def lineReceived(self, line: bytes) -> None:  # noqa: N802
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


def _plain_head(data: bytes) -> int:
    """Length of the head that the data begin with, when it is whole, final and in order; otherwise 0."""
    found = PLAIN_HEAD.match(data, 0, WireParser.MAX_LENGTH)
    return found.end() if found else 0


class _Unhurried(TransportProxyProducer):  # type: ignore[misc]
    """Takes the class of the transport that Twisted has just made for a parser: a pause counts when it lasts."""

    is_held = is_paused = False

    def pauseProducing(self) -> None:  # noqa: N802
        if self.is_held:
            self.is_paused = True
        else:
            super().pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802
        if self.is_held and self.is_paused:
            self.is_paused = False
        else:
            super().resumeProducing()

    def let_go(self) -> None:
        self.is_held = False
        if self.is_paused:
            self.is_paused = False
            self.pauseProducing()


class WireProtocol(HTTP11ClientProtocol):  # type: ignore[misc]
    _peer: Peer | None = None

    def peer(self) -> Peer:
        """Once a response has begun (before, a handshake may be under way). Scrapy finds it out for each response."""
        if self._peer is None:
            host = getattr(self.transport.getPeer(), "host", "")
            shown = self.transport.getPeerCertificate() if hasattr(self.transport, "getPeerCertificate") else None
            certificate = ssl.Certificate(shown) if shown is not None else None
            der = bytes(certificate.dump()) if certificate is not None else None
            self._peer = Peer(host, ip_address(host) if host else None, certificate, der)
        return self._peer

    def request(self, request: Any) -> Any:
        wire: Wire = request.method.wire
        wire.connection = self

        def write_and_keep(transport: Any, length: bytes | None) -> None:
            head = _Head()
            type(request)._writeHeaders(request, head, length)
            wire.begin(head.written)
            _send(transport, head.written)

        request._writeHeaders = write_and_keep
        deferred = super().request(request)
        self._transportProxy.__class__ = _Unhurried
        self._parser.__class__ = WireParser
        self._parser.wire = wire
        return deferred


def _send(transport: Any, data: bytes) -> None:
    """Send at once what the socket takes of a head. Twisted would let the reactor watch the socket, and send, and let
    it go again: a turn later, at twice the cost. What is encrypted, and what has to wait, goes Twisted's way."""
    is_idle = isinstance(transport, Client) and transport.connected and not transport.disconnecting
    if is_idle and not (transport.TLS or transport.dataBuffer or transport._tempDataBuffer):
        sent = transport.writeSomeData(data)
        data = data[sent:] if isinstance(sent, int) else data  # no number: the connection is lost, write() will say so
    if data:
        transport.write(data)


class WireFactory(_HTTP11ClientFactory):  # type: ignore[misc]
    noisy = False

    def buildProtocol(self, addr: Any) -> WireProtocol:  # noqa: N802
        return WireProtocol(self._quiescentCallback)


class _Head:
    """A transport that only remembers."""

    written = b""

    def writeSequence(self, lines: list[bytes]) -> None:  # noqa: N802
        self.written = b"".join(lines)


class Judge(Shape):
    """Says why a download is to be cut off, "" while it may go on."""

    def at_headers(self, content_type: bytes, request: Request) -> str: ...

    def at_bytes(self, data: bytes, wire: Wire) -> str: ...


class WireReader(Protocol):  # type: ignore[misc]
    """Collects a body, transfer coding taken off, under the eyes of a judge. Scrapy's reader sends a signal for each
    piece, which costs more than archiving it; what is cut short it throws away, here it is handed on with a flag."""

    def __init__(self, finished: Deferred[Result], result: Result, wire: Wire, judge: Judge | None) -> None:
        self._finished, self._result, self._wire, self._judge = finished, result, wire, judge
        self._parts: list[bytes] = []

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if self._finished.called:
            return
        self._parts.append(data)
        if self._judge is not None and (why := self._judge.at_bytes(data, self._wire)):
            self.transport.stopProducing()
            self.transport.loseConnection()
            self._finish(stop_download=cut_off(why))

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        if self._finished.called:
            return
        if reason.check(ResponseDone):
            self._finish()
        else:
            self._finish(flags=["partial" if reason.check(PotentialDataLoss) else "dataloss"])

    def _finish(self, **said: Any) -> None:
        self._finished.callback({**self._result, "body": b"".join(self._parts), **said})


def cut_off(why: str) -> StopDownload:
    """What is raised for a download that was cut off; `args[0]` is the reason."""
    stop = StopDownload(fail=True)
    stop.args = (why,)
    return stop


def _ask(ask: Any, wire: Wire, method: bytes, *rest: Any) -> Any:
    """Ask, and let the method carry the Wire."""
    marked = _Method(method)
    marked.wire = wire
    return ask(marked, *rest)


class _Marking:
    """What Scrapy asks for one exchange: an agent that serves many."""

    def __init__(self, ask: Any, wire: Wire) -> None:
        self.request = partial(_ask, ask, wire)


class _Endpoints(dict[Any, Any]):
    """Of one agent, by scheme, host and port."""

    def __init__(self, factory: Any) -> None:
        super().__init__()
        self._factory = factory

    def __call__(self, uri: Any) -> Any:
        key = (uri.scheme, uri.host, uri.port)
        if key not in self:
            self[key] = self._factory.endpointForURI(uri)
        return self[key]


class WireAgent(_ScrapyAgent):  # type: ignore[misc]
    def __init__(self, judge: Judge | None, agents: dict[Any, Any], **about: Any) -> None:
        super().__init__(**about)
        self._judge, self._agents = judge, agents

    def _get_agent(self, request: Request, timeout: float) -> Any:
        """Scrapy makes an agent for each request, Twisted an endpoint, IDNA and all; here they serve a crawl. Those of
        a tunnel belong to one connection each."""
        proxy = request.meta.get("proxy")
        tunnel = bool(proxy) and urlparse_cached(request).scheme == "https"
        key = (proxy, tunnel, request.meta.get("bindaddress"), timeout)
        agent = self._agents.get(key)
        if agent is None:
            agent = super()._get_agent(request, timeout)
            if isinstance(agent, _TunnelingAgent):
                agent.request = partial(_ask, agent.request, request.meta[WIRE])
                return agent
            agent._getEndpoint = _Endpoints(agent._endpointFactory)
            self._agents[key] = agent
        return _Marking(agent.request, request.meta[WIRE])

    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:
        """What Scrapy's own does, without its signals: they carry a second copy of the headers."""
        wire: Wire = request.meta[WIRE]
        assert wire.connection is not None
        wire.peer = peer = wire.connection.peer()
        stated = txresponse.headers.getRawHeaders(b"content-type") or (b"",)
        result: Result = {"txresponse": txresponse, "certificate": peer.certificate, "ip_address": peer.address}
        if self._judge is not None and (why := self._judge.at_headers(stated[0], request)):
            txresponse._transport.stopProducing()
            txresponse._transport.loseConnection()
            return {**result, "stop_download": cut_off(why)}
        if txresponse.length == 0:
            return result
        finished: Deferred[Result] = Deferred(partial(self._cancel, txresponse=txresponse))
        txresponse.deliverBody(WireReader(finished, result, wire, self._judge))
        self._txresponse = txresponse
        return finished


class WireHandler(HTTP11DownloadHandler):  # type: ignore[misc]
    """Scrapy's HTTP handler; from the beginning of a download `request.meta["wire"]` is its Wire."""

    def __init__(self, crawler: Any, judge: Judge | None = None) -> None:
        super().__init__(crawler)
        self._judge = judge
        self._pool._factory = WireFactory
        self._agents: dict[Any, Any] = {}  # by proxy, address of our own, and timeout

    async def download_request(self, request: Request) -> Response:
        request.meta[WIRE] = Wire()
        agent = WireAgent(
            self._judge,
            self._agents,
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
