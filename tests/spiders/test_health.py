"""When a crawl is to be distrusted: each limit at its edge and just past it."""

from __future__ import annotations

import pytest

from pipeline.extract.profile import Health
from spiders.counts import Counts
from spiders.health import judge

LIMITS = Health(min_ads=5, max_ads=50, min_phone_share=0.5)
FINE = {"requests": 30, "pages": 28, "found": 20, "ads": 20, "with_phone": 15}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"found": 5}, ""),
        ({"found": 4}, "too few ads: 4 found"),
        ({"found": 50}, ""),
        ({"found": 51}, "too many ads: 51 found"),
        ({"with_phone": 10}, ""),
        ({"with_phone": 9}, "too few ads with a phone: 45% of 20"),
        ({"ads": 9, "with_phone": 0}, ""),  # too few to say anything
        ({"ads": 0, "with_phone": 0}, ""),  # nothing new: what was found counts
        ({"unread": 19}, ""),
        ({"unread": 20}, "20 pages listed as ads show none"),
        ({"ads": 0, "with_phone": 0, "unread": 9}, ""),
        ({"ads": 0, "with_phone": 0, "unread": 10}, "10 pages listed as ads show none"),
        ({"bot_walls": 1}, "a bot wall was met on 1 pages"),
    ],
)
def test_each_limit(change: dict[str, int], said: str) -> None:
    problems = judge(Counts(**{**FINE, **change}), LIMITS)
    assert [p[: len(said)] for p in problems] == ([said] if said else [])


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (Counts(requests=4, failures=4), "every request failed (4 failures)"),
        (Counts(requests=1, robots_forbidden=1), "robots.txt forbids every page"),
        (Counts(requests=2, put_off=3), "the site asked for a longer pause"),
    ],
)
def test_no_page_at_all(counts: Counts, said: str) -> None:
    assert judge(counts, Health())[0].startswith(said)


def test_without_limits_an_empty_crawl_that_reached_the_site_is_healthy() -> None:
    assert judge(Counts(requests=2, pages=1), Health()) == []
