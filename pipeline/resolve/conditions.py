"""What a comparison level may ask of two rows of keys: one declaration, a DuckDB text and a Python answer.

Only equality, beginnings, overlap and containment of lists, Levenshtein and order of integers occur, and whether one
slip of the finger explains a difference: on ASCII keys DuckDB and rapidfuzz agree on these exactly. An absent value
(None / NULL) never fulfils a condition on either side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Protocol

from rapidfuzz.distance import OSA, Levenshtein

FEW = 3  # elements of a list that are compared letter by letter
Value = str | int | bool | tuple[str, ...] | None
Row = Mapping[str, Value]


def _any_of(function: str, *more: str) -> str:
    numbers = range(1, FEW + 1)
    first, *others = (f"{function}({', '.join((f'l[{i}]', f'r[{j}]', *more))})" for i in numbers for j in numbers)
    rest = f"CASE WHEN len(l) > 1 OR len(r) > 1 THEN coalesce(({' OR '.join(others)}), FALSE) ELSE FALSE END"
    return f"CASE WHEN {first} THEN TRUE ELSE {rest} END"


# What conditions call in DuckDB, by name: written out each time, they would cost Splink's parser seconds. DuckDB works
# out every side of an AND, but of a CASE only the branch that a row takes: what costs stands behind a WHEN.
MACROS = (
    "same(l, r) AS coalesce(l = r, FALSE)",
    "overlap(l, r) AS coalesce(list_has_any(l, r), FALSE)",
    "held(l, r) AS coalesce(list_has_all(l, r) OR list_has_all(r, l), FALSE)",
    "begins(l, r, least) AS coalesce(length(l) >= least AND length(r) >= least "
    "AND (starts_with(l, r) OR starts_with(r, l)), FALSE)",
    "near(l, r, edits, least) AS CASE WHEN length(l) >= least AND length(r) >= least "
    "AND abs(length(l) - length(r)) <= edits THEN levenshtein(l, r) <= edits ELSE FALSE END",
    "slip(l, r) AS CASE WHEN l <> r AND abs(length(l) - length(r)) <= 1 THEN "
    "CASE WHEN levenshtein(l, r) <= 2 THEN damerau_levenshtein(l, r) <= 1 ELSE FALSE END ELSE FALSE END",
    "long_slip(l, r, least) AS CASE WHEN length(l) >= least AND length(r) >= least THEN slip(l, r) ELSE FALSE END",
    "near_street(l, r, edits, least) AS near(split_part(l, ' ', 2), split_part(r, ' ', 2), edits, least)",
    "near_house(l, r, edits, least) AS CASE WHEN split_part(l, ' ', 1) <> '' "
    "AND split_part(l, ' ', 1) = split_part(r, ' ', 1) THEN near_street(l, r, edits, least) ELSE FALSE END",
    "same_end(l, r) AS split_part(l, '|', 2) = split_part(r, '|', 2)",
    "shared(l, r) AS coalesce(len(list_intersect(l, r)), 0)",
    f"near_street_of_any(l, r, edits, least) AS {_any_of('near_street', 'edits', 'least')}",
    f"near_house_of_any(l, r, edits, least) AS {_any_of('near_house', 'edits', 'least')}",
    f"same_end_of_any(l, r) AS {_any_of('same_end')}",
    f"slip_any(l, r, least) AS {_any_of('long_slip', 'least')}",
)


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
        return f"same({self.column}_l, {self.other or self.column}_r)"

    def holds(self, a: Row, b: Row) -> bool:
        left, right = a[self.column], b[self.other or self.column]
        return left is not None and left == right


@dataclass(frozen=True, slots=True)
class Overlap:
    """A list of the left shares an element with `other` (by default the same column) of the right."""

    column: str
    other: str = ""

    def sql(self) -> str:
        return f"overlap({self.column}_l, {self.other or self.column}_r)"

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
        return f"held({self.column}_l, {self.column}_r)"

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
        return f"near({self.column}_l, {self.column}_r, {self.edits}, {self.length})"

    def holds(self, a: Row, b: Row) -> bool:
        left, right = a[self.column], b[self.column]
        if not isinstance(left, str) or not isinstance(right, str):
            return False
        if min(len(left), len(right)) < self.length:
            return False
        return Levenshtein.distance(left, right, score_cutoff=self.edits) <= self.edits


@dataclass(frozen=True, slots=True)
class NearStreet:
    """Streets at most `edits` letters apart, of at least `length` letters, among the first FEW doors of two lists.

    A door is "51N HURLEYSTREET": what stands before the blank must be the same when it is asked for the `house`.
    """

    column: str
    edits: int
    length: int
    house: bool = False

    def sql(self) -> str:
        function = "near_house" if self.house else "near_street"
        return f"{function}_of_any({self.column}_l, {self.column}_r, {self.edits}, {self.length})"

    def holds(self, a: Row, b: Row) -> bool:
        return any(self._near(one.split(" "), other.split(" ")) for one, other in _few(a, b, self.column))

    def _near(self, one: list[str], other: list[str]) -> bool:
        if (self.house and (one[0] != other[0] or not one[0])) or min(len(one[1]), len(other[1])) < self.length:
            return False
        return Levenshtein.distance(one[1], other[1], score_cutoff=self.edits) <= self.edits


@dataclass(frozen=True, slots=True)
class SameEnd:
    """Any of the first FEW elements of two lists have the same text behind the bar: "12 OAK ST|65801"."""

    column: str

    def sql(self) -> str:
        return f"same_end_of_any({self.column}_l, {self.column}_r)"

    def holds(self, a: Row, b: Row) -> bool:
        return any(one.partition("|")[2] == other.partition("|")[2] for one, other in _few(a, b, self.column))


@dataclass(frozen=True, slots=True)
class OverlapBeyond:
    """Two lists share more elements than their sublists `less` share: something that `less` does not hold."""

    column: str
    less: str

    def sql(self) -> str:
        return f"shared({self.column}_l, {self.column}_r) > shared({self.less}_l, {self.less}_r)"

    def holds(self, a: Row, b: Row) -> bool:
        return _shared(a[self.column], b[self.column]) > _shared(a[self.less], b[self.less])


def _shared(left: Value, right: Value) -> int:
    return len(set(left) & set(right)) if isinstance(left, tuple) and isinstance(right, tuple) else 0


def _few(a: Row, b: Row, column: str) -> Iterator[tuple[str, str]]:
    left, right = a[column], b[column]
    if isinstance(left, tuple) and isinstance(right, tuple):
        yield from product(left[:FEW], right[:FEW])


@dataclass(frozen=True, slots=True)
class Slip:
    """One letter or digit is another, missing or too many, or two neighbors are exchanged.

    At a distance of 1 DuckDB's Damerau-Levenshtein and OSA are the same; beyond it they are not.
    """

    column: str

    def sql(self) -> str:
        return f"slip({self.column}_l, {self.column}_r)"

    def holds(self, a: Row, b: Row) -> bool:
        left, right = a[self.column], b[self.column]
        if not isinstance(left, str) or not isinstance(right, str):
            return False
        return left != right and OSA.distance(left, right, score_cutoff=1) <= 1


@dataclass(frozen=True, slots=True)
class SlipAny:
    """As Slip, for any of the first FEW elements, of at least `length` letters, of two lists."""

    column: str
    length: int

    def sql(self) -> str:
        return f"slip_any({self.column}_l, {self.column}_r, {self.length})"

    def holds(self, a: Row, b: Row) -> bool:
        return any(self._slip(one, other) for one, other in _few(a, b, self.column))

    def _slip(self, one: str, other: str) -> bool:
        long_enough = min(len(one), len(other)) >= self.length
        return long_enough and one != other and OSA.distance(one, other, score_cutoff=1) <= 1


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
        return f"begins({self.column}_l, {self.column}_r, {self.length})"

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
