"""What a benchmark hands back, how it is shown, and where it is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable

RESULTS = Path(__file__).parent / "results"
Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows side by side: ours and its peers on the same data in one run. `notes` say what a reader must know."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def skipped(cls, title: str, reason: str) -> Table:
        return cls(title, (), (), (f"skipped: {reason}",))

    def value(self, row: str, column: str) -> Cell:
        """The cell of the first row whose first cell is `row`. Raises KeyError."""
        for cells in self.rows:
            if cells[0] == row:
                return cells[self.columns.index(column)]
        raise KeyError(row)

    def show(self, console: Console) -> None:
        shown = RichTable(title=self.title, title_justify="left")
        for number, column in enumerate(self.columns):
            shown.add_column(column, justify="right" if number else "left")
        for row in self.rows:
            shown.add_row(*map(_text, row))
        if self.columns:
            console.print(shown)
        else:
            console.print(self.title)
        for note in self.notes:
            console.print(f"  {note}", highlight=False)

    def save(self, name: str, folder: Path = RESULTS) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.json"
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        return path


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 10 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else value


@dataclass(frozen=True, slots=True)
class Quality:
    """Found pairs against true pairs."""

    precision: float
    recall: float
    f1: float


def quality(found: set[tuple[str, str]], true: set[tuple[str, str]]) -> Quality:
    """Precision, recall and F1 of pairs, each pair given in one fixed order."""
    hits = len(found & true)
    precision, recall = hits / max(1, len(found)), hits / max(1, len(true))
    return Quality(precision, recall, 2 * hits / max(1, len(found) + len(true)))


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
