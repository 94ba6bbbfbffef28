"""Numbers told in parts: "417 is the area code, then 555-0143", "ends in 0143, prefix 555, area 417".

The declared phrases (vocab/phones.toml, [told]) say which part of a number stands beside them. What is said of a part
is taken out of the folded text, so that "first three 417" is not read as 3417; the rest is read as digits as usual.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pipeline.extract.phones.context import is_not_theirs, names_another, says_other
from pipeline.extract.phones.tokens import Unit, read_groups
from pipeline.extract.phones.validity import is_nanp
from pipeline.extract.phones.vocab import CHINESE, DECLARED, FOREIGN, TENS, WORDS, any_of
from pipeline.extract.scan import FOLDED, Scanned, candidates, holds, scan

_DECLARED: dict[str, Any] = DECLARED["told"]
_PARTS: dict[str, int] = _DECLARED["digits"]  # name of a part -> its digits
_MADE_OF: tuple[tuple[str, ...], ...] = tuple(tuple(parts) for parts in _DECLARED["made_of"])
_NAMING: list[dict[str, list[str]]] = _DECLARED["naming"]
_COUNTED = re.compile(f"[0-9{''.join(CHINESE)}]|{any_of([*WORDS, *TENS])}")
_FEWEST = 3  # digits and words of a number that is told
_REACH = 64  # characters between what is told of one number

_PHRASE = Scanned(
    re.compile(
        r"(?<![a-z0-9])(?:"
        + "|".join(
            f"(?P<{side}_{n}>{'|'.join(naming[side])})"
            for side in ("after", "before", "either")
            for n, naming in enumerate(_NAMING)
            if side in naming
        )
        + ")(?![a-z0-9])"
    )
)
_MAYBE = FOLDED.sought(re.compile("|".join(_DECLARED["telling"])))
_FILLER = re.compile(rf"[\W_]{{0,4}}(?:(?:{any_of(_DECLARED['filler'])})(?![a-z])[\W_]{{0,3}}){{0,4}}")
_LINK = re.compile(rf"[\W_]{{1,4}}(?:{'|'.join(_DECLARED['links'])})(?![a-z])[\W_]{{1,4}}")
_LINKS = Scanned(_LINK)
_WEAK_LINK = re.compile(rf"[\W_]{{1,4}}(?:(?:{any_of(_DECLARED['weak_links'])})[\W_]{{1,3}}){{0,2}}")
_ASIDE = rf"(?:[^a-z0-9]{{1,5}}(?:{'|'.join(_DECLARED['asides'])})(?![a-z0-9])){{1,2}}[^a-z0-9]{{1,5}}"
_BROKEN_UP = FOLDED.sought(
    re.compile(rf"(?<![a-z0-9])([2-9][0-9]{{2}}){_ASIDE}([2-9][0-9]{{2}}){_ASIDE}([0-9]{{4}})(?![a-z0-9])"),
    f"[0-9][^a-z0-9]{{1,5}}(?:{any_of(word[:3] for word in _DECLARED['asides'])})",
)
# "417 (heart) 555 (heart) 0143", "417 :rose: 555 :rose: 0143": whatever word, the same one twice.
_ONE_WORD = FOLDED.sought(
    re.compile(
        r"(?<![a-z0-9])([2-9][0-9]{2})([^a-z0-9\n]{1,3}[a-z][a-z_]{1,14}[^a-z0-9\n]{1,3})([2-9][0-9]{2})\2([0-9]{4})"
        r"(?![a-z0-9])"
    ),
    r"[0-9][^a-z0-9\n]{1,3}[a-z][a-z_]{1,14}[^a-z0-9\n]{1,3}[0-9]{3}[^a-z0-9\n]{1,3}[a-z][a-z_]{1,14}[^a-z0-9\n]{1,3}[0-9]{4}",
)
_INNER_GAP = re.compile(r"[ .\-]{0,2}")


@dataclass(frozen=True, slots=True)
class Told:
    """A number told in parts: offsets of the folded text, from its first part or phrase to its last."""

    e164: str
    start: int
    end: int
    parts: int  # of it that a phrase names


@dataclass(frozen=True, slots=True)
class _Piece:
    """Digits written together, or a phrase with the parts that it may name and the side on which it stands."""

    start: int
    end: int
    digits: str = ""
    parts: tuple[str, ...] = ()
    side: str = ""


def may_tell(folded: str) -> bool:
    """False when no part of a number is told in the folded text."""
    return holds(_MAYBE, folded) or holds(_BROKEN_UP, folded) or holds(_ONE_WORD, folded)


def find_told(folded: str, *, named: int = 0, fictional: bool, generated: bool) -> Iterator[Told]:
    """Numbers of which at least so many parts are named, in order, without overlap."""
    yield from _broken_up(folded, fictional, generated)
    if not holds(_MAYBE, folded):
        return
    phrases = list(_phrases(folded))
    if len(phrases) < named:
        return
    phrases += _joints(folded)
    plain = folded
    for phrase in phrases:
        plain = plain[: phrase.start] + FOREIGN * (phrase.end - phrase.start) + plain[phrase.end :]
    for near in _near(phrases, folded):
        start, end = max(0, near[0].start - _REACH), near[-1].end + _REACH
        if sum(bool(phrase.parts) for phrase in near) < named or len(_COUNTED.findall(plain, start, end)) < _FEWEST:
            continue
        groups = [g for g in _groups(plain, start, end) if not says_other(folded, g.start)]
        taken = -1
        for told in _numbers(near, groups, folded):
            valid = is_nanp(told.e164[2:], fictional=fictional, generated=generated)
            if (
                valid
                and told.parts >= named
                and told.start >= taken
                and not is_not_theirs(folded, told.start, told.end)
            ):
                yield told
                taken = told.end


def _broken_up(folded: str, fictional: bool, generated: bool) -> Iterator[Told]:
    """ "417 - call now - 555 - today - 0143", "417 (kiss) 555 (kiss) 0143"."""
    for found in (*scan(_BROKEN_UP, folded), *scan(_ONE_WORD, folded)):
        digits, start = "".join(group for group in found.groups() if group.isdigit()), found.start()
        named = says_other(folded, start) or names_another(folded, start)
        if not named and is_nanp(digits, fictional=fictional, generated=generated):
            yield Told("+1" + digits, *found.span(), 3)


def _phrases(folded: str) -> Iterator[_Piece]:
    for found in candidates(_PHRASE, folded):
        side, number = (found.lastgroup or "_").split("_")
        yield _Piece(*found.span(), parts=tuple(_NAMING[int(number)]["parts"]), side=side)


def _joints(folded: str) -> Iterator[_Piece]:
    """Where the words end that join a part to the one before."""
    return (_Piece(found.end(), found.end()) for found in candidates(_LINKS, folded))


def _near(phrases: Sequence[_Piece], folded: str) -> Iterator[list[_Piece]]:
    """Phrases that may be of one number, in order of the text."""
    near: list[_Piece] = []
    for phrase in sorted(phrases, key=lambda p: p.start):
        if near and phrase.start - near[-1].end > _REACH:
            yield near
            near = []
        near.append(phrase)
    if near:
        yield near


def _groups(plain: str, start: int, end: int) -> list[_Piece]:
    """Digits that stand together: with no more between them than between the parts of a local number."""
    found = []
    for segment in read_groups(plain, start, end):
        group: list[Unit] = []
        for unit in segment:
            if group and not _INNER_GAP.fullmatch(unit.gap):
                found.append(_piece(group))
                group = []
            group.append(unit)
        if group:
            found.append(_piece(group))
    return [piece for piece in found if len(piece.digits) in _PARTS.values()]


def _piece(units: Sequence[Unit]) -> _Piece:
    return _Piece(units[0].start, units[-1].end, "".join(unit.digits for unit in units))


def _numbers(near: Sequence[_Piece], groups: Sequence[_Piece], folded: str) -> Iterator[Told]:
    """What the phrases tell, when those that may stand on either side stand before, else behind what they name."""
    for side in ("before", "after"):
        named = [_named(phrase, groups, folded, side) for phrase in near if phrase.parts]
        found = list(_told([n for n in named if n], groups, folded))
        if found:
            yield from found
            return
    yield from _linked(groups, folded)


def _named(phrase: _Piece, groups: Sequence[_Piece], folded: str, side: str) -> tuple[str, _Piece, _Piece] | None:
    """A part, the digits that the phrase says are it, and the phrase."""
    if phrase.side != "after":
        return _named_beside(phrase, groups, folded, side if phrase.side == "either" else "before")
    behind = _named_beside(phrase, groups, folded, "after")
    return behind or _named_beside(phrase, groups, folded, "before")  # "my number is area code (417) and 555-0135"


def _named_beside(
    phrase: _Piece, groups: Sequence[_Piece], folded: str, side: str
) -> tuple[str, _Piece, _Piece] | None:
    for group in groups:
        start, end = (phrase.end, group.start) if side == "before" else (group.end, phrase.start)
        part = next((part for part in phrase.parts if len(group.digits) == _PARTS[part]), "")
        if part and start <= end and _FILLER.fullmatch(folded, start, end):
            return part, group, phrase
    return None


def _told(named: Sequence[tuple[str, _Piece, _Piece]], groups: Sequence[_Piece], folded: str) -> Iterator[Told]:
    """Numbers of which at least one part is named; a part named again begins the next."""
    begun: dict[str, _Piece] = {}
    phrases: list[_Piece] = []
    for part, group, phrase in [*named, ("", _Piece(0, 0), _Piece(0, 0))]:
        if begun and (not part or begun.get(part, group) != group):
            if whole := _completed(begun, groups, folded):
                pieces = [*whole, *phrases]
                digits = "".join(piece.digits for piece in whole)
                yield Told("+1" + digits, min(p.start for p in pieces), max(p.end for p in pieces), len(begun))
            begun, phrases = {}, []
        begun[part] = group
        phrases.append(phrase)


def _completed(begun: dict[str, _Piece], groups: Sequence[_Piece], folded: str) -> list[_Piece]:
    """The parts of a number in their order, what is not named from the digits beside it; [] when parts are missing."""
    free = [group for group in groups if group not in begun.values()]
    if len(free) + len(begun) > len(groups):
        return []  # two phrases name the same digits
    for made_of in _MADE_OF:
        missing = [part for part in made_of if part not in begun]
        if not begun.keys() <= set(made_of):
            continue
        if len(missing) > 1:
            if row := _row(begun.get(made_of[0]), free, made_of, folded):
                return row
            continue
        nearest = {part: _nearest(_PARTS[part], free, begun.values()) for part in missing}
        whole = [begun.get(part) or nearest[part] for part in made_of]
        if all(whole):
            return [piece for piece in whole if piece]
    return []


def _nearest(size: int, free: Sequence[_Piece], known: Collection[_Piece]) -> _Piece | None:
    """The unnamed digits of that length that stand nearest to the rest of the number."""
    fit = [
        (min(max(group.start - k.end, k.start - group.end) for k in known), group.start, group)
        for group in free
        if len(group.digits) == size
    ]
    return min(fit)[2] if fit and min(fit)[0] <= _REACH else None


def _row(first: _Piece | None, free: Sequence[_Piece], made_of: Sequence[str], folded: str) -> list[_Piece]:
    """The first part and the others, which follow it or stand together, with next to nothing between."""
    if first is None:
        return []
    for begun in ([first], *([group] for group in free if len(group.digits) == _PARTS[made_of[1]])):
        row = begun
        for part in made_of[len(row) if row[0] is first else 2 :]:
            at = row[-1].end
            row += [g for g in free if len(g.digits) == _PARTS[part] and _follows(g, at, folded)][:1]
        whole = row if row[0] is first else [first, *row]
        if len(whole) == len(made_of):
            return whole
    return []


def _follows(group: _Piece, at: int, folded: str) -> bool:
    return group.start > at and _is_joined(folded, at, group.start)


def _is_joined(folded: str, start: int, end: int) -> bool:
    return any(pattern.fullmatch(folded, start, end) for pattern in (_WEAK_LINK, _LINK, _FILLER))


def _linked(groups: Sequence[_Piece], folded: str) -> Iterator[Told]:
    """Groups with nothing but "followed by", "and then" … between them."""
    sizes = {tuple(_PARTS[part] for part in made_of) for made_of in _MADE_OF}
    at = 0
    while at < len(groups):
        row = [groups[at]]
        strong = False
        for before, after in pairwise(groups[at:]):
            gap = (folded, before.end, after.start)
            link = _LINK.fullmatch(*gap)
            if not link and not _WEAK_LINK.fullmatch(*gap):
                break
            strong, row = strong or bool(link), [*row, after]
            if strong and tuple(len(g.digits) for g in row) in sizes:
                yield Told("+1" + "".join(g.digits for g in row), row[0].start, row[-1].end, 0)
                break
        at += 1
