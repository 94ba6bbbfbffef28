"""Flat CSV for the import wizard of i2 Analyst's Notebook: one link per row, both ends with type, id and label."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from analysis.export.files import replacing
from analysis.export.graph import Detail, graph_of
from analysis.redact import Profile
from analysis.tabular_text import safe_cell

COLUMNS = (
    "From Type", "From Id", "From Label", "From Address", "To Type", "To Id", "To Label", "To Address", "Link Type",
    "Link Strength", "Probability", "Start Date", "End Date", "Sources", "Description",
)  # fmt: skip
TYPES = {"business": "Business", "operator": "Person", "phone": "Telephone", "premises": "Location", "area": "Area"}


def write(details: Iterable[Detail], path: Path, profile: Profile) -> tuple[Path, ...]:
    """Write one file, UTF-8 with a byte-order mark as the wizard expects; a node without links has a row of its own."""
    graph = graph_of(details, profile)
    nodes = graph.by_id
    linked = {str(e[end]) for e in graph.edges for end in ("from_id", "to_id")}
    with replacing(path) as part, part.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for e in graph.edges:
            ends = [x for end in ("from_id", "to_id") for x in _end(nodes[str(e[end])])]
            strength = "binding" if e["binding"] == "yes" else "context"
            more = [e["kind"], strength, e["probability"], e["first_seen"], e["last_seen"], e["sources"], e["sentence"]]
            rows.writerow([safe_cell(v) for v in (*ends, *more)])
        for node_id in sorted(set(nodes) - linked):
            rows.writerow([safe_cell(v) for v in (*_end(nodes[node_id]), *[""] * (len(COLUMNS) - 4))])
    return (path,)


def _end(node: dict[str, str | float]) -> list[str]:
    place = ", ".join(str(node[c]) for c in ("address", "city", "state") if node[c])
    return [TYPES.get(str(node["kind"]), str(node["kind"])), str(node["id"]), str(node["label"]), place]
