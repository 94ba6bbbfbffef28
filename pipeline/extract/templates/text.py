"""The text of an ad as tokens and pairs of neighboring tokens: what two ads of one template have in common.

Emoji, punctuation, digits and letter case are left out, because copies of one template differ in them. Scripts
without spaces are cut into single characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice, pairwise
from operator import methodcaller
from zlib import crc32

# A word of letters; a number; one character of a script that is written without spaces.
_SPACELESS = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_LETTER = rf"[^\W\d_{_SPACELESS}]"
_TAIL = r"(?:['’][^\W\d_]+)*"
_TOKEN = re.compile(
    rf"[A-Za-z]++(?!{_LETTER}){_TAIL}|[{_SPACELESS}]|{_LETTER}+{_TAIL}|\d+(?:[.,:]\d+)*"  # the first for speed only
)
_END = re.compile(r"[.!?;,|\n…。！？；，、]")
_span = methodcaller("span")
_NUMBER = crc32(b"0")
MASK = "\uff10"  # a digit, so that every value is one number; of full width, so that it is no number of the ad's
MASKED = "(contact)"


class _Hashes(dict[str, int]):
    """32-bit hash of a token in lower case. Every number is the same, because numbers are what a template varies."""

    def __missing__(self, token: str) -> int:
        if len(self) >= 1_000_000:  # slips of the pen never end
            self.clear()
        made = self[token] = _NUMBER if token[0].isdigit() else crc32(token.lower().encode("utf-8", "replace"))
        return made


_HASHES = _Hashes()


def token_hashes(text: str) -> list[int]:
    """The hash of every token, in order."""
    return list(map(_HASHES.__getitem__, _TOKEN.findall(text)))


def token_spans(text: str, count: int | None = None) -> list[tuple[int, int]]:
    """Where each token stands in the text; of the first `count` tokens only."""
    return list(map(_span, islice(_TOKEN.finditer(text), count)))


def sentence_ends(text: str, spans: Sequence[tuple[int, int]]) -> list[bool]:
    """Whether a sentence ends between each token and the next; one fewer than tokens, which stand at `spans`."""
    return [bool(_END.search(text, end, start)) for (_, end), (start, _) in pairwise(spans)]


def mask(text: str, quotes: Iterable[str]) -> str:
    """The text with values that were read from it (phones, addresses, e-mail) made one number: they vary anyway."""
    for quote in sorted(set(quotes), key=lambda q: (-len(q), q)):
        if len(quote) > 3:
            text = text.replace(quote, MASK)
    return text


def unmask(text: str) -> str:
    """For a reader: what stands where a value was masked."""
    return text.replace(MASK, MASKED)
