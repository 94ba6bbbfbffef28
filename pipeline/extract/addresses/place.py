"""City, state and ZIP: from their own fields, and from the end of a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from pipeline.extract.addresses.gazetteer import is_city, place_of, squash
from pipeline.extract.addresses.vocab import DECLARED, DIRECTIONS, STATE_CODES, STATES, SUFFIXES, ascii_upper

_CITY_NAMES: dict[str, str] = DECLARED["cities"]["names"]
_CITY_BEGINNINGS: dict[str, str] = DECLARED["cities"]["beginnings"]
_COUNTRY = re.compile(r"[\s,]+(?:USA|U\.S\.A\.?|UNITED STATES(?: OF AMERICA)?)\.?\s*$")
_ZIP = re.compile(r"(?:^|[\s,.-]+)([0-9]{5})(?:[\s-]*[0-9]{4})?[\s.]*$")
_STATE = re.compile(
    "(?:^|[\\s,.(]+)("
    + "|".join(sorted((re.escape(n.upper()) for n in (*STATES, *STATE_CODES)), key=len, reverse=True))
    + ")[\\s.,)]*$"
)
_NORTHEAST = {"MA", "RI", "NH", "ME", "VT", "CT", "NJ", "PR", "VI"}  # whose ZIPs begin with a zero
_LONGEST_CITY = 4  # words
_SLIP = 80.0  # of 100: below this a name is another name, not a slip of the pen


@dataclass(frozen=True, slots=True)
class Place:
    city: str = ""
    state: str = ""
    zip: str = ""


@lru_cache(maxsize=8192)
def read_zip(field: str, state: str = "") -> str:
    """Five digits of a ZIP field: ZIP+4 with or without hyphen, a lost leading zero, a spreadsheet's ".0"."""
    text = re.sub(r"\.0+$", "", ascii_upper(field).strip())
    digits = re.sub(r"[^0-9]", "", text.split("-")[0] if re.fullmatch(r"[0-9]{3,5}-[0-9]{1,4}", text) else text)
    if len(digits) in {5, 9}:
        found = digits[:5]
    elif len(digits) in {4, 8} and (not state or state in _NORTHEAST):
        found = "0" + digits[: len(digits) - 4 or 4] if len(digits) == 8 else "0" + digits
    elif len(digits) == 3 and state in {"PR", "VI"}:
        found = "00" + digits
    else:
        return ""
    return "" if found in {"00000", "99999"} else found


@lru_cache(maxsize=8192)
def read_state(field: str) -> str:
    """Two-letter code of a state's code or name, "" for anything else."""
    text = " ".join(ascii_upper(field).replace(".", "").split())
    return text if text in STATE_CODES else STATES.get(text.lower(), "")


@lru_cache(maxsize=8192)
def read_city(field: str) -> str:
    """A city's name in one writing: "SAINT LOUIS" and "St Louis" are "St. Louis"."""
    text = " ".join(re.sub(r"[^A-Z0-9' -]", " ", ascii_upper(field)).split()).strip(" '-")
    plain = text.lower().replace("'", "")
    if plain in _CITY_NAMES:
        return _CITY_NAMES[plain]
    words = [_capital(word) for word in text.split(" ")]
    if len(words) > 1:
        words[0] = _CITY_BEGINNINGS.get(words[0], words[0])
    inner = {"St": "St.", "Saint": "St."}
    return " ".join(inner.get(w, w) if 0 < i < len(words) - 1 else w for i, w in enumerate(words))


def city_name(city: str, state: str, zip_code: str) -> str:
    """The city in one writing; a slip of the place that its ZIP code names is that place."""
    place = place_of(zip_code)[0]
    if not city or not place or is_city(city, state):
        return read_city(city)
    return read_city(place if fuzz.ratio(squash(city), squash(place)) >= _SLIP else city)


def _capital(word: str) -> str:
    return "-".join(
        "'".join(part.capitalize() if len(part) > 1 or i == 0 else part.lower() for i, part in enumerate(w.split("'")))
        for w in word.split("-")
    )


def split_place(text: str, known: Place) -> tuple[str, Place]:
    """(line without its place, the place found at its end) of an upper-case line; `known` are the other fields."""
    rest = _COUNTRY.sub("", text).rstrip(" ,.;")
    found_zip = found_state = ""
    if (zipped := _ZIP.search(rest)) and zipped.start() > 0:
        rest, found_zip = rest[: zipped.start()].rstrip(" ,.;("), zipped[1]
    if (stated := _STATE.search(rest)) and _is_state(rest, stated, bool(found_zip)):
        rest, found_state = rest[: stated.start()].rstrip(" ,.;("), read_state(stated[1])
    rest, city = _split_city(
        rest, known, found_state or known.state, found_zip or known.zip, bool(found_zip or found_state)
    )
    return rest, Place(city, found_state, found_zip)


def _is_state(text: str, found: re.Match[str], before_zip: bool) -> bool:
    """ "1200 Larkmoor Ct" ends in a street suffix, "1200 E Missouri" in a street's name."""
    ahead = text[: found.start()].rstrip(" ,.")
    if before_zip:
        return len(ahead.split()) > 1 or not re.match(r"[0-9]", ahead)
    if "," in text[: found.start() + 1] and found[1] not in SUFFIXES:
        return True
    words = re.findall(r"[A-Z0-9']+", ahead)
    return found[1] not in SUFFIXES and any(word in SUFFIXES for word in words[2:-1])


def _split_city(rest: str, known: Place, state: str, zip_code: str, anchored: bool) -> tuple[str, str]:
    segments = [segment.strip() for segment in rest.split(",")]
    segments = [segment for segment in segments if segment.strip(" .-")]
    last = segments[-1] if segments else ""
    if len(segments) > 1 and not re.search(r"[0-9#]", last) and (anchored or _looks_city(last, known, state)):
        return ", ".join(segments[:-1]), read_city(last)
    words = last.split()
    for width in _widths(words, known, state, zip_code, anchored):
        name = " ".join(words[-width:])
        return ", ".join([*segments[:-1], " ".join(words[:-width])]), read_city(name)
    return ", ".join(segments), ""


def _looks_city(segment: str, known: Place, state: str) -> bool:
    if known.city:
        return squash(segment) == squash(known.city)
    return is_city(segment, state) or segment.lower() in _CITY_NAMES


def _widths(words: list[str], known: Place, state: str, zip_code: str, anchored: bool) -> list[int]:
    """How many of the last words are the city: by the city field, the ZIP's city, the longest known city."""
    choices = [
        w
        for w in range(min(_LONGEST_CITY, len(words) - 2), 0, -1)
        if words[-w].isascii() and not words[-w][0].isdigit()
    ]
    tails = {w: " ".join(words[-w:]) for w in choices}
    if known.city:
        return [w for w in choices if squash(tails[w]) == squash(read_city(known.city))][:1]
    if not anchored:
        return []
    by_zip = [w for w in choices if squash(tails[w]) == squash(place_of(zip_code)[0])]
    by_name = [w for w in choices if is_city(tails[w], state) or tails[w].lower() in _CITY_NAMES]
    ends_street = [w for w in by_name if words[-w - 1] in SUFFIXES or words[-w - 1] in DIRECTIONS]
    return (by_zip or ends_street or by_name)[:1]
