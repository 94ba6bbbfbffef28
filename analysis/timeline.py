"""What happened when: the dated events of businesses, from their ads and papers. Drawing them is another room's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from analysis.denial import stands
from analysis.rules import shipped_rules

Precision = Literal["day", "month", "year"]
NAMELESS = "a business without a name"

# In the order in which events of one day are told.
KINDS = (
    "license_issued", "filing", "application", "denial", "ad_posted", "first_ad", "phone_taken_up", "phone_given_up",
    "last_ad", "inspection", "tip", "ad_removed", "license_expires", "closure",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One dated fact about one business. `source_id`: the capture or row that says so."""

    day: date
    precision: Precision
    kind: str  # of KINDS
    sentence: str
    subject_id: str  # business
    source_id: str
    lane: str = "regulatory"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One ad as one capture shows it."""

    subject_id: str
    day: date
    site: str
    ad_id: str
    name: str
    phones: tuple[str, ...]
    status: str  # live closed deleted
    claimed: tuple[date, date] | None  # the ad's own date, earliest and latest reading
    source_id: str
    lane: str = "regulatory"


@dataclass(frozen=True, slots=True)
class Paper:
    """One record in the version known last. Dates are None where the file has none."""

    subject_id: str
    kind: str  # of RecordKind
    name: str
    number: str
    dataset: str
    status: str
    received: date | None
    issued: date | None  # or effective
    expires: date | None
    closed: date | None
    source_id: str
    lane: str = "regulatory"
    grade: str = ""  # of a tip or inspection: "B2"
    cause: str = ""  # of a denial, as written


def timeline(sightings: Iterable[Sighting], papers: Iterable[Paper]) -> list[Event]:
    """Events sorted by day; the order of the inputs does not matter.

    Per business, site and name the first and the last ad; numbers that its ads take up and give up; ads removed by the
    site; the ad's own first claimed date where it lies before the first capture; and every date of its papers. The last
    ad is the last one seen: it is no closure.
    """
    of: dict[str, list[Sighting]] = defaultdict(list)
    for seen in sorted(sightings, key=lambda s: (s.day, s.ad_id, s.source_id)):
        of[seen.subject_id].append(seen)
    events = [e for seen in of.values() for e in (*_ads(seen), *_phones(seen), *_removed(seen))]
    events += [e for paper in papers for e in _paper(paper)]
    return sorted(set(events), key=lambda e: (e.day, KINDS.index(e.kind), e.sentence, e.subject_id, e.source_id))


def _live(seen: Sequence[Sighting]) -> list[Sighting]:
    return [s for s in seen if s.status == "live"]


def _event(seen: Sighting, kind: str, sentence: str, day: date | None = None, precision: Precision = "day") -> Event:
    return Event(day or seen.day, precision, kind, sentence, seen.subject_id, seen.source_id, seen.lane)


def _ads(seen: Sequence[Sighting]) -> Iterator[Event]:
    groups: dict[tuple[str, str], list[Sighting]] = defaultdict(list)
    for sighting in _live(seen):
        groups[sighting.site, sighting.name].append(sighting)
    for (site, name), some in groups.items():
        count = len({s.ad_id for s in some})
        ads = "one ad" if count == 1 else f"{count} ads"
        yield _event(some[0], "first_ad", f"First ad of {name or NAMELESS} seen on {site}.")
        if some[-1].day > some[0].day:
            yield _event(
                some[-1], "last_ad", f"Last ad of {name or NAMELESS} seen on {site} ({ads} since {some[0].day})."
            )
        dated = [s for s in some if s.claimed and s.claimed[1] < some[0].day]
        if dated:
            oldest = min(dated, key=lambda s: (s.claimed or (s.day, s.day), s.day))
            yield _claimed(oldest)


def _claimed(seen: Sighting) -> Event:
    first, last = seen.claimed or (seen.day, seen.day)
    precision: Precision = "day" if first == last else "month" if (last - first).days <= 31 else "year"
    shown = {"day": first.isoformat(), "month": f"{first:%Y-%m}", "year": f"{first:%Y}"}[precision]
    sentence = f"An ad {_of(seen.name)} on {seen.site} says that it was posted {shown}."
    return _event(seen, "ad_posted", sentence, first, precision)


def _phones(seen: Sequence[Sighting]) -> Iterator[Event]:
    """A number that ads take up after others, or give up while ads go on. Days without a number say nothing."""
    with_phone = [s for s in _live(seen) if s.phones]
    if not with_phone:
        return
    firsts: dict[str, Sighting] = {}
    lasts: dict[str, Sighting] = {}
    for sighting in with_phone:
        for phone in sighting.phones:
            firsts.setdefault(phone, sighting)
            lasts[phone] = sighting
    begin, end = with_phone[0].day, with_phone[-1].day
    for phone, first in firsts.items():
        last = lasts[phone]
        if first.day > begin:
            before = sorted(p for p, s in lasts.items() if firsts[p].day < first.day and p != phone)
            sentence = f"First ad {_of(first.name)} with the number {phone} (before: {', '.join(before)})."
            yield _event(first, "phone_taken_up", sentence)
        if last.day < end:
            yield _event(last, "phone_given_up", f"Last ad {_of(last.name)} with the number {phone}.")


def _removed(seen: Sequence[Sighting]) -> Iterator[Event]:
    """The first capture of each stretch in which the site says that an ad is closed or deleted."""
    status: dict[str, str] = {}
    names: dict[str, str] = {}  # a tombstone seldom names anybody: the ad did while it was live
    for sighting in seen:
        name = names[sighting.ad_id] = sighting.name or names.get(sighting.ad_id, "")
        if sighting.status != "live" and status.get(sighting.ad_id, "live") == "live":
            yield _event(sighting, "ad_removed", f"{sighting.site} says that an ad {_of(name)} is {sighting.status}.")
        status[sighting.ad_id] = sighting.status


def _of(name: str) -> str:
    return f"of {name}" if name else "that names no business"


def _paper(paper: Paper) -> Iterator[Event]:
    number = f" {paper.number}" if paper.number else ""
    status = f" (status: {paper.status})" if paper.status else ""
    what = f"{paper.name or NAMELESS} ({paper.dataset}{number})"
    made: list[tuple[date | None, str, str]] = []
    if paper.kind == "license":
        made = [
            (paper.issued or paper.received, "license_issued", f"License issued to {what}."),
            (paper.expires, "license_expires", f"License of {what} runs out{status}."),
            (paper.closed, "closure", f"The register shows {what} as closed{status}."),
        ]
    elif paper.kind == "filing":
        made = [
            (paper.issued or paper.received, "filing", f"Filing of {what}."),
            (paper.closed, "closure", f"The filing of {what} ended{status}."),
        ]
    elif paper.kind in ONE_DATE:
        kind, sentence, day = ONE_DATE[paper.kind]
        if paper.kind == "denied" and not stands(paper.status, paper.cause, shipped_rules().denial):
            kind, sentence = "application", "The application of {what} ended{status}{cause}."
        told = {"what": what, "status": status, "cause": _cause(paper), "grade": paper.grade or "ungraded"}
        made = [(day(paper), kind, sentence.format(**told))]
    for on, kind, words in made:
        if on is not None:
            yield Event(on, "day", kind, words, paper.subject_id, paper.source_id, paper.lane)


def _cause(paper: Paper) -> str:
    return f", cause as written: {paper.cause.strip()}" if paper.cause.strip() else ""


def _first(*days: date | None) -> date | None:
    return next((day for day in days if day), None)


ONE_DATE: dict[str, tuple[str, str, Callable[[Paper], date | None]]] = {
    "denied": (
        "denial",
        "License denied to {what}{cause}.",
        lambda p: _first(p.closed, p.issued, p.received),
    ),
    "application": (
        "application",
        "{what} applies for a license{status}.",
        lambda p: _first(p.received, p.issued),
    ),
    "inspection": (
        "inspection",
        "Inspection of {what}{status} ({grade}).",
        lambda p: _first(p.received, p.issued),
    ),
    "tip": ("tip", "A tip ({grade}) names {what}; one tip opens no entry.", lambda p: _first(p.received, p.issued)),
}
