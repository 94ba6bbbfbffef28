"""Which keys are surely not there: most that a screening asks for is known to nobody, which must cost little to say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

BITS = 32  # for each key: about three of a hundred absent keys pass


@dataclass(frozen=True, slots=True)
class KeyFilter:
    """One bit for the checksum of every key; their number is a power of two, at least eight."""

    bits: bytes

    @classmethod
    def of(cls, keys: Iterable[str]) -> KeyFilter:
        return cls.of_sums([crc32(key.encode()) for key in keys])

    @classmethod
    def of_sums(cls, sums: Sequence[int], bits_each: int = BITS) -> KeyFilter:
        """`sums`: a checksum of 32 bits for each key."""
        size = 1 << max(8, bits_each * len(sums)).bit_length()
        bits = bytearray(size // 8)
        for checksum in sums:
            at = checksum & (size - 1)
            bits[at >> 3] |= 1 << (at & 7)
        return cls(bytes(bits))

    def may_hold(self, key: str) -> bool:
        """False when the key is surely absent."""
        at = crc32(key.encode()) & (len(self.bits) * 8 - 1)
        return bool(self.bits[at >> 3] >> (at & 7) & 1)

    def held(self, sums: Iterable[int]) -> list[int]:
        """Of checksums the places of those that keys may have."""
        bits, last = self.bits, len(self.bits) * 8 - 1
        return [place for place, one in enumerate(sums) if bits[(one & last) >> 3] >> (one & 7) & 1]
