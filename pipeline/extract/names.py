"""Business names: cleaned out of titles and headings, or found in free text. Never names of people.

A cleaned name is always a span of what was written, so that it can be quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from pipeline.extract.addresses.gazetteer import is_city
from pipeline.extract.lexicon import fold, vocabulary
from pipeline.extract.native_names import find_native_names
from pipeline.extract.scan import FOLDED, WRITTEN, Scanned, Sought, candidates, holds, matches_at, scan
from pipeline.extract.text import Found

_SEPARATOR = re.compile(r"\s+[-–—|•·»:~]+\s+|\s*[|»•\n\t]\s*|\s*::\s*")
_EDGES = re.compile(r"^(?:[^\w(&]|\d{1,3}[.)]\s)+|[^\w)&.!'’]+$")
_PHONE_TAIL = re.compile(
    r"[\s,:;([-]*(?:call\s|(?:tel|ph|phone|cell|mobile)\b[:.]?\s?|text\s)?\+?(?:1[\s.-]?)?"
    r"\(?\d{3}\)?[\s.\-–]{0,3}\d{3}[\s.\-–]{0,3}\d{4}.*$",
    re.I,
)
_PHRASE_BEGINS = re.compile(r"(?<![\w@.])[A-Z0-9À-ÖØ-Þ]")
_WORD = r"[A-Z0-9À-ÖØ-Þ][\w'’&.+]*"
_JOINT = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LINK = r"[ ](?:(?:&|and|of|n|'n')[ ])?"
_CAPITALIZED = rf"{_WORD}(?:{_LINK}{_WORD}){{0,5}}"
# What says that a name follows, or that one stood before.
_LEADS = (
    "welcome to",
    "visit",
    "visit us at",
    "come to",
    "come see us at",
    "here at",
    "grand opening of",
    "stop by",
    "review of",
)
_LEAD = "|".join(way for lead in _LEADS for way in (lead, lead.capitalize(), lead.title(), lead.upper()))
_INTRODUCED = WRITTEN.sought(
    re.compile(rf"(?m)(?:(?<!\w)(?:{_LEAD})|^At)[ ](?:the[ ])?(?P<name>{_CAPITALIZED})"),
    rf"(?:{_LEAD}|At)[ ](?:the[ ])?[A-Z0-9À-ÖØ-Þ]",
)
_PREDICATED = WRITTEN.sought(
    re.compile(
        rf"(?m)^\W{{0,4}}(?P<name>{_CAPITALIZED})"
        r" (?:is (?:now |a |an |the |your |proud|located|open|here)|welcomes you|offers )"
    ),
    r" (?:is (?:now |a |an |the |your |proud|located|open|here)|welcomes you|offers )",
)

_HEADLINE = 200  # characters of a longer text are no headline
_TWICE = re.compile(r"\W{0,4}(?P<name>[\w'’&.]+(?: [\w'’&.]+){1,4}?)\W{1,4}(?P=name)(?!\w)", re.I)
_PRAISED = frozenset(["best", "full"])
_LEGAL = frozenset(["llc", "inc", "corp", "ltd"])


@cache
def _states() -> re.Pattern[str]:
    names = sorted(vocabulary("business")["states"], key=len, reverse=True)
    return re.compile(rf"^(?P<name>.+)\s+in\s+(?:{'|'.join(map(re.escape, names))})\s*(?:,.*)?$", re.I | re.S)


@cache
def _place_tail() -> re.Pattern[str]:
    states = vocabulary("business")["states"]
    either = "|".join([*map(re.escape, sorted(states, key=len, reverse=True)), *states.values()])
    return re.compile(
        rf"(?:\s+in\s+|\s*,\s*|\s+)(?:[A-Z][\w.'’]*\s){{0,2}}[A-Z][\w.'’]*\s*,\s*(?:{either})(?:\s+\d{{5}}(?:-\d{{4}})?)?$"
    )


@cache
def _kinds() -> frozenset[str]:
    return frozenset(vocabulary("business")["kinds"])


@cache
def _generic() -> frozenset[str]:
    return frozenset(vocabulary("business")["generic"])


def business_name_span(text: str) -> tuple[int, int] | None:
    """Where the business name stands in a title or heading, without place, phone, site name and ornament.

    "Lucky in Love Spa in Missouri, Springfield" gives "Lucky in Love Spa". None when nothing is left.
    """
    segments = _segments(text)
    kinds = [s for s in segments if _kinds() & _words(text[s[0] : s[1]])]
    for start, end in [*kinds[:1], *segments[:1]]:
        if (span := _trimmed(text, start, end)) is not None:
            return span
    return None


def is_name_and_place(title: str) -> bool:
    """Whether a title has the form "{name} in {state}, {city}" or "{name}, {city}, {state}" of a directory."""
    return bool(_states().match(title) or _place_tail().search(title))


def clean_business_name(text: str) -> str:
    """The business name in a title or heading, single-spaced; "" when there is none."""
    span = business_name_span(text)
    return " ".join(text[span[0] : span[1]].split()) if span else ""


@cache
def _state_codes() -> dict[str, str]:
    return {fold(name): str(code) for name, code in vocabulary("business")["states"].items()}


def state_code(text: str) -> str:
    """The two-letter code of a state written as name or code; "" for anything else."""
    codes = _state_codes()
    word = fold(text).strip(" .")
    return codes.get(word) or (word.upper() if word.upper() in codes.values() else "")


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z']+", fold(text)))


def _segments(text: str) -> list[tuple[int, int]]:
    """The parts of a title between its separators that are not mere noise."""
    cuts = [0, *(edge for m in _SEPARATOR.finditer(text) for edge in m.span()), len(text)]
    noise = set(vocabulary("business")["title_noise"])
    parts = list(zip(cuts[::2], cuts[1::2], strict=True))
    return [(a, b) for a, b in parts if text[a:b].strip() and fold(text[a:b]).strip() not in noise]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end][:200]
    if (m := _PHONE_TAIL.search(piece)) and m.start() > 0:
        piece = piece[: m.start()]
    if (m := _place_tail().search(piece)) and m.start() > 0:
        within = [k for k in re.finditer(r"[A-Za-z']+", m[0]) if fold(k[0]) in _kinds()]
        piece = piece[: m.start() + within[-1].end() if within else m.start()]
    if m := _states().match(piece):
        piece = m["name"]
    lead = _EDGES.match(piece)
    if lead and lead.start() == 0:
        start, piece = start + lead.end(), piece[lead.end() :]
    piece = _EDGES.sub("", piece)
    if not 2 <= len(piece) <= 80 or not any(c.isalpha() for c in piece):
        return None
    return start, start + len(piece)


_CAPITAL_KINDS = "|".join(k.title() + "|" + k.upper() for k in sorted(_kinds(), key=len, reverse=True))
_KIND = Scanned(re.compile(rf"[ ](?:{_CAPITAL_KINDS})"))


def _phrase() -> Sought:
    kinds = _CAPITAL_KINDS
    more = "Center|CENTER|House|HOUSE|Club|CLUB|Place|PLACE|LLC|Inc"
    tail = rf"(?:{_LINK}(?:{kinds}|{more})){{0,2}}"
    return WRITTEN.sought(
        re.compile(rf"(?<![\w@.])(?:{_WORD}{_LINK}){{1,5}}(?:{kinds}){tail}(?!\w)"), rf"[ ](?:{kinds})(?!\w)"
    )


_PHRASE = _phrase()


def _in_lower_case() -> Sought:
    kinds = "|".join(sorted(_kinds(), key=len, reverse=True))
    lead = r"(?<!\w)(?:welcome to|visit(?: us at)?|come to|here at) "
    rx = re.compile(rf"{lead}(?P<name>(?:[a-z][\w'&]* ){{1,4}}(?:{kinds}))(?!\w)")
    return FOLDED.sought(rx, rx.pattern)


_IN_LOWER_CASE = _in_lower_case()


def _phrase_starts(text: str) -> list[int]:
    """Where a phrase may begin: a capital or digit at most eight words before a capitalized kind."""
    starts: set[int] = set()
    for found in candidates(_KIND, text):
        at = kind = found.start() + 1
        for _ in range(9):
            at = max(0, text.rfind(" ", 0, at))
        starts.update(m.start() for m in _PHRASE_BEGINS.finditer(text, at, kind))
    return sorted(starts)


def _leading_noise(words: list[str]) -> int:
    """How many of the first words are praise or services, and no part of a name."""
    plain = [fold(w).strip(".!,") for w in words[:2]]
    if len(words) > 2 and plain[0] in _kinds() and plain[1].isdigit():
        return 0  # "Spa 88 Bodywork"
    if " ".join(plain) in _generic():
        return 2
    return int(plain[0] in _generic() or plain[0] in {"&", "of", "n"} or re.search(r"\d{3}", words[0]) is not None)


def find_business_names(text: str) -> list[Found]:
    """Names of businesses in free text, in order of appearance.

    Style "phrase": capitalized, ending in a word for such a business and with a distinctive one ("Golden Lotus Spa");
    "introduced": said to be one ("Welcome to Jade Garden!").
    """
    return list(_in_headline(text)) if len(text) <= _HEADLINE else _in_text(text)


@lru_cache(maxsize=4096)  # titles are asked about again and again, and later captures bear those of the first
def _in_headline(text: str) -> tuple[Found, ...]:
    return tuple(_in_text(text))


def _in_text(text: str) -> list[Found]:
    found: list[Found] = []
    for m in matches_at(_PHRASE.rx, text, _phrase_starts(text)) if holds(_PHRASE, text) else ():
        start, words = m.start(), m[0].split(" ")
        while words and (skipped := _leading_noise(words)):
            start += sum(len(w) + 1 for w in words[:skipped])
            words = words[skipped:]
        words = _without_service(_unjoined(words))
        if len(words) > 1 and _is_distinctive(words):
            end = start + sum(map(len, words)) + len(words) - 1
            found.append(Found("business_name", text[start:end], start, end, "phrase", 0.7))
    for other in (*_introduced(text), *find_native_names(text)):
        if not any(f.start < other.end and other.start < f.end for f in found):
            found.append(other)
    return sorted(found, key=lambda f: f.start)


def _unjoined(words: list[str]) -> list[str]:
    """Without what mark-up joined to the phrase: "LilyFull Body Massage" is none, "Lotus SpaBest …" ends at Spa."""
    for place, word in enumerate(words):
        if (joint := _JOINT.search(word)) is None:
            continue
        if fold(word[: joint.start()]) in _kinds():
            return [*words[:place], word[: joint.start()]]
        if not _is_distinctive([word[joint.start() :], *words[place + 1 :]]):
            return words[:place] if fold(words[place - 1]) in _kinds() else []
    return words


def _without_service(words: list[str]) -> list[str]:
    """A name without the service praised behind it: "Golden Lotus Therapy Professional Massage", "Pearl Spa LLC Foot
    Massage", "Ivory Massage Foot Massage"."""
    plain = [fold(w).strip(".!,") for w in words]
    if len(words) > 2 and plain[1] in _PRAISED and set(plain[1:]) <= _generic() | _kinds():
        return []  # "Coco Best Asian Massage": a person's name before a pitch
    for at in range(2, len(words)):
        head, tail = plain[:at], plain[at:]
        if head[-1] not in _kinds() | _LEGAL | {"center"} or not set(tail) <= _generic() | _kinds():
            continue
        if (
            head[-1] in _LEGAL
            or tail[0] in _praise()
            or (len(tail) > 1 and tail[-1] in head and tail[0] not in _kinds())
        ):
            return words[:at] if _is_distinctive(words[:at]) else words
    return words


