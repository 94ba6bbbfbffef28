"""Letters: folding to ASCII, native script to letters, syllables and spelling classes of romanized names."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
_SPECIAL = str.maketrans(
    {"đ": "d", "Đ": "D", "ð": "d", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ß": "ss", "æ": "ae", "Æ": "AE",
     "œ": "oe", "Œ": "OE", "ı": "i", "þ": "th", "Þ": "Th", "’": "'", "‘": "'", "`": "'", "´": "'", "–": "-", "‐": "-",
     "‑": "-", "—": "-", "，": ",", "．": ".", "·": " ", "・": " "}
)  # fmt: skip
_HANGUL, _HANGUL_END = 0xAC00, 0xD7A3


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower-case ASCII: diacritics and full-width forms folded, native script dropped."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).translate(_SPECIAL))
    return "".join(c for c in plain if c.isascii()).lower()


def native_part(text: str) -> str:
    """The Han, kana and Hangul characters of a text, composed, in order; "" when there are none."""
    if text.isascii():
        return ""
    return "".join(c for c in unicodedata.normalize("NFC", text) if _is_native(ord(c)))


def _is_native(code: int) -> bool:
    han = 0x3400 <= code <= 0x9FFF or 0x20000 <= code <= 0x323AF or 0xF900 <= code <= 0xFAFF
    return han or _HANGUL <= code <= _HANGUL_END or 0x3040 <= code <= 0x30FF


def romanize(native: str) -> tuple[str, ...]:
    """One ASCII syllable per character: pinyin of Han characters, the Revised Romanization of Hangul."""
    from pypinyin import lazy_pinyin  # its dictionaries take a third of a second to load

    syllables = []
    for char in native:
        if _HANGUL <= ord(char) <= _HANGUL_END:
            syllables.append(_hangul(ord(char) - _HANGUL))
        else:
            spelled = fold(lazy_pinyin(char, v_to_u=True)[0])
            if spelled.isalpha():
                syllables.append(spelled)
    return tuple(syllables)


def _hangul(index: int) -> str:
    lead, vowel, tail = (spelling()["hangul"][part].split(",") for part in ("lead", "vowel", "tail"))
    spelled: str = lead[index // 588] + vowel[index % 588 // 28] + tail[index % 28]
    return spelled


@lru_cache(maxsize=1)
def spelling() -> dict[str, Any]:
    """The contents of data/romanization.toml."""
    return tomllib.loads((DATA / "romanization.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def syllables() -> frozenset[str]:
    """Pinyin syllables and the common Korean and Vietnamese ones."""
    from pypinyin.constants import PINYIN_DICT

    spelled = {
        fold(form) for code, forms in PINYIN_DICT.items() if 0x4E00 <= code <= 0x9FA5 for form in forms.split(",")
    }
    pinyin = {s for s in spelled if s.isalpha() and len(s) > 1 and set(s) & set("aeiou")}
    return frozenset(pinyin | set(spelling()["syllables"].split()))


@lru_cache(maxsize=65536)
def is_syllabic(token: str) -> bool:
    """True when the token is a run of one to three known syllables: "hongbo", "wei", "myungsook"."""
    return any(token == "".join(parts) for parts in _splits(token, 3))


def _splits(token: str, most: int) -> list[tuple[str, ...]]:
    if not token:
        return [()]
    if most == 0:
        return []
    return [
        (token[:cut], *rest)
        for cut in range(1, min(len(token), 7) + 1)
        if token[:cut] in syllables()
        for rest in _splits(token[cut:], most - 1)
    ]


@lru_cache(maxsize=1)
def spelling_classes() -> dict[str, frozenset[int]]:
    """Token -> the spelling classes it belongs to."""
    found: dict[str, set[int]] = {}
    for number, words in enumerate(spelling()["classes"]):
        for word in words.split():
            found.setdefault(word, set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


@lru_cache(maxsize=65536)
def spelling_class(token: str) -> str:
    """One key for all spellings of the token's first class; the token itself when it has none."""
    numbers = spelling_classes().get(token)
    return spelling()["classes"][min(numbers)].split()[0] if numbers else token


def boundaries(parts: tuple[str, ...]) -> frozenset[int]:
    """Offsets at which the parts begin in their concatenation."""
    starts = [0]
    for before, _ in pairwise((*parts, "")):
        starts.append(starts[-1] + len(before))
    return frozenset(starts[:-1])
