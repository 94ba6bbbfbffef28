"""City, state and ZIP written behind a street in running text."""

from __future__ import annotations

import re

from pipeline.extract.addresses.gazetteer import is_city
from pipeline.extract.addresses.patterns import FREE_TEXT, STATE, either
from pipeline.extract.addresses.place import read_state
from pipeline.extract.addresses.vocab import DECLARED, STATE_CODES

NOT_NAMES = {word.upper() for word in FREE_TEXT["not_names"]}
_NO_CITY = NOT_NAMES | {"STE", "SUITE", "UNIT", "APT", "BLDG"}  # "Ste BRock Hill": spans that run together
_STATE_WORDS = {word.upper() for word in DECLARED["state_slips"]["words"]}
_CITY_ALIASES = {name.upper() for name in DECLARED["cities"]["names"]}
_ASIDES = "|".join(word.upper() for word in DECLARED["asides"]["words"])
_ASIDE = re.compile(rf" ?[,([]? ?(?:{_ASIDES})\b[^,.;\n()[\]]{{0,60}}[)\]]?")
_CITY = r"[A-Z][A-Z.'’]{0,24}(?:[ -][A-Z][A-Z.'’]{0,24}){0,3}?"
_BETWEEN = r"[ ,.;/|•·–—-]{1,6}"
_WITHIN = r"[ ,.;/|•·–—-]{1,4}"  # between the parts of a place
_BEFORE_ZIP = r"(?:[ ,.|•·–—-]{1,4}|(?<=[A-Z])(?=[0-9]{5}))"
_CODE = f"(?:{either(STATE_CODES)})"
_ZIP4 = r"(?P<zip>[0-9]{5}(?:[- ]?[0-9]{4})?)(?![0-9-])"
_ENDS = re.compile(r" ?[,.!?|•()\n]| ?-|$| CALL\b| TEXT\b| OPEN\b| [0-9(]")
_CITY_WORDS = re.compile(
    r"(?P<gap> ?[,|•·–—-] ?(?:IN )?| IN | )(?P<words>[A-Z][A-Z.'’]{0,24}(?:[ -][A-Z][A-Z'’]{0,24}){0,3})(?![A-Z])"
)
_PLACES = (
    re.compile(
        rf"{_BETWEEN}(?:IN )?(?P<city>{_CITY}){_WITHIN}(?P<state>{STATE}|{_CODE}(?=[0-9]{{5}}))"
        rf"(?:{_BEFORE_ZIP}{_ZIP4})?(?![A-Z0-9])"
    ),
    re.compile(rf"{_BETWEEN}(?:IN )?(?:(?P<city>{_CITY}){_WITHIN})?{_ZIP4}"),
)


def place_behind(text: str, upper: str, at: int) -> tuple[dict[str, str], int]:
    """City, state and ZIP written behind a street, and where they end."""
    if aside := _ASIDE.match(upper, at):
        if behind := _stated_place(text, upper, aside.end()):
            return behind
        city, end = _city_alone(text, upper, aside.end())
        if city and (upper[aside.end()] == "," or upper[aside.end() - 1] == ")"):
            return city, end
    return _stated_place(text, upper, at) or _city_alone(text, upper, at)


def _stated_place(text: str, upper: str, at: int) -> tuple[dict[str, str], int] | None:
    """A city with its state or ZIP, or a ZIP."""
    for pattern in _PLACES:
        found = pattern.match(upper, at)
        if not found:
            continue
        place = {key: text[slice(*found.span(key))] for key, value in found.groupdict().items() if value}
        if (
            _is_state(place, upper, found.end("state"))
            if "state" in place
            else is_known_city(place.get("city", "")) or "city" not in place
        ):
            return place, max(found.end(key) for key in place)
    return None


def _city_alone(text: str, upper: str, at: int) -> tuple[dict[str, str], int]:
    """A city without state or ZIP: the longest known name, said with a comma or "in", or at the end of a phrase."""
    found = _CITY_WORDS.match(upper, at)
    if not found:
        return {}, at
    start, words = found.start("words"), re.split(r"[ -]", found["words"])
    for width in range(len(words), 0, -1):
        end = start + len(" ".join(words[:width]))
        city = text[start:end].rstrip(".")
        led = found["gap"] != " " and city[0].isupper()
        ends = text[end : end + 1] == "\n" or _ENDS.match(upper, end)
        if (led or ends) and is_known_city(city):
            return {"city": city}, start + len(city)
    return {}, at


def _is_state(place: dict[str, str], upper: str, end: int) -> bool:
    """ "in", "or", "me" are states in capitals, before a ZIP, or behind a city of that state and before a pause."""
    state = place["state"].rstrip(".")
    plain_word = state.upper() in _STATE_WORDS and state.islower()
    words = place["city"].upper().split()
    sensible = len(words) <= 3 and (not _NO_CITY & set(words) or is_known_city(place["city"]))
    if plain_word and "zip" not in place:
        return is_city(place["city"], read_state(state)) and _ENDS.match(upper, end) is not None
    return bool(read_state(state)) and sensible


def is_known_city(city: str) -> bool:
    return city.upper() in _CITY_ALIASES or is_city(city)
