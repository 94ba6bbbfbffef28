"""What agrees with a known business and is no match: for whoever reads the answer, with why it is none."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from analysis.screening.account import Account
from analysis.screening.index import ScreeningIndex
from analysis.screening.other_times import came_after, went_before

NOTED = ("phone", "premises")


def notes(accounts: Sequence[Account], index: ScreeningIndex, told: Collection[str] = ()) -> tuple[str, ...]:
    """A phone or premises that agrees without a match. Names alone are not noted; `told`: groups that a lead into says
    all of already."""
    found: dict[str, None] = {}
    for account in accounts:
        if "name" in account.kinds or account.group in told:
            continue
        for kind in NOTED:
            slip = kind == "premises" and kind in account.slips
            if kind in account.kinds or slip:
                place = next(iter(account.at[kind]), None)
                name = index.businesses[place.business_id].name if place else "a known operator"
                seen = f", seen there {place.shown}" if place and place.shown else ""
                word = "Nearly the same premises (the street is written otherwise)" if slip else f"Same {kind}"
                why = _why_none([a for a in accounts if a.group == account.group and kind in a.kinds], index)
                found[f"{word} as {name}{seen}, {why}: a note, not a match."] = None
    return tuple(sorted(found))


def _why_none(accounts: Sequence[Account], index: ScreeningIndex) -> str:
    """`accounts`: of one group, with what agrees."""
    named = [a for a in accounts if "name" in a.kinds]
    for account in named:
        assert account.person is not None
        who = account.person.names[0]
        if came_after(account, index):
            return f"where papers name {who} only after the last ad"
        if went_before(account, index):
            return f"where papers that name {who} ended long before the first ad"
    if named:
        return "and a name as on its papers, together too common or too old to count"
    if any(a.namesake for a in accounts):
        return "under such a name as its papers have, of a person born on another day"
    alike = any(c.field == "name" and c.level == "weak" for a in accounts for c in a.contributions)
    return "under a name that agrees in part only" if alike else "under another name"
