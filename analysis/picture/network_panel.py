"""The picture of who shares what: marks with labels that never overlap, lines under them. No random number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

import networkx as nx

from analysis.picture.drawing import GREY, INK, KINDS, LINE, Box, legend, shape, text, text_width
from analysis.picture.scene import Item, Scene

SIZE, GAP, MARGIN = 11.0, 10.0, 24.0
TURNS = 300  # of the layout, by when nothing moves any more
BENDS = (0.0, 0.12, -0.12, 0.25, -0.25, 0.4, -0.4, 0.6, -0.6, 0.85, -0.85)  # of a line's length, to either side
UNDER_OTHERS, BENT = 6.0, 25.0  # what a point under a stranger's label and a bend of a line's length cost, in points
Point = tuple[float, float]


def panel(scene: Scene, least_width: float) -> tuple[list[str], float, float]:
    """(svg parts, width, height) of the network with its legend; from (0, 0) on."""
    boxes = place(scene, least_width)
    width = max([least_width, *(b.right + MARGIN for b in boxes.values())])
    height = max([120.0, *(b.bottom + MARGIN for b in boxes.values())])
    at = marks_at(scene.ties, boxes)
    lines = zip(bent(scene.ties, boxes, at), scene.ties, strict=True)
    parts = [_line(*points, told) for points, (_, _, told) in lines]
    for item in scene.items:
        parts += _mark(item, at[item.item_id], boxes[item.item_id])
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
    found = _by_distance(made)
    xs, ys = [float(p[0]) for p in found.values()], [float(p[1]) for p in found.values()]
    if max(ys) - min(ys) > max(xs) - min(xs):  # the longer side lies
        xs, ys = ys, xs
        found = {i: (p[1], p[0]) for i, p in found.items()}
    return {i: (_unit(float(x), xs), _unit(float(y), ys)) for i, (x, y) in sorted(found.items())}


def _by_distance(graph: nx.Graph) -> dict[str, Point]:
    """Places whose distances are as near as can be to the numbers of steps in a connected graph: stress majorization
    (Gansner, Koren and North 2004) from a circle on. The result of Kamada and Kawai's without SciPy's half second."""
    import numpy

    ids = sorted(graph)
    count = len(ids)
    if count == 1:
        return {ids[0]: (0.0, 0.0)}
    steps = dict(nx.all_pairs_shortest_path_length(graph))
    apart = numpy.array([[steps[a][b] for b in ids] for a in ids], dtype=float)
    weights = 1.0 / numpy.maximum(apart, 1.0) ** 2
    numpy.fill_diagonal(weights, 0.0)
    pull = numpy.linalg.pinv(numpy.diag(weights.sum(axis=1)) - weights)
    angle = numpy.arange(count) * (2 * numpy.pi / count)
    at = numpy.stack([numpy.cos(angle), numpy.sin(angle)], axis=1) * apart.max() / 2
    for _ in range(TURNS):
        now = numpy.sqrt(((at[:, None, :] - at[None, :, :]) ** 2).sum(axis=2))
        numpy.fill_diagonal(now, 1.0)
        want = weights * apart / numpy.maximum(now, 1e-9)
        at = pull @ (numpy.diag(want.sum(axis=1)) - want) @ at
    return {i: (x, y) for i, (x, y) in zip(ids, at.round(6).tolist(), strict=True)}


def _unit(value: float, among: list[float]) -> float:
    low, high = min(among), max(among)
    return 0.5 if high - low < 1e-9 else (value - low) / (high - low)


def _push_apart(centers: dict[str, list[float]], sizes: Mapping[str, tuple[float, float]]) -> None:
    """Move overlapping boxes away from each other the short way; when that does not end, spread all a little."""
    import numpy

    ids = sorted(centers)
    at = numpy.array([centers[i] for i in ids])
    half = numpy.array([sizes[i] for i in ids]) / 2
    room = half[:, None, :] + half[None, :, :] + GAP
    rank = numpy.arange(len(ids))
    for turn in range(4000):
        apart = at[:, None, :] - at[None, :, :]
        lacks = room - abs(apart)
        close = (lacks > 0.01).all(axis=2)
        numpy.fill_diagonal(close, False)
        if not close.any():
            break
        down = lacks[:, :, 1] <= lacks[:, :, 0]
        first = rank[:, None] > rank[None, :]
        for axis, chosen in ((0, close & ~down), (1, close & down)):
            later = (apart[:, :, axis] > 0) | ((apart[:, :, axis] == 0) & first)
            push = numpy.where(later, 1.0, -1.0) * (lacks[:, :, axis] / 2 + 0.05) * chosen
            # All that press on a box at once would throw it far: half of their sum, and never less than one alone.
            at[:, axis] += push.sum(axis=1) / numpy.maximum(1, chosen.sum(axis=1) / 2)
        if turn % 50 == 49:
            at *= 1.06
    for i, (x, y) in zip(ids, at.tolist(), strict=True):
        centers[i] = [x, y]


def marks_at(ties: Sequence[tuple[str, str, str]], boxes: Mapping[str, Box]) -> dict[str, Point]:
    """Where in its box each mark stands: above its label, or below where more of its lines go down than up."""
    down = dict.fromkeys(boxes, 0)
    for a, b, _ in ties:
        for here, there in ((boxes[a], boxes[b]), (boxes[b], boxes[a])):
            (x, y), (to_x, to_y) = _middle(here), _middle(there)
            if abs(to_y - y) > 0.3 * abs(to_x - x):  # the others leave sideways
                down[a if here is boxes[a] else b] += 1 if to_y > y else -1
    return {
        i: ((box.left + box.right) / 2, box.bottom - SIZE if down[i] > 0 else box.top + SIZE)
        for i, box in boxes.items()
    }


def _middle(box: Box) -> Point:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


def bent(
    ties: Sequence[tuple[str, str, str]], boxes: Mapping[str, Box], at: Mapping[str, Point]
) -> list[tuple[Point, Point, Point]]:
    """For each tie the ends of its line and the point that bends it: straight where it can be, else around the marks
    and labels of others, as far as that goes, and aside of the labels of its own ends where little bends it."""
    import numpy

    ids = sorted(boxes)
    edges = numpy.array([[boxes[i].left, boxes[i].top, boxes[i].right, boxes[i].bottom] for i in ids])
    along = numpy.linspace(0.0, 1.0, 41)[None, :, None]
    made = []
    for a, b, _ in ties:
        one, two = (numpy.array(at[i]) for i in (a, b))
        middle, across = (one + two) / 2, numpy.array([one[1] - two[1], two[0] - one[0]])
        bends = middle + numpy.array(BENDS)[:, None] * across
        path = (1 - along) ** 2 * one + 2 * along * (1 - along) * bends[:, None, :] + along**2 * two
        others = edges[[i not in (a, b) for i in ids]]
        own = numpy.array([label_of(boxes[i], at[i]) for i in (a, b)])
        cost = UNDER_OTHERS * _under(path, others) + _under(path, own) + numpy.abs(numpy.array(BENDS)) * BENT
        best = int(cost.argmin())
        made.append(((one[0], one[1]), (bends[best][0], bends[best][1]), (two[0], two[1])))
    return made


def label_of(box: Box, at: Point) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of what a box holds besides its mark."""
    if at[1] > (box.top + box.bottom) / 2:
        return box.left, box.top, box.right, box.bottom - 2 * SIZE
    return box.left, box.top + 2 * SIZE, box.right, box.bottom


