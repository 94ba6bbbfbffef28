"""One sound in several spellings: syllables of romanized names, compared by the classes of data/romanization.toml.

A name is spelled in one system throughout. So "Lau Yuk Lan" may be Liu Yulan, but two names that one system can spell,
and spells differently, are two names: "Chan Yuk Lan" and "Chan Yuk Lam", "Li Min" and "Li Man".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import islice, product, repeat
from typing import NamedTuple

from pipeline.resolve.names.romanization import DATA, pinyin_syllables, spelling, syllables
from pipeline.resolve.names.systems import (
    ABROAD,
    are_of_one_system,
    east_asian_syllables,
    is_english_name,
    is_of_another_country,
    is_run_of,
    spelled_abroad,
    usual_pinyin,
    wade_giles,
)
from pipeline.resolve.population import surname_frequency

LEAST_LOOSE = 4  # letters of a part that are left
LEAST_JAPANESE = 3  # "Ohno" and "Ono": few letters are written in two ways, long vowels above all
_REPEATED = re.compile(r"(.)\1+")
_STABLE = str.maketrans(dict.fromkeys("aceghijkoqrstuvwxyz4", "") | {"n": "m", "f": "p"})
_DOUBLED = re.compile(r"([a-z])\1")
MOST_READINGS = 24  # ways to cut a name into syllables that are tried
MOST_CUTS = 6  # of one part
VOWELS = frozenset("aeiouy")
NOTHING: frozenset[str] = frozenset()
SURNAME_LEAST = 5e-5  # share of people from which a part at the other end is the surname rather
KINDS = ("syllables", "vietnamese")  # classes of spellings that may stand for one another


class Syllable(NamedTuple):
    text: str
    part: str  # of the name as written, that the syllable was cut from

    @property
    def alone(self) -> bool:
        """A whole part, so that it may be a surname or a short form."""
        return self.text == self.part


Name = tuple[Syllable, ...]


@lru_cache(maxsize=1)
def sound_classes() -> Mapping[str, frozenset[str]]:
    """Spelling -> the classes it belongs to; a class is named by its kind and its first spelling."""
    found: dict[str, set[str]] = {}
    for kind in ("syllables", "surnames", "vietnamese"):
        for line in spelling()["sounds"][kind]:
            for word in line.split():
                found.setdefault(word, set()).add(f"{kind}:{line.split()[0]}")
    for line in tomllib.loads((DATA / "short_names.toml").read_text(encoding="utf-8"))["forms"]:
        for word in line.split():
            found.setdefault(word, set()).add(f"short:{line.split()[0]}")
    for pinyin in sorted(pinyin_syllables()):
        for other in wade_giles(pinyin) - pinyin_syllables():  # what is pinyin itself says nothing certain
            found.setdefault(other, set()).add(f"giles:{pinyin}")
            found.setdefault(pinyin, set()).add(f"giles:{pinyin}")
    return {word: frozenset(classes) for word, classes in found.items()}


def is_surname_spelling(part: str) -> bool:
    """Whether some system spells a Chinese surname so."""
    return any(c.startswith("surnames:") for c in sound_classes().get(part, NOTHING))


def _share(x: str, y: str, kind: str) -> bool:
    classes = sound_classes()
    shared = classes.get(x, NOTHING) & classes.get(y, NOTHING)
    return bool(shared) and any(c.startswith(kind) for c in shared)


@lru_cache(maxsize=65536)
def cuts(part: str) -> tuple[tuple[str, ...], ...]:
    """Ways to cut a part of a name into spellings that sounds are known of; the part itself first."""
    return _cut_by(part, _cuttable())


@lru_cache(maxsize=65536)
def _wide_cuts(part: str) -> tuple[tuple[str, ...], ...]:
    """As `cuts`, with the syllables of every system."""
    return _cut_by(part, _cuttable_anywhere())


def _cut_by(part: str, known: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """Three syllables only of what is not two: "soohyun" is no "so-oh-yun"."""
    if not 4 <= len(part) <= 18:
        return ((part,),)
    found = [c for c in _cuts(part, 3, known) if len(c) > 1]
    return ((part,), *([c for c in found if len(c) == 2] or found)[:MOST_CUTS])


@lru_cache(maxsize=1)
def _cuttable() -> frozenset[str]:
    return frozenset(w for w, of in sound_classes().items() if not all(c.startswith("short") for c in of)) | syllables()


@lru_cache(maxsize=1)
def _cuttable_anywhere() -> frozenset[str]:
    return _cuttable() | east_asian_syllables()


def _cuts(text: str, most: int, known: frozenset[str]) -> Iterator[tuple[str, ...]]:
    if not text:
        yield ()
    elif most:
        for at in range(min(len(text), 8), 0, -1):
            if text[:at] in known and not VOWELS.isdisjoint(text[:at]):  # Ng is a name, no syllable of one
                yield from ((text[:at], *rest) for rest in _cuts(text[at:], most - 1, known))


class _Reading(NamedTuple):
    """One way to cut a name: its syllables, the parts they were cut from, the classes each may belong to."""

    texts: tuple[str, ...]
    parts: tuple[str, ...]
    classes: tuple[frozenset[str], ...]

    def may_sound_like(self, other: _Reading, all_other: int) -> bool:
        """Whether each syllable equals its neighbor or shares some class with it."""
        equal = 0
        for x, y, one, two in zip(self.texts, other.texts, self.classes, other.classes, strict=True):
            if x == y:
                equal += 1
            elif one.isdisjoint(two):
                return False
        return equal > 0 or len(self.texts) >= all_other

    def name(self) -> Name:
        return tuple(map(Syllable, self.texts, self.parts))


@lru_cache(maxsize=65536)
def _readings(parts: tuple[str, ...]) -> Mapping[int, tuple[_Reading, ...]]:
    """Ways to cut a whole name into syllables, by how many there are."""
    found: dict[int, list[_Reading]] = {}
    known = _any_class()
    for chosen in islice(product(*(_wide_cuts(part) for part in parts)), MOST_READINGS):
        texts = tuple(s for cut in chosen for s in cut)
        of = tuple(part for part, cut in zip(parts, chosen, strict=True) for _ in cut)
        found.setdefault(len(texts), []).append(_Reading(texts, of, tuple(known.get(s, NOTHING) for s in texts)))
    return {length: tuple(readings) for length, readings in found.items()}


@lru_cache(maxsize=1)
def _any_class() -> Mapping[str, frozenset[str]]:
    """Every class that a spelling shares with another one, in any system."""
    found = {text: set(classes) for text, classes in sound_classes().items()}
    for system, spelled in spelled_abroad().items():
        for text, stands_for in spelled.items():
            found.setdefault(text, set()).update(f"{system} {pinyin}" for pinyin in stands_for)
        for pinyin in pinyin_syllables():
            found.setdefault(pinyin, set()).add(f"{system} {pinyin}")
    return {text: frozenset(classes) for text, classes in found.items()}


def same_sounds(
    one: Sequence[Sequence[str]], two: Sequence[Sequence[str]], *, all_other: int = 3, of_characters: bool = False
) -> bool:
    """Syllable by syllable of one sound in some pair of readings, a syllable of them equal as written or at least
    `all_other` syllables. `of_characters`: the first are the pinyin of characters, so that they are sounds and no
    spelling."""
    for parts in two:
        turns = _worth_reading(one, parts)
        others = _readings(tuple(parts)) if turns else {}
        for turn in turns:
            for length, lefts in _readings(tuple(turn)).items():
                for left, right in product(lefts, others.get(length, ())):
                    if left.may_sound_like(right, all_other) and _in_one_system(
                        left.name(), right.name(), of_characters
                    ):
                        return True
    return False


def _worth_reading(one: Sequence[Sequence[str]], two: Sequence[str]) -> list[Sequence[str]]:
    """Those of the first names of which every part has a sound in common with some part of the second, and the other
    way round: few strangers' names, which spares reading them."""
    asked: dict[frozenset[str], bool] = {}
    found = []
    for parts in one:
        key = frozenset(parts)
        if key not in asked:
            asked[key] = may_share_sounds(parts, two) and may_share_sounds(two, parts)
        if asked[key]:
            found.append(parts)
    return found


