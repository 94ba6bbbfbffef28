"""The WACZ writer: index keys, lines and descriptions as other tools expect them."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evidence.package.wacz import Label, Replayed, WaczWriter, search_key

MOMENT = datetime(2026, 3, 1, 12, 0, 0, 373456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://example.com/", "com,example)/"),
        ("https://www.Example.com:443/A/B?z=1&a=2", "com,example)/a/b?a=2&z=1"),
        ("http://www2.ads.example:8080", "example,ads:8080)/"),
        ("http://ads.example/post/", "example,ads)/post"),
        ("http://127.0.0.1:99/x", "1,0,0,127:99)/x"),
        ("http://ads.example/caf\u00e9 bar", "example,ads)/caf%C3%A9%20bar"),
        ("http://[::1]:x/", "http://[::1]:x/"),
        ("ftp://a b/", "ftp://a%20b/"),
        ("", ""),
    ],
)
def test_search_keys(url: str, key: str) -> None:
    assert search_key(url) == key


@given(st.text())
def test_a_key_is_one_ascii_word(url: str) -> None:
    key = search_key(url)
    assert key.isascii()
    assert not any(c.isspace() or not c.isprintable() for c in key)


def replayed(url: str, status: int, number: int) -> Replayed:
    return Replayed(
        url=url,
        captured_at=MOMENT,
        status=status,
        content_type="Text/HTML; charset=utf-8",
        payload_sha256="ab" * 32,
        file="0001-a.warc.gz",
        offset=number * 10,
        length=10,
        sha256="cd" * 32,
        record_id=f"id-{number}",
        title="Lotus \u201cSpa\u201d",
    )


def write(path: Path) -> None:
    writer = WaczWriter(path)
    with writer.warc("0001-a.warc.gz", 6) as sink:
        sink.write(b"one")
        sink.write(b"two")
    found = [replayed("http://ads.example/b", 200, 1), replayed("http://ads.example/a", 302, 0)]
    writer.finish(found, Label("Exhibit 1", "2026-03-02T00:00:00Z", "imb 0"))


def test_what_a_wacz_holds(tmp_path: Path) -> None:
    write(tmp_path / "x.wacz")
    with zipfile.ZipFile(tmp_path / "x.wacz") as packed:
        assert {i.compress_type for i in packed.infolist()} == {zipfile.ZIP_STORED}
        parts = {name: packed.read(name) for name in packed.namelist()}
        headers = [i.header_offset for i in packed.infolist()]
    raw = (tmp_path / "x.wacz").read_bytes()
    assert [raw[at + 28 : at + 30] for at in headers] == [b"\0\0"] * 5  # no extra field: some players count on that
    assert parts["archive/0001-a.warc.gz"] == b"onetwo"
    first, second = parts["indexes/index.cdxj"].decode().splitlines()
    assert first.startswith("example,ads)/a 20260301120000 {")
    facts = json.loads(second.split(" ", 2)[2])
    assert (facts["mime"], facts["status"], facts["offset"]) == ("text/html", 200, 10)
    assert facts["filename"] == "0001-a.warc.gz"
    head, page = map(json.loads, parts["pages/pages.jsonl"].splitlines())
    assert head["format"] == "json-pages-1.0"
    assert (page["url"], page["ts"]) == ("http://ads.example/b", "2026-03-01T12:00:00.373Z")
    described = json.loads(parts["datapackage.json"])
    assert described["wacz_version"] == "1.1.1"
    listed = {r["path"]: r for r in described["resources"]}
    assert set(listed) == set(parts) - {"datapackage.json", "datapackage-digest.json"}
    for path, told in listed.items():
        assert told["hash"] == f"sha256:{sha256(parts[path]).hexdigest()}"
        assert told["bytes"] == len(parts[path])
    digest = json.loads(parts["datapackage-digest.json"])["hash"]
    assert digest == f"sha256:{sha256(parts['datapackage.json']).hexdigest()}"


def test_same_content_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "a.wacz")
    write(tmp_path / "b.wacz")
    assert (tmp_path / "a.wacz").read_bytes() == (tmp_path / "b.wacz").read_bytes()
