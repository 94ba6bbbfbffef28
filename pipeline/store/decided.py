"""From decisions on pairs of refs to those in force, and those that cannot all be true. Pure."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.model import Decision
from pipeline.store.roles import user_key

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Decisions that cannot all be true: for a supervisor, who decides on `pair`. Until then the two are kept apart."""

    pair: Pair
    said: tuple[Decision, ...]  # in order of time


def in_force(decisions: Sequence[Decision], supervisors: Collection[str]) -> list[Decision]:
    """The decision that holds for each pair; `decisions`: all that nobody took back, in order of time.

    A user's later word replaces the own earlier one. Where users disagree a supervisor's word holds, the latest of
    several; without one the two are kept apart: joining them may tell of one business what another did.
    """
    held = [_holds(words, supervisors) for words in _last_words(decisions).values()]
    return sorted(held, key=lambda d: (d.decided_at, d.decision_id))


def contradictions(decisions: Sequence[Decision], supervisors: Collection[str]) -> list[Contradiction]:
    """What users said both ways of one pair, and "not the same" of two that other decisions, with the members that
    were shown, make one; sorted by pair. A supervisor's own word on the pair settles it."""
    found = []
    holding = in_force(decisions, supervisors)
    shown = _shown(d for d in holding if d.same)
    for pair, words in sorted(_last_words(decisions).items()):
        if any(user_key(d.user) in supervisors for d in words):
            continue
        if len({d.same for d in words}) > 1:
            found.append(Contradiction(pair, tuple(words)))
        elif not words[-1].same and (path := _path(*pair, shown)):
            found.append(Contradiction(pair, tuple(sorted((*path, *words), key=lambda d: d.decided_at))))
    return found


def _last_words(decisions: Iterable[Decision]) -> dict[Pair, list[Decision]]:
    """Pair -> the last word of each user on it, in order of time."""
    last: dict[Pair, dict[str, Decision]] = defaultdict(dict)
    for decision in decisions:
        of_pair = last[min(decision.ref_a, decision.ref_b), max(decision.ref_a, decision.ref_b)]
        of_pair.pop(user_key(decision.user), None)
        of_pair[user_key(decision.user)] = decision
    return {pair: list(words.values()) for pair, words in last.items()}


def _holds(words: Sequence[Decision], supervisors: Collection[str]) -> Decision:
    if len({d.same for d in words}) == 1:
        return words[-1]
    settled = [d for d in words if user_key(d.user) in supervisors]
    return settled[-1] if settled else [d for d in words if not d.same][-1]


def _shown(decisions: Iterable[Decision]) -> dict[str, list[Decision]]:
    """Ref -> the decisions that call it the same as others."""
    found: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        for ref in _refs_of(decision):
            found[ref].append(decision)
    return found


def _refs_of(decision: Decision) -> list[str]:
    return sorted({decision.ref_a, decision.ref_b, *decision.members_shown})


def _path(start: str, goal: str, shown: Mapping[str, Sequence[Decision]]) -> tuple[Decision, ...]:
    """The fewest decisions over which two refs are the same; empty when none say so."""
    waiting, met = deque([(start, tuple[Decision, ...]())]), {start}
    while waiting:
        at, path = waiting.popleft()
        if at == goal:
            return path
        for decision in shown.get(at, ()):
            for ref in _refs_of(decision):
                if ref not in met:
                    met.add(ref)
                    waiting.append((ref, (*path, decision)))
    return ()
