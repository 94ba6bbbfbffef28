"""One network on one page that a stranger can read: what is shown, what binds it, who shares what, when, and where.

SVG and PNG are one page; HTML has the same panels, every business and tie as tables, and works without a network.
The same network gives the same page, byte for byte, and it is redacted for its reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.export.files import replacing
from analysis.export.graph import SUCCEEDED, Detail, Graph, graph_of
from analysis.picture import map_panel, network_panel, timeline_panel
from analysis.picture.drawing import GREY, moved, paragraph, svg, text
from analysis.picture.page import page
from analysis.picture.scene import Scene, make_scene, shown_name
from analysis.picture.timeline_panel import Event
from analysis.redact import Profile, profile_named
from pipeline.errors import FixInput

WIDTH, MARGIN = 1000.0, 24.0
SUFFIXES = (".svg", ".html", ".png")
CAUTION = "Drawn from advertisements and public records. It shows what sources say, and is no finding about any person."


class Picture:
    """What is drawn of one network for one reader. `events`: rows of its timeline (day, kind, sentence, subject_id)."""

    def __init__(self, detail: Detail, profile: Profile | None = None, events: Sequence[Event] = ()) -> None:
        self.detail, self.profile = detail, profile or profile_named("analyst")
        self.graph: Graph = graph_of([detail], self.profile)
        self.scene: Scene = make_scene(self.graph)
        self.events = events

    @property
    def shops(self) -> list[dict[str, Any]]:
        return [dict(n) for n in self.graph.nodes if n["kind"] in {"business", "area"}]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The businesses as a table has them."""
        return [{**shop, "label": shown_name(shop)} for shop in self.shops]

    @property
    def heading(self) -> str:
        on = f" on {self.detail['on']}" if self.detail.get("on") else ""
        return f"Network {str(self.detail['network_id'])[:8]}{on}: {self.counted}"

    @property
    def counted(self) -> str:
        """ "8 businesses and 2 groups of ads that name no business"; of a picture for the public, how many areas."""
        if areas := sum(n["kind"] == "area" for n in self.shops):
            return f"businesses in {areas} {'area' if areas == 1 else 'areas'}"
        nameless = sum(str(n["label"]).startswith("(no name") for n in self.shops)
        named = len(self.shops) - nameless
        words = [f"{named} {'business' if named == 1 else 'businesses'}"] if named or not nameless else []
        if nameless:
            words.append(f"{nameless} {'group' if nameless == 1 else 'groups'} of ads that name no business")
        return " and ".join(words)

    @property
    def lede(self) -> str:
        """One sentence on what is shown, one on what binds it."""
        cities = sorted({str(n["city"]) for n in self.shops if n["city"]})
        where = f" in {_listed(cities, 4)}" if cities else ""
        seen = sorted(str(n[c]) for n in self.shops for c in ("first_seen", "last_seen") if n.get(c))
        when = f", seen from {seen[0]} to {seen[-1]}" if seen else ""
        if self.detail.get("on"):
            when = f", as far as their periods cover {self.detail['on']}"
        binds = [f"{_NOUNS[kind]} {label} ({users} of them)" for users, kind, label in self.scene.shared[:4]]
        more = len(self.scene.shared) - len(binds)
        rest = f", and {more} more" if more > 0 else ""
        bound = f" They are shown together because they share: {'; '.join(binds)}{rest}." if binds else ""
        return f"{self.counted[0].upper()}{self.counted[1:]}{where}{when}.{bound}"

    @property
    def sources(self) -> str:
        found = {s for e in self.graph.edges for s in str(e["sources"]).split("; ") if s}
        noun = "source" if len(found) == 1 else "sources"
        snapshot = f" As of snapshot {self.detail['snapshot_id']}." if self.detail.get("snapshot_id") else ""
        cited = f"{len(found)} {noun} cited by its links." if self.graph.edges else ""
        return f"{cited}{snapshot}".strip()

    @property
    def told(self) -> bool:
        return self.profile.shows("network")

    def svg(self) -> str:
        """The whole page."""
        network, width, high = network_panel.panel(self.scene, WIDTH)
        body = [text(MARGIN, 36, self.heading, size=20, more='font-weight="bold"')]
        lines, y = paragraph(MARGIN, 62, self.lede, width - 2 * MARGIN, 14)
        body += lines
        more, y = paragraph(MARGIN, y + 2, f"{self.sources} {CAUTION}", width - 2 * MARGIN, 11, GREY)
        body += [*more, *_titled("Who shares what" if self.scene.ties else "What is there", network, y + 18)]
        y += 18 + 16 + high
        left_out = list(self.scene.left_out)
        for title, (parts, height, missing) in (
            ("When each was seen", timeline_panel.panel(self.graph, self.events, width, self.told)),
            ("Where", map_panel.panel(self.graph)),
        ):
            if parts:
                body += _titled(title, parts, y + 26)
                y += 26 + 16 + height
                left_out += [missing] if missing else []
        if left_out:
            words = _sentence(left_out)
            lines, y = paragraph(MARGIN, y + 26, f"Notes: {words}", width - 2 * MARGIN, 11, GREY)
            body += lines
        return svg(width, y + 20, self.heading, body)

    def html(self) -> str:
        """The same as a page with tables."""
        network, width, high = network_panel.panel(self.scene, WIDTH)
        panels = [("Who shares what", svg(width, high + 12, "Who shares what", network))]
        parts, height, missing = timeline_panel.panel(self.graph, self.events, WIDTH, self.told, most=400)
        if parts:
            panels.append(("When each was seen", svg(WIDTH, height + 8, "When each was seen", parts)))
        left_out = [*self.scene.left_out, *([missing] if missing else [])]
        parts, height, missing = map_panel.panel(self.graph)
        if parts:
            panels.append(("Where", svg(WIDTH, height + 8, "Where", parts)))
        left_out += [missing] if missing else []
        note = f"Notes: {_sentence(left_out)}" if left_out else ""
        ties = [dict(e) for e in self.graph.edges if e["binding"] == "yes" or e["kind"] == SUCCEEDED]
        shown = [e for e in self.events if self.told and e.get("lane", "regulatory") == "regulatory"]
        names = {i: shown_name(n) for i, n in self.graph.by_id.items()}
        facts = (self.sources, CAUTION, note)
        return page(self.heading, self.lede, facts, panels, self.rows, ties, shown, names)


