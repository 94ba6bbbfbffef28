"""What the archive already holds of a site: which ads are new, which are due for another look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from pipeline.errors import EvidenceBroken, NotAllowed, NotFound
from pipeline.evidence.archive import CAPTURE_KINDS, Archive, known_capture
from pipeline.extract.page import extract_page
from pipeline.extract.profile import Revisit, SiteProfile
from pipeline.model import Capture

Standing = Literal["new", "resumed", "recent", "stale"]
CONCLUSIVE = frozenset({200, 404, 410})  # after anything else the address is asked again
GONE = frozenset({404, 410})


@dataclass(slots=True)
class Known:
    """The last capture of each address: before this round of crawling, and in it.

    A round is the interrupted or unhealthy crawls since the last complete one, and the crawl that completes it.
    """

    now: datetime
    known_after: timedelta
    before: dict[str, Capture] = field(default_factory=dict)
    during: dict[str, Capture] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)  # addresses whose last capture is blocked: never asked again by us

    def standing(self, url: str) -> Standing:
        """new: never captured before this round; resumed: captured in it; recent, stale: by age of the capture."""
        capture = self.during.get(url)
        if capture is not None and capture.status in CONCLUSIVE:
            return "resumed"
        capture = self.before.get(url)
        if capture is None:
            return "new"
        if url in self.held:
            return "recent"
        return "stale" if self.now - capture.captured_at >= self.known_after else "recent"

    def is_new(self, url: str) -> bool:
        """Whether the address had never been captured when this round began."""
        return url not in self.before

    def stale(self) -> Iterator[Capture]:
        """Last captures that are due for another look, oldest first; what was gone then is not asked again."""
        old = [c for url, c in self.before.items() if c.status not in GONE and self.standing(url) == "stale"]
        yield from sorted(old, key=lambda c: (c.captured_at, c.url))


def load_known(archive: Archive, profile: SiteProfile) -> Known:
    """Everything the archive holds of one site, imported captures too."""
    now = archive.home.now()
    began = round_began(archive, profile.id, profile.revisit, now)
    known = Known(now, timedelta(hours=profile.revisit.known_after_hours))
    for entry in archive.journal.entries(CAPTURE_KINDS, containing=profile.id.encode()):
        found = known_capture(entry)
        broke_off = entry.kind != "imported" and found is not None and found.damage
        if found is None or found.capture.site != profile.id or broke_off:
            continue  # what broke off is asked for again
        capture = found.capture
        place = known.before if began is None or capture.captured_at < began else known.during
        earlier = place.get(capture.url)
        if earlier is None or earlier.captured_at <= capture.captured_at:
            place[capture.url] = capture
    captures = (*known.before.values(), *known.during.values())
    known.held = {c.url for c in captures if archive.is_blocked(c.capture_id)}
    return known


def round_began(archive: Archive, site: str, revisit: Revisit, now: datetime) -> datetime | None:
    """When the first crawl since the last complete one began, if that was recent; None when there is none.

    A healthy crawl that left pages out for its page limit does not complete a round.
    """
    oldest = now - timedelta(hours=max(revisit.every_hours, revisit.known_after_hours))
    began: datetime | None = None
    for entry in archive.journal.entries(("crawl_started", "crawl_finished"), containing=site.encode()):
        if entry.body["site"] != site:
            continue
        if entry.kind == "crawl_finished":
            began = began if entry.body["counts"].get("left_out") else None
        elif began is None and entry.when >= oldest:
            began = entry.when
    return began


def holds_ad(archive: Archive, capture: Capture, profile: SiteProfile) -> bool:
    """Whether an archived page showed an ad: read again from the archive, never fetched."""
    try:
        response = archive.read(capture)
    except (NotAllowed, NotFound, EvidenceBroken):
        return False
    page = extract_page(response.payload, response.content_type, capture.url, capture.captured_at, profile)
    return page.kind in {"ad", "forum"}
