"""Which units of a stretch make a telephone number: every window of ten digits, scored by how numbers are written."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from pipeline.extract.phones.context import (
    asks_to_call,
    is_asked_for,
    is_in_a_code,
    is_not_theirs,
    names_another,
    says_other,
    says_phone,
    stands_alone,
)
from pipeline.extract.phones.tokens import Unit
from pipeline.extract.phones.validity import is_nanp, read_international
from pipeline.extract.phones.vocab import INTERNATIONAL_CODES

# Whether the text between two folded offsets is written with digits of another script or drawing.
Drawn = Callable[[int, int], bool]

Allowed = tuple[bool, bool]  # fictional and generated numbers

THRESHOLD = 0.5
CANONICAL = frozenset({3, 6})
_IN_PAIRS = frozenset({3, 6, 8})  # "816 / 555 / 01 / 18"

_LIST_GAP = re.compile(r"\s*[-./,|]?\s*")
_LIST_MARK = re.compile(r"[/|\n]|,\s|\s-\s")
_LIST_COMMA = re.compile(r"(?<!\)),\s|\n|\s[/|]\s")
_ABROAD = ("0", *INTERNATIONAL_CODES)
_USUAL_GAP = re.compile(r"[ ()./-]{0,3}")
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


def score_plain(folded: str, start: int, end: int, cuts: int) -> float:
    """What `find_windows` gives a number of ten digits that stands alone, parted nowhere but in `cuts` usual places."""
    if is_not_theirs(folded, start, end) or names_another(folded, start) or is_in_a_code(folded, start, end):
        return 0.0
    score = 0.95 if cuts < len(CANONICAL) else 1.0
    if says_phone(folded, start):
        score += 0.15
    elif cuts < len(CANONICAL) and says_other(folded, start):
        score -= 0.5 if cuts else 0.7
    return round(score, 3)


def find_windows(units: list[Unit], drawn: Drawn, folded: str, *, fictional: bool, generated: bool) -> list[Window]:
    """The best windows that do not overlap, in order."""
    found = [w for w in _candidates(units, drawn, folded, fictional, generated) if w.score >= THRESHOLD]
    return _best(found) if len(found) > 1 else found


def _candidates(units: list[Unit], drawn: Drawn, folded: str, fictional: bool, generated: bool) -> Iterator[Window]:
    count = len(units)
    for first in range(count):
        if not _may_part(units, first):
            continue
        abroad = _international(units, first, folded, (fictional, generated))
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
                yield _scored(units, first, last + 1, digits, drawn, folded)


def _may_part(units: list[Unit], index: int) -> bool:
    """Whether a number may begin before this unit (or end after the one before)."""
    if index in {0, len(units)} or units[index].gap:
        return True
    return units[index].optional or units[index - 1].optional


def _scored(units: list[Unit], first: int, last: int, digits: str, drawn: Drawn, folded: str) -> Window:
    lead = len(digits) == 11
    inside = units[first:last]
    cuts, position = set(), -1 if lead else 0
    for unit in inside[:-1]:
        position += len(unit.digits)
        cuts.add(position)
    glued = lead and len(inside[0].digits) > 1 and folded[inside[0].start - 1 : inside[0].start] != "+"
    gaps = [unit.gap for unit in inside[1:]]
    parted = frozenset(cut for cut, gap in zip(sorted(cuts), gaps, strict=True) if gap and cut > 0)
    plain = _is_plain(inside)
    rhythm = _rhythm(inside, lead)
    whole = parted - {8} if _is_in_pairs(inside, parted) else parted
    score = _shape(parted, inside, glued) + rhythm + _gap_score(gaps, whole, plain, rhythm > 0)
    score += _context_score(units, first, last, folded, parted, plain)
    if plain and parted > CANONICAL and _begins_in_brackets(inside, folded):
        score += 0.15
    if score < THRESHOLD and drawn(inside[0].start, inside[-1].end):
        score += 0.25
    return Window("+1" + digits[-10:], first, last, round(score, 3), parted)


def _is_plain(inside: list[Unit]) -> bool:
    """Digits as digits; one word that stands apart at an end ("one, 636, 62") is no disguise."""
    words = [index for index, unit in enumerate(inside) if unit.kind in {"word", "chinese"}]
    if len(words) == 1 and words[0] in {0, len(inside) - 1}:
        return bool(inside[1].gap if words[0] == 0 else inside[-1].gap)
    return not words


def _shape(cuts: frozenset[int], inside: list[Unit], glued: bool) -> float:
    """How usual it is to part ten digits there, 0…1; `glued`: a leading 1 without a gap behind it."""
    words = 0 if _is_plain(inside) else sum(unit.kind in {"word", "chinese"} for unit in inside)
    letters = sum(unit.kind == "letter" for unit in inside)
    if cuts <= CANONICAL:
        score = 0.4 if glued and cuts == {6} else 1.0 if cuts == CANONICAL else 0.95
    elif words and words >= len(inside) - 1:
        score = 0.9
    elif cuts >= CANONICAL:
        score = 0.9 if len(cuts) == 9 or words else (0.45, 0.45, 0.6, 0.8)[_regular_groups(cuts)]
        if glued:
            score -= 0.1 if words and min(cuts) == 3 else 0.35
    elif cuts == {3, 7} and not glued:
        score = 0.65
    else:
        score = 0.3 + min(0.4, 0.12 * max(0, words - 1)) - (0.3 if glued else 0.0)
    if any(unit.optional for unit in (inside[0], inside[-1])):
        score -= 0.1
    if words > 2 and _is_stray(inside):
        score -= 0.15
    return score - 0.03 * letters


def _is_stray(inside: list[Unit]) -> bool:
    """A digit before a spelled number, apart from it as nothing else is: "24/7 @ forty four …"."""
    gaps = [unit.gap for unit in inside[1:]]
    return (
        inside[0].kind == "digits" and len(inside[0].digits) < 3 and bool(gaps[0].strip()) and gaps.count(gaps[0]) == 1
    )


def _regular_groups(cuts: frozenset[int]) -> int:
    """How many of the groups 3-3-4 are written whole or digit by digit."""
    return sum(cuts.isdisjoint(group) or cuts.issuperset(group) for group in ((1, 2), (4, 5), (7, 8, 9)))


def _gap_score(gaps: list[str], cuts: frozenset[int], plain: bool, grouped: bool) -> float:
    """Separators: an unusual one throughout is a good sign; those of lists, prices and times are bad ones."""
    real = [_unwrapped(gap) for gap in gaps if gap]
    if not real:
        return 0.0
    same = len(set(real)) == 1
    odd = same and len(real) > 1 and not _LIST_GAP.fullmatch(real[0]) and not _PRICE.search(real[0])
    score = 0.1 if odd else 0.0
    if plain and len(cuts) == 9 and _is_alternating(real):
        score -= 0.55
    if plain and len(cuts) != 9 and not (cuts <= CANONICAL and same):
        mark = _LIST_COMMA if grouped or cuts <= CANONICAL else _LIST_MARK
        if any(mark.search(gap) for gap in real):
            score -= 0.55 if cuts <= CANONICAL else 0.35
    for gap in real:
        if _PRICE.search(gap):
            score -= 0.3
        elif ":" in gap and not same:
            score -= 0.05
        if len(gap) > 5:
            score -= 0.04
        if "\n" in gap:
            score -= 0.05
    return max(score, -0.6 if not any(map(_PRICE.search, real)) else -1.0)


def _begins_in_brackets(inside: list[Unit], folded: str) -> bool:
    """ "(57)3-555-01-39": no price, date or code of any kind is written so."""
    start = inside[0].start
    return folded[start - 1 : start] == "(" and inside[1].gap[:1] == ")" and not any("(" in u.gap for u in inside[1:])


def _is_alternating(gaps: list[str]) -> bool:
    """Pairs: "8-1 6-5 5-5 0-1 2-3" are scores, or hours."""
    return len(set(gaps)) > 1 and len(set(gaps[::2])) == 1 and len(set(gaps[1::2])) == 1


def _is_in_pairs(inside: list[Unit], cuts: frozenset[int]) -> bool:
    """Whether the last four digits stand in two pairs with the same slash everywhere, and are no round prices."""
    gaps = {unit.gap for unit in inside[1:]}
    return cuts == _IN_PAIRS and len(gaps) == 1 and gaps <= {"/", " / "} and _is_uneven(_groups(inside))


def _is_uneven(groups: list[str]) -> bool:
    """Whether a group is no round price or duration."""
    return any(digits[0] == "0" or digits[-1] not in "05" or len(digits) > 4 for digits in groups)


def _unwrapped(gap: str) -> str:
    """A line that ends with the sign between two groups goes on in the next: no list."""
    sign = gap.strip()
    return sign if "\n" in gap and sign in {"-", ".", ")"} else gap


def _rhythm(inside: list[Unit], lead: bool) -> float:
    """What stands between the groups of a number differs from what stands inside them, or is everywhere the same."""
    position = -1 if lead else 0
    outer: list[str] = []
    inner: list[str] = []
    for before, unit in pairwise(inside):
        position += len(before.digits)
        if unit.gap and position > 0:
            (outer if position in CANONICAL else inner).append(unit.gap)
    kinds = set(outer) | set(inner)
    if not inner or not outer or len(kinds) == 1:
        return 0.0
    if set(outer).isdisjoint(inner):
        return 0.1
    wider = max(len(gap.strip()) for gap in inner) > max(len(gap.strip()) for gap in outer)
    return -0.3 if wider and _is_plain(inside) else -0.1


def _context_score(units: list[Unit], first: int, last: int, folded: str, cuts: frozenset[int], plain: bool) -> float:
    """What is said directly before a number, and whether it is only a part of a longer list."""
    start = units[first].start
    score = 0.0
    end = units[last - 1].end
    if is_not_theirs(folded, start, end) or (plain and names_another(folded, start)):
        return -1.0
    if plain and is_in_a_code(folded, start, end):
        return -1.0
    if says_phone(folded, start):
        score += 0.15
        if plain and _is_regrouped(units[first:last], asked=True) and asks_to_call(folded, start):
            score += 0.1 if all(len(unit.digits) > 1 for unit in units[first:last]) else 0.2
    elif plain and not cuts <= CANONICAL and _is_given_alone(units[first:last], folded):
        score += 0.25
    elif plain and cuts != CANONICAL and says_other(folded, start):
        score -= 0.5 if cuts else 0.7
    if cuts and not cuts <= CANONICAL:
        gaps = {unit.gap for unit in units[first + 1 : last]}
        weight = 0.35 if plain and len(cuts) < 9 else 0.2
        for left, right in ((first - 1, first), (last - 1, last)):
            alike = left >= 0 and right < len(units) and units[left].kind == units[right].kind
            score -= weight if alike and units[right].gap in gaps else 0.0
    elif plain and len(cuts) == 1:  # "417555-0143-22": a part of a longer number
        inner = {unit.gap for unit in units[first + 1 : last] if unit.gap}
        beside = ((first, first - 1), (last, last)) if first else ((last, last),)
        if inner == {"-"} and any(at < len(units) and units[max(at, 0)].gap == "-" for at, _ in beside):
            score -= 0.5
    return score


def _is_regrouped(inside: list[Unit], *, asked: bool = False) -> bool:
    """Groups of up to six digits parted alike, at least one of which is no round price or duration.

    `asked`: behind a word for phone it may be in more groups.
    """
    groups = _groups(inside)
    gaps = {unit.gap for unit in inside[1:]}
    return (
        len(gaps) == 1
        and gaps <= {" ", "-", "."}
        and len(groups) < (7 if asked else 6)
        and sum(len(digits) == 1 for digits in groups) < (3 if asked else 2)
        and all(len(digits) < (9 if asked else 7) for digits in groups)
        and _is_uneven(groups)
    )


def _groups(inside: list[Unit]) -> list[str]:
    """What is written together, without a leading 1."""
    groups = [unit.digits for unit in inside]
    return groups[1:] if groups[0] == "1" and sum(map(len, groups)) > 10 else groups


def _is_given_alone(inside: list[Unit], folded: str) -> bool:
    """Regrouped digits that nothing before them counts or names; numbers of a list rise."""
    groups = _groups(inside)
    if not _is_regrouped(inside) or (len(groups) > 3 and all(int(a) < int(b) for a, b in pairwise(groups))):
        return False
    start, end = inside[0].start, inside[-1].end
    if len(groups) > len(CANONICAL) + 1 and not (folded[:start].strip() or folded[end:].strip()):
        return False  # all there is, in many groups: any identifier
    if names_another(folded, start) or says_other(folded, start):
        return False
    return is_asked_for(folded, start) or stands_alone(folded, start, end, hyphens=inside[1].gap == "-")


def _international(units: list[Unit], first: int, folded: str, given: Allowed) -> Window | None:
    """A number with a plus sign or an exit code, or behind a word for phone and a declared country code."""
    start, digits = units[first].start, units[first].digits
    if not digits.startswith(_ABROAD) and folded[start - 1 : start] not in {"+", "(", " "}:
        return None
    head = folded[max(0, start - 5) : start].rstrip("( ")
    if head.endswith("zip+"):  # "ZIP+4 63655-0143"
        return None
    if head.endswith("+"):
        return _longest_abroad(units, first, 0, 8, given)
    if digits.startswith("011"):
        return _longest_abroad(units, first, 3, 9, given)
    if digits.startswith("00") and len(digits) > 3:
        return _longest_abroad(units, first, 2, 10, given)
    if digits.startswith(INTERNATIONAL_CODES) and says_phone(folded, start) and not _is_local(units, first, given):
        return _longest_abroad(units, first, 0, 11, given)
    return None


def _is_local(units: list[Unit], first: int, given: Allowed) -> bool:
    """Whether ten digits there are a North American number and end where a group does: "call 816-555-0133 2 girls".

    A country's code that stands apart is one: "86 138 …".
    """
    digits, at = "", first
    while len(digits) < 10 and at < len(units):
        digits, at = digits + units[at].digits, at + 1
    if len(digits) != 10 or at == first + 1:
        return len(digits) == 10 and is_nanp(digits, fictional=given[0], generated=given[1])
    apart = units[first].digits in INTERNATIONAL_CODES and bool(units[first + 1].gap)
    return not apart and is_nanp(digits, fictional=given[0], generated=given[1])


def _abroad(digits: str, given: Allowed | None) -> str | None:
    """E.164 of digits behind an exit code, which may also lead to North America: "0015735550143"."""
    if given and len(digits) == 11 and digits[0] == "1" and is_nanp(digits[1:], fictional=given[0], generated=given[1]):
        return "+" + digits
    return read_international(digits)


def _longest_abroad(units: list[Unit], first: int, skip: int, least: int, given: Allowed) -> Window | None:
    """The longest valid number of at least so many digits with nothing unusual between them."""
    digits, best = "", None
    for last in range(first, len(units)):
        if last > first and not _USUAL_GAP.fullmatch(units[last].gap):
            break
        digits += units[last].digits
        if len(digits) - skip > 15:
            break
        if len(digits) - skip < least or not _may_part(units, last + 1):
            continue
        if digits[skip] != "0" and (e164 := _abroad(digits[skip:], given if skip else None)):
            best = Window(e164, first, last + 1, 1.0, frozenset(), foreign=True)
    return best


def _best(found: list[Window]) -> list[Window]:
    """Weighted interval scheduling: the set without overlap that explains most; ties go to the earlier one."""
    found = sorted(found, key=lambda w: (w.last, w.first))
    ends = [window.last for window in found]
    totals, taken = [0.0], [0]  # best total of the first n windows; where it goes on when the n-th is taken, else -1
    for index, window in enumerate(found):
        before = bisect_right(ends, window.first, 0, index)
        total = totals[before] + window.score + (0.5 if window.foreign else 0.0)
        better = total > totals[index] + 1e-9
        totals.append(total if better else totals[index])
        taken.append(before if better else -1)
    chosen, at = [], len(found)
    while at:
        if taken[at] >= 0:
            chosen.append(found[at - 1])
        at = taken[at] if taken[at] >= 0 else at - 1
    return chosen[::-1]
