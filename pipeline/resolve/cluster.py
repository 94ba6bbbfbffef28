"""From scored pairs to entities: the strongest links first, never across what keeps two refs apart.

Joining in order of strength and refusing a join that would break a rule cuts a conflicting path at its weakest
link, and the result does not depend on the order of refs, pairs or decisions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from rapidfuzz.distance import OSA

from pipeline.model import Decision, Entity, Ref, Role, stable_id
from pipeline.resolve.collector import cycles_left_for_later
from pipeline.resolve.corpus import ScoredPair
from pipeline.resolve.model import MatchModel
from pipeline.resolve.person_names import read_person

CLEARER = 5.0  # bits by which one business must be the likelier owner of an ad without a name


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
        if born and other and not weighed and not _may_be_one(born, other):
            return "two dates of birth"
        for group, against in ((one, two), (two, one)):
            if any(self.find(ref) == against for ref in self.apart.get(group, ())):
                return "decided not the same"
        if not by_person and len(self.members[one]) + len(self.members[two]) > self.largest:
            return "too large"
        return ""

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
    decided = in_force(decisions)
    met = {i for p in pairs for i in (p.ref_a, p.ref_b)} | {i for pair in decided for i in pair}
    for ref_id in sorted(met & by_id.keys()):
        groups.add(by_id[ref_id])
    refused: list[Refused] = []
    for (a, b), same in decided.items():
        if not same and a in by_id and b in by_id:
            groups.keep_apart(a, b)
    nameless = {i for i, ref in by_id.items() if kind == "business" and not (ref.name or ref.other_names)}
    joins = [(float("inf"), a, b, True) for (a, b), same in decided.items() if same and a in by_id and b in by_id]
    joins += [
        (p.weight, min(p.ref_a, p.ref_b), max(p.ref_a, p.ref_b), False)
        for p in pairs
        if p.probability >= model.match and p.ref_a in by_id and p.ref_b in by_id and not nameless & {p.ref_a, p.ref_b}
    ]
    for weight, a, b, by_person in sorted(joins, key=lambda j: (-j[0], j[1], j[2])):
        weighed = not by_person and bool(by_id[a].own_number) and by_id[a].own_number == by_id[b].own_number
        if why := groups.refusal(a, b, by_person=by_person, weighed=weighed):
            refused.append(Refused(a, b, weight, why))
        else:
            groups.join(a, b)
    likely = [p for p in pairs if p.probability >= model.review and nameless & {p.ref_a, p.ref_b}]
    refused += _join_nameless(groups, nameless, [p for p in likely if p.ref_a in by_id and p.ref_b in by_id])
    found = [make_entity(kind, [by_id[i] for i in sorted(ids)]) for ids in groups.members.values()]
    found += (make_entity(kind, [ref]) for i, ref in by_id.items() if i not in met)
    return sorted(found, key=lambda e: e.entity_id), refused


def _join_nameless(groups: Groups, nameless: set[str], pairs: Sequence[ScoredPair]) -> list[Refused]:
    """Let an ad without a name join the one business it may belong to, and never bridge two.

    A shared line answers for several storefronts, so a phone alone says too little when several businesses used it
    at the time; when only one did (or one is CLEARER by more than that many bits) the ad is that one's.
    """
    candidates: dict[str, dict[str, tuple[float, str]]] = defaultdict(dict)
    for pair in sorted(pairs, key=lambda p: (-p.weight, p.ref_a, p.ref_b)):
        for one, other in ((pair.ref_a, pair.ref_b), (pair.ref_b, pair.ref_a)):
            if one in nameless and other not in nameless:
                candidates[one].setdefault(groups.find(other), (pair.weight, other))
    refused: list[Refused] = []
    chosen: list[tuple[float, str, str]] = []
    for ref_id in sorted(candidates):
        best, *rest = sorted(candidates[ref_id].values(), key=lambda c: (-c[0], c[1]))
        if rest and best[0] - rest[0][0] < CLEARER:
            a, b = sorted((ref_id, best[1]))
            refused.append(Refused(a, b, best[0], "without a name, between two businesses"))
        else:
            chosen.append((best[0], ref_id, best[1]))
    for pair in pairs:
        if pair.ref_a in nameless and pair.ref_b in nameless and not {pair.ref_a, pair.ref_b} & candidates.keys():
            chosen.append((pair.weight, pair.ref_a, pair.ref_b))
    for weight, a, b in sorted(chosen, key=lambda c: (-c[0], c[1], c[2])):
        if why := groups.refusal(a, b):
            refused.append(Refused(min(a, b), max(a, b), weight, why))
        else:
            groups.join(a, b)
    return refused


def _may_be_one(born: frozenset[date], other: frozenset[date]) -> bool:
    """Whether no date contradicts one that its own group does not hold already."""
    return all(a == b or one_slip(a, b) or a in other or b in born for a in born for b in other)


def one_slip(a: date, b: date) -> bool:
    """Whether one digit, two neighboring digits exchanged, or day and month exchanged explain the difference."""
    if OSA.distance(a.isoformat(), b.isoformat(), score_cutoff=1) <= 1:
        return True
    return a.year == b.year and (a.month, a.day) == (b.day, b.month)


def in_force(decisions: Iterable[Decision]) -> dict[tuple[str, str], bool]:
    """The decision that holds for each pair: the latest that is not revoked. Sorted by pair."""
    latest: dict[tuple[str, str], Decision] = {}
    for decision in sorted(decisions, key=lambda d: (d.decided_at, d.decision_id)):
        if decision.revoked_at is None and decision.ref_a != decision.ref_b:
            latest[min(decision.ref_a, decision.ref_b), max(decision.ref_a, decision.ref_b)] = decision
    return {pair: latest[pair].same for pair in sorted(latest)}


def make_entity(kind: Role, members: Sequence[Ref]) -> Entity:
    """The entity of its members, with the id of the one that arrived first."""
    anchor = min(members, key=lambda r: (r.intake_seq, r.ref_id))
    return Entity(stable_id("entity", kind, anchor.ref_id), kind, _name(kind, members), _sorted_ids(members))


def _sorted_ids(members: Sequence[Ref]) -> tuple[str, ...]:
    return tuple(sorted(r.ref_id for r in members))


def _name(kind: Role, members: Sequence[Ref]) -> str:
    """The most frequent name; of equally frequent ones the one with fewest initials, the longest, the first."""
    counted = Counter(r.name for r in members if r.name)
    if len(counted) < 2:
        return next(iter(counted), "")

    def rank(name: str) -> tuple[int, int, int, str]:
        initials = len(read_person(name).initials) if kind == "operator" else 0
        return initials, -counted[name], -len(name), name

    return min(counted, key=rank, default="")