def may_share_sounds(one: Sequence[str], two: Sequence[str]) -> bool:
    """Whether every part of `one` can be cut so that a syllable is, or sounds like, one of `two`."""
    others = [_sound_marks(part) for part in two]
    return all(not all(_sound_marks(part).isdisjoint(other) for other in others) for part in one)


@lru_cache(maxsize=65536)
def _sound_marks(part: str) -> frozenset[str]:
    """The syllables that a part may be cut into, and all their classes."""
    texts = {text for cut in _wide_cuts(part) for text in cut}
    return frozenset(texts.union(*(_any_class().get(text, NOTHING) for text in texts)))


def may_be_spelled_alike(one: Sequence[str], two: Collection[str]) -> bool:
    """Whether every part of `one` may be a spelling, a short form or a loose writing of some part of `two`."""
    return all(map(_is_like_some, one, repeat(two)))


def _is_like_some(part: str, others: Collection[str]) -> bool:
    sounds, bones = _sound_marks(part), skeleton(part)
    for other in others:
        if not sounds.isdisjoint(_sound_marks(other)) or (bones == skeleton(other) and _families(part, other)):
            return True
    return False


def _in_one_system(left: Name, right: Name, of_characters: bool = False) -> bool:
    if _are_english(left, right):
        return False
    if of_characters and any(_fit(left, right, partial(_reads_abroad, system)) for system in ABROAD):
        return True
    if any(_fit(left, right, partial(_equal_or_share, kind)) for kind in KINDS):
        return not _both_spelled(left, right, "pinyin")
    return any(_goes_abroad(x, y, system) for x, y in ((left, right), (right, left)) for system in ABROAD)


