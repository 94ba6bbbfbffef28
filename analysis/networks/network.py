"""Networks: businesses bound by links, with their operators, phones and premises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.denial import is_denial
from analysis.networks.communities import split
from analysis.networks.facts import Facts
from analysis.networks.groups import Groups
from analysis.networks.hubs import Hub
from analysis.networks.links import Tied, build_links, hubs
from analysis.networks.sights import sighted
from analysis.networks.spanning import Edges, spanning_tree
from analysis.periods import Period
from analysis.rules import Rules
from pipeline.extract.addresses.place import city_name
from pipeline.model import Entity, Link, Network, Ref, stable_id

__all__ = ["Hub", "build_links", "build_networks", "hubs", "weakest_links"]

Strongest = Mapping[tuple[str, str], Link]
OUTSIDE = 3  # businesses outside of a network that also use a phone or premises: then it is common, not shared


def build_networks(
    entities: Iterable[Entity],
    links: Iterable[Link],
    *,
    refs: Mapping[str, Ref],
    rules: Rules | None = None,
    apart: Iterable[tuple[str, str]] = (),
) -> list[Network]:
    """Networks sorted by id; the order of the inputs does not matter.

    A business alone is a network only when an ad on an illicit site or a denial names it. `apart`: pairs of refs whose
    businesses do not belong to one network, as people decided; the weakest path between them is cut.
    """
    return networks_of(Tied.of(entities, refs, rules), links, apart)


def networks_of(tied: Tied, links: Iterable[Link], apart: Iterable[tuple[str, str]] = ()) -> list[Network]:
    """As `build_networks`."""
    facts = tied.facts
    links = sorted(links, key=lambda link: (link.from_id, link.to_id, link.kind))
    edges = binding_edges(links, facts)
    parts = _components(facts, edges, _strangers(apart, facts))
    attached = _attachments(links, tied)
    strongest = _strongest(links)
    part_of = {b: i for i, part in enumerate(parts) for b in part}
    inside: list[Edges] = [{} for _ in parts]
    for (a, b), p in edges.items():
        if a in part_of and part_of[a] == part_of.get(b):
            inside[part_of[a]][a, b] = p
    networks = [
        _network(part, inside[i], strongest, attached, facts, network_id=network_id(part, facts))
        for i, part in enumerate(parts)
    ]
    return sorted(networks, key=lambda n: n.network_id)


def _strongest(links: Iterable[Link]) -> dict[tuple[str, str], Link]:
    """Business pair -> its most probable binding link."""
    best: dict[tuple[str, str], Link] = {}
    for link in sorted((x for x in links if x.binding), key=lambda x: (-x.probability, x.kind)):
        best.setdefault((link.from_id, link.to_id), link)
    return best


def binding_edges(links: Iterable[Link], facts: Facts) -> Edges:
    """Business pairs that are bound, with the noisy-or of their links."""
    miss: dict[tuple[str, str], float] = {}
    for link in links:
        if link.binding and link.from_id in facts.business_refs and link.to_id in facts.business_refs:
            pair = (min(link.from_id, link.to_id), max(link.from_id, link.to_id))
            miss[pair] = miss.get(pair, 1.0) * (1.0 - link.probability)
    return {pair: 1.0 - m for pair, m in sorted(miss.items())}


def _strangers(apart: Iterable[tuple[str, str]], facts: Facts) -> dict[str, set[str]]:
    """Business -> businesses that must not be in its network."""
    found: dict[str, set[str]] = defaultdict(set)
    for one, two in apart:
        a, b = facts.entity_of.get(one), facts.entity_of.get(two)
        if a in facts.business_refs and b in facts.business_refs and a != b:
            found[a].add(b)
            found[b].add(a)
    return found


def _components(facts: Facts, edges: Edges, strangers: Mapping[str, set[str]]) -> list[list[str]]:
    members: dict[str, list[str]] = defaultdict(list)
    groups = grouped(edges, strangers)
    for business in facts.business_refs:
        members[groups.find(business)].append(business)
    rules, parts = facts.rules.binding, list[list[str]]()
    inside: dict[str, Edges] = {root: {} for root, some in members.items() if len(some) > rules.oversized}
    for (a, b), p in edges.items():
        if (root := groups.find(a)) in inside:
            inside[root][a, b] = p
    for root, component in members.items():
        if root in inside:
            parts.extend(split(component, inside[root], rules.held_by, rules.seed))
        else:
            parts.append(sorted(component))
    named = [p for p in parts if len(p) > 1 or p[0] in facts.advertised]
    return [p for p in named if not rules.advertised_only or any(b in facts.advertised for b in p)]


def grouped(edges: Edges, strangers: Mapping[str, set[str]]) -> Groups:
    """What the edges connect. Where strangers would come together, the strongest edges come first, and one that would
    bring them together is left out: that cuts the weakest step of the strongest path between them."""
    groups = Groups()
    for a, b in edges:
        groups.union(a, b)
    if not strangers:
        return groups
    crowded = {groups.find(b) for b in strangers}
    cut, members = Groups(), defaultdict[str, set[str]](set)
    for (a, b), _ in sorted(edges.items(), key=lambda item: (-item[1], item[0])):
        one, two = cut.find(a), cut.find(b)
        if one == two:
            continue
        if groups.find(a) in crowded:
            here, there = members[one] | {one}, members[two] | {two}
            if any(strangers.get(m, set()) & there for m in here):
                continue
            members[min(one, two)] = here | there
        cut.union(one, two)
    return cut


def network_id(businesses: Iterable[str], facts: Facts) -> str:
    """uuid5 of the ad on an illicit site, or the denial, that arrived first (any ref when there is none): what arrives
    later lets a network grow and does not change its id; of two that merge the earlier one's id stays."""
    refs = [r for b in businesses for r in facts.business_refs[b] if r.lane == "regulatory"]
    kept = [r for r in refs if r.site_class == "illicit" or is_denial(r, facts.rules.denial)] or refs
    return stable_id("network", min(kept, key=lambda r: (r.intake_seq, r.ref_id)).ref_id)


