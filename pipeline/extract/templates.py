"""Ads written from one template: the fixed wording, the slots, and what each ad put into them.

A cluster of like ads is a template only when chance does not explain it: where every shop says "open late" and "cash
only", many ads agree in a few phrases and nobody copied. The expected number of ads with all the fixed phrases, were
they chosen independently, is set against the number seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import log2
from typing import NamedTuple

import numpy

from pipeline.extract.template_index import BACKGROUND, cluster, weigh
from pipeline.extract.template_slots import Tokens, with_slots
from pipeline.extract.template_text import sentence_ends
from pipeline.extract.template_wording import (
    Counts,
    Hashes,
    Numbers,
    Ragged,
    Tally,
    count,
    pair_sets,
    pairs_of,
    runs_of,
    tokens_of,
    without_site_wording,
)

# Overlap from which two ads are one template's; what is no template so is tried again more strictly, because stock
# phrases may have drawn two templates together.
ALIKE: tuple[float, ...] = (0.28, 0.4, 0.55)
FIXED = 0.6  # of a cluster's ads: wording that so many share is the template's
SURPRISE = 20.0  # bits: how many times more ads agree than chance would have it, out of many sets to choose from
PHRASE = 12  # pairs: stock phrases are no longer; a longer sentence counts as several
PHRASES = 3  # fewer are no template
SAMPLE = 200  # ads of a cluster whose wording is counted
FILLED = 12  # ads of a cluster whose values are shown


@dataclass(frozen=True, slots=True)
class AdText:
    """What is compared of one ad. Values read from it (phones, addresses) are best masked before."""

    ad_id: str
    site: str
    text: str


@dataclass(frozen=True, slots=True)
class Template:
    """One template. `text` has {1}, {2} … where the ads differ; `slots[0]` are values of {1}, most frequent first."""

    text: str
    slots: tuple[tuple[str, ...], ...]
    ad_ids: tuple[str, ...]  # in the order in which they were given
    surprise: float  # bits by which agreement exceeds chance


@dataclass(frozen=True, slots=True)
class _Said:
    """The ads and their wording."""

    ads: Sequence[AdText]
    tokens: Ragged
    left: Ragged  # pairs that are not the site's own
    counts: Counts  # of `left`
    tally: Tally  # of `tokens`

    def written(self, row: int) -> Tokens:
        """The text of an ad with its tokens."""
        return Tokens(self.ads[row].text, self.tokens[row].tolist())


def find_templates(ads: Sequence[AdText]) -> list[Template]:
    """Templates of two or more ads, largest first. The order of `ads` (of arrival) decides ties."""
    tokens = tokens_of(ad.text for ad in ads)
    left = without_site_wording(pair_sets(tokens), [ad.site for ad in ads])
    said = _Said(ads, tokens, left, count(block.values for _, block in left.blocks()), Tally(tokens))
    bits = weigh(left, said.counts, len(ads))
    found: list[Template] = []
    groups, rest = list(_groups(cluster(left, bits, ALIKE[0]))), ALIKE[1:]
    while groups:
        tried = [(group, _template(group, said)) for group in groups]
        found += [made for _, made in tried if made]
        rows = numpy.sort(numpy.concatenate([group for group, made in tried if not made] or [numpy.arange(0)]))
        groups = [rows[g] for g in _groups(cluster(left.of(rows), bits[left.at(rows)], rest[0]))] if rest else []
        rest = rest[1:]
    return sorted(found, key=lambda t: (-len(t.ad_ids), t.ad_ids))


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
    pairs = pairs_of(said.tokens[model])
    held = [pair in fixed for pair in pairs.tolist()]
    phrases = _phrases(held, sentence_ends(said.ads[model].text), pairs)
    if len(phrases) < PHRASES:
        return None
    surprise = _surprise(phrases, [set(pairs) for pairs in members], len(sample) / len(rows), said)
    if surprise < SURPRISE:
        return None
    shown = sample[:: max(1, len(sample) // FILLED)]
    text, slots = with_slots(said.written(model), held, [said.written(row) for row in shown])
    return Template(text, slots, tuple(said.ads[row].ad_id for row in rows.tolist()), round(surprise, 1))


def _surprise(phrases: Sequence[_Phrase], members: Sequence[set[int]], share: float, said: _Said) -> float:
    """log2 of ads seen over ads expected by chance with all of the phrases but at most one.

    `members` are a `share` of the ads of the cluster.
    """
    everything = len(said.ads) + BACKGROUND
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
    pairs = said.counts.of(numpy.array([p for phrase in phrases for p in phrase.pairs], numpy.uint32))
    runs = said.tally.of(numpy.array([r for phrase in phrases for r in phrase.runs], numpy.uint32))
    found, at, of = [], 0, 0
    for phrase in phrases:
        parts = [*pairs[at : at + len(phrase.pairs)].tolist(), *runs[of : of + len(phrase.runs)].tolist()]
        found.append(min(len(said.ads), *parts))
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