def _are_english(left: Name, right: Name) -> bool:
    """What differs is a given name of English on both sides, and no short form of the other: "Tina", "Dina"."""
    mine, other = {s.part for s in left}, {s.part for s in right}
    differing = (*(mine - other), *(other - mine))
    return len(differing) == 2 and all(map(is_english_name, differing)) and not _share(*differing, "short")


def _equal_or_share(kind: str, x: Syllable, y: Syllable) -> bool:
    return x.text == y.text or _share(x.text, y.text, kind)


def _reads_abroad(system: str, pinyin: Syllable, other: Syllable) -> bool:
    return pinyin.text in spelled_abroad()[system].get(other.text, NOTHING)


def _goes_abroad(pinyin: Name, other: Name, system: str) -> bool:
    """Whether `other` spells in a system what the first name spells in pinyin."""
    spelled = spelled_abroad()[system]

    def alike(x: Syllable, y: Syllable) -> bool:
        if x.text == y.text and x.alone and y.alone:
            # In Taiwan the surname often keeps its spelling beside a given name in pinyin.
            of_taiwan = system == "giles" and x.text in spelled
            return of_taiwan or x.text in spelled.get(x.text, NOTHING) or x.text not in east_asian_syllables()
        return x.text in spelled.get(y.text, frozenset())

    if not _fit(pinyin, other, alike):
        return False
    if _both_spelled(pinyin, other, "pinyin"):
        return False
    return _is_joined(pinyin, other) or not _both_spelled(pinyin, other, system)


def _is_joined(pinyin: Name, other: Name) -> bool:
    """Whether the given name is one word in pinyin and two in the other, as the mainland and Hong Kong write them: then
    the first name is no name of the other's system ("Lin Yulan", "Lam Yuk Lan")."""
    if len(pinyin) != 3 or not all(s.text in usual_pinyin() for s in pinyin) or not all(s.alone for s in other):
        return False
    return sum(s.alone for s in pinyin) == 1


def _fit(left: Name, right: Name, alike: Callable[[Syllable, Syllable], bool]) -> bool:
    """Syllable by syllable alike; a whole part at one end may be a surname, any whole part a short form."""
    surnames = 0
    for at, (x, y) in enumerate(zip(left, right, strict=True)):
        if alike(x, y):
            continue
        alone = x.alone and y.alone and x.text != y.text
        if alone and _may_be_surnames(left, right, at):
            surnames += 1
        elif not (alone and _share(x.text, y.text, "short")):
            return False
    return surnames <= 1


def _may_be_surnames(left: Name, right: Name, at: int) -> bool:
    """Spellings of one surname at an end of both names, and no part at the other end is a surname rather than they."""
    x, y = left[at].text, right[at].text
    if at not in (0, len(left) - 1) or not _share(x, y, "surnames"):
        return False
    # "Zhang Wei", "Wei Chang": the rest is spelled so in both systems, unlike that of "Xie Yu", "Xie You".
    rest = [s.text for s in (*left[:at], *left[at + 1 :])]
    is_spelled_alike = rest == [s.text for s in (*right[:at], *right[at + 1 :])]
    taiwanese = (y in wade_giles(x) or x in wade_giles(y)) and all(map(_is_the_same_abroad, rest))
    if (
        is_spelled_alike and _is_surname(x) and _is_surname(y) and not taiwanese
    ):  # Deng and Tang, Li and Lei: two surnames of one system
        return False
    end = -1 if at == 0 else 0
    if left[end].part != right[end].part:
        return True
    if any(is_of_another_country(s.part) for s in (*left[:at], *left[at + 1 :])):
        return False  # "Ly Thanh Tam", "Ly Thanh Tan": the spellings are those of Chinese surnames
    is_short = len({s.part for s in left}) == 2
    if is_short and not taiwanese and {x, y} <= usual_pinyin() and _is_surname(left[end].part):
        return False  # "Feng Yu", "Feng Yue": the surname may well be the part that is the same
    if left[end].part in spelling()["mirrored"]["ends"].split():  # "Dinh Van Hung": the surname stands there
        return False
    other = surname_frequency(left[end].part)
    return other < SURNAME_LEAST or other <= max(map(surname_frequency, _shared_spellings(x, y)))


