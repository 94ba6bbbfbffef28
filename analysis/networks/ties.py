"""How strongly two uses of one identifier tie two businesses: pure rules over pairs of uses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from analysis.networks.uses import PAPER_AT_PREMISES, WORDS, Tenure, Use
from analysis.periods import Period, gap_days, hull, overlap_days, period
from analysis.rules import Rules


@dataclass(frozen=True, slots=True)
class Tie:
    """One reason for which two businesses belong together."""

    kind: str
    value: str
    probability: float
    how: str  # the rest of a sentence after "A and B "
    period: Period | None
    sources: tuple[str, ...]


def tie_phone(a: Use, b: Use, rules: Rules, *, neighbors: bool = False) -> Tie | None:
    """Overlapping or near uses of one number; None after a gap, when the number may have been reassigned.
    `neighbors`: both are in one building, and not known to be behind one door."""
    r, one, two = rules.phone, a.firm, b.firm
    if one is None or two is None:
        return None
    gap, both = gap_days(one, two), a.advertised and b.advertised
    if gap <= 0:
        probability, how = r.overlap, f"both used {a.value} in overlapping periods ({one}; {two})"
    elif gap <= r.near_days:
        probability, how = r.near, f"used {a.value} one after the other, {gap} days apart"
    elif both and gap <= r.near_days_advertised:
        probability, how = r.near_advertised, f"both advertised {a.value} on illicit sites, {gap} days apart"
    elif (a.advertised or b.advertised) and _paper_covers(a, b):
        probability, how = r.paper, f"both had {a.value}: one advertised it while the other's license named it"
    else:
        return None
    weaker, how = _weak(a, b, probability, how, rules)
    if weaker == probability and (whose := others_number(a, b, rules, neighbors=neighbors)):
        weaker, how = probability * r.second_factor, f"{how}; {whose}"
    return Tie("shared_phone", a.value, weaker, how, hull([one, two]), _sources(a, b))


def others_number(a: Use, b: Use, rules: Rules, *, neighbors: bool) -> str:
    """Why a number that both show only beside another may be a third party's; "" when nothing says so."""
    if not (a.second and b.second):
        return ""
    if neighbors:
        return "each beside its own number in one building, so that it may be the landlord's"
    if _taken_along(a, b, rules):
        return "beside the first one's own number, with which it went on, so that it may be a worker's"
    return ""


def _taken_along(a: Use, b: Use, rules: Rules) -> bool:
    """Never on ads of both at once, and the one that showed it first was advertised on when it had gone."""
    seen = {u.business_id: [p for r in u.ads("illicit", "mixed") if (p := period(r.first_seen, r.last_seen))]
            for u in (a, b)}  # fmt: skip
    if not all(seen.values()) or any(gap_days(x, y) <= 0 for x in seen[a.business_id] for y in seen[b.business_id]):
        return False
    earlier, later = sorted((a, b), key=lambda use: min(p.first for p in seen[use.business_id]))
    came = min(p.first for p in seen[later.business_id])
    went = max(p.last for p in seen[earlier.business_id] if p.first < came)
    return earlier.ceased is None or (earlier.ceased - went).days > rules.phone.second_goes_on_days


def _weak(a: Use, b: Use, probability: float, how: str, rules: Rules) -> tuple[float, str]:
    """Anybody may put a stranger's number into ads for some days; between two advertised businesses it is no
    stranger's."""
    r, sides = rules.phone, ((a, b), (b, a))
    if any(x.one_capture and not y.suspect for x, y in sides):
        return probability * r.one_source_factor, f"{how}; one side rests on a single capture"
    if any(x.in_passing(r.one_source_days) and not y.suspect for x, y in sides):
        return probability * r.one_source_factor, f"{how}; one side rests on ads of {r.one_source_days} days or less"
    return probability, how


def _paper_covers(a: Use, b: Use) -> bool:
    return any(
        x.paper is not None and y.observed is not None and gap_days(x.paper, y.observed) <= 0
        for x, y in ((a, b), (b, a))
    )


def tie_premises(a: Use, b: Use, rules: Rules, ends: Mapping[str, date] | None = None) -> Tie | None:
    """One suite at one time. `ends`: business -> day from which a later license at the suite supersedes its own."""
    r, ends = rules.premises, ends or {}
    one, two = a.observed, b.observed
    if a.advertised and b.advertised and one and two:
        gap = gap_days(one, two)
        if gap <= 0:
            return _at(a, b, r.overlap_advertised, f"both advertised from one suite ({one}; {two})", rules)
        if gap <= r.near_days_advertised:
            return _at(a, b, r.near_advertised, f"advertised from one suite, {gap} days apart", rules)
        return None
    for ad, paper in ((a, b), (b, a)):
        held = license_period(paper, ends.get(paper.business_id)) if ad.advertised and not paper.observed else None
        if held and ad.observed and overlap_days(held, ad.observed) >= r.min_overlap_days:
            neighbor = other_trade(paper, rules)
            what = "a license for another trade" if neighbor else "a license"
            how = f"shared one suite: one held {what} there while the other advertised ({held}; {ad.observed})"
            return _at(a, b, r.overlap_other if neighbor else r.overlap_license, how, rules)
    if a.firm and b.firm and gap_days(a.firm, b.firm) <= 0:
        return _at(a, b, r.overlap_other, "were both named at one suite in overlapping periods", rules)
    return None


