"""What many ads say, as arrays: the pairs of tokens of each ad, how many ads say each pair, and a site's own wording.

Shapes: ads are rows of a ragged array: `values[starts[n]:starts[n + 1]]` belongs to ad n.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy
from numpy.typing import NDArray

from pipeline.extract.template_text import token_hashes

Hashes = NDArray[numpy.uint32]
Numbers = NDArray[numpy.int64]

_MIX = numpy.uint32(0x9E3779B1)  # odd, so that no two first tokens of a pair fall together
BLOCK = 8192  # ads handled at once: bounds the memory beside the result

OF_SITE = 0.5  # of a site's ads: wording that so many share is the site's own
FEW = 20  # ads of a site below which nearly all must share it
NEARLY_ALL = 0.9
LEFT = 0.3  # of the wording of an ordinary ad must remain when the site's own is taken out


@dataclass(frozen=True, slots=True)
class Ragged:
    """Rows of different lengths in one array."""

    values: Hashes
    starts: Numbers  # one more than rows

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> Hashes:
        return self.values[self.starts[row] : self.starts[row + 1]]

    def rows(self) -> Numbers:
        """For every value the row that it stands in."""
        return numpy.repeat(numpy.arange(len(self)), numpy.diff(self.starts))

    def blocks(self) -> Iterator[tuple[int, Ragged]]:
        """Consecutive rows in blocks, each with the number of its first."""
        for first in range(0, len(self), BLOCK):
            starts = self.starts[first : first + BLOCK + 1]
            yield first, Ragged(self.values[starts[0] : starts[-1]], starts - starts[0])

    def at(self, rows: Numbers) -> Numbers:
        """Where the values of some rows stand."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        before = numpy.cumsum(lengths) - lengths
        places: Numbers = numpy.arange(lengths.sum()) + numpy.repeat(self.starts[rows] - before, lengths)
        return places

    def of(self, rows: Numbers) -> Ragged:
        """Some of the rows."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        return Ragged(self.values[self.at(rows)], numpy.concatenate(([0], numpy.cumsum(lengths))))

    def kept(self, keep: NDArray[numpy.bool_]) -> Ragged:
        """Only the values marked."""
        before = numpy.concatenate(([0], numpy.cumsum(keep)))
        return Ragged(self.values[keep], before[self.starts])


def ragged(rows: Iterable[Sequence[int]]) -> Ragged:
    """Rows of 32-bit numbers."""
    waiting, parts, lengths = iter(rows), [numpy.empty(0, numpy.uint32)], [0]
    while block := list(islice(waiting, BLOCK)):
        lengths += map(len, block)
        parts.append(numpy.array([value for row in block for value in row], numpy.uint32))
    return Ragged(numpy.concatenate(parts), numpy.cumsum(lengths))


def tokens_of(texts: Iterable[str]) -> Ragged:
    """Hashes of the tokens of each text, in order."""
    return ragged(map(token_hashes, texts))


def pairs_of(tokens: Hashes) -> Hashes:
    """Hash of every two neighboring tokens, in order."""
    return (tokens[:-1] * _MIX) ^ tokens[1:]


def runs_of(pairs: Hashes) -> Hashes:
    """Hash of every four neighboring tokens, in order."""
    return (pairs[:-2] * _MIX) ^ pairs[2:]


def pair_sets(tokens: Ragged) -> Ragged:
    """The different pairs of each row, in ascending order."""
    parts, lengths = [numpy.empty(0, numpy.uint32)], [numpy.zeros(1, numpy.int64)]
    for _, block in tokens.blocks():
        row = block.rows()
        within = row[1:] == row[:-1]
        keys = row[1:][within].astype(numpy.uint64) << numpy.uint64(32) | pairs_of(block.values)[within]
        keys.sort()
        keys = keys[numpy.diff(keys, prepend=~keys[:1]) != 0]
        parts.append(keys.astype(numpy.uint32))
        lengths.append(numpy.bincount((keys >> numpy.uint64(32)).astype(numpy.int64), minlength=len(block)))
    return Ragged(numpy.concatenate(parts), numpy.cumsum(numpy.concatenate(lengths)))


@dataclass(frozen=True, slots=True)
class Counts:
    """In how many rows each value stands."""

    values: NDArray[numpy.uint64]  # ascending
    numbers: Numbers

    def of(self, values: NDArray[numpy.unsignedinteger]) -> Numbers:
        """The number of each value, 0 where it is in no row."""
        if not len(self.values):
            return numpy.zeros(len(values), numpy.int64)
        at = numpy.searchsorted(self.values, values.astype(numpy.uint64))
        at[at == len(self.values)] = 0
        return numpy.where(self.values[at] == values, self.numbers[at], 0)


def count(parts: Iterable[NDArray[numpy.unsignedinteger]]) -> Counts:
    """In how many rows each value stands, over blocks of rows that hold a value once."""
    values, numbers = numpy.empty(0, numpy.uint64), numpy.empty(0, numpy.int64)
    for part in parts:
        new, more = numpy.unique(part.astype(numpy.uint64), return_counts=True)
        values, back = numpy.unique(numpy.concatenate([values, new]), return_inverse=True)
        numbers = numpy.bincount(back, numpy.concatenate([numbers, more]), len(values)).astype(numpy.int64)
    return Counts(values, numbers)


class Tally:
    """How often each run of four tokens is said, never too few: runs whose hashes end alike are counted together."""

    def __init__(self, tokens: Ragged) -> None:
        size = min(max(len(tokens.values) * 8, 1 << 12).bit_length(), 26)
        self._last = numpy.uint32((1 << size) - 1)
        self._numbers = numpy.zeros(1 << size, numpy.uint32)
        for _, block in tokens.blocks():
            row = block.rows()
            runs = runs_of(pairs_of(block.values))[row[3:] == row[:-3]]
            places, more = numpy.unique(runs & self._last, return_counts=True)
            self._numbers[places] += more.astype(numpy.uint32)

    def of(self, runs: Hashes) -> Numbers:
        """How often each of the runs is said."""
        found: Numbers = self._numbers[runs & self._last].astype(numpy.int64)
        return found


def without_site_wording(said: Ragged, sites: Sequence[str]) -> Ragged:
    """The wording of the ads without that of their pages: most ads of a site share it, and have much else to say."""
    names = {site: n for n, site in enumerate(dict.fromkeys(sites))}
    site = numpy.array([names[s] for s in sites], numpy.uint64)
    ads = numpy.bincount(site.astype(numpy.int64), minlength=len(names))
    counts = count(_of_site(block, site[first:]) for first, block in said.blocks())
    at_least = numpy.maximum(4, numpy.where(ads >= FEW, OF_SITE, NEARLY_ALL) * ads)
    common = counts.values[counts.numbers >= at_least[(counts.values >> numpy.uint64(32)).astype(numpy.int64)]]
    keep = numpy.concatenate(
        [numpy.empty(0, bool)]
        + [~numpy.isin(_of_site(block, site[first:]), common, kind="sort") for first, block in said.blocks()]
    )
    spoken = _with_much_else(said, said.kept(keep), site.astype(numpy.int64), len(names))
    return said.kept(keep | ~spoken[site.astype(numpy.int64)[said.rows()]])


def _of_site(block: Ragged, site: NDArray[numpy.uint64]) -> NDArray[numpy.uint64]:
    """The pairs with the number of the site in the upper half."""
    return site[block.rows()] << numpy.uint64(32) | block.values


def _with_much_else(said: Ragged, left: Ragged, site: Numbers, sites: int) -> NDArray[numpy.bool_]:
    """For each site whether its middle ad keeps enough of its own."""
    before, after = numpy.diff(said.starts), numpy.diff(left.starts)
    order = numpy.lexsort((after / numpy.maximum(before, 1), site))
    order = order[before[order] > 0]
    spoken = numpy.zeros(sites, bool)
    if len(order):
        firsts = numpy.flatnonzero(numpy.diff(site[order], prepend=-1))
        middle = order[(firsts + numpy.append(firsts[1:], len(order))) // 2]
        spoken[site[middle]] = after[middle] / before[middle] >= LEFT
    return spoken
