"""The crawler's own process: `python -m spiders.crawl`, its job as one JSON line on stdin, JSON lines on stdout.

Started by `spiders.run` only, which holds the home's lock for it. It dies with its parent, so that no orphan writes
into an archive that another process has taken over.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, TextIO

from pipeline.errors import CrawlUnhealthy, FixHome, ImbError
from pipeline.evidence.archive import Archive
from pipeline.extract.profile import SiteProfile, load_profile
from pipeline.home import Home
from pipeline.settings import Settings
from spiders.counts import Counts
from spiders.health import judge

PR_SET_PDEATHSIG = 1
TELL_EVERY = 0.5  # seconds
Tell = Callable[[dict[str, Any]], None]


def main() -> int:
    say = _claim_stdout()
    job = json.loads(sys.stdin.readline())
    die_with_parent(job["parent"], sys.stdin)
    home = Home(Path(job["home"]), Settings(**job["settings"]), job["demo"], job["opened_at"])
    try:
        return crawl(home, Path(job["profile"]), job["urls"], job["reason"], say)
    except (ImbError, OSError) as error:
        logging.getLogger(__name__).exception("The crawl ended")
        named = error if isinstance(error, ImbError) else unwritable(home, error)
        say({"error": type(named).__name__, "message": str(named)})
        return named.exit_code


def unwritable(home: Home, error: OSError) -> FixHome:
    return FixHome(
        f"{home.archive} cannot be written ({error}). Give {home.settings.operator!r} the right to write there and run "
        "the same command again; what was complete before is kept."
    )


def _claim_stdout() -> Tell:
    """Keep stdout for JSON lines; whatever else prints goes to stderr, which is the log file."""
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(value: dict[str, Any]) -> None:
        lines.write(json.dumps(value) + "\n")
        lines.flush()

    return say


def die_with_parent(parent: int, stdin: TextIO) -> None:
    """End at once when the parent does: by the kernel on Linux, and by the end of stdin everywhere."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)

    def watch() -> None:
        while stdin.readline():
            pass
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def crawl(home: Home, profile_path: Path, urls: list[str], reason: str, say: Tell) -> int:
    """Crawl one site from begin to journalled end; returns the exit code."""
    from spiders.known import load_known

    profile = load_profile(profile_path)
    archive = Archive(home)
    known = load_known(archive, profile)
    crawl_id = archive.begin_crawl(profile.id, facts(home, profile, profile_path, reason))
    say({"begun": crawl_id})
    from spiders.archive import Recorder

    tell = _seldom(lambda counts: say({"progress": counts.as_dict()}))
    recorder = Recorder(archive, home.now, profile, crawl_id, home.settings.proxy, tell)
    ended = _run_scrapy(home, profile, archive, recorder, known, urls)
    if recorder.broken is not None:
        raise recorder.broken
    problems = judge(recorder.counts, profile.health) if not urls else []
    if ended not in {"finished", "bot_wall"}:
        problems.append(f"the crawl was interrupted ({ended or 'crawler error'}); what it had not fetched is left")
    archive.end_crawl(crawl_id, recorder.counts.as_dict(), not problems, problems)
    archive.close()
    say({"ended": crawl_id, "counts": recorder.counts.as_dict(), "problems": problems})
    return CrawlUnhealthy.exit_code if problems else 0


def _run_scrapy(home: Home, profile: SiteProfile, archive: Archive, recorder: Any, known: Any, urls: list[str]) -> str:
    """Run the spider to its end; returns Scrapy's reason for it."""
    from scrapy.crawler import CrawlerProcess

    from spiders.ad_spider import AdSpider
    from spiders.settings import crawl_settings, pin_public_suffixes

    pin_public_suffixes()
    process = CrawlerProcess(crawl_settings(home.settings, profile))
    crawler = process.create_crawler(AdSpider)
    process.crawl(crawler, profile=profile, archive=archive, recorder=recorder, known=known, urls=urls)
    process.start()
    return str(crawler.spider.ended) if crawler.spider else ""


def facts(home: Home, profile: SiteProfile, profile_path: Path, reason: str) -> Mapping[str, Any]:
    """What the journal says of a crawl beyond who, where and with which program."""
    polite = profile.politeness
    return {
        "why": reason,
        "lawful_basis": profile.legal_basis or home.settings.lawful_basis,
        "robots": "obeyed" if polite.robots else "not obeyed: the site's profile says so",
        "egress": "proxy" if home.settings.proxy else "direct",
        "profile_sha256": sha256(profile_path.read_bytes()).hexdigest(),
        "politeness": {"delay_seconds": polite.delay_seconds, "concurrent_requests": polite.concurrent_requests},
    }


def _seldom(tell: Callable[[Counts], None]) -> Callable[[Counts], None]:
    last = 0.0

    def maybe(counts: Counts) -> None:
        nonlocal last
        if time.monotonic() - last >= TELL_EVERY:
            last = time.monotonic()
            tell(counts)

    return maybe


if __name__ == "__main__":
    sys.exit(main())
