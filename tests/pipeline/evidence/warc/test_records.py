"""Digests in every spelling that tools use, dates in every precision, records in odd surroundings."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evidence.warc.records import digest_fault, parse_date, scan


@given(data=st.binary(max_size=40), algorithm=st.sampled_from(["sha1", "sha256", "sha512", "md5"]))
def test_every_spelling_of_a_digest_holds_and_every_other_does_not(data: bytes, algorithm: str) -> None:
    raw = hashlib.new(algorithm, data).digest()
    wrong = bytes([raw[0] ^ 1]) + raw[1:]
    for spell in (bytes.hex, base64.b32encode, base64.b64encode, base64.urlsafe_b64encode):
        good, bad = (s if isinstance(s := spell(r), str) else s.decode() for r in (raw, wrong))
        assert digest_fault(f"{algorithm}:{good}", data, "x") is None
        assert digest_fault(f"{algorithm}:{good.rstrip('=') if spell is base64.b32encode else good}", data, "x") is None
        assert digest_fault(f"{algorithm}:{bad}", data, "x") is not None


@pytest.mark.parametrize("stated", ["", "sha1:", "sha1:!!!", "crc:00", "sha256:" + "0" * 63, "sha1:é"])
def test_odd_digests_are_faults(stated: str) -> None:
    assert digest_fault(stated, b"x", "WARC-Block-Digest") is not None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T12:00:00.123456789Z", datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)),
        ("2026-03-01T12:00:00+02:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03", datetime(2026, 3, 1, tzinfo=UTC)),
        ("20260301120000", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("201404010000000000", datetime(2014, 4, 1, tzinfo=UTC)),
        ("yesterday", None),
        ("2026-13-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("", None),
    ],
)
def test_dates(text: str, moment: datetime | None) -> None:
    assert parse_date(text) == moment


def record(version: bytes = b"1.0", kind: bytes = b"response", more: bytes = b"", length: bytes = b"") -> bytes:
    block = b"HTTP/1.1 200 OK\r\n\r\n<p>words</p>"
    stated = length or b"Content-Length: %d\r\n" % len(block)
    head = b"WARC/%b\r\nWARC-Type: %b\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2020-01-02T03:04:05Z\r\n"
    return (
        head % (version, kind)
        + b"WARC-Target-URI: http://a.example/\r\n"
        + more
        + stated
        + b"\r\n"
        + block
        + b"\r\n\r\n"
    )


ARC = b"http://a.example/ %b 20200102030405 %b 14\nHTTP/1.0 200\n\n\n"


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        (b"\xef\xbb\xbf" + record(), ["record start", ""]),
        (record() + b"\x00" * 512 + record(), ["", "record start", ""]),
        (record(b"0.18", length=b"X: y\r\n") + record(b"0.17"), ["Content-Length", ""]),
        (b"noise\n" + record(b"0.17"), ["record start", ""]),
        (record(kind=b"RESPONSE"), ["WARC-Type"]),
        (record(more=b"WARC-Segment-Number: 1\r\n"), ["WARC-Segment-Number"]),
        (ARC % (b"192.0.2.1", b"") + ARC % (b"-", b"text/html; charset=utf-8"), ["", ""]),
        (b"noise\n" + ARC % (b"2001:db8::1", b"text/html"), ["record start", ""]),
    ],
)
def test_odd_files_give_all_their_records_and_say_what_is_odd(data: bytes, faults: list[str]) -> None:
    found = list(scan(data, 0, len(data)))
    assert [" ".join(f.prop for f in span.faults) for span in found] == faults
    assert all(span.type == "response" for span in found if span.format != "junk")