@dataclass(frozen=True, slots=True)
class _Attached:
    """Context of businesses: business -> entity ids."""

    operators: dict[str, set[str]]
    phones: dict[str, set[str]]
    premises: dict[str, set[str]]
    degree: dict[str, int]  # phone or premises -> businesses that use it anywhere
    damped: frozenset[str]  # phones and premises that bind nobody


def _attachments(links: Sequence[Link], tied: Tied) -> _Attached:
    phones = tied.facts.phone_entity
    damped = frozenset(phones.get(h.value, h.value) for h in tied.hubs if h.kind in {"phone", "premises"})
    found = _Attached(defaultdict(set), defaultdict(set), defaultdict(set), defaultdict(int), damped)
    for link in links:
        if link.lane != "regulatory":
            continue
        if link.kind == "operates":
            found.operators[link.to_id].add(link.from_id)
        elif link.kind == "uses_phone":
            found.phones[link.from_id].add(link.to_id)
            found.degree[link.to_id] += 1
        elif link.kind == "at_premises":
            found.premises[link.from_id].add(link.to_id)
            found.degree[link.to_id] += 1
    return found


def _network(
    part: Sequence[str], edges: Edges, strongest: Strongest, attached: _Attached, facts: Facts, *, network_id: str
) -> Network:
    members = [(b, "business", "storefront" if b in facts.advertised else "linked business") for b in part]
    members += _others(part, attached.operators, "operator", ("operator", "hub operator"), 3)
    members += _others(part, attached.phones, "phone", ("phone", "shared phone"), 2, attached)
    members += _others(part, attached.premises, "premises", ("premises", "shared premises"), 2, attached)
    seen = sighted(r for b in part for r in facts.business_refs[b] if r.lane == "regulatory")
    tree = spanning_tree(edges)
    cohesion = sum(tree.values()) / len(tree) if tree else 1.0
    return Network(
        network_id,
        tuple(sorted(members)),
        seen.first if seen else None,
        seen.last if seen else None,
        round(cohesion, 4),
        _opening(part, members, seen, facts) + _weakest_step(tree, strongest),
    )


def _others(
    part: Sequence[str],
    attached: Mapping[str, set[str]],
    kind: str,
    roles: tuple[str, str],
    many: int,
    everywhere: _Attached | None = None,
) -> list[tuple[str, str, str]]:
    """Members of one kind; what is damped, or many businesses outside of the network use as well, is called common."""
    degree: dict[str, int] = defaultdict(int)
    for business in part:
        for other in attached.get(business, ()):
            degree[other] += 1
    found = []
    for other, n in degree.items():
        role = roles[1] if n >= many else roles[0]
        if everywhere and (other in everywhere.damped or everywhere.degree[other] - n >= OUTSIDE):
            role = f"common {kind}"
        found.append((other, kind, role))
    return found


def weakest_links(network: Network, links: Iterable[Link], count: int = 3) -> list[Link]:
    """The links of the strongest spanning tree that hold least, weakest first: what to check by hand."""
    inside = {m for m, kind, _ in network.members if kind == "business"}
    bound = [x for x in links if x.binding and x.from_id in inside and x.to_id in inside]
    best = _strongest(bound)
    miss: dict[tuple[str, str], float] = defaultdict(lambda: 1.0)
    for link in bound:
        miss[link.from_id, link.to_id] *= 1.0 - link.probability
    tree = spanning_tree({pair: 1.0 - m for pair, m in miss.items()})
    return [best[pair] for pair, _ in sorted(tree.items(), key=lambda item: (item[1], item[0]))[:count]]


def _opening(part: Sequence[str], members: Sequence[tuple[str, str, str]], seen: Period | None, facts: Facts) -> str:
    refs = [r for b in part for r in facts.business_refs[b] if r.lane == "regulatory"]
    cities = sorted({city_name(a.city, a.state, a.zip) for r in refs for a in r.addresses[:1] if a.city})
    more = f" and {len(cities) - 5} more places" if len(cities) > 5 else ""
    where = f" in {', '.join(cities[:5])}{more}" if cities else ""
    counts = {kind: sum(k == kind for _, k, _ in members) for kind in ("operator", "phone")}
    text = (
        f"{_businesses(part, facts)}{where}{f', seen from {seen}' if seen else ''}; "
        f"{sum(b in facts.advertised for b in part)} advertised on illicit sites or denied; "
        f"{_count(counts['operator'], 'operator')}, {_count(counts['phone'], 'phone number')}."
    )
    central = sorted(facts.name(m) for m, _, role in members if role == "hub operator")
    return text + (f" On the records of three or more: {'; '.join(central)}." if central else "")


def _businesses(part: Sequence[str], facts: Facts) -> str:
    """Ads that name no business may belong to one that others name: they are counted apart."""
    named = sum(bool(facts.entities[b].name) for b in part)
    ads = _count(len(part) - named, "group of ads that name no business", "groups of ads that name no business")
    if named == len(part):
        return _count(named, "business", "businesses")
    return f"{_count(named, 'business', 'businesses')} and {ads}" if named else ads


def _weakest_step(tree: Edges, strongest: Strongest) -> str:
    if not tree:
        return ""
    pair = min(tree, key=lambda p: (tree[p], p))
    return f" The weakest step that holds it together ({tree[pair]:.2f}): {strongest[pair].sentence}"


def _count(n: int, noun: str, plural: str = "") -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {plural or noun + 's'}"
