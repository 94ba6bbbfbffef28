"""Which responses are not collected: types by their headers, media by their first bytes, bodies beyond a size."""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.utils.httpobj import urlparse_cached

from spiders.settings import ALLOWED_TYPES
from spiders.wire import Wire

MEDIA_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"RIFF", b"\x1aE\xdf\xa3", b"OggS", b"ID3")


class Gate:
    """Says why a download is to be cut off, "" while it may go on, and counts it. What is cut off is archived."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._limit = crawler.settings.getint("IMB_BODY_LIMIT")

    def at_headers(self, content_type: bytes, request: Request) -> str:
        kind = media_type(content_type)
        if kind in ALLOWED_TYPES:
            return ""
        if is_robots(request) and not kind.startswith(("image/", "video/", "audio/")):
            return ""
        return self._refuse("type", "refused_types")

    def at_bytes(self, data: bytes, wire: Wire) -> str:
        """`data`: the next bytes of the body, transfer coding taken off."""
        if wire.received == 0 and (data.startswith(MEDIA_STARTS) or data[4:8] == b"ftyp"):
            return self._refuse("media", "refused_types")
        wire.received += len(data)
        return self._refuse("length", "too_big") if wire.received > self._limit else ""

    def _refuse(self, why: str, count: str) -> str:
        counts = self._crawler.spider.recorder.counts
        setattr(counts, count, getattr(counts, count) + 1)
        return why


def media_type(content_type: bytes) -> str:
    """The media type in lower case, without parameters; "" when it is not stated."""
    return content_type.decode("latin-1").partition(";")[0].strip().lower()


def is_robots(request: Request) -> bool:
    return bool(urlparse_cached(request).path == "/robots.txt")
