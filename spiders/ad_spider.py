"""One generic spider: a profile says where to begin, what a listing is, how far to go and when to come back.

It decides what to fetch next; pages are read by `extract_page`, and the archive has them before it does.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any
from urllib.parse import urldefrag, urlsplit

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider, StopDownload
from scrapy.http import Response

from pipeline.evidence.archive import Archive
from pipeline.extract.page import extract_page
from pipeline.extract.profile import SiteProfile
from pipeline.model import ListingItem, Page
from spiders.archive import ArchiveFailed, Recorder
from spiders.known import GONE, Known, holds_ad
from spiders.politeness import NotFetched

BOT_WALL_LIMIT = 3  # after this many bot walls the crawl ends: more requests would only be noise
CONSENT_TRIES = 2  # for one address
LISTING, AD, REVISIT = 20, 10, 0  # priorities
log = logging.getLogger(__name__)


class AdSpider(Spider):  # type: ignore[misc]
    name = "ads"
    ended = ""  # Scrapy's reason: finished, shutdown, bot_wall, archive_failed

    def __init__(
        self, profile: SiteProfile, archive: Archive, recorder: Recorder, known: Known, urls: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self.profile, self.archive, self.recorder, self.known = profile, archive, recorder, known
        self.counts = recorder.counts
        self.allowed_domains = list(profile.allowed_domains)
        self._urls = tuple(urls)
        self._asked: set[str] = set()
        self._found: set[str] = set()

    async def start(self) -> AsyncIterator[Request]:
        for url in self._urls or self.profile.start_urls:
            for request in self._listing_request(url, 1, frozenset(), "asked for" if self._urls else "start"):
                yield request
        if self._urls:
            return
        for capture in self.known.stale():
            if capture.url not in self._asked and holds_ad(self.archive, capture, self.profile):
                for request in self._request(capture.url, "revisit", REVISIT, depth=0):
                    self.counts.revisited += 1
                    yield request

    # -- requests ---------------------------------------------------------------------------------------------------

    def _request(self, url: str, why: str, priority: int, **about: Any) -> Iterator[Request]:
        """One request, or none: off the site, asked already in this crawl, or beyond the page limit."""
        url = urldefrag(url)[0]
        if not self._on_site(url):
            self.counts.off_site += 1
        elif url not in self._asked:
            if self.profile.politeness.max_pages and len(self._asked) >= self.profile.politeness.max_pages:
                self.counts.left_out += 1
                return
            self._asked.add(url)
            yield self._asking(url, why, priority, {"depth": 0, "trail": frozenset(), "tries": 0, **about})

    def _asking(self, url: str, why: str, priority: int, about: dict[str, Any]) -> Request:
        return Request(
            url,
            callback=self.parse,
            errback=self.note_failure,
            priority=priority,
            dont_filter=True,  # `_asked` keeps an address from being asked twice
            meta={"why": why},
            cb_kwargs={"about": about},
        )

    def _listing_request(self, url: str, depth: int, trail: frozenset[str], why: str) -> Iterator[Request]:
        return self._request(url, why, LISTING, depth=depth, trail=trail)

    def _ad_request(self, url: str, why: str) -> Iterator[Request]:
        """A request for an ad that is new or due for another look."""
        url = urldefrag(url)[0]
        if url in self._found:
            return
        if self._on_site(url):
            self._found.add(url)
            self.counts.found = len(self._found)
        standing = self.known.standing(url)
        if standing in {"new", "stale"}:
            for request in self._request(url, why, AD):
                self.counts.revisited += standing == "stale"
                yield request
        elif standing == "resumed":
            self.counts.resumed += 1
        else:
            self.counts.known += 1

    def _on_site(self, url: str) -> bool:
        host = (urlsplit(url).hostname or "").lower()
        return any(host == d or host.endswith("." + d) for d in map(str.lower, self.allowed_domains))

    # -- pages ------------------------------------------------------------------------------------------------------

    def parse(self, response: Response, about: dict[str, Any]) -> Iterator[Request]:
        self.counts.pages += 1
        if response.status in GONE:
            self.counts.gone += 1
            return
        page = self._read(response)
        if page.suspected_minor:
            self.recorder.hold(response)
        elif page.kind == "bot_wall":
            self._note_bot_wall()
        elif response.status >= 400 or "dataloss" in response.flags:
            self.counts.failures += 1
        elif page.kind == "consent":
            yield from self._pass_consent(page, response, about)
        else:
            if page.kind == "tombstone":
                self.counts.tombstones += 1
            elif page.ads:
                self._count_ads(page, response)
            elif not page.items and response.request.priority < LISTING:
                self._note_unread(page, response)
            yield from self._follow(page, about)

    def _read(self, response: Response) -> Page:
        kind = response.headers.get("Content-Type", b"").decode("latin-1")
        accepted = self.archive.home.settings
        return extract_page(
            response.body,
            kind,
            response.url,
            self.recorder.now(),
            self.profile,
            fictional=accepted.fictional_numbers,
            generated=accepted.generated_numbers,
        )

    def _count_ads(self, page: Page, response: Response) -> None:
        asked = asked_url(response)
        self.counts.ads += len(page.ads)
        self.counts.with_phone += sum(bool(ad.phones) for ad in page.ads)
        self.counts.new += len(page.ads) * self.known.is_new(asked)
        if len(page.ads) > 1:
            self._found.discard(asked)
        self._found |= {ad.ad_id for ad in page.ads} if len(page.ads) > 1 else {asked}
        self.counts.found = len(self._found)

    def _note_unread(self, page: Page, response: Response) -> None:
        self.counts.unread += 1
        log.warning("No ad on %s (%s): %s", response.url, page.kind, page.problem or "nothing matches the profile")

    def _follow(self, page: Page, about: dict[str, Any]) -> Iterator[Request]:
        for ad in page.ads:
            for url in ad.other_ads:
                yield from self._ad_request(url, "other ad of the account")
        if not page.items and page.kind != "forum":
            return
        listed = {urldefrag(item.url)[0] for item in page.items} | {ad.ad_id for ad in page.ads}
        self.counts.listings += bool(page.items)
        if about["trail"] and listed <= about["trail"]:
            self.counts.repeats += 1
            return
        for item in page.items:
            yield from self._ad_request(item.url, "listed")
        if page.next and self._goes_on(page.items, about["depth"]):
            trail = about["trail"] | listed
            yield from self._listing_request(page.next, max(1, about["depth"]) + 1, trail, "next page")

    def _goes_on(self, items: Sequence[ListingItem], depth: int) -> bool:
        """Whether "next" is followed: while most of what is listed was new when this round began."""
        if depth >= self.profile.revisit.max_depth:
            return False
        on_site = [url for item in items if self._on_site(url := urldefrag(item.url)[0])]
        if not on_site:
            return True
        new = sum(self.known.is_new(url) for url in on_site)
        return new >= self.profile.revisit.new_share * len(on_site)

    # -- interstitials, walls, failures -----------------------------------------------------------------------------

    def _pass_consent(self, page: Page, response: Response, about: dict[str, Any]) -> Iterator[Request]:
        """Follow the interstitial's own link, keep its cookie, then ask for the wanted page again."""
        wanted = response.request.replace(url=asked_url(response))
        if page.consent is None or not self._on_site(page.consent) or about["tries"] >= CONSENT_TRIES:
            log.warning("The interstitial before %s cannot be passed", wanted.url)
            self.counts.failures += 1
            return
        self.counts.consents += 1
        yield Request(
            page.consent,
            callback=self.after_consent,
            errback=self.note_failure,
            priority=LISTING + 1,
            dont_filter=True,
            meta={"why": "consent"},
            cb_kwargs={"wanted": (wanted.url, wanted.meta["why"], wanted.priority), "about": about},
        )

    def after_consent(
        self, response: Response, wanted: tuple[str, str, int], about: dict[str, Any]
    ) -> Iterator[Request]:
        url, why, priority = wanted
        if response.url == url and response.status < 400:
            yield from self.parse(response, {**about, "tries": about["tries"] + 1})
        else:
            yield self._asking(url, why, priority, {**about, "tries": about["tries"] + 1})

    def _note_bot_wall(self) -> None:
        self.counts.bot_walls += 1
        if self.counts.bot_walls >= BOT_WALL_LIMIT:
            raise CloseSpider("bot_wall")

    def note_failure(self, failure: Any) -> None:
        """After the last retry. Types cut off and requests never made have counts of their own."""
        if failure.check(ArchiveFailed):
            raise CloseSpider("archive_failed")
        if failure.check(NotFetched, StopDownload) is None:
            self.counts.failures += 1

    def closed(self, reason: str) -> None:
        self.ended = reason


def asked_url(response: Response) -> str:
    """The address that was asked for, before any redirect."""
    return str(response.meta.get("redirect_urls", [response.request.url])[0])
