"""Links of a page as absolute URLs."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

# What nearly all links are. Nothing in them is for `urljoin` to resolve or to tidy: no dots at the head of a step, no
# parameters, no fragment, no empty query; it costs ten times as much as to see that.
_HOST = r"https?://[a-z0-9][a-z0-9.-]*(?::[0-9]+)?"
_STEP = r"[A-Za-z0-9_~%+-][A-Za-z0-9_.~%+-]*"
_PATH = rf"/(?:{_STEP}(?:/{_STEP})*/?)?(?:\?[A-Za-z0-9_.~%+=&-]+)?"
_is_rooted = re.compile(_PATH).fullmatch
_is_whole = re.compile(rf"{_HOST}(?:{_PATH})?").fullmatch
_SITE = re.compile(rf"({_HOST})(?=[/?#]|\Z)")


def absolute(url: str, base: str, href: str) -> str:
    """A link of the page at `url`, whose <base> is "" or what links are relative to, as an http(s) URL.

    Without fragment; "" for anything else that a link may be.
    """
    if not base:
        if _is_rooted(href) and (site := _site(url)):
            return site + href
        if _is_whole(href) and _site(url):
            return href
    return _resolved(url, base, href)


@lru_cache(maxsize=256)
def _site(url: str) -> str:
    """The scheme and host of a page's URL, when they are plainly written; else ""."""
    found = _SITE.match(url)
    return found[1] if found else ""


@lru_cache(maxsize=2048)
def _resolved(url: str, base: str, href: str) -> str:
    try:
        found = urljoin(urljoin(url, base) if base else url, href.strip())
        parts = urlsplit(found)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return ""
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower(), fragment="").geturl()
