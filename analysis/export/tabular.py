"""Nodes and links as two tables: CSV guarded against formulas, or Parquet."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.export.files import replacing
from analysis.export.graph import EDGE_COLUMNS, NODE_COLUMNS, Detail, Row, graph_of
from analysis.redact import Profile
from analysis.tabular_text import safe_cell

Maker = Callable[[Path, Sequence[Row], Sequence[str]], None]


def write_csv(details: Iterable[Detail], path: Path, profile: Profile) -> tuple[Path, ...]:
    """STEM.nodes.csv and STEM.links.csv beside `path`."""
    return _write(details, path, profile, ".csv", _csv)


def write_parquet(details: Iterable[Detail], path: Path, profile: Profile) -> tuple[Path, ...]:
    """STEM.nodes.parquet and STEM.links.parquet beside `path`."""
    return _write(details, path, profile, ".parquet", _parquet)


def _write(details: Iterable[Detail], path: Path, profile: Profile, suffix: str, maker: Maker) -> tuple[Path, ...]:
    graph = graph_of(details, profile)
    nodes, links = (path.with_name(f"{path.stem}.{part}{suffix}") for part in ("nodes", "links"))
    maker(nodes, graph.nodes, NODE_COLUMNS)
    maker(links, graph.edges, EDGE_COLUMNS)
    return (nodes, links)


def _csv(path: Path, rows: Sequence[Row], columns: Sequence[str]) -> None:
    with replacing(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(columns)
        out.writerows([safe_cell(row[c]) for c in columns] for row in rows)


def _parquet(path: Path, rows: Sequence[Row], columns: Sequence[str]) -> None:
    types = {c: pa.float64() if c == "probability" else pa.string() for c in columns}
    table = pa.table({c: pa.array([row[c] for row in rows], types[c]) for c in columns})
    with replacing(path) as part:
        pq.write_table(table, part)
