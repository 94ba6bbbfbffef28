"""A draft of a profile tried on its own page: a line stays only where the page is read no worse for it.

The measure is the same page read without a profile. A selector can lose what that reading finds (a root too narrow) and
can add what is not the ad's (a root with the site's own phone in it, an address field that matches every paragraph).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.extract.page import extract_page
from pipeline.extract.profile import parse_profile
from pipeline.model import Page

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


@dataclass(frozen=True, slots=True)
class Trial:
    """A page, the lines of the draft that are not on trial, and what the page says to a reader without a profile."""

    html: str
    url: str
    captured_at: datetime
    head: tuple[str, ...]
    wanted: Said

    def reading(self, lines: Iterable[str]) -> Said:
        """What the page says to a reader with the profile of these lines."""
        profile = parse_profile("\n".join((*self.head, *lines)), "draft")
        body = self.html.encode("utf-8", "replace")
        return said(extract_page(body, "text/html; charset=utf-8", self.url, self.captured_at, profile))

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
        """Comments that name what is still lost or added, for the person who corrects the draft."""
        found = self.reading(lines)
        return [
            f"# {words}: {kind} {''.join(c for c in value if c.isprintable())[:80]}"
            for words, values in (
                ("Not found by this draft, mend the root or add a field", self.wanted - found),
                ("Perhaps not of the ad, add its element to `without`", found - self.wanted),
            )
            for kind, value in sorted(values)
        ]
