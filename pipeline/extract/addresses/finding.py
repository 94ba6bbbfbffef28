"""Postal addresses in running text. Silent where numbers and street words are only said: "10 min drive"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from pipeline.extract.addresses.mall import MALL_PLACE
from pipeline.extract.addresses.mentions import AddressMention, read_crossing, read_mall, read_road, read_street
from pipeline.extract.addresses.patterns import CROSSING, HEADED, STREET, UNSUFFIXED, ZIP
from pipeline.extract.addresses.road import ROAD_PLACE, is_road_place
from pipeline.extract.letters import others, uppered
from pipeline.extract.scan import Sought, beginnings, candidates, holds, joined

_ASCII_BLANKS = frozenset("\t\n\r\f\v")
_WIDE_BLANKS = frozenset("\xa0\u202f\u3000" + "".join(map(chr, range(0x2000, 0x200B))))
_PLACE_REACH, _NUMBER_REACH, _NAME_REACH = 400, 20, 120  # characters to a ZIP, to a number's beginning, to a name's end


def find_addresses(text: str) -> list[AddressMention]:
    """Every street address and crossing in a text, in order of appearance. Never raises.

    PO boxes are left out: they are where mail goes, no place of business; records have them (`parse_address`).
    """
    upper = _upper(text)
    found: list[AddressMention] = []
    for pattern, read in _READERS:
        if not holds(pattern, upper):
            continue
        taken = _Taken(found)
        for match in _matches(pattern, upper):
            if taken.holds(match.start()):
                continue
            if mention := read(text, upper, match):
                found.append(mention)
                taken.add(mention)
        found.sort(key=lambda m: m.start)
    return _without_directions(found)


def _without_directions(found: list[AddressMention]) -> list[AddressMention]:
    """Exits and mile markers beside a street address only tell the way to it."""
    if not all(is_road_place(mention.address.street_key) for mention in found):
        return [m for m in found if not is_road_place(m.address.street_key)]
    return found


def _matches(pattern: Sought, upper: str) -> Iterator[re.Match[str]]:
    """The matches of `finditer`; streets without suffix begin at a number, with a ZIP behind or a direction next."""
    if pattern is not UNSUFFIXED:
        return candidates(pattern, upper)
    near = [(at - _PLACE_REACH, at) for at in beginnings(ZIP, upper)]
    near += [
        (at - _NUMBER_REACH, min(at + _NAME_REACH, len(upper)))
        for at in (beginnings(HEADED, upper) if holds(HEADED, upper) else ())
    ]
    return chain.from_iterable(candidates(pattern, upper, *stretch) for stretch in joined(near))


class _Taken:
    """Which stretches of the text are addresses already; asked in order of the text."""

    def __init__(self, found: list[AddressMention]) -> None:
        self._ahead = [(m.start, m.end) for m in reversed(found)]
        self._end = 0

    def holds(self, at: int) -> bool:
        while self._ahead and self._ahead[-1][0] <= at:
            self._end = max(self._end, self._ahead.pop()[1])
        return at < self._end

    def add(self, mention: AddressMention) -> None:
        self._end = max(self._end, mention.end)


def _upper(text: str) -> str:
    """Upper case of the same length with every blank a space."""
    upper = uppered(text)
    if len(upper) != len(text):
        upper = "".join(c.upper() if len(c.upper()) == 1 else c for c in text)
    for blank in _ASCII_BLANKS if upper.isascii() else _ASCII_BLANKS | (others(upper) & _WIDE_BLANKS):
        upper = upper.replace(blank, " ")
    return upper


_READERS = (
    (ROAD_PLACE, read_road),
    (STREET, read_street),
    (UNSUFFIXED, read_street),
    (CROSSING, read_crossing),
    (MALL_PLACE, read_mall),
)
