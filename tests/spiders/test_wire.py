"""A head is read in one go or line by line: what is kept and what the spider gets is the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.internet.testing import StringTransport
from twisted.web._newclient import Request
from twisted.web.http_headers import Headers

from spiders.wire import Wire, WireProtocol, WireReader, _Method, _plain_head

PLAIN = b"HTTP/1.1 200 OK\r\nServer: a\r\nContent-Length: 5\r\n\r\n"
HEADS = [
    PLAIN,
    PLAIN.replace(b"\r\n", b"\n"),
    PLAIN.replace(b"Server: a\r", b"Server: a"),
    PLAIN.replace(b"a\r\n", b"a\r\n folded: yes\r\n"),
    PLAIN.replace(b"Server: a", b"no colon here"),
    PLAIN.replace(b"Server: a", b"X:\xe9\xff\r\nX: again:  "),
    PLAIN.replace(b"200 OK", b"404"),
    PLAIN.replace(b"HTTP/1.1 200 OK", b"http/1.1  200"),
    PLAIN.replace(b"Content-Length: 5", b"Transfer-Encoding: chunked"),
    PLAIN.replace(b"5", b"five"),
    PLAIN.replace(b"Content-Length: 5", b"Connection: close"),
    PLAIN.replace(b"200 OK", b"204 No Content"),
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + PLAIN,
    b"HTTP/1.1 100 Continue\n\n" + PLAIN,
    b"\r\n" + PLAIN,
    b"HTTP/1.1\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\n\nA\r\n\r\n",
]
BODIES = [b"", b"hello", b"hello and more", b"5\r\nhello\r\n0\r\n\r\n", b"hi\n\r\n\r\n"]


def received(pieces: list[bytes]) -> tuple[Any, ...]:
    """What one exchange leaves behind when the answer comes in these pieces and the connection is then closed."""
    answers: list[Any] = []
    bodies: list[Any] = []
    wire, protocol, transport = Wire(), WireProtocol(), StringTransport()
    transport.abortConnection = transport.loseConnection
    protocol.makeConnection(transport)
    method = _Method(b"GET")
    method.wire = wire
    asked = protocol.request(Request._construct(method, b"/", Headers({b"Host": [b"a"]}), None, persistent=True))

    def answered(response: Any) -> None:
        answers.append((response.code, response.phrase, response.version, response.length))
        answers.append(list(response.headers.getAllRawHeaders()))
        finished: Deferred[Any] = Deferred()
        finished.addBoth(bodies.append)
        if response.length != 0:
            response.deliverBody(WireReader(finished, {}, wire, None))

    asked.addCallbacks(answered, lambda failure: answers.append(failure.type.__name__))
    for piece in pieces:
        if transport.producerState != "stopped" and not transport.disconnecting:
            protocol.dataReceived(piece)
    if protocol._state != "QUIESCENT":
        protocol.connectionLost(asked)
    return wire.lines, wire.body, wire.interim, wire.has_head, answers, bodies, transport.producerState


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("head", HEADS)
def test_in_one_go_as_line_by_line(head: bytes, body: bytes) -> None:
    whole = received([head + body])
    assert whole == received([head[:4], head[4:] + body])  # a head in two pieces is read line by line
    assert whole == received([head, body])


LINES = [b"a: b", b"c:d ", b"\t e", b":", b"", b"\r", b"x", b"x : y", b"\xe9: 1", b"HTTP/1.1 200 OK"]


@given(st.lists(st.sampled_from(LINES)), st.data())
def test_any_lines(lines: list[bytes], data: st.DataObject) -> None:
    ends = [data.draw(st.sampled_from([b"\r\n", b"\n"])) for _ in lines]
    head = b"HTTP/1.1 200 OK\r\n" + b"".join(line + end for line, end in zip(lines, ends, strict=True)) + b"\r\n"
    assert received([head + b"rest"]) == received([head[:3], head[3:] + b"rest"])


def test_plain_heads_are_read_in_one_go() -> None:
    assert [_plain_head(head) > 0 for head in HEADS[:7]] == [True, True, True, False, False, True, True]
