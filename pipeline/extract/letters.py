"""Case and foreign characters of whole texts at the speed of ASCII: Python's own pass is slow from the first "–" on."""

from __future__ import annotations

from functools import cache, lru_cache

_ASCII = bytes(range(128))
_AS_IS = "surrogatepass"


def distinct_others(text: str) -> frozenset[str]:
    """The distinct characters of a text outside ASCII."""
    if text.isascii():
        return frozenset()
    return frozenset(text.encode("utf-8", _AS_IS).translate(None, _ASCII).decode("utf-8", _AS_IS))


others = lru_cache(maxsize=32)(distinct_others)  # for texts that are asked for again and again


def lowered(text: str) -> str:
    """`text.lower()`."""
    if text.isascii() or not all(map(_has_no_case, others(text))):
        return text.lower()
    return text.encode("utf-8", _AS_IS).lower().decode("utf-8", _AS_IS)


def uppered(text: str) -> str:
    """`text.upper()`."""
    if text.isascii() or not all(map(_has_no_case, others(text))):
        return text.upper()
    return text.encode("utf-8", _AS_IS).upper().decode("utf-8", _AS_IS)


@cache
def _has_no_case(character: str) -> bool:
    return character == character.lower() == character.upper()
