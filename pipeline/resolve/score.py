"""The match model in-process: one pair of keys to a weight with its account. Same numbers as the corpus run."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp2

from pipeline.model import Contribution
from pipeline.resolve.conditions import Row, Value
from pipeline.resolve.declaration import DECLARED, NO_RULE, Compared, Level
from pipeline.resolve.keys import Keys
from pipeline.resolve.model import MatchModel


@dataclass(frozen=True, slots=True)
class Scored:
    """Weight in bits, prior included, and its probability. `levels` names one level per comparison, in order.

    `contributions` has one line per comparison, and one for the frequency of the name when it counted.
    """

    weight: float
    probability: float
    contributions: tuple[Contribution, ...]
    levels: tuple[tuple[str, str], ...]

    @property
    def corroborated(self) -> bool:
        """False when the pair rests on a name, a phone or a premises alone."""
        return dict(self.levels)["corroboration"] != NO_RULE.name

    @property
    def matched(self) -> tuple[str, ...]:
        """The comparisons that agree, exactly or nearly: "name", "phone" …"""
        agree = {c.field for c in self.contributions if c.level in ("exact", "normalized", "similar")}
        return tuple(name for name, _ in self.levels if name in agree and name != "corroboration")


def probability_of(weight: float) -> float:
    """Probability of a weight in bits, without overflow."""
    if weight >= 0:
        return 1.0 / (1.0 + exp2(-weight))
    odds = exp2(weight)
    return odds / (1.0 + odds)


def level_of(compared: Compared, a: Row, b: Row) -> Level:
    """The first level that holds; levels are exhaustive."""
    for level in compared.levels:
        if level.condition is None or level.condition.holds(a, b):
            return level
    raise AssertionError(f"{compared.name} has no last level for everything else")


def pair_frequency(model: MatchModel, role: str, a: Keys, b: Keys) -> float | None:
    """Frequency the name of a pair counts by: the larger of both sides' names."""
    terms = [k.term for k in (a, b) if k.term]
    return max((model.frequency(role, term) for term in terms), default=None)


def score(model: MatchModel, a: Keys, b: Keys) -> Scored:
    """Weigh one pair of the same role; `a` is shown as the applicant's side, `b` as the known one."""
    weight = model.prior_weight(a.role)
    lines: list[Contribution] = []
    levels: list[tuple[str, str]] = []
    for compared in DECLARED[a.role].comparisons:
        level = level_of(compared, a.row, b.row)
        levels.append((compared.name, level.name))
        base = model.weight(a.role, compared.name, level)
        weight += base
        lines.append(Contribution(compared.name, _shown(compared, a), _shown(compared, b), level.kind, base))
        if level.term:
            frequency = pair_frequency(model, a.role, a, b)
            moved = model.term_weight(a.role, compared.name, level, frequency)
            weight += moved
            share = f"{frequency:.3g} of names" if frequency is not None else ""
            lines.append(Contribution(f"{compared.name} frequency", share, "", level.kind, moved))
    return Scored(weight, probability_of(weight), tuple(lines), tuple(levels))


def _shown(compared: Compared, keys: Keys) -> str:
    """The values of a comparison as a person reads them."""
    if "name" in compared.shows:
        return keys.name
    for column in compared.shows:
        text = _text(keys.row[column])
        if text:
            return text
    return ""


def _text(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return "" if value is None else str(value)
