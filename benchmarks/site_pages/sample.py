"""A page and what is true of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

CAPTURED = datetime(2021, 3, 17, 15, tzinfo=UTC)
TODAY = date(2021, 3, 17)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a listing: where it leads, its title, its date when the page states one."""

    url: str
    title: str
    posted: date | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A page as bytes, and what a careful person reads on it."""

    url: str
    body: bytes
    phones: frozenset[str] = frozenset()  # E.164, of the ad; never the site's or another ad's
    addresses: frozenset[tuple[str, str]] = frozenset()  # (street key, unit)
    name: str = ""  # of the business, "" when the ad names none
    posted: date | None = None
    rows: tuple[Row, ...] = ()
    next: str = ""
    ads: tuple[frozenset[str], ...] = ()  # phones of each ad of a page that holds several
    content_type: str = "text/html; charset=utf-8"
