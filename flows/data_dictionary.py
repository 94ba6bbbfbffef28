"""The data dictionary, from the declared schema: `make docs`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from pipeline.schema import TABLES
from pipeline.store.views import OUT_VIEWS, REGULATORY

NOTE = {
    "sealed": "sealed: in the working database and `sealed.duckdb` only",
    "volatile": "varies between runs over the same sources; left out of content digests",
}


def lines() -> Iterator[str]:
    """Markdown lines: one section a table, then the views."""
    yield "# Data dictionary"
    yield ""
    yield "Generated from `pipeline/schema.py` by `make docs`. Layers: `raw_` what arrived, `core_` what was read and"
    yield "resolved, `out_` the fixed public views. A snapshot's `intelligence.duckdb` has every table but its"
    yield "sealed columns; `regulatory.duckdb`, which a board may hold, has only:"
    yield f"{', '.join(f'`{n}`' for n in REGULATORY)}."
    for table in TABLES:
        yield ""
        yield f"## {table.name}"
        yield ""
        yield f"{table.meaning}. Key: {', '.join(f'`{k}`' for k in table.key)}."
        yield ""
        yield "| column | type | meaning | |"
        yield "|---|---|---|---|"
        for column in table.columns:
            notes = [name for name in ("sealed", "volatile", "matchable") if getattr(column, name)]
            yield f"| `{column.name}` | {column.type} | {column.meaning} | {', '.join(notes)} |"
    yield ""
    yield "## Public views"
    yield ""
    yield "Their names and columns stay: " + ", ".join(f"`{name}`" for name in OUT_VIEWS) + "."
    yield ""
    for name, note in NOTE.items():
        yield f"- *{name}*: {note}"


def main() -> None:
    sys.stdout.write("\n".join(lines()) + "\n")


if __name__ == "__main__":
    main()
