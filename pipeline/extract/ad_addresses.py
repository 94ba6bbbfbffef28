"""The addresses of one advertisement, and the place they lack filled from what else the page says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import unquote_plus

from pipeline.extract.addresses import AddressMention, find_addresses, parse_address
from pipeline.extract.addresses.place import read_city
from pipeline.extract.names import state_code
from pipeline.extract.selection import Reading, Selected, Value, first, mentions_of
from pipeline.extract.text import Found
from pipeline.model import Address, Mention

_LINKED = frozenset(["attr:href", "attr:src"])  # an address in a link is written with "%20" or "+" for blanks


def selected_addresses(selected: Selected, reading: Reading) -> list[tuple[Address, Mention]]:
    """Addresses of the fields meant for them, as free text or, failing that, as one address line."""
    parts = {name: (v.text if (v := first(selected, name)) else "") for name in ("city", "state", "zip")}
    pairs: list[tuple[Address, Mention]] = []
    for value in selected.get("address", ()):
        if value.field in _LINKED:
            linked = find_addresses(unquote_plus(value.text))[:1]
            pairs += _pairs(value, [(a.address, 0, len(value.text), a.confidence) for a in linked], reading)
            continue
        found = find_addresses(value.text)
        if found:
            pairs += _pairs(value, [(a.address, a.start, a.end, a.confidence) for a in found], reading)
            continue
        address = parse_address(
            " ".join(value.text.split()), city=parts["city"], state=parts["state"], zip=parts["zip"]
        )
        if address.street_key:
            pairs += _pairs(value, [(address, 0, len(value.text), 0.9)], reading)
    return pairs


def text_addresses(whole: Value, said: Iterable[AddressMention], reading: Reading) -> list[tuple[Address, Mention]]:
    """Addresses in the ad's own text, which is `whole` with foreign parts blanked."""
    return _pairs(whole, [(a.address, a.start, a.end, a.confidence) for a in said], reading)


def _pairs(
    value: Value, found: list[tuple[Address, int, int, float]], reading: Reading
) -> list[tuple[Address, Mention]]:
    spans = [Found("address", a.line, start, end, "plain", confidence) for a, start, end, confidence in found]
    return list(zip([a for a, *_ in found], mentions_of(value, spans, reading.version), strict=False))


def stated_location(selected: Selected) -> str:
    """The place as the page says it: "Springfield, MO"."""
    if value := first(selected, "location"):
        return " ".join(value.text.split()).strip("() ")
    return ", ".join(v.text for name in ("city", "state") if (v := first(selected, name)))


def placed(address: Address, selected: Selected, location: str) -> Address:
    """The address with the city, state and ZIP its line lacks, taken from the ad's fields or its location."""
    city, state, code = (v.text if (v := first(selected, n)) else "" for n in ("city", "state", "zip"))
    city = read_city(city) or city  # "Saint Peters" is "St. Peters", as in an address of one line
    named = bool(city)
    if not city and (
        m := re.search(
            r"(?P<city>[A-Z][\w .'-]{1,40}),\s*(?P<state>[A-Za-z ]{2,20}?)(?:,?\s+(?P<zip>\d{5})(?:-\d{4})?)?$",
            location,
        )
    ):
        city, state, code = m["city"].strip(), m["state"], code or m["zip"] or ""
        if state_code(city) and not state_code(state):  # "Missouri, Springfield"
            city, state = state, city
    state = state_code(state)
    if address.city or not city or (address.state and state and address.state != state):
        return replace(address, zip=code) if not address.zip and re.fullmatch(r"\d{5}", code) else address
    zip_ = address.zip or (code if re.fullmatch(r"\d{5}", code) else "")
    return replace(address, city=city, state=address.state or state, zip=zip_, city_inferred=not named)


def distinct(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """One of each premises, first come; an address without unit and place adds nothing to a fuller one."""
    kept: dict[tuple[str, str], Address] = {}
    for address in addresses:
        key = (address.street_key or address.line.upper(), address.unit)
        if key not in kept or (address.zip and not kept[key].zip):
            kept[key] = address
    return tuple(kept.values())
