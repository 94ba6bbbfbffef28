"""Lines of an account that are for reading: what both sides say of role, unit, website, license, people and days. None
weighs anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from analysis.screening.account import Account
from analysis.screening.asked import Asked, party_name
from analysis.screening.index import KnownBusiness, ScreeningIndex, is_landlord
from analysis.screening.known import role_words
from analysis.screening.names import letters
from pipeline.model import Contribution

ORDER = (
    "name", "role", "dob", "phone", "email", "premises", "prior_address", "unit", "website", "business_name",
    "landlord", "license_number", "related", "dates",
)  # fmt: skip
PEOPLE = 6  # of each side in one line
NONE_OF_THEM = "none of those known"


def side_by_side(
    asked: Asked, account: Account, business: KnownBusiness | None, index: ScreeningIndex
) -> tuple[Contribution, ...]:
    """The compared lines and those for reading, in the order of the form."""
    compared = (_with_known(line, account, business) for line in account.contributions)
    lines = [*compared, *_for_reading(asked, account, business, index)]
    return tuple(sorted(lines, key=lambda line: ORDER.index(line.field)))


def _with_known(line: Contribution, account: Account, business: KnownBusiness | None) -> Contribution:
    """A line that differs says from what: the person's own values, the shop's name, or that it is none of the many."""
    if line.level != "differs" or line.known_value:
        return line
    person = account.person if "name" in account.kinds else None
    known = {"phone": person.phones if person else (), "business_name": (business.name,) if business else ()}
    return replace(line, known_value=_some(known.get(line.field, ())) or NONE_OF_THEM)


def _for_reading(
    asked: Asked, account: Account, business: KnownBusiness | None, index: ScreeningIndex
) -> Iterator[Contribution]:
    application = asked.application
    yield _role(account)
    yield _unit(asked, account, index)
    group = [index.businesses[b] for b in index.group(account.group).businesses if b in index.businesses]
    shop = [business] if business else []
    yield _landlord(asked, *_told(shop, group, lambda b: b.landlords))
    number = (application.license_number,) if application.license_number else ()
    yield _same_of("website", application.websites, *_told(shop, group, lambda b: b.websites))
    yield _same_of("license_number", number, *_told(shop, group, lambda b: b.license_numbers))
    yield _related(asked, account, business, index)
    received = f"received {application.received.isoformat()}" if application.received else ""
    yield _noted("dates", received, _days(account, business))


def _role(account: Account) -> Contribution:
    person = account.person if "name" in account.kinds else None
    posts = tuple(dict.fromkeys(role for _, role in person.posts if role)) if person else ()
    return _noted("role", role_words(account.party.role) if account.party else "", _some(posts))


def _related(asked: Asked, account: Account, business: KnownBusiness | None, index: ScreeningIndex) -> Contribution:
    """Others on the application, and those of the business's people whom one of them resembles: no others are named."""
    mine = [party_name(p) for p in asked.parties if p is not account.party]
    shop, person = business.business_id if business else "", account.person
    people = [index.people[n] for n in index.by_group.get(account.group, ())]
    others = [
        p.names[0] for p in people if shop in p.businesses and not (person and _alike(p.names[0], person.names, index))
    ]
    alike = [name for name in others if _alike(name, mine, index)]
    count = len(others)
    rest = f"{count} other{'s' if count > 1 else ''} on papers, none alike" if others and mine else ""
    return Contribution("related", _some(mine), _some(alike) or rest, "similar" if alike else "missing", 0.0)


def _alike(name: str, others: Iterable[str], index: ScreeningIndex) -> bool:
    return any(index.name_score(name, other) >= index.rules.screening.name_floor for other in others)


def _unit(asked: Asked, account: Account, index: ScreeningIndex) -> Contribution:
    """The unit, where the house agrees: the applicant's and those of the known businesses there."""
    application = asked.application
    mine, known = set[str](), {p.unit for p in account.at["premises"]}
    for address in (application.premises, *application.prior_addresses):
        there = index.by_building.get(address.building_key, ()) if address else ()
        if address and (here := [p for p in there if p.group == account.group]):
            mine.add(address.unit)
            known |= {p.unit for p in here}
    if account.at["premises"] and not mine and application.premises:
        mine.add(application.premises.unit)  # the street is written otherwise
    mine, known = mine - {""}, known - {""}
    level = "missing" if not (mine and known) else "exact" if mine & known else "differs"
    return Contribution("unit", _some(sorted(mine)), _some(sorted(known)), level, 0.0)


def _told(
    shop: Iterable[KnownBusiness], group: Iterable[KnownBusiness], read: Callable[[KnownBusiness], Iterable[str]]
) -> tuple[list[str], set[str]]:
    """What the business says, and what any of its network does."""
    return [value for b in shop for value in read(b)], {value for b in group for value in read(b)}


def _same_of(name: str, mine: Iterable[str], shown: Sequence[str], known: set[str]) -> Contribution:
    mine = tuple(dict.fromkeys(mine))
    if same := [value for value in mine if value in known]:
        return Contribution(name, _some(same), _some(same), "exact", 0.0)
    return Contribution(name, _some(mine), _some(shown), "differs" if mine and known else "missing", 0.0)


def _landlord(asked: Asked, shown: Iterable[str], known: Iterable[str]) -> Contribution:
    """Who lets the premises: context only, strangers rent from one landlord."""
    mine = [party_name(p) for p in asked.application.related if is_landlord(p.role)]
    same = {letters(name) for name in mine}
    return _noted("landlord", _some(mine), _some([k for k in sorted(known) if letters(k) in same] or shown))


def _noted(name: str, mine: str, theirs: str) -> Contribution:
    return Contribution(name, mine, theirs, "noted" if mine and theirs else "missing", 0.0)


def _days(account: Account, business: KnownBusiness | None) -> str:
    person = account.person if "name" in account.kinds else None
    ads = f"ads {business.advertised}" if business and business.advertised else ""
    papers = f"papers that name the person {person.tenure}" if person and person.tenure else ""
    return "; ".join(filter(None, (ads, papers)))


def _some(values: Iterable[str]) -> str:
    values = tuple(dict.fromkeys(values))
    more = f" and {len(values) - PEOPLE} more" if len(values) > PEOPLE else ""
    return f"{', '.join(values[:PEOPLE])}{more}"
