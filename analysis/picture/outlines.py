"""State and county outlines of the US Census Bureau (public domain), as the package us-atlas 3.0.1 (ISC) has them.

TopoJSON: arcs are quantized and delta-coded; a ring is a list of arcs, ~n is arc n backwards.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ATLAS = Path(__file__).parent / "data" / "us-atlas-counties-10m.json.gz"
Ring = tuple[tuple[float, float], ...]

# Numbers of the states in the Census (FIPS 5-2), the first two digits of a county's.
_STATES = """
"AL01 AK02 AZ04 AR05 CA06 CO08 CT09 DE10 DC11 FL12 GA13 HI15 ID16 IL17 IN18 IA19 KS20 KY21
LA22 ME23 MD24 MA25 MI26 MN27 MS28 MO29 MT30 NE31 NV32 NH33 NJ34 NM35 NY36 NC37 ND38 OH39
OK40 OR41 PA42 RI44 SC45 SD46 TN47 TX48 UT49 VT50 VA51 WA53 WV54 WI55 WY56 PR72
"""
STATES = {word[:2]: word[2:] for word in _STATES.split()}


@cache
def _atlas() -> Any:
    return json.loads(gzip.decompress(ATLAS.read_bytes()))


@cache
def _arcs() -> list[Ring]:
    atlas = _atlas()
    (kx, ky), (dx, dy) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    made = []
    for arc in atlas["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append((x * kx + dx, y * ky + dy))
        made.append(tuple(points))
    return made


@cache
def state_rings() -> tuple[tuple[str, Ring], ...]:
    """(Census number, outline as longitude and latitude) of every part of every state."""
    return tuple(_rings("states", ""))


@cache
def county_rings(state: str) -> tuple[tuple[str, Ring], ...]:
    """The same of the counties of one state, given by its letters."""
    return tuple(_rings("counties", STATES.get(state, "--")))


def _rings(layer: str, begins: str) -> Iterator[tuple[str, Ring]]:
    for shape in _atlas()["objects"][layer]["geometries"]:
        several = {"Polygon": [shape.get("arcs")], "MultiPolygon": shape.get("arcs")}.get(shape["type"])
        for polygon in several or () if shape["id"].startswith(begins) else ():
            for ring in polygon:
                yield shape["id"], tuple(_points(ring))


def _points(ring: list[int]) -> Iterator[tuple[float, float]]:
    for number in ring:
        arc = _arcs()[number] if number >= 0 else _arcs()[~number][::-1]
        yield from arc
