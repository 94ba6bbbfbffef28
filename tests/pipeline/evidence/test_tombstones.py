"""A tombstone is a readable record of exactly the length of what it replaces."""

from __future__ import annotations

import gzip
import io
import uuid
from hashlib import sha256

import pytest
from fastwarc.warc import ArchiveIterator
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator as SecondOpinion

from pipeline.evidence.tombstones import NoTombstone, tombstone
from pipeline.evidence.warc.writing import gzip_member

WHEN = "2026-03-01T12:00:00.000000Z"


def record(body: bytes) -> bytes:
    """As our writer makes them: ids and digests do not pack, so no record is tiny."""
    head = f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{uuid.uuid4()}>\r\nWARC-Date: {WHEN}\r\n"
    head += f"WARC-Target-URI: http://ads.example/\r\nWARC-Concurrent-To: <urn:uuid:{uuid.uuid4()}>\r\n"
    head += f"WARC-Warcinfo-ID: <urn:uuid:{uuid.uuid4()}>\r\nContent-Type: application/http;msgtype=response\r\n"
    head += f"WARC-Block-Digest: sha256:{sha256(head.encode()).hexdigest()}\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body + b"\r\n\r\n"


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=250, max_size=3000), st.integers(1, 90), st.booleans(), st.uuids(), st.uuids())
def test_any_record_is_replaced_in_its_very_place(
    body: bytes, times: int, plain: bool, purge_id: uuid.UUID, record_id: uuid.UUID
) -> None:
    stored = record(body * times) if plain else gzip_member(record(body * times))
    made = tombstone(stored, str(record_id), str(purge_id), WHEN)
    assert len(made) == len(stored)
    assert made == tombstone(stored, str(record_id), str(purge_id), WHEN)
    data = made if plain else gzip.decompress(made)
    assert str(purge_id)[:-12] in data[:400].decode()
    before, after = (r if plain else gzip_member(r) for r in (record(b"before"), record(b"after")))
    for iterator in (ArchiveIterator, SecondOpinion):
        found = list(iterator(io.BytesIO(before + made + after)))
        assert len(found) == 3
        if iterator is SecondOpinion:
            assert [r.rec_headers.get_header("WARC-Type") for r in found] == ["response", "metadata", "response"]


@pytest.mark.parametrize(
    "stored",
    [b"", b"x" * 900, record(b"")[:80], gzip_member(b"filedesc://old.arc 0.0.0.0 " * 40)],
    ids=["nothing", "no record", "cut", "ARC"],
)
def test_what_holds_no_tombstone_is_refused(stored: bytes) -> None:
    with pytest.raises(NoTombstone):
        tombstone(stored, str(uuid.uuid4()), str(uuid.uuid4()), WHEN)
