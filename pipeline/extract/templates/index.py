"""Clusters of ads whose wording agrees: candidates by MinHash and LSH, decided by weighted overlap.

An ad is compared with the leaders of a bounded number of earlier ads that fall into a bucket with it, so that its cost
depends neither on the size of its cluster nor on how many ads use the same stock phrases. An ad that joins with little
overlap becomes a further leader: a template that is edited step by step is followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy
from datasketch import MinHash
from numpy.typing import NDArray

from pipeline.extract.templates.wording import Counts, Hashes, Numbers, Ragged

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


class Joined(NamedTuple):
    """Rows in clusters: of each its signature, weight, cluster and the row that speaks for it there.

    Clusters are counted in order of their first rows. A row without pairs stands alone.
    """

    made: Hashes
    weights: NDArray[numpy.float64]
    clusters: Numbers
    leaders: Numbers


NOTHING = Joined(
    numpy.empty((0, BANDS * ROWS), numpy.uint32),
    numpy.empty(0, numpy.float64),
    numpy.empty(0, numpy.int64),
    numpy.empty(0, numpy.int64),
)


def join(said: Ragged, weight: Callable[[Ragged], NDArray[numpy.float32]], alike: float, before: Joined) -> Joined:
    """Put the rows that are not in `before` into clusters, one after the other, as if all had been put in now.

    `weight` gives the bits of every pair; `alike` is the overlap by weight, 0 to 1, from which a row joins.
    """
    first = len(before.clusters)
    new = said.since(first)
    made = numpy.concatenate((before.made, signatures(new)))
    joining = _Joining(said, weight(new), alike, before)
    for candidates in _nearest(made, first):
        joining.add(candidates)
    return joining.joined(made)


def split(said: Ragged, bits: NDArray[numpy.float32], alike: float) -> Numbers:
    """The clusters of a few rows, each compared with every earlier leader."""
    joining = _Joining(said, bits, alike, NOTHING)
    for row in range(len(said)):
        joining.add(range(row))
    return joining.joined(NOTHING.made).clusters


def _nearest(made: Hashes, first: int) -> Iterator[list[int]]:
    """Of each row from `first` on the earlier rows that agree best with it, up to CANDIDATES."""
    earlier = _earlier(made, first)
    for at in range(first, len(made), _WIDE):
        found = numpy.sort(earlier[at - first : at - first + _WIDE], axis=1)
        found[:, 1:][found[:, 1:] == found[:, :-1]] = -1
        row, column = numpy.nonzero(found >= 0)
        agree = numpy.zeros(found.shape, numpy.int16)
        agree[row, column] = (made[at + row] == made[found[row, column]]).sum(axis=1)
        found[agree < numpy.maximum(AGREEING, agree.max(axis=1, keepdims=True) // 2)] = -1
        best = numpy.argsort(-agree, axis=1, kind="stable")[:, :CANDIDATES]
        for candidates in numpy.take_along_axis(found, best, axis=1).tolist():
            yield [c for c in candidates if c >= 0]


def _earlier(made: Hashes, first: int) -> NDArray[numpy.int32]:
    """For each row from `first` on the first and the last few of the earlier rows in each of its buckets, else -1."""
    found = numpy.full((len(made) - first, BANDS * (BEFORE + 1)), -1, numpy.int32)
    filled = numpy.flatnonzero((made != 0xFFFFFFFF).any(axis=1)).astype(numpy.int32)
    for band in range(BANDS):
        rows = made[filled, band * ROWS : (band + 1) * ROWS].astype(numpy.uint64)
        keys = (rows * _FOLD).sum(axis=1, dtype=numpy.uint64)
        asked = numpy.isin(keys, keys[filled >= first]) if first else slice(None)
        keys, members = keys[asked], filled[asked]
        order = numpy.argsort(keys, kind="stable")
        ordered, rank = members[order], numpy.arange(len(order))
        begun = numpy.maximum.accumulate(numpy.where(numpy.diff(keys[order], prepend=~keys[order][:1]) != 0, rank, 0))
        place = band * (BEFORE + 1)
        for back in range(BEFORE + 1):
            at = numpy.flatnonzero((rank - back > begun if back else rank > begun) & (ordered >= first))
            found[ordered[at] - first, place + back] = ordered[begun[at] if back == 0 else at - back]
    return found


_FOLD = numpy.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9][:ROWS], numpy.uint64)


class _Joining:
    """Rows join clusters one after another."""

    def __init__(self, said: Ragged, bits: NDArray[numpy.float32], alike: float, before: Joined) -> None:
        """`bits` are of the rows that are not in `before`."""
        self._said, self._bits, self._alike = said, bits, alike
        first = len(before.clusters)
        new = said.since(first)
        self._starts: list[int] = new.starts.tolist()
        self._first = first
        weights = numpy.bincount(new.rows(), bits, len(new)).astype(numpy.float64)
        self._weights: list[float] = numpy.concatenate((before.weights, weights)).tolist()
        self._clusters: list[int] = before.clusters.tolist()
        self._leaders: list[int] = before.leaders.tolist()
        self._pairs: dict[int, frozenset[int]] = {}  # of leaders
        self._count = max(self._clusters, default=-1) + 1

    def joined(self, made: Hashes) -> Joined:
        """What came of it, with the signatures of all rows."""
        clusters, leaders = (numpy.array(n, numpy.int64) for n in (self._clusters, self._leaders))
        return Joined(made, numpy.array(self._weights, numpy.float64), clusters, leaders)

    def add(self, candidates: Sequence[int]) -> None:
        """Put the next row into the cluster of the leader that it agrees with, or begin one."""
        row = len(self._clusters)
        leader, overlap = self._nearest(row, dict.fromkeys(self._leaders[c] for c in candidates))
        if overlap < self._alike:
            self._clusters.append(self._count)
            self._leaders.append(row)
            self._count += 1
            return
        self._clusters.append(self._clusters[leader])
        self._leaders.append(leader if overlap >= LOOSE * self._alike else row)

    def _nearest(self, row: int, leaders: Iterable[int]) -> tuple[int, float]:
        """The leader that the row agrees with best, or the first that it agrees with well enough to be spoken for."""
        best, most, pairs = row, 0.0, None
        for leader in leaders:
            pairs = self._weighed(row) if pairs is None else pairs
            overlap = self._overlap(row, pairs, leader)
            if overlap > most:
                best, most = leader, overlap
            if overlap >= LOOSE * self._alike:
                break
        return best, most

    def _weighed(self, row: int) -> dict[int, float]:
        """The pairs of a new row and their bits."""
        start, end = self._starts[row - self._first : row - self._first + 2]
        values = self._said[row].tolist()
        return dict(zip(values, self._bits[start:end].tolist(), strict=True))

    def _overlap(self, row: int, pairs: Mapping[int, float], leader: int) -> float:
        """Shared wording by weight, 0 to 1: rare pairs count more than common ones."""
        known = self._pairs.get(leader)
        if known is None:
            if len(self._pairs) >= AT_HAND:
                self._pairs.clear()
            known = self._pairs[leader] = frozenset(self._said[leader].tolist())
        shared = sum(map(pairs.__getitem__, known.intersection(pairs)))
        return shared / (self._weights[row] + self._weights[leader] - shared) if shared else 0.0
