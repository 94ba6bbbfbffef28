"""Measures a result against the truth. Pure functions; figures are fractions in 0…1, or counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from math import comb, sqrt
from typing import Any

from demo.truth import Truth
from demo.visible import Item

CONFIDENT = 0.5  # successions below are candidates, not claims
HIT = "possible_match"
BANDS = ((0.01, ">=1%"), (0.001, "0.1-1%"), (0.0, "<0.1%"))


def _rates(right: float, claimed: float, wanted: float) -> dict[str, float]:
    """Precision, recall and F1; nothing claimed is precision 1, nothing wanted is recall 1."""
    precision = right / claimed if claimed else 1.0
    recall = right / wanted if wanted else 1.0
    both = precision + recall
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / both if both else 0.0}


def _with_singletons(items: Iterable[Item], predicted: Mapping[Item, str]) -> dict[Item, Hashable]:
    return {item: predicted.get(item, ("alone", item)) for item in items}


def evaluate_pairs(labels: Mapping[Item, str], predicted: Mapping[Item, str]) -> dict[str, float]:
    """Pairwise precision, recall, F1 over the items of `labels`; predicted items outside of it are ignored."""
    found = _with_singletons(labels, predicted)
    both = Counter((labels[item], found[item]) for item in labels)
    together = sum(comb(n, 2) for n in both.values())
    claimed = sum(comb(n, 2) for n in Counter(found.values()).values())
    wanted = sum(comb(n, 2) for n in Counter(labels.values()).values())
    return _rates(together, claimed, wanted)


def evaluate_b3(labels: Mapping[Item, str], predicted: Mapping[Item, str]) -> dict[str, float]:
    """B³ precision, recall, F1: the averages over items of what their cluster and their network share."""
    found = _with_singletons(labels, predicted)
    both = Counter((labels[item], found[item]) for item in labels)
    claimed, wanted = Counter(found.values()), Counter(labels.values())
    count = len(labels) or 1
    precision = sum(n * n / claimed[cluster] for (_, cluster), n in both.items()) / count
    recall = sum(n * n / wanted[label] for (label, _), n in both.items()) / count
    both_rates = precision + recall
    f1 = 2 * precision * recall / both_rates if both_rates else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}


def evaluate_networks(truth: Truth, network_of: Mapping[Item, str]) -> dict[str, float]:
    """The networks' figures under the names of `imb demo --json`, over suspects' and innocents' items alike."""
    pairs, b3 = evaluate_pairs(truth.labels, network_of), evaluate_b3(truth.labels, network_of)
    return {**pairs, **{f"b3_{name}": value for name, value in b3.items()}}


def storefront_of(truth: Truth, business_of: Mapping[Item, str]) -> dict[str, str]:
    """Each predicted business with the storefront most of its items belong to; none where no storefront has half."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for item, business in business_of.items():
        if item in truth.businesses:
            votes[business][truth.businesses[item]] += 1
    chosen = {}
    for business, counts in votes.items():
        shop, most = min(counts.items(), key=lambda c: (-c[1], c[0]))
        if most * 2 >= sum(counts.values()):
            chosen[business] = shop
    return chosen


def evaluate_successions(
    truth: Truth, business_of: Mapping[Item, str], pairs: Iterable[tuple[str, str, float]]
) -> dict[str, float]:
    """Precision and recall of (from business, to business, confidence); those under 0.5 are left out.

    Two predicted businesses of one storefront (a change of name) and open pairs count neither way.
    """
    shops = storefront_of(truth, business_of)
    right: set[tuple[str, str]] = set()
    wrong = neutral = 0
    for old, new, confidence in pairs:
        if confidence < CONFIDENT:
            continue
        pair = (shops.get(old, f"?{old}"), shops.get(new, f"?{new}"))
        if pair in truth.successions:
            right.add(pair)
        elif pair[0] == pair[1] or pair in truth.open_successions:
            neutral += 1
        else:
            wrong += 1
    rates = _rates(len(right), len(right) + wrong, len(truth.successions))
    return {**rates, "true": len(right), "false": wrong, "neutral": neutral, "expected": len(truth.successions)}


def _value(flag: Any, name: str) -> Any:
    return flag.get(name) if isinstance(flag, Mapping) else getattr(flag, name)


def flagged(flags: Iterable[Any]) -> dict[str, Any]:
    """Application id -> flag of those reported as a possible match. Flags are `Flag`s or mappings with its fields."""
    return {_value(f, "application_id"): f for f in flags if _value(f, "result") == HIT}


def evaluate_screening(truth: Truth, flags: Iterable[Any]) -> dict[str, Any]:
    """Precision, recall, name-only flags, false flags by trap, and figures by surname band."""
    hits = flagged(flags)
    right = sum(a in truth.linked for a in hits)
    false = [a for a in hits if a in truth.innocent_applications]
    traps = Counter(truth.innocent_applications[a] for a in false)
    alone = sum(set(_value(f, "matched_kinds") or ()) <= {"name"} for f in hits.values())
    return {
        **_rates(right, right + len(false), len(truth.linked)),
        "flagged": len(hits),
        "expected": len(truth.linked),
        "false_positives": len(false),
        "name_only_flags": alone,
        "traps_flagged": {trap: traps[trap] for trap in ("next_tenant", "reassigned_phone", "namesake", "plain")},
        "by_surname_band": by_surname_band(truth, set(hits)),
    }


def by_surname_band(truth: Truth, hits: set[str]) -> dict[str, dict[str, float]]:
    """False-positive rate among innocent applicants by how common the surname is in the pool, with Wilson 95 %."""
    pool = Counter(truth.surnames.values())
    bands: dict[str, list[bool]] = {name: [] for _, name in BANDS}
    for application in truth.innocent_applications:
        share = pool[truth.surnames[application]] / pool.total()
        bands[next(name for least, name in BANDS if share >= least)].append(application in hits)
    figures = {}
    for name, outcomes in bands.items():
        low, high = wilson(sum(outcomes), len(outcomes))
        rate = sum(outcomes) / len(outcomes) if outcomes else 0.0
        figures[name] = {"n": len(outcomes), "false_positives": sum(outcomes), "rate": rate, "low": low, "high": high}
    return figures


def wilson(hits: int, count: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's 95 % interval of a share; (0, 1) when nothing was counted."""
    if not count:
        return 0.0, 1.0
    share, bend = hits / count, z * z / count
    middle = (share + bend / 2) / (1 + bend)
    half = z * sqrt(share * (1 - share) / count + bend / (4 * count)) / (1 + bend)
    return max(0.0, middle - half), min(1.0, middle + half)


def trap_merges(truth: Truth, network_of: Mapping[Item, str]) -> dict[str, int]:
    """Innocent businesses, by trap, whose items share a predicted network with a suspect's item."""
    suspects = {network_of[item] for item in truth.networks if item in network_of}
    caught = {truth.businesses[item] for item in truth.innocents if item in network_of and network_of[item] in suspects}
    counts = Counter(truth.traps[shop] for shop in caught)
    return {trap: counts[trap] for trap in ("next_tenant", "reassigned_phone", "namesake", "plain")}
