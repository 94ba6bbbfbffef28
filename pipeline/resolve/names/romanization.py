"""Letters: folding to ASCII, native script to letters, syllables and spelling classes of romanized names."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import lru_cache
from itertools import islice, pairwise, product
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "data"
_SPECIAL = str.maketrans(
    {"đ": "d", "Đ": "D", "ð": "d", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ß": "ss", "æ": "ae", "Æ": "AE",
     "œ": "oe", "Œ": "OE", "ı": "i", "þ": "th", "Þ": "Th", "’": "'", "‘": "'", "`": "'", "´": "'", "–": "-", "‐": "-",
     "‑": "-", "—": "-", "，": ",", "．": ".", "·": " ", "・": " "}
)  # fmt: skip
_LONG = "ー"  # the sign of a long vowel
_HANGUL, _HANGUL_END = 0xAC00, 0xD7A3
# A syllable of one letter, as people spell it: alone it would be read as an initial.
_ALONE = {"i": "yi", "o": "oh", "u": "woo", "a": "ah", "e": "eh"}
MOST_READINGS = 8


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower-case ASCII: diacritics and full-width forms folded, native script dropped."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).translate(_SPECIAL))
    return "".join(c for c in plain if c.isascii()).lower()


def latin_of_cyrillic(text: str) -> str:
    """Cyrillic letters as passports write them, other characters as they stand; signs without a sound are left out."""
    return "".join(_cyrillic().get(c, c) for c in unicodedata.normalize("NFC", text).lower())


@lru_cache(maxsize=1)
def _cyrillic() -> dict[str, str]:
    table = spelling()["cyrillic"]
    spelled = (word.replace("-", "") for word in table["latin"].split())
    return dict(zip(table["letters"], spelled, strict=True))


def is_kana(text: str) -> bool:
    """Whether a text has kana for its only letters."""
    letters = [c for c in text if c.isalpha() or c == _LONG]
    return bool(letters) and all(0x3041 <= ord(c) <= 0x30FF for c in letters)


def latin_of_kana(text: str) -> str:
    """Kana in Hepburn, other characters as they stand: "さとう ゆうき" -> "satou yuuki", "キョウコ" -> "kyouko"."""
    out = ""
    doubled = False
    for char in unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text)):
        spelled = _kana().get(char, "" if char == _LONG else char)
        if spelled == "-tsu":
            doubled = True
            continue
        if spelled[:1] == "-":  # a small vowel or y takes the place of the vowel before it
            spelled = spelled[1:]
            stem = out[:-1] if out[-1:] in ("i", "e", "u", "o") else out
            out = stem + (spelled.removeprefix("y") if stem.endswith(("sh", "ch", "j")) else spelled)
            continue
        out += spelled[:1].replace("c", "t") + spelled if doubled else spelled
        doubled = False
    return out


@lru_cache(maxsize=1)
def _kana() -> dict[str, str]:
    spelled = spelling()["kana"]["hiragana"].split()
    hiragana = {chr(0x3041 + i): s for i, s in enumerate(spelled)}
    return hiragana | {chr(ord(c) + 0x60): s for c, s in hiragana.items()}


def native_part(text: str) -> str:
    """The Han, kana and Hangul characters of a text, composed, simplified, in order; "" when there are none."""
    if text.isascii():
        return ""
    composed = unicodedata.normalize("NFC", text)
    return "".join(c for c in composed if _is_native(ord(c))).translate(_simplified())


@lru_cache(maxsize=1)
def _simplified() -> dict[int, int]:
    return {ord(pair[0]): ord(pair[1]) for pair in spelling()["simplified"].split()}


def _is_native(code: int) -> bool:
    han = 0x3400 <= code <= 0x9FFF or 0x20000 <= code <= 0x323AF or 0xF900 <= code <= 0xFAFF
    return han or _HANGUL <= code <= _HANGUL_END or 0x3040 <= code <= 0x30FF


def romanize(native: str) -> tuple[str, ...]:
    """One ASCII syllable per character: pinyin of Han characters, the Revised Romanization of Hangul."""
    return readings(native)[0]


@lru_cache(maxsize=65536)
def readings(native: str) -> tuple[tuple[str, ...], ...]:
    """The romanizations of characters, the most usual first: some are read otherwise as a surname, or in a name.

    One syllable per character; characters without a reading are left out.
    """
    options = [spelled for char in reversed(native) if (spelled := _syllables_of(char))]
    return tuple(turned[::-1] for turned in islice(product(*options), MOST_READINGS))


def _syllables_of(char: str) -> tuple[str, ...]:
    from pypinyin import Style, pinyin  # its dictionaries take a third of a second to load

    if _HANGUL <= ord(char) <= _HANGUL_END:
        return (_hangul(ord(char) - _HANGUL),)
    spelled = (fold(s) for s in pinyin(char, style=Style.NORMAL, heteronym=True, v_to_u=True)[0])
    return tuple(dict.fromkeys(s for s in spelled if s.isalpha()))[:3]


def _hangul(index: int) -> str:
    lead, vowel, tail = (spelling()["hangul"][part].split(",") for part in ("lead", "vowel", "tail"))
    spelled: str = lead[index // 588] + vowel[index % 588 // 28] + tail[index % 28]
    return _ALONE.get(spelled, spelled)


@lru_cache(maxsize=1)
def spelling() -> dict[str, Any]:
    """The contents of data/romanization.toml."""
    return tomllib.loads((DATA / "romanization.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def pinyin_syllables() -> frozenset[str]:
    return frozenset(spelling()["pinyin"].split())


@lru_cache(maxsize=1)
def syllables() -> frozenset[str]:
    """Pinyin syllables that names hold, and the common Korean and Vietnamese ones."""
    words = spelling()
    listed = {w for key in ("korean", "more_korean", "vietnamese") for w in words[key].split()}
    return frozenset((pinyin_syllables() - set(words["unusual"].split())) | listed)


@lru_cache(maxsize=65536)
def is_syllabic(token: str) -> bool:
    """True when the token is a run of one to three known syllables: "hongbo", "wei", "myungsook"."""
    return _is_run(token, 3)


def _is_run(token: str, most: int) -> bool:
    if not token:
        return True
    known = syllables()
    cuts = range(1, min(len(token), 7) + 1) if most else ()
    return any(token[:cut] in known and _is_run(token[cut:], most - 1) for cut in cuts)


def boundaries(parts: tuple[str, ...]) -> frozenset[int]:
    """Offsets at which the parts begin in their concatenation."""
    starts = [0]
    for before, _ in pairwise((*parts, "")):
        starts.append(starts[-1] + len(before))
    return frozenset(starts[:-1])
