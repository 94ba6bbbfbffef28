"""What many ads say, as arrays: the pairs of tokens of each ad, how many ads say each pair, and a site's own wording.

Shapes: ads are rows of a ragged array: `values[starts[n]:starts[n + 1]]` belongs to ad n.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy
from numpy.typing import NDArray

from pipeline.extract.templates.text import token_hashes

Hashes = NDArray[numpy.uint32]
Numbers = NDArray[numpy.int64]

_MIX = numpy.uint32(0x9E3779B1)  # odd, so that no two first tokens of a pair fall together
MANY = 4096  # values that are worth sorting before they are looked up
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

    def since(self, row: int) -> Ragged:
        """The rows from one on."""
        return Ragged(self.values[self.starts[row] :], self.starts[row:] - self.starts[row])

    def until(self, row: int) -> Ragged:
        """The rows before one."""
        return Ragged(self.values[: self.starts[row]], self.starts[: row + 1])

    def followed_by(self, more: Ragged) -> Ragged:
        """These rows and then others."""
        starts = numpy.concatenate((self.starts, self.starts[-1] + more.starts[1:]))
        return Ragged(numpy.concatenate((self.values, more.values)), starts)

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

    values: Hashes  # ascending
    numbers: Numbers

    def of(self, values: Hashes) -> Numbers:
        """The number of each value, 0 where it is in no row."""
        if not len(self.values):
            return numpy.zeros(len(values), numpy.int64)
        if len(values) >= MANY:
            return self._of_many(values)
        at = numpy.searchsorted(self.values, values)
        at[at == len(self.values)] = 0
        return numpy.where(self.values[at] == values, self.numbers[at], 0)

    def _of_many(self, values: Hashes) -> Numbers:
        """Looked up in ascending order: a search that jumps about in millions waits for memory ten times as long."""
        keyed = values.astype(numpy.uint64) << numpy.uint64(32) | numpy.arange(len(values), dtype=numpy.uint64)
        keyed.sort()
        asked = (keyed >> numpy.uint64(32)).astype(numpy.uint32)
        at = numpy.searchsorted(self.values, asked)
        at[at == len(self.values)] = 0
        found = numpy.empty(len(values), numpy.int64)
        found[keyed.astype(numpy.uint32)] = numpy.where(self.values[at] == asked, self.numbers[at], 0)
        return found


def count(said: Ragged) -> Counts:
    """In how many rows each value stands; a row holds a value once."""
    return _counted(numpy.sort(said.values))


def _counted(ordered: Hashes) -> Counts:
    firsts = numpy.flatnonzero(numpy.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(ordered)])
    return Counts(ordered[firsts], numpy.diff(firsts, append=len(ordered)))


def count_runs(tokens: Ragged) -> Counts:
    """How often each run of four tokens is said, of those that are said more than once."""
    parts = [numpy.empty(0, numpy.uint32)]
    for _, block in tokens.blocks():
        row = block.rows()
        parts.append(runs_of(pairs_of(block.values))[row[3:] == row[:-3]])
    said = numpy.concatenate(parts)
    said.sort()
    found = _counted(said)
    often = found.numbers > 1
    return Counts(found.values[often], found.numbers[often])


def site_wording(said: Ragged, sites: Sequence[str]) -> dict[str, Hashes]:
    """The wording of the pages of each site: most of its ads share it, and have much else to say."""
    found = {}
    for site, rows in _rows_of(sites).items():
        of_site = said.of(rows)
        counts = count(of_site)
        at_least = max(4.0, (OF_SITE if len(rows) >= FEW else NEARLY_ALL) * len(rows))
        common = counts.values[counts.numbers >= at_least]
        left = of_site.kept(~numpy.isin(of_site.values, common, kind="sort"))
        if len(common) and _has_much_else(of_site, left):
            found[site] = common
    return found


def without(said: Ragged, sites: Sequence[str], wording: Mapping[str, Hashes]) -> Ragged:
    """The wording of the ads without that of their sites."""
    keep = numpy.ones(len(said.values), bool)
    for site, rows in _rows_of(sites).items():
        if site in wording:
            places = said.at(rows)
            keep[places] = ~numpy.isin(said.values[places], wording[site], kind="sort")
    return said.kept(keep)


def _rows_of(sites: Sequence[str]) -> dict[str, Numbers]:
    names = {site: n for n, site in enumerate(dict.fromkeys(sites))}
    numbers = numpy.array([names[site] for site in sites], numpy.int64)
    return {site: numpy.flatnonzero(numbers == n) for site, n in names.items()}


def _has_much_else(said: Ragged, left: Ragged) -> bool:
    """Whether the site's middle ad keeps enough of its own."""
    before, after = numpy.diff(said.starts), numpy.diff(left.starts)
    shares = numpy.sort(after[before > 0] / before[before > 0])
    return bool(len(shares) and shares[len(shares) // 2] >= LEFT)
