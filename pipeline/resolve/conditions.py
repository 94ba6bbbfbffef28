"""What a comparison level may ask of two rows of keys: one declaration, a DuckDB text and a Python answer.

Only equality, beginnings, overlap and containment of lists, Levenshtein and order of integers occur, and whether one
slip of the finger explains a difference: on ASCII keys DuckDB and rapidfuzz agree on these exactly. An absent value
(None / NULL) never fulfils a condition on either side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from rapidfuzz.distance import OSA, Levenshtein

Value = str | int | bool | tuple[str, ...] | None
Row = Mapping[str, Value]


class Condition(Protocol):
    def sql(self) -> str: ...

    def holds(self, a: Row, b: Row) -> bool: ...


@dataclass(frozen=True, slots=True)
class Missing:
    """Either side lacks the column."""

    column: str

    def sql(self) -> str:
        return f"({self.column}_l IS NULL OR {self.column}_r IS NULL)"

    def holds(self, a: Row, b: Row) -> bool:
        return a[self.column] is None or b[self.column] is None


@dataclass(frozen=True, slots=True)
class Equal:
    """One column of the left equals `other` (by default the same column) of the right."""

    column: str
    other: str = ""

    def sql(self) -> str:
        return f"coalesce({self.column}_l = {self.other or self.column}_r, FALSE)"

    def holds(self, a: Row, b: Row) -> bool:
        left, right = a[self.column], b[self.other or self.column]
        return left is not None and left == right


@dataclass(frozen=True, slots=True)
class Overlap:
    """A list of the left shares an element with `other` (by default the same column) of the right."""

    column: str
    other: str = ""

    def sql(self) -> str:
        return f"coalesce(list_has_any({self.column}_l, {self.other or self.column}_r), FALSE)"

    def holds(self, a: Row, b: Row) -> bool:
        left, right = a[self.column], b[self.other or self.column]
        if not isinstance(left, tuple) or not isinstance(right, tuple):
            return False
        return not set(left).isdisjoint(right)


@dataclass(frozen=True, slots=True)
class Within:
    """Every element of one side's list stands in the other side's."""

    column: str

    def sql(self) -> str:
        left, right = f"{self.column}_l", f"{self.column}_r"
        return f"coalesce(list_has_all({left}, {right}) OR list_has_all({right}, {left}), FALSE)"

    def holds(self, a: Row, b: Row) -> bool:
        left, right = a[self.column], b[self.column]
        if not isinstance(left, tuple) or not isinstance(right, tuple):
            return False
        return set(left) <= set(right) or set(right) <= set(left)


@dataclass(frozen=True, slots=True)
class Near:
    """Levenshtein distance of two strings of at least `length` letters is at most `edits`."""

    column: str
    edits: int
    length: int

    def sql(self) -> str:
        left, right = f"{self.column}_l", f"{self.column}_r"
        return (
            f"coalesce(length({left}) >= {self.length} AND length({right}) >= {self.length} "
            f"AND levenshtein({left}, {right}) <= {self.edits}, FALSE)"
        )

    def holds(self, a: Row, b: Row) -> bool:
        left, right = a[self.column], b[self.column]
        if not isinstance(left, str) or not isinstance(right, str):
            return False
        if min(len(left), len(right)) < self.length:
            return False
        return Levenshtein.distance(left, right, score_cutoff=self.edits) <= self.edits


@dataclass(frozen=True, slots=True)
class Slip:
    """One letter or digit is another, missing or too many, or two neighbors are exchanged.

    At a distance of 1 DuckDB's Damerau-Levenshtein and OSA are the same; beyond it they are not.
    """

    column: str

    def sql(self) -> str:
        left, right = f"{self.column}_l", f"{self.column}_r"
        near = f"levenshtein({left}, {right}) <= 2 AND damerau_levenshtein({left}, {right}) <= 1"
        return f"coalesce(CASE WHEN {left} <> {right} THEN {near} ELSE FALSE END, FALSE)"

    def holds(self, a: Row, b: Row) -> bool:
        left, right = a[self.column], b[self.column]
        if not isinstance(left, str) or not isinstance(right, str):
            return False
        return left != right and OSA.distance(left, right, score_cutoff=1) <= 1


@dataclass(frozen=True, slots=True)
class Apart:
    """Both sides are numbers of digits alone that differ by at least `least`: not given out one after the other."""

    column: str
    least: int

    def sql(self) -> str:
        left, right = (f"CASE WHEN length({c}) < 18 THEN try_cast({c} AS BIGINT) END" for c in self._sides())
        digits = " AND ".join(f"regexp_full_match({c}, '[0-9]+')" for c in self._sides())
        return f"coalesce({digits} AND abs(({left}) - ({right})) >= {self.least}, FALSE)"

    def _sides(self) -> tuple[str, str]:
        return f"{self.column}_l", f"{self.column}_r"

    def holds(self, a: Row, b: Row) -> bool:
        left, right = a[self.column], b[self.column]
        if not isinstance(left, str) or not isinstance(right, str) or not (left + right).isdigit():
            return False
        return max(len(left), len(right)) < 18 and abs(int(left) - int(right)) >= self.least


@dataclass(frozen=True, slots=True)
class Begins:
    """One string, of at least `length` letters, is the beginning of the other."""

    column: str
    length: int

    def sql(self) -> str:
        left, right = f"{self.column}_l", f"{self.column}_r"
        return (
            f"coalesce(length({left}) >= {self.length} AND length({right}) >= {self.length} "
            f"AND (starts_with({left}, {right}) OR starts_with({right}, {left})), FALSE)"
        )

    def holds(self, a: Row, b: Row) -> bool:
        left, right = a[self.column], b[self.column]
        if not isinstance(left, str) or not isinstance(right, str):
            return False
        return min(len(left), len(right)) >= self.length and (left.startswith(right) or right.startswith(left))


@dataclass(frozen=True, slots=True)
class Both:
    """A yes / no column is yes on both sides."""

    column: str

    def sql(self) -> str:
        return f"coalesce({self.column}_l AND {self.column}_r, FALSE)"

    def holds(self, a: Row, b: Row) -> bool:
        return a[self.column] is True and b[self.column] is True


@dataclass(frozen=True, slots=True)
class Meet:
    """Two periods, given as first and last day numbers, share a day or lie at most `slack` days apart."""

    first: str
    last: str
    slack: int = 0

    def sql(self) -> str:
        return (
            f"(coalesce({self.first}_l <= {self.last}_r + {self.slack}, FALSE) "
            f"AND coalesce({self.first}_r <= {self.last}_l + {self.slack}, FALSE))"
        )

    def holds(self, a: Row, b: Row) -> bool:
        days = (a[self.first], b[self.last], b[self.first], a[self.last])
        one, two, three, four = (d if isinstance(d, int) else None for d in days)
        if one is None or two is None or three is None or four is None:
            return False
        return one <= two + self.slack and three <= four + self.slack


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition

    def sql(self) -> str:
        return f"NOT ({self.condition.sql()})"

    def holds(self, a: Row, b: Row) -> bool:
        return not self.condition.holds(a, b)


@dataclass(frozen=True, slots=True)
class Every:
    conditions: tuple[Condition, ...]

    def sql(self) -> str:
        return "(" + " AND ".join(c.sql() for c in self.conditions) + ")"

    def holds(self, a: Row, b: Row) -> bool:
        return all(c.holds(a, b) for c in self.conditions)


@dataclass(frozen=True, slots=True)
class Some:
    conditions: tuple[Condition, ...]

    def sql(self) -> str:
        return "(" + " OR ".join(c.sql() for c in self.conditions) + ")"

    def holds(self, a: Row, b: Row) -> bool:
        return any(c.holds(a, b) for c in self.conditions)


def every(*conditions: Condition) -> Every:
    return Every(conditions)


def some(*conditions: Condition) -> Some:
    return Some(conditions)