def _said_twice(text: str) -> Iterator[Found]:
    """What a headline says and says again is the name: "Sole Comfort SOLE COMFORT!"."""
    if len(text) <= _HEADLINE and (m := _TWICE.match(text)) and reads_like_a_name(name := m["name"].title()):
        start, end = m.span("name")
        if not is_city(name):
            yield Found("business_name", text[start:end], start, end, "introduced", 0.6)


def _introduced(text: str) -> Iterator[Found]:
    folded = fold(text)
    yield from _said_twice(text)
    for m in (*scan(_INTRODUCED, text), *scan(_PREDICATED, text)):
        name = m["name"].rstrip(".")
        if reads_like_a_name(name) and not is_city(name):
            yield Found("business_name", name, m.start("name"), m.start("name") + len(name), "introduced", 0.6)
    for m in scan(_IN_LOWER_CASE, folded):
        if _is_distinctive(words := m["name"].split(" ")) and len(words) > 1 and not _pitch() & set(words):
            start, end = m.span("name")
            yield Found("business_name", text[start:end], start, end, "introduced", 0.6)


def _is_distinctive(words: list[str]) -> bool:
    return any(fold(w).strip(".!,&'") not in _generic() | _kinds() and w not in {"&", "of", "n"} for w in words)


def says_more_than_a_trade(name: str) -> bool:
    """False for "Massage" and "Best Foot Massage"."""
    return _is_distinctive(name.split())


@cache
def _praise() -> frozenset[str]:
    return frozenset(vocabulary("business")["praise"])


@cache
def _pitch() -> frozenset[str]:
    return frozenset(vocabulary("business")["pitch"])


def reads_like_a_name(text: str) -> bool:
    """Whether a short heading looks like the name of a business: two to six capitalized words, none of them a pitch."""
    words = text.split()
    if not 2 <= len(words) <= 6 or any(c in text for c in "!?$:;\n") or re.search(r"\d{3}", text):
        return False
    plain = [fold(w).strip(".!,&'") for w in words]
    capital = all(w[0].isupper() or w[0].isdigit() or fold(w) in _SMALL for w in words)
    return capital and _is_distinctive(words) and not _pitch() & set(plain)


_SMALL = frozenset(["&", "and", "of", "in", "to", "the", "n", "on", "by", "at"])
