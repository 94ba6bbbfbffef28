"""What refs say by themselves: the days on which they show what they say, names for what is unnamed, roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from analysis.periods import Period, hull, period
from analysis.rules import Rules
from pipeline.model import Ref

EPOCH = date(1970, 1, 1)  # `Ref.intake_seq` counts days from here


def sighted(refs: Iterable[Ref]) -> Period | None:
    """First to last sight in ads; the days on which papers were issued when there is no ad. A license that is valid
    until next year is no sight of the business next year."""
    refs = tuple(refs)
    ads = hull(period(r.first_seen, r.last_seen) for r in refs if r.owner_kind == "ad")
    return ads or hull(period(r.first_seen, r.first_seen) for r in refs)


def shown_by(ref: Ref) -> Period | None:
    """The days on which a source shows what it says. A paper, however long it is valid, shows none beyond the day on
    which the home learned of it."""
    whole = period(ref.first_seen, ref.last_seen)
    if whole is None or ref.owner_kind == "ad":
        return whole
    learned = EPOCH + timedelta(days=ref.intake_seq)
    return Period(min(whole.first, learned), min(whole.last, learned))


def valid_beyond(refs: Iterable[Ref], seen: Period | None) -> str:
    """ "; a license is valid until 2026-12-31": what papers say of days on which nobody has seen anything yet."""
    running = [r for r in refs if r.owner_kind == "record" and r.last_seen and seen and r.last_seen > seen.last]
    if not running:
        return ""
    longest = max(running, key=lambda r: (r.last_seen or date.min, r.record_kind))
    article = "an" if longest.record_kind[:1] in "aeiou" else "a"
    return f"; {article} {longest.record_kind} that says so is valid until {longest.last_seen}"


def closing_edge(data_end: date, rules: Rules) -> date:
    """The day from which a business must have been seen to be open still."""
    return data_end - timedelta(days=min(rules.succession.closed_after_days, data_end.toordinal() - 1))


def last_advertised(refs: Iterable[Ref]) -> date | None:
    """The last day in ads, directories left out."""
    return max((r.last_seen for r in refs if r.site_class in {"illicit", "mixed"} and r.last_seen), default=None)


def unnamed(refs: Sequence[Ref]) -> str:
    """What to call ads that name no business: "(no name, +14175550101, from 2025-10-27)"."""
    phone = min((p for r in refs for p in r.phones), default="")
    first = min((r.first_seen for r in refs if r.first_seen), default=None)
    return f"(no name{f', {phone}' if phone else ''}{f', from {first}' if first else ''})"


def role_key(role: str) -> str:
    """ "Managing Member" -> "managing_member"."""
    return "_".join("".join(c if c.isalnum() else " " for c in role.lower()).split())


def captures_of(refs: Sequence[Ref]) -> tuple[str, ...]:
    """Capture ids of the ads among refs, sorted."""
    return tuple(sorted({s for r in refs if r.owner_kind == "ad" for s in r.sources}))
