"""Two trade names: how likely they are one, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz.distance import OSA, Levenshtein

from pipeline.resolve.names.business_names import BusinessName, declared_frequency, read_business, trade_names
from pipeline.resolve.names.romanization import is_syllabic, readings
from pipeline.resolve.names.trade_words import business_words, spoken, word_frequency
from pipeline.resolve.population import is_settled_name

FIRST = ((), ("1",))  # "Lotus Spa #1" is Lotus Spa
LONG_WORD = 9  # letters of a word in which two slips are believed
SHORT_WORD = 6  # letters of a word in which one letter may stand for another
LEAST_SPOKEN = 5  # letters of a word that may be spelled in another way
_DOUBLED = re.compile(r"([a-z])\1")
OTHER_TRADE = 0.6  # the most that two different names may score


def score_trades(a: str, b: str) -> tuple[float, str]:
    """Two trade names; either may hold a "doing business as". The best of their sides counts."""
    pairs = [(read_business(x), read_business(y)) for x in trade_names(a) for y in trade_names(b)]
    pairs += _without_place(pairs)
    return max((_compare_trades(x, y) for x, y in pairs), key=lambda s: s[0])


def _without_place(pairs: Sequence[tuple[BusinessName, BusinessName]]) -> list[tuple[BusinessName, BusinessName]]:
    """ "Crystal Spa of Joplin" is also called "Crystal Spa", where the other name has no such ending."""
    return [
        (one.elsewhere or one, two.elsewhere or two) for one, two in pairs if bool(one.elsewhere) != bool(two.elsewhere)
    ]


def _compare_trades(one: BusinessName, two: BusinessName) -> tuple[float, str]:
    if not one.core or not two.core:
        return 0.0, "a name is missing"
    if one.native and two.native:
        if one.native == two.native:
            return 1.0, "same characters"
        if not (one.is_lettered and two.is_lettered):
            return 0.3, "other characters"
    if one.numbered == two.numbered:
        return _same_core(one, two)
    if one.numbers == two.numbers and (_is_read_so(one, two) or _is_read_so(two, one)):
        return 0.95, "the characters are read so"
    if one.written == two.written or one.led == two.core or two.led == one.core:
        return 0.97, "same name, joined otherwise"
    if one.core == two.core:
        if one.numbers and two.numbers:
            return OTHER_TRADE, "same name, other number"
        if one.is_led != two.is_led:
            return OTHER_TRADE, "a number before one of the names"
        if one.generic != two.generic:
            return OTHER_TRADE, "a number on one side, other generic words"
        if one.numbers in FIRST and two.numbers in FIRST:
            return 0.90, "same name, the first of several"
        return 0.80, "same name, a number or New on one side"
    if one.is_plain or two.is_plain:
        return min(0.5, _trade_likeness(one, two)), "only generic words on one side"
    if sorted(one.words) == sorted(two.words):
        if all(map(is_syllabic, one.words)):  # "Ming Yuan", "Yuan Ming"
            return 0.70, "same syllables in another order"
        return 0.95, "same words in another order"
    return _a_letter_off(one, two) or _partly(one, two)


def _is_read_so(native: BusinessName, lettered: BusinessName) -> bool:
    """Whether characters without letters may be read as the other name says, some of them in another way than usual."""
    if not native.native or native.is_lettered or lettered.is_plain:
        return False
    return lettered.core in {"".join(spelled) for spelled in readings(native.native)}


def _a_letter_off(one: BusinessName, two: BusinessName) -> tuple[float, str] | None:
    """A slip of the finger, or another word for all that; None when more than two letters differ."""
    edits = OSA.distance(one.core, two.core, score_cutoff=2)
    length = min(len(one.core), len(two.core))
    if one.trades != two.trades:
        return None
    if edits == 1 and length >= 4 and _single(one.core) == _single(two.core):
        return 0.90, "a letter doubled"
    if edits <= 2 and _read_alike(one, two):
        return 0.88, "spelled otherwise, read alike"
    if edits > (2 if length >= 11 else 1):
        return None
    if _both_are_words(one, two) or (edits == 1 and _other_beginning(one, two)):
        return OTHER_TRADE, "another word, if a letter off"
    if _other_word(one, two, edits):
        return OTHER_TRADE, "another word, if a letter or two off"
    least = 5 if sorted(one.core) == sorted(two.core) else 6  # letters exchanged say less of another word
    return ((0.92 if edits == 1 else 0.88), "a letter or two off") if length >= least else None


def _read_alike(one: BusinessName, two: BusinessName) -> bool:
    """Words of five letters or more: "Ski" is no "Sky"."""
    if len(one.words) != len(two.words) or any(
        x != y and min(len(x), len(y)) < LEAST_SPOKEN for x, y in zip(one.words, two.words, strict=True)
    ):
        return False
    return "".join(map(spoken, one.words)) == "".join(map(spoken, two.words))


def _both_are_words(one: BusinessName, two: BusinessName) -> bool:
    """What differs is a word or a name as it stands on both sides: "Natural", "Nature"; "Lisa", "Lina"."""
    mine, other = set(one.words) - set(two.words), set(two.words) - set(one.words)
    if all(map(_is_word, mine | other)):
        return True
    return is_syllabic(one.core) and is_syllabic(two.core)


def _is_word(word: str) -> bool:
    return bool(word_frequency(word)) or is_settled_name(word) or is_syllabic(word)


def _other_beginning(one: BusinessName, two: BusinessName) -> bool:
    """Words that differ in their first letter alone: "Golden Hand", "Golden Land". Slips seldom fall there."""
    if len(one.words) != len(two.words):
        return False
    other = [(x, y) for x, y in zip(one.words, two.words, strict=True) if x != y]
    return all(x[1:] == y[1:] for x, y in other)


def _other_word(one: BusinessName, two: BusinessName, edits: int) -> bool:
    """Whether both slips would have fallen into one word, and no long one: "Healing Hands", "Helping Hands"; or one
    letter stands for another in a short word: "Great Wall", "Great Well"."""
    if len(one.words) != len(two.words):
        return False
    other = [(x, y) for x, y in zip(one.words, two.words, strict=True) if x != y]
    if len(other) != 1:
        return False
    if edits == 2:
        return min(map(len, other[0])) < LONG_WORD
    return len(other[0][0]) == len(other[0][1]) < SHORT_WORD and sorted(other[0][0]) != sorted(other[0][1])


def _single(core: str) -> str:
    return _DOUBLED.sub(r"\1", core)


def _same_core(one: BusinessName, two: BusinessName) -> tuple[float, str]:
    if one.is_plain:
        return (0.88, "same generic words") if one.generic == two.generic else (0.5, "generic words only")
    if one.generic == two.generic:
        return 1.0, "same name"
    if one.trades != two.trades:
        return OTHER_TRADE, "same distinctive part, another trade"
    is_common = declared_frequency(one) >= 0.005
    if is_common and one.treatments and two.treatments and one.treatments != two.treatments:
        return OTHER_TRADE, "a common distinctive part, another treatment"
    common = ", a common one" if is_common else ""
    return 0.96, f"same distinctive part{common}"


def _partly(one: BusinessName, two: BusinessName) -> tuple[float, str]:
    few, many = sorted((set(one.words), set(two.words)), key=len)
    if _adds_at_the_end(one, two) or _adds_at_the_end(two, one):
        return 0.86, "one name adds a place or what kind of room it is"
    if few < many and len(few) >= 2:
        if many - few <= set(business_words()["rooms"]):
            return 0.86, "one name adds what kind of room it is"
        return 0.80, "one name holds the other"
    if few & many:
        return min(OTHER_TRADE, 0.35 + 0.5 * len(few & many) / len(few | many)), "a word in common"
    return min(0.5, _trade_likeness(one, two)), "other name"


def _adds_at_the_end(short: BusinessName, long: BusinessName) -> bool:
    """ "Oasis Spa" and "Oasis Spa Millbrook": a word or two behind the whole other name, which has its trade in it.

    A word that many bear ("Golden Spa East") makes another shop.
    """
    if not short.words or not short.generic or short.generic != long.generic or short.numbers != long.numbers:
        return False
    rooms = business_words()["rooms"]
    for many in (1, 2):
        held, added = long.words[:-many], long.words[-many:]
        if "".join(held) == short.core and long.written.startswith(short.written):
            return any(w in rooms or not word_frequency(w) for w in added)
    return False


def _trade_likeness(one: BusinessName, two: BusinessName) -> float:
    return OTHER_TRADE * Levenshtein.normalized_similarity(one.core, two.core)
