"""Ads written from one template: the fixed wording, the slots, and what each ad put into them.

A cluster of like ads is a template only when chance does not explain it: where every shop says "open late" and "cash
only", many ads agree in a few phrases and nobody copied. The expected number of ads with all the fixed phrases, were
they chosen independently, is set against the number seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from math import log2
from typing import NamedTuple

import numpy
from numpy.typing import NDArray

from pipeline.extract.templates.index import BACKGROUND, NOTHING, Joined, join, split, weigh
from pipeline.extract.templates.slots import Tokens, with_slots
from pipeline.extract.templates.text import sentence_ends, token_hashes, token_spans
from pipeline.extract.templates.wording import (
    Counts,
    Hashes,
    Numbers,
    Ragged,
    count,
    count_runs,
    pair_sets,
    pairs_of,
    runs_of,
    site_wording,
    tokens_of,
    without,
)
from pipeline.garbage import cycles_left_for_later

# Overlap from which two ads are one template's; what is no template so is tried again more strictly, because stock
# phrases may have drawn two templates together.
ALIKE: tuple[float, ...] = (0.28, 0.4, 0.55)
FIXED = 0.6  # of a cluster's ads: wording that so many share is the template's
SURPRISE = 20.0  # bits: how many times more ads agree than chance would have it, out of many sets to choose from
PHRASE = 12  # pairs: stock phrases are no longer; a longer sentence counts as several
PHRASES = 3  # fewer are no template
SAMPLE = 200  # ads of a cluster whose wording is counted
STEADY = 2_000  # ads from which what is usual is told anew only after a quarter more
FEW = 60  # rows that are compared each with each
FILLED = 12  # ads of a cluster whose values are shown


@dataclass(frozen=True, slots=True)
class AdText:
    """What is compared of one ad. Values read from it (phones, addresses) are best masked before.

    Wording that the ad had before and has no more may be given too, with `current` false: it binds its cluster
    together, and is in no template.
    """

    ad_id: str
    site: str
    text: str
    current: bool = True


@dataclass(frozen=True, slots=True)
class Template:
    """One template. `text` has {1}, {2} … where the ads differ; `slots[0]` are values of {1}, most frequent first."""

    text: str
    slots: tuple[tuple[str, ...], ...]
    ad_ids: tuple[str, ...]  # in the order in which they were given
    surprise: float  # bits by which agreement exceeds chance


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is usual, by the first `based` ads."""

    based: int
    wording: Mapping[str, Hashes]  # of the pages of each site
    counts: Counts  # pairs of neighboring tokens, without the sites' own
    runs: Counts  # of four tokens

    def bits(self, said: Ragged) -> NDArray[numpy.float32]:
        """The surprise in every pair."""
        return weigh(said, self.counts, self.based)


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of a search, so that the next compares new ads only."""

    seen: NDArray[numpy.uint64]  # digest of each ad
    statistics: Statistics
    left: Ragged  # pairs that are not the site's own
    joined: Joined
    found: Mapping[int, tuple[tuple[int, ...], tuple[Template, ...]]]  # cluster -> its current rows and templates


@dataclass(frozen=True, slots=True)
class _Said:
    """The ads and their wording; `tokens` are of the rows from `first` on, those of others are made as needed."""

    ads: Sequence[AdText]
    tokens: Ragged
    first: int
    left: Ragged
    statistics: Statistics

    def hashes(self, row: int) -> Hashes:
        if row >= self.first:
            return self.tokens[row - self.first]
        return numpy.array(token_hashes(self.ads[row].text), numpy.uint32)

    def written(self, row: int) -> Tokens:
        """The text of an ad with its tokens."""
        return Tokens(self.ads[row].text, self.hashes(row).tolist())


def find_templates(ads: Sequence[AdText]) -> list[Template]:
    """Templates of two or more ads, largest first. The order of `ads` (of arrival) decides ties."""
    return find_more_templates(ads, None)[0]


def find_more_templates(ads: Sequence[AdText], known: Known | None) -> tuple[list[Template], Known]:
    """The same, where `known` is what an earlier search of the first of these ads left behind.

    What is usual is told by the first ads only, a number that grows in steps of a quarter: until the next step what
    was compared stays as it is. When an earlier ad is another than before, or the step is reached, all is done anew.
    """
    with cycles_left_for_later():
        return _find(ads, known)


def _find(ads: Sequence[AdText], known: Known | None) -> tuple[list[Template], Known]:
    seen = _digests(ads)
    if known and not _is_continued(known, seen):
        known = None
    said, joined = _compared(ads, known)
    rows_of = dict(_current(joined.clusters, ads))
    before = known.found if known else {}
    found = {
        cluster: before[cluster] if before.get(cluster, ((),))[0] == rows else (rows, tuple(_templates(rows, said)))
        for cluster, rows in rows_of.items()
    }
    templates = sorted((t for _, made in found.values() for t in made), key=lambda t: (-len(t.ad_ids), t.ad_ids))
    return templates, Known(seen, said.statistics, said.left, joined, found)


def based_on(count: int) -> int:
    """How many of so many ads tell what is usual: all of a few, else the last step of a quarter more."""
    step = STEADY
    while step + step // 4 <= count:
        step += step // 4
    return min(step, count)


def _digests(ads: Sequence[AdText]) -> NDArray[numpy.uint64]:
    written = (f"{ad.ad_id}\0{ad.site}\0{ad.text}".encode("utf-8", "replace") for ad in ads)
    return numpy.frombuffer(b"".join(blake2b(text, digest_size=8).digest() for text in written), numpy.uint64)


def _is_continued(known: Known, seen: NDArray[numpy.uint64]) -> bool:
    before = len(known.seen)
    same = before <= len(seen) and bool((known.seen == seen[:before]).all())
    return same and known.statistics.based == based_on(len(seen))


def _compared(ads: Sequence[AdText], known: Known | None) -> tuple[_Said, Joined]:
    first = len(known.seen) if known else 0
    sites = [ad.site for ad in ads]
    tokens = tokens_of(ad.text for ad in ads[first:])
    pairs = pair_sets(tokens)
    if known:
        statistics = known.statistics
        left = known.left.followed_by(without(pairs, sites[first:], statistics.wording))
    else:
        based = based_on(len(ads))
        wording = site_wording(pairs.until(based), sites[:based])
        left = without(pairs, sites, wording)
        statistics = Statistics(based, wording, count(left.until(based)), count_runs(tokens.until(based)))
    joined = join(left, statistics.bits, ALIKE[0], known.joined if known else NOTHING)
    return _Said(ads, tokens, first, left, statistics), joined


def _current(clusters: Numbers, ads: Sequence[AdText]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Clusters of two or more ads that are current, with their rows."""
    current = numpy.flatnonzero(numpy.fromiter((ad.current for ad in ads), bool, len(ads)))
    for rows in _groups(clusters[current]):
        yield int(clusters[current[rows[0]]]), tuple(current[rows].tolist())


