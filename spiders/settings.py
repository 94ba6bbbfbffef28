"""Scrapy's settings for one site. Whatever Scrapy leaves impolite, chatty or open by default is said here."""

from __future__ import annotations

import re
from typing import Any

from pipeline.extract.profile import SiteProfile
from pipeline.settings import Settings

PAUSE_LIMIT = 300.0  # seconds; a site that asks (Retry-After) for more is left alone for this run
BODY_LIMIT = 16 * 1024 * 1024  # bytes as sent
ALLOWED_TYPES = frozenset(
    {
        "",  # not stated
        "text/html",
        "application/xhtml+xml",
        "text/plain",
        "application/json",
        "application/ld+json",
        "application/xml",
        "text/xml",
    }
)


def crawl_settings(settings: Settings, profile: SiteProfile) -> dict[str, Any]:
    """The whole dictionary for a CrawlerProcess."""
    return {
        **_politeness(settings, profile),
        **_evidence(),
        **_quiet(),
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "spiders.politeness.StayOnSite": 50,
            "spiders.politeness.ObeyRobots": 100,
            "spiders.politeness.Patience": 550,
            "spiders.politeness.OneWayOut": 740,
        },
        "CONCURRENT_ITEMS": 1,  # by default Scrapy starts a hundred tasks for each page; there are no items here
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",  # in the order of the page
        "IMB_PROXY": settings.proxy,
        "IMB_PAUSE_LIMIT": PAUSE_LIMIT,
        "IMB_BODY_LIMIT": BODY_LIMIT,
    }


def _politeness(settings: Settings, profile: SiteProfile) -> dict[str, Any]:
    polite = profile.politeness
    together = max(1, polite.concurrent_requests)
    return {
        "USER_AGENT": settings.user_agent,
        "ROBOTSTXT_OBEY": polite.robots,
        "ROBOTSTXT_USER_AGENT": robots_name(settings.user_agent),
        "DOWNLOAD_DELAY": polite.delay_seconds,
        "DOWNLOAD_DELAY_JITTER": 0.0,  # by default Scrapy waits as little as half of it
        "CONCURRENT_REQUESTS": together,  # so that a pause asked for by the site holds back what follows
        "CONCURRENT_REQUESTS_PER_DOMAIN": together,
        "DOWNLOAD_TIMEOUT": polite.timeout_seconds,
        "DOWNLOAD_MAXSIZE": 4 * BODY_LIMIT,  # after decompression
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": False,  # what did arrive is evidence; Patience asks again
        "RETRY_TIMES": 3,
        "RETRY_GIVE_UP_LOG_LEVEL": "INFO",
        "REDIRECT_MAX_TIMES": 10,
        "METAREFRESH_ENABLED": False,  # such a page is read, not skipped
        "COOKIES_ENABLED": True,
        "HTTPERROR_ALLOW_ALL": True,  # bot walls and tombstones come with error codes: the spider reads them
        "REFERRER_POLICY": "same-origin",
    }


def _evidence() -> dict[str, Any]:
    handler = "spiders.archive.ArchivingHandler"
    others = {"data": None, "file": None, "ftp": None, "s3": None}
    return {"DOWNLOAD_HANDLERS": {"http": handler, "https": handler, **others}, "HTTPCACHE_ENABLED": False}


def _quiet() -> dict[str, Any]:
    return {
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_LEVEL": "INFO",
        "LOG_FORMAT": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        "COOKIES_DEBUG": False,
    }


def robots_name(user_agent: str) -> str:
    """The product token that a robots.txt addresses: "imb-collector" of "imb-collector/0.1 (…)"."""
    token = re.match(r"[A-Za-z_-]+", user_agent.strip())
    return token[0] if token else user_agent


def pin_public_suffixes() -> None:
    """Make Scrapy's cookie code read the public suffix list that lies in the package; by default it fetches one."""
    from scrapy.downloadermiddlewares import cookies
    from tldextract import TLDExtract

    cookies._split_domain = TLDExtract(include_psl_private_domains=True, suffix_list_urls=(), cache_dir=None)
