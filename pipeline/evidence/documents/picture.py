"""A rendering of an archived page, as the documents use it. It is derived; the record is the evidence."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

DESCRIBED = "derived/renderings.json"
FACTS = ("width", "height", "page_height", "renderer", "page_width")


@dataclass(frozen=True, slots=True)
class Picture:
    """Widths and heights in CSS pixels; `page_height` and `page_width` are those of the whole page."""

    jpeg: bytes
    width: int
    height: int
    page_height: int
    renderer: str  # program and version
    page_width: int = 0  # no more than `width` when the page is not wider than its rendering

    @property
    def cut(self) -> str:
        """What of the page the rendering does not show, in words; "" when it shows all."""
        below = [f"{self.page_height} high"] * (self.page_height > self.height)
        beside = [f"{self.page_width} wide"] * (self.page_width > self.width)
        return " and ".join(beside + below)

    @property
    def sha256(self) -> str:
        return sha256(self.jpeg).hexdigest()

    @staticmethod
    def file_name(number: int) -> str:
        return f"{number:04d}.jpg"

    @staticmethod
    def path(number: int) -> str:
        """In the package, below data/."""
        return f"derived/renderings/{number:04d}.jpg"


def describe(pictures: Mapping[int, Picture], note: str) -> bytes:
    """What a package says of its renderings beside their bytes; `note` says why other items have none."""
    facts = {
        str(number): {"sha256": p.sha256, **{name: getattr(p, name) for name in FACTS}}
        for number, p in sorted(pictures.items())
    }
    return (json.dumps({"note": note, "renderings": facts}, indent=1, sort_keys=True) + "\n").encode("ascii")


def load(read: Callable[[str], bytes]) -> tuple[dict[int, Picture], str]:
    """The renderings of a written package, and their note. Raises ValueError when they are not as described."""
    told = json.loads(read(f"data/{DESCRIBED}"))
    found = {}
    for number, facts in told["renderings"].items():
        jpeg = read(f"data/{Picture.path(int(number))}")
        picture = found[int(number)] = Picture(jpeg, **{name: facts[name] for name in FACTS})
        if picture.sha256 != facts["sha256"]:
            raise ValueError(f"rendering {number} is not the one that {DESCRIBED} names")
    return found, str(told["note"])
