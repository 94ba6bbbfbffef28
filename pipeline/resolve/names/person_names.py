"""A person's name taken apart without assuming which end the surname stands at."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from pipeline.resolve.names.romanization import (
    fold,
    is_kana,
    is_syllabic,
    latin_of_cyrillic,
    latin_of_kana,
    native_part,
    romanize,
    spelling,
)
from pipeline.resolve.names.sounds import sound_key
from pipeline.resolve.names.systems import are_of_one_system, is_english_name
from pipeline.resolve.population import (
    first_frequency,
    is_common_first,
    is_settled_name,
    surname_frequency,
)

_GENERATIONS = {"jr": "2", "ii": "2", "sr": "1", "iii": "3", "iv": "4"}  # people write II for Jr. and Jr. for II
_ORDINALS = {"2": "ii", "3": "iii", "4": "iv"}
_SUFFIXES = frozenset(["md", "dds", "phd", "esq", "mr", "mrs", "ms", "miss", "dr", "lmt", *_GENERATIONS])
# "de la Cruz", "Dela Cruz": Delacruz; "Van der Berg": Vanderberg
_PARTICLES = re.compile(r"\b(?:de (?:la|las|los) |del(?:a|as|os)? |van (?:de[rn]?|het) )(?=[a-z]{3})")
_BEGINNINGS = re.compile(
    r"\b(mc|mac|o|st|saint|fitz|van|von|de|di|du|la|le)\.? ([a-z]{3,})"
)  # "Mc Allister", "O Neill"
_FIRST_WORDS = frozenset(["mc", "mac", "o", "st", "saint", "fitz", "van", "von", "de", "di", "du", "la", "le", "ma"])
_CERTAIN_BEGINNINGS = frozenset(["mc", "mac", "o", "st", "fitz"])
_MARIA = re.compile(r"\bma ([a-z]{3,})((?: [a-z]\b\.?)? [a-z]{4,})$")
_TOKEN = re.compile(r"[a-z]+")
_NUMBERED = re.compile(r"\b([2-4])(?:nd|rd|th)\b")
_SHORT = re.compile(r"\b([a-z]{2,4})\.")
_PLAIN_WORDS = re.compile(r"([a-z]{2,})(?:(,?) ([a-z]{2,}))?")  # as most names, and surnames alone, are written

MIDDLE_LEAST = 1e-4  # share of people from which a surname is a middle name too


class PersonName(NamedTuple):
    """ASCII parts of one written name. `parts` keeps the order, "Hong-Bo" is one part, "H." is an initial."""

    native: str  # characters in their simplified form, "" without any
    parts: tuple[str, ...]  # words of two letters or more
    initials: tuple[str, ...]  # single letters
    ordered: tuple[str, ...]  # both, in order
    pieces: tuple[str, ...] = ()  # the parts given name first, if a comma says so, hyphens apart
    generation: str = ""  # "1" for Sr., "2" for Jr. or II

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
    def is_plain(self) -> bool:
        """Two written parts and nothing besides: no initial, hyphen, characters or generation."""
        return len(self.parts) == 2 == len(self.pieces) and not (self.initials or self.native or self.generation)

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
        return all(map(is_settled_part, self.parts))

    def turns(self) -> list[tuple[str, ...]]:
        """Every way to move the surname from one end to the other."""
        return [(*self.ordered[i:], *self.ordered[:i]) for i in range(len(self.ordered))]

    @property
    def has_middle(self) -> bool:
        """Whether the middle stays in the middle from whichever end the name is written: "Nguyen Minh Khoi"."""
        if len(self.ordered) not in (3, 4):
            return False
        mirrored, middle = _mirrored(), self.ordered[1:-1]
        for surname, given in ((self.ordered[0], self.ordered[-1]), (self.ordered[-1], self.ordered[0])):
            fit = surname in mirrored["ends"] or (
                surname in mirrored["either"] and any(m in mirrored["middle"] for m in middle)
            )
            if fit and all(len(p) == 1 or p in mirrored["spelled"] for p in (*middle, given)):
                return True
        return False

    def from_the_end(self) -> tuple[str, ...]:
        """The parts with the ends exchanged."""
        return (self.ordered[-1], *self.ordered[1:-1], self.ordered[0])

    def shorter(self) -> tuple[PersonName, ...]:
        """The name as people shorten it: without its English given name, its middle names or its second surname."""
        if len(self.ordered) < 3 and len(self.pieces) < 3:
            return ()
        found: dict[tuple[str, ...], None] = {}
        for index, part in enumerate(self.ordered if len(self.ordered) > 2 else ()):
            rest = (*self.ordered[:index], *self.ordered[index + 1 :])
            inside = 0 < index < len(self.ordered) - 1 or (index and self.after_comma)  # "Nguyen, Lan Thi"
            if len(part) == 1 or (part in _mirrored()["left_out"] and inside) or (index and _is_patronymic(part)):
                found[rest] = None
            elif is_common_first(part):
                found[rest] = None
                found[part, rest[0]] = None
                found[part, rest[-1]] = None
        if self.has_middle:
            found[self.ordered[0], self.ordered[-1]] = None
        found |= dict.fromkeys(self._second_surname_left_out())
        return tuple(of_parts(self.native, parts) for parts in found if len([p for p in parts if len(p) > 1]) > 1)

    def without_second_surname(self) -> list[PersonName]:
        """The name without its second surname, and without given names besides."""
        return [of_parts(self.native, parts) for parts in self._second_surname_left_out()]

    def ends(self) -> list[tuple[str, str]]:
        """First given name and last surname of a name with middle names: "Robert J. Mason", "Mason, Robert James" ->
        ("robert", "mason"). Of none of syllables, each of which would make another name."""
        ways = (self.pieces,) if self.after_comma else (self.pieces, self.ordered)  # "Rebecca Ann Delgado-Cruz"
        return [(way[0], way[-1]) for way in dict.fromkeys(ways) if _has_given_names_between(way)]

    def without_english_or_middle(self) -> list[tuple[str, ...]]:
        """ "Petrova Tatyana Sergeevna" -> "Petrova Tatyana", "Shufang Helen Ye" -> "Shufang Ye"."""
        if len(self.ordered) < 3:
            return []
        of_syllables = sum(map(_is_of_syllables, self.ordered)) > 1
        return [
            (*self.ordered[:i], *self.ordered[i + 1 :])
            for i, part in enumerate(self.ordered)
            if (i and _is_patronymic(part))
            or (0 < i < len(self.ordered) - 1 and part in _mirrored()["left_out"])
            or (of_syllables and is_english_name(part))
        ]

    @property
    def after_comma(self) -> bool:
        """Whether a comma says which end is the surname."""
        return self.pieces != self.ordered and sorted(self.pieces) == sorted(self.ordered)

    def _second_surname_left_out(self) -> list[tuple[str, ...]]:
        """ "Ana Maria Ruiz Peña" -> "Ana Maria Ruiz", "Ana Ruiz", "Ana Ruiz Peña": given names kept from the first on.

        Not of syllables, each of which would make another name.
        """
        pieces = self.pieces
        if len(pieces) < 3 or any(len(p) < 2 for p in pieces) or 2 * sum(map(_is_of_syllables, pieces)) >= len(pieces):
            return []
        surnames = [i for i in range(1, len(pieces)) if surname_frequency(pieces[i]) >= first_frequency(pieces[i])]
        first = surnames[0] if surnames else len(pieces) - 1
        given, family = pieces[:first], pieces[first:]
        found = [(*given[:n], *family[:m]) for n in range(1, len(given) + 1) for m in range(1, len(family) + 1)]
        if len(pieces) > len(self.ordered):  # of a double surname the second alone: "Cole-Baker" who was a Baker
            found.append((*given, family[-1]))
        return [parts for parts in found if parts != pieces]

    def initial_forms(self) -> tuple[str, ...]:
        """ "hongbo qi" -> "hongbo q", "qi h": each end written out beside the first letter of the rest."""
        if len(self.ordered) < 2:
            return ()
        first, last = self.ordered[0], self.ordered[-1]
        forms = {f"{first} {self.ordered[1][0]}"} if len(first) > 1 else set()
        if len(last) > 1:
            forms.add(f"{last} {first[0]}")
        return tuple(sorted(forms))

    def variant(self) -> str:
        """The turned key with every syllable in the first spelling of its class, short given names written out."""
        return smallest_turn("".join(map(sound_key, self.ordered)))

    @property
    def mirror(self) -> str:
        """One key for "Nguyen Thi Lan" and "Lan Thi Nguyen"; "" for names without a middle that stays."""
        if not self.has_middle:
            return ""
        return "~" + min("".join(self.ordered), "".join(self.from_the_end()))


@lru_cache(maxsize=65536)
def is_settled_part(part: str) -> bool:
    """Whether a part is a name or a run of syllables."""
    return is_settled_name(part) or is_syllabic(part)


def _is_of_syllables(part: str) -> bool:
    return is_syllabic(part) and are_of_one_system([part]) and not is_english_name(part)


@lru_cache(maxsize=1)
def _mirrored() -> dict[str, frozenset[str]]:
    words = {key: frozenset(text.split()) for key, text in spelling()["mirrored"].items()}
    return {
        **words,
        "spelled": words["middle"] | frozenset((spelling()["vietnamese"] + spelling()["rare_vietnamese"]).split()),
    }


def _has_given_names_between(pieces: tuple[str, ...]) -> bool:
    """Whether what stands between the ends, no syllables, is given names and no first of two surnames."""
    if len(pieces) < 3:
        return False
    ends = pieces[0], pieces[-1]
    if min(map(len, ends)) < 2 or any(map(_is_of_syllables, ends)):
        return False
    return all(len(p) == 1 or _may_be_given(p) for p in pieces[1:-1])


def _may_be_given(part: str) -> bool:
    """A given name, or a surname that many bear for a middle name: "Lee", "Scott"."""
    return is_common_first(part) or (
        first_frequency(part) >= MIDDLE_LEAST and first_frequency(part) >= surname_frequency(part) / 5
    )


def _is_patronymic(part: str) -> bool:
    return len(part) > 6 and part.endswith(_patronymic_endings())


@lru_cache(maxsize=1)
def _patronymic_endings() -> tuple[str, ...]:
    return tuple(spelling()["patronymic"]["endings"].split())


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


def of_parts(native: str, ordered: tuple[str, ...], pieces: tuple[str, ...] = (), generation: str = "") -> PersonName:
    initials = tuple(p for p in ordered if len(p) == 1)
    parts = tuple(p for p in ordered if len(p) > 1) if initials else ordered
    return PersonName(native, parts, initials, ordered, pieces, generation)


@lru_cache(maxsize=1)
def _compound_surnames() -> tuple[re.Pattern[str], frozenset[str]]:
    """ "ou yang", "au yeung": two words that are one surname, and the first words of such."""
    cuts = [(s[:at], s[at:]) for s in spelling()["compound"]["surnames"].split() for at in range(2, len(s) - 1)]
    return re.compile(rf"\b(?:{'|'.join(map(' '.join, cuts))})\b"), frozenset(first for first, _ in cuts)


def _without_blanks(found: re.Match[str]) -> str:
    return found[0].replace(" ", "")


def _joined_surname(found: re.Match[str]) -> str:
    """ "mc allister" -> "mcallister", a surname in one word; not "le long" and "van hung", as likely Vietnamese."""
    first = "st" if found[1] == "saint" else found[1]
    joined = first + found[2]
    certain = first in _CERTAIN_BEGINNINGS or (len(found[2]) > 3 and not is_syllabic(found[2]))
    return joined if certain and surname_frequency(joined) else found[0]


def _maria(found: re.Match[str]) -> str:
    """ "ma luisa pangilinan" -> "maria luisa pangilinan"; Ma Xiaoli is no Maria."""
    return (
        f"maria {found[1]}{found[2]}"
        if is_english_name(found[1]) and not is_syllabic(found[2].split()[-1])
        else found[0]
    )


def _written_out(found: re.Match[str]) -> str:
    """ "ma." -> "maria "; other abbreviations stay."""
    long: str = spelling()["written_short"].get(found[1], "")
    return f"{long} " if long else found[0]


def _middle_before_given(ordered: tuple[str, ...]) -> tuple[str, ...]:
    """ "Pham, Hoa Thi" is Pham Thi Hoa: forms that ask for the given name first put a Vietnamese middle behind it."""
    known = _mirrored()
    if len(ordered) > 2 and ordered[0] in known["ends"] | known["either"]:
        if ordered[-1] in known["left_out"]:
            return (ordered[0], ordered[-1], *ordered[1:-1])
        if ordered[2] in known["left_out"]:  # "Dang, Bich Thi Ngoc"
            return (ordered[0], *ordered[2:], ordered[1])
    return ordered


@lru_cache(maxsize=262_144)
def read_person(text: str, native_name: str = "") -> PersonName:
    """Take a written name apart. Characters come from `native_name` or the text; without letters they are romanized."""
    if not native_name and (read := _read_plain_words(text)):
        return read
    if not text.isascii() and is_kana(text):  # kana are spelled, as Cyrillic is: no characters to compare
        text = latin_of_kana(text)
    native = native_part(native_name) or native_part(text)
    if not (text.isascii() or native or _TOKEN.search(fold(text))):
        text = latin_of_cyrillic(text)
    folded = fold(text).replace("'", "")
    if "." in folded:
        folded = _SHORT.sub(_written_out, folded)
    if not folded.isalpha():
        folded = _NUMBERED.sub(lambda found: _ORDINALS[found[1]], folded)
    if "de" in folded:
        folded = _PARTICLES.sub(_without_blanks, folded)
    found = _TOKEN.findall(folded)
    if len(found) > 2 and not _FIRST_WORDS.isdisjoint(found):
        folded = _MARIA.sub(_maria, _BEGINNINGS.sub(_joined_surname, folded))
    pattern, beginnings = _compound_surnames()
    if not beginnings.isdisjoint(found):
        folded = pattern.sub(_without_blanks, folded)
    words = _TOKEN.findall(folded.replace("-", ""))
    ordered = tuple(t for t in words if t not in _SUFFIXES)
    generation = next((_GENERATIONS[t] for t in words[1:] if t in _GENERATIONS), "")
    if not ordered and native:
        ordered = romanize(native)
    before, comma, after = folded.partition(",")
    if comma:
        ordered = _middle_before_given(ordered)
    pieces = tuple(t for t in _TOKEN.findall(f"{after} {before}" if comma else before) if t not in _SUFFIXES)
    return of_parts(native, ordered, pieces, generation)


def _read_plain_words(text: str) -> PersonName | None:
    """Names of one or two plain words, read the short way: four of five. None when more has to be looked at."""
    found = _PLAIN_WORDS.fullmatch(text.lower()) if text.isascii() else None
    if found is None:
        return None
    one, comma, two = found.groups()
    if two is None:
        return None if one in _SUFFIXES else PersonName("", (one,), (), (one,), (one,))
    if one in _SUFFIXES or two in _SUFFIXES or one in _compound_surnames()[1] or _PARTICLES.match(found[0]):
        return None
    ordered = (one, two)
    return PersonName("", ordered, (), ordered, (two, one) if comma else ordered)
