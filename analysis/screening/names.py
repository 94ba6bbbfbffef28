"""How much a name says: its share of the population and of the pool at hand, whichever is larger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import log2

from rapidfuzz import fuzz, process

from analysis.rules import ScreeningRules
from pipeline.resolve.names.person_names import read_person
from pipeline.resolve.population import first_frequency, surname_frequency

PREFILTER = 60.0  # of 100, over sorted letters: names further apart than this are not compared at all
PSEUDO_POOL = 1000  # a small pool says little about rarity: as if so many further people were in it
# fmt: off
COMPANY = frozenset({
    "LLC", "LLP", "LP", "INC", "CORP", "CORPORATION", "COMPANY", "LTD", "TRUST", "BANK", "PLLC", "ASSOCIATES",
    "PROPERTIES", "HOLDINGS", "REALTY", "INVESTMENTS", "SERVICES", "GROUP", "ENTERPRISES", "AGENTS", "PARTNERS",
    "MANAGEMENT", "SPA", "MASSAGE", "THERAPY", "WELLNESS", "SALON",
})
# fmt: on


def name_words(name: str) -> tuple[str, ...]:
    """ "Nguyễn, Thị Lan" -> ("nguyen", "thi", "lan"): ASCII words, order kept, characters romanized."""
    return read_person(name).ordered


@lru_cache(maxsize=400_000)
def letters(name: str) -> str:
    """The letters of a name in alphabetical order: the same for every order and joining of its parts."""
    return "".join(sorted("".join(name_words(name))))


def is_abbreviated(name: str) -> bool:
    """ "M. Chen": one part and no more than the initial of another."""
    read = read_person(name)
    return len(read.parts) < 2 and bool(read.initials) and not read.native


def letters_near(one: str, others: Sequence[str]) -> list[int]:
    """A cheap look at sorted letters: which of the other names, by their places, are worth comparing."""
    found = process.extract(one, others, scorer=fuzz.ratio, score_cutoff=PREFILTER, limit=None) if one else ()
    return [at for _, _, at in found]


def is_company(name: str) -> bool:
    """A legal form or a trade word: not a person's name. A person never matches a company."""
    return any(w.upper() in COMPANY for w in name_words(name)[1:])


@dataclass(frozen=True)
class NameShares:
    """Shares of names among people. Only counts; nothing else about anybody is stored or guessed."""

    rules: ScreeningRules
    people: int = 0
    ends: Mapping[str, int] = field(default_factory=dict)  # word at either end of a pool name -> people
    rests: Mapping[str, int] = field(default_factory=dict)  # joined rest -> people
    whole: Mapping[str, int] = field(default_factory=dict)  # sorted key -> people

    @classmethod
    def count(cls, names: Iterable[str], rules: ScreeningRules) -> NameShares:
        """`names`: one per person in the pool, in any order."""
        ends, rests, whole, people = Counter[str](), Counter[str](), Counter[str](), 0
        for name in names:
            if words := name_words(name):
                people += 1
                ends.update({words[0], words[-1]})
                rests.update({"".join(words[1:]), "".join(words[:-1])})
                whole["".join(sorted(words))] += 1
        return cls(rules, people, ends, rests, whole)

    def _pool(self, counts: Mapping[str, int], word: str) -> float:
        """Share of others: the person asked about does not make the own name common."""
        return max(0, counts.get(word, 0) - 1) / (self.people + PSEUDO_POOL)

    def surname(self, word: str) -> float:
        return max(surname_frequency(word), self._pool(self.ends, word), self.rules.surname_floor)

    def given(self, words: tuple[str, ...]) -> float:
        joined, whole = "".join(words), [w for w in words if len(w) > 1]
        if not whole:
            return 1.0  # an initial fits so many of one language that it makes no surname rarer
        population = max(first_frequency(w) for w in (joined, whole[0]))
        return max(population, self._pool(self.rests, joined), self.rules.given_floor)

    def share(self, name: str) -> float:
        """Chance that a stranger bears this name, in whichever order makes it most common."""
        words = name_words(name)
        if len(words) < 2:
            return 1.0
        orders = ((words[0], words[1:]), (words[-1], words[:-1]))
        apart = max(self.surname(s) * min(1.0, self.given(g) * self.rules.given_lift) for s, g in orders)
        return min(1.0, max(apart, self._pool(self.whole, "".join(sorted(words)))))

    def bits(self, name: str) -> float:
        """Match weight of agreement in this name, capped."""
        return min(self.rules.name_max_bits, -log2(self.share(name)))

    def surname_band(self, surname: str, name: str = "") -> str:
        """ ">=1%", "0.1-1%" or "<0.1%" of the pool; "" without a name. Without a surname the more common end counts."""
        words = name_words(surname)[-1:] or name_words(name)
        if not words:
            return ""
        total = max(1, self.people)
        share = max(self.ends.get(w, 0) / total for w in {words[0], words[-1]})
        return ">=1%" if share >= 0.01 else "0.1-1%" if share >= 0.001 else "<0.1%"
