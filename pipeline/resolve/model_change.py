"""What a new match model would change: the pairs it joins and parts, and the decisions of people it contradicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.model import Decision
from pipeline.resolve.cluster import in_force
from pipeline.resolve.corpus import score_keys
from pipeline.resolve.declaration import DECLARED
from pipeline.resolve.key_pool import KeyPool
from pipeline.resolve.model import MatchModel

MOST_CHANGED = 0.10  # share of the joined pairs from which a person has to agree to the change
MOST_WRONG = 0.005  # share of the joined pairs that a model may itself expect to be wrong
TIMES_WRONG = 2.0  # how much more often than the model in force
COMPARED = 250_000  # refs whose pairs are compared
FEW = 50  # joined pairs, below which a share says nothing


@dataclass(frozen=True, slots=True)
class RoleChange:
    """Pairs of one role. A pair is joined at `match` or above; `wrong` is how many of them the model itself expects
    to be wrong, `missed` how many of the pairs in its review band it expects to be the same."""

    role: str
    before: int
    now: int
    added: int
    removed: int
    review_before: int
    review_now: int
    wrong_before: float
    wrong_now: float
    missed_before: float
    missed_now: float
    decided: int
    contradicted_before: int  # decisions of people that the model's weights contradict
    contradicted_now: int

    @property
    def worry(self) -> str:
        """Why a person should look before the new model is put in force; "" when nothing speaks against it."""
        if self.contradicted_now > self.contradicted_before:
            more = self.contradicted_now - self.contradicted_before
            return f"{self.role}: it contradicts {more} more decision{'s' if more > 1 else ''} of people"
        changed = self.added + self.removed
        if self.before >= FEW and changed > MOST_CHANGED * self.before:
            return f"{self.role}: {changed} of {self.before} joined pairs would change"
        if self.wrong_now > MOST_WRONG * self.now and self.wrong_now > TIMES_WRONG * self.wrong_before:
            return f"{self.role}: it expects {self.wrong_now:g} of its pairs to be wrong, {self.wrong_before:g} before"
        return ""


def compare_models(
    pool: KeyPool, old: MatchModel, new: MatchModel, decisions: Sequence[Decision] = ()
) -> tuple[RoleChange, ...]:
    """Both models over the same pairs, one entry per role in the order of the declaration: over all pairs of a pool of
    up to COMPARED refs of a role, else over those of COMPARED refs with any other (ids of refs are digests, so that the
    first of them are a sample)."""
    decided = in_force(decisions)
    return tuple(_role_change(pool, role, (old, new), decided) for role in DECLARED)


def _role_change(
    pool: KeyPool, role: str, models: tuple[MatchModel, MatchModel], decided: Mapping[tuple[str, str], bool]
) -> RoleChange:
    asked = _asked(pool, role, decided)
    before, now = (_outcome(pool, role, model, asked) for model in models)
    kept = len(numpy.intersect1d(before.joined, now.joined, assume_unique=True))
    return RoleChange(
        role=role,
        before=len(before.joined),
        now=len(now.joined),
        added=len(now.joined) - kept,
        removed=len(before.joined) - kept,
        review_before=before.review,
        review_now=now.review,
        wrong_before=before.wrong,
        wrong_now=now.wrong,
        missed_before=before.missed,
        missed_now=now.missed,
        decided=len(asked),
        contradicted_before=before.contradicted,
        contradicted_now=now.contradicted,
    )


@dataclass(frozen=True, slots=True)
class _Outcome:
    joined: Any  # one number a pair
    review: int
    wrong: float
    missed: float
    contradicted: int


def _outcome(pool: KeyPool, role: str, model: MatchModel, asked: Mapping[tuple[int, int], bool]) -> _Outcome:
    count, joined, chances, unsure = len(pool.ids[role]), [numpy.empty(0, int)], [0.0], [0.0]
    review = 0
    found = score_keys(pool.scratch, pool.chunks(role), role, model, at_least=model.review, below=COMPARED)
    for batch in found if count > 1 else ():
        a, b, _, probability = (column.to_numpy() for column in batch.columns)
        match = probability >= model.match
        joined.append(a[match] * count + b[match])
        chances.append(float((1 - probability[match]).sum()))
        unsure.append(float(probability[~match].sum()))
        review += int((~match).sum())
    return _Outcome(
        numpy.concatenate(joined),
        review,
        round(sum(chances), 3),
        round(sum(unsure), 3),
        _contradicted(pool, role, model, asked),
    )


def _asked(pool: KeyPool, role: str, decided: Mapping[tuple[str, str], bool]) -> dict[tuple[int, int], bool]:
    """The decisions about two refs of the role, by their numbers, the lower first."""
    if not decided:
        return {}
    ends = (pa.array([pair[n] for pair in decided], pa.string()) for n in (0, 1))
    one, two = (pc.index_in(refs, value_set=pool.ids[role]).to_pylist() for refs in ends)
    found = zip(one, two, decided.values(), strict=True)
    return {(min(a, b), max(a, b)): same for a, b, same in found if a is not None and b is not None}


def _contradicted(pool: KeyPool, role: str, model: MatchModel, asked: Mapping[tuple[int, int], bool]) -> int:
    """Pairs decided "same" below the review band, and pairs decided "not the same" that would be joined."""
    if not asked:
        return 0
    pairs = pa.table({"a": [a for a, _ in sorted(asked)], "b": [b for _, b in sorted(asked)]})
    found = score_keys(pool.scratch, pool.chunks(role), role, model, pairs, at_least=None)
    scored = (row for batch in found for row in zip(*(c.to_pylist() for c in batch.columns), strict=True))
    return sum(p < model.review if asked[a, b] else p >= model.match for a, b, _, p in scored)
