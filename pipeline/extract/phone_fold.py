"""Fold a text to lower-case ASCII of the same length, so that every offset stays what it was.

Digits of any script or drawing become 0-9, fancy and accented letters become a-z, what does not show becomes
UNSEEN, letters of other scripts become FOREIGN, Chinese and Korean digits stay, everything else becomes "~".
"""

from __future__ import annotations

import re
import unicodedata

from pipeline.extract.phone_vocab import CHINESE, CIRCLES, DECLARED, FOREIGN, SWAPPED, SWAPPED_WORD, UNSEEN

_DRAWN = {char: plain for table in DECLARED["folding"].values() for plain, drawn in table.items() for char in drawn}
_SYMBOL = "~"

# Alphabets in boxes that have no compatibility mapping: first code point of A.
_BOXED_ALPHABETS = (0x1F150, 0x1F170, 0x1F1E6)

_ENTITY = re.compile(r"&(?:#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));?|[a-z]{2,8};)", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>|<!--[^<>]{0,200}-->")
_INLINE_TAG = re.compile(r"</?(?:a|abbr|b|big|em|font|i|ins|mark|s|small|span|strong|sub|sup|tt|u|wbr)[\s/>]|<!--")
_PERCENT = re.compile(r"%(?:20|28|29|2[bdefBDEF]|3[aA])")
_BLANK = tuple(re.compile(pattern) for pattern in DECLARED["blank"]["patterns"])


class _Folding(dict[int, str]):
    """Fills itself on demand: one look-up per distinct character in the life of the process."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


def _fold_character(char: str) -> str:
    if char in _DRAWN:
        return str(_DRAWN[char])
    if char in CHINESE or char.isascii():
        return char.lower()
    if (digit := unicodedata.digit(char, None)) is not None:
        return str(digit)
    if unicodedata.category(char) in {"Mn", "Me", "Mc", "Cf", "Cc"}:
        return UNSEEN
    for first in _BOXED_ALPHABETS:
        if first <= ord(char) < first + 26:
            return chr(ord("a") + ord(char) - first)
    return _fold_compatible(char)


def _fold_compatible(char: str) -> str:
    """By Unicode's compatibility mapping without accents, or the kind of character it is."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    if len(plain) == 1 and plain.isascii():
        return plain.lower()
    inner = plain.strip("().,")
    if len(inner) == 1 and inner.isascii() and inner.isalnum():
        return inner.lower()
    return FOREIGN if unicodedata.category(char)[0] == "L" else _SYMBOL


_FOLDING = _Folding()
_CIRCLES = dict.fromkeys(map(ord, CIRCLES), "o")


def fold(text: str, *, circles: bool = True) -> str:
    """The text as the phone reader sees it: same length, mostly a-z, 0-9 and ASCII separators.

    `circles`: read drawn circles as zeros.
    """
    if circles and not text.isascii():
        text = text.translate(_CIRCLES)
    folded = text.lower() if text.isascii() else text.translate(_FOLDING)
    if "&" in folded:
        folded = _ENTITY.sub(_unfold_entity, folded)
    if "<" in folded:
        folded = _TAG.sub(_blank_tag, folded)
    if "%" in folded:
        folded = _PERCENT.sub(_unfold_percent, folded)
    return _blank_known(folded)


def _unfold_entity(found: re.Match[str]) -> str:
    """An entity's character, then as many unseen ones as keep the length. Symbols hide their numbers."""
    width = found.end() - found.start()
    code = int(found[1], 16) if found[1] else int(found[2]) if found[2] else 0
    char = _FOLDING[code] if 0 < code < 0x110000 else _SYMBOL
    return char + UNSEEN * (width - 1)


def _blank_tag(found: re.Match[str]) -> str:
    """A tag is not read, unless it holds a number itself (href="tel:…"); one within a line separates nothing."""
    tag = found.group()
    if sum(c.isdigit() for c in tag) >= 10:
        return tag
    return (UNSEEN if _INLINE_TAG.match(tag) else _SYMBOL) + UNSEEN * (len(tag) - 1)


def _unfold_percent(found: re.Match[str]) -> str:
    return chr(int(found.group()[1:], 16)) + UNSEEN * 2


def _blank_known(folded: str) -> str:
    for pattern in _BLANK:
        folded = pattern.sub(lambda found: _SYMBOL * len(found.group()), folded)
    return folded


def unswap(folded: str) -> str:
    """Digits inside digit words read as letters: "f1ve" -> "five"."""
    return SWAPPED_WORD.sub(lambda found: SWAPPED[found.group()], folded)
