"""Two names or addresses to a score in 0…1 with a reason. For people to read and for searches; the match model
(`declaration.py`) weighs pairs of records.

A score of 0.85 or more says "may be the same"; one of 0.45 (people) or 0.6 (businesses) or less says "another".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from rapidfuzz.distance import OSA, Levenshtein
from rapidfuzz.fuzz import ratio

from pipeline.extract.addresses import parse_address
from pipeline.model import Address
from pipeline.resolve.business_names import BusinessName, business_words, declared_frequency, read_business, trade_names
from pipeline.resolve.person_names import PersonName, read_person
from pipeline.resolve.places import compare_places
from pipeline.resolve.population import is_common_first
from pipeline.resolve.romanization import boundaries, is_syllabic, readings
from pipeline.resolve.sounds import may_share_sounds, same_letters_loosely, same_sounds
from pipeline.resolve.systems import are_names

_DOUBLED = re.compile(r"([b-df-hj-np-tv-z])\1")
LONG_WORD = 9  # letters of a word in which two slips are believed
OTHER_PERSON, OTHER_TRADE = 0.45, 0.6  # the most that two different names may score


@dataclass(frozen=True, slots=True)
class Comparison:
    score: float  # 0…1
    reason: str
    a: str
    b: str


def compare_person_names(a: str, b: str) -> Comparison:
    """Two written names of people, in any order, script and way of joining. No order is assumed."""
    score, reason = _compare_people(read_person(a), read_person(b))
    return Comparison(score, reason, a, b)


def _compare_people(one: PersonName, two: PersonName) -> tuple[float, str]:
    if not one.ordered or not two.ordered:
        return 0.0, "a name is missing"
    if one.native and two.native:
        return (1.0, "same characters") if one.native == two.native else (0.3, "other characters")
    if one.generation and two.generation and one.generation != two.generation:
        return OTHER_PERSON, "of another generation (Jr., Sr.)"
    if _same_letters(one, two):
        same = one.ordered == two.ordered
        return 1.0, "same name" if same else "same name in another order or joined otherwise"
    for native, letters in ((one, two), (two, one)):
        if native.native and (found := _read_so(readings(native.native), letters)):
            return found
    if len(one.ordered) < 2 or len(two.ordered) < 2:
        return min(OTHER_PERSON, _likeness(one, two)), "one name part alone"
    return _compare_loosely(one, two)


def _read_so(spelled: Sequence[tuple[str, ...]], letters: PersonName) -> tuple[float, str] | None:
    """Whether characters may be read as the letters say."""
    if any(_same_letters(read_person(" ".join(syllables)), letters) for syllables in spelled):
        return 0.97, "the characters are read so"
    turns = [(*s[i:], *s[:i]) for s in spelled for i in range(len(s))]
    forms = [letters, *letters.shorter()]
    if any(same_sounds(turns, [form.ordered], all_other=1) for form in forms if len(form.ordered) > 1):
        return 0.92, "the characters are read so in another spelling"
    return None


def _compare_loosely(one: PersonName, two: PersonName) -> tuple[float, str]:
    if one.initials or two.initials:
        if _initials_fit(one, two):
            return 0.88, "initials fit"
        if any(_initials_fit(x, two) for x in one.shorter()) or any(_initials_fit(one, y) for y in two.shorter()):
            return 0.86, "initials fit, a part of the name left out"
        if one.initials and two.initials:
            return min(OTHER_PERSON, _likeness(one, two)), "initials differ"
    if one.has_middle and (one.mirror == two.mirror or one.ordered == two.ordered[::-1]):
        return 0.95, "same name from the other end"
    full, other = (one, two) if len(one.letters) > len(two.letters) else (two, one)
    if len(full.letters) > len(other.letters) and any(_same_letters(short, other) for short in full.shorter()):
        return 0.90, "a part of the name left out"
    if slip := _slip(one, two):
        return slip, "a letter or two off"
    if _sounds_alike(one, two):
        return 0.86, "another spelling of the sounds, or a short form"
    if len(one.ordered) > 2 and one.jumbled == two.jumbled:
        return 0.70, "same parts in another order"
    why = "other given name" if set(one.parts) & set(two.parts) else "other name"
    return min(OTHER_PERSON, _likeness(one, two)), why


def _sounds_alike(one: PersonName, two: PersonName) -> bool:
    """Spellings of one sound, some part written alike; or every part of three or more in another system."""
    if same_sounds(one.turns(), [two.ordered]):
        return True
    if one.has_middle and same_sounds([one.from_the_end()], [two.ordered]):
        return True
    if any(same_letters_loosely(turn, two.ordered) for turn in one.turns()):
        return True
    return any(_sound_alike_shortened(full, other) for full, other in ((one, two), (two, one)))


def _sound_alike_shortened(full: PersonName, other: PersonName) -> bool:
    """Without the second surname or the patronymic of the first name."""
    if may_share_sounds(other.ordered, (*full.ordered, *full.pieces)) and any(
        same_sounds(short.turns(), [other.ordered]) for short in full.without_second_surname()
    ):
        return True
    shorter = full.without_patronymic() if len(full.ordered) > len(other.ordered) else []
    return any(same_letters_loosely(turn, other.ordered) for short in shorter for turn in short.turns())


def _likeness(one: PersonName, two: PersonName) -> float:
    return OTHER_PERSON * ratio(one.spelled, two.spelled) / 100


def _same_letters(one: PersonName, two: PersonName) -> bool:
    """The same letters from one of the ends, with no part boundary of one name inside a part of both."""
    if len(one.letters) != len(two.letters) or one.turned != two.turned:
        return False
    for left in one.turns():
        for right in two.turns():
            if "".join(left) == "".join(right):
                starts, others = boundaries(left), boundaries(right)
                if starts <= others or others <= starts:
                    return True
    return False


def _initials_fit(one: PersonName, two: PersonName) -> bool:
    """One part written out on both sides, and every other part begins as its initial says, in order."""
    for x, y in ((one, two), (two, one)):
        turned = [(left, right) for left in x.turns() for right in y.turns()]
        if x.after_comma and len(x.ordered) == len(y.ordered):  # "TRAN, HUNG V." is Hung V. Tran
            turned += [(x.pieces, y.ordered), (x.pieces, y.from_the_end())]
        if (
            len(x.pieces) == len(y.pieces) and x.pieces != x.ordered
        ):  # "GARCIA-LOPEZ, MARIA J" is Maria José García López
            turned.append((x.pieces, y.pieces))
        if y.has_middle and len(x.ordered) == len(y.ordered):
            turned += [(x.ordered, y.from_the_end()), (x.from_the_end(), y.ordered)]
        turned += _besides_english_name(x, y)
        if any(_aligned(left, right) for left, right in turned):
            return True
    return False


def _besides_english_name(one: PersonName, two: PersonName) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """What is left of both names, in any turn, without an English given name that both have: "Grace Y. Liu" is Liu Yang
    Grace."""
    if len(one.ordered) != 3 or len(two.ordered) != 3:
        return
    for shared in set(one.parts) & set(two.parts):
        if is_common_first(shared) and not is_syllabic(shared):
            left, right = (tuple(p for p in name.ordered if p != shared) for name in (one, two))
            yield from product((left, left[::-1]), (right, right[::-1]))


def _aligned(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """The first part equal; the rest of `short`, initials among them, abbreviates the rest of `full`."""
    if short[0] != full[0] or len(short[0]) < 2 or not any(len(p) == 1 for p in short):
        return False
    rest, words = short[1:], full[1:]
    if len(rest) == 1 and len(rest[0]) == 1:
        return bool(words) and words[0][0] == rest[0]
    if len(rest) == len(words):
        return all(w.startswith(r) if len(r) == 1 else w == r for r, w in zip(rest, words, strict=True))
    return len(words) == 1 and _syllables_begin(words[0], rest)


def _syllables_begin(word: str, letters: tuple[str, ...]) -> bool:
    """ "hongbo" fits "h b": the initials of its syllables."""
    if not letters or not word:
        return not letters and not word
    if not word.startswith(letters[0]):
        return False
    return any(
        is_syllabic(word[:cut]) and _syllables_begin(word[cut:], letters[1:]) for cut in range(1, min(7, len(word)) + 1)
    )


def _slip(one: PersonName, two: PersonName) -> float:
    """A score when a typing slip explains the difference; 0 when the letters make two names."""
    best = 0.0
    if abs(len(one.letters) - len(two.letters)) > 2:
        return best
    for left in one.turns():
        for right in two.turns():
            joined = "".join(left), "".join(right)
            length = min(map(len, joined))
            edits = OSA.distance(*joined, score_cutoff=2)
            if length < 5 or edits > (2 if length >= 12 else 1):
                continue
            if not _both_are_names(left, right) and not (edits == 2 and _other_ending(left, right)):
                best = max(best, 0.93 if edits == 1 else 0.88)
    return best


def _both_are_names(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """The parts that differ are names of their own on both sides: then a letter makes another person."""
    shared = set(left) & set(right)
    whole = (*left, *right)
    return are_names([p for p in whole if p not in shared], whole)


def _other_ending(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """One part ends otherwise, "Pornthip" and "Pornthida": two letters in one place are seldom a slip of the finger."""
    one, two = (next(iter(set(a) - set(b)), "") for a, b in ((left, right), (right, left)))
    if len(set(left) ^ set(right)) != 2 or not one or not two:
        return False
    return one[-1] != two[-1] and one[: min(map(len, (one, two))) - 2] == two[: min(map(len, (one, two))) - 2]


def compare_business_names(a: str, b: str) -> Comparison:
    """Two trade names; either may hold a "doing business as". The best of their sides counts."""
    pairs = [(read_business(x), read_business(y)) for x in trade_names(a) for y in trade_names(b)]
    pairs += _without_place(pairs)
    score, reason = max((_compare_trades(x, y) for x, y in pairs), key=lambda s: s[0])
    return Comparison(score, reason, a, b)


def _without_place(pairs: Sequence[tuple[BusinessName, BusinessName]]) -> list[tuple[BusinessName, BusinessName]]:
    """ "Crystal Spa of Joplin" is also called "Crystal Spa", where the other name has no such ending."""
    return [
        (one.elsewhere or one, two.elsewhere or two) for one, two in pairs if bool(one.elsewhere) != bool(two.elsewhere)
    ]


def _compare_trades(one: BusinessName, two: BusinessName) -> tuple[float, str]:
    if not one.core or not two.core:
        return 0.0, "a name is missing"
    if one.native and two.native and one.native == two.native:
        return 1.0, "same characters"
    if one.numbered == two.numbered:
        return _same_core(one, two)
    if one.written == two.written:
        return 0.97, "same name, joined otherwise"
    if one.core == two.core:
        if one.numbers and two.numbers:
            return OTHER_TRADE, "same name, other number"
        if one.is_led != two.is_led:
            return OTHER_TRADE, "a number before one of the names"
        if one.generic != two.generic:
            return OTHER_TRADE, "a number on one side, other generic words"
        return 0.86, "same name, a number on one side"
    if one.is_plain or two.is_plain:
        return min(0.5, _trade_likeness(one, two)), "only generic words on one side"
    if sorted(one.words) == sorted(two.words):
        return 0.95, "same words in another order"
    edits = OSA.distance(one.core, two.core, score_cutoff=2)
    length = min(len(one.core), len(two.core))
    if edits == 1 and _other_beginning(one, two):
        return OTHER_TRADE, "another word, if a letter off"
    if edits == 1 and _single(one.core) == _single(two.core) and length >= 4:
        return 0.90, "a letter doubled"
    if edits == 2 and _other_word(one, two):
        return OTHER_TRADE, "another word, if two letters off"
    if edits <= (2 if length >= 11 else 1) and length >= 6:
        return (0.92 if edits == 1 else 0.88), "a letter or two off"
    return _partly(one, two)


def _other_beginning(one: BusinessName, two: BusinessName) -> bool:
    """Words that differ in their first letter alone: "Golden Hand", "Golden Land". Slips seldom fall there."""
    if len(one.words) != len(two.words):
        return False
    other = [(x, y) for x, y in zip(one.words, two.words, strict=True) if x != y]
    return all(x[1:] == y[1:] for x, y in other)


def _other_word(one: BusinessName, two: BusinessName) -> bool:
    """Whether both slips would have fallen into one word, and no long one: "Healing Hands", "Helping Hands"."""
    if len(one.words) != len(two.words):
        return False
    other = [(x, y) for x, y in zip(one.words, two.words, strict=True) if x != y]
    return len(other) == 1 and len(other[0][0]) == len(other[0][1]) < LONG_WORD


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
    if few < many and len(few) >= 2:
        if many - few <= set(business_words()["rooms"]):
            return 0.86, "one name adds what kind of room it is"
        return 0.80, "one name holds the other"
    if few & many:
        return min(OTHER_TRADE, 0.35 + 0.5 * len(few & many) / len(few | many)), "a word in common"
    return min(0.5, _trade_likeness(one, two)), "other name"


def _trade_likeness(one: BusinessName, two: BusinessName) -> float:
    return OTHER_TRADE * Levenshtein.normalized_similarity(one.core, two.core)


def compare_addresses(a: Address | str, b: Address | str) -> Comparison:
    """Two addresses, read or as written, at suite and building level. A missing unit, city or ZIP is not agreement."""
    one, two = (x if isinstance(x, Address) else parse_address(x) for x in (a, b))
    score, reason = compare_places(one, two)
    return Comparison(score, reason, one.line, two.line)
