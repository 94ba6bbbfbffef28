"""Ties of one kind among three businesses or more: drawn as one mark, not as some of its many lines.

A value that many share ties each of them to each: lines of a tree through them would show a center where there is none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

Pair = tuple[str, str]


def cliques(pairs: Iterable[Pair]) -> list[list[str]]:
    """Groups of three and more in which each is tied to each, large ones first; no pair stands in two of them.

    Greedy, so that a dense network takes no longer than its pairs: not always the fewest groups.
    """
    near: dict[str, set[str]] = defaultdict(set)
    for a, b in pairs:
        near[a].add(b)
        near[b].add(a)
    found = []
    while len(group := _one(near)) > 2:
        found.append(sorted(group))
        for one in group:
            near[one] -= set(group)
    return found


def _one(near: dict[str, set[str]]) -> list[str]:
    """The businesses around the one that has most ties, each tied to all taken before."""
    if not near:
        return []
    by_ties = sorted(near, key=lambda n: (-len(near[n]), n))
    group = [by_ties[0]]
    for other in by_ties[1:]:
        if all(other in near[member] for member in group):
            group.append(other)
    return group
