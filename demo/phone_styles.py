"""Phone numbers as advertisers write them. Each style turns ten digits into a fragment of HTML text."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
LOOKALIKES = {"0": "o", "1": "l", "5": "S"}
FULL_WIDTH = {str(d): chr(0xFF10 + d) for d in range(10)}
CIRCLED = {"0": "⓪", **{str(d): chr(0x2460 + d - 1) for d in range(1, 10)}}
BOLD = {str(d): chr(0x1D7CE + d) for d in range(10)}
KEYCAP = {str(d): f"{d}️⃣" for d in range(10)}

Writer = Callable[[str, str, str, Random], str]


def _mapped(table: dict[str, str]) -> Writer:
    def write(a: str, b: str, c: str, rng: Random) -> str:
        return "-".join("".join(table[d] for d in part) for part in (a, b, c))

    return write


def _spelled(a: str, b: str, c: str, rng: Random) -> str:
    """Some digits in words, dashes between groups: "417-five5five-0one9nine"."""
    words = ["".join(DIGITS[int(d)] if rng.random() < 0.5 else d for d in part) for part in (b, c)]
    return "-".join((a, *words))


def _compound(a: str, b: str, c: str, rng: Random) -> str:
    return "-".join((a, "fivefivefive" if b == "555" else b, c))


STYLES: dict[str, Writer] = {
    "dashes": lambda a, b, c, rng: f"{a}-{b}-{c}",
    "brackets": lambda a, b, c, rng: f"({a}) {b}-{c}",
    "dots": lambda a, b, c, rng: f"{a}.{b}.{c}",
    "spaces": lambda a, b, c, rng: f"{a} {b} {c}",
    "glued": lambda a, b, c, rng: f"{a}{b}{c}",
    "country": lambda a, b, c, rng: f"+1 {a}-{b}-{c}",
    "stars": lambda a, b, c, rng: f"*{a}~*{b}~{c[:2]}**{c[2:]}",
    "apart": lambda a, b, c, rng: " ".join(a + b + c),
    "dashed-apart": lambda a, b, c, rng: "-".join(a + b + c),
    "boxes": lambda a, b, c, rng: " ".join("".join(f"[{d}]" for d in part) for part in (a, b, c)),
    "emoji": lambda a, b, c, rng: f"☎{a}❤{b}❤{c}",
    "spelled": _spelled,
    "compound": _compound,
    "lookalike": lambda a, b, c, rng: f"{a}-{b}-" + "".join(LOOKALIKES.get(d, d) for d in c),
    "full-width": _mapped(FULL_WIDTH),
    "circled": _mapped(CIRCLED),
    "bold": _mapped(BOLD),
    "keycap": _mapped(KEYCAP),
    "zero-width": lambda a, b, c, rng: f"{a}\u200b-{b}\u200b-{c}",
    "tags": lambda a, b, c, rng: f"<b>{a}</b>-<i>{b}</i>-<b>{c}</b>",
    "entities": lambda a, b, c, rng: "-".join("".join(f"&#{ord(d)};" for d in part) for part in (a, b, c)),
}
PLAIN = ("dashes", "brackets", "dots", "spaces", "glued", "country")
ODD = tuple(style for style in STYLES if style not in PLAIN)


def draw_style(rng: Random, odd: float) -> str:
    """A writing style; `odd` is the share of disguised ones."""
    return rng.choice(ODD if rng.random() < odd else PLAIN)


def write_phone(e164: str, style: str, seed: str = "") -> str:
    """HTML text of a number in a style. The same arguments give the same text."""
    digits = e164.removeprefix("+1")
    return STYLES[style](digits[:3], digits[3:6], digits[6:], Random(f"{e164}{style}{seed}"))
