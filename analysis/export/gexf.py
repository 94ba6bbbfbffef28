"""GEXF 1.2, for Gephi."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import networkx as nx

from analysis.export.files import replacing
from analysis.export.graph import Detail, graph_of
from analysis.export.networkx_formats import multigraph
from analysis.redact import Profile


def write(details: Iterable[Detail], path: Path, profile: Profile) -> tuple[Path, ...]:
    """Write one file; returns it."""
    made = multigraph(graph_of(details, profile))
    for *_, attributes in made.edges(data=True):
        attributes["relation"] = attributes.pop("kind")  # "kind" is a reserved word of the format
    with replacing(path) as part:
        nx.write_gexf(made, part, version="1.2draft")
    return (path,)
