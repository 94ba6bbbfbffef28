"""What one crawl counts. Whole numbers only, so that a count can go into a journal, a log or an artifact."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Counts:
    requests: int = 0  # sent: retries, redirects and robots.txt too
    captures: int = 0  # exchanges archived
    pages: int = 0  # final responses that reached the reader
    listings: int = 0  # listing pages read
    found: int = 0  # distinct ads listed or read: what the health check judges
    ads: int = 0  # ads read
    unread: int = 0  # pages asked for as ads that show neither ad nor tombstone
    with_phone: int = 0  # of these, ads with a phone
    new: int = 0  # ads read at an address never captured before
    revisited: int = 0  # ads fetched again because their last capture is old
    known: int = 0  # listed ads not fetched: their last capture is recent
    resumed: int = 0  # listed ads not fetched: captured by the interrupted crawl that this one completes
    gone: int = 0  # 404 and 410
    tombstones: int = 0  # pages that say the ad was deleted
    failures: int = 0  # requests without a usable response, after all retries
    refused_types: int = 0  # pictures, video and other types cut off at the headers
    too_big: int = 0  # cut off at the size limit, archived as far as they came
    robots_forbidden: int = 0
    off_site: int = 0
    put_off: int = 0  # not fetched: the site asked for a longer pause than we wait
    consents: int = 0  # interstitials passed
    repeats: int = 0  # listings that only repeated themselves
    bot_walls: int = 0
    held: int = 0  # captures blocked for a suspected minor
    left_out: int = 0  # not asked for: the run's page limit was reached

    def as_dict(self) -> dict[str, int]:
        return asdict(self)
