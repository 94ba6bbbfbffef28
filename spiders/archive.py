"""Everything a crawl fetches goes into the archive before anything else sees it: retries, redirects, error pages and
robots.txt too, and a record for each request that failed or was not made.

The writing happens in the download handler, the innermost place that Scrapy offers: no middleware has touched the
response, and when the archive cannot be written the spider gets nothing and the crawl ends. What arrives within a
moment, where a site is asked for several pages at once, waits for the disk together; until then none is handed on.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from scrapy import Request
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.http import Response

from pipeline.evidence.archive import Archive
from pipeline.evidence.holds import SUSPECTED_MINOR
from pipeline.evidence.warc.writing import Exchange, Failure
from pipeline.extract.profile import SiteProfile
from pipeline.model import Capture
from spiders.counts import Counts
from spiders.gate import Gate
from spiders.wire import WIRE, Wire, WireHandler

SECRET_HEADER = re.compile(rb"\r\nproxy-authorization:[^\r]*\r\n", re.IGNORECASE)  # ours, for our own proxy
CAPTURE_ID = "capture_id"  # key of Request.meta, once the exchange is archived
REASONS = {
    "DownloadTimeoutError": "timeout",
    "CannotResolveHostError": "dns",
    "DownloadConnectionRefusedError": "refused",
    "DownloadFailedError": "broken",
    "DownloadCancelledError": "canceled",
    "UnsupportedURLSchemeError": "scheme",
}
REFUSED = frozenset({"type", "media"})  # bodies that are not collected: not a byte of them is kept
GATHER = 0.01  # seconds: how long the first waits for others, so that the disk is waited for once
TRUNCATED = {"length": "length", "time": "time", "disconnect": "disconnect"}  # ours -> WARC-Truncated
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
        self._together = max(1, profile.politeness.concurrent_requests)
        self._waiting: list[asyncio.Future[None]] = []  # one for each of what is written and not yet on the disk
        self._timer: asyncio.TimerHandle | None = None

    async def keep(self, request: Request, started: datetime, truncated: str = "", **said: str) -> None:
        """Archive one exchange; `truncated` says why its body is not whole. Raises ArchiveFailed."""
        wire: Wire = request.meta.pop(WIRE)
        protocol, status, reason = wire.status()
        exchange = Exchange(
            url=request.url,
            method=request.method,
            request_headers=(),
            request_body=request.body,
            status=status,
            reason=reason,
            protocol=protocol,
            response_headers=(),
            body=b"" if truncated in REFUSED else wire.body,
            ip="" if self._through_proxy else wire.peer.ip,
            started_at=started,
            received_at=self.now(),
            certificate=wire.peer.der,
            meta=self._meta(request, wire, truncated, said),
            request_head=self._public(wire.sent),
            response_head=wire.head,
            truncated=TRUNCATED.get(truncated, "unspecified") if truncated else "",
        )
        capture = await self._kept(exchange)
        assert capture is not None
        request.meta[CAPTURE_ID] = capture.capture_id
        self.counts.captures += 1

    def hold(self, response: Response) -> None:
        """Block the capture of a page at once: nobody reads it until two trained reviewers have."""
        self.counts.held += 1
        self._write(self._archive.block, response.request.meta[CAPTURE_ID], SUSPECTED_MINOR)

    async def keep_broken(self, request: Request, error: BaseException, started: datetime) -> None:
        """Archive a request that was sent, or tried, and what came back before it failed. Raises ArchiveFailed."""
        wire: Wire = request.meta[WIRE]
        name = type(error).__name__
        reason, detail = REASONS.get(name, name), str(error) or name
        if wire.has_head:
            cut = "time" if reason == "timeout" else "disconnect"
            await self.keep(request, started, cut, failure=reason, **{"failure-detail": detail})
        else:
            await self._kept(self._failure(request, reason, detail, started, request.meta.pop(WIRE)))

    def not_fetched(self, request: Request, reason: str, detail: str) -> None:
        """Archive that a request was not made, and count it under its reason. Raises ArchiveFailed."""
        setattr(self.counts, reason, getattr(self.counts, reason) + 1)
        self._write(
            self._archive.put, self._site, self._crawl_id, self._failure(request, reason, detail, self.now(), Wire())
        )
        if failed := self._commit():
            raise failed

    def _failure(self, request: Request, reason: str, detail: str, started: datetime, wire: Wire) -> Failure:
        received = {"received-base64": base64.b64encode(wire.head).decode()} if wire.lines else {}
        return Failure(
            url=request.url,
            method=request.method,
            request_headers=(),
            request_body=request.body,
            reason=reason,
            detail=detail,
            started_at=started,
            failed_at=self.now(),
            sent=bool(wire.sent),
            meta=self._meta(request, wire, "", received),
            request_head=self._public(wire.sent),
        )

    def _meta(self, request: Request, wire: Wire, truncated: str, said: Mapping[str, str]) -> dict[str, str]:
        meta = {"why": str(request.meta.get("why", "robots.txt")), **self._about, **said}
        if times := request.meta.get("retry_times"):
            meta["retry"] = str(times)
        if before := request.meta.get("redirect_urls"):
            meta["asked"], meta["redirected-from"] = before[0], before[-1]
        if truncated:
            meta["truncated"] = truncated
        if wire.sendings > 1:
            meta["sent"] = f"{wire.sendings} times: a kept-alive connection had been closed by the other side"
        if wire.interim:
            meta["interim-responses"] = str(wire.interim)
        if wire.excess:
            meta["left-out"] = f"{wire.excess} bytes or more behind the end of the response"
        return meta

    def _public(self, head: bytes) -> bytes:
        """The head without what opens our own proxy."""
        return SECRET_HEADER.sub(b"\r\n", head) if self._through_proxy else head

    async def _kept(self, what: Exchange | Failure) -> Capture | None:
        """Write it, and wait until it is on the disk and in the journal."""
        capture: Capture | None = self._write(self._archive.put, self._site, self._crawl_id, what)
        if self._together == 1:
            if failed := self._commit():
                raise failed
            return capture
        loop = asyncio.get_running_loop()
        if not self._waiting:
            self._timer = loop.call_later(GATHER, self._commit)
        kept: asyncio.Future[None] = loop.create_future()
        self._waiting.append(kept)
        if len(self._waiting) >= self._together:
            self._commit()
        await kept
        return capture

    def _commit(self) -> ArchiveFailed | None:
        """Put what is written on the disk and into the journal; what waits goes on, or fails. Returns why it failed.

        Nothing else here may commit: what waits would take the next commit, of nothing, for its own.
        """
        if self._timer is not None:
            self._timer.cancel()
        waiting, self._waiting = self._waiting, []
        failed = None
        try:
            self._archive.commit(self._crawl_id)
        except Exception as error:
            failed = self._failed(error)
        for kept in waiting:
            if kept.done():  # canceled meanwhile
                continue
            if failed is None:
                kept.set_result(None)
            else:
                kept.set_exception(ArchiveFailed(str(failed)))
        return failed

    def _write(self, write: Callable[..., Any], *what: Any) -> Any:
        if self.broken is not None:
            raise ArchiveFailed(str(self.broken))
        try:
            written = write(*what)
        except Exception as error:
            raise self._failed(error) from error
        if self._tell:
            self._tell(self.counts)
        return written

    def _failed(self, error: Exception) -> ArchiveFailed:
        if self.broken is None:
            self.broken = error
            log.error("The archive cannot be written: %s", error)
        return ArchiveFailed(str(error))


class ArchivingHandler(WireHandler):
    """Download, archive, hand on: in this order."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler, Gate(crawler))

    async def download_request(self, request: Request) -> Response:
        recorder: Recorder = self._crawler.spider.recorder
        if recorder.broken is not None:
            raise ArchiveFailed(str(recorder.broken))
        recorder.counts.requests += 1
        started = recorder.now()
        try:
            response = await super().download_request(request)
        except StopDownload as stop:
            await recorder.keep(request, started, stop.args[0])
            raise
        except Exception as error:
            await recorder.keep_broken(request, error, started)
            raise
        await recorder.keep(request, started, "disconnect" if "dataloss" in response.flags else "")
        return response
