"""The unit inside a building: found in a line of an address, reduced to its identifier."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.extract.addresses.vocab import DECLARED, NUMBERS, ORDINALS

_SUITE: list[str] = [w.upper() for w in DECLARED["units"]["suite"] if w != "#"]
_BUILDING: list[str] = [w.upper() for w in DECLARED["units"]["building"]]
_FLOOR: list[str] = [w.upper() for w in DECLARED["units"]["floor"]]
_ALONE: dict[str, str] = {word.upper(): key for word, key in DECLARED["units"]["alone"].items()}

# Identifiers that are words, as shown: "REAR" is "Rear".
BARE_UNITS: dict[str, str] = {
    "REAR": "Rear",
    "FRNT": "Front",
    "UPPR": "Upper",
    "LOWR": "Lower",
    "BSMT": "Basement",
    "PH": "Penthouse",
}


def _ways(words: list[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_ONE_ID = r"(?:[A-Z]{0,2}-?[0-9]+(?:[ -]?[A-Z](?![A-Z'’]))?|[A-Z](?![A-Z'’])(?:(?! ?[0-9]{5}(?![0-9]))[ -]?[0-9]+)?)"
_FURTHER_ID = r"(?:(?:-|\s?(?:&|/|AND|THRU)\s?)(?:[0-9]+[A-Z]?|[A-Z])(?![A-Z0-9]))*"
_ID = rf"(?:{_ONE_ID}{_FURTHER_ID}|{_ways(list(NUMBERS))})(?![A-Z0-9])"
UNIT_WORDS = _ways(_SUITE + _BUILDING + _FLOOR)
_MARK = rf"(?:(?P<word>{UNIT_WORDS})(?:(?:[\s.:#-]|NO\.?\s)+|(?=[0-9]))|(?P<sign>\#)\s*)"
_NO_STATE = r"(?!FL[\s.,]+[0-9]{5}(?![0-9]))"  # "Tampa, FL 33602" is no floor
_MARKED = re.compile(rf"[\s,;(-]{{0,4}}(?<![A-Z0-9]){_NO_STATE}{_MARK}(?P<id>{_ID})\)?")
# The same where a unit directly follows a street, for use in running text.
_NTH = rf"(?:[0-9]+(?:ST|ND|RD|TH)|{_ways(list(ORDINALS))})"
UNIT = re.compile(
    rf"[ ,.;/(|•·–—-]{{0,4}}(?:(?:(?<![A-Z0-9])(?:{UNIT_WORDS})(?:[ .:#-]+|(?=[0-9]))|\#\s?)(?:{_ID})"
    rf"|(?<![A-Z0-9]){_NTH} (?:{_ways(_FLOOR)})\b\.?|(?<=[ (])(?:{_ways(list(_ALONE))})(?=[,)]))\)?"
)
# The same before a street: "Building C, Unit 12, 890 Quillfeather Blvd".
UNITS_BEFORE = re.compile(
    rf"(?:(?<![A-Z0-9])(?:{UNIT_WORDS})(?:[ .:#-]+|(?=[0-9]))(?:{_ID})[ ,;|-]{{1,3}}){{1,2}}(?:(?:AT|OF|IN) )?$"
)
_NTH_FLOOR = re.compile(rf"[\s,;(-]{{0,4}}(?<![A-Z0-9])(?P<nth>{_NTH})\s+(?:{_ways(_FLOOR)})\b\.?\)?")
_BARE = re.compile(rf"[\s,;(-]{{0,4}}(?<![A-Z0-9])(?P<alone>{_ways(list(_ALONE))})(?![A-Z0-9])\)?")
_WHOLE = re.compile(rf"\s*#?\s*(?P<id>{_ID})\s*")


def take_unit(text: str, *, rear: bool = True) -> tuple[str, str, str]:
    """(text without its units, unit, units as shown) of an upper-case line.

    "Bldg A Ste 3" is "A3" in either order, as "Ste A-3" is, and shown as "Bldg A Ste 3"; a floor counts only where
    nothing finer is said.
    """
    parts: dict[str, str] = {}
    marks: dict[str, str] = {}
    text = _NTH_FLOOR.sub(lambda m: _keep(parts, "floor", ORDINALS.get(m["nth"], m["nth"])[:-2]), text)
    while found := _MARKED.search(text):
        word = found["word"] or "#"
        kind = "building" if word in _BUILDING else "floor" if word in _FLOOR else "suite"
        parts.setdefault(kind, clean_unit(found["id"]))
        marks.setdefault(kind, word)
        text = f"{text[: found.start()]} , {text[found.end() :]}"
    if rear and not parts and (found := _BARE.search(text)):
        parts["suite"] = _ALONE[found["alone"]]
        text = f"{text[: found.start()]} , {text[found.end() :]}"
    return text, _joined(parts), _shown(parts, marks)


def _keep(parts: dict[str, str], kind: str, value: str) -> str:
    parts.setdefault(kind, value)
    return " , "


def _joined(parts: dict[str, str]) -> str:
    finer = [parts[kind] for kind in ("building", "suite") if kind in parts]
    if finer:
        return clean_unit("-".join(finer))
    return f"FL {parts['floor']}" if "floor" in parts else ""


def _shown(parts: dict[str, str], marks: dict[str, str]) -> str:
    """The designators as written, building before suite: "Bldg B Unit 4"."""
    finer = [kind for kind in ("building", "suite") if parts.get(kind)]
    if not finer:
        return f"Fl {parts['floor']}" if "floor" in parts else ""
    return " ".join(designated(marks.get(kind, ""), parts[kind]) for kind in finer)


def designated(mark: str, unit: str) -> str:
    """A unit behind its designator: "Ste 5", "Unit 4", "#5"; "Rear" when it is a word of its own."""
    if unit in BARE_UNITS:
        return BARE_UNITS[unit]
    word = {"": "#", "#": "#", "SUITE": "Ste ", "NO": "#"}.get(mark, f"{mark.capitalize()} ")
    return f"{word}{unit}"


@lru_cache(maxsize=8192)
def read_unit(field: str) -> str:
    """The identifier in a field that holds a unit: "Ste 5B", "#5B" and "5 b" are "5B"; "" when there is none."""
    text = field.upper().strip(" ,;.()")
    if not text:
        return ""
    rest, unit, _ = take_unit(text)
    if unit:
        return unit
    whole = _WHOLE.fullmatch(text)
    if whole:
        return clean_unit(whole["id"])
    short = re.sub(r"[^A-Z0-9&-]", "", text)
    return clean_unit(short) if 0 < len(short) <= 8 and rest else ""


@lru_cache(maxsize=8192)
def clean_unit(identifier: str) -> str:
    """ "05-b" is "5B", "101 - 102" is "101-102", "B and C" is "B&C", "Five" is "5"."""
    text = NUMBERS.get(identifier.strip(), identifier.strip())
    text = re.sub(r"\s*(?:&|/|,|\bAND\b)\s*", "&", text)
    text = re.sub(r"\s*(?:-|\bTHRU\b)\s*", "-", text)
    text = re.sub(r"(?<=[0-9])[ -](?=[A-Z])|(?<=[A-Z])[ -](?=[0-9])|\s", "", text)
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", text).strip("-&")
