"""Postal addresses in running text. Silent where numbers and street words are only said: "10 min drive"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from pipeline.extract.addresses.gazetteer import is_city
from pipeline.extract.addresses.line import parse_address
from pipeline.extract.addresses.mall import MALL_PLACE
from pipeline.extract.addresses.place import read_state
from pipeline.extract.addresses.road import ROAD_PLACE, is_road_place, road_place
from pipeline.extract.addresses.spelled import SPELLED, spelled_number
from pipeline.extract.addresses.unit import UNIT, UNITS_BEFORE
from pipeline.extract.addresses.vocab import DECLARED, DIRECTIONS, STATE_CODES, STATES, SUFFIXES
from pipeline.extract.letters import others, uppered
from pipeline.extract.scan import UPPER, Scanned, Sought, beginnings, candidates, holds, joined
from pipeline.model import Address

__all__ = ["AddressMention", "find_addresses", "parse_address"]

_FREE: dict[str, list[str]] = DECLARED["free_text"]
_DOUBTFUL = {word.upper() for word in _FREE["doubtful"]}
_NOT_NAMES = {word.upper() for word in _FREE["not_names"]}
_NO_CITY = _NOT_NAMES | {"STE", "SUITE", "UNIT", "APT", "BLDG"}  # "Ste BRock Hill": spans that run together
_STATE_WORDS = {word.upper() for word in DECLARED["state_slips"]["words"]}
_CITY_ALIASES = {name.upper() for name in DECLARED["cities"]["names"]}
_BETWEEN_NAMES = {"and", "at", "of", "corner", "the"}
_ASIDES = "|".join(word.upper() for word in DECLARED["asides"]["words"])
ASIDE = re.compile(rf" ?[,([]? ?(?:{_ASIDES})\b[^,.;\n()[\]]{{0,60}}[)\]]?")
_HOUSE_DIGITS = 3  # fewer may count anything
ENOUGH = 0.5
_ASCII_BLANKS = frozenset("\t\n\r\f\v")
_WIDE_BLANKS = frozenset("\xa0\u202f\u3000" + "".join(map(chr, range(0x2000, 0x200B))))


def _ways(words: Iterable[str]) -> str:
    return "|".join(sorted((re.escape(w.upper()) for w in words), key=lambda w: (-len(w), w)))


def _road_ways(words: Iterable[str]) -> str:
    return _ways(words).replace("\\ ", "\\.? ")  # "Bus. Rt. 65"


_SUFFIX = _ways(way for way, normal in SUFFIXES.items() if normal in _FREE["suffixes"])
_DIRECTION = f"(?:{_ways([*DIRECTIONS, 'N.E', 'N.W', 'S.E', 'S.W'])})\\b\\.?"
_WHOLE = _ways(_FREE["whole"])  # names that need no suffix
_BARE_ROADS = {"business", "bus"}  # a highway only before a place
_ROADS = [w for name, ways in DECLARED["highways"].items() if name.isupper() for w in ways if w not in _BARE_ROADS]
_ROAD = _road_ways([*_ROADS, *("u.s." + way[2:] for way in _ROADS if way.startswith("us"))])
_STATE = f"(?:{_ways([*STATES, *STATE_CODES])})\\b\\.?"
_ROAD_ID = r"(?:[0-9]{1,4}(?:-?[A-Z])?|[A-Z]{1,2})\b"
_ROAD_MARK = "(?:BUSINESS|BUS|LOOP|ALT|SPUR|BYPASS)"
_HIGHWAY = rf"(?:OLD )?(?:{_ROAD})\.?[ -](?:{_ROAD_MARK} )?{_ROAD_ID}(?: {_ROAD_MARK}\b){{0,2}}"
_BESIDE = r"(?: (?:(?:OUTER|FRONTAGE|SERVICE|ACCESS) (?:RD|ROAD|DR)|DR|DRIVE)\b\.?)?"  # "I-70 Dr SW"
_SECOND = r"(?: (?:DR|DRIVE|RD|ROAD|AVE|AVENUE|BLVD|LN|LANE)\b\.?)?"  # "Executive Parkway Drive"
_WORD = r"(?:[A-Z][A-Z'’]{0,24}\.?|[0-9]{1,3}(?:ST|ND|RD|TH))"
_NUMBER = (
    r"(?:[0-9]{1,6}(?:-?[A-Z](?![A-Z])|-[0-9]{1,4})?(?: [1-3]/[2-4]| ?½)?|[NSEW][0-9]+ ?[NSEW][0-9]+|[NSEW][0-9]{3,5})"
)
_NOT_AFTER = r"(?<![0-9$#./@A-Z-])(?<![0-9]:)(?<!\$ )"

# Number, direction, then a highway, a name with its suffix, or a lettered avenue.
_STREET = UPPER.sought(
    re.compile(
        rf"{_NOT_AFTER}(?P<number>{_NUMBER}|{SPELLED})(?: {_DIRECTION}){{0,2}} (?:(?P<road>{_HIGHWAY}{_BESIDE})"
        rf"|(?P<bare_road>(?:BUSINESS|BUS\.?|LOOP|SPUR) [0-9]{{1,4}}\b|[0-9]{{1,3}} (?:HWY|HIGHWAY)\b)"
        rf"|(?P<avenue>AVE(?:NUE)? (?:OF (?:THE )?{_WORD}|[A-Z]\b)|(?:{_WHOLE})\b(?! (?:{_SUFFIX})\b))"
        rf"|(?P<name>{_WORD}(?:[ -]{_WORD}){{0,3}}?) (?P<suffix>{_SUFFIX})\b\.?{_SECOND})"
        rf"(?: (?!NORTH KANSAS){_DIRECTION})?"
    ),
    rf" (?:{_SUFFIX}|AVE|{_WHOLE}|(?:OLD )?(?:{_ROAD})\.?[ -]|(?:BUSINESS|BUS\.?|LOOP|SPUR) [0-9]|[0-9] H(?:IGH)?WA?Y)",
)
_UNSUFFIXED_END = rf"(?:,|\.| ?[-|]| [#]| STE| SUITE| UNIT| [A-Z][A-Z.' ]{{2,30}}? {_STATE}(?![A-Z]))"
# No suffix: only before a whole "City, ST 65804", or before a known city when a direction heads the name.
_UNSUFFIXED = UPPER.sought(
    re.compile(
        rf"{_NOT_AFTER}(?P<number>{_NUMBER}) (?P<heading>{_DIRECTION} (?=[A-Z0-9]))?"
        r"(?P<name>[A-Z][A-Z'’.]{1,24}(?: [A-Z][A-Z'’.]{1,24}){0,2}?|[0-9]{1,3}(?:ST|ND|RD|TH)) ?"
        rf"(?={_UNSUFFIXED_END})"
    ),
    "(?:[0-9]-?[A-Z]?|½) [A-Z0-9]",
    rf"{_NUMBER} (?:[A-Z.]{{1,9}} )?(?:[A-Z][A-Z'’. ]{{1,75}}|[0-9]{{1,3}}[A-Z]{{2}}) ?{_UNSUFFIXED_END}",
)
# "1200 Lake St Louis Blvd": a saint inside the name.
_SAINT = re.compile(rf" (?P<name>[A-Z][A-Z'’]{{1,24}}) (?P<suffix>{_SUFFIX})\b\.?")
_ONE_STREET = rf"(?:{_DIRECTION} )?(?:{_HIGHWAY}|{_WORD}(?: {_WORD})?? (?:{_SUFFIX})\b\.?)"
_ORDINAL_STREET = rf"(?:{_DIRECTION} )?[0-9]{{1,3}}(?:ST|ND|RD|TH)"
_BARE_STREET = rf"(?:{_DIRECTION} )?(?:[A-Z][A-Z'’]{{2,24}}(?: [A-Z][A-Z'’]{{2,24}})??|[0-9]{{1,3}}(?:ST|ND|RD|TH))"
_COMMON = _ways(DECLARED["streets"]["common"])
_COMMON_STREET = rf"(?:{_DIRECTION} )?(?:{_COMMON}|[0-9]{{1,3}}(?:ST|ND|RD|TH))"
_AND = r"(?: ?[&@/] ?| (?:AND|AT) )"
_LED = r"(?P<led>\b(?:CORNER|INTERSECTION|CROSSING|JUNCTION)(?: OF)? |\bCROSS STREETS?:? )"
_ENDED = r"(?=\.|,| IN\b| NEAR\b|\n| ?[|•(!-]|$)"
# Two streets; one bare ordinal; and bare names where the words before say what they are.
_CROSSING = UPPER.sought(
    re.compile(
        rf"(?:{_LED}(?P<one_led>{_ONE_STREET}|{_BARE_STREET}){_AND}(?P<two_led>{_ONE_STREET}|{_BARE_STREET}{_ENDED}))"
        rf"|(?P<one>\b{_ONE_STREET}){_AND}(?P<two>{_ONE_STREET})"
        rf"|(?P<one_nth>\b{_ORDINAL_STREET}){_AND}(?P<two_nth>{_ONE_STREET}|{_BARE_STREET}{_ENDED})"
        rf"|(?P<one_bare>\b{_ONE_STREET}){_AND}(?P<two_bare>{_ORDINAL_STREET}\b)"
        rf"|(?P<one_road>\b{_HIGHWAY}){_AND}(?P<two_road>{_BARE_STREET}{_ENDED})"
        rf"|(?P<one_common>\b{_COMMON_STREET}){_AND}(?P<two_common>{_COMMON_STREET}\b)"
    ),
    rf"(?: (?:{_SUFFIX})\.?|{_HIGHWAY}|[0-9](?:ST|ND|RD|TH)){_AND}|(?:{_COMMON}){_AND}|{_LED}",
)
_JOINING = re.compile(r" ?[&@/] ?| (?:and|at) ", re.IGNORECASE)
_NUMBERED = re.compile(_HIGHWAY)
_SUFFIX_BEHIND = re.compile(rf" (?:{_SUFFIX})\b")
_CITY = r"[A-Z][A-Z.'’]{0,24}(?:[ -][A-Z][A-Z.'’]{0,24}){0,3}?"
_BETWEEN = r"[ ,.;/|•·–—-]{1,6}"
_WITHIN = r"[ ,.;/|•·–—-]{1,4}"  # between the parts of a place
_BEFORE_ZIP = r"(?:[ ,.|•·–—-]{1,4}|(?<=[A-Z])(?=[0-9]{5}))"
_CODE = f"(?:{_ways(STATE_CODES)})"
_ZIP4 = r"(?P<zip>[0-9]{5}(?:[- ]?[0-9]{4})?)(?![0-9-])"
# One without suffix has a ZIP behind it, or a direction behind its number.
_ZIP = Scanned(re.compile("[0-9]{5}"))
_HEADED = UPPER.sought(re.compile(rf"[0-9½][A-Z]? {_DIRECTION} "))
_PLACE_REACH, _NUMBER_REACH, _NAME_REACH = 400, 20, 120  # characters to a ZIP, to a number's beginning, to a name's end
_LEADING = re.compile(r"\b(?:AT|OF|IN) $")
_APART = re.compile(r"\b[0-9] $")
_ENDS = re.compile(r" ?[,.!?|•()\n]| ?-|$| CALL\b| TEXT\b| OPEN\b| [0-9(]")
_CITY_WORDS = re.compile(
    r"(?P<gap> ?[,|•·–—-] ?(?:IN )?| IN | )(?P<words>[A-Z][A-Z.'’]{0,24}(?:[ -][A-Z][A-Z'’]{0,24}){0,3})(?![A-Z])"
)
_PLACES = (
    re.compile(
        rf"{_BETWEEN}(?:IN )?(?P<city>{_CITY}){_WITHIN}(?P<state>{_STATE}|{_CODE}(?=[0-9]{{5}}))"
        rf"(?:{_BEFORE_ZIP}{_ZIP4})?(?![A-Z0-9])"
    ),
    re.compile(rf"{_BETWEEN}(?:IN )?(?:(?P<city>{_CITY}){_WITHIN})?{_ZIP4}"),
)
_BEFORE = re.compile(rf"(?:\b(?:{_ways(_FREE['before'])})|[📍🏠🏢➤→])[ :,.-]{{0,3}}$")


@dataclass(frozen=True, slots=True)
class AddressMention:
    """One address in a text; text[start:end] == raw."""

    address: Address
    start: int
    end: int
    raw: str
    confidence: float


def find_addresses(text: str) -> list[AddressMention]:
    """Every street address and crossing in a text, in order of appearance. Never raises.

    PO boxes are left out: they are where mail goes, no place of business; records have them (`parse_address`).
    """
    upper = _upper(text)
    found: list[AddressMention] = []
    for pattern, read in _READERS:
        if not holds(pattern, upper):
            continue
        taken = _Taken(found)
        for match in _matches(pattern, upper):
            if taken.holds(match.start()):
                continue
            if mention := read(text, upper, match):
                found.append(mention)
                taken.add(mention)
        found.sort(key=lambda m: m.start)
    return _without_directions(found)


def _without_directions(found: list[AddressMention]) -> list[AddressMention]:
    """Exits and mile markers beside a street address only tell the way to it."""
    if not all(is_road_place(mention.address.street_key) for mention in found):
        return [m for m in found if not is_road_place(m.address.street_key)]
    return found


def _matches(pattern: Sought, upper: str) -> Iterator[re.Match[str]]:
    """The matches of `finditer`; streets without suffix begin at a number, with a ZIP behind or a direction next."""
    if pattern is not _UNSUFFIXED:
        return candidates(pattern, upper)
    near = [(at - _PLACE_REACH, at) for at in beginnings(_ZIP, upper)]
    near += [
        (at - _NUMBER_REACH, min(at + _NAME_REACH, len(upper)))
        for at in (beginnings(_HEADED, upper) if holds(_HEADED, upper) else ())
    ]
    return chain.from_iterable(candidates(pattern, upper, *stretch) for stretch in joined(near))


class _Taken:
    """Which stretches of the text are addresses already; asked in order of the text."""

    def __init__(self, found: list[AddressMention]) -> None:
        self._ahead = [(m.start, m.end) for m in reversed(found)]
        self._end = 0

    def holds(self, at: int) -> bool:
        while self._ahead and self._ahead[-1][0] <= at:
            self._end = max(self._end, self._ahead.pop()[1])
        return at < self._end

    def add(self, mention: AddressMention) -> None:
        self._end = max(self._end, mention.end)


def _upper(text: str) -> str:
    """Upper case of the same length with every blank a space."""
    upper = uppered(text)
    if len(upper) != len(text):
        upper = "".join(c.upper() if len(c.upper()) == 1 else c for c in text)
    for blank in _ASCII_BLANKS if upper.isascii() else _ASCII_BLANKS | (others(upper) & _WIDE_BLANKS):
        upper = upper.replace(blank, " ")
    return upper


def _read(text: str, upper: str, found: re.Match[str]) -> AddressMention | None:
    groups = found.groupdict()
    name, suffix = groups.get("name") or "", groups.get("suffix") or ""
    if not _is_name(name):
        return None
    street_end = found.end()
    saint = _SAINT.match(upper, street_end) if suffix in {"ST", "ST."} else None
    if saint and not _is_known_city(saint["name"]):
        street_end = saint.end()
    start, before = _units_before(upper, found.start())
    if not found["number"].strip("0") or (len(found["number"]) == 1 and _APART.search(upper, max(0, start - 2), start)):
        return None  # the end of a number that is written "7 0 2", "12 00"
    unit_end = _unit_end(upper, street_end)
    glued = upper[unit_end - 1] == "." and upper[unit_end : unit_end + 1].isalpha()  # "200 Main St.Branson MO"
    place, end = _place(text, upper, unit_end - glued)
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
    if confidence < ENOUGH:
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
    if len(found["number"]) < _HOUSE_DIGITS or not found["heading"] or not _is_known_city(place["city"]):
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
    return not any(word in _NOT_NAMES for word in words)


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


def _place(text: str, upper: str, at: int) -> tuple[dict[str, str], int]:
    """City, state and ZIP written behind a street, and where they end."""
    if aside := ASIDE.match(upper, at):
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
            else _is_known_city(place.get("city", "")) or "city" not in place
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
        if (led or ends) and _is_known_city(city):
            return {"city": city}, start + len(city)
    return {}, at


def _is_state(place: dict[str, str], upper: str, end: int) -> bool:
    """ "in", "or", "me" are states in capitals, before a ZIP, or behind a city of that state and before a pause."""
    state = place["state"].rstrip(".")
    plain_word = state.upper() in _STATE_WORDS and state.islower()
    words = place["city"].upper().split()
    sensible = len(words) <= 3 and (not _NO_CITY & set(words) or _is_known_city(place["city"]))
    if plain_word and "zip" not in place:
        return is_city(place["city"], read_state(state)) and _ENDS.match(upper, end) is not None
    return bool(read_state(state)) and sensible


def _is_known_city(city: str) -> bool:
    return city.upper() in _CITY_ALIASES or is_city(city)


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


def _crossing(text: str, upper: str, found: re.Match[str]) -> AddressMention | None:
    groups = {kind.split("_")[0]: said for kind, said in found.groupdict().items() if said and kind != "led"}
    streets = [street for street in (groups["one"], groups["two"]) if not _NUMBERED.fullmatch(street)]
    if not all(_is_name(_SUFFIX_BEHIND.sub("", street)) for street in streets):
        return None
    start = found.start() if not found["led"] else found.start("one_led")
    place, end = _place(text, upper, found.end())
    bare = found["one_nth"] or found["two_bare"] or found["one_common"] or found["one_road"]
    if bare and not (place and _is_known_city(place.get("city", ""))):
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


def _in_mall(text: str, upper: str, found: re.Match[str]) -> AddressMention | None:
    """A shopping center by its name in a known city: where a shop without a street address is."""
    name = text[slice(*found.span("mall"))]
    place, end = _place(text, upper, found.end())
    if not _is_known_city(place.get("city", "")) or not _named(name) or not _is_name(found["mall"]):
        return None
    said = parse_address(
        f"inside {_one_line(name)}", city=place["city"], state=place.get("state", ""), zip=place.get("zip", "")
    )
    return (
        AddressMention(said, found.start("mall"), end, text[found.start("mall") : end], 0.5)
        if said.street_key
        else None
    )


def _on_road(text: str, upper: str, found: re.Match[str]) -> AddressMention | None:
    """An exit or a mile marker: where a place without a street address is."""
    place, end = _place(text, upper, found.end())
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


_READERS = (
    (ROAD_PLACE, _on_road),
    (_STREET, _read),
    (_UNSUFFIXED, _read),
    (_CROSSING, _crossing),
    (MALL_PLACE, _in_mall),
)
