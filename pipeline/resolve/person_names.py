"""A person's name taken apart without assuming which end the surname stands at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.resolve.population import is_common_first, is_settled_name
from pipeline.resolve.romanization import fold, is_syllabic, native_part, romanize, spelling, spelling_class

_SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv", "md", "dds", "phd", "esq", "mr", "mrs", "ms", "dr", "lmt"])
_TOKEN = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class PersonName:
    """ASCII parts of one written name. `parts` keeps the order, "Hong-Bo" is one part, "H." is an initial."""

    native: str  # characters as written, "" without any
    parts: tuple[str, ...]  # words of two letters or more
    initials: tuple[str, ...]  # single letters
    ordered: tuple[str, ...]  # both, in order

    @property
    def letters(self) -> str:
        return "".join(self.ordered)

    @property
    def turned(self) -> str:
        """The smallest turn of the letters: one key for every order-by-turning and every way to join parts.

        "HongBo Qi", "Qi, Hongbo", "Hong Bo Qi" and "QI HONG-BO" share it; "Bo-Hong Qi" does not.
        """
        return smallest_turn(self.letters)

    @property
    def spelled(self) -> str:
        return " ".join(sorted(self.ordered))

    @property
    def jumbled(self) -> str:
        """The parts in alphabetical order, joined: the same for every order of the same parts."""
        return "".join(sorted(self.ordered))

    @property
    def settled(self) -> bool:
        """Every part is a name or a run of syllables, so that a letter's difference makes another name."""
        return all(is_syllabic(p) or is_settled_name(p) for p in self.parts)

    def turns(self) -> list[tuple[str, ...]]:
        """Every way to move the surname from one end to the other."""
        return [(*self.ordered[i:], *self.ordered[:i]) for i in range(len(self.ordered))]

    def shorter(self) -> tuple[PersonName, ...]:
        """The name without its English given name or middle word, and the English name with either end of the rest."""
        if len(self.ordered) < 3:
            return ()
        found: dict[tuple[str, ...], None] = {}
        for index, part in enumerate(self.ordered):
            rest = (*self.ordered[:index], *self.ordered[index + 1 :])
            if len(part) == 1 or (0 < index < len(self.ordered) - 1 and part in spelling()["middle"]):
                found[rest] = None
            elif is_common_first(part):
                found[rest] = None
                found[part, rest[0]] = None
                found[part, rest[-1]] = None
        return tuple(_of_parts(self.native, parts) for parts in found if len([p for p in parts if len(p) > 1]) > 1)

    def initial_forms(self) -> tuple[str, ...]:
        """ "hongbo qi" -> "hongbo q", "qi h": each end written out beside the first letter of the rest."""
        if len(self.ordered) < 2:
            return ()
        ends = {(self.ordered[0], self.ordered[1:]), (self.ordered[-1], self.ordered[:-1])}
        return tuple(sorted(f"{end} {rest[0][0]}" for end, rest in ends if len(end) > 1))

    def variant(self) -> str:
        """The turned key with every part in the first spelling of its class."""
        return smallest_turn("".join(map(spelling_class, self.ordered)))

    @property
    def mirror(self) -> str:
        """One key for "Nguyen Thi Lan" and "Lan Thi Nguyen": a middle name stays in the middle from either end."""
        if len(self.ordered) != 3 or self.ordered[1] not in spelling()["middle"]:
            return ""
        return "~" + min("".join(self.ordered), "".join(reversed(self.ordered)))


def smallest_turn(letters: str) -> str:
    """Of all rotations the first in alphabetical order; it begins with the smallest letter."""
    if not letters:
        return ""
    first, twice, length = min(letters), letters + letters, len(letters)
    at = letters.index(first)
    best = twice[at : at + length]
    while (at := letters.find(first, at + 1)) > 0:
        best = min(best, twice[at : at + length])
    return best


def _of_parts(native: str, ordered: tuple[str, ...]) -> PersonName:
    parts = tuple(p for p in ordered if len(p) > 1)
    return PersonName(native, parts, tuple(p for p in ordered if len(p) == 1), ordered)


@lru_cache(maxsize=262_144)
def read_person(text: str, native_name: str = "") -> PersonName:
    """Take a written name apart. Characters come from `native_name` or the text; without letters they are romanized."""
    native = native_part(native_name) or native_part(text)
    folded = fold(text).replace("'", "").replace("-", "")
    ordered = tuple(t for t in _TOKEN.findall(folded) if t not in _SUFFIXES)
    if not ordered and native:
        ordered = romanize(native)
    return _of_parts(native, ordered)
