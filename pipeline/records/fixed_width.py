"""Tables of fixed widths, as old registers print them: columns begin under the words of their header."""

from __future__ import annotations

import re
from collections.abc import Sequence

LEAST_COLUMNS, LEAST_LINES = 3, 2
SURE = 8  # lines from which a single blank in the header is believed to part two columns
HEADS = 5  # lines among which the header is looked for


def fixed_columns(lines: Sequence[str]) -> tuple[int, ...]:
    """Where the columns begin; () when the lines are no such table.

    `lines`: the first lines of a file that are not blank. Below the header every line must be blank before each column.
    """
    if ruled := next(filter(None, map(_ruled, lines[: HEADS + 1])), ()):
        return ruled
    for at, head in enumerate(lines[:HEADS]):
        below = [line for line in lines[at + 1 :] if len(line.split("  ")) > 1]
        if "\t" in head or "|" in head or len(below) < max(LEAST_LINES, 0.8 * (len(lines) - at - 1)):
            continue
        starts = [0, *(m.end() for m in re.finditer(r"\S\s{2,}(?=\S)", head))]
        if len(starts) >= LEAST_COLUMNS and not head[:1].isspace() and all(_parts(below, s) for s in starts[1:]):
            single = [m.end() for m in re.finditer(r"\S (?=\S)", head)]
            return tuple(sorted({*starts, *(s for s in single if len(below) >= SURE and _begins(below, s))}))
    return ()


def is_rule(line: str) -> bool:
    """A line of dashes under a header."""
    return len(line) > 2 and not line.strip("-= \t\r\n") and ("--" in line or "==" in line)


def _ruled(line: str) -> tuple[int, ...]:
    """Where the columns begin under which a rule is drawn, column by column."""
    starts = tuple(m.start() for m in re.finditer(r"[-=]+", line)) if is_rule(line) else ()
    return (0, *starts[1:]) if len(starts) >= LEAST_COLUMNS else ()


def _parts(lines: Sequence[str], at: int) -> bool:
    return all(line[at - 1 : at] in {"", " "} for line in lines)


def _begins(lines: Sequence[str], at: int) -> bool:
    """Whether a column begins there: blank before it in every line, filled in most."""
    filled = sum(line[at : at + 1] not in {"", " "} for line in lines)
    return _parts(lines, at) and 2 * filled > len(lines)
