"""Write a WACZ 1.1.1 (a zip of WARC files with an index and a list of pages) for replay by other tools.

The WARC files go in uncompressed by the zip, byte for byte, one at a time. The index is made of responses only: request
headers, and with them cookies, never reach it. Same content, same bytes: the zip's own dates are fixed.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import quote, urlsplit

WACZ_VERSION = "1.1.1"
INDEX, PAGES = "indexes/index.cdxj", "pages/pages.jsonl"
PACKAGE, PACKAGE_DIGEST = "datapackage.json", "datapackage-digest.json"
WWW = re.compile(r"www\d*\.")
PRINTABLE = "".join(map(chr, range(33, 127)))
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Replayed:
    """One stored response, as index and list of pages need it. `file` is the WARC's name without "archive/"."""

    url: str
    captured_at: datetime
    status: int
    content_type: str
    payload_sha256: str
    file: str
    offset: int
    length: int
    sha256: str  # of the stored bytes
    record_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Label:
    """What a WACZ says of itself."""

    title: str
    created: str  # ISO 8601 UTC
    software: str


class WaczWriter:
    """A WACZ file, made new. Use `warc` for each WARC file, then `finish`."""

    def __init__(self, path: Path) -> None:
        self._sink = path.open("xb")
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_STORED)
        self._resources: list[dict[str, Any]] = []

    @contextmanager
    def warc(self, name: str, size: int) -> Iterator[HashingSink]:
        """A sink for the bytes of archive/NAME, about `size` of them.

        Only what needs it is written as zip64: players by others take the place of a file's bytes from the zip's
        directory, which has no room for that in a small file's entry.
        """
        entry = zip_entry(f"archive/{name}")
        entry.file_size = size
        with self._zip.open(entry, "w") as target:
            sink = HashingSink(cast(BinaryIO, target))
            yield sink
        self._resources.append(resource(f"archive/{name}", sink.digest.hexdigest(), sink.size))

    def finish(self, replayed: Iterable[Replayed], label: Label) -> None:
        """Write index, pages and descriptions, and close."""
        found = list(replayed)
        for name, data in ((INDEX, index(found)), (PAGES, pages(found))):
            self._zip.writestr(zip_entry(name), data)
            self._resources.append(resource(name, sha256(data).hexdigest(), len(data)))
        described = datapackage(self._resources, label)
        self._zip.writestr(zip_entry(PACKAGE), described)
        self._zip.writestr(zip_entry(PACKAGE_DIGEST), datapackage_digest(described))
        self.close()

    def close(self) -> None:
        self._zip.close()
        self._sink.close()


@dataclass
class HashingSink:
    """Counts and hashes what is written."""

    target: BinaryIO
    size: int = 0

    def __post_init__(self) -> None:
        self.digest = sha256()

    def write(self, data: bytes) -> None:
        self.target.write(data)
        self.digest.update(data)
        self.size += len(data)


def zip_entry(name: str) -> zipfile.ZipInfo:
    """A zip entry without compression, date or owner."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.external_attr = 0o644 << 16
    entry.create_system = 3
    return entry


def resource(path: str, digest: str, size: int) -> dict[str, Any]:
    name = path.rpartition("/")[2].lower()
    return {"name": name, "path": path, "hash": f"sha256:{digest}", "bytes": size}


def datapackage(resources: Iterable[dict[str, Any]], label: Label) -> bytes:
    """datapackage.json."""
    value = {
        "profile": "data-package",
        "title": label.title,
        "created": label.created,
        "wacz_version": WACZ_VERSION,
        "software": label.software,
        "resources": sorted(resources, key=lambda r: str(r["path"])),
    }
    return json.dumps(value, indent=1, ensure_ascii=True).encode() + b"\n"


def datapackage_digest(described: bytes) -> bytes:
    """datapackage-digest.json."""
    value = {"path": PACKAGE, "hash": f"sha256:{sha256(described).hexdigest()}"}
    return json.dumps(value, indent=1).encode() + b"\n"


def index(replayed: Iterable[Replayed]) -> bytes:
    """The CDXJ lines, sorted."""
    return "".join(sorted(map(cdxj_line, replayed))).encode("ascii")


def cdxj_line(found: Replayed) -> str:
    facts = {
        "url": found.url,
        "mime": found.content_type.partition(";")[0].strip().lower() or "application/octet-stream",
        "status": found.status or 200,  # a page stored without its exchange is replayed as found
        "digest": f"sha256:{found.payload_sha256}",
        "length": found.length,
        "offset": found.offset,
        "filename": found.file,
        "recordDigest": f"sha256:{found.sha256}",
    }
    return f"{search_key(found.url)} {found.captured_at:%Y%m%d%H%M%S} {json.dumps(facts, ensure_ascii=True)}\n"


def pages(replayed: Iterable[Replayed]) -> bytes:
    """pages.jsonl: what was asked for as a page and answered with one; redirects are found through the index."""
    lines: list[dict[str, Any]] = [{"format": "json-pages-1.0", "id": "pages", "title": "Captures", "hasText": False}]
    for found in replayed:
        if not 300 <= found.status < 400:
            moment = f"{found.captured_at:%Y-%m-%dT%H:%M:%S}.{found.captured_at.microsecond // 1000:03d}Z"
            lines.append({"id": found.record_id, "url": found.url, "ts": moment, "title": found.title or found.url})
    return b"".join(json.dumps(line, ensure_ascii=True).encode() + b"\n" for line in lines)


def search_key(url: str) -> str:
    """The address as indexes sort it: host turned round, without www and default port, in lower case, ASCII."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        return _ascii(url)
    if parts.scheme not in DEFAULT_PORTS or not host:
        return _ascii(url)
    host = WWW.sub("", host, count=1)
    turned = host if ":" in host else ",".join(reversed(host.split(".")))
    where = f":{port}" if port and port != DEFAULT_PORTS[parts.scheme] else ""
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    return _ascii(f"{turned}{where}){parts.path.rstrip('/') or '/'}{f'?{query}' if query else ''}".lower())


def _ascii(text: str) -> str:
    return quote(text, safe=PRINTABLE)
