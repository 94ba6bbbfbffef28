"""From scored pairs to entities: the strongest links first, never across what keeps two refs apart.

Joining in order of strength and refusing a join that would break a rule cuts a conflicting path at its weakest
link, and the result does not depend on the order of refs, pairs or decisions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Any

from pipeline.garbage import cycles_left_for_later
from pipeline.model import Decision, Entity, Ref, Role, stable_id
from pipeline.resolve.births import one_slip
from pipeline.resolve.corpus import ScoredPair
from pipeline.resolve.initials import contradict, is_brief, may_bridge, undecided
from pipeline.resolve.model import MatchModel
from pipeline.resolve.names.person_names import read_person
from pipeline.resolve.two_shops import beside, one_shop

CLEARER_BUSINESS = 5.0  # bits by which one business must be the likelier owner of what may join one only
# Somebody's word about a business, which may bear the names of two: the next tenant's own application can give the
# last one's trade name as its DBA.
SAID_ABOUT = frozenset({"application", "tip", "inspection"})

BETWEEN_PEOPLE = "an initial between two people"


class Said(IntEnum):
    """On what a join rests, the firmest first. Two shops of one owner share less than one shop (two_shops.py)."""

    BY_A_PERSON = 0
    FIRMLY = 1
    LOOSELY = 2


@dataclass
class Groups:
    """Union-find over ref ids whose groups remember dates of birth, size and refs they must stay apart from.

    `births` and `apart` have no entry for a group without any: most refs meet nobody.
    """

    largest: int
    parent: dict[str, str] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    births: dict[str, frozenset[date]] = field(default_factory=dict)
    apart: dict[str, set[str]] = field(default_factory=dict)  # group -> refs no member may meet

    def add(self, ref: Ref) -> None:
        self.parent[ref.ref_id] = ref.ref_id
        self.members[ref.ref_id] = [ref.ref_id]
        if ref.dob and ref.role == "operator":
            self.births[ref.ref_id] = frozenset((ref.dob,))

    def find(self, ref_id: str) -> str:
        while self.parent[ref_id] != ref_id:
            self.parent[ref_id] = self.parent[self.parent[ref_id]]
            ref_id = self.parent[ref_id]
        return ref_id

    def keep_apart(self, a: str, b: str) -> None:
        self.apart.setdefault(self.find(a), set()).add(b)
        self.apart.setdefault(self.find(b), set()).add(a)

    def refusal(self, a: str, b: str, *, by_person: bool = False, weighed: bool = False) -> str:
        """Why the groups of two refs may not be joined; "" when they may. A person's word lifts the size limit.

        `weighed`: they bear one number of their own, so that the model has weighed two dates of birth against it.
        """
        one, two = self.find(a), self.find(b)
        if one == two:
            return ""
        born, other = self.births.get(one), self.births.get(two)
        if born and other and born != other and not weighed and not _may_be_one(born, other):
            return "two dates of birth"
        for group, against in ((one, two), (two, one)):
            if any(self.find(ref) == against for ref in self.apart.get(group, ())):
                return "decided not the same"
        if not by_person and len(self.members[one]) + len(self.members[two]) > self.largest:
            return "too large"
        return ""

    def beside(self, a: str, b: str, by_id: Mapping[str, Ref]) -> str:
        """Why two refs of businesses, tied by less than what makes one shop, stand for two; "" when nothing says so."""
        if by_id[a].role != "business" or one_shop(by_id[a], by_id[b]):
            return ""
        one, two = ([by_id[i] for i in self.members[self.find(ref)]] for ref in (a, b))
        return "at two places at one time" if beside(one, two) else ""

    def initial_of_two(self, a: str, b: str, by_id: Mapping[str, Ref]) -> str:
        """Why two refs of people, one of which has an initial for its given name, stand for two; "" as above."""
        if by_id[a].role != "operator" or not (is_brief(by_id[a]) or is_brief(by_id[b])):
            return ""
        one, two = ([by_id[i] for i in self.members[self.find(ref)]] for ref in (a, b))
        return BETWEEN_PEOPLE if contradict(one, two) else ""

    def join(self, a: str, b: str) -> None:
        one, two = self.find(a), self.find(b)
        if one == two:
            return
        big, small = (one, two) if len(self.members[one]) >= len(self.members[two]) else (two, one)
        self.parent[small] = big
        self.members[big] += self.members.pop(small)
        if born := self.births.pop(small, None):
            self.births[big] = born | self.births.get(big, born)
        if apart := self.apart.pop(small, None):
            self.apart.setdefault(big, set()).update(apart)


@dataclass(frozen=True, slots=True)
class Refused:
    """A pair that scored as a match and was kept apart, and why: what a reviewer should see."""

    ref_a: str
    ref_b: str
    weight: float
    why: str


def cluster(
    refs: Sequence[Ref], pairs: Sequence[ScoredPair], decisions: Sequence[Decision], model: MatchModel
) -> list[Entity]:
    """Entities of one role, sorted by id; every ref is in exactly one. Only pairs at `model.match` or above join."""
    return cluster_with_refusals(refs, pairs, decisions, model)[0]


@cycles_left_for_later()
def cluster_with_refusals(
    refs: Sequence[Ref], pairs: Sequence[ScoredPair], decisions: Sequence[Decision], model: MatchModel
) -> tuple[list[Entity], list[Refused]]:
    """As `cluster`, with the matching pairs that a guard or a decision kept apart."""
    if not refs:
        return [], []
    by_id = {ref.ref_id: ref for ref in refs}
    kind: Role = refs[0].role
    groups = Groups(model.largest.get(kind, 150))
    decided = {pair: same for pair, same in in_force(decisions).items() if by_id.keys() >= set(pair)}
    known = [p for p in pairs if p.ref_a in by_id and p.ref_b in by_id]
    matching = [p for p in known if p.probability >= model.match]
    quiet: list[list[str]] = []
    if kind != "business":
        quiet = _quiet_groups(matching, decided, by_id, groups.largest)
        at_rest = {i for ids in quiet for i in ids}
        known = matching = [p for p in matching if p.ref_a not in at_rest]
    met = {i for p in known for i in (p.ref_a, p.ref_b)} | {i for pair in decided for i in pair}
    for ref_id in sorted(met):
        groups.add(by_id[ref_id])
    for (a, b), same in decided.items():
        if not same:
            groups.keep_apart(a, b)
    refused = _join_all(kind, groups, known, matching, decided, by_id, model)
    several = [*groups.members.values(), *quiet]
    joined = {i for ids in several for i in ids}
    found = [make_entity(kind, [by_id[i] for i in sorted(ids)]) for ids in several]
    found += (make_entity(kind, [ref]) for i, ref in by_id.items() if i not in joined)
    return sorted(found, key=lambda e: e.entity_id), refused


def _quiet_groups(
    matching: Iterable[ScoredPair], decided: Mapping[tuple[str, str], bool], by_id: Mapping[str, Ref], largest: int
) -> list[list[str]]:
    """Refs that hang together over matching pairs where nothing could refuse a join, whatever the order: no decision
    names one, the group is not too large, all dates of birth are one and no initial may be two people's. Of people
    nearly all."""
    parent: dict[str, str] = {}

    def root_of(ref_id: str) -> str:
        while (above := parent[ref_id]) != ref_id:
            parent[ref_id] = ref_id = parent[above]
        return ref_id

    for a, b in (*((p.ref_a, p.ref_b) for p in matching), *decided):
        one, two = root_of(parent.setdefault(a, a)), root_of(parent.setdefault(b, b))
        if one != two:
            parent[two] = one
    hanging: dict[str, list[str]] = defaultdict(list)
    for ref_id in parent:
        hanging[root_of(ref_id)].append(ref_id)
    loud = {root_of(i) for pair in decided for i in pair}
    return [
        ids
        for root, ids in hanging.items()
        if root not in loud
        and len(ids) <= largest
        and len({by_id[i].dob for i in ids} - {None}) < 2
        and not (by_id[root].role == "operator" and may_bridge([by_id[i] for i in ids]))
    ]


def _join_all(
    kind: Role,
    groups: Groups,
    known: Sequence[ScoredPair],
    matching: Sequence[ScoredPair],
    decided: Mapping[tuple[str, str], bool],
    by_id: Mapping[str, Ref],
    model: MatchModel,
) -> list[Refused]:
    """Join what belongs together, the strongest pairs first; returns what was kept apart."""
    refused: list[Refused] = []
    nameless = {i for i, ref in by_id.items() if kind == "business" and not (ref.name or ref.other_names)}
    about = {i for i, ref in by_id.items() if kind == "business" and ref.record_kind in SAID_ABOUT} - nameless
    named = [p for p in matching if not _bears(nameless, p)]
    unclear = undecided(named, (pair for pair, same in decided.items() if same), by_id) if kind == "operator" else set()
    joins = [(Said.BY_A_PERSON, 0.0, a, b) for (a, b), same in decided.items() if same]
    for pair in (p for p in named if not _bears(about, p)):
        a, b = (pair.ref_a, pair.ref_b) if pair.ref_a < pair.ref_b else (pair.ref_b, pair.ref_a)
        firm = kind != "business" or one_shop(by_id[a], by_id[b])
        joins.append((Said.FIRMLY if firm else Said.LOOSELY, -pair.weight, a, b))
    for said, loss, a, b in sorted(joins):
        by_person = said is Said.BY_A_PERSON
        weighed = not by_person and bool(by_id[a].own_number) and by_id[a].own_number == by_id[b].own_number
        why = groups.refusal(a, b, by_person=by_person, weighed=weighed)
        if not why and said is Said.LOOSELY:
            why = groups.beside(a, b, by_id)
        if not why and said is Said.FIRMLY:
            why = BETWEEN_PEOPLE if (a, b) in unclear else groups.initial_of_two(a, b, by_id)
        if why:
            refused.append(Refused(a, b, float("inf") if by_person else -loss, why))
        else:
            groups.join(a, b)
    refused += _join_one_each(groups, about, [p for p in named if _bears(about, p)], by_id)
    likely = [p for p in known if p.probability >= model.review and _bears(nameless, p)]
    return refused + _join_one_each(groups, nameless, likely, by_id)


def _bears(refs: Collection[str], pair: ScoredPair) -> bool:
    """Whether one of a pair is among `refs`."""
    return pair.ref_a in refs or pair.ref_b in refs


def _join_one_each(
    groups: Groups, single: set[str], pairs: Sequence[ScoredPair], by_id: Mapping[str, Ref]
) -> list[Refused]:
    """Let each ref of `single` join the one business it may belong to, and never bridge two.

    A shared line answers for several storefronts, and an application may bear two names: when several businesses come
    into question, and none is the likelier one by CLEARER_BUSINESS bits, it stays alone. Where a person joined one, it
    stays.
    """
    refused: list[Refused] = []
    candidates: dict[str, dict[str, tuple[float, str, str]]] = defaultdict(dict)
    free = {i for i in single & groups.parent.keys() if single.issuperset(groups.members[groups.find(i)])}
    for pair in sorted(pairs, key=lambda p: (-p.weight, p.ref_a, p.ref_b)):
        for one, other in ((pair.ref_a, pair.ref_b), (pair.ref_b, pair.ref_a)):
            if one in free and other not in free:
                if why := groups.refusal(one, other) or groups.beside(one, other, by_id):
                    refused.append(Refused(pair.ref_a, pair.ref_b, pair.weight, why))
                else:
                    candidates[groups.find(one)].setdefault(groups.find(other), (pair.weight, one, other))
    chosen: list[tuple[float, str, str]] = []
    for root in sorted(candidates):
        best, *rest = sorted(candidates[root].values(), key=lambda c: (-c[0], c[1], c[2]))
        if rest and best[0] - rest[0][0] < CLEARER_BUSINESS:
            refused.append(Refused(min(best[1:]), max(best[1:]), best[0], "between two businesses"))
        else:
            chosen.append(best)
    waiting = {i for i in free if groups.find(i) not in candidates}
    chosen += ((p.weight, p.ref_a, p.ref_b) for p in pairs if {p.ref_a, p.ref_b} <= waiting)
    for weight, a, b in sorted(chosen, key=lambda c: (-c[0], c[1], c[2])):
        if why := groups.refusal(a, b) or groups.beside(a, b, by_id):
            refused.append(Refused(min(a, b), max(a, b), weight, why))
        else:
            groups.join(a, b)
    return refused


def _may_be_one(born: frozenset[date], other: frozenset[date]) -> bool:
    """Whether no date contradicts one that its own group does not hold already."""
    return all(a == b or one_slip(a, b) or a in other or b in born for a in born for b in other)


def in_force(decisions: Iterable[Decision]) -> dict[tuple[str, str], bool]:
    """The decision that holds for each pair: the latest that is not revoked. Sorted by pair."""
    latest: dict[tuple[str, str], Decision] = {}
    for decision in sorted(decisions, key=lambda d: (d.decided_at, d.decision_id)):
        if decision.revoked_at is None and decision.ref_a != decision.ref_b:
            latest[min(decision.ref_a, decision.ref_b), max(decision.ref_a, decision.ref_b)] = decision
    return {pair: latest[pair].same for pair in sorted(latest)}


def make_entity(kind: Role, members: Sequence[Ref]) -> Entity:
    """The entity of its members, with the id of its anchor."""
    if len(members) == 1:
        (ref,) = members
        return Entity(stable_id("entity", kind, ref.ref_id), kind, ref.name, (ref.ref_id,))
    anchor = min(members, key=lambda r: (r.lane == "intelligence", r.intake_seq, r.ref_id))
    return Entity(stable_id("entity", kind, anchor.ref_id), kind, _name(kind, members), _sorted_ids(members))


def spokesman(members: Iterable[Mapping[str, Any]]) -> str:
    """The ref, of an entity's rows of `core_refs`, to which a person's word about the entity is tied: what makes a
    business, before what is only said about one or names none and therefore joins one only (`_join_one_each`)."""
    return str(min(members, key=lambda r: (*_hearsay(r), r["intake_seq"], r["ref_id"]))["ref_id"])


def _hearsay(ref: Mapping[str, Any]) -> tuple[bool, bool, bool]:
    return ref["lane"] == "intelligence", ref["record_kind"] in SAID_ABOUT, not ref["name"]


def _sorted_ids(members: Sequence[Ref]) -> tuple[str, ...]:
    return tuple(sorted(r.ref_id for r in members))


def _name(kind: Role, members: Sequence[Ref]) -> str:
    """The most frequent name; of equally frequent ones the one with fewest initials, the longest, the first. What tips
    and inspections call it counts where nothing else tells of it."""
    known = [r for r in members if r.lane != "intelligence"] or members
    written = [r.name for r in known if r.name]
    if len(set(written)) < 2:
        return written[0] if written else ""
    counted = Counter(written)

    def rank(name: str) -> tuple[int, int, int, str]:
        initials = len(read_person(name).initials) if kind == "operator" else 0
        return initials, -counted[name], -len(name), name

    return min(counted, key=rank, default="")
