"""A result in words: one plain sentence, the path, what speaks against it, and the weights line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from analysis.periods import Period
from analysis.screening.account import Account
from analysis.screening.asked import party_name
from analysis.screening.index import KnownBusiness, ScreeningIndex
from analysis.screening.names import letters
from pipeline.model import Contribution, Flag, Link

WORDS = {
    "name": "name", "dob": "date of birth", "phone": "phone", "email": "e-mail address", "premises": "premises",
    "prior_address": "former address", "business_name": "trade name", "role": "role", "unit": "unit",
    "website": "website", "license_number": "license number", "related": "other people", "dates": "days",
    "received": "day of receipt", "landlord": "landlord",
}  # fmt: skip
BANNERS = {
    "no_relevant_result": "No relevant result",
    "possible_match": "Possible match, needs review",
    "insufficient_information": "Insufficient information",
}


CONFIRMED = "Confirmed by two reviewers"


def banner(flag: Flag, *, confirmed: bool = False) -> str:
    """The result in the words that stand above a clerk's page."""
    return CONFIRMED if confirmed else BANNERS[flag.result]


def sentence(account: Account, business: KnownBusiness | None, index: ScreeningIndex) -> str:
    """One plain sentence on what agrees, with whom, and how much the name counts."""
    apart = dict(account.elsewhere) if account.person and "name" in account.kinds else {}
    text = likeness(account, [k for k in account.kinds if k not in apart], _known_side(account, business, index))
    for shop in dict.fromkeys(apart.values()):
        kinds = [kind for kind, other in account.elsewhere if other == shop and kind in account.kinds]
        name = index.businesses[shop].name if shop in index.businesses else "a known business"
        text += f"; {likeness(account, kinds, name)}" if kinds else ""
    whose = f"{party_name(account.party)}, {account.whose} on the application: " if account.whose else ""
    text = whose + text if whose else text[:1].upper() + text[1:]
    if business and business.captures:
        text += f"; {_ads(business)}"
    if account.person and "name" in account.kinds and account.person.denials:
        text += f"; {'; '.join(account.person.denials)}"
    text += _name_remark(account, index)
    return text + "."


def _known_side(account: Account, business: KnownBusiness | None, index: ScreeningIndex) -> str:
    """The known person with the roles on papers of one business; the business alone where no name agrees."""
    person = account.person
    if person is None or "name" not in account.kinds:
        return business.name if business else "a known business"
    own = own_business(account, business, index)
    posts = [role for shop, role in person.posts if role and shop == (own.business_id if own else "")]
    name = next((c.known_value for c in account.contributions if c.field == "name"), person.names[0])
    of = f" of {own.name}" if own else " in the board's register"
    return f"{name}, {' / '.join(posts) or 'named'} on records{of}"


def own_business(account: Account, business: KnownBusiness | None, index: ScreeningIndex) -> KnownBusiness | None:
    """The business on whose records the known person stands: the given one, else one of known standing first."""
    person = account.person
    if person is None or "name" not in account.kinds or (business and business.business_id in person.businesses):
        return business
    known = index.group(account.group).known
    mine = sorted((b for b in person.businesses if b in index.businesses), key=lambda b: (b not in known, b))
    return index.businesses[mine[0]] if mine else None


def likeness(account: Account, kinds: Iterable[str], whom: str) -> str:
    """What agrees with whom, each by how far: "similar name to, and same phone as, X". Other spellings are no "same
    name"."""
    similar, same, nearly = _by_degree(account, kinds)
    if not (similar or same):
        return f"{_listed(nearly)} as {whom}"
    words = [f"{_listed(similar)} to"] if similar else []
    words += [f"same {_listed(same)} as"] if same else []
    both = f"{', and '.join(words)}{',' if len(words) > 1 else ''} {whom}"
    return f"{both}, and {_listed(nearly)}" if nearly else both


def agreement(account: Account, kinds: Iterable[str]) -> str:
    """What agrees, without whom: "similar name, same phone"."""
    similar, same, nearly = _by_degree(account, kinds)
    return ", ".join([*similar, *([f"same {_listed(same)}"] if same else []), *nearly])


def _by_degree(account: Account, kinds: Iterable[str]) -> tuple[list[str], list[str], list[str]]:
    """Kinds in words: those that are similar, the same, and the same but for a slip."""
    kinds = [k for k in WORDS if k in kinds]
    lines = {c.field: c for c in account.contributions}
    alike = "name" in kinds and lines["name"].level != "exact"
    same = [WORDS[k] for k in kinds if (k != "name" or not alike) and k not in account.slips]
    slips = [f"nearly the same {WORDS[k]} ({_slip(k, lines.get(k))})" for k in kinds if k in account.slips]
    return (["similar name"] if alike else []), same, slips


def _slip(kind: str, line: Contribution | None) -> str:
    if kind == "dob":
        return "day and month swapped"
    if kind == "premises" or line is None:
        return "the street is written otherwise"
    off = sum(a != b for a, b in zip(line.applicant_value, line.known_value, strict=False))
    return "one digit off" if off == 1 else "two digits exchanged"


def _ads(business: KnownBusiness) -> str:
    count = len(business.captures)
    when = f" between {business.advertised.first} and {business.advertised.last}" if business.advertised else ""
    return f"{count} archived capture{'s' if count != 1 else ''} of its ads{when}"


def _name_remark(account: Account, index: ScreeningIndex) -> str:
    if "name" not in account.kinds:
        return "; the applicant's name is another" if account.party and not account.namesake else ""
    common = name_bits(account) < 0.7 * index.rules.screening.name_max_bits
    return "; the name is common and counted little" if common else ""


