"""A rendering of an archived page, as the documents use it. It is derived; the record is the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Picture:
    """Width and heights in CSS pixels; `page_height` is that of the whole page."""

    jpeg: bytes
    width: int
    height: int
    page_height: int
    renderer: str  # program and version

    @property
    def cut(self) -> bool:
        return self.page_height > self.height

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
