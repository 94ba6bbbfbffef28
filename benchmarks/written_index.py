"""The saved screening index of many known businesses, written row by row: made in memory it would take gigabytes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from analysis.rules import shipped_rules
from analysis.screening.key_filter import KeyFilter
from analysis.screening.names import NameShares, letters
from analysis.screening.near_numbers import NearNumbers
from analysis.screening.saved_index import FORMAT, NEAR, RARELY_THERE, save_entries
from analysis.screening.slips import door_key
from benchmarks.known_state import CLOSED, OPENED, Shop

Rows = Iterable[tuple[str, Any]]
ADVERTISED = {"first": OPENED.isoformat(), "last": CLOSED.isoformat()}
TENURE = {"first": OPENED.isoformat(), "last": OPENED.isoformat()}


def write_index(shops: Sequence[Shop], path: Path) -> None:
    """What `save_index(make_index(shops), path, "")` writes, one value after the other: besides the shops only keys are
    in memory."""
    numbers = {n: i for i, n in enumerate(sorted(range(len(shops)), key=lambda n: f"B{n}"))}
    shares = NameShares.count((s.operator for s in shops), shipped_rules().screening)
    filters: list[tuple[str, bytes]] = []
    save_entries(path, _entries(shops, numbers, shares, filters), filters)


def _entries(
    shops: Sequence[Shop], numbers: dict[int, int], shares: NameShares, filters: list[tuple[str, bytes]]
) -> Iterator[tuple[str, str, str]]:
    about = {
        "format": FORMAT, "state": "", "coverage": [], "snapshot_id": "", "model_version": "",
        "threshold": shipped_rules().screening.threshold, "people": shares.people,
    }  # fmt: skip
    yield "about", "", json.dumps(about)
    for kind, rows in _kinds(shops, numbers, shares).items():
        keys: list[str] = []
        for key, value in rows:
            if kind in RARELY_THERE:
                keys.append(key)
            yield kind, key, _text(value)
        if kind in RARELY_THERE:
            filters.append((kind, KeyFilter.of(keys).bits))
    named: dict[str, list[str]] = defaultdict(list)
    for shop in sorted(shops, key=lambda s: numbers[s.number]):
        named[shop.phone].append(letters(shop.operator))
    filters += zip(NEAR, NearNumbers.of(named).parts(), strict=True)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _kinds(shops: Sequence[Shop], numbers: dict[int, int], shares: NameShares) -> dict[str, Rows]:
    """Kind -> its rows, sorted by key, made one by one."""

    def each(key: Callable[[Shop], str], value: Callable[[Shop], Any]) -> Rows:
        return ((key, values[0]) for key, values in _together(shops, key, value))

    def together(key: Callable[[Shop], str], value: Callable[[Shop], Any]) -> Rows:
        return _together(shops, key, value)

    def numbered(key: Callable[[Shop], str]) -> Rows:
        return _namesakes(shops, numbers, key)

    name: Callable[[Shop], str] = lambda s: f"B{s.number}"  # noqa: E731
    return {
        "person": each(lambda s: str(numbers[s.number]), _person),
        "group": each(name, _group),
        "members": each(name, lambda s: [numbers[s.number]]),
        "business": each(name, _business),
        "place:phone": together(lambda s: s.phone, lambda s: _place(s, s.phone)),
        "place:premises": together(lambda s: s.place.premises_key, _suite),
        "building": together(lambda s: s.place.building_key, _suite),
        "names_at": numbered(lambda s: s.phone),
        "door": (
            (key, sorted(doors))
            for key, doors in _together(
                shops, lambda s: door_key(s.place), lambda s: [s.place.street_key, s.place.premises_key]
            )
        ),
        "birth": numbered(lambda s: s.born.isoformat()),
        "ends": sorted(shares.ends.items()),
        "rests": sorted(shares.rests.items()),
        "whole": sorted(shares.whole.items()),
        **dict.fromkeys(("premises_entity", "contact", "own_license", "taken", "place:email"), ()),
    }


def _together(
    shops: Sequence[Shop],
    key: Callable[[Shop], str],
    value: Callable[[Shop], Any],
    order: Callable[[Shop], int] = lambda s: s.number,
) -> Rows:
    """(key, values of the shops that have it, in `order`), sorted by key."""
    found: dict[str, list[int]] = defaultdict(list)
    for at, shop in enumerate(shops):
        found[key(shop)].append(at)
    for one in sorted(found):
        yield one, [value(shop) for shop in sorted((shops[at] for at in found[one]), key=order)]


def _namesakes(shops: Sequence[Shop], numbers: dict[int, int], key: Callable[[Shop], str]) -> Rows:
    """Under each key the number, letters and name of every operator, in columns."""
    rows = _together(
        shops, key, lambda s: (numbers[s.number], letters(s.operator), s.operator), lambda s: numbers[s.number]
    )
    return ((one, list(zip(*people, strict=True))) for one, people in rows)


def _person(shop: Shop) -> dict[str, Any]:
    k = shop.number
    return {
        "entity_id": f"O{k}", "group": f"B{k}", "names": [shop.operator], "aliases": [],
        "births": [shop.born.isoformat()], "phones": [], "emails": [], "businesses": [f"B{k}"], "sources": [f"s{k}"],
        "tenure": TENURE, "until": CLOSED.isoformat(), "posts": [[f"B{k}", "owner"]], "denials": [],
    }  # fmt: skip


def _group(shop: Shop) -> dict[str, Any]:
    name = f"B{shop.number}"
    return {"group_id": name, "network_id": "", "businesses": [name], "known": [name]}


def _business(shop: Shop) -> dict[str, Any]:
    k = shop.number
    return {
        "business_id": f"B{k}", "name": shop.name, "names": [shop.name], "standing": "suspected",
        "advertised": ADVERTISED, "captures": [f"c{k}", f"d{k}"], "sites": ["city-board"], "licensed": "",
        "owners": [[f"O{k}", shop.operator, TENURE]], "websites": [], "license_numbers": [f"BL-{k}"], "landlords": [],
    }  # fmt: skip


def _place(shop: Shop, value: str) -> dict[str, Any]:
    k = shop.number
    return {
        "business_id": f"B{k}", "group": f"B{k}", "value": value, "shown": ADVERTISED, "advertised": ADVERTISED,
        "sources": [f"c{k}", f"d{k}", f"s{k}"], "captures": [f"c{k}", f"d{k}"], "building": "", "unit": "",
    }  # fmt: skip


def _suite(shop: Shop) -> dict[str, Any]:
    place = _place(shop, shop.place.premises_key)
    return {**place, "building": shop.place.building_key, "unit": shop.place.unit}
