"""Businesses whose ads follow one template: context, because wording is copied from strangers too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations

from analysis.networks.facts import Facts
from analysis.periods import hull, period
from analysis.rules import Rules, shipped_rules
from pipeline.model import Entity, Link, Ref


def template_links(
    entities: Iterable[Entity], refs: Mapping[str, Ref], template_of: Mapping[str, str], rules: Rules | None = None
) -> list[Link]:
    """One link for each two businesses that share a template, sorted by (from, to). `template_of`: ad id -> template.

    Wording that more businesses use than the rules allow is everybody's and links nobody.
    """
    facts = Facts.gather(entities, refs, rules or shipped_rules())
    users: dict[str, dict[str, list[Ref]]] = defaultdict(lambda: defaultdict(list))
    for business, own in facts.business_refs.items():
        for ref in own:
            if ref.lane == "regulatory" and ref.owner_kind == "ad" and (template := template_of.get(ref.owner_id)):
                users[template][business].append(ref)
    found: dict[tuple[str, str], Link] = {}
    for _, businesses in sorted(users.items()):
        if len(businesses) > facts.rules.template.hub_degree:
            continue
        for pair in combinations(sorted(businesses), 2):
            both = [*businesses[pair[0]], *businesses[pair[1]]]
            if pair not in found or len(both) > len(found[pair].sources):
                found[pair] = _link(pair, both, facts)
    return [found[pair] for pair in sorted(found)]


def _link(pair: tuple[str, str], ads: list[Ref], facts: Facts) -> Link:
    whole = hull(period(r.first_seen, r.last_seen) for r in ads)
    sources = tuple(sorted({s for r in ads for s in r.sources}))
    sentence = (
        f"{facts.name(pair[0])} and {facts.name(pair[1])} advertise in the words of one template "
        f"({len(ads)} ads); wording alone binds nobody."
    )
    first, last = (whole.first, whole.last) if whole else (None, None)
    return Link(
        *pair, "shared_template", facts.rules.template.shared, first, last, sources, "regulatory", False, sentence
    )
