"""The picture of where: businesses at the center of their ZIP code, over outlines. No tiles, no house on a map."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from math import cos, hypot, radians, sqrt

from analysis.export.geojson import zip_center
from analysis.export.graph import Graph
from analysis.picture.drawing import GREY, INK, KINDS, Box, text, text_width
from analysis.picture.outlines import Ring, county_rings, state_rings

HALO = 'paint-order="stroke" stroke="#ffffff" stroke-width="3"'
SOURCE = "Circles count businesses at the center of their ZIP code, or beside it. Outlines: US Census Bureau."
MARGIN, HIGH, WIDE = 24.0, 380.0, 560.0
Point = tuple[float, float]
Circle = tuple[float, float, float]  # x, y, radius


def panel(graph: Graph) -> tuple[list[str], float, str]:
    """(svg parts, height, what is not on it). Nothing when no business has a known ZIP code."""
    shops = [n for n in graph.nodes if n["kind"] == "business"]
    spots: dict[Point, list[str]] = defaultdict(list)
    states: Counter[str] = Counter()
    for node in shops:
        if center := zip_center(str(node["zip"])):
            spots[center].append(str(node["city"]))
            states[str(node["state"])] += 1
    if not spots:
        return [], 0.0, ""
    project = _projection(list(spots))
    parts = [f'<clipPath id="map"><rect x="{MARGIN}" y="0" width="{WIDE:.0f}" height="{HIGH:.0f}"/></clipPath>']
    parts.append(f'<rect x="{MARGIN}" y="0" width="{WIDE:.0f}" height="{HIGH:.0f}" fill="#f7fafc" stroke="#cbd5e0"/>')
    parts.append('<g clip-path="url(#map)">')
    for state in sorted(states):
        parts += _outline(county_rings(state), project, '#e2e8f0" stroke-width="0.6')
    parts += _outline(state_rings(), project, '#a0aec0" stroke-width="1.1')
    parts.append("</g>")
    parts += _spots(spots, project)
    lost = len(shops) - sum(map(len, spots.values()))
    who = "1 business" if lost == 1 else f"{lost} businesses"
    note = f"{who} without a known ZIP code {'is' if lost == 1 else 'are'} not on the map" if lost else ""
    return parts, HIGH, note


class Projection:
    """Equirectangular around the middle of what is shown: true enough for a state."""

    def __init__(self, middle: Point, squeeze: float, scale: float) -> None:
        self.middle, self.squeeze, self.scale = middle, squeeze, scale

    def __call__(self, point: Point) -> Point:
        x = (point[0] - self.middle[0]) * self.squeeze * self.scale
        return MARGIN + WIDE / 2 + x, HIGH / 2 - (point[1] - self.middle[1]) * self.scale


def _projection(points: list[Point]) -> Projection:
    """All points, and never less than some forty miles around them."""
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    middle = ((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)
    squeeze = cos(radians(middle[1]))
    span = max((max(lons) - min(lons)) * squeeze / WIDE, (max(lats) - min(lats)) / HIGH, 0.45 / HIGH)
    return Projection(middle, squeeze, 0.72 / span)


def _outline(rings: Iterable[tuple[str, Ring]], project: Projection, stroke: str) -> list[str]:
    made = []
    for _, ring in rings:
        points = [project(p) for p in ring]
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        if max(xs) < MARGIN or min(xs) > MARGIN + WIDE or max(ys) < 0 or min(ys) > HIGH:
            continue
        thin = [p for n, p in enumerate(points) if n == 0 or _far(p, points[n - 1])]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in thin)
        made.append(f'<polygon points="{line}" fill="none" stroke="{stroke}"/>')
    return made


def _far(a: Point, b: Point) -> bool:
    return abs(a[0] - b[0]) + abs(a[1] - b[1]) > 0.3


def _spots(spots: dict[Point, list[str]], project: Projection) -> list[str]:
    """A circle as large as the count, and the city beside it where there is room."""
    made, taken = [], list[Box]()
    placed = _side_by_side({point: (*project(point), _radius(cities)) for point, cities in spots.items()})
    for point, cities in sorted(spots.items(), key=lambda s: (-len(s[1]), s[0])):
        x, y, r = placed[point]
        looks = f'fill="{KINDS["business"][1]}" fill-opacity="0.85" stroke="#ffffff"'
        made.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" {looks}/>')
        if len(cities) > 1:
            made.append(text(x, y + 4, str(len(cities)), size=11, color="#ffffff", more='text-anchor="middle"'))
        taken.append(Box(x - r, y - r, x + r, y + r))
    named: set[str] = set()
    for point, cities in sorted(spots.items(), key=lambda s: (-len(s[1]), s[0])):
        name = Counter(c for c in cities if c).most_common(1)
        if not name or name[0][0] in named:
            continue
        words, (x, y, r) = name[0][0], placed[point]
        w = text_width(words)
        for left, bottom in (
            (x + r + 4, y + 4),
            (x - r - 4 - w, y + 4),
            (x - w / 2, y + r + 14),
            (x - w / 2, y - r - 5),
        ):
            box = Box(left, bottom - 11, left + w, bottom + 3)
            inside = left >= MARGIN and box.right <= MARGIN + WIDE and 12 < bottom < HIGH
            if inside and not any(any(box.overlap(t)) for t in taken):
                made.append(text(left, bottom, words, color=INK, more=HALO))
                taken.append(box)
                named.add(words)
                break
    made.append(text(MARGIN + 6, HIGH - 8, SOURCE, size=10, color=GREY))
    return made


def _radius(cities: Sequence[str]) -> float:
    return 6.0 + 2.2 * sqrt(len(cities))


def _side_by_side(circles: dict[Point, Circle]) -> dict[Point, Circle]:
    """Circles moved apart until none covers another, the smaller ones further."""
    found = dict(circles)
    for _ in range(200):
        moved = False
        for one, two in combinations(sorted(found), 2):
            (ax, ay, ar), (bx, by, br) = found[one], found[two]
            away = hypot(bx - ax, by - ay)
            lacks = ar + br + 1.0 - away
            if lacks <= 0.01:
                continue
            dx, dy = ((bx - ax) / away, (by - ay) / away) if away > 1e-6 else (1.0, 0.0)
            share = br / (ar + br)  # how far the first one goes
            found[one] = (ax - dx * lacks * share, ay - dy * lacks * share, ar)
            found[two] = (bx + dx * lacks * (1 - share), by + dy * lacks * (1 - share), br)
            moved = True
        if not moved:
            break
    return found
