"""Clusters of ads whose wording agrees: candidates by MinHash and LSH, decided by weighted overlap.

An ad is compared with the leaders of a bounded number of earlier ads that fall into a bucket with it, so that its cost
depends neither on the size of its cluster nor on how many ads use the same stock phrases. An ad that joins with little
overlap becomes a further leader: a template that is edited step by step is followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy
from datasketch import MinHash
from numpy.typing import NDArray

from pipeline.extract.template_wording import Counts, Hashes, Numbers, Ragged

BANDS, ROWS = 21, 3  # two ads that share half of their pairs are compared in 94 of 100 cases
LOOSE = 1.8  # times the overlap that is asked for: below it an ad that joins becomes a leader as well
CANDIDATES = 6  # earlier ads, by estimated overlap, whose leaders are compared
BEFORE = 3  # earlier ads of a bucket that are looked at, beside its first
AGREEING = 3  # hashes of a signature in which a candidate must agree: a band; and half as many as the best one
BACKGROUND = 3_000  # ads imagined beside the collected ones, so that small collections judge nothing common

AT_HAND = 20_000  # leaders whose pairs are kept as sets: about 10 KB each

_MODEL = MinHash(num_perm=BANDS * ROWS, seed=1, scheme="affine32")
_WIDE = 1 << 11  # ads whose signatures are compared at once


def signatures(said: Ragged) -> Hashes:
    """The MinHash of every row, (rows, BANDS * ROWS), as `datasketch` makes it one by one."""
    made = numpy.full((BANDS * ROWS, len(said)), 0xFFFFFFFF, numpy.uint32)
    filled = numpy.flatnonzero(numpy.diff(said.starts))
    for first, block in said.blocks():
        rows = filled[(filled >= first) & (filled < first + len(block))]
        if len(rows):
            mixed = _mixed(block.values)
            for n, (a, b) in enumerate(zip(*_MODEL.permutations, strict=True)):
                made[n, rows] = numpy.minimum.reduceat(mixed * a + b, block.starts[rows - first])
    return numpy.ascontiguousarray(made.T)


def _mixed(values: Hashes) -> Hashes:
    """The finalizer of MurmurHash3, which the scheme puts before its permutations."""
    values = values ^ (values >> numpy.uint32(16))
    values = values * numpy.uint32(0x85EBCA6B)
    values ^= values >> numpy.uint32(13)
    values *= numpy.uint32(0xC2B2AE35)
    return values ^ (values >> numpy.uint32(16))


def weigh(said: Ragged, counts: Counts, total: int) -> NDArray[numpy.float32]:
    """Bits of surprise in every pair of every row, when `counts` are of `total` ads."""
    bits = numpy.empty(len(said.values), numpy.float32)
    for first, block in said.blocks():
        at = said.starts[first]
        numbers = numpy.maximum(1, counts.of(block.values))
        bits[at : at + len(block.values)] = numpy.maximum(0.1, numpy.log2((total + BACKGROUND) / numbers))
    return bits


def cluster(said: Ragged, bits: NDArray[numpy.float32], alike: float) -> Numbers:
    """The number of the cluster of each row, counted in order of their first ads. A row without pairs stands alone.

    `alike` is the overlap by weight, 0 to 1, from which a row joins. `bits` are the weights of the pairs.
    """
    made = signatures(said)
    joining = _Joining(said, bits, alike)
    for first, nearest in _nearest(made):
        for row, candidates in enumerate(nearest.tolist(), first):
            joining.add(row, [c for c in candidates if c >= 0])
    return joining.clusters


def _nearest(made: Hashes) -> Iterator[tuple[int, NDArray[numpy.int32]]]:
    """In blocks: for each row the earlier rows that agree best with it, (rows, CANDIDATES), -1 where there is none."""
    earlier = _earlier(made)
    for first in range(0, len(made), _WIDE):
        found = numpy.sort(earlier[first : first + _WIDE], axis=1)
        found[:, 1:][found[:, 1:] == found[:, :-1]] = -1
        row, column = numpy.nonzero(found >= 0)
        agree = numpy.zeros(found.shape, numpy.int16)
        agree[row, column] = (made[first + row] == made[found[row, column]]).sum(axis=1)
        found[agree < numpy.maximum(AGREEING, agree.max(axis=1, keepdims=True) // 2)] = -1
        best = numpy.argsort(-agree, axis=1, kind="stable")[:, :CANDIDATES]
        yield first, numpy.take_along_axis(found, best, axis=1)


def _earlier(made: Hashes) -> NDArray[numpy.int32]:
    """For each row the first and the last few of the earlier rows in each of its buckets, -1 where there is none."""
    found = numpy.full((len(made), BANDS * (BEFORE + 1)), -1, numpy.int32)
    filled = numpy.flatnonzero((made != 0xFFFFFFFF).any(axis=1)).astype(numpy.int32)
    for band in range(BANDS):
        rows = made[filled, band * ROWS : (band + 1) * ROWS].astype(numpy.uint64)
        keys = (rows * _FOLD).sum(axis=1, dtype=numpy.uint64)
        order = numpy.argsort(keys, kind="stable")
        ordered, rank = filled[order], numpy.arange(len(order))
        begun = numpy.maximum.accumulate(numpy.where(numpy.diff(keys[order], prepend=~keys[order][:1]) != 0, rank, 0))
        place = band * (BEFORE + 1)
        later = rank > begun
        found[ordered[later], place] = ordered[begun[later]]
        for back in range(1, BEFORE + 1):
            later = rank - back > begun
            found[ordered[later], place + back] = ordered[rank[later] - back]
    return found


_FOLD = numpy.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9][:ROWS], numpy.uint64)


class _Joining:
    """Rows join clusters one after another."""

    def __init__(self, said: Ragged, bits: NDArray[numpy.float32], alike: float) -> None:
        self.clusters = numpy.full(len(said), -1, numpy.int64)
        self._said, self._bits, self._alike = said, bits, alike
        before = numpy.concatenate(([0.0], numpy.cumsum(bits, dtype=numpy.float64)))
        self._weights: list[float] = (before[said.starts[1:]] - before[said.starts[:-1]]).tolist()  # of each row
        self._leader: dict[int, int] = {}  # row -> the row it was joined to, when that speaks for it
        self._pairs: dict[int, frozenset[int]] = {}  # of leaders
        self._count = 0

    def add(self, row: int, candidates: Sequence[int]) -> None:
        """Put the row into the cluster of the leader that it agrees with, or begin one."""
        leaders = dict.fromkeys(self._leader.get(c, c) for c in candidates)
        start, end = self._said.starts[row : row + 2].tolist() if leaders else (0, 0)
        pairs = dict(zip(self._said.values[start:end].tolist(), self._bits[start:end].tolist(), strict=True))
        overlap, best = max(((self._overlap(row, pairs, leader), -leader) for leader in leaders), default=(0.0, 0))
        if overlap < self._alike:
            self.clusters[row] = self._count
            self._count += 1
            return
        self.clusters[row] = self.clusters[-best]
        if overlap >= LOOSE * self._alike:
            self._leader[row] = -best

    def _overlap(self, row: int, pairs: Mapping[int, float], leader: int) -> float:
        """Shared wording by weight, 0 to 1: rare pairs count more than common ones."""
        known = self._pairs.get(leader)
        if known is None:
            if len(self._pairs) >= AT_HAND:
                self._pairs.clear()
            known = self._pairs[leader] = frozenset(self._said[leader].tolist())
        shared = sum(map(pairs.__getitem__, known.intersection(pairs)))
        return shared / (self._weights[row] + self._weights[leader] - shared) if shared else 0.0
