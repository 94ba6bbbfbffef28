"""The items of an exhibit package as text, for a redacted copy: read from the package's own records."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from analysis.redaction.structured import NoData, data_texts, parse_data
from flows.stages.sites.profiles import site_profiles
from pipeline.evidence.archive import Archive
from pipeline.evidence.package.seals import ITEMS
from pipeline.evidence.warc.payload import HttpMessage, decode_payload, parse_http
from pipeline.evidence.warc.record_reader import RecordReader
from pipeline.extract.addresses import parse_address
from pipeline.extract.page import extract_page
from pipeline.extract.text import decode
from pipeline.model import Ad, Address


@dataclass
class Source:
    """One item of the original, as text. `left_out` says why it does not come into the copy."""

    item: dict[str, Any]
    kind: str = ""  # html, txt or json
    text: str = ""
    ads: tuple[Ad, ...] = ()
    left_out: str = ""


@contextmanager
def opened(package: Path) -> Iterator[Path]:
    """The package as a folder; a zip is unpacked beside nothing that stays."""
    if package.is_dir():
        yield package
        return
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(package) as zipped:
            zipped.extractall(folder)
        tops = list(Path(folder).iterdir())
        yield tops[0] if len(tops) == 1 and tops[0].is_dir() else Path(folder)


class Exhibit:
    """An opened package. `premises`: the only address whose ads are given, "" for all."""

    def __init__(self, archive: Archive, folder: Path, premises: str) -> None:
        self.archive = archive
        self.said: dict[str, Any] = json.loads((folder / ITEMS).read_text(encoding="utf-8"))
        self._reader = RecordReader(folder)
        self._profiles = site_profiles(archive.home)
        self._premises = parse_address(premises) if premises else None

    def __len__(self) -> int:
        return len(self.said["items"])

    def sources(self) -> Iterator[Source]:
        """Every item in its order; read anew each time, one at a time."""
        for item in self.said["items"]:
            source = self._source(item)
            if not source.left_out and self._premises is not None:
                source.ads = tuple(ad for ad in source.ads if any(self.is_own(a) for a in ad.addresses))
                source.left_out = "" if source.ads else "it shows no ad of the reader's own premises"
            yield source

    def is_own(self, address: Address) -> bool:
        """Whether an address is that of the reader's premises: street, unit and ZIP as far as both say them."""
        own = self._premises
        if own is None:
            return True
        same = address.street_key == own.street_key and (not own.unit or own.unit == address.unit)
        return same and (not own.zip or not address.zip or own.zip == address.zip)

    def _source(self, item: dict[str, Any]) -> Source:
        if reason := self._closed(str(item["capture_id"])):
            return Source(item, left_out=reason)
        payload, content_type = self._payload(item)
        kind = _kind(content_type, payload)
        if not kind:
            return Source(item, left_out=f"content of type {content_type or 'unknown'} cannot be redacted")
        source = Source(item, kind, decode(payload, content_type))
        return self._read(source, payload, content_type) if kind == "html" else source

    def _closed(self, capture_id: str) -> str:
        """Why nobody may see a capture, "" when it is open."""
        if hold := self.archive.holds.held.get(capture_id):
            return f"held since {hold.at}: it is neither copied nor redacted"
        purge = self.archive.purges.captures.get(capture_id)
        return f"purged under certificate {purge}" if purge else ""

    def _read(self, source: Source, payload: bytes, content_type: str) -> Source:
        item, settings = source.item, self.archive.home.settings
        page = extract_page(
            payload,
            content_type,
            item["url_reached"],
            datetime.fromisoformat(item["times"]["response_received"]),
            self._profiles.get(str(item["site"])),
            fictional=settings.fictional_numbers,
            generated=settings.generated_numbers,
            reviewed=item["capture_id"] in self.archive.holds.released,
        )
        if page.suspected_minor:
            how = f"imb evidence hold {item['capture_id']}"
            return Source(item, left_out=f"suspected minor: hold it now with: {how}")
        source.ads = page.ads
        return source

    def _payload(self, item: dict[str, Any]) -> tuple[bytes, str]:
        record = next(r for r in item["records"] if r["type"] in ("response", "resource"))
        span, block = self._reader.span(record["file"], record["offset"], record["length"])
        message = parse_http(block) if span.type != "resource" else None
        if message is None:
            typed = [(b"Content-Type", span.headers.get("content-type", "").encode("latin-1", "replace"))]
            message = HttpMessage("", 0, "", typed, block)
        return decode_payload(message)[0], message.header(b"content-type").decode("latin-1")


def _kind(content_type: str, payload: bytes) -> str:
    kind = content_type.partition(";")[0].strip().lower()
    if kind in {"text/html", "application/xhtml+xml"} or (not kind and b"<" in payload[:1000]):
        return "html"
    if kind == "application/json" or kind.endswith("+json"):
        try:
            parse_data(decode(payload, content_type))
        except NoData:
            return "txt"
        return "json"
    return "txt" if kind in {"text/plain", "text/csv"} else ""


def plain_texts(source: Source) -> Sequence[str]:
    """Every text of an item that is no page."""
    return [source.text] if source.kind == "txt" else list(data_texts(parse_data(source.text)))
