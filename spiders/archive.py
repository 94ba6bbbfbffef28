"""Everything a crawl fetches goes into the archive before anything else sees it: retries, redirects, error pages and
robots.txt too, and a record for each request that failed or was not made.

The writing happens in the download handler, the innermost place that Scrapy offers: no middleware has touched the
response, and when the archive cannot be written the spider gets nothing and the crawl ends.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Self

from scrapy import Request, signals
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.http import Headers, Response
from scrapy.utils.httpobj import urlparse_cached

from pipeline.evidence.archive import Archive
from pipeline.evidence.holds import SUSPECTED_MINOR
from pipeline.evidence.warc import Exchange, Failure
from pipeline.extract.profile import SiteProfile
from spiders.counts import Counts
from spiders.settings import ALLOWED_TYPES
from spiders.wire import WIRE, Pairs, Wire, WireHandler

MEDIA_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"RIFF", b"\x1aE\xdf\xa3", b"OggS", b"ID3")
SECRET_HEADERS = frozenset({b"proxy-authorization"})  # ours, to our own proxy: no part of the exchange
CAPTURE_ID = "capture_id"  # key of Request.meta, once the exchange is archived
REASONS = {
    "DownloadTimeoutError": "timeout",
    "CannotResolveHostError": "dns",
    "DownloadConnectionRefusedError": "refused",
    "DownloadFailedError": "broken",
    "DownloadCancelledError": "canceled",
    "UnsupportedURLSchemeError": "scheme",
}
NOT_SENT = frozenset({"dns", "refused", "scheme"})
log = logging.getLogger(__name__)


class ArchiveFailed(IgnoreRequest):  # type: ignore[misc]
    """The archive could not be written: the crawl ends, what was complete is kept."""


class Recorder:
    """Writes one crawl's exchanges and failures, and counts them."""

    def __init__(
        self,
        archive: Archive,
        now: Callable[[], datetime],
        profile: SiteProfile,
        crawl_id: str,
        proxy: str,
        tell: Callable[[Counts], None] | None = None,
    ) -> None:
        self.counts = Counts()
        self.broken: Exception | None = None  # why the archive cannot be written any more
        self._archive, self.now, self._site, self._crawl_id = archive, now, profile.id, crawl_id
        self._about = {"lawful-basis": profile.legal_basis, "egress": "proxy" if proxy else "direct"}
        self._through_proxy, self._tell = bool(proxy), tell

    def keep(self, request: Request, response: Response, started: datetime, truncated: str = "") -> None:
        """Archive one exchange. Raises ArchiveFailed."""
        wire: Wire = request.meta.pop(WIRE)
        flags = set(response.flags)
        if "dataloss" in flags:
            truncated = truncated or "disconnect"
        exchange = Exchange(
            url=request.url,
            method=request.method,
            request_headers=_public(wire.request_headers),
            request_body=request.body,
            status=response.status,
            reason=wire.reason,
            protocol=response.protocol or "HTTP/1.1",
            response_headers=wire.headers,
            body=b"" if truncated in {"type", "media"} else wire.body(response.body),
            ip="" if self._through_proxy else wire.ip,
            started_at=started,
            received_at=self.now(),
            certificate=wire.certificate,
            meta=self._meta(request, truncated),
        )
        capture = self._write(lambda: self._archive.write(self._site, self._crawl_id, exchange))
        request.meta[CAPTURE_ID] = capture.capture_id
        self.counts.captures += 1

    def hold(self, response: Response) -> None:
        """Block the capture of a page at once: nobody reads it until two trained reviewers have."""
        self.counts.held += 1
        self._write(lambda: self._archive.block(response.request.meta[CAPTURE_ID], SUSPECTED_MINOR))

    def keep_failure(self, request: Request, error: BaseException, started: datetime) -> None:
        """Archive that a request was sent, or tried, and gave no response. Raises ArchiveFailed."""
        wire: Wire | None = request.meta.pop(WIRE, None)
        headers = wire.request_headers if wire else [(n, v) for n, vs in request.headers.items() for v in vs]
        name = type(error).__name__
        reason = REASONS.get(name, name)
        self._fail(request, _public(headers), reason, str(error) or name, started, reason not in NOT_SENT)

    def not_fetched(self, request: Request, reason: str, detail: str) -> None:
        """Archive that a request was not made, and count it under its reason. Raises ArchiveFailed."""
        setattr(self.counts, reason, getattr(self.counts, reason) + 1)
        self._fail(request, [], reason, detail, self.now(), False)

    def _fail(self, request: Request, headers: Pairs, reason: str, detail: str, started: datetime, sent: bool) -> None:
        failure = Failure(
            url=request.url,
            method=request.method,
            request_headers=headers,
            request_body=request.body,
            reason=reason,
            detail=detail,
            started_at=started,
            failed_at=self.now(),
            sent=sent,
            meta=self._meta(request, ""),
        )
        self._write(lambda: self._archive.write_failure(self._site, self._crawl_id, failure))

    def _meta(self, request: Request, truncated: str) -> dict[str, str]:
        meta = {"why": str(request.meta.get("why", "robots.txt")), **self._about}
        if times := request.meta.get("retry_times"):
            meta["retry"] = str(times)
        if before := request.meta.get("redirect_urls"):
            meta["redirected-from"] = before[-1]
        if truncated:
            meta["truncated"] = truncated
        return meta

    def _write(self, write: Callable[[], Any]) -> Any:
        if self.broken is not None:
            raise ArchiveFailed(str(self.broken))
        try:
            written = write()
        except Exception as error:
            self.broken = error
            log.error("The archive cannot be written: %s", error)
            raise ArchiveFailed(str(error)) from error
        if self._tell:
            self._tell(self.counts)
        return written


