"""Digests in every spelling that tools use, dates in every precision."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evidence.records import digest_fault, parse_date


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
