"""Clusters of ads whose wording agrees: candidates by MinHash and LSH, decided by weighted overlap.

Leaders only are indexed, so that the cost of an ad does not grow with the size of its cluster. An ad that joins with
little overlap becomes a further leader: a template that is edited step by step is followed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import log2

import numpy
from datasketch import MinHash, MinHashLSH

PERMUTATIONS, BANDS, ROWS = 64, 21, 3  # two ads that share half of their pairs are compared in 94 of 100 cases
ALIKE = 0.28  # weighted overlap from which two ads are one template's
LOOSE = 0.5  # below this an ad that joins is indexed as well
CANDIDATES = 12  # best leaders, by estimated overlap, that are compared
BACKGROUND = 3_000  # ads imagined beside the collected ones, so that small collections judge nothing common

_MODEL = MinHash(num_perm=PERMUTATIONS, seed=1, scheme="affine32")


def signature(pairs: Iterable[int]) -> MinHash:
    """MinHash of a set of pair hashes."""
    made = MinHash(PERMUTATIONS, permutations=_MODEL.permutations, hashfunc=_as_is, scheme="affine32")
    made.update_batch(pairs)
    return made


def _as_is(value: int) -> int:
    return value


class _Weights(dict[int, float]):
    """Bits of surprise in a pair, worked out when first asked for."""

    def __init__(self, counts: Mapping[int, int], total: int) -> None:
        super().__init__()
        self.counts, self.total = counts, total

    def __missing__(self, pair: int) -> float:
        rare = (self.total + BACKGROUND) / max(1, self.counts.get(pair, 1))
        bits = self[pair] = max(0.1, log2(rare))
        return bits


@dataclass
class TemplateIndex:
    """Clusters that grow ad by ad. `counts`: in how many of `total` ads each pair stands."""

    counts: Mapping[int, int]
    total: int
    cluster_of: dict[str, int] = field(default_factory=dict)  # ad id -> cluster number
    leader_of: list[str] = field(default_factory=list)  # cluster number -> its first ad
    _pairs: dict[str, frozenset[int]] = field(default_factory=dict)  # leaders only
    _hashes: dict[str, numpy.ndarray] = field(default_factory=dict)
    _sums: dict[str, float] = field(default_factory=dict)  # weight of all that a leader says
    _weights: _Weights = field(init=False)
    _known: dict[frozenset[int], int] = field(default_factory=dict)  # the same wording again
    _lsh: MinHashLSH = field(default_factory=lambda: MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, ROWS)))

    def __post_init__(self) -> None:
        self._weights = _Weights(self.counts, self.total)

    def add(self, ad_id: str, pairs: frozenset[int]) -> int:
        """The cluster that the ad joins or begins. An ad without pairs stands alone."""
        cluster = self._known.get(pairs) if pairs else None
        if cluster is None:
            cluster = self._place(ad_id, pairs)
            if pairs:
                self._known[pairs] = cluster
        self.cluster_of[ad_id] = cluster
        return cluster

    def _place(self, ad_id: str, pairs: frozenset[int]) -> int:
        made = signature(pairs) if pairs else None
        best, overlap = self._nearest(pairs, made) if made else ("", 0.0)
        if overlap >= ALIKE:
            if made and overlap < LOOSE:
                self._lead(ad_id, pairs, made)
            return self.cluster_of[best]
        self.leader_of.append(ad_id)
        if made:
            self._lead(ad_id, pairs, made)
        return len(self.leader_of) - 1

    def _lead(self, ad_id: str, pairs: frozenset[int], made: MinHash) -> None:
        self._pairs[ad_id], self._hashes[ad_id], self._sums[ad_id] = pairs, made.hashvalues, self._weight(pairs)
        self._lsh.insert(ad_id, made, check_duplication=False)

    def _nearest(self, pairs: frozenset[int], made: MinHash) -> tuple[str, float]:
        found = self._lsh.query(made)
        if len(found) > CANDIDATES:
            agree = (numpy.stack([self._hashes[a] for a in found]) == made.hashvalues).sum(axis=1)
            found = [found[i] for i in numpy.lexsort((found, -agree))[:CANDIDATES]]
        own = self._weight(pairs)
        scored = [(self._overlap(pairs, own, a), a) for a in sorted(found)]
        overlap, best = max(scored, key=lambda s: s[0], default=(0.0, ""))
        return best, overlap

    def _overlap(self, pairs: frozenset[int], own: float, leader: str) -> float:
        """Shared wording by weight, 0 to 1: rare pairs count more than common ones."""
        shared = self._weight(pairs & self._pairs[leader])
        return shared / (own + self._sums[leader] - shared) if shared else 0.0

    def _weight(self, pairs: frozenset[int]) -> float:
        """Bits of surprise in all of the pairs together."""
        return sum(map(self._weights.__getitem__, pairs))


def count_pairs(documents: Iterable[frozenset[int]]) -> Counter[int]:
    """In how many documents each pair stands."""
    found: Counter[int] = Counter()
    for pairs in documents:
        found.update(pairs)
    return found