def _templates(rows: Sequence[int], said: _Said, alike: Sequence[float] = ALIKE[1:]) -> Iterator[Template]:
    """The template of some rows, or those of the groups into which a stricter comparison parts them."""
    group = numpy.array(rows, numpy.int64)
    if made := _template(group, said):
        yield made
    elif alike:
        left = said.left.of(group)
        bits = said.statistics.bits(left)
        parted = split(left, bits, alike[0]) if len(rows) <= FEW else join(left, lambda _: bits, alike[0], NOTHING)[2]
        for part in _groups(parted):
            yield from _templates(group[part].tolist(), said, alike[1:])


def _groups(clusters: Numbers) -> Iterator[Numbers]:
    """The rows of each cluster of two or more, ascending."""
    order = numpy.argsort(clusters, kind="stable")
    ends = numpy.flatnonzero(numpy.diff(clusters[order], append=-1)) + 1
    begun = 0
    for end in ends.tolist():
        if end - begun > 1:
            yield order[begun:end]
        begun = end


def _template(rows: Numbers, said: _Said) -> Template | None:
    sample = rows[:: max(1, len(rows) // SAMPLE)].tolist()
    members = [said.left[row].tolist() for row in sample]
    numbers = Counter(chain.from_iterable(members))
    least = max(2, FIXED * len(sample))
    fixed = {pair for pair, n in numbers.items() if n >= least}
    agree = [2 * len(fixed.intersection(pairs)) - len(pairs) for pairs in members]
    model = sample[agree.index(max(agree))]
    pairs = pairs_of(said.hashes(model))
    held = [pair in fixed for pair in pairs.tolist()]
    spans = token_spans(said.ads[model].text)
    phrases = _phrases(held, sentence_ends(said.ads[model].text, spans), pairs)
    if len(phrases) < PHRASES:
        return None
    surprise = _surprise(phrases, [set(pairs) for pairs in members], len(sample) / len(rows), said)
    if surprise < SURPRISE:
        return None
    shown = sample[:: max(1, len(sample) // FILLED)]
    text, slots = with_slots(said.written(model), spans, held, [said.written(row) for row in shown])
    return Template(text, slots, tuple(said.ads[row].ad_id for row in rows.tolist()), round(surprise, 1))


def _surprise(phrases: Sequence[_Phrase], members: Sequence[set[int]], share: float, said: _Said) -> float:
    """log2 of ads seen over ads expected by chance with all of the phrases but at most one.

    `members` are a `share` of the ads of the cluster.
    """
    everything = said.statistics.based + BACKGROUND
    chances = [number / everything for number in _least(phrases, said)]
    all_of_them = log2(everything) + sum(map(log2, chances))
    expected = all_of_them + log2(1 + sum((1 - p) / p for p in chances))
    seen = sum(sum(phrase.is_in(pairs) for phrase in phrases) >= len(phrases) - 1 for pairs in members)
    return log2(seen / share) - expected if seen > 1 else -expected


class _Phrase(NamedTuple):
    """The fixed part of a sentence."""

    pairs: tuple[int, ...]
    runs: tuple[int, ...]  # of four tokens

    def is_in(self, said: set[int]) -> bool:
        """Whether an ad has the phrase, slips of the pen aside."""
        return len(said.intersection(self.pairs)) >= 0.7 * len(self.pairs)


def _least(phrases: Sequence[_Phrase], said: _Said) -> list[int]:
    """How many ads have each phrase, at the most: as many as have its rarest part."""
    pairs = said.statistics.counts.of(numpy.array([p for phrase in phrases for p in phrase.pairs], numpy.uint32))
    runs = said.statistics.runs.of(numpy.array([r for phrase in phrases for r in phrase.runs], numpy.uint32))
    found, at, of = [], 0, 0
    for phrase in phrases:
        parts = [*pairs[at : at + len(phrase.pairs)].tolist(), *runs[of : of + len(phrase.runs)].tolist()]
        found.append(max(1, min(said.statistics.based, *parts)))
        at, of = at + len(phrase.pairs), of + len(phrase.runs)
    return found


def _phrases(held: Sequence[bool], ends: Sequence[bool], pairs: Hashes) -> list[_Phrase]:
    """The fixed part of every sentence, each once; a long one in pieces. The pair across its end is in none."""
    inside = [fixed and not end for fixed, end in zip(held, ends, strict=True)]
    whole = [all(inside[n : n + 3]) for n in range(len(inside) - 2)]
    sentences: list[list[int]] = [[]]
    for n, end in enumerate(ends):
        if end:
            sentences.append([])
        elif held[n]:
            sentences[-1].append(n)
    pieces = [kept[n : n + PHRASE] for kept in sentences for n in range(0, len(kept), PHRASE)]
    hashes, runs = pairs.tolist(), runs_of(pairs).tolist()
    made = (
        _Phrase(tuple(hashes[n] for n in piece), tuple(runs[n] for n in piece[:-2] if whole[n])) for piece in pieces
    )
    return list({phrase.pairs: phrase for phrase in made}.values())