_NOUNS = {"operator": "owner or officer", "phone": "the number", "premises": "the address", "other": "the"}


def _listed(words: Sequence[str], most: int) -> str:
    shown = list(words[:most])
    if len(words) > most:
        return f"{', '.join(shown)} and {len(words) - most} more places"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _sentence(parts: Sequence[str]) -> str:
    return "; ".join(parts) + "."


def _titled(title: str, parts: Sequence[str], y: float) -> list[str]:
    return [text(MARGIN, y, title, size=15, more='font-weight="bold"'), *moved(parts, y + 16)]


def network_svg(detail: Detail, profile: Profile | None = None, events: Sequence[Event] = ()) -> str:
    """The page as SVG text."""
    return Picture(detail, profile, events).svg()


def write_picture(detail: Detail, path: Path, profile: Profile | None = None, events: Sequence[Event] = ()) -> Path:
    """Draw one network into FILE.svg, FILE.html or FILE.png (default reader: the analyst). Raises FixInput."""
    kind = path.suffix.lower()
    if kind not in SUFFIXES:
        raise FixInput(f"{path.name} is no picture. Name it {', '.join('FILE' + s for s in SUFFIXES)}.")
    picture = Picture(detail, profile, events)
    with replacing(path) as part:
        if kind == ".png":
            from pipeline.evidence.documents.typesetting import png  # Typst takes a moment to load

            part.write_bytes(png(picture.svg()))
        else:
            part.write_text(picture.html() if kind == ".html" else picture.svg(), encoding="utf-8")
    return path
