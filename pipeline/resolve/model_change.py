"""What a new match model would change: the pairs it joins and parts, and the decisions of people it contradicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from pipeline.model import Decision, Ref
from pipeline.resolve.cluster import in_force
from pipeline.resolve.corpus import ScoredPair, score_pairs
from pipeline.resolve.declaration import DECLARED
from pipeline.resolve.model import MatchModel

MOST_CHANGED = 0.10  # share of the joined pairs from which a person has to agree to the change
MOST_WRONG = 0.005  # share of the joined pairs that a model may itself expect to be wrong
TIMES_WRONG = 2.0  # how much more often than the model in force
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
    connection: duckdb.DuckDBPyConnection,
    refs: Sequence[Ref],
    old: MatchModel,
    new: MatchModel,
    decisions: Sequence[Decision] = (),
) -> tuple[RoleChange, ...]:
    """Both models over the same refs, one entry per role in the order of the declaration."""
    decided = in_force(decisions)
    return tuple(_role_change(connection, refs, role, (old, new), decided) for role in DECLARED)


def _role_change(
    connection: duckdb.DuckDBPyConnection,
    refs: Sequence[Ref],
    role: str,
    models: tuple[MatchModel, MatchModel],
    decided: Mapping[tuple[str, str], bool],
) -> RoleChange:
    ids = {ref.ref_id for ref in refs if ref.role == role}
    asked = {pair: same for pair, same in decided.items() if ids.issuperset(pair)}
    before, now = (_outcome(connection, refs, role, model, asked) for model in models)
    return RoleChange(
        role=role,
        before=len(before.joined),
        now=len(now.joined),
        added=len(now.joined - before.joined),
        removed=len(before.joined - now.joined),
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
    joined: frozenset[tuple[str, str]]
    review: int
    wrong: float
    missed: float
    contradicted: int


def _outcome(
    connection: duckdb.DuckDBPyConnection,
    refs: Sequence[Ref],
    role: str,
    model: MatchModel,
    asked: Mapping[tuple[str, str], bool],
) -> _Outcome:
    pairs = score_pairs(connection, refs, role, model)
    joined, unsure = (
        [p for p in pairs if p.probability >= model.match],
        [p for p in pairs if p.probability < model.match],
    )
    return _Outcome(
        frozenset((p.ref_a, p.ref_b) for p in joined),
        len(unsure),
        round(sum(1 - p.probability for p in joined), 3),
        round(sum(p.probability for p in unsure), 3),
        _contradicted(connection, refs, role, model, asked),
    )


def _contradicted(
    connection: duckdb.DuckDBPyConnection,
    refs: Sequence[Ref],
    role: str,
    model: MatchModel,
    asked: Mapping[tuple[str, str], bool],
) -> int:
    """Pairs decided "same" below the review band, and pairs decided "not the same" that would be joined."""
    if not asked:
        return 0
    scored: list[ScoredPair] = score_pairs(connection, refs, role, model, list(asked))
    return sum(
        p.probability < model.review if asked[p.ref_a, p.ref_b] else p.probability >= model.match for p in scored
    )
