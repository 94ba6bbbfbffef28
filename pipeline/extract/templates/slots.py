"""Where the ads of a template differ, and what each says there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from pipeline.extract.templates.text import token_spans

SHOWN = 12  # values of a slot that are kept
LONGEST = 8  # tokens of a value
Slots = tuple[tuple[str, ...], ...]


class Tokens(NamedTuple):
    """A text and the hash of each of its tokens."""

    text: str
    hashes: list[int]


def with_slots(
    model: Tokens, spans: Sequence[tuple[int, int]], held: Sequence[bool], ads: Sequence[Tokens]
) -> tuple[str, Slots]:
    """The model's text with a number in braces for each stretch that varies, and the values of each in `ads`.

    `spans` are of the model's tokens; `held` says of each two neighboring ones whether the template has them.
    """
    fixed = [before or after for before, after in zip(chain([False], held), chain(held, [False]), strict=True)]
    tokens = model.hashes
    gaps = _gaps(fixed)
    ends = [(tokens[a - 1] if a else None, tokens[b + 1] if b + 1 < len(tokens) else None) for a, b in gaps]
    text, done = "", 0
    for number, (first, last) in enumerate(gaps, 1):
        text += model.text[done : spans[first][0]] + f"{{{number}}}"
        done = spans[last][1]
    return (text + model.text[done:]).strip(), _values(ends, ads)


def _gaps(fixed: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last token of every stretch that is not fixed."""
    found: list[tuple[int, int]] = []
    for n, kept in enumerate(fixed):
        if kept:
            continue
        if found and found[-1][1] == n - 1:
            found[-1] = (found[-1][0], n)
        else:
            found.append((n, n))
    return found


def _values(ends: Sequence[tuple[int | None, int | None]], ads: Sequence[Tokens]) -> Slots:
    found: list[Counter[str]] = [Counter() for _ in ends]
    for text, tokens in ads:
        filled = [_filled(tokens, before, after) for before, after in ends]
        spans = token_spans(text, 1 + max((place[1] for place in filled if place), default=-1))
        for values, place in zip(found, filled, strict=True):
            if place:
                values[text[spans[place[0]][0] : spans[place[1]][1]]] += 1
    return tuple(
        tuple(v for v, _ in sorted(values.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]) for values in found
    )


def _filled(tokens: list[int], before: int | None, after: int | None) -> tuple[int, int] | None:
    """First and last token between two fixed ones; nothing when they do not stand so."""
    if before is None:
        stop = _stop(tokens, 1, after)
        return (0, stop - 1) if stop else None
    start = -1
    for _ in range(tokens.count(before)):
        start = tokens.index(before, start + 1)
        if stop := _stop(tokens, start + 2, after):
            return start + 1, stop - 1
    return None


def _stop(tokens: list[int], first: int, after: int | None) -> int:
    """Where the fixed token behind a value stands, 0 when not near enough."""
    if after is None:
        return len(tokens) if first <= len(tokens) < first + LONGEST else 0
    near = tokens[first : first + LONGEST]
    return first + near.index(after) if after in near else 0
