"""What an advertisement's own text says, read once: most captures of an ad show the words of the one before."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.extract.addresses import AddressMention, find_addresses
from pipeline.extract.contacts import find_handles, find_websites
from pipeline.extract.dates import LABELS, may_be_stated
from pipeline.extract.emails import find_emails
from pipeline.extract.facts import closes_late, find_hours
from pipeline.extract.lexicon import find_indicators, fold
from pipeline.extract.names import find_business_names
from pipeline.extract.phones import find_phones
from pipeline.extract.phones.context import says_fax
from pipeline.extract.prices import find_prices
from pipeline.extract.protected import find_protected
from pipeline.extract.text import Found

_KEPT = 2048  # texts
_CLOSED = re.compile(r"\b(?:permanently closed|has closed its doors|this business is closed|out of business)\b", re.I)
_PART = 1_000  # characters of a part of a page
_LONGEST_KEPT = 10_000  # characters of one


@dataclass(frozen=True, slots=True)
class Said:
    """What one text says; offsets are those in the text."""

    names: tuple[Found, ...]
    addresses: tuple[AddressMention, ...]
    facts: tuple[Found, ...]  # contacts, hours, prices, indicators, protected spans
    hours: tuple[str, ...]
    dated: frozenset[str]  # of the dates "posted" and "updated" those that it may state
    closed: bool  # it says that the business is


def read_text(text: str, own_hosts: frozenset[str], *, fictional: bool, generated: bool) -> Said:
    """Everything an ad's text says. `own_hosts`: whose links are none to a website of the business."""
    read = _kept if len(text) <= _LONGEST_KEPT else _read
    return read(text, own_hosts, fictional, generated)


def phones_in(text: str, fictional: bool, generated: bool) -> list[Found]:
    """`find_phones` as Found, those that are said to be for fax of a kind of their own."""
    return list(_phones_kept(text, fictional, generated)) if len(text) <= _PART else _phones(text, fictional, generated)


def _phones(text: str, fictional: bool, generated: bool) -> list[Found]:
    found = find_phones(text, fictional=fictional, generated=generated)
    return [
        Found("fax" if says_fax(text, p.start, p.end) else "phone", p.e164, p.start, p.end, p.style, p.confidence)
        for p in found
    ]


def _read(text: str, own_hosts: frozenset[str], fictional: bool, generated: bool) -> Said:
    hours = find_hours(text)
    late = [h._replace(kind="indicator", value="late_hours", style="hours") for h in hours if closes_late(h.value)]
    emails = find_emails(text)
    facts = (
        *phones_in(text, fictional, generated),
        *emails,
        *find_handles(text),
        *(w for w in find_websites(text, own_hosts) if not any(e.start <= w.start and w.end <= e.end for e in emails)),
        *hours,
        *find_prices(text),
        *find_indicators(text),
        *late,
        *find_protected(text),
    )
    return Said(
        tuple(find_business_names(text)),
        tuple(find_addresses(text)),
        facts,
        tuple(found.value for found in hours),
        frozenset(name for name in LABELS if may_be_stated(name, text)),
        _is_closed(text),
    )


def _is_closed(text: str) -> bool:
    folded = fold(text)
    return ("closed" in folded or "business" in folded) and _CLOSED.search(text) is not None


_kept = lru_cache(maxsize=_KEPT)(_read)
_phones_kept = lru_cache(maxsize=_KEPT)(_phones)  # what stands beside an ad is the same on most pages of a site
