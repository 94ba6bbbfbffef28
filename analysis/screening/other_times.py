"""Whether papers put a known person in charge at another time than that of the ads: then nobody is led to."""

from __future__ import annotations

from analysis.screening.account import Account
from analysis.screening.index import ScreeningIndex


def came_after(account: Account, index: ScreeningIndex) -> bool:
    """Whether all papers that name the person begin long after the last ad: the next owner, not the advertised one."""
    if account.person is None or account.person.denials or account.person.tenure is None:
        return False
    mine = [index.businesses[b].advertised for b in account.person.businesses if b in index.businesses]
    last = max((p.last for p in mine if p), default=None)
    return last is not None and (account.person.tenure.first - last).days > index.rules.screening.came_after_days


def went_before(account: Account, index: ScreeningIndex) -> bool:
    """Whether the person's licenses ran out long before the first ad, of a business that advertises nothing that the
    applicant brings: a former owner."""
    person = account.person
    if person is None or person.denials or person.until is None or any(p.advertised for p in account.places):
        return False
    mine = [index.businesses[b].advertised for b in person.businesses if b in index.businesses]
    first = min((p.first for p in mine if p), default=None)
    return first is not None and (first - person.until).days > index.rules.screening.went_before_days
