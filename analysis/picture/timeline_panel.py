"""The picture of when: a lane for each business, a bar where it was seen, marks for the dated facts of its papers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from analysis.export.graph import Graph, Row
from analysis.picture.drawing import GREY, INK, KINDS, PALE, legend, lines_of, text
from analysis.picture.scene import kind_of, shown_name

LANE, LEFT, MARGIN, MOST = 26.0, 266.0, 24.0, 40
Event = Mapping[str, Any]

CROSS = "M-6 -6 L6 6 M-6 6 L6 -6"
# kind of event -> (words, svg of its mark around 0,0)
MARKS = {
    "license": ("license issued", f'<path d="M-5 5 L0 -6 L5 5 Z" fill="#ffffff" stroke="{INK}"/>'),
    "expiry": ("license runs out", f'<path d="M-5 -5 L0 6 L5 -5 Z" fill="#ffffff" stroke="{INK}"/>'),
    "filing": (
        "filing or application",
        f'<rect x="-4.5" y="-4.5" width="9" height="9" fill="#ffffff" stroke="{INK}"/>',
    ),
    "denial": (
        "license denied",
        f'<path d="{CROSS}" stroke="#ffffff" stroke-width="5"/><path d="{CROSS}" stroke="#c53030" stroke-width="2.4"/>',
    ),
    "closure": ("closed by the register", f'<path d="M0 -8 L0 8" stroke="{INK}" stroke-width="3"/>'),
    "number": ("another phone number", f'<circle r="4" fill="{KINDS["phone"][1]}" stroke="#ffffff"/>'),
}
OF = {
    "license_issued": "license", "license_expires": "expiry", "filing": "filing", "application": "filing",
    "denial": "denial", "closure": "closure", "phone_taken_up": "number",
}  # fmt: skip


def panel(
    graph: Graph, events: Sequence[Event], width: float, told: bool, most: int = MOST
) -> tuple[list[str], float, str]:
    """(svg parts, height, what was left out). `told`: whether a reader may see the sentences of events.

    Events of the intelligence lane are not drawn.
    """
    shops = sorted((n for n in graph.nodes if n["kind"] == "business" and n["first_seen"]), key=_order)
    kept, more = shops[:most], len(shops) - most
    dates = [d for n in kept for d in (_day(n["first_seen"]), _day(n["last_seen"]))]
    if not dates:
        return [], 0.0, ""
    ids = {str(n["id"]) for n in kept}
    open_events = [e for e in events if e["subject_id"] in ids and e.get("lane", "regulatory") == "regulatory"]
    low, high = _edges(dates)
    shown = [e for e in open_events if low <= e["day"].toordinal() <= high and e["kind"] in OF]

    def x_of(ordinal: float) -> float:
        return LEFT + (ordinal - low) / (high - low) * (width - LEFT - MARGIN)

    bottom = 34 + LANE * len(kept)
    parts = _axis(low, high, x_of, bottom)
    for number, node in enumerate(kept):
        mine = [e for e in shown if e["subject_id"] == node["id"]]
        parts += _lane(node, 34 + LANE * number, x_of, mine, told)
    bar = f'<rect x="-9" y="-5" width="18" height="10" fill="{KINDS["business"][1]}"/>'
    used = {OF[e["kind"]] for e in shown}
    entries = [(bar, "first to last day seen, in an ad where there is one")]
    entries += [(mark, words) for kind, (words, mark) in MARKS.items() if kind in used]
    made, end = legend(MARGIN, bottom + 26, width - 2 * MARGIN, entries)
    left_out = f"{more} more businesses, seen later, have no lane here" if more > 0 else ""
    return [*parts, *made], end, left_out


def _order(node: Row) -> tuple[str, str, str]:
    return (str(node["first_seen"]), str(node["last_seen"]), str(node["id"]))


def _day(value: object) -> date:
    return date.fromisoformat(str(value))


def _edges(dates: Iterable[date]) -> tuple[float, float]:
    """Some days around all that was seen."""
    days = [d.toordinal() for d in dates]
    room = max(20.0, (max(days) - min(days)) * 0.06)
    return min(days) - room, max(days) + room


def _axis(low: float, high: float, x_of: Any, bottom: float) -> list[str]:
    """A line and a label for each month, quarter or year, whichever leaves room."""
    first, last = date.fromordinal(int(low) + 1), date.fromordinal(int(high))
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next(s for s in (1, 2, 3, 6, 12, 24, 60, 120) if months / s <= 9 or s == 120)
    made = []
    for index in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        day = date(index // 12, index % 12 + 1, 1)
        if index % step == 0 and low <= day.toordinal() <= high:
            x = x_of(day.toordinal())
            made.append(f'<line x1="{x:.1f}" y1="26" x2="{x:.1f}" y2="{bottom:.1f}" stroke="{PALE}"/>')
            made.append(text(x, 20, f"{day:%Y-%m}", size=11, color=GREY, more='text-anchor="middle"'))
    return made


def _lane(node: Row, y: float, x_of: Any, events: Sequence[Event], told: bool) -> list[str]:
    begin, end = x_of(_day(node["first_seen"]).toordinal()), x_of(_day(node["last_seen"]).toordinal() + 1)
    fill = KINDS.get(kind_of(node), KINDS["business"])[1]
    middle = y + LANE / 2
    name = lines_of(shown_name(node), 36, 1)[0]
    seen = f"{shown_name(node)}: {node['first_seen']} to {node['last_seen']}"
    wide = max(end - begin, 3.0)
    made = [
        text(MARGIN, middle + 4, name),
        f'<rect x="{begin:.1f}" y="{y + 7:.1f}" width="{wide:.1f}" height="{LANE - 14:.1f}" fill="{fill}">'
        f"<title>{escape(seen)}</title></rect>",
    ]
    for event in events:
        kind = OF[event["kind"]]
        words = str(event["sentence"]) if told else f"{MARKS[kind][0]} {event['day']}"
        made.append(
            f'<g transform="translate({x_of(event["day"].toordinal()):.1f} {middle:.1f})">{MARKS[kind][1]}'
            f"<title>{escape(words)}</title></g>"
        )
    return made