def _public(headers: Pairs) -> Pairs:
    return [(name, value) for name, value in headers if name.lower() not in SECRET_HEADERS]


class ArchivingHandler(WireHandler):
    """Download, archive, hand on: in this order."""

    async def download_request(self, request: Request) -> Response:
        recorder: Recorder = self._crawler.spider.recorder
        if recorder.broken is not None:
            raise ArchiveFailed(str(recorder.broken))
        recorder.counts.requests += 1
        started = recorder.now()
        try:
            response = await super().download_request(request)
        except StopDownload as stop:
            recorder.keep(request, stop.response, started, stop.args[0])
            raise
        except Exception as error:
            recorder.keep_failure(request, error, started)
            raise
        recorder.keep(request, response, started)
        return response


class Gate:
    """Cut a download off at its headers (or first bytes) when it is of a type that is not collected, and when it has
    grown beyond the limit; in that case what did arrive is archived."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._limit = crawler.settings.getint("IMB_BODY_LIMIT")

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        gate = cls(crawler)
        crawler.signals.connect(gate.look_at_headers, signal=signals.headers_received)
        crawler.signals.connect(gate.look_at_bytes, signal=signals.bytes_received)
        return gate

    def look_at_headers(self, headers: Headers, request: Request) -> None:
        kind = media_type(headers)
        if is_robots(request):
            if kind.startswith(("image/", "video/", "audio/")):
                self._refuse("type", "refused_types")
        elif kind not in ALLOWED_TYPES:
            self._refuse("type", "refused_types")

    def look_at_bytes(self, data: bytes, request: Request) -> None:
        wire: Wire = request.meta[WIRE]
        if wire.received == 0 and (data.startswith(MEDIA_STARTS) or data[4:8] == b"ftyp"):
            self._refuse("media", "refused_types")
        wire.received += len(data)
        if wire.received > self._limit:
            self._refuse("length", "too_big")

    def _refuse(self, why: str, count: str) -> None:
        counts = self._crawler.spider.recorder.counts
        setattr(counts, count, getattr(counts, count) + 1)
        stop = StopDownload(fail=True)
        stop.args = (why,)
        raise stop


def media_type(headers: Headers) -> str:
    """The media type in lower case, without parameters; "" when it is not stated."""
    stated: bytes = headers.get(b"Content-Type") or b""
    return stated.decode("latin-1").partition(";")[0].strip().lower()


def is_robots(request: Request) -> bool:
    return bool(urlparse_cached(request).path == "/robots.txt")