def _is_the_same_abroad(syllable: str) -> bool:
    return syllable not in pinyin_syllables() or syllable in wade_giles(syllable)


def _is_surname(part: str) -> bool:
    """Whether a part is the pinyin of a surname: the first spelling of its class."""
    return part in usual_pinyin() and f"surnames:{part}" in sound_classes().get(part, NOTHING)


@lru_cache(maxsize=4096)
def _shared_spellings(x: str, y: str) -> frozenset[str]:
    """All spellings of the surnames that two spellings may both stand for."""
    lines = (line.split() for line in spelling()["sounds"]["surnames"])
    return frozenset(word for line in lines if x in line and y in line for word in line)


def _both_spelled(left: Name, right: Name, system: str) -> bool:
    """Whether one system spells all of both names, and beside the surname they differ: then they are two names."""
    parts = {s.part for s in (*left, *right)}
    most = 2 if min(len({s.part for s in name}) for name in (left, right)) > 1 else 3  # "wenchiang" is no "wen-chi-ang"
    if not all(is_run_of(part, system, most) for part in parts):
        return False
    other = [at for at, (x, y) in enumerate(zip(left, right, strict=True)) if x.text != y.text]
    return len(other) > 1 or not all(
        left[at].alone and right[at].alone and _may_be_surnames(left, right, at) for at in other
    )


def same_letters_loosely(one: Sequence[str], two: Sequence[str]) -> bool:
    """Part by part the same but for letters that systems of Thai, Japanese, Russian and other long names write or leave
    out."""
    if len(one) != len(two) or len(one) < 2:
        return False
    families: set[str] = set(spelling()["loose"])
    for x, y in zip(one, two, strict=True):
        if x != y and not _share(x, y, "short"):
            families &= _families(x, y)
            if not families:
                return False
    if not are_of_one_system(set(one) ^ set(two)):
        return True
    # "Chou Mei", "Cho Mei" are two names; not "Satou Yuki", "Sato Yuki"
    is_japanese = all(is_run_of(part, "japanese") for part in (*one, *two))
    return "japanese" in families and is_japanese and not are_of_one_system(one) and not are_of_one_system(two)


def _families(one: str, two: str) -> set[str]:
    """Those in which two parts are the same but for such letters, enough of them left."""
    if skeleton(one) != skeleton(two):
        return set()
    mine, other = _loose(one), _loose(two)
    return {
        family
        for family, letters in mine.items()
        if letters == other[family] and len(letters) >= (LEAST_JAPANESE if family == "japanese" else LEAST_LOOSE)
    }


@lru_cache(maxsize=65536)
def skeleton(part: str) -> str:
    """The letters that no family leaves out or writes otherwise, each once: "lombardi" -> "lmbd". A cheap look."""
    return _REPEATED.sub(r"\1", part.translate(_STABLE))


@lru_cache(maxsize=65536)
def _loose(part: str) -> Mapping[str, str]:
    """ "natthaya" -> "nataya", "srisook" -> "srisuk", by family."""
    found = {}
    for family, letters in spelling()["loose"].items():
        loose = part
        for written, plain in letters.items():
            loose = loose.replace(written, plain)
        found[family] = _DOUBLED.sub(r"\1", loose)
    return found


@lru_cache(maxsize=65536)
def sound_key(part: str) -> str:
    """One key for the spellings of a part: every syllable as the first spelling of its first class."""
    classes = sound_classes()
    best = next(
        (cut for cut in sorted(cuts(part), key=lambda c: (len(c) == 1 and part not in classes, len(c), c))), (part,)
    )
    return "".join(min(classes[s]).split(":")[1] if s in classes else s for s in best)
