"""One business and one identifier, or one operator: who says so, and on which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from analysis.networks.sights import shown_by
from analysis.periods import Period, hull, period
from pipeline.model import Lane, Ref

# Places where a paper's address is the business itself, not an agent's office or a mail drop.
PAPER_AT_PREMISES = frozenset({"license", "denied", "inspection"})
PAPERS = PAPER_AT_PREMISES | {"filing"}  # an application is the applicant's own word, a tip somebody else's
WORDS = {
    "phone": "number", "email": "e-mail address", "handle": "handle", "site_id": "tracking id", "website": "website",
    "account": "advertiser's account",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Use:
    """One business and one identifier: the refs that name it there."""

    business_id: str
    kind: str  # phone premises email handle site_id website account
    value: str
    refs: tuple[Ref, ...]  # sorted by ref_id
    lane: Lane
    ceased: date | None  # last day the business was advertised anywhere but in a directory
    unit: str = ""
    building: str = ""
    suspect: bool = False  # the business is advertised on illicit sites, whether or not with this value
    second: bool = False  # a number that stands nowhere but beside another
    titles: tuple[str, ...] = ()  # of a premises: what the papers of the business call it

    def ads(self, *classes: str) -> list[Ref]:
        return [r for r in self.refs if r.owner_kind == "ad" and r.site_class in classes]

    @property
    def papers(self) -> list[Ref]:
        return [r for r in self.refs if r.record_kind in PAPERS]

    @property
    def advertised(self) -> bool:
        """An ad on a site of class illicit names it."""
        return bool(self.ads("illicit"))

    @property
    def shown(self) -> Period | None:
        """From the first to the last day of any source, the validity of papers included."""
        return hull(period(r.first_seen, r.last_seen) for r in self.refs)

    @property
    def seen(self) -> Period | None:
        """From the first to the last sight in any source."""
        return hull(map(shown_by, self.refs))

    @property
    def firm(self) -> Period | None:
        """Observed use: ads outside directories, and the days on which papers were issued."""
        seen = [period(r.first_seen, r.last_seen) for r in self.ads("illicit", "mixed")]
        return hull([*seen, *(period(r.first_seen, r.first_seen) for r in self.papers)])

    @property
    def observed(self) -> Period | None:
        """Ads on sites of class illicit or mixed only."""
        return hull(period(r.first_seen, r.last_seen) for r in self.ads("illicit", "mixed"))

    @property
    def paper(self) -> Period | None:
        """Validity of the papers, cut where the ads of the business end: absence of closure is no presence."""
        valid = hull(period(r.first_seen, r.last_seen) for r in self.papers)
        if valid is None or self.ceased is None or self.ceased >= valid.last:
            return valid
        return Period(valid.first, max(valid.first, self.ceased))

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(sorted({s for r in self.refs for s in r.sources}))

    @property
    def one_capture(self) -> bool:
        """Nothing but one capture of one ad says so."""
        return not self.papers and len(self.sources) <= 1

    def in_passing(self, days: int) -> bool:
        """Nothing but ads within so many days says so, however many: one person can place them all."""
        shown = self.shown
        return not self.papers and (shown is None or (shown.last - shown.first).days <= days)


@dataclass(frozen=True, slots=True)
class Tenure:
    """One operator on the records of one business."""

    operator_id: str
    business_id: str
    roles: tuple[str, ...]
    refs: tuple[Ref, ...]
    binding: bool
    lane: Lane

    @property
    def seen(self) -> Period | None:
        return hull(map(shown_by, self.refs))

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(sorted({s for r in self.refs for s in r.sources}))

    @property
    def births(self) -> frozenset[date]:
        return frozenset(r.dob for r in self.refs if r.dob)
