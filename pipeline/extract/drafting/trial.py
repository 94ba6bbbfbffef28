"""A draft of a profile tried on its own page: a line stays only where the page is read no worse for it.

The measure is the same page read without a profile. A selector can lose what that reading finds (a root too narrow) and
can add what is not the ad's (a root with the site's own phone in it, an address field that matches every paragraph).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.extract.drafting.parts import shape_of
from pipeline.extract.page import extract_page
from pipeline.extract.profile import SiteProfile, parse_profile
from pipeline.model import Page, PageKind

Said = frozenset[tuple[str, str]]  # (kind, value) such as ("phone", "+14175550101")
COMPARED = ("title", "business_name", "location", "hours")


def said(page: Page) -> Said:
    """What a page says of its ads."""
    found: set[tuple[str, str]] = set()
    for ad in page.ads:
        found |= {(name, getattr(ad, name)) for name in COMPARED}
        found |= {("address", f"{a.street_key or a.line} {a.unit}".strip()) for a in ad.addresses}
        found |= {(m.kind, m.value) for m in ad.mentions if m.kind in {"phone", "email", "handle", "website"}}
        found |= {
            (n, f"{d.earliest} {d.latest}")
            for n, d in (("posted", ad.posted), ("updated", ad.updated))
            if d is not None
        }
    return frozenset((kind, value) for kind, value in found if value)


def quotes_of(page: Page) -> frozenset[str]:
    """The words by which a page's ads say how to reach and find them, where its text says it."""
    kinds = {"phone", "email", "handle", "address"}
    return frozenset(m.quote for ad in page.ads for m in ad.mentions if m.kind in kinds and m.field == "text")


def compare_with_plain(
    profile: SiteProfile, body: bytes, content_type: str, url: str, captured_at: datetime
) -> tuple[PageKind, Said, Said, Said]:
    """What a page is read as, and what is said of it by both readings, by the profile's only, by the plain one only."""
    read = extract_page(body, content_type, url, captured_at, profile)
    if read.suspected_minor or read.kind == "listing":
        return read.kind, frozenset(), frozenset(), frozenset()
    found, plain = said(read), said(extract_page(body, content_type, url, captured_at))
    return read.kind, found & plain, found - plain, plain - found


@dataclass(frozen=True, slots=True)
class Trial:
    """A page, the lines of the draft that are not on trial, and what the page says to a reader without a profile."""

    html: str
    url: str
    captured_at: datetime
    head: tuple[str, ...]
    wanted: Said

    def page(self, lines: Iterable[str]) -> Page:
        """The page to a reader with the profile of these lines."""
        profile = parse_profile("\n".join((*self.head, *lines)), "draft")
        body = self.html.encode("utf-8", "replace")
        return extract_page(body, "text/html; charset=utf-8", self.url, self.captured_at, profile)

    def reading(self, lines: Iterable[str]) -> Said:
        """What the page says to that reader."""
        return said(self.page(lines))

    def misses(self, lines: Iterable[str]) -> int:
        """How many things are lost or added."""
        return len(self.reading(lines) ^ self.wanted)

    def best(self, ways: Sequence[Sequence[str]]) -> list[str]:
        """The first of several ways to write some lines that loses and adds least."""
        return list(min(ways, key=self.misses))

    def commented(self, kept: Sequence[str], guesses: Sequence[str]) -> list[str]:
        """The guesses, those that lose or add something after `kept` and the guesses before them as comments."""
        active, least, lines = list(kept), self.misses(kept), []
        for line in guesses:
            missed = least if line.startswith("#") else self.misses([*active, line])
            lines.append(line if missed <= least else f"# {line}")
            active, least = [*active, lines[-1]], min(least, missed)
        return lines

    def remarks(self, lines: Sequence[str]) -> list[str]:
        """Comments that show the shape of what is still lost or added, for the person who corrects the draft."""
        found = self.reading(lines)
        return [
            f"# {words}: {kind} {shape_of(value)}"
            for words, values in (
                ("Not found by this draft, mend the root or add a field", self.wanted - found),
                ("Perhaps not of the ad, add its element to `without`", found - self.wanted),
            )
            for kind, value in sorted(values)
        ]
