"""Postal addresses: one line or structured fields to a display form and comparison keys down to the suite."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.extract.addresses.gazetteer import place_of
from pipeline.extract.addresses.mall import mall_place
from pipeline.extract.addresses.place import Place, read_city, read_state, read_zip, split_place
from pipeline.extract.addresses.road import road_place
from pipeline.extract.addresses.street import HOUSE_NUMBER, Street, has_suffix, names_highway, read_street
from pipeline.extract.addresses.unit import UNIT_WORDS, clean_unit, designated, read_unit, take_unit
from pipeline.extract.addresses.vocab import DECLARED, ascii_upper
from pipeline.model import Address

_PO_BOX = re.compile(r"\b(?:P\.?\s*O\.?\s*(?:BOX|DRAWER)|POST OFFICE BOX|POB|BOX)\s*#?\s*[0-9][0-9A-Z-]*")
_STARTS_WITH_NUMBER = re.compile(rf"(?:{HOUSE_NUMBER}|(?:ONE|TWO|THREE|FOUR|FIVE|SIX|SEVEN|EIGHT|NINE|TEN)\b)")
_NUMBER_INSIDE = re.compile(rf"(?<=[\s:]){HOUSE_NUMBER}\s+(?=[A-Z0-9])")
_CROSSING = re.compile(r"\s+(?:&|AND|AT|@|/)\s+")
_CROSSING_WORDS = re.compile(
    r"^(?:(?:ON |AT )?(?:THE )?(?:CORNER|INTERSECTION|CROSSING|JUNCTION) OF|CORNER|CROSS STREETS?:?|NEAR)\s+"
)
_ASIDES = "|".join(word.upper() for word in DECLARED["asides"]["words"])
_ASIDE = re.compile(
    rf"(?<=\S)\s+\(?(?:{_ASIDES})\b[^,)]*\)?|\((?![^)]*[0-9]|\s*(?:{UNIT_WORDS})\b)[^)]*\)"  # "(Unit B)" stays
)
_LONGEST = 400  # characters of a line that are read
_SMALL = {"OF", "THE", "AND"}
_KEPT_UPPER = {"N", "S", "E", "W", "NE", "NW", "SE", "SW", "PO", "US", "MO", "FM", "CR", "SR", "I", "RR"}


@lru_cache(maxsize=8192)  # one premises stands in many ads, and in one ad in several fields
def parse_address(line: str, *, city: str = "", state: str = "", zip: str = "", unit: str = "") -> Address:
    """One address from a line and whatever fields stand beside it; never raises.

    The line may hold a business name, unit, city, state and ZIP too; fields given win over the line.
    A PO box has a display form and no street key. A missing city is filled from the ZIP and marked inferred.
    """
    plain = _plain(line[:_LONGEST])
    fields, city_unit = _fields(city[:_LONGEST], state[:_LONGEST], zip[:_LONGEST])
    text, box = _without_box(_without_asides(plain.upper()))
    text, line_unit, shown = take_unit(text)
    rest, written = split_place(text, fields)
    place, inferred = _settled(fields, written)
    segment, bare = _street_segment(rest)
    street_key, tail_unit = _street_key(segment)
    found_unit = (
        read_unit(unit[:_LONGEST]) or line_unit or city_unit or bare or (clean_unit(tail_unit) if tail_unit else "")
    )
    if box and not street_key.strip():
        return Address(_title(box), city=place.city, state=place.state, zip=place.zip, city_inferred=inferred)
    if found_unit != line_unit:
        shown = found_unit.capitalize() if found_unit.startswith("FL ") else designated("", found_unit)
    display = _display(plain, segment, tail_unit, shown if found_unit else "")
    return Address(display, street_key, found_unit, place.city, place.state, place.zip, inferred)


def _plain(line: str) -> str:
    """ASCII of the line with its case, one blank between words, line breaks as commas."""
    joined = re.sub(r"\s*[\r\n;|•·]+\s*", ", ", line.strip())
    same = joined
    if not (joined.isascii() and joined.isprintable()):
        upper = ascii_upper(joined)
        same = "".join(c.lower() if o.islower() else c for c, o in zip_case(upper, joined))
    return re.sub(r"\s+", " ", same).strip(" ,")


def zip_case(upper: str, original: str) -> list[tuple[str, str]]:
    """Characters of the folded line beside the original ones, when they still stand side by side."""
    if len(upper) != len(original):
        return [(c, c) for c in upper]
    return list(zip(upper, original, strict=True))


@lru_cache(maxsize=8192)  # a file names few places
def _fields(city: str, state: str, zip_code: str) -> tuple[Place, str]:
    """The place columns, and a unit in that of the city, which may hold state and ZIP as well."""
    code = read_state(state)
    number = read_zip(zip_code, code) if zip_code.strip() else ""
    name = ascii_upper(city).strip(" ,.")
    if re.search(r"[0-9]{5}|,", name):
        rest, found = split_place("X, " + name, Place(state=code, zip=number))
        name = found.city or rest.removeprefix("X").strip(" ,")
        code, number = code or found.state, number or found.zip
    city_rest, unit, _ = take_unit(ascii_upper(city), rear=False) if city else ("", "", "")
    if unit:
        name = city_rest.replace(",", " ")
    return Place(read_city(name) if name else "", code, number), unit


def _settled(fields: Place, written: Place) -> tuple[Place, bool]:
    """Fields first, then the line, then the ZIP's own city (inferred)."""
    city, state = fields.city or written.city, fields.state or written.state
    number = fields.zip or written.zip
    if city and state:
        return Place(city, state, number), False
    zip_city, zip_state = place_of(number)
    inferred = not city and bool(zip_city) and (not state or state == zip_state)
    if inferred:
        city = read_city(zip_city)
    return Place(city, state or zip_state, number), inferred


