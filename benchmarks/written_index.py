"""The saved screening index of many known businesses, written row by row: made in memory it would take gigabytes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from analysis.key_filter import KeyFilter
from analysis.names import NameShares, letters
from analysis.rules import shipped_rules
from analysis.saved_index import FORMAT, RARELY_THERE, save_entries
from analysis.slips import door_key
from benchmarks.known_state import CLOSED, OPENED, Shop

Rows = Iterable[tuple[str, Any]]
ADVERTISED = {"first": OPENED.isoformat(), "last": CLOSED.isoformat()}
TENURE = {"first": OPENED.isoformat(), "last": OPENED.isoformat()}


def write_index(shops: Sequence[Shop], path: Path) -> None:
    """What `save_index(make_index(shops), path, "")` writes, one kind of value after the other."""
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
    for kind, make in _kinds(shops, numbers, shares).items():
        rows = sorted((key, _text(value)) for key, value in make())
        yield from ((kind, key, value) for key, value in rows)
        if kind in RARELY_THERE:
            filters.append((kind, KeyFilter.of(key for key, _ in rows).bits))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _kinds(shops: Sequence[Shop], numbers: dict[int, int], shares: NameShares) -> dict[str, Callable[[], Rows]]:
    """Kind -> its rows, made when asked for: all at once would not fit."""
    none: Callable[[], Rows] = lambda: ()  # noqa: E731
    return {
        "person": lambda: ((str(numbers[s.number]), _person(s)) for s in shops),
        "group": lambda: ((f"B{s.number}", _group(s)) for s in shops),
        "members": lambda: ((f"B{s.number}", [numbers[s.number]]) for s in shops),
        "business": lambda: ((f"B{s.number}", _business(s)) for s in shops),
        "place:phone": lambda: _together(shops, lambda s: (s.phone, _place(s, s.phone))),
        "place:premises": lambda: _together(
            shops, lambda s: (s.place.premises_key, _suite(s))
        ),
        "building": lambda: _together(shops, lambda s: (s.place.building_key, _suite(s))),
        "names_at": lambda: _together(
            sorted(shops, key=lambda s: numbers[s.number]), lambda s: (s.phone, _born(s, numbers))
        ),
        "door": lambda: (
            (key, sorted(doors))
            for key, doors in _together(
                shops, lambda s: (door_key(s.place), [s.place.street_key, s.place.premises_key])
            )
        ),
        "birth": lambda: _together(
            sorted(shops, key=lambda s: numbers[s.number]),
            lambda s: (s.born.isoformat(), _born(s, numbers)),
        ),
        "ends": shares.ends.items,
        "rests": shares.rests.items,
        "whole": shares.whole.items,
        **dict.fromkeys(("premises_entity", "contact", "own_license", "taken", "place:email"), none),
    }  # fmt: skip


def _together(shops: Iterable[Shop], read: Callable[[Shop], tuple[str, Any]]) -> Rows:
    found: dict[str, list[Any]] = defaultdict(list)
    for shop in shops:
        key, value = read(shop)
        found[key].append(value)
    return found.items()


def _born(shop: Shop, numbers: dict[int, int]) -> list[Any]:
    return [numbers[shop.number], [[letters(shop.operator), shop.operator]]]


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
        "owners": [[f"O{k}", shop.operator, TENURE]], "websites": [], "license_numbers": [f"BL-{k}"],
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
