"""Whose initial it is: "L Zhang" may be Lei Zhang and Lixin Zhang, born on one day, and says nothing of the two."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from pipeline.model import Ref
from pipeline.resolve.corpus import ScoredPair
from pipeline.resolve.names.compare_people import OTHER_PERSON, score_people
from pipeline.resolve.names.person_names import read_person

CLEARER_PERSON = 5.0  # bits by which one person must be the likelier bearer of an initial that fits another one too
_LETTER_ALONE = re.compile(r"\b\w\b")
SLIPS = 2  # letters of a name that may be wrong


def is_brief(ref: Ref) -> bool:
    """Whether a person's ref has nothing but one part and initials for a name."""
    name = ref.name
    if ref.other_names or not name or (" " in name and not _LETTER_ALONE.search(name)):
        return False
    return _is_brief(name)


@lru_cache(maxsize=100_000)
def _is_brief(name: str) -> bool:
    read = read_person(name)
    return not read.native and len(read.parts) < 2


def contradict(some: Iterable[Ref], others: Iterable[Ref]) -> bool:
    """Whether both bear full names and no name of the one can be a name of the other."""
    one, two = (_full_names(refs) for refs in (some, others))
    return bool(one and two) and all(_are_two(a, b) for a in one for b in two)


def _full_names(refs: Iterable[Ref]) -> list[str]:
    return sorted({name for ref in refs if ref.name and not is_brief(ref) for name in (ref.name, *ref.other_names)})


@lru_cache(maxsize=100_000)
def _are_two(a: str, b: str) -> bool:
    """Further apart than slips of the pen: "Lida Clark" may be Linda, even if both are names."""
    if a == b or score_people(a, b)[0] > OTHER_PERSON:
        return False
    one, two = read_person(a), read_person(b)
    return min(OSA.distance(one.jumbled, two.jumbled), OSA.distance(one.letters, two.letters)) > SLIPS


def may_bridge(refs: Sequence[Ref]) -> bool:
    """Whether some of refs that hang together are brief and two of the others contradict."""
    if not any(map(is_brief, refs)):
        return False
    names = _full_names(refs)
    return any(_are_two(a, b) for at, a in enumerate(names) for b in names[at + 1 :])


def undecided(
    pairs: Sequence[ScoredPair], same: Iterable[tuple[str, str]], by_id: Mapping[str, Ref]
) -> set[tuple[str, str]]:
    """The pairs (`ref_a`, `ref_b`) of a brief ref with full names that contradict, none of which is the likelier by
    CLEARER_PERSON bits.

    Two full names that match nevertheless, or are the same by somebody's word, do not contradict.
    """
    tied = {(pair.ref_a, pair.ref_b) for pair in pairs} | set(same)
    met: dict[str, list[tuple[float, Ref, ScoredPair]]] = defaultdict(list)
    for pair in pairs:
        a, b = by_id[pair.ref_a], by_id[pair.ref_b]
        for one, other in ((a, b), (b, a)):
            if is_brief(one) and not is_brief(other):
                met[one.ref_id].append((pair.weight, other, pair))
    found: set[tuple[str, str]] = set()
    for candidates in met.values():
        most, best, _ = max(candidates, key=lambda c: (c[0], c[1].ref_id))
        rivals = [
            weight
            for weight, other, _ in candidates
            if contradict([best], [other])
            and (min(best.ref_id, other.ref_id), max(best.ref_id, other.ref_id)) not in tied
        ]
        if rivals and most - max(rivals) < CLEARER_PERSON:
            found |= {(pair.ref_a, pair.ref_b) for _, _, pair in candidates}
    return found
