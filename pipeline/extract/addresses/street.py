"""A street line to its normal form: USPS abbreviations, upper-case ASCII, one name per highway."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.extract.addresses.spelled import MOST_WORDS, spelled_number
from pipeline.extract.addresses.vocab import (
    DECLARED,
    DIRECTIONS,
    NAME_WORDS,
    NUMBERS,
    ORDINALS,
    SUFFIXES,
    ordinal,
)

HOUSE_NUMBER = r"(?:[NSEW][0-9]+[NSEW]?[0-9]*|[0-9]+(?!(?:ST|ND|RD|TH)\b)[A-Z]?(?:-[0-9]*[A-Z]?)?)(?![A-Z0-9])"
_NUMBER = re.compile(HOUSE_NUMBER)
_HIGHWAYS: list[tuple[tuple[str, ...], str]] = sorted(
    (
        (tuple(way.upper().split()), name)
        for name, ways in DECLARED["highways"].items()
        if name.isupper()
        for way in ways
    ),
    key=lambda row: (-len(row[0]), row[0]),
)
_HIGHWAYS_BY_WORD = {
    first: tuple(row for row in _HIGHWAYS if row[0][0] == first) for first in {words[0] for words, _ in _HIGHWAYS}
}
_NEED_NUMBER = {name.upper() for name in DECLARED["highways"]["bare_names_need_hyphen"]}
_ROAD_ID = re.compile(r"[0-9]+(?:-?[A-Z]{1,2})?|[A-Z]{1,2}")
_ROAD_MARKS = {"BUSINESS": "BUS", "BUS": "BUS", "ALT": "ALT", "ALTERNATE": "ALT", "LOOP": "LOOP", "SPUR": "SPUR"}
_ROAD_MARKS |= {"BYPASS": "BYP", "BYP": "BYP", "OUTER": "OUTER", "FRONTAGE": "FRONTAGE"}
_PLAIN_SUFFIXES = {"ST", "AVE", "RD", "BLVD", "DR", "LN", "CT", "PL", "PKWY", "WAY", "TER", "CIR", "SQ", "TRL"}


@dataclass(frozen=True, slots=True)
class Street:
    """Normal form of a street line; `number` is "" when the line names none."""

    number: str
    name: str
    unit: str = ""  # a bare identifier behind the street: "1200 N Main St 5B"

    @property
    def key(self) -> str:
        return f"{self.number} {self.name}".strip()


def read_street(line: str) -> Street:
    """The normal form of an upper-case ASCII line that holds number and street, no city."""
    number, tokens = _take_number(_tokens(line))
    if not tokens:
        return Street(number, "")
    if road := _highway(tokens):
        return Street(number, road)
    name, unit = _street_name(tokens)
    return Street(number, name, unit)


def has_suffix(line: str) -> bool:
    return any(word in SUFFIXES for word in _tokens(line)[1:])


def names_highway(line: str) -> bool:
    """Whether a line without house number is a numbered or lettered road."""
    return bool(_highway(_tokens(line)))


def _tokens(line: str) -> list[str]:
    if "." in line or "'" in line or '"' in line:
        line = re.sub(r"\bU\.\s?S\.?(?=[\s-])", "US", line)
        line = re.sub(r"\b([NS])\.?\s?([EW])\.", r"\1\2", line)  # "N. W." and "N.W."
        line = re.sub(r"['.\"]", "", line)
    words: list[str] = []
    for word in re.findall(r"[A-Z0-9/&-]+", line):
        if word in ORDINALS or _NUMBER.fullmatch(word):
            words.append(word)
        else:
            words.extend(part for part in word.split("-") if part)
    return _joined_ordinals(words)


def _joined_ordinals(words: list[str]) -> list[str]:
    """ "TWENTY FIRST" -> "TWENTY-FIRST"; "5 TH" -> "5TH"."""
    done: list[str] = []
    for word in words:
        if done and f"{done[-1]}-{word}" in ORDINALS:
            done[-1] = f"{done[-1]}-{word}"
        elif len(done) > 1 and done[-1].isdigit() and word in {"TH", "ND"}:
            done[-1] += word
        else:
            done.append(word)
    return done


def _take_number(tokens: list[str]) -> tuple[str, list[str]]:
    if not tokens:
        return "", []
    first, rest = tokens[0], tokens[1:]
    for width in range(min(MOST_WORDS, len(tokens) - 1), 1, -1):
        if (told := spelled_number(" ".join(tokens[:width]))) and (
            len(tokens) > width + 1 or tokens[width] not in SUFFIXES
        ):
            return told, tokens[width:]
    if first in NUMBERS and rest and (len(rest) > 1 or rest[0] not in SUFFIXES):
        return NUMBERS[first], rest
    if not _NUMBER.fullmatch(first):
        return "", tokens
    number = re.sub(r"^([0-9]+)-([A-Z])$", r"\1\2", first.rstrip("-"))
    number = number.lstrip("0") or number
    if rest and re.fullmatch(r"[1-3]/[2-4]", rest[0]):
        return f"{number} {rest[0]}", rest[1:]
    return number, rest


def _highway(tokens: list[str]) -> str:
    """ "HWY 65", "N HWY 65", "HWY 65 BUS"; "" when the tokens name no numbered road."""
    before: list[str] = []
    rest = tokens
    while rest and (rest[0] in DIRECTIONS or rest[0] == "OLD") and len(rest) > 2:
        before.append(DIRECTIONS.get(rest[0], rest[0]))
        rest = rest[1:]
    if len(rest) > 1 and rest[0].isdigit() and rest[1] in {"HWY", "HIGHWAY"} and _is_road(rest[0], (), rest[2:]):
        return _road(before, "HWY", rest[0], rest[2:])  # "291 Hwy"
    for words, name in _HIGHWAYS_BY_WORD.get(rest[0], ()) if rest else ():
        width = len(words)
        if tuple(rest[:width]) != words or len(rest) <= width:
            continue
        road = rest[width]
        marks = rest[width + 1 :]
        if road in _ROAD_MARKS and marks:
            road, marks = marks[0], [rest[width], *marks[1:]]
        if not _is_road(road, words, marks):
            return ""
        return _road(before, name, road, marks)
    return ""


def _is_road(road: str, words: tuple[str, ...], marks: list[str]) -> bool:
    if not _ROAD_ID.fullmatch(road) or (road in SUFFIXES and road not in {"FM"}):
        return False
    if not road[0].isdigit() and (len(words) == 1 and words[0] in _NEED_NUMBER):
        return False
    if road[0].isdigit() and any(mark in SUFFIXES and mark not in _ROAD_MARKS for mark in marks[:1]):
        return False
    return all(mark in _ROAD_MARKS or mark in DIRECTIONS or mark in {"RD", "ROAD"} for mark in marks)


def _road(before: list[str], name: str, road: str, marks: list[str]) -> str:
    after = [DIRECTIONS[mark] for mark in marks if mark in DIRECTIONS]
    kinds = [_ROAD_MARKS[mark] for mark in marks if mark in _ROAD_MARKS]
    if road[0].isdigit() and road[-1:] in DIRECTIONS and len(road) > 1:
        road, after = road[:-1], [road[-1], *after]
    road = road.replace("-", "")
    if kinds == ["BUS", "LOOP"] and name in {"I", "HWY"}:  # "I-70 Business Loop" is "Business Loop 70"
        name, kinds = "BUS LOOP", []
    if name == "BUSINESS HWY":
        name, kinds = "HWY", ["BUS", *(kind for kind in kinds if kind != "BUS")]
    heading = [word for word in before if word != "OLD"] or after[:1]
    old = ["OLD"] if "OLD" in before else []
    return " ".join([*heading, *old, name, road.lstrip("0") or road, *kinds])


def _street_name(tokens: list[str]) -> tuple[str, str]:
    before, rest = _take_directions(tokens)
    unit = ""
    ahead = rest[:-1]
    while len(ahead) > 2 and ahead[-1] in DIRECTIONS:
        ahead = ahead[:-1]
    if len(ahead) > 1 and ahead[-1] in SUFFIXES and _is_unit(rest[-1]):
        rest, unit = rest[:-1], rest[-1]
    after: list[str] = []
    while len(rest) > 1 and rest[-1] in DIRECTIONS and len(after) < 2:
        after.insert(0, DIRECTIONS[rest[-1]])
        rest = rest[:-1]
    suffix = ""
    if len(rest) > 1 and rest[-1] in SUFFIXES:
        rest, suffix = rest[:-1], SUFFIXES[rest[-1]]
    elif len(rest) == 2 and rest[0] in {"AVENUE", "AVE"}:
        rest = ["AVE", rest[1]]
    words = [*before, *_name(rest, bool(suffix)), suffix, _heading(after)]
    return " ".join(word for word in words if word), unit


def _is_unit(token: str) -> bool:
    if token in DIRECTIONS:
        return False
    return bool(re.fullmatch(r"[0-9]{1,5}[A-Z]?|[A-Z][0-9]{0,4}|[0-9]+-[A-Z0-9]+", token))


def _take_directions(tokens: list[str]) -> tuple[list[str], list[str]]:
    """Directions before the name; "North St" is a street called North."""
    heading: list[str] = []
    rest = tokens
    while len(rest) > 1 and rest[0] in DIRECTIONS and len(heading) < 2:
        remaining = rest[1:]
        if SUFFIXES.get(remaining[0]) in _PLAIN_SUFFIXES and all(
            word in SUFFIXES or word in DIRECTIONS or _is_unit(word) for word in remaining
        ):
            break
        heading.append(DIRECTIONS[rest[0]])
        rest = remaining
    return [_heading(heading)], rest


def _heading(words: list[str]) -> str:
    return "".join(words) if "".join(words) in {"NE", "NW", "SE", "SW"} else " ".join(words)


def _name(words: list[str], has_suffix: bool) -> list[str]:
    named = [ORDINALS.get(word, word) for word in words]
    if len(named) > 1 or has_suffix:
        named[0] = NAME_WORDS.get(named[0], named[0])
    if len(named) == 1 and named[0].isdigit() and has_suffix:
        named = [ordinal(int(named[0]))]
    return ["AND" if word == "&" else word for word in named]