def _without_asides(text: str) -> str:
    """The line without "(next to the bank)" and "behind the mall"; one that begins with such a word is kept."""
    return _ASIDE.sub(" ", text) if re.search(r"[0-9]", text) else text


def _without_box(text: str) -> tuple[str, str]:
    found = _PO_BOX.search(text)
    if not found or (found.group().startswith("BOX") and re.search(r"[0-9]+ [A-Z]", text[: found.start()])):
        return text, ""
    number = re.findall(r"[0-9A-Z-]+$", found.group())[0]
    return f"{text[: found.start()]} BOX , {text[found.end() :]}", f"PO BOX {number}"


def _street_segment(rest: str) -> tuple[str, str]:
    """(the part with the street, a bare unit behind it) of a line without place and marked units."""
    segments = [segment.strip(" .-") for segment in rest.split(",")]
    segments = [segment for segment in segments if segment and segment != "BOX"]
    if (joined := ", ".join(segments)) and road_place(joined):
        return joined, ""
    if segments and mall_place(segments[0]):
        return segments[0], ""
    for index, segment in enumerate(segments):
        if _STARTS_WITH_NUMBER.match(segment) and len(segment.split()) > 1:
            following = segments[index + 1] if index + 1 < len(segments) else ""
            bare = clean_unit(following) if re.fullmatch(r"[0-9]{1,4} ?[A-Z]?|[A-Z] ?[0-9]{0,3}", following) else ""
            return segment, bare
    for segment in segments:
        if names_highway(_CROSSING.split(segment)[0]):
            return segment, ""
        if (inside := _NUMBER_INSIDE.search(segment)) and has_suffix(segment[inside.start() :]):
            return segment[inside.start() :], ""
    return (segments[0], "") if segments else ("", "")


def _street_key(segment: str) -> tuple[str, str]:
    if key := road_place(segment) or mall_place(segment):
        return key, ""
    if not re.match(HOUSE_NUMBER, segment):
        crossing = _CROSSING.split(_CROSSING_WORDS.sub("", segment))
        if len(crossing) == 2 and (
            has_suffix("0 " + segment)
            or all(map(names_highway, crossing))
            or _CROSSING_WORDS.match(segment)
            or "&" in segment
        ):
            return " & ".join(sorted(read_street(street).key for street in crossing)), ""
    street: Street = read_street(segment)
    if not street.name or (not street.number and not has_suffix(segment) and not re.search(r"[0-9]", street.name)):
        return "", ""
    return street.key, street.unit


def _display(plain: str, segment: str, tail_unit: str, unit: str) -> str:
    """The street as written and the unit behind a comma."""
    at = plain.upper().find(segment) if segment else -1
    written = plain[at : at + len(segment)] if at >= 0 else segment
    if tail_unit:
        written = re.sub(rf"[\s,]+{re.escape(tail_unit)}$", "", written, flags=re.IGNORECASE)
    if written.isupper() or written.islower():
        written = _title(written)
    written = written.strip(" ,.-")
    return ", ".join(part for part in (written, unit) if part)


def _title(text: str) -> str:
    return " ".join(_title_word(word) for word in text.upper().split())


def _title_word(word: str) -> str:
    if word in _KEPT_UPPER:
        return word
    if word in _SMALL:
        return word.lower()
    return word.lower() if word[0].isdigit() and word[-2:] in {"ST", "ND", "RD", "TH"} else word.capitalize()
