"""From what looks like an address in a text to the address: what is doubtful is none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.extract.addresses.line import parse_address
from pipeline.extract.addresses.patterns import FREE_TEXT, NUMBERED, SAINT, SUFFIX_BEHIND, either
from pipeline.extract.addresses.place_behind import NOT_NAMES, is_known_city, place_behind
from pipeline.extract.addresses.road import road_place
from pipeline.extract.addresses.spelled import spelled_number
from pipeline.extract.addresses.unit import UNIT, UNITS_BEFORE
from pipeline.model import Address

_DOUBTFUL = {word.upper() for word in FREE_TEXT["doubtful"]}
_BETWEEN_NAMES = {"and", "at", "of", "corner", "the"}
_HOUSE_DIGITS = 3  # fewer may count anything
_ENOUGH = 0.5
_JOINING = re.compile(r" ?[&@/] ?| (?:and|at) ", re.IGNORECASE)
_LEADING = re.compile(r"\b(?:AT|OF|IN) $")
_APART = re.compile(r"\b[0-9] $")
_BEFORE = re.compile(rf"(?:\b(?:{either(FREE_TEXT['before'])})|[📍🏠🏢➤→])[ :,.-]{{0,3}}$")


@dataclass(frozen=True, slots=True)
class AddressMention:
    """One address in a text; text[start:end] == raw."""

    address: Address
    start: int
    end: int
    raw: str
    confidence: float


def read_street(text: str, upper: str, found: re.Match[str]) -> AddressMention | None:
    """An address of a house, with the units and the place beside its street."""
    groups = found.groupdict()
    name, suffix = groups.get("name") or "", groups.get("suffix") or ""
    if not _is_name(name):
        return None
    street_end = found.end()
    saint = SAINT.match(upper, street_end) if suffix in {"ST", "ST."} else None
    if saint and not is_known_city(saint["name"]):
        street_end = saint.end()
    start, before = _units_before(upper, found.start())
    if not found["number"].strip("0") or (len(found["number"]) == 1 and _APART.search(upper, max(0, start - 2), start)):
        return None  # the end of a number that is written "7 0 2", "12 00"
    unit_end = _unit_end(upper, street_end)
    glued = upper[unit_end - 1] == "." and upper[unit_end : unit_end + 1].isalpha()  # "200 Main St.Branson MO"
    place, end = place_behind(text, upper, unit_end - glued)
    if not suffix and name and not (place.get("city") and (place.get("zip") or _is_headed(text, found, place))):
        return None
    if groups.get("bare_road") and not {"state", "zip"} & place.keys():
        return None
    number = spelled_number(found["number"])
    if number and not place.get("city"):
        return None
    if found["number"].isalpha() and not (
        text[found.start()].isupper() and (place.get("zip") or unit_end > street_end)
    ):
        return None
    confidence = _confidence(text, upper, found, suffix, bool(unit_end > street_end), place)
    if confidence < _ENOUGH:
        return None
    address = parse_address(
        _one_line((number or text[slice(*found.span("number"))]) + text[found.end("number") : unit_end] + before),
        city=place.get("city", ""),
        state=place.get("state", ""),
        zip=place.get("zip", ""),
    )
    return AddressMention(address, start, end, text[start:end], confidence) if address.street_key else None


def _is_headed(text: str, found: re.Match[str], place: dict[str, str]) -> bool:
    """Whether a street without suffix is told by its direction: "1200 S. Fifth, Joplin MO", not "20 W rooms"."""
    name = text[slice(*found.span("name"))]
    if len(found["number"]) < _HOUSE_DIGITS or not found["heading"] or not is_known_city(place["city"]):
        return False
    if " " in name:  # "900 E. Walnut Lawn, Ste 12, Springfield, MO"
        return name.istitle() and "state" in place and text[found.end() : found.end() + 1] == ","
    return "state" in place or (name[0].isupper() and text[found.end() : found.end() + 2].lstrip(".")[:1] == ",")


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _is_name(name: str) -> bool:
    words = re.split(r"[ -]", name.replace(".", "").strip())
    if len(words) > 2 and words[1] == "OF":  # "Shepherd of the Hills", "Lake of the Ozarks"
        words = [words[0], *words[3 if words[2] == "THE" else 2 :]] if words[-1] != "THE" else words
    return not any(word in NOT_NAMES for word in words)


def _units_before(upper: str, at: int) -> tuple[int, str]:
    """Where the units that stand before a street begin, and they as they would stand behind it."""
    found = UNITS_BEFORE.search(upper, max(0, at - 40), at)
    return (found.start(), ", " + _LEADING.sub("", found[0]).rstrip(" ,|-")) if found else (at, "")


def _unit_end(upper: str, at: int) -> int:
    for _ in range(2):
        unit = UNIT.match(upper, at)
        if not unit:
            break
        at = unit.end()
    return at


def _confidence(
    text: str, upper: str, found: re.Match[str], suffix: str, has_unit: bool, place: dict[str, str]
) -> float:
    number = found["number"]
    name = text[found.end("number") : found.end()].strip()
    score = 0.7
    score += 0.2 if has_unit else 0.0
    score += 0.3 if place.get("zip") else 0.2 if place else 0.0
    score += 0.15 if _BEFORE.search(upper[max(0, found.start() - 12) : found.start()]) else 0.0
    score -= 0.25 if suffix in _DOUBTFUL else 0.0
    score -= 0.15 if len(number) == 1 else 0.0
    score -= 0.15 if name.islower() and not text.islower() else 0.0
    score -= 0.3 if suffix in {"ST", "STREET"} and upper.startswith(" PARKING", found.end()) else 0.0
    return round(max(0.0, min(1.0, score)), 2)


def read_crossing(text: str, upper: str, found: re.Match[str]) -> AddressMention | None:
    """Two streets that meet; bare names only before a known city, or where the words before say what they are."""
    groups = {kind.split("_")[0]: said for kind, said in found.groupdict().items() if said and kind != "led"}
    streets = [street for street in (groups["one"], groups["two"]) if not NUMBERED.fullmatch(street)]
    if not all(_is_name(SUFFIX_BEHIND.sub("", street)) for street in streets):
        return None
    start = found.start() if not found["led"] else found.start("one_led")
    place, end = place_behind(text, upper, found.end())
    bare = found["one_nth"] or found["two_bare"] or found["one_common"] or found["one_road"]
    if bare and not (place and is_known_city(place.get("city", ""))):
        return None
    if (bare or found["led"]) and not text[start : found.end()].isupper() and not _named(text[start : found.end()]):
        return None
    line = _one_line(text[found.start() : found.end()])
    address = parse_address(
        _JOINING.sub(" & ", line) if bare else line,
        city=place.get("city", ""),
        state=place.get("state", ""),
        zip=place.get("zip", ""),
    )
    if " & " not in address.street_key:
        return None
    return AddressMention(address, found.start(), end, text[found.start() : end], 0.55)


def _named(text: str) -> bool:
    """Whether the words are written as names: "5th & Main", not "first and last"."""
    return all(
        word[0].isupper() or word[0].isdigit() or word in _BETWEEN_NAMES for word in re.findall(r"[^\W_]+", text)
    )


def read_mall(text: str, upper: str, found: re.Match[str]) -> AddressMention | None:
    """A shopping center by its name in a known city: where a shop without a street address is."""
    name = text[slice(*found.span("mall"))]
    place, end = place_behind(text, upper, found.end())
    if not is_known_city(place.get("city", "")) or not _named(name) or not _is_name(found["mall"]):
        return None
    said = parse_address(
        f"inside {_one_line(name)}", city=place["city"], state=place.get("state", ""), zip=place.get("zip", "")
    )
    return (
        AddressMention(said, found.start("mall"), end, text[found.start("mall") : end], 0.5)
        if said.street_key
        else None
    )


def read_road(text: str, upper: str, found: re.Match[str]) -> AddressMention | None:
    """An exit or a mile marker: where a place without a street address is."""
    place, end = place_behind(text, upper, found.end())
    key = road_place(upper[found.start() : found.end()])
    if not key:
        return None
    said = parse_address(
        _one_line(text[found.start() : found.end()]),
        city=place.get("city", ""),
        state=place.get("state", ""),
        zip=place.get("zip", ""),
    )
    return AddressMention(said, found.start(), end, text[found.start() : end], 0.55) if said.street_key else None
