"""Invented words, names and numbers for those of a text, in the same writing: times stay times, prices stay prices."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from random import Random
from typing import NamedTuple

from pipeline.extract.addresses import find_addresses
from pipeline.extract.addresses.vocab import (
    DECLARED,
    DIRECTIONS,
    NAME_WORDS,
    STATE_CODES,
    STATE_NAMES,
    SUFFIXES,
    ordinal,
)
from pipeline.extract.contacts import find_websites
from pipeline.extract.emails import find_emails
from pipeline.extract.lexicon import any_of, fold, vocabulary
from pipeline.extract.phones import find_phones

CITY, STATE, ZIP = "Springfield", "MO", "65801"
AREA, FICTIONAL = "417", "55501"  # and two digits more
_MONTH = any_of(fold(name) for names in vocabulary("dates")["months"] for name in names)
_ORDINAL = r"(?:st|nd|rd|th)?"
_OF = r"(?:\s+(?:of|de|del))?"
_YEAR = r"(?:19|20)\d\d"
_DATES = re.compile(
    rf"(?<!\d)(?P<y>{_YEAR})(?P<s>[-/.])\d{{1,2}}(?P=s)(?P<iso>\d{{1,2}})(?!\d)"
    rf"|(?<!\d)(?P<a>\d{{1,2}})(?P<t>[-/.])(?P<b>\d{{1,2}})(?P=t)(?:{_YEAR}|\d\d)(?![\d-]|\.\d)"
    r"|(?<![\d/.])(?!24/7)(?P<c>\d{1,2})/(?P<d>\d{1,2})(?![\d/])"
    rf"|(?<!\w)(?:{_MONTH})\.?[\s-]*(?P<after>\d{{1,2}}{_ORDINAL})(?![\d:])(?:,?[\s-]+{_YEAR}(?!\d))?"
    rf"|(?<!\d)(?P<before>\d{{1,2}}{_ORDINAL}){_OF}[\s-]+(?:{_MONTH})(?!\w)(?:,?{_OF}[\s-]+{_YEAR}(?!\d))?"
    rf"|(?<!\w)(?:{_MONTH}),?\s+{_YEAR}(?!\d)"
    rf"|(?:{_YEAR}\s?[年년]\s?)?\d{{1,2}}\s?[月월]\s?(?P<east>\d{{1,2}})(?=\s?[日일号])"
)
_TIMES = re.compile(
    r"(?<![\d:.$])(?P<hour>\d{1,2})(?P<rest>(?::[0-5]\d){1,2}(?:\s?[ap]\.?m\b\.?)?|\s?[ap]\.?m\b\.?|[ap](?![a-z]))(?!:?\d)"
)
_ALL_DAY = re.compile(r"(?<!\w)(?:24\s?/\s?7|24\s?(?:hours?|hrs?)|7\s?days)(?!\w)")
_PLACE = re.compile(
    rf"\b(?P<city>[A-Z][\w.'’]+(?: [A-Z][\w.'’]+){{0,2}}),\s*"
    rf"(?P<state>{any_of(STATE_CODES)}|{any_of(STATE_NAMES.values())})\b"
    r"(?:,?\s+(?P<zip>\d{5}(?:-\d{4})?)(?!\d))?"
)
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+")
_BEHIND_NUMBER = re.compile(r"(?<=\d)[^\W\d_](?![^\W\d_])")  # 2026-01-05T08:00:00Z, 34b
_NUMBER = re.compile(r"(?<![\d.,$])(?:\+?1[-. ]{0,2})?\(?\d{3}\)?[-. ]{1,3}\d{3}[-. ]{1,2}\d{4}(?!\d)")
_KEPT_PHRASES = re.compile(
    any_of(w for name in ("bot_wall", "tombstone", "consent") for w in vocabulary("pages")[name])
)
_SCRIPTS = (("CJK", "han"), ("HANGUL", "hangul"), ("HIRAGANA", "kana"), ("KATAKANA", "kana"), ("THAI", "thai"))


class Instead(NamedTuple):
    """What stands for text[start:end]."""

    start: int
    end: int
    words: str


def replaced(text: str, instead: Sequence[Instead]) -> str:
    """The text with what stands for its words."""
    made, done = [], 0
    for start, end, words in instead:
        made += [text[done:start], words]
        done = end
    return "".join([*made, text[done:]])


@cache
def kept_words() -> frozenset[str]:
    """Words, folded, that say how a page is read and nothing about anybody."""
    words = vocabulary("masking")["kept"].split()
    for labels in vocabulary("labels").values():
        words += [word for label in labels for word in re.findall(r"[^\W\d_]+", label)]
    for entry in vocabulary("handles").values():
        words += [word for way in entry["words"] + entry.get("short", []) for word in way.split() if len(word) > 1]
    dates = vocabulary("dates")
    words += [word for stated in dates["stated"].values() for way in stated["before"] for word in way.split()]
    words += [word for names in dates["weekdays"] for name in names for word in name.split()]
    words += [word for unit in dates["ago"]["units"].values() for word in unit if len(word) > 1]
    words += vocabulary("prices")["currency"]
    words += [word for kind in vocabulary("business")["kinds"] for word in kind.split()]
    return frozenset(map(fold, words))


@cache
def _of_addresses() -> frozenset[str]:
    units = DECLARED["units"]
    words = [*SUFFIXES, *DIRECTIONS, *NAME_WORDS, *STATE_CODES, *units["suite"], *units["building"], *units["floor"]]
    more = [*units["alone"], *(way for ways in DECLARED["highways"].values() for way in ways)]
    return frozenset(word.upper() for way in (*words, *more) for word in way.split())


class Mask:
    """Stands for the words of one page. The same word gets the same one, so that a name stays a name."""

    def __init__(self, seed: int = 0, kept: frozenset[str] = frozenset()) -> None:
        """`kept`: further words, folded, that stay."""
        self._rng = Random(seed)
        self._kept = kept_words() | kept
        self._known: dict[str, str] = {}
        self._numbers: Counter[str] = Counter()
        self._unused = vocabulary("masking")["words"].split()
        self._rng.shuffle(self._unused)

    def learn_towns(self, text: str) -> None:
        """Towns that stand with their state are one invented town wherever they stand."""
        for m in _PLACE.finditer(text):
            self._known.setdefault(fold(m["city"]), CITY.lower())

    def text(self, text: str) -> str:
        """The text without what it says."""
        return replaced(text, self.instead(text))

    def instead(self, text: str, settled: Sequence[Instead] = ()) -> list[Instead]:
        """What stands for its words, in order; `settled`: what was decided of them before."""
        if len(text.strip()) == 1:
            return list(settled)  # the number of a page, a mark
        found: list[Instead] = []
        taken = bytearray(len(text))
        for span in (*settled, *self._spans(text)):
            if not any(taken[span.start : span.end]):
                taken[span.start : span.end] = b"\1" * (span.end - span.start)
                found.append(span)
        for m in _TOKEN.finditer(text):
            if any(taken[m.start() : m.end()]) or _BEHIND_NUMBER.match(text, m.start()):
                continue
            words = self.number(m[0]) if m[0][0].isdecimal() else self.word(m[0])
            found.append(Instead(m.start(), m.end(), words))
        return sorted(found)

    def word(self, word: str) -> str:
        """Another word in the same letter case; labels and the like stay."""
        folded = fold(word)
        if folded in self._kept:
            return word
        script = unicodedata.name(word[0], "").split(" ")[0]
        if among := next((str(vocabulary("masking")[ours]) for name, ours in _SCRIPTS if script.startswith(name)), ""):
            others = [c for c in among if c not in word]
            return self._same(word, lambda: "".join(self._rng.choices(others or among, k=len(word))))
        if len(word) == 1:
            letter = self._same(f"letter {folded}", lambda: self._rng.choice("bcdfghjklmnpqrtuvwz"))
            return letter.upper() if word.isupper() else letter
        chosen = self._same(folded, self._unused_word)
        return chosen.upper() if word.isupper() else chosen.title() if word[0].isupper() else chosen

    def number(self, digits: str) -> str:
        """Other digits for all but zeros; a year of the same decade. Two digits make no age below twenty."""
        if len(digits) == 4 and digits[:2] in {"19", "20"}:
            return self._same(digits, lambda: digits[:3] + str(self._rng.randrange(10)))
        return self._same(f"number {digits}", lambda: self._other_digits(digits))

    def _other_digits(self, digits: str) -> str:
        old = [unicodedata.decimal(digit) for digit in digits]
        new = [value and self._rng.choice([n for n in range(1, 10) if n != value]) for value in old]
        if len(new) == 2 and new[0] == 1:
            new[0] = 3 if old[0] != 3 else 4
        if len(new) >= 10:
            new[:2] = 1, 0  # no number in use begins so
        return "".join(map(self._digit, digits, new))

    def _spans(self, text: str) -> Iterator[Instead]:
        """Stretches that are more than words, the surest first."""
        folded = fold(text)
        yield from (Instead(*m.span(), m[0]) for m in (_KEPT_PHRASES.finditer(folded)) if m[0])
        for found in find_emails(text):
            yield Instead(found.start, found.end, self._numbered("mail", found.value, "person{}@mail.example"))
        for phone in find_phones(text):
            yield Instead(phone.start, phone.end, self.phone(phone.e164, phone.raw))
        for m in _NUMBER.finditer(text):  # one that is in no use, or a site's own
            digits = re.sub(r"\D", "", m[0])[-10:]
            yield Instead(*m.span(), self.phone(digits, m[0], digits[:3]))
        for found in find_websites(text):
            yield Instead(found.start, found.end, self.site(found.value))
        for address in find_addresses(text):
            yield Instead(address.start, address.end, self._address(address.raw, address.address.city))
        yield from (Instead(*m.span(), text[m.start() : m.end()]) for m in _ALL_DAY.finditer(folded))
        yield from (Instead(m.start(), m.end(), self._time(m, text)) for m in _TIMES.finditer(folded))
        yield from self._dates(text, folded)
        yield from (Instead(*m.span(), self._place(m)) for m in _PLACE.finditer(text))

    def site(self, address: str) -> str:
        """An invented host for a web address."""
        return self._numbered("site", address, "site{}.example")

    def phone(self, number: str, raw: str, area: str = AREA) -> str:
        """An invented number in the writing of `raw`, as far as that writes its digits."""
        invented = area + FICTIONAL + self._numbered("phone", number, "{:02}")[-2:]
        places = [n for n, c in enumerate(raw) if c.isdecimal()]
        if len(places) == 11 and unicodedata.decimal(raw[places[0]]) == 1:
            places = places[1:]
        if len(places) != 10 or any(c.isalpha() for c in raw):
            return f"{invented[:3]}-{invented[3:6]}-{invented[6:]}"
        made = list(raw)
        for place, digit in zip(places, invented, strict=True):
            made[place] = self._digit(raw[place], int(digit))
        return "".join(made)

    @staticmethod
    def _digit(like: str, value: int) -> str:
        return chr(ord(like) - unicodedata.decimal(like) + value)

    def _time(self, m: re.Match[str], text: str) -> str:
        hour, rest = m["hour"], text[m.start("rest") : m.end()]
        value = int(hour)
        among = range(13, 24) if value > 12 else range(10, 12) if len(hour) == 2 and value > 9 else range(1, 10)
        other = self._same(f"hour {hour}", lambda: str(self._rng.choice(among)).rjust(len(hour), "0"))
        minutes = re.sub(r"(?<=:)\d\d", lambda n: self._minute(n[0]), rest)
        return other + minutes

    def _minute(self, minute: str) -> str:
        if minute in {"00", "30"}:
            return minute
        return self._same(f"minute {minute}", lambda: f"{self._rng.randrange(1, 60):02}")

    def _dates(self, text: str, folded: str) -> Iterator[Instead]:
        for m in _DATES.finditer(folded):
            day = next((k for k in ("iso", "after", "before", "east") if m[k]), "")
            if first := m["a"] or m["c"]:
                day = ("a" if int(first) > 12 else "b") if m["a"] else ("c" if int(first) > 12 else "d")
            words = text[m.start() : m.end()]
            if day:
                start, end = m.start(day) - m.start(), m.end(day) - m.start()
                words = words[:start] + self._day(words[start:end], among=13 if len(day) == 1 else 10) + words[end:]
            yield Instead(m.start(), m.end(), words)

    def _day(self, day: str, among: int) -> str:
        """Another day of as many digits, with its ordinal ending; `among`: where days begin that are no months."""
        digits = re.match(r"\d+", day)
        written = digits[0] if digits else day
        value = int(written)
        days = range(1, 10) if value < 10 else range(among, 29) if value >= among else range(10, among)
        other = self._same(f"day {written} {among}", lambda: str(self._rng.choice(days)).rjust(len(written), "0"))
        ending = day[len(written) :]
        return other + (
            ordinal(int(other))[-2:].lower() if ending.islower() else ordinal(int(other))[-2:] if ending else ""
        )

    def _address(self, raw: str, city: str) -> str:
        words = re.sub(r"(?<!\d)\d{5}(?:-\d{4})?(?!\d)(?=\W*$)", ZIP, raw)
        at = fold(words).find(fold(city)) if city else -1
        if at < 0:
            return _TOKEN.sub(self._in_address, words)
        before, after = words[:at], words[at + len(city) :]
        town = CITY.upper() if city.isupper() else CITY
        after = re.sub(rf"\b(?:{any_of(STATE_CODES)})\b", STATE, after)
        return _TOKEN.sub(self._in_address, before) + town + after

    def _in_address(self, m: re.Match[str]) -> str:
        word = m[0]
        if word == ZIP or word.upper() in _of_addresses():
            return word
        if word[0].isdecimal():
            return self._same(f"number {word}", lambda: self._other_digits(word))
        if m.start() and m.string[m.start() - 1].isdecimal():
            return word  # 20th
        return self.word(word)

    def _place(self, m: re.Match[str]) -> str:
        between = m.string[m.end("city") : m.start("state")]
        state = STATE if m["state"].isupper() and len(m["state"]) == 2 else STATE_NAMES[STATE]
        behind = m.string[m.end("state") : m.start("zip")] + ZIP if m["zip"] else ""
        return CITY + between + state + behind

    def _numbered(self, kind: str, value: str, form: str) -> str:
        key = f"{kind}: {value}"
        if key not in self._known:
            self._numbers[kind] += 1
        return self._same(key, lambda: form.format(self._numbers[kind]))

    def _unused_word(self) -> str:
        if not self._unused:
            self._unused = vocabulary("masking")["words"].split()
        return str(self._unused.pop())

    def _same(self, key: str, make: Callable[[], str]) -> str:
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]
