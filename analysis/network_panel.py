"""The picture of who shares what: marks with labels that never overlap, lines under them. No random number."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import pairwise

import networkx as nx

from analysis.drawing import GREY, INK, KINDS, LINE, Box, legend, shape, text, text_width
from analysis.scene import Item, Scene

SIZE, GAP, MARGIN = 11.0, 10.0, 24.0
Point = tuple[float, float]


def panel(scene: Scene, least_width: float) -> tuple[list[str], float, float]:
    """(svg parts, width, height) of the network with its legend; from (0, 0) on."""
    boxes = place(scene, least_width)
    width = max([least_width, *(b.right + MARGIN for b in boxes.values())])
    height = max([120.0, *(b.bottom + MARGIN for b in boxes.values())])
    at = {i: ((b.left + b.right) / 2, b.top + SIZE) for i, b in boxes.items()}
    parts = [_line(at[a], at[b], told) for a, b, told in scene.ties]
    for item in scene.items:
        parts += _mark(item, *at[item.item_id])
    present = [k for k in KINDS if any(i.kind == k for i in scene.items)]
    marks = [(shape(k, 0, 0, 8), KINDS[k][0]) for k in present]
    made, end = legend(MARGIN, height + 20, width - 2 * MARGIN, marks)
    return [*parts, *made], width, end


def place(scene: Scene, least_width: float) -> dict[str, Box]:
    """A box for each mark with its label: first by the distances in the graph, then pushed apart until none overlap."""
    sizes = {i.item_id: _extent(i) for i in scene.items}
    if not sizes:
        return {}
    start = _start(scene)
    area = sum((w + 3 * GAP) * (h + 3 * GAP) for w, h in sizes.values())
    wide = max(least_width - 2 * MARGIN, (area * 2.6) ** 0.5)
    high = area * 2.0 / wide
    centers = {i: [x * wide, y * high] for i, (x, y) in start.items()}
    _push_apart(centers, sizes)
    left = min(x - sizes[i][0] / 2 for i, (x, _) in centers.items())
    top = min(y - sizes[i][1] / 2 for i, (_, y) in centers.items())
    made = {}
    for i, (x, y) in centers.items():
        w, h = sizes[i]
        made[i] = Box(x - w / 2 - left + MARGIN, y - h / 2 - top + 8, x + w / 2 - left + MARGIN, y + h / 2 - top + 8)
    return made


def _extent(item: Item) -> tuple[float, float]:
    width = max([2 * SIZE, *(text_width(line) for line in item.lines)])
    return width, 2 * SIZE + 4 + LINE * len(item.lines)


def _start(scene: Scene) -> dict[str, Point]:
    """Places between 0 and 1 that follow the distances in the graph; loose parts side by side."""
    made = nx.Graph()
    made.add_nodes_from(sorted(i.item_id for i in scene.items))
    made.add_edges_from((a, b) for a, b, _ in scene.ties)
    parts = sorted((sorted(c) for c in nx.connected_components(made)), key=lambda c: (-len(c), c))
    for a, b in pairwise(parts):
        made.add_edge(a[0], b[0])
    found = nx.kamada_kawai_layout(made, pos=nx.circular_layout(sorted(made)))
    xs, ys = [float(p[0]) for p in found.values()], [float(p[1]) for p in found.values()]
    if max(ys) - min(ys) > max(xs) - min(xs):  # the longer side lies
        xs, ys = ys, xs
        found = {i: (p[1], p[0]) for i, p in found.items()}
    return {i: (_unit(float(x), xs), _unit(float(y), ys)) for i, (x, y) in sorted(found.items())}


def _unit(value: float, among: list[float]) -> float:
    low, high = min(among), max(among)
    return 0.5 if high - low < 1e-9 else (value - low) / (high - low)


def _push_apart(centers: dict[str, list[float]], sizes: Mapping[str, tuple[float, float]]) -> None:
    """Move overlapping boxes away from each other the short way; when that does not end, spread all a little."""
    ids = sorted(centers)
    for turn in range(4000):
        clear = True
        for number, a in enumerate(ids):
            for b in ids[:number]:
                (ax, ay), (bx, by) = centers[a], centers[b]
                across = (sizes[a][0] + sizes[b][0]) / 2 + GAP - abs(ax - bx)
                down = (sizes[a][1] + sizes[b][1]) / 2 + GAP - abs(ay - by)
                if across <= 0.01 or down <= 0.01:
                    continue
                clear = False
                axis, push = (0, across / 2) if across < down else (1, down / 2)
                sign = 1.0 if (centers[a][axis], a) >= (centers[b][axis], b) else -1.0
                centers[a][axis] += sign * (push + 0.05)
                centers[b][axis] -= sign * (push + 0.05)
        if clear:
            return
        if turn % 50 == 49:
            for point in centers.values():
                point[0] *= 1.06
                point[1] *= 1.06


def _line(a: Point, b: Point, told: str) -> str:
    return (
        f'<line x1="{a[0]:.1f}" y1="{a[1]:.1f}" x2="{b[0]:.1f}" y2="{b[1]:.1f}" stroke="{GREY}" stroke-width="1.4">'
        f"<title>{escape(told)}</title></line>"
    )


def _mark(item: Item, x: float, y: float) -> list[str]:
    """The mark and its label on white, so that a line that passes behind stays behind."""
    width, height = _extent(item)
    back = (
        f'<rect class="label" x="{x - width / 2:.1f}" y="{y + SIZE + 2:.1f}" width="{width:.1f}" '
        f'height="{height - 2 * SIZE - 2:.1f}" fill="#ffffff" fill-opacity="0.88"/>'
    )
    made = [f"<g>{back}{shape(item.kind, x, y, SIZE)}<title>{escape(item.told)}</title></g>"]
    for number, line in enumerate(item.lines):
        small = item.dated and number == len(item.lines) - 1
        top = y + SIZE + 4 + LINE * (number + 0.8)
        made.append(
            text(x, top, line, size=11 if small else 12, color=GREY if small else INK, more='text-anchor="middle"')
        )
    return made
