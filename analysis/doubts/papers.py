"""Two numbers of one office in force at one time: one person or one shop seldom holds both.

A renewal that bears a number of its own follows the paper before it, and a license of another kind, another office's or
a charter stands beside it: none of these contradicts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from analysis.screening.index import is_active
from pipeline.model import Record, Ref

RENEWED_WITHIN = timedelta(days=60)  # so long before its predecessor's last day a renewal may be issued
NUMBERED = frozenset({"license", "filing"})  # other papers repeat a number, or count themselves
RUN_OUT = ("expire", "lapse")
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Paper:
    """A numbered paper as its register has it. Without a `last` day it is still in force."""

    ref_id: str
    office: str  # data set
    kind: str  # of license or company, lower case
    number: str
    first: date
    last: date | None
    premises: str = ""

    @property
    def period(self) -> str:
        return f"{self.number}, {self.first} to {self.last or 'now'}"


def paper_of(ref: Ref, record: Record) -> Paper | None:
    """None where the number may be other people's too, or nothing says when it held.

    A paper that ended on a day nobody tells is left out. Where only the last day is known, it held some time before.
    """
    number = ref.own_number if ref.role == "operator" else record.license_number or record.natural_key
    if record.kind not in NUMBERED or not number:
        return None
    status = record.status.lower()
    stands = not status or is_active(status) or any(word in status for word in RUN_OUT)
    last = record.closed or (record.expires if stands else None)
    first = record.issued or record.effective or (last - RENEWED_WITHIN if last else None)
    if first is None or (last is None and not stands):
        return None
    premises = record.premises.premises_key if record.premises else ""
    return Paper(ref.ref_id, record.dataset, record.license_type.lower(), number, first, last, premises)


def numbers_at_one_time(papers: Iterable[Paper], others: Iterable[Paper] | None = None) -> tuple[str, Pair] | None:
    """The two papers that contradict each other for the longest time, in words and as refs; None where none do.

    With `others` one is of `papers` and one of `others`.
    """
    found = [(shared, a, b) for a, b in _of_one_office(papers, others) if (shared := _shared(a, b)) >= RENEWED_WITHIN]
    if not found:
        return None
    shared, a, b = min(found, key=lambda f: (-f[0], f[1].number, f[2].number, f[1].ref_id, f[2].ref_id))
    places = " for two premises" if a.premises and b.premises and a.premises != b.premises else ""
    words = (
        f"two numbers of {a.office} in force at one time{places} ({a.period}; {b.period}): "
        "a renewal would follow the other"
    )
    return words, (a.ref_id, b.ref_id)


def _of_one_office(papers: Iterable[Paper], others: Iterable[Paper] | None) -> list[tuple[Paper, Paper]]:
    pairs: list[tuple[Paper, Paper]] = []
    mine, theirs = _by_office(papers), _by_office(others or ())
    for office, own in mine.items():
        met = combinations(own, 2) if others is None else ((a, b) for a in own for b in theirs.get(office, ()))
        pairs += (pair for pair in met if _key(pair[0].number) != _key(pair[1].number))
    return pairs


def _by_office(papers: Iterable[Paper]) -> dict[tuple[str, str], Sequence[Paper]]:
    found: dict[tuple[str, str], list[Paper]] = defaultdict(list)
    for paper in sorted(papers, key=lambda p: (p.number, p.ref_id)):
        found[paper.office, paper.kind].append(paper)
    return dict(found)


def _key(number: str) -> str:
    return "".join(c for c in number.lower() if c.isalnum()).lstrip("0")


def _shared(a: Paper, b: Paper) -> timedelta:
    """How long both were in force; without last days for ever."""
    return min(a.last or date.max, b.last or date.max) - max(a.first, b.first)
