"""Romanized names: spellings of one name against near neighbors, ours beside string measures."""

from __future__ import annotations

from collections.abc import Callable

from rapidfuzz.distance import JaroWinkler, Levenshtein
from rapidfuzz.fuzz import token_sort_ratio

from benchmarks.romanized_names import draw_pairs
from benchmarks.table import Table
from pipeline.resolve.compare import compare_person_names
from pipeline.resolve.names.person_names import read_person

SEEDS = (21, 22, 23)


def rotated(a: str, b: str) -> float:
    """The best normalized Levenshtein over turned or sorted parts, joined."""
    one, two = read_person(a), read_person(b)
    left = {one.jumbled, *("".join(t) for t in one.turns())}
    right = {two.jumbled, *("".join(t) for t in two.turns())}
    return max((Levenshtein.normalized_similarity(x, y) for x in left for y in right), default=0.0)


METHODS: tuple[tuple[str, Callable[[str, str], float], float], ...] = (
    ("ours, compare_person_names >= .85", lambda a, b: compare_person_names(a, b).score, 0.85),
    ("rotate or sort, join, Levenshtein >= .88", rotated, 0.88),
    ("token_sort_ratio >= 88", lambda a, b: token_sort_ratio(a.lower(), b.lower()), 88.0),
    ("Jaro-Winkler >= .92", lambda a, b: JaroWinkler.similarity(a.lower(), b.lower()), 0.92),
)


def run(small: bool = False) -> Table:
    """F1 and false-positive rate of each method over the same pairs of three seeds."""
    count = 100 if small else 4_700
    pairs = [pair for seed in SEEDS for pair in draw_pairs(seed, count)]
    rows = []
    for name, method, least in METHODS:
        said = [(method(a, b) >= least, same) for a, b, same in pairs]
        hits, false = sum(s and t for s, t in said), sum(s and not t for s, t in said)
        positive = len(SEEDS) * count
        rows.append((name, 2 * hits / (hits + false + positive), hits / positive, false / positive))
    title = "Romanized names: order, joining, hyphens, commas, initials, slips; neighbors one syllable off or swapped"
    return Table(title, ("method", "F1", "recall", "false-positive rate"), tuple(rows), (f"{len(pairs):,} pairs",))
