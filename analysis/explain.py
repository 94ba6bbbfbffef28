"""A result in words: one plain sentence, the path, what speaks against it, and the weights line by line."""

from __future__ import annotations

from analysis.account import Account, party_name
from analysis.index import KnownBusiness, ScreeningIndex
from analysis.periods import Period
from pipeline.model import Contribution, Flag, Link

WORDS = {
    "name": "name", "dob": "date of birth", "phone": "phone", "email": "e-mail address", "premises": "premises",
    "prior_address": "former address", "business_name": "trade name",
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
    agreed = [WORDS[k] for k in ("name", "dob", "phone", "email", "premises") if k in account.kinds]
    text = f"Same {_listed(agreed)} as "
    if account.person and "name" in account.kinds:
        roles = " / ".join(account.person.roles) or "named"
        of = f" of {business.name}" if business else " in the board's register"
        text += f"{account.person.names[0]}, {roles} on records{of}"
    else:
        text += f"{business.name}" if business else "a known business"
    if business and business.captures:
        text += f"; {_ads(business)}"
    if account.person and "name" in account.kinds and account.person.denials:
        text += f"; {'; '.join(account.person.denials)}"
    if account.slip:
        text += "; the dates of birth agree with day and month swapped"
    text += _name_remark(account, index)
    return text + "."


def _ads(business: KnownBusiness) -> str:
    count = len(business.captures)
    when = f" between {business.advertised.first} and {business.advertised.last}" if business.advertised else ""
    return f"{count} archived capture{'s' if count != 1 else ''} of its ads{when}"


def _name_remark(account: Account, index: ScreeningIndex) -> str:
    if "name" not in account.kinds:
        return "; the applicant's name is another" if account.party else ""
    bits = next(c.weight for c in account.contributions if c.field == "name")
    return "; the name is common and counted little" if bits < 0.7 * index.rules.screening.name_max_bits else ""


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def path(account: Account, business: KnownBusiness | None, target: str, link: Link | None) -> tuple[str, ...]:
    """At most two steps from the applicant to a known business, each with its sources."""
    who = party_name(account.party) or "applicant"
    if business is None:
        denied = "; ".join(account.person.denials) if account.person else ""
        cited = _cited(account.person.sources if account.person else ())
        return (f"{who} — {_how(account)} — {account.person.names[0] if account.person else ''}, {denied} {cited}",)
    sources = tuple(s for c in account.contributions if c.weight > 0 for s in c.source_ids)
    first = f"{who} — {_how(account)} — {business.name} {_cited(sources)}"
    if business.business_id == target or not target:
        return (first,)
    if link is None:
        return (first, f"{business.name} — in one network with a known business, more than one step away")
    return (first, f"{link.sentence} {_cited(link.sources)}")


def _how(account: Account) -> str:
    return "same " + _listed([WORDS[k] for k in account.kinds])


def _cited(sources: tuple[str, ...], most: int = 3) -> str:
    some = list(dict.fromkeys(sources))
    more = f" and {len(some) - most} more" if len(some) > most else ""
    return f"[{', '.join(some[:most])}{more}]" if some else "[no source]"


def contrary(account: Account, business: KnownBusiness | None, own_license: str = "") -> tuple[str, ...]:
    """What speaks against the match, as far as the files show it. `own_license`: the applicant's, in words."""
    found = []
    if own_license:
        found.append(f"The applicant's own {own_license}.")
    if business and business.licensed:
        found.append(f"{business.name}: {business.licensed}.")
    found += [f"{words}." for words in ownership(account, business)]
    for line in account.contributions:
        if line.level == "differs" and line.applicant_value and line.field in {"name", "dob", "phone", "premises"}:
            found.append(f"The {WORDS[line.field]} differs.")
    return tuple(found)


def ownership(account: Account, business: KnownBusiness | None) -> tuple[str, ...]:
    """Whether the papers put the person in charge at another time than that of the ads."""
    person = account.person
    if not (person and business and business.advertised and person.tenure):
        return ()
    ads: Period = business.advertised
    if person.tenure.first > ads.last:
        return (f"{person.names[0]} stands on records only from {person.tenure.first}, after the last ad ({ads.last})",)
    heirs = [
        (days.first, name)
        for operator, name, days in business.owners
        if operator != person.entity_id and days and person.tenure.last < days.first <= ads.first
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
