"""All links between entities: what binds businesses into networks, and what is only context."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import prod

from analysis.networks.beside import HubUser
from analysis.networks.facts import Facts
from analysis.networks.groups import Groups
from analysis.networks.hubs import (
    Hub,
    account_hub,
    contact_hub,
    operator_hub,
    phone_hub,
    phone_users,
    premises_hub,
    users_of,
)
from analysis.networks.sights import valid_beyond
from analysis.networks.ties import Tie, license_ends, tie_account, tie_contact, tie_operator, tie_phone, tie_premises
from analysis.networks.uses import Tenure, Use
from analysis.periods import hull
from analysis.rules import Rules, shipped_rules
from pipeline.model import Entity, Link, Ref

CONTACTS = ("email", "handle", "site_id", "website")
Pairs = dict[tuple[str, str], list[Tie]]


@dataclass(frozen=True, slots=True)
class Tied:
    """What one reading of all entities gives: facts, the ties between pairs of businesses, and the hubs left out."""

    facts: Facts
    pairs: Pairs
    hubs: list[Hub]

    @classmethod
    def of(cls, entities: Iterable[Entity], refs: Mapping[str, Ref], rules: Rules | None = None) -> Tied:
        return cls.among(Facts.gather(entities, refs, rules or shipped_rules()))

    @classmethod
    def among(cls, facts: Facts) -> Tied:
        return cls(facts, *find_ties(facts))


def build_links(entities: Iterable[Entity], refs: Mapping[str, Ref], rules: Rules | None = None) -> list[Link]:
    """Links between entity ids, sorted by (from, to, kind); one per pair and kind, whatever the order of the inputs.

    Between two businesses `binding` is decided by the rules; links to a phone, premises or operator never bind.
    """
    return links_of(Tied.of(entities, refs, rules))


def links_of(tied: Tied) -> list[Link]:
    """As `build_links`."""
    links = [link for pair, ties in tied.pairs.items() for link in _business_links(pair, ties, tied.facts)]
    links += attachment_links(tied.facts)
    return sorted(links, key=lambda link: (link.from_id, link.to_id, link.kind))


def hubs(entities: Iterable[Entity], refs: Mapping[str, Ref], rules: Rules | None = None) -> list[Hub]:
    """The identifiers that were damped, with the reason of each."""
    return Tied.of(entities, refs, rules).hubs


def find_ties(facts: Facts) -> tuple[Pairs, list[Hub]]:
    """Ties per pair of businesses, and the hubs left out. Regulatory lane only: intelligence never ties."""
    pairs: Pairs = defaultdict(list)
    groups, found = Groups(), list[Hub]()
    _tie_operators(facts, pairs, groups, found)
    for kind in CONTACTS:
        for value, uses, users in _shared(facts, kind, groups):
            if hub := contact_hub(kind, value, users, facts.rules):
                found.append(hub)
            else:
                _tie_all(uses, pairs, partial(tie_contact, rules=facts.rules))
    for value, uses, users in _shared(facts, "account", groups):
        if hub := account_hub(value, users, facts.rules):
            found.append(hub)
        else:
            _tie_all(uses, pairs, partial(tie_account, rules=facts.rules))
    _unite(pairs, groups, facts)
    for value, uses, users in _shared(facts, "phone", groups):
        if hub := phone_hub(value, users, facts.rules):
            found.append(hub)
        else:
            _tie_all(uses, pairs, partial(_tie_phone, facts=facts))
    _unite(pairs, groups, facts)
    _tie_premises(facts, pairs, groups, found)
    return dict(sorted(pairs.items())), sorted(found, key=lambda h: (h.kind, h.value))


def _unite(pairs: Pairs, groups: Groups, facts: Facts) -> None:
    """What is bound so far is one party to an identifier, not several strangers."""
    for (one, two), ties in pairs.items():
        if combined(ties) >= facts.rules.binding.threshold:
            groups.union(one, two)


def combined(ties: Sequence[Tie]) -> float:
    """Noisy-or over the best tie of each kind: several identifiers of one kind have one origin."""
    best: dict[str, float] = {}
    for tie in ties:
        best[tie.kind] = max(best.get(tie.kind, 0.0), tie.probability)
    return 1.0 - prod(1.0 - p for p in best.values())


def _shared(facts: Facts, kind: str, groups: Groups) -> Iterator[tuple[str, list[Use], list[HubUser]]]:
    """Identifiers of several businesses: value, its uses here, and its users here and beside."""
    for value in _values(facts, kind, facts.uses.get(kind, {})):
        uses = facts.uses.get(kind, {}).get(value, ())
        kept = [u for u in uses if u.lane == "regulatory" and _counts(u, facts.rules)]
        here = phone_users(kept, facts, groups) if kind == "phone" else _users(kept, facts, groups)
        users = _with_others(kind, value, here, facts)
        if len(users) > 1:
            yield value, kept, users


def _values(facts: Facts, kind: str, here: Iterable[str]) -> list[str]:
    return sorted({*here, *(value for of, value in facts.beside.hub_users if of == kind)})


def _users(named: Iterable[Use | Tenure], facts: Facts, groups: Groups) -> tuple[HubUser, ...]:
    return users_of((one.business_id for one in named), facts, groups)


def _with_others(kind: str, value: str, here: Iterable[HubUser], facts: Facts) -> list[HubUser]:
    return sorted((*here, *facts.beside.hub_users.get((kind, value), ())), key=lambda user: user.business_id)


def _counts(use: Use, rules: Rules) -> bool:
    """Directories copy each other and outlive a business; an application is the applicant's own word."""
    return any(
        (ref.owner_kind == "ad" and (ref.site_class != "directory" or rules.ad.directory_binds))
        or (ref.owner_kind == "record" and ref.record_kind in rules.operator.binding_kinds)
        for ref in use.refs
    )


