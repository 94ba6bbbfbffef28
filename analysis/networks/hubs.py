"""Identifiers so widely used that they say nothing: switchboards, agents' offices, mail drops, filing services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.networks.beside import HubUser
from analysis.networks.facts import Facts
from analysis.networks.groups import Groups
from analysis.networks.uses import WORDS, Use
from analysis.rules import Rules


@dataclass(frozen=True, slots=True)
class Hub:
    """An identifier that binds nobody, and why. `degree` counts unrelated groups of businesses. `users` by business."""

    kind: str
    value: str
    degree: int
    reason: str
    users: tuple[HubUser, ...] = ()

    @property
    def businesses(self) -> tuple[str, ...]:
        return tuple(u.business_id for u in self.users)


def toll_free(phone: str, rules: Rules) -> bool:
    """A number that costs the caller nothing belongs to a service, not to a storefront."""
    return phone.startswith("+1") and phone[2:5] in rules.phone.toll_free


def users_of(businesses: Iterable[str], facts: Facts, groups: Groups) -> tuple[HubUser, ...]:
    return tuple(HubUser(b, groups.find(b), b in facts.advertised) for b in sorted(set(businesses)))


def phone_users(uses: Iterable[Use], facts: Facts, groups: Groups) -> tuple[HubUser, ...]:
    """As `users_of`, with what tells a number that a site puts on its ads."""
    found = {}
    for use in uses:
        business = use.business_id
        stamped = _stamped_by(use)
        elsewhere = any(r.owner_kind == "ad" and r.dataset != stamped for r in facts.business_refs[business])
        found[business] = HubUser(
            business, groups.find(business), business in facts.advertised, stamped, bool(stamped) and elsewhere
        )
    return tuple(user for _, user in sorted(found.items()))


def _stamped_by(use: Use) -> str:
    """The site of all ads that show a number, when each shows another as well; else ""."""
    sites = {r.dataset if r.owner_kind == "ad" else "" for r in use.refs}
    return next(iter(sites)) if len(sites) == 1 and use.second else ""


def operator_hub(operator: str, users: Sequence[HubUser], facts: Facts) -> Hub | None:
    """Somebody on the records of very many: who files papers for others."""
    if len(users) <= facts.rules.operator.hub_degree:
        return None
    reason = f"{facts.name(operator)} stands on the records of {len(users)} businesses: a service, not an owner"
    return Hub("operator", operator, len(users), reason, tuple(users))


def phone_hub(value: str, users: Sequence[HubUser], rules: Rules) -> Hub | None:
    """A toll-free number, one that a site puts on its ads, or one that unrelated businesses share."""
    if toll_free(value, rules):
        reason = f"{value} is toll-free: a service, not a storefront"
        return Hub("phone", value, len(users), reason, tuple(users))
    return _stamp(value, users, rules) or _crowd(
        "phone", value, users, (rules.phone.hub_degree, rules.phone.hub_degree_unadvertised)
    )


def _stamp(value: str, users: Sequence[HubUser], rules: Rules) -> Hub | None:
    """A forwarding number of a site: on ads of this site alone, beside the advertisers' own, who lack it elsewhere."""
    sites, parties = {u.stamped for u in users}, {u.party for u in users}
    elsewhere = len({u.party for u in users if u.elsewhere})
    r = rules.phone
    if len(sites) > 1 or "" in sites or len(parties) < r.stamped_degree or elsewhere < r.stamped_elsewhere:
        return None
    (site,) = sites
    reason = f"{value} stands on ads of {site} alone, beside the numbers of {len(parties)} unrelated businesses"
    return Hub("phone", value, len(parties), f"{reason}: the site's own", tuple(users))


def contact_hub(kind: str, value: str, users: Sequence[HubUser], rules: Rules) -> Hub | None:
    """An address or account that unrelated businesses share: a filing service, a web designer."""
    limits = (rules.contact.hub_degree, rules.contact.hub_degree_unadvertised)
    return _crowd(kind, value, users, (rules.contact.hub_degree_site_id, limits[1]) if kind == "site_id" else limits)


def account_hub(value: str, users: Sequence[HubUser], rules: Rules) -> Hub | None:
    """The account of somebody who places ads for unrelated businesses. `value`: the address of one of its ads."""
    return _crowd("account", value, users, (rules.account.hub_degree, rules.account.hub_degree_unadvertised))


def _crowd(kind: str, value: str, users: Sequence[HubUser], limits: tuple[int, int]) -> Hub | None:
    limit, limit_unadvertised = limits
    crowd: dict[str, bool] = {}
    for user in users:
        crowd[user.party] = crowd.get(user.party, False) or user.advertised
    innocent = sum(not advertised for advertised in crowd.values())
    what = f"one {WORDS[kind]}" if kind == "email" else f"the {WORDS[kind]} {value}"  # e-mail addresses are sealed
    what = f"the account of the ad at {value}" if kind == "account" else what
    reason = f"{len(crowd)} unrelated businesses use {what}"
    if innocent >= limit_unadvertised and 2 * innocent >= len(crowd):
        return Hub(kind, value, len(crowd), f"{reason}, {innocent} of them not advertised", tuple(users))
    return Hub(kind, value, len(crowd), reason, tuple(users)) if len(crowd) >= limit else None


def premises_hub(uses: Sequence[Use], facts: Facts, groups: Groups, *, crowded: bool) -> Hub | None:
    """A building without units in which several sit, or a suite with many tenants at once.

    `crowded` says that units are named elsewhere in the building, so that a missing unit is an omission.
    """
    r, use = facts.rules.premises, uses[0]
    businesses = users_of((u.business_id for u in uses), facts, groups)
    strangers = {u.party for u in businesses}
    place = use.building.replace("|", ", ") or use.value
    if len(businesses) < 2:
        return None
    if not use.unit and ((crowded and len(businesses) > 1) or len(strangers) > r.hub_members):
        reason = (
            f"{len(businesses)} businesses are named at {place} without a unit: a shopping center or office building"
        )
        return Hub("premises", use.value, len(strangers), reason, businesses)
    if (most := _at_once(uses, groups)) > r.hub_degree:
        reason = f"{most} businesses are named at one unit of {place} at once: a mail drop or an agent's office"
        return Hub("premises", use.value, most, reason, businesses)
    return None


def _at_once(uses: Sequence[Use], groups: Groups) -> int:
    periods = [(groups.find(u.business_id), u.shown) for u in uses if u.shown]
    most = 0
    for _, one in periods:
        present = {b for b, other in periods if one and other and other.first <= one.first <= other.last}
        most = max(most, len(present))
    return most
