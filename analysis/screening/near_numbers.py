"""Which known phone numbers are one slip of the hand from a given one: of the hundred possible ones nearly none is."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from zlib import crc32

from analysis.screening.key_filter import KeyFilter

NUMBER = re.compile(r"\+[1-9][0-9]{2,14}")  # E.164: fifteen digits at most
OPEN_BITS = 8  # for each number with one digit left open: there are ten times as many as numbers


@dataclass(frozen=True, slots=True)
class NearNumbers:
    """Known E.164 numbers with the letters of the names that go with each, all of it in memory."""

    numbers: array[int]  # without "+", ascending
    starts: array[int]  # where the names of each begin in `names`; one more for the end
    names: bytes  # letters of names, ASCII; after each name a blank
    whole: KeyFilter
    open: KeyFilter  # each number with each digit in turn left open

    @classmethod
    def of(cls, known: Mapping[str, Sequence[str]]) -> NearNumbers:
        """Number -> letters of names. What is no E.164 number is near to none."""
        numbers = sorted((n for n in known if NUMBER.fullmatch(n)), key=int)
        names = ["".join(f"{letters} " for letters in known[n]).encode() for n in numbers]
        texts = [(crc32(n.encode()), n.encode()) for n in numbers]
        return cls(
            array("q", map(int, numbers)),
            array("Q", accumulate(map(len, names), initial=0)),
            b"".join(names),
            KeyFilter.of_sums([checksum for checksum, _ in texts]),
            KeyFilter.of_sums([left for checksum, text in texts for left in _left_open(checksum, text)], OPEN_BITS),
        )

    def parts(self) -> tuple[bytes, ...]:
        """What `read` makes the same of, on a machine of the same byte order."""
        return (self.numbers.tobytes(), self.starts.tobytes(), self.names, self.whole.bits, self.open.bits)

    @classmethod
    def read(cls, parts: Sequence[bytes]) -> NearNumbers:
        numbers, starts, names, whole, left_open = parts
        return cls(array("q", numbers), array("Q", starts), names, KeyFilter(whole), KeyFilter(left_open))

    def letters(self, number: str) -> list[str]:
        """The letters of each name that goes with a known number."""
        at = bisect_left(self.numbers, int(number))
        return self.names[self.starts[at] : self.starts[at + 1]].decode().split()

    def near(self, number: str) -> list[str]:
        """Known numbers one digit off, or with two neighbors exchanged. The country code's first digit stays."""
        if not NUMBER.fullmatch(number):
            return []
        return [one for one in self._may_be_near(number) if self._holds(int(one))]

    def _holds(self, number: int) -> bool:
        at = bisect_left(self.numbers, number)
        return at < len(self.numbers) and self.numbers[at] == number

    def _may_be_near(self, number: str) -> Iterator[str]:
        """All that are near and known, and a few others. A checksum of exclusive-ors is the exclusive-or of checksums,
        so none is computed anew."""
        text = number.encode()
        checksum = crc32(text)
        for at in self.open.held(_left_open(checksum, text)):
            before, digit, after = number[: at + 2], text[at + 2] & 15, number[at + 3 :]
            turned = _turns(len(text))[at + 2]
            for other in self.whole.held([checksum ^ turned[digit ^ other] for other in range(10)]):
                if other != digit:
                    yield f"{before}{other}{after}"
        pairs = zip(_exchanges(len(text)), text[2:], text[3:], strict=False)
        for at in self.whole.held([checksum ^ turned[one ^ two] for turned, one, two in pairs]):
            if number[at + 2] != number[at + 3]:
                yield f"{number[: at + 2]}{number[at + 3]}{number[at + 2]}{number[at + 4 :]}"


def _left_open(checksum: int, text: bytes) -> list[int]:
    """The checksums of a number with each digit in turn left open, from the second on."""
    return [checksum ^ turned[~digit & 15] for turned, digit in zip(_turns(len(text))[2:], text[2:], strict=True)]


@lru_cache
def _turns(length: int) -> tuple[tuple[int, ...], ...]:
    """By place: what the checksum of a text of this length is changed by when the byte there is changed by 0 to 15."""
    blank = bytes(length)
    return tuple(
        tuple(crc32(blank[:at] + bytes([by]) + blank[at + 1 :]) ^ crc32(blank) for by in range(16))
        for at in range(length)
    )


@lru_cache
def _exchanges(length: int) -> tuple[tuple[int, ...], ...]:
    """By place from the second on: as `_turns`, of that byte and the next changed alike, which exchanges them."""
    return tuple(tuple(a ^ b for a, b in zip(one, two, strict=True)) for one, two in pairwise(_turns(length)[2:]))
