"""Reading pages: bytes in, evidence-bearing values out. Pure; imports neither store nor crawler."""

from __future__ import annotations

from datetime import datetime

from pipeline.extract.profile import SiteProfile
from pipeline.model import Ad


def extract_ad(html: str | bytes, url: str, captured_at: datetime, profile: SiteProfile | None = None) -> Ad:
    """The (first) ad of a page; an Ad without content when the page holds none. Never raises on content."""
    from pipeline.extract.page import extract_page  # loads vocabularies that `pipeline.extract.profile` does not need

    body = html.encode("utf-8", "replace") if isinstance(html, str) else html
    kind = "text/html; charset=utf-8" if isinstance(html, str) else "text/html"
    page = extract_page(body, kind, url, captured_at, profile)
    if page.ads:
        return page.ads[0]
    return Ad(profile.id if profile else "", "", url, "", "", "")
