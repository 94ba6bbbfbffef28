"""Which keys are surely not there: most that a screening asks for is known to nobody, which must cost little to say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

BITS = 32  # for each key: about three of a hundred absent keys pass


@dataclass(frozen=True, slots=True)
class KeyFilter:
    """One bit for the checksum of every key; their number is a power of two, at least eight."""

    bits: bytes

    @classmethod
    def of(cls, keys: Iterable[str]) -> KeyFilter:
        sums = [crc32(key.encode()) for key in keys]
        size = 1 << max(8, BITS * len(sums)).bit_length()
        bits = bytearray(size // 8)
        for checksum in sums:
            at = checksum & (size - 1)
            bits[at >> 3] |= 1 << (at & 7)
        return cls(bytes(bits))

    def may_hold(self, key: str) -> bool:
        """False when the key is surely absent."""
        at = crc32(key.encode()) & (len(self.bits) * 8 - 1)
        return bool(self.bits[at >> 3] >> (at & 7) & 1)

    def slips(self, number: str) -> Iterator[str]:
        """Those of `phone_slips(number)` that it may hold. A checksum of exclusive-ors is the exclusive-or of
        checksums, so none of the hundred is computed anew."""
        text, bits, mask = number.encode(), self.bits, len(self.bits) * 8 - 1
        checksum = crc32(text)
        for at in range(2, len(text)):
            turned, digit = _turned(len(text), at), text[at]
            for other in DIGITS:
                place = (checksum ^ turned[digit ^ other]) & mask
                if bits[place >> 3] >> (place & 7) & 1 and other != digit:
                    yield f"{number[:at]}{other - 48}{number[at + 1 :]}"
            if at + 1 < len(text) and (both := digit ^ text[at + 1]):
                place = (checksum ^ turned[both] ^ _turned(len(text), at + 1)[both]) & mask
                if bits[place >> 3] >> (place & 7) & 1:
                    yield f"{number[:at]}{number[at + 1]}{number[at]}{number[at + 2 :]}"


DIGITS = b"0123456789"


@lru_cache
def _turned(length: int, at: int) -> tuple[int, ...]:
    """What the checksum of a text of this length is changed by when a byte of it is changed by 0 to 15."""
    blank = bytes(length)
    return tuple(crc32(blank[:at] + bytes([by]) + blank[at + 1 :]) ^ crc32(blank) for by in range(16))
