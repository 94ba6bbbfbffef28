"""One network as an SVG picture: a shape per kind, labels that keep clear of each other, legend, dates.

The same network gives the same picture, byte for byte.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from html import escape
from itertools import pairwise, product
from pathlib import Path
from textwrap import wrap

import networkx as nx

from analysis.export.files import replacing
from analysis.export.graph import Detail, Graph, Row, graph_of
from analysis.hubs import Groups
from analysis.redact import Profile, profile_named

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom

KINDS = {  # kind -> (words, fill)
    "business": ("business advertised on illicit sites", "#c05621"),
    "linked": ("linked business", "#f6ad55"),
    "operator": ("owner or officer", "#2b6cb0"),
    "phone": ("phone", "#2f855a"),
    "premises": ("premises", "#6b46c1"),
    "area": ("area", "#718096"),
}
THINGS = frozenset({"phone", "operator", "premises"})
HALO = 'paint-order="stroke" stroke="#ffffff" stroke-width="3" stroke-linejoin="round"'
SIZE, MARGIN, LETTER, LINE = 11.0, 90.0, 6.3, 14.0


def write_picture(detail: Detail, path: Path, profile: Profile | None = None) -> Path:
    """Draw one network into an SVG file, redacted for a reader (default: the analyst)."""
    text = network_svg(detail, profile)
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")
    return path


def network_svg(detail: Detail, profile: Profile | None = None) -> str:
    """The picture as SVG text."""
    graph = graph_of([detail], profile or profile_named("analyst"))
    width, height = _extent(len(graph.nodes))
    at = _layout(graph, width, height)
    body = [*_edges(graph, at), *_nodes(graph, at), *_labels(graph, at), *_legend(graph, height), *_title(detail)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height + 70:.0f}" '
        f'font-family="Helvetica, Arial, sans-serif" font-size="12" role="img">\n'
        f"<title>{escape(_heading(detail))}</title>\n"
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _extent(count: int) -> tuple[float, float]:
    side = 520.0 + 75.0 * count**0.5
    return side * 1.35, side


def _layout(graph: Graph, width: float, height: float) -> dict[str, Point]:
    """Kamada-Kawai per component from a circle start: no random number, so the picture repeats."""
    if not graph.nodes:
        return {}
    made = nx.Graph()
    made.add_nodes_from(str(n["id"]) for n in graph.nodes)
    made.add_edges_from((str(e["from_id"]), str(e["to_id"])) for e, _ in drawn_edges(graph))
    parts = sorted((sorted(c) for c in nx.connected_components(made)), key=lambda c: (-len(c), c))
    for a, b in pairwise(parts):
        made.add_edge(a[0], b[0])  # only to place loose parts beside each other
    found = nx.kamada_kawai_layout(made, pos=nx.circular_layout(sorted(made)))
    xs, ys = [float(p[0]) for p in found.values()], [float(p[1]) for p in found.values()]
    return {
        node: (
            _scaled(float(x), min(xs), max(xs), MARGIN, width - MARGIN),
            _scaled(float(y), min(ys), max(ys), MARGIN, height - MARGIN),
        )
        for node, (x, y) in sorted(found.items())
    }


def _scaled(value: float, low: float, high: float, start: float, end: float) -> float:
    return (start + end) / 2 if high - low < 1e-9 else start + (value - low) / (high - low) * (end - start)


def drawn_edges(graph: Graph) -> list[tuple[Row, bool]]:
    """The edges worth ink, and whether each binds: a number that two share is drawn through the number, and of what
    else binds only as many lines as hold the network together."""
    kinds = {str(n["id"]): str(n["kind"]) for n in graph.nodes}
    users: dict[str, set[str]] = defaultdict(set)
    for edge in graph.edges:
        for one, other in (("from_id", "to_id"), ("to_id", "from_id")):
            if kinds[str(edge[one])] in THINGS and kinds[str(edge[other])] == "business":
                users[str(edge[one])].add(str(edge[other]))
    groups, drawn = Groups(), list[tuple[Row, bool]]()
    for edge in graph.edges:
        thing = next((str(edge[end]) for end in ("from_id", "to_id") if kinds[str(edge[end])] in THINGS), "")
        if thing:
            drawn.append((edge, len(users[thing]) > 1))
            groups.union(str(edge["from_id"]), str(edge["to_id"]))
    rest = [e for e in graph.edges if {kinds[str(e["from_id"])], kinds[str(e["to_id"])]} <= {"business"}]
    for edge in sorted(rest, key=lambda e: (-float(e["probability"]), str(e["from_id"]), str(e["to_id"]))):
        a, b = str(edge["from_id"]), str(edge["to_id"])
        if edge["binding"] == "yes" and groups.find(a) != groups.find(b):
            groups.union(a, b)
            drawn.append((edge, True))
    return drawn


def _edges(graph: Graph, at: Mapping[str, Point]) -> Iterator[str]:
    for edge, binds in sorted(drawn_edges(graph), key=lambda d: d[1]):
        (x1, y1), (x2, y2) = at[str(edge["from_id"])], at[str(edge["to_id"])]
        style = 'stroke="#4a5568" stroke-width="1.8"' if binds else 'stroke="#cbd5e0"'
        told = escape(str(edge["sentence"] or edge["kind"]))
        yield f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {style}><title>{told}</title></line>'


def kind_of(node: Row) -> str:
    """The kind that chooses shape and color: a linked business is drawn apart from an advertised one."""
    return "linked" if node["kind"] == "business" and node["role"] == "linked business" else str(node["kind"])


def _shape(kind: str, x: float, y: float, s: float = SIZE) -> str:
    fill = f'fill="{KINDS.get(kind, KINDS["area"])[1]}" stroke="#1a202c" stroke-width="0.8"'
    if kind in {"business", "linked"}:
        return f'<rect x="{x - s:.1f}" y="{y - s:.1f}" width="{2 * s:.1f}" height="{2 * s:.1f}" rx="3" {fill}/>'
    points: tuple[Point, ...]
    if kind == "phone":
        points = ((x, y - s), (x + s, y), (x, y + s), (x - s, y))
    elif kind == "premises":
        points = ((x, y - s), (x + s, y + s * 0.8), (x - s, y + s * 0.8))
    else:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{s:.1f}" {fill}/>'
    return f'<polygon points="{" ".join(f"{px:.1f},{py:.1f}" for px, py in points)}" {fill}/>'


def _nodes(graph: Graph, at: Mapping[str, Point]) -> Iterator[str]:
    for node in graph.nodes:
        x, y = at[str(node["id"])]
        seen = f" ({node['first_seen']} to {node['last_seen']})" if node["first_seen"] else ""
        told = escape(f"{node['label']}, {node['role']}{seen}")
        yield f"<g>{_shape(kind_of(node), x, y)}<title>{told}</title></g>"


def _labels(graph: Graph, at: Mapping[str, Point]) -> Iterator[str]:
    """Each label takes the first of the places around its node where it covers least."""
    taken: list[Box] = [(x - SIZE, y - SIZE, x + SIZE, y + SIZE) for x, y in at.values()]
    order = sorted(graph.nodes, key=lambda n: (n["kind"] != "business", str(n["label"]), str(n["id"])))
    for node in order:
        lines = wrap(str(node["label"]), 24)[:2] or [""]
        if node["kind"] == "business" and node["first_seen"]:
            lines.append(f"{str(node['first_seen'])[:7]} to {str(node['last_seen'])[:7]}")
        x, y = at[str(node["id"])]
        box = _place(x, y, max(map(len, lines)) * LETTER, len(lines) * LINE, taken)
        taken.append(box)
        for number, line in enumerate(lines):
            top = box[1] + LINE * (number + 0.8)
            small = ' font-size="10" fill="#4a5568"' if number == len(lines) - 1 and line.count("-") == 2 else ""
            middle = (box[0] + box[2]) / 2
            yield f'<text x="{middle:.1f}" y="{top:.1f}" text-anchor="middle" {HALO}{small}>{escape(line)}</text>'


def _place(x: float, y: float, w: float, h: float, taken: list[Box]) -> Box:
    """The free place nearest to the node: below, above, right, left, then the corners, then further out."""
    sides = ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1))
    tries = []
    for ring, (dx, dy) in product((1.0, 1.9, 2.8), sides):
        cx = x + dx * (w / 2 + SIZE * ring * 1.2)
        cy = y + dy * (h / 2 + SIZE * ring * 1.2)
        tries.append((cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2))
    return min(tries, key=lambda box: (round(sum(_covered(box, other) for other in taken), 1), tries.index(box)))


def _covered(a: Box, b: Box) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def _legend(graph: Graph, height: float) -> Iterator[str]:
    present = [k for k in KINDS if any(kind_of(n) == k for n in graph.nodes)]
    x = 24.0
    for kind in present:
        words = KINDS[kind][0]
        yield f'{_shape(kind, x, height + 20, 7)}<text x="{x + 14:.0f}" y="{height + 24:.0f}">{words}</text>'
        x += 40 + len(words) * LETTER
    yield (
        f'<line x1="17" y1="{height + 45:.0f}" x2="47" y2="{height + 45:.0f}" stroke="#4a5568" stroke-width="2"/>'
        f'<text x="54" y="{height + 49:.0f}">shared, or binds two businesses</text>'
        f'<line x1="267" y1="{height + 45:.0f}" x2="297" y2="{height + 45:.0f}" stroke="#cbd5e0"/>'
        f'<text x="304" y="{height + 49:.0f}">uses, is at, is named by. '
        "A picture of files, no finding about any person.</text>"
    )


def _heading(detail: Detail) -> str:
    shops = sum(m["kind"] == "business" for m in detail["members"])
    seen = f", seen {detail['first_seen']} to {detail['last_seen']}" if detail.get("first_seen") else ""
    return f"Network {str(detail['network_id'])[:8]}: {shops} businesses{seen}"


def _title(detail: Detail) -> Iterator[str]:
    yield f'<text x="24" y="30" font-size="18" font-weight="bold">{escape(_heading(detail))}</text>'
    sources = {s for link in detail["links"] for s in (link.get("sources") or ())}
    noun = "source" if len(sources) == 1 else "sources"
    yield f'<text x="24" y="48" fill="#4a5568">{len(sources)} {noun} cited by its links</text>'
