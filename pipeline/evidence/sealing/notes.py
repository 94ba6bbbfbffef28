"""What is left to do for each seal, noted beside the seals so that the next command knows it."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path

from pipeline.home import write_atomically


@dataclass(frozen=True, slots=True)
class Pending:
    """What is left to do for a seal. `stamp`: "wanted", "got", "covered" (by a later seal's), "done" or "none"."""

    number: int
    since: str  # when the oldest seal that waits with it was signed
    journalled: bool = False
    stamp: str = "none"
    authority: str = ""
    clock_difference: float | None = None  # seconds by which the authority's clock was ahead, None when not known
    attempts: int = 0
    reason: str = ""  # why the last attempt failed


class Notes:
    """The notes in archive/seals/pending. `lock` is held while seals and notes change together."""

    def __init__(self, seals: Path) -> None:
        self.folder = seals / "pending"
        self.lock = threading.RLock()

    def all(self) -> list[Pending]:
        """What is left to do, oldest first."""
        if not self.folder.is_dir():
            return []
        found = []
        for path in sorted(self.folder.glob("[0-9]*.json")):
            try:
                said = json.loads(path.read_bytes())
                found.append(Pending(**{name: said[name] for name in Pending.__slots__ if name in said}))
            except (OSError, ValueError, TypeError):
                found.append(Pending(int(path.stem), "", stamp="wanted", reason="its note was unreadable"))
        return found

    def unstamped(self) -> list[Pending]:
        """Those that wait for a token, oldest first."""
        return [state for state in self.all() if state.stamp == "wanted"]

    def mark(self, state: Pending) -> None:
        """Write the note, or take it away when nothing is left to do."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{state.number:06d}.json"
        if state.journalled and state.stamp in {"none", "done", "covered"}:
            path.unlink(missing_ok=True)
        else:
            text = {name: getattr(state, name) for name in Pending.__slots__}
            write_atomically(path, json.dumps(text, indent=1) + "\n")

    def drop(self, number: int) -> None:
        """Forget a note whose seal was never finished."""
        (self.folder / f"{number:06d}.json").unlink(missing_ok=True)