def other_trade(use: Use, rules: Rules) -> bool:
    """Whether all papers of a business name another trade, and none what is advertised."""
    words = [set(re.findall(r"[a-z]+", title.lower())) for title in use.titles]
    other, own = set(rules.premises.other_trades), set(rules.premises.own_trade)
    return bool(words) and all(said & other and not said & own for said in words)


def license_period(use: Use, end: date | None = None) -> Period | None:
    """Validity of the licenses (not filings) that put a business at the premises, up to `end`."""
    papers = [p for p in use.papers if p.record_kind in PAPER_AT_PREMISES]
    valid = hull(period(p.first_seen, p.last_seen) for p in papers)
    whole = use.paper
    if valid is None or whole is None:
        return None
    last = min(valid.last, whole.last, end or valid.last)
    return Period(valid.first, max(valid.first, last))


def license_ends(uses: Sequence[Use]) -> dict[str, date]:
    """business -> first day of the next license that another business took out at the same premises."""
    starts = sorted((held.first, u.business_id) for u in uses if (held := license_period(u)))
    ends: dict[str, date] = {}
    for first, business in starts:
        for later, other in starts:
            if later > first and other != business:
                ends.setdefault(business, later)
    return ends


def _at(a: Use, b: Use, probability: float, how: str, rules: Rules) -> Tie:
    if not a.unit:
        probability *= rules.premises.unitless_factor
        how = how.replace("one suite", "one building without units")
    return Tie("shared_premises", a.value, probability, how, hull([a.firm, b.firm]), _sources(a, b))


def tie_contact(a: Use, b: Use, rules: Rules) -> Tie | None:
    """An e-mail address, handle, tracking id or website named by both; on one site alone a tracking id is its."""
    r = rules.contact
    if a.kind == "site_id" and len({ref.dataset for use in (a, b) for ref in use.refs}) == 1:
        return None
    probability = {"email": r.email, "handle": r.handle, "site_id": r.site_id, "website": r.website}[a.kind]
    # An e-mail address is sealed; the link says that there is one, not which.
    how = "both name one e-mail address" if a.kind == "email" else f"both name the {WORDS[a.kind]} {a.value}"
    probability, how = _weak(a, b, probability, how, rules)
    return Tie(f"shared_{a.kind}", a.value, probability, how, hull([a.seen, b.seen]), _sources(a, b))


def tie_account(a: Use, b: Use, rules: Rules) -> Tie | None:
    """Ads that a site lists as of one account. What rests on one capture or a few days on either side may be somebody
    else's ad with the business's name and number."""
    r, one, two = rules.account, a.shown, b.shown
    if one is None or two is None or gap_days(one, two) > r.near_days:
        return None
    probability, how = r.shared, f"were advertised from one account, as {a.refs[0].dataset} lists its ads"
    if any(x.one_capture or x.in_passing(r.one_source_days) for x in (a, b)):
        probability, how = probability * r.one_source_factor, f"{how}; one side rests on few captures"
    return Tie("shared_account", a.value, probability, how, hull([one, two]), _sources(a, b))


def tie_operator(a: Tenure, b: Tenure, name: str, rules: Rules) -> Tie | None:
    """One owner or officer on the records of both; None when the dates of birth contradict each other."""
    r, known = rules.operator, a.births and b.births
    if known and not a.births & b.births:
        return None
    probability = r.shared if known else r.no_birth_date
    how = f"both name {name} as {' / '.join(sorted({*a.roles, *b.roles})).replace('_', ' ')}"
    how += "" if known else " (no date of birth to compare)"
    if {*a.roles, *b.roles} <= set(r.forming_roles):
        probability, how = min(probability, r.formed), f"{how}, as who forms companies for others does"
    return Tie("shared_operator", a.operator_id, probability, how, hull([a.seen, b.seen]), _merged(a, b))


def _sources(a: Use, b: Use) -> tuple[str, ...]:
    return tuple(sorted({*a.sources, *b.sources}))


def _merged(a: Tenure, b: Tenure) -> tuple[str, ...]:
    return tuple(sorted({*a.sources, *b.sources}))
