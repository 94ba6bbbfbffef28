"""Downloader middlewares: stay on the site, obey robots.txt, wait when asked to, leave by one way only."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any, Self

from scrapy import Request
from scrapy.downloadermiddlewares.offsite import OffsiteMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.task import deferLater

CRAWL_DELAY_LIMIT = 60.0  # seconds, of a robots.txt


class NotFetched(IgnoreRequest):  # type: ignore[misc]
    """A request that never left this machine; the archive says so, with the reason."""


def refuse(crawler: Any, request: Request, reason: str, detail: str) -> NotFetched:
    """Record that a request was not made; returns what to raise."""
    crawler.spider.recorder.not_fetched(request, reason, detail)
    return NotFetched(detail)


class StayOnSite(OffsiteMiddleware):  # type: ignore[misc]
    """Scrapy lets retries and other unfiltered requests off the site; this does not."""

    def process_request(self, request: Request) -> None:
        if not self.should_follow(request, self.crawler.spider):
            host = urlparse_cached(request).hostname
            raise refuse(self.crawler, request, "off_site", f"{host} is not among the profile's allowed domains")


class ObeyRobots(RobotsTxtMiddleware):  # type: ignore[misc]
    """RFC 9309 where Scrapy is laxer: an unreachable robots.txt or one with a server error forbids everything, a
    missing one allows everything whatever its page says; Crawl-delay is kept."""

    async def _parse_robots(self, resp: Response, netloc: str, request: Request) -> None:
        if resp.status >= 500 or resp.status == 429:
            resp = resp.replace(body=b"User-agent: *\nDisallow: /")
        elif resp.status >= 400:
            resp = resp.replace(body=b"")
        await super()._parse_robots(resp, netloc, request)
        self._slow_down(request, self._parsers[netloc])

    def _slow_down(self, request: Request, parser: Any) -> None:
        asked = parser.rp.crawl_delay(self._robotstxt_useragent or self._default_useragent) or 0.0
        downloader = self.crawler.engine.downloader
        delay = max(self.crawler.settings.getfloat("DOWNLOAD_DELAY"), min(float(asked), CRAWL_DELAY_LIMIT))
        key, slot = downloader._get_slot(request)
        slot.delay = delay
        downloader.per_slot_settings[key] = {"delay": delay}

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        waiting = self._parsers[netloc]
        self._parsers[netloc] = self._parserimpl.from_crawler(self.crawler, b"User-agent: *\nDisallow: /")
        waiting.callback(self._parsers[netloc])

    def process_request_2(self, rp: Any, request: Request) -> None:
        if rp is not None and not rp.allowed(request.url, self._robotstxt_useragent or self._default_useragent):
            raise refuse(self.crawler, request, "robots_forbidden", "robots.txt does not allow this address")


class Patience(RetryMiddleware):  # type: ignore[misc]
    """Retries. After a 429 or 503 with Retry-After nothing more is asked of that host until the time has passed;
    when the site asks for longer than the limit, the rest of its pages are put off to another run."""

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self._limit = settings.getfloat("IMB_PAUSE_LIMIT")
        self._delay = settings.getfloat("DOWNLOAD_DELAY")
        self._quiet_until: dict[str, float] = {}  # by host, monotonic seconds

    async def process_request(self, request: Request) -> None:
        host = urlparse_cached(request).hostname or ""
        while (left := self._quiet_until.get(host, 0.0) - monotonic()) > 0:
            if left > self._limit:
                raise refuse(self.crawler, request, "put_off", f"the site asked to be left alone for {left:.0f} s")
            await _sleep(left)

    def process_response(self, request: Request, response: Response) -> Any:
        if "dataloss" in response.flags:
            return self._retry(request, "body cut short") or response
        if response.status in self.retry_http_codes:
            wait = retry_after(response, datetime.now(UTC))
            if wait is None:
                wait = min(self._limit, self._delay * 2 ** request.meta.get("retry_times", 0))
            host = urlparse_cached(request).hostname or ""
            self._quiet_until[host] = max(self._quiet_until.get(host, 0.0), monotonic() + wait)
            if wait > self._limit:
                return response
        return super().process_response(request, response)


def retry_after(response: Response, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (a number or a date), or None without a usable one."""
    raw = response.headers.get(b"Retry-After", b"").decode("latin-1").strip()
    if raw.isascii() and raw.isdigit():
        return float(raw[:9])
    try:
        when = parsedate_to_datetime(raw)
    except ValueError:
        return None
    return max(0.0, ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now).total_seconds())


class OneWayOut:
    """Every request, robots.txt too, through the proxy of the settings, or through none; never through whatever
    the environment names."""

    def __init__(self, proxy: str) -> None:
        self._proxy = proxy or None

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        return cls(crawler.settings["IMB_PROXY"])

    def process_request(self, request: Request) -> None:
        request.meta["proxy"] = self._proxy


async def _sleep(seconds: float) -> None:
    from twisted.internet import reactor

    await maybe_deferred_to_future(deferLater(reactor, seconds))
