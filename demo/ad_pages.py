"""The four sites as one pure function: host, path and day in, response out. Server and collector both call it."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, urlsplit

from demo import site_board, site_forum, site_parlor, site_town
from demo.markup import Response, Shelf, Site, not_found, site_of
from demo.postings import BOARD, FORUM, PARLOR, TOWN

ANSWERS: dict[str, Site] = {
    PARLOR: site_parlor.answer,
    BOARD: site_board.answer,
    FORUM: site_forum.answer,
    TOWN: site_town.answer,
}


def respond(shelf: Shelf, host: str, target: str, cookies: dict[str, str], on: date) -> Response:
    """What `host` answers on the day `on` to a GET of `target` (path and query)."""
    site = site_of(host)
    parts = urlsplit(target)
    if not site:
        return not_found(TOWN, "No such site", 502)
    if parts.path.startswith("/private/"):
        return not_found(site, "Members only", 403)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return ANSWERS[site](shelf, parts.path or "/", query, cookies, on)
