"""Is a crawl to be trusted? Pure: counts and the profile's limits in, sentences out."""

from __future__ import annotations

from pipeline.extract.profile import Health
from spiders.counts import Counts

ENOUGH_ADS = 10  # below this many ads read, the share with a phone says nothing
UNREAD_SHARE = 0.5  # of the pages asked for as ads: from here on, the site or its profile has changed


def judge(counts: Counts, health: Health) -> list[str]:
    """What is wrong with a crawl, in words; empty when it is healthy."""
    problems = []
    if counts.bot_walls:
        problems.append(f"a bot wall was met on {counts.bot_walls} pages")
    if counts.requests and not counts.pages:
        problems.append(_no_page(counts))
    if counts.found < health.min_ads:
        problems.append(f"too few ads: {counts.found} found, at least {health.min_ads} expected")
    if health.max_ads and counts.found > health.max_ads:
        problems.append(f"too many ads: {counts.found} found, at most {health.max_ads} expected")
    asked = counts.ads + counts.unread
    if counts.unread and asked >= ENOUGH_ADS and counts.unread >= UNREAD_SHARE * asked:
        problems.append(f"{counts.unread} pages listed as ads show none: the site has changed, or its profile is wrong")
    if counts.ads >= ENOUGH_ADS and counts.with_phone < health.min_phone_share * counts.ads:
        share = counts.with_phone / counts.ads
        problems.append(f"too few ads with a phone: {share:.0%} of {counts.ads}, {health.min_phone_share:.0%} expected")
    return problems


def _no_page(counts: Counts) -> str:
    if counts.robots_forbidden:
        return "robots.txt forbids every page asked for, or could not be had"
    if counts.put_off:
        return "the site asked for a longer pause than the crawler waits; try again later"
    return f"every request failed ({counts.failures} failures)"
