"""The generic reader on pages whose site it does not know: what it finds, by shape, against what the pages say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.site_pages import SHAPES, draw
from benchmarks.site_pages.sample import CAPTURED, Sample
from benchmarks.table import Table
from pipeline.extract.page import extract_page
from pipeline.model import Page

COLUMNS = ("shape", "pages", "phone F1", "phones exact", "address F1", "name", "posted", "rows F1", "row dates", "next")


@dataclass
class Count:
    """Found, true, and both."""

    found: int = 0
    true: int = 0
    both: int = 0

    def add(self, found: Iterable[object], true: Iterable[object]) -> None:
        one, other = set(found), set(true)
        self.found += len(one)
        self.true += len(other)
        self.both += len(one & other)

    @property
    def f1(self) -> float | None:
        return 2 * self.both / (self.found + self.true) if self.found + self.true else None


def run(small: bool = False) -> Table:
    """One line per shape; "name" and "posted" are shares of the pages read right, a missing one being right as none."""
    number = 4 if small else 150
    lines = tuple((shape, number, *figures(shape, number)) for shape in SHAPES)
    return Table(
        "Pages without a profile",
        COLUMNS,
        lines,
        ("ads and listings of each shape drawn apart from the reader (benchmarks/site_pages)",),
    )


def read(sample: Sample) -> Page:
    return extract_page(sample.body, sample.content_type, sample.url, CAPTURED)


def figures(shape: str, number: int) -> tuple[float | None, ...]:
    """The figures of one shape over so many ads and listings."""
    phones, addresses, rows, dates = Count(), Count(), Count(), Count()
    right = {"exact": 0, "name": 0, "posted": 0, "next": 0}
    dated = 0
    for n in range(number):
        sample = draw(shape, n)
        page = read(sample)
        groups = sample.ads or (sample.phones,)
        got = [frozenset(ad.phones) for ad in page.ads]
        phones.add(_numbered(got), _numbered(groups))
        right["exact"] += got == list(groups)
        if not sample.ads:
            ad = page.ads[0] if page.ads else None
            addresses.add(((a.street_key, a.unit) for a in ad.addresses) if ad else (), sample.addresses)
            right["name"] += folded(ad.business_name if ad else "") == folded(sample.name)
            if sample.posted:
                dated += 1
                claimed = ad and (ad.posted or ad.updated)
                right["posted"] += bool(claimed and claimed.earliest <= sample.posted <= claimed.latest)
        sample = draw(shape, n, listing=True)
        page = read(sample)
        rows.add(((i.url, folded(i.title)) for i in page.items), ((r.url, folded(r.title)) for r in sample.rows))
        dates.add(
            ((i.url, i.date.earliest) for i in page.items if i.date),
            ((r.url, r.posted) for r in sample.rows if r.posted),
        )
        right["next"] += page.next == sample.next
    named = None if draw(shape, 0).ads else right["name"] / number
    posted = right["posted"] / dated if dated else None
    return (phones.f1, right["exact"] / number, addresses.f1, named, posted, rows.f1, dates.f1, right["next"] / number)


def _numbered(groups: Iterable[frozenset[str]]) -> set[tuple[int, str]]:
    return {(place, number) for place, group in enumerate(groups) for number in group}


def folded(name: str) -> str:
    """A name without case, ornament and legal form."""
    plain = "".join(c for c in name.lower() if c.isalnum() or c in " +&")
    return re.sub(r"\b(?:llc|inc)\b", "", " ".join(plain.split())).strip()