def _tie_all(uses: Sequence[Use], pairs: Pairs, tie_of: Callable[[Use, Use], Tie | None]) -> None:
    for a, b in combinations(uses, 2):
        if a.business_id != b.business_id and (tie := tie_of(a, b)):
            pairs[_pair(a.business_id, b.business_id)].append(tie)


def _tie_phone(a: Use, b: Use, facts: Facts) -> Tie | None:
    return tie_phone(a, b, facts.rules, neighbors=facts.are_neighbors(a.business_id, b.business_id))


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def _tie_operators(facts: Facts, pairs: Pairs, groups: Groups, found: list[Hub]) -> None:
    binding = facts.operators_of()
    for operator in _values(facts, "operator", binding):
        tenures = binding.get(operator, ())
        users = _with_others("operator", operator, _users(tenures, facts, groups), facts)
        if hub := operator_hub(operator, users, facts):
            found.append(hub)
            continue
        for a, b in combinations(tenures, 2):
            if tie := tie_operator(a, b, facts.name(operator), facts.rules):
                pairs[_pair(a.business_id, b.business_id)].append(tie)
                if tie.probability >= facts.rules.binding.threshold:
                    groups.union(a.business_id, b.business_id)


def _tie_premises(facts: Facts, pairs: Pairs, groups: Groups, found: list[Hub]) -> None:
    units: dict[str, set[str]] = defaultdict(set)
    for uses in facts.uses.get("premises", {}).values():
        units[uses[0].building].update(u.unit for u in uses if u.unit)
    for _, uses, _ in _shared(facts, "premises", groups):
        building = uses[0].building
        crowded = bool(units[building]) or building in facts.beside.crowded
        if hub := premises_hub(uses, facts, groups, crowded=crowded):
            found.append(hub)
        else:
            ends = license_ends(uses)
            _tie_all(uses, pairs, partial(tie_premises, rules=facts.rules, ends=ends))


