"""What pictures are made of: measured text, boxes, shapes. SVG text, the same for the same input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

FONT = "'Noto Sans', 'Liberation Sans', Arial, Helvetica, sans-serif"
INK, GREY, PALE = "#1a202c", "#4a5568", "#cbd5e0"
LINE = 15.0

KINDS = {  # kind -> (words of the legend, fill)
    "business": ("business advertised on illicit sites, or with a license refused for cause", "#c05621"),
    "linked": ("business linked by papers, not advertised there", "#f6ad55"),
    "cleared": ("business that the task force has cleared", "#ffffff"),
    "operator": ("owner or officer by the records", "#2b6cb0"),
    "phone": ("phone number", "#2f855a"),
    "premises": ("premises", "#6b46c1"),
    "other": ("other tie", "#718096"),
    "area": ("area", "#718096"),
}

# Widths of a sans-serif face in thousandths of its size; rounded up, so that a measured box holds its text.
_NARROW, _WIDE = frozenset("iljtfrI.,:;'|!()[]-/ "), frozenset("mwMW@%")


@dataclass(frozen=True, slots=True)
class Box:
    """Left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: Box) -> tuple[float, float]:
        """By how much two boxes overlap across and down; (0, 0) when they do not."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return (across, down) if across > 0 and down > 0 else (0.0, 0.0)


def text_width(text: str, size: float = 12.0) -> float:
    """Pixels that a line needs at most."""
    return sum(map(_letter, text)) * size / 1000.0


def _letter(c: str) -> float:
    if c in _NARROW:
        return 400.0
    if c in _WIDE:
        return 960.0
    if ord(c) > 0x2E7F:
        return 1030.0
    return 720.0 if c.isupper() else 610.0


def lines_of(text: str, letters: int, most: int) -> list[str]:
    """Text broken at words into at most `most` lines; what does not fit ends in an ellipsis."""
    found = wrap(text, letters) or [""]
    return found if len(found) <= most else [*found[: most - 1], found[most - 1][: letters - 1].rstrip() + "…"]


def shape(kind: str, x: float, y: float, s: float = 11.0) -> str:
    """The mark of a kind, told apart by form as well as color."""
    fill = f'fill="{KINDS.get(kind, KINDS["other"])[1]}" stroke="{INK}" stroke-width="0.8"'
    if kind in {"business", "linked", "cleared"}:
        return f'<rect x="{x - s:.1f}" y="{y - s:.1f}" width="{2 * s:.1f}" height="{2 * s:.1f}" rx="3" {fill}/>'
    points: tuple[tuple[float, float], ...]
    if kind == "phone":
        points = ((x, y - s), (x + s, y), (x, y + s), (x - s, y))
    elif kind == "premises":
        points = ((x, y - s), (x + s, y + s * 0.8), (x - s, y + s * 0.8))
    elif kind == "other":
        high = s * 0.85
        points = ((x - s, y), (x - s / 2, y - high), (x + s / 2, y - high))
        points += ((x + s, y), (x + s / 2, y + high), (x - s / 2, y + high))
    else:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{s:.1f}" {fill}/>'
    return f'<polygon points="{" ".join(f"{px:.1f},{py:.1f}" for px, py in points)}" {fill}/>'


def text(x: float, y: float, words: str, *, size: float = 12, color: str = INK, more: str = "") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{color}"{more and " " + more}>{escape(words)}</text>'
    )


def paragraph(
    x: float, y: float, words: str, width: float, size: float = 12, color: str = INK
) -> tuple[list[str], float]:
    """Lines of a paragraph from baseline `y` on, and the baseline after the last."""
    made = wrap(words, max(20, int(width / (size * 0.56)))) or [""]
    step = size * 1.35
    return [text(x, y + n * step, line, size=size, color=color) for n, line in enumerate(made)], y + len(made) * step


def legend(x: float, y: float, width: float, entries: Sequence[tuple[str, str]]) -> tuple[list[str], float]:
    """Marks with words, (svg of a mark at 0,0 · words), in rows of at most `width`; and the y after them."""
    made, at = [], x
    for mark, words in entries:
        needs = 26 + text_width(words) + 18
        if at > x and at + needs > x + width:
            at, y = x, y + 24
        made.append(f'<g transform="translate({at + 9:.1f} {y - 4:.1f})">{mark}</g>')
        made.append(text(at + 24, y, words, color=GREY))
        at += needs
    return made, y + 24


def svg(width: float, height: float, title: str, body: Iterable[str]) -> str:
    """A whole picture."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" font-family="{FONT}" role="img">\n<title>{escape(title)}</title>\n'
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def moved(parts: Iterable[str], down: float) -> Iterator[str]:
    """Parts of a picture, further down."""
    yield f'<g transform="translate(0 {down:.1f})">'
    yield from parts
    yield "</g>"
