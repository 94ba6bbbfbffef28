"""Which units of a stretch make a telephone number: every window of ten digits, scored by how numbers are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.extract.phone_tokens import Unit
from pipeline.extract.phone_validity import is_nanp, read_international
from pipeline.extract.phone_vocab import DECLARED, INTERNATIONAL_CODES, any_of

THRESHOLD = 0.5
CANONICAL = frozenset({3, 6})

_BEFORE = 40  # characters of context read before a number
_PHONE_WORD = re.compile(f"(?<![a-z])(?:{any_of(DECLARED['context']['phone'])})\\W{{0,6}}$")
_OTHER_WORD = re.compile(
    f"(?<![a-z])(?:{any_of(DECLARED['context']['other'])})[\\W_]{{0,3}}(?:no|number|num|is)?[\\W_]{{0,3}}$"
)
_NOT_THEIRS = re.compile(f"(?:{any_of(DECLARED['context']['not_the_advertiser'])})[^.!?]{{0,20}}$")
_PRICE = re.compile(r"[$€£%][\s~]+|[\s~][$€£]")


@dataclass(frozen=True, slots=True)
class Window:
    """A candidate: units first to last (exclusive) of a segment read as one number."""

    e164: str
    first: int
    last: int
    score: float
    cuts: frozenset[int]  # positions among the ten digits where something stands between
    foreign: bool = False


def find_windows(units: list[Unit], text: str, folded: str, *, fictional: bool, generated: bool) -> list[Window]:
    """The best windows that do not overlap, in order."""
    found = [w for w in _candidates(units, text, folded, fictional, generated) if w.score >= THRESHOLD]
    return _best(found) if len(found) > 1 else found


def _candidates(units: list[Unit], text: str, folded: str, fictional: bool, generated: bool) -> Iterator[Window]:
    count = len(units)
    for first in range(count):
        if not _may_part(units, first):
            continue
        abroad = _international(units, first, folded)
        if abroad:
            yield abroad
        digits = ""
        for last in range(first, count):
            digits += units[last].digits
            if len(digits) > 11:
                break
            if len(digits) < 10 or not _may_part(units, last + 1):
                continue
            if len(digits) == 11 and digits[0] != "1":
                continue
            if is_nanp(digits[-10:], fictional=fictional, generated=generated):
                yield _scored(units, first, last + 1, digits, text, folded)


def _may_part(units: list[Unit], index: int) -> bool:
    """Whether a number may begin before this unit (or end after the one before)."""
    if index in {0, len(units)} or units[index].gap:
        return True
    return units[index].optional or units[index - 1].optional


def _scored(units: list[Unit], first: int, last: int, digits: str, text: str, folded: str) -> Window:
    lead = len(digits) == 11
    inside = units[first:last]
    cuts, position = set(), -1 if lead else 0
    for unit in inside[:-1]:
        position += len(unit.digits)
        cuts.add(position)
    glued = lead and len(inside[0].digits) > 1
    gaps = [unit.gap for unit in inside[1:]]
    parted = frozenset(cut for cut, gap in zip(sorted(cuts), gaps, strict=True) if gap and cut > 0)
    score = _shape(parted, inside, glued) + _gap_score(gaps) + _context_score(units, first, last, folded, parted)
    if score < THRESHOLD and _has_drawn_digit(text[inside[0].start : inside[-1].end]):
        score += 0.25
    return Window("+1" + digits[-10:], first, last, round(min(score, 1.0), 3), parted)


def _has_drawn_digit(raw: str) -> bool:
    return not raw.isascii() and any(c.isdigit() and not c.isascii() for c in raw)


def _shape(cuts: frozenset[int], inside: list[Unit], glued: bool) -> float:
    """How usual it is to part ten digits there, 0…1."""
    odd = sum(unit.kind != "digits" for unit in inside)
    letters = sum(unit.kind == "letter" for unit in inside)
    if cuts <= CANONICAL:
        score = 1.0 if cuts == CANONICAL else 0.95
    elif cuts >= CANONICAL:
        score = 0.75 if glued else 0.9 if len(cuts) == 9 or odd else 0.8
        score -= 0.3 if glued else 0.0
    elif cuts == {3, 7} and not glued:
        score = 0.65
    else:
        score = 0.3 + min(0.4, 0.15 * (odd - letters)) - (0.3 if glued else 0.0)
    if any(unit.optional for unit in (inside[0], inside[-1])):
        score -= 0.1
    return score - 0.03 * letters


def _gap_score(gaps: list[str]) -> float:
    """Separators: the same one throughout is a good sign, prices and times between digits a bad one."""
    real = [gap for gap in gaps if gap]
    if not real:
        return 0.0
    score = 0.1 if len(real) > 1 and len(set(real)) == 1 and real[0] not in {" ", "/", ", "} else 0.0
    for gap in real:
        if _PRICE.search(gap):
            score -= 0.3
        elif ":" in gap and len(set(real)) > 1:
            score -= 0.1
        if len(gap) > 5:
            score -= 0.04
        if "\n" in gap:
            score -= 0.05
    return max(score, -0.6)


def _context_score(units: list[Unit], first: int, last: int, folded: str, cuts: frozenset[int]) -> float:
    start = units[first].start
    before = folded[max(0, start - _BEFORE) : start]
    plain = all(unit.kind == "digits" for unit in units[first:last])
    score = 0.0
    if first == 0 or _PHONE_WORD.search(before):
        tail = before.rstrip("+( ")
        if _NOT_THEIRS.search(before):
            return -1.0
        if _PHONE_WORD.search(tail):
            score += 0.15
        elif plain and _OTHER_WORD.search(tail):
            score -= 0.7 if not cuts else 0.3 if cuts != CANONICAL else 0.0
    if first > 0 and cuts and units[first].gap in {u.gap for u in units[first + 1 : last]} and cuts != CANONICAL:
        score -= 0.2
    if last < len(units) and units[last].gap in {u.gap for u in units[first + 1 : last]} and cuts != CANONICAL:
        score -= 0.2
    return score


def _international(units: list[Unit], first: int, folded: str) -> Window | None:
    """A number with a plus sign or an exit code, or behind a word for phone and a declared country code."""
    start = units[first].start
    head = folded[max(0, start - 3) : start].rstrip("( ")
    digits = units[first].digits
    if head.endswith("+"):
        skip = 0
    elif digits.startswith("011"):
        skip = 3
    elif digits.startswith("00"):
        skip = 2
    elif digits.startswith(INTERNATIONAL_CODES) and _PHONE_WORD.search(folded[max(0, start - _BEFORE) : start]):
        skip = 0
    else:
        return None
    plus = skip > 0 or head.endswith("+")
    return _longest_abroad(units, first, skip, plus)


def _longest_abroad(units: list[Unit], first: int, skip: int, plus: bool) -> Window | None:
    digits, best = "", None
    for last in range(first, len(units)):
        digits += units[last].digits
        if len(digits) - skip > 15:
            break
        if len(digits) - skip < (8 if plus else 11) or not _may_part(units, last + 1):
            continue
        if digits[skip] != "0" and (e164 := read_international(digits[skip:])):
            best = Window(e164, first, last + 1, 1.0 if plus else 0.8, frozenset(), foreign=True)
    return best


def _best(found: list[Window]) -> list[Window]:
    """Weighted interval scheduling: the set without overlap that explains most; ties go to the earlier one."""
    found = sorted(found, key=lambda w: (w.last, w.first))
    totals: list[tuple[float, list[Window]]] = [(0.0, [])]
    for index, window in enumerate(found):
        before = index
        while before and found[before - 1].last > window.first:
            before -= 1
        weight = window.score + (0.5 if window.foreign else 0.0)
        taken = totals[before][0] + weight
        totals.append((taken, [*totals[before][1], window]) if taken > totals[index][0] + 1e-9 else totals[index])
    return totals[-1][1]
