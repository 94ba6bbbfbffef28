"""How common a name is in the population (U.S. Census Bureau, 2020). A frequency only ever lowers a weight."""

from __future__ import annotations

import gzip
from functools import lru_cache
from math import prod

from pipeline.resolve.names.romanization import DATA, syllables

SURNAMES, FIRST_NAMES = "us_surnames_2020.csv.gz", "us_first_names_2020.csv.gz"
# Bearers in the published files, including the rare names left out of our copy.
SURNAME_TOTAL, FIRST_TOTAL = 262_612_981, 302_029_327
ENGLISH_AT_LEAST = 2_000  # bearers of a given name that people put beside another given name
FIRST_RATHER = 10  # times as frequent among given names as among surnames: says which end is the surname
SETTLED_AT_LEAST = 2_000  # bearers from which a spelling is a name of its own, not a slip


@lru_cache(maxsize=2)
def counts(file: str) -> dict[str, int]:
    """Lower-case name -> bearers."""
    rows = gzip.decompress((DATA / file).read_bytes()).decode("ascii").lower().split()[1:]
    cells = ",".join(rows).split(",")  # no quotes and no blanks: five times as fast as a CSV reader
    return dict(zip(cells[::2], map(int, cells[1::2]), strict=True))


def surname_frequency(token: str) -> float:
    """Share of people with this surname, 0 when it is rare."""
    return counts(SURNAMES).get(token, 0) / SURNAME_TOTAL


def first_frequency(token: str) -> float:
    """Share of people with this given name, 0 when it is rare."""
    return counts(FIRST_NAMES).get(token, 0) / FIRST_TOTAL


def is_common_first(token: str) -> bool:
    """True for a given name that people put beside another; a single syllable ("Hong") may be half of one."""
    long_enough = len(token) >= 3 and token not in syllables()
    return long_enough and counts(FIRST_NAMES).get(token, 0) >= ENGLISH_AT_LEAST


@lru_cache(maxsize=65536)
def is_rather_first(token: str) -> bool:
    """True for a name that is FIRST_RATHER times as frequent among given names as among surnames."""
    return is_common_first(token) and first_frequency(token) >= FIRST_RATHER * surname_frequency(token)


@lru_cache(maxsize=65536)
def is_settled_name(token: str) -> bool:
    """True when many people bear the token as a name."""
    return max(counts(FIRST_NAMES).get(token, 0), counts(SURNAMES).get(token, 0)) >= SETTLED_AT_LEAST


@lru_cache(maxsize=65536)
def person_frequency(tokens: tuple[str, ...]) -> float:
    """Expected share of people with this name, whichever token is the surname: the largest reading, 0 if unknown."""
    if len(tokens) == 2:
        first, last = counts(FIRST_NAMES), counts(SURNAMES)
        one, two = tokens
        return max(
            last.get(one, 0) / SURNAME_TOTAL * (first.get(two, 0) / FIRST_TOTAL),
            last.get(two, 0) / SURNAME_TOTAL * (first.get(one, 0) / FIRST_TOTAL),
        )
    best = 0.0
    for index, surname in enumerate(tokens):
        rest = (*tokens[index + 1 :], *tokens[:index])
        given = max(first_frequency("".join(rest)), prod(map(first_frequency, rest))) if rest else 1.0
        best = max(best, surname_frequency(surname) * given)
    return best