def name_bits(account: Account) -> float:
    """What the name counts for."""
    return next(c.weight for c in account.contributions if c.field == "name")


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def path(
    account: Account, business: KnownBusiness | None, target: str, link: Link | None, index: ScreeningIndex
) -> tuple[str, ...]:
    """At most two steps from the applicant to a known business, each with its sources."""
    who = party_name(account.party) or "applicant"
    who += f", {account.whose}" if account.whose else ""
    if business is None:
        denied = "; ".join(account.person.denials) if account.person else ""
        cited = _cited(account.person.sources if account.person else ())
        name = account.person.names[0] if account.person else ""
        return (f"{who} — {agreement(account, account.kinds)} — {name}, {denied} {cited}",)
    sources = tuple(s for c in account.contributions if c.weight > 0 for s in c.source_ids)
    own = own_business(account, business, index)
    known = business.name if own in (None, business) else f"{_known_side(account, business, index)}; {business.name}"
    first = f"{who} — {agreement(account, account.kinds)} — {known} {_cited(sources)}"
    if business.business_id == target or not target:
        return (first,)
    if link is None:
        return (first, f"{business.name} — in one network with a known business, more than one step away")
    return (first, f"{link.sentence} {_cited(link.sources)}")


def _cited(sources: tuple[str, ...], most: int = 3) -> str:
    some = list(dict.fromkeys(sources))
    more = f" and {len(some) - most} more" if len(some) > most else ""
    return f"[{', '.join(some[:most])}{more}]" if some else "[no source]"


def contrary(
    account: Account,
    business: KnownBusiness | None,
    index: ScreeningIndex,
    own_license: str = "",
    received: date | None = None,
) -> tuple[str, ...]:
    """What speaks against the match, as far as the files show it. `own_license`: the applicant's, in words;
    `received`: the day of the application."""
    found = []
    if own_license:
        found.append(f"The applicant's own {own_license}.")
    if business and business.licensed:
        found.append(f"{business.name}: {business.licensed}.")
    found += [f"{words}." for words in ownership(account, own_business(account, business, index))]
    found += _given_up(account, index, received)
    if account.generation and "name" in account.kinds:
        found.append("Of the two names one alone says Jr., Sr., II or III: it may be a parent's or a child's.")
    if account.whose:
        found.append(f"The name is not the applicant's but that of the {account.whose}.")
    if account.namesake:
        found.append("The name is alike and the date of birth another: somebody else of that name.")
    said = {"name", "dob"} if account.namesake else set()
    for line in account.contributions:
        if (
            line.field not in said
            and line.level == "differs"
            and line.applicant_value
            and line.field in {"name", "dob", "phone", "premises"}
        ):
            found.append(f"The {WORDS[line.field]} differ{'' if line.field == 'premises' else 's'}.")
    return tuple(found)


def _given_up(account: Account, index: ScreeningIndex, received: date | None) -> Iterator[str]:
    """Numbers and premises that agree and were last seen in use long before the application."""
    rests = {"phone": index.rules.phone.near_days, "premises": index.rules.screening.concurrent_days}
    seen = {"phone": "The phone was", "premises": "The premises were"}
    heirs = {"phone": "a carrier gives a number to somebody else", "premises": "the next tenant is often innocent"}
    agreeing = {line.field for line in account.contributions if line.weight > 0}
    for kind, days in rests.items():
        uses = [(p.shown.last, index.businesses[p.business_id].name) for p in account.at[kind] if p.shown]
        if received and uses and kind in agreeing:
            last, whose = max(uses)
            if (gone := (received - last).days) > days:
                yield (
                    f"{seen[kind]} last seen with {whose} {gone:,} days before the application was received: "
                    f"{heirs[kind]}."
                )


def ownership(account: Account, business: KnownBusiness | None) -> tuple[str, ...]:
    """Whether the papers put the person in charge at another time than that of the ads."""
    person = account.person
    if not (person and "name" in account.kinds and business and business.advertised and person.tenure):
        return ()
    ads: Period = business.advertised
    if person.tenure.first > ads.last:
        return (f"{person.names[0]} stands on records only from {person.tenure.first}, after the last ad ({ads.last})",)
    mine = {letters(name) for name in person.names}
    heirs = [
        (days.first, name)
        for operator, name, days in business.owners
        if operator != person.entity_id
        and letters(name) not in mine
        and days
        and person.tenure.last < days.first <= ads.first
    ]
    if heirs:
        day, name = min(heirs)
        return (f"Ownership passed to {name} on {day}, before the first ad ({ads.first})",)
    return ()


def waterfall(flag: Flag, prior_bits: float) -> str:
    """The weights line by line, from the prior to the sum; plain text, one line per field."""
    lines = [f"{'prior':<16}{'':<10}{prior_bits:+7.2f} bits"]
    total = prior_bits
    for c in flag.contributions:
        total += c.weight
        bar = "#" * round(c.weight)
        lines.append(f"{WORDS.get(c.field, c.field):<16}{c.level:<10}{c.weight:+7.2f} bits  {bar}")
    lines.append(f"{'sum':<16}{'':<10}{total:+7.2f} bits  probability {flag.score:.4f}")
    return "\n".join(lines)


def missing_fields(contributions: tuple[Contribution, ...]) -> tuple[str, ...]:
    """Fields that one side lacks; missing is not agreement."""
    return tuple(c.field for c in contributions if c.level == "missing")
