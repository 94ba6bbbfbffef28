"""What a check found: which file, which place in it, which property, in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. `place` is a line, an offset or a record id; `prop` names the property that does not hold."""

    file: str  # relative to the home or package
    place: str
    prop: str
    detail: str

    def __str__(self) -> str:
        return f"{self.file}, {self.place}: {self.prop}: {self.detail}"

    def as_dict(self) -> dict[str, str]:
        return asdict(self)
