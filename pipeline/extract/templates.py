"""Ads written from one template: the fixed wording, the slots, and what each ad put into them.

A cluster of like ads is a template only when chance does not explain it: where every shop says "open late" and "cash
only", many ads agree in a few phrases and nobody copied. The expected number of ads with all the fixed phrases, were
they chosen independently, is set against the number seen.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from pipeline.extract.template_index import BACKGROUND, TemplateIndex, count_pairs
from pipeline.extract.template_text import Words, words_of

FIXED = 0.6  # of a cluster's ads: wording that so many share is the template's
SURPRISE = 20.0  # bits: how many times more ads agree than chance would have it, out of many sets to choose from
OF_SITE = 0.5  # of a site's ads: wording that so many share is the site's own
PHRASE = 12  # pairs: stock phrases are no longer; a longer sentence counts as several
FEW = 20  # ads of a site below which nearly all must share it
NEARLY_ALL = 0.9
LEFT = 0.3  # of the wording of an ordinary ad must remain when the site's own is taken out
SAMPLE = 200  # ads of a cluster whose wording is counted
SHOWN = 12  # values of a slot that are kept


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


def find_templates(ads: Sequence[AdText]) -> list[Template]:
    """Templates of two or more ads, largest first. The order of `ads` (of arrival) decides ties."""
    words = {ad.ad_id: words_of(ad.text) for ad in ads}
    site_of = {ad.ad_id: ad.site for ad in ads}
    said = {ad_id: frozenset(w.pairs()) for ad_id, w in words.items()}
    own = _site_wording(site_of, said)
    left = {ad_id: pairs - own[site_of[ad_id]] for ad_id, pairs in said.items()}
    counts = count_pairs(left.values())
    index = TemplateIndex(counts, len(words))
    clusters: dict[int, list[str]] = defaultdict(list)
    for ad_id, pairs in left.items():
        clusters[index.add(ad_id, pairs)].append(ad_id)
    found = []
    for ad_ids in clusters.values():
        if len(ad_ids) > 1 and (made := _template(ad_ids, words, left, counts)):
            found.append(made)
    return sorted(found, key=lambda t: (-len(t.ad_ids), t.ad_ids))


def _site_wording(site_of: Mapping[str, str], said: Mapping[str, frozenset[int]]) -> dict[str, frozenset[int]]:
    """Wording of the page rather than of the ads: most ads of a site share it, and have much else to say."""
    of: dict[str, list[frozenset[int]]] = defaultdict(list)
    for ad_id, pairs in said.items():
        of[site_of[ad_id]].append(pairs)
    own = {}
    for site, documents in of.items():
        share = OF_SITE if len(documents) >= FEW else NEARLY_ALL
        common = frozenset(pair for pair, n in count_pairs(documents).items() if n >= max(4, share * len(documents)))
        rest = sorted(len(d - common) / len(d) for d in documents if d)
        own[site] = common if rest and rest[len(rest) // 2] >= LEFT else frozenset()
    return own


def _template(
    ad_ids: Sequence[str], words: Mapping[str, Words], left: Mapping[str, frozenset[int]], counts: Mapping[int, int]
) -> Template | None:
    sample = ad_ids[:: max(1, len(ad_ids) // SAMPLE)]
    within = count_pairs(left[a] for a in sample)
    fixed = frozenset(pair for pair, n in within.items() if n >= max(2, FIXED * len(sample)))
    model = max(sample, key=lambda a: (len(left[a] & fixed) - len(left[a] - fixed), -ad_ids.index(a)))
    phrases = _phrases(words[model], fixed)
    surprise = _surprise(phrases, [left[a] for a in sample], len(sample) / len(ad_ids), counts, len(words))
    if len(phrases) < 3 or surprise < SURPRISE:
        return None
    text, slots = _with_slots(words[model], fixed, [words[a] for a in sample])
    return Template(text, slots, tuple(ad_ids), round(surprise, 1))


def _surprise(
    phrases: Collection[tuple[int, ...]],
    members: Sequence[frozenset[int]],
    share: float,
    counts: Mapping[int, int],
    total: int,
) -> float:
    """log2 of ads seen over ads expected by chance with all of the phrases but at most one.

    A phrase is as frequent as its rarest pair. `members` are a `share` of the ads of the cluster.
    """
    everything = total + BACKGROUND
    chances = [min(counts[pair] for pair in phrase) / everything for phrase in phrases]
    all_of_them = log2(everything) + sum(map(log2, chances))
    expected = all_of_them + log2(1 + sum((1 - p) / p for p in chances))
    seen = sum(sum(_says(said, phrase) for phrase in phrases) >= len(chances) - 1 for said in members)
    return log2(seen / share) - expected if seen > 1 else -expected


def _says(said: frozenset[int], phrase: tuple[int, ...]) -> bool:
    """Whether an ad has a phrase, slips of the pen aside."""
    return sum(pair in said for pair in phrase) >= 0.7 * len(phrase)


def _phrases(model: Words, fixed: frozenset[int]) -> set[tuple[int, ...]]:
    """The fixed part of every sentence, each once; a long one in pieces."""
    found: set[tuple[int, ...]] = set()
    for sentence in model.sentences():
        kept = [pair for pair in sentence if pair in fixed]
        found.update(tuple(kept[n : n + PHRASE]) for n in range(0, len(kept), PHRASE))
    return found


def _with_slots(
    model: Words, fixed: frozenset[int], sample: Sequence[Words]
) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """The model's text with a number in braces for each stretch that varies, and the values of each."""
    held = [False] * len(model.tokens)
    for n, pair in enumerate(model.pairs()):
        if pair in fixed:
            held[n] = held[n + 1] = True
    gaps = _gaps(held)
    spans = model.spans()
    text, end, slots = "", 0, []
    for number, (first, last) in enumerate(gaps, 1):
        start, stop = spans[first][0], spans[last][1]
        text += model.text[end:start] + f"{{{number}}}"
        end = stop
        before = model.tokens[first - 1] if first else None
        after = model.tokens[last + 1] if last + 1 < len(held) else None
        values = Counter(v for w in sample if (v := _filled(w, before, after)))
        slots.append(tuple(v for v, _ in sorted(values.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]))
    return (text + model.text[end:]).strip(), tuple(slots)


def _gaps(held: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last token of every stretch that is not fixed."""
    found: list[tuple[int, int]] = []
    for n, kept in enumerate(held):
        if kept:
            continue
        if found and found[-1][1] == n - 1:
            found[-1] = (found[-1][0], n)
        else:
            found.append((n, n))
    return found


def _filled(words: Words, before: str | None, after: str | None, longest: int = 8) -> str:
    """What stands between two fixed tokens in an ad, "" when they do not stand so."""
    starts = [-1] if before is None else [n for n, t in enumerate(words.tokens) if t == before]
    for start in starts:
        for stop in range(start + 2, min(start + 2 + longest, len(words.tokens) + 1)):
            ended = after is None if stop == len(words.tokens) else words.tokens[stop] == after
            if ended:
                spans = words.spans()
                return words.text[spans[start + 1][0] : spans[stop - 1][1]]
    return ""
