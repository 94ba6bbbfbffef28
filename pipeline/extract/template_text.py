"""The text of an ad as tokens and pairs of neighboring tokens: what two ads of one template have in common.

Emoji, punctuation, digits and letter case are left out, because copies of one template differ in them. Scripts
without spaces are cut into single characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

# A word of letters; a number; one character of a script that is written without spaces.
_SPACELESS = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN = re.compile(rf"[{_SPACELESS}]|[^\W\d_{_SPACELESS}]+(?:['’][^\W\d_]+)*|\d+(?:[.,:]\d+)*")
_END = re.compile(r"[.!?;,|\n…。！？；，、]")
_NUMBER = "0"
_MIX = 0x9E3779B1  # odd, so that no two first tokens of a pair fall together


@dataclass(frozen=True, slots=True)
class Words:
    """The tokens of a text as compared."""

    text: str
    tokens: tuple[str, ...]

    def pairs(self) -> list[int]:
        """Hash of every two neighboring tokens, in order."""
        hashed = [_hash(token) for token in self.tokens]
        return [(a * _MIX ^ b) & 0xFFFFFFFF for a, b in pairwise(hashed)]

    def sentences(self) -> list[list[int]]:
        """The pairs of each sentence; the pair across the end of one is in none."""
        spans, found = self.spans(), list[list[int]]([[]])
        for n, pair in enumerate(self.pairs()):
            if _END.search(self.text, spans[n][1], spans[n + 1][0]):
                found.append([])
            else:
                found[-1].append(pair)
        return found

    def spans(self) -> list[tuple[int, int]]:
        """Where each token stands in the text."""
        return [m.span() for m in _TOKEN.finditer(self.text)]


def words_of(text: str) -> Words:
    """Tokens of a text in lower case; every number is the same token, because numbers are what a template varies."""
    return Words(text, tuple(_NUMBER if t[0].isdigit() else t.lower() for t in _TOKEN.findall(text)))


def mask(text: str, quotes: Iterable[str]) -> str:
    """The text with values that were read from it (phones, addresses, e-mail) made one number: they vary anyway."""
    for quote in sorted(set(quotes), key=len, reverse=True):
        if len(quote) > 3:
            text = text.replace(quote, "0")
    return text


@lru_cache(maxsize=500_000)
def _hash(token: str) -> int:
    return crc32(token.encode())
