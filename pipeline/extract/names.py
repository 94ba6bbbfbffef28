"""Business names: cleaned out of titles and headings, or found in free text. Never names of people.

A cleaned name is always a span of what was written, so that it can be quoted.
"""

from __future__ import annotations

import re
from functools import cache

from pipeline.extract.lexicon import fold, vocabulary
from pipeline.extract.scan import holds, matches_at, occurrences, sought
from pipeline.extract.text import Found

_SEPARATOR = re.compile(r"\s+[-–—|•·»:~]+\s+|\s*[|»•\n\t]\s*|\s*::\s*")
_EDGES = re.compile(r"^[^\w(&]+|[^\w)&.!'’]+$")
_PHONE_TAIL = re.compile(
    r"[\s,:;([-]*(?:call\s|tel:?\s?|text\s)?\+?(?:1[\s.-]?)?\(?\d{3}\)?[\s.\-–]{0,3}\d{3}[\s.\-–]{0,3}\d{4}.*$", re.I
)
_PHRASE_BEGINS = re.compile(r"(?<![\w@.])[A-Z0-9À-ÖØ-Þ]")
_WORD = r"[A-Z0-9À-ÖØ-Þ][\w'’&.]*"


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


def _phrase() -> re.Pattern[str]:
    kinds = "|".join(k.title() + "|" + k.upper() for k in sorted(_kinds(), key=len, reverse=True))
    more = rf"(?:[ ](?:&[ ])?(?:{kinds}|Center|CENTER)){{0,2}}"
    return sought(re.compile(rf"(?<![\w@.])(?:{_WORD}[ ]){{1,4}}(?:&[ ])?(?:{kinds}){more}(?!\w)"))


_PHRASE = _phrase()


@cache
def _kind_heads() -> frozenset[str]:
    return frozenset(k[:4] for k in _kinds())


def _phrase_starts(text: str) -> list[int]:
    """Where a phrase may begin: a capital or digit at most five words and an ampersand before a capitalized kind."""
    starts: set[int] = set()
    for kind in occurrences(fold(text), _kind_heads()):
        if text[kind].islower():
            continue
        at = kind
        for _ in range(6):
            at = max(0, text.rfind(" ", 0, at))
        starts.update(m.start() for m in _PHRASE_BEGINS.finditer(text, at, kind))
    return sorted(starts)


def _leading_noise(words: list[str]) -> int:
    """How many of the first words are praise or services, and no part of a name."""
    plain = [fold(w).strip(".!,") for w in words[:2]]
    if " ".join(plain) in _generic():
        return 2
    return int(plain[0] in _generic() or re.search(r"\d{3}", words[0]) is not None)


def find_business_names(text: str) -> list[Found]:
    """Capitalized phrases that end in a word for such a business and hold a distinctive word: "Golden Lotus Spa"."""
    found: list[Found] = []
    if not holds(_PHRASE, text):
        return found
    for m in matches_at(_PHRASE, text, _phrase_starts(text)):
        start, words = m.start(), m[0].split(" ")
        while words and (skipped := _leading_noise(words)):
            start += sum(len(w) + 1 for w in words[:skipped])
            words = words[skipped:]
        distinctive = [w for w in words if fold(w).strip(".!,&'") not in _generic() | _kinds() and w != "&"]
        if distinctive and len(words) > 1:
            found.append(Found("business_name", text[start : m.end()], start, m.end(), "phrase", 0.7))
    return found