def _under(path: Any, boxes: Any) -> Any:
    """How many points of each of several paths lie in any of some boxes."""
    x, y = path[:, :, 0, None], path[:, :, 1, None]
    inside = (x > boxes[:, 0]) & (x < boxes[:, 2]) & (y > boxes[:, 1]) & (y < boxes[:, 3])
    return inside.any(axis=2).sum(axis=1)


def _line(a: Point, bend: Point, b: Point, told: str) -> str:
    return (
        f'<path d="M{a[0]:.1f} {a[1]:.1f} Q{bend[0]:.1f} {bend[1]:.1f} {b[0]:.1f} {b[1]:.1f}" fill="none" '
        f'stroke="{GREY}" stroke-width="1.4"><title>{escape(told)}</title></path>'
    )


def _mark(item: Item, at: Point, box: Box) -> list[str]:
    """The mark and its label on white, so that a line that passes behind stays behind."""
    x, y = at
    top = box.top if y > (box.top + box.bottom) / 2 else y + SIZE + 2
    width, height = box.right - box.left, box.bottom - box.top - 2 * SIZE - 2
    back = (
        f'<rect class="label" x="{box.left:.1f}" y="{top:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" fill="#ffffff" fill-opacity="0.88"/>'
    )
    made = [f"<g>{back}{shape(item.kind, x, y, SIZE)}<title>{escape(item.told)}</title></g>"]
    for number, line in enumerate(item.lines):
        small = item.dated and number == len(item.lines) - 1
        base = top + 2 + LINE * (number + 0.8)
        made.append(
            text(x, base, line, size=11 if small else 12, color=GREY if small else INK, more='text-anchor="middle"')
        )
    return made
