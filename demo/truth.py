"""What is true and can be seen: networks, businesses, reopenings, linked applications, traps.

Kept apart from everything the pipeline reads. A tie that no file and no page shows is not part of it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from demo.state import Applied, Storefront, World
from demo.visible import LASTING, NEAR_DAYS, Facts, Item, collect_facts, components, ties

Periods = dict[tuple[str, str], tuple[date, date]]
OVERLAP_DAYS = 30  # how long before the old one's end a new one may open and still look like a reopening
KNOWN_DAYS = 2  # a business is known from illicit ads seen on that many days


@dataclass(frozen=True, slots=True)
class Truth:
    """Labels by item and application. Items: ("ad", site, posting id) and ("record", data set, natural key)."""

    networks: dict[Item, str]  # items of suspects -> label of what visibly hangs together: "N003", "N003.2"
    innocents: dict[Item, str]  # items of innocent businesses -> label of their own business
    businesses: dict[Item, str]  # item -> storefront
    successions: frozenset[tuple[str, str]]  # (closed storefront, reopened one), with visible evidence
    open_successions: frozenset[tuple[str, str]]  # look like one as well; neither right nor wrong to report
    linked: dict[str, str]  # application -> network label
    innocent_applications: dict[str, str]  # application -> trap: plain next_tenant reassigned_phone namesake
    unseen: frozenset[str]  # applications by operators without visible evidence: neither right nor wrong to flag
    traps: dict[str, str]  # innocent storefront -> trap
    surnames: dict[str, str]  # application -> surname of the applicant

    @classmethod
    def of(cls, world: World) -> Truth:
        """The truth of a world; reads nothing but the world."""
        facts = collect_facts(world)
        labels = _labels(world, facts)
        shops = world.storefronts
        linked = _linked(world, facts, labels)
        successions, open_ones = _successions(world, facts)
        return cls(
            networks={i: label for i, label in labels.items() if shops[facts[i].storefront_id].network},
            innocents={i: label for i, label in labels.items() if not shops[facts[i].storefront_id].network},
            businesses={item: row.storefront_id for item, row in facts.items()},
            successions=successions,
            open_successions=open_ones,
            linked=linked,
            innocent_applications={a.application_id: a.trap for a in world.applications if not a.basis},
            unseen=frozenset(
                a.application_id for a in world.applications if a.basis and a.application_id not in linked
            ),
            traps={s.storefront_id: s.trap for s in shops.values() if not s.network},
            surnames={a.application_id: world.people[a.person_id].surname for a in world.applications},
        )

    @property
    def labels(self) -> dict[Item, str]:
        """Every item with its label: network or innocent business."""
        return {**self.networks, **self.innocents}


def _labels(world: World, facts: dict[Item, Facts]) -> dict[Item, str]:
    """Component by component: the largest of a network bears its plain label, the others ".2", ".3" …"""
    roots = components(facts, ties(facts.values()))
    groups: dict[tuple[str, Item], list[Item]] = defaultdict(list)
    for item in sorted(facts):
        shop = world.storefronts[facts[item].storefront_id]
        groups[shop.network or shop.storefront_id, roots[item]].append(item)
    by_owner: dict[str, list[list[Item]]] = defaultdict(list)
    for (owner, _), items in groups.items():
        by_owner[owner].append(items)
    labels: dict[Item, str] = {}
    for owner, parts in by_owner.items():
        for number, items in enumerate(sorted(parts, key=lambda p: (-len(p), p)), 1):
            labels |= dict.fromkeys(items, owner if number == 1 else f"{owner}.{number}")
    return labels


def _linked(world: World, facts: dict[Item, Facts], labels: dict[Item, str]) -> dict[str, str]:
    """Applications whose name and second identifier stand in the files of a component known from illicit ads."""
    known: dict[str, set[date]] = defaultdict(set)
    holds: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
    named: dict[str, dict[str, bool]] = defaultdict(dict)  # person -> label -> date of birth shown there
    for item, row in facts.items():
        if row.illicit:
            known[labels[item]].update(row.seen)
        holds[labels[item]] |= dict.fromkeys(row.values)
        for person, dob in row.people.items():
            named[person][labels[item]] = named[person].get(labels[item], False) or dob
    linked: dict[str, str] = {}
    for a in world.applications:
        for label, dob in sorted(named[a.person_id].items()) if a.basis else ():
            if len(known[label]) >= KNOWN_DAYS and _second(a, dob, holds[label]):
                linked.setdefault(a.application_id, label)
    return linked


def _second(a: Applied, dob: bool, holds: dict[tuple[str, str], None]) -> bool:
    """A second identifier besides the name: date of birth, phone, premises now or before."""
    places = [a.premises.premises_id, *([a.prior.premises_id] if a.prior else [])]
    return (a.dob_shown and dob) or ("phone", a.phone) in holds or any(("premises", place) in holds for place in places)


def _successions(
    world: World, facts: dict[Item, Facts]
) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """(true pairs, open pairs): an open pair shows the same evidence without having been made as a reopening, or was
    made as one and shows less, such as an owner named without a date of birth."""
    shown = _periods(facts)
    rings: dict[str, list[Storefront]] = defaultdict(list)
    for shop in world.storefronts.values():
        if shop.network:
            rings[shop.network].append(shop)
    true: set[tuple[str, str]] = set()
    open_ones: set[tuple[str, str]] = set()
    for old, new in ((a, b) for ring in rings.values() for a in ring for b in ring):
        if old is new or old.closed is None or new.opened <= old.opened:
            continue
        pair = (old.storefront_id, new.storefront_id)
        mine, other = shown[pair[0]], shown[pair[1]]
        if new.predecessor == old.storefront_id and _evidence(mine, other, near=True):
            true.add(pair)
        elif new.predecessor == old.storefront_id or (
            (new.opened - old.closed).days > -OVERLAP_DAYS and _evidence(mine, other, near=False)
        ):
            open_ones.add(pair)
    return frozenset(true), frozenset(open_ones)


def _periods(facts: dict[Item, Facts]) -> dict[str, Periods]:
    """Storefront -> (kind, value) -> first and last day on which any of its items shows it."""
    shown: dict[str, Periods] = defaultdict(dict)
    for row in facts.values():
        mine = shown[row.storefront_id]
        for key, (first, last) in row.values.items():
            before = mine.get(key, (first, last))
            mine[key] = (min(first, before[0]), max(last, before[1]))
    return shown


def _evidence(old: Periods, new: Periods, *, near: bool) -> bool:
    """Whether both show one value: a lasting one, or a phone or suite within the near days (any time: near=False)."""
    for key in old.keys() & new.keys():
        gap = (new[key][0] - old[key][1]).days
        if key[0] in LASTING or not near or gap <= NEAR_DAYS:
            return True
    return False