def _business_links(pair: tuple[str, str], ties: Sequence[Tie], facts: Facts) -> list[Link]:
    """One link per kind; all bind when together they reach the threshold."""
    binding = combined(ties) >= facts.rules.binding.threshold
    by_kind: dict[str, list[Tie]] = defaultdict(list)
    for tie in sorted(ties, key=lambda t: (-t.probability, t.value)):
        by_kind[tie.kind].append(tie)
    links = []
    for kind, same in sorted(by_kind.items()):
        whole = hull(t.period for t in same)
        names = " and ".join(facts.name(b) for b in pair)
        more = f"; {len(same) - 1} more of this kind" if len(same) > 1 else ""
        sources = tuple(sorted({s for t in same for s in t.sources}))
        sentence = f"{names} {same[0].how}{more} ({_count(len(sources), 'source')})."
        first, last = (whole.first, whole.last) if whole else (None, None)
        links.append(
            Link(*pair, kind, round(same[0].probability, 4), first, last, sources, "regulatory", binding, sentence)
        )
    return links


def attachment_links(facts: Facts) -> list[Link]:
    """Business to phone and premises, operator to business: shown in every network, binding nothing."""
    links = [_operates(tenures, facts) for tenures in _by_kind(facts.tenures).values()]
    for kind, targets, verb in (
        ("uses_phone", facts.phone_entity, "used the number"),
        ("at_premises", None, "was at"),
    ):
        source = "phone" if kind == "uses_phone" else "premises"
        for value, uses in facts.uses.get(source, {}).items():
            target = targets.get(value) if targets is not None else value
            if target and target in facts.entities:
                for business in sorted({u.business_id for u in uses}):
                    links.append(_attached([u for u in uses if u.business_id == business], target, kind, verb, facts))
    return links


def _attached(uses: Sequence[Use], target: str, kind: str, verb: str, facts: Facts) -> Link:
    regulatory = [u for u in uses if u.lane == "regulatory"]
    kept = regulatory or list(uses)
    sources = tuple(sorted({s for u in kept for s in u.sources}))
    shown = hull(u.seen for u in kept)
    when = f" from {shown.first} to {shown.last}" if shown else ""
    when += valid_beyond((r for u in kept for r in u.refs), shown)
    what = kept[0].value if kind == "uses_phone" else facts.name(target)
    sentence = f"{facts.name(kept[0].business_id)} {verb} {what}{when} ({_count(len(sources), 'source')})."
    first, last = (shown.first, shown.last) if shown else (None, None)
    return Link(kept[0].business_id, target, kind, 1.0, first, last, sources, kept[0].lane, False, sentence)


def _by_kind(tenures: Iterable[Tenure]) -> dict[tuple[str, str, str], list[Tenure]]:
    found: dict[tuple[str, str, str], list[Tenure]] = defaultdict(list)
    for tenure in tenures:
        found[tenure.operator_id, tenure.business_id, tenure_kind(tenure)].append(tenure)
    return found


def tenure_kind(tenure: Tenure) -> str:
    """operates for owners and officers; landlord_of, agent_of, works_at, applied_for, named_on are context."""
    if tenure.binding:
        return "operates"
    kinds = {r.record_kind for r in tenure.refs}
    for word, kind in (("landlord", "landlord_of"), ("agent", "agent_of"), ("lessor", "landlord_of")):
        if any(word in role for role in tenure.roles):
            return kind
    if kinds <= {"application"}:
        return "applied_for"
    if {"licensee", "therapist", "employee"} & set(tenure.roles):
        return "works_at"
    return "named_on"


def _operates(tenures: Sequence[Tenure], facts: Facts) -> Link:
    regulatory = [t for t in tenures if t.lane == "regulatory"] or list(tenures)
    one = regulatory[0]
    when = hull(t.seen for t in regulatory)
    beyond = valid_beyond((r for t in regulatory for r in t.refs), when)
    roles = ", ".join(sorted({r.replace("_", " ") for t in regulatory for r in t.roles if r})) or "named"
    sources = tuple(sorted({s for t in regulatory for s in t.sources}))
    sentence = (
        f"{facts.name(one.operator_id)} stands on records of {facts.name(one.business_id)} as {roles}{beyond} "
        f"({_count(len(sources), 'source')})."
    )
    first, last = (when.first, when.last) if when else (None, None)
    return Link(
        one.operator_id, one.business_id, tenure_kind(one), 1.0, first, last, sources, one.lane, False, sentence
    )


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
