"""What streets and crossings look like in upper-case text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.extract.addresses.spelled import SPELLED
from pipeline.extract.addresses.vocab import DECLARED, DIRECTIONS, STATE_CODES, STATES, SUFFIXES
from pipeline.extract.scan import UPPER, Scanned

FREE_TEXT: dict[str, list[str]] = DECLARED["free_text"]


def either(words: Iterable[str]) -> str:
    """Pattern of any of the words, in upper case, the longest first."""
    return "|".join(sorted((re.escape(w.upper()) for w in words), key=lambda w: (-len(w), w)))


def _road_ways(words: Iterable[str]) -> str:
    return either(words).replace("\\ ", "\\.? ")  # "Bus. Rt. 65"


_SUFFIX = either(way for way, normal in SUFFIXES.items() if normal in FREE_TEXT["suffixes"])
_DIRECTION = f"(?:{either([*DIRECTIONS, 'N.E', 'N.W', 'S.E', 'S.W'])})\\b\\.?"
_WHOLE = either(FREE_TEXT["whole"])  # names that need no suffix
_BARE_ROADS = {"business", "bus"}  # a highway only before a place
_ROADS = [w for name, ways in DECLARED["highways"].items() if name.isupper() for w in ways if w not in _BARE_ROADS]
_ROAD = _road_ways([*_ROADS, *("u.s." + way[2:] for way in _ROADS if way.startswith("us"))])
STATE = f"(?:{either([*STATES, *STATE_CODES])})\\b\\.?"
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
STREET = UPPER.sought(
    re.compile(
        rf"{_NOT_AFTER}(?P<number>{_NUMBER}|{SPELLED})(?: {_DIRECTION}){{0,2}} (?:(?P<road>{_HIGHWAY}{_BESIDE})"
        rf"|(?P<bare_road>(?:BUSINESS|BUS\.?|LOOP|SPUR) [0-9]{{1,4}}\b|[0-9]{{1,3}} (?:HWY|HIGHWAY)\b)"
        rf"|(?P<avenue>AVE(?:NUE)? (?:OF (?:THE )?{_WORD}|[A-Z]\b)|(?:{_WHOLE})\b(?! (?:{_SUFFIX})\b))"
        rf"|(?P<name>{_WORD}(?:[ -]{_WORD}){{0,3}}?) (?P<suffix>{_SUFFIX})\b\.?{_SECOND})"
        rf"(?: (?!NORTH KANSAS){_DIRECTION})?"
    ),
    rf" (?:{_SUFFIX}|AVE|{_WHOLE}|(?:OLD )?(?:{_ROAD})\.?[ -]|(?:BUSINESS|BUS\.?|LOOP|SPUR) [0-9]|[0-9] H(?:IGH)?WA?Y)",
)
_UNSUFFIXED_END = rf"(?:,|\.| ?[-|]| [#]| STE| SUITE| UNIT| [A-Z][A-Z.' ]{{2,30}}? {STATE}(?![A-Z]))"
# No suffix: only before a whole "City, ST 65804", or before a known city when a direction heads the name.
UNSUFFIXED = UPPER.sought(
    re.compile(
        rf"{_NOT_AFTER}(?P<number>{_NUMBER}) (?P<heading>{_DIRECTION} (?=[A-Z0-9]))?"
        r"(?P<name>[A-Z][A-Z'’.]{1,24}(?: [A-Z][A-Z'’.]{1,24}){0,2}?|[0-9]{1,3}(?:ST|ND|RD|TH)) ?"
        rf"(?={_UNSUFFIXED_END})"
    ),
    "(?:[0-9]-?[A-Z]?|½) [A-Z0-9]",
    rf"{_NUMBER} (?:[A-Z.]{{1,9}} )?(?:[A-Z][A-Z'’. ]{{1,75}}|[0-9]{{1,3}}[A-Z]{{2}}) ?{_UNSUFFIXED_END}",
)
# "1200 Lake St Louis Blvd": a saint inside the name.
SAINT = re.compile(rf" (?P<name>[A-Z][A-Z'’]{{1,24}}) (?P<suffix>{_SUFFIX})\b\.?")
_ONE_STREET = rf"(?:{_DIRECTION} )?(?:{_HIGHWAY}|{_WORD}(?: {_WORD})?? (?:{_SUFFIX})\b\.?)"
_ORDINAL_STREET = rf"(?:{_DIRECTION} )?[0-9]{{1,3}}(?:ST|ND|RD|TH)"
_BARE_STREET = rf"(?:{_DIRECTION} )?(?:[A-Z][A-Z'’]{{2,24}}(?: [A-Z][A-Z'’]{{2,24}})??|[0-9]{{1,3}}(?:ST|ND|RD|TH))"
_COMMON = either(DECLARED["streets"]["common"])
_COMMON_STREET = rf"(?:{_DIRECTION} )?(?:{_COMMON}|[0-9]{{1,3}}(?:ST|ND|RD|TH))"
_AND = r"(?: ?[&@/] ?| (?:AND|AT) )"
_LED = r"(?P<led>\b(?:CORNER|INTERSECTION|CROSSING|JUNCTION)(?: OF)? |\bCROSS STREETS?:? )"
_ENDED = r"(?=\.|,| IN\b| NEAR\b|\n| ?[|•(!-]|$)"
# Two streets; one bare ordinal; and bare names where the words before say what they are.
CROSSING = UPPER.sought(
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
NUMBERED = re.compile(_HIGHWAY)
SUFFIX_BEHIND = re.compile(rf" (?:{_SUFFIX})\b")
# One without suffix has a ZIP behind it, or a direction behind its number.
ZIP = Scanned(re.compile("[0-9]{5}"))
HEADED = UPPER.sought(re.compile(rf"[0-9½][A-Z]? {_DIRECTION} "))
