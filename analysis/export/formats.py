"""Networks for other people's tools: one writer per format, each `write(details, path, profile) -> files`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from analysis.export import anx, ftm, geojson, gexf, graphml, i2, tabular
from analysis.export.graph import Detail
from analysis.redact import Profile

Writer = Callable[[Iterable[Detail], Path, Profile], tuple[Path, ...]]

# format -> (writer, suffix of its file)
FORMATS: dict[str, tuple[Writer, str]] = {
    "graphml": (graphml.write, ".graphml"),
    "gexf": (gexf.write, ".gexf"),
    "ftm": (ftm.write, ".ftm.json"),
    "i2": (i2.write, ".i2.csv"),
    "anx": (anx.write, ".anx"),
    "geojson": (geojson.write, ".geojson"),
    "csv": (tabular.write_csv, ".csv"),
    "parquet": (tabular.write_parquet, ".parquet"),
}
