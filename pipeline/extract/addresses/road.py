"""Places that are told by a highway's exit or mile marker, as truck stops and shops beside an interstate are.

Their key is that of a crossing ("EXIT 124 & I 70"), so that nobody takes it for one tenant's premises.
"""

from __future__ import annotations

import re

from pipeline.extract.addresses.vocab import DECLARED
from pipeline.extract.scan import UPPER

_ROADS = "|".join(
    sorted(
        (re.escape(way.upper()) for name in ("HWY", "I") for way in DECLARED["highways"][name]),
        key=lambda way: (-len(way), way),
    )
)
_INTERSTATE = {way.upper() for way in DECLARED["highways"]["I"]}
_KINDS: dict[str, list[str]] = DECLARED["road_places"]
_NO_STREETS = {*_KINDS, "INSIDE"}
_NAME_OF = {way.upper(): name for name, ways in _KINDS.items() for way in ways}
_WAYS = "|".join(sorted(map(re.escape, _NAME_OF), key=lambda way: (-len(way), way)))
_HEADING = r"(?:(?: |-)?(?:[NSEW]B?|NORTH|SOUTH|EAST|WEST)(?:BOUND)?\b)?"
_ON = rf"(?P<{{0}}>(?:{_ROADS})\.?[ -]?[0-9]{{{{1,3}}}}){_HEADING}"
_MARK = (
    rf"(?P<{{0}}>{_WAYS})\b\.?(?: ?#| NO\.?| NUMBER)? ?(?P<{{1}}>[0-9]{{{{1,3}}}}(?:\.[0-9])?(?:-?[A-Z]\b)?)(?![0-9])"
)
_LINK = r"(?: ?[,(@/:-] ?| )(?:(?:JUST )?(?:OFF|FROM|OF|ON|AT|ALONG|AND|&)(?: OF)? )?(?:THE )?"
# "exit 124 off I-70", "I-44 at mile marker 123"; upper case, one blank between words.
ROAD_PLACE = UPPER.sought(
    re.compile(
        rf"\b{_MARK.format('kind', 'number')}{_LINK}{_ON.format('road')}\b"
        rf"|\b{_ON.format('road_first')}{_LINK}{_MARK.format('kind_last', 'number_last')}"
    )
)


def road_place(text: str) -> str:
    """The comparison key of an upper-case text that tells an exit or mile marker: "I 44 & MM 123"; "" when none."""
    if not any(way in text for way in _NAME_OF) or (found := ROAD_PLACE.rx.search(text)) is None:
        return ""
    said = found.groupdict()
    kind = _NAME_OF[said["kind"] or said["kind_last"]]
    number = (said["number"] or said["number_last"]).replace("-", "").lstrip("0")
    road = said["road"] or said["road_first"]
    at = len(road.rstrip("0123456789"))
    name = "I" if road[:at].rstrip(" .-") in _INTERSTATE else "HWY"
    return " & ".join(sorted((f"{kind} {number}", f"{name} {road[at:]}")))


def is_road_place(street_key: str) -> bool:
    """Whether a key is that of an exit, a mile marker or a shopping center."""
    return " & " in street_key and any(part.split(" ")[0] in _NO_STREETS for part in street_key.split(" & "))
