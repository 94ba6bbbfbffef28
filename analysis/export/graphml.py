"""GraphML, for yEd, Gephi, Cytoscape and NodeXL."""

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
    with replacing(path) as part:
        nx.write_graphml_xml(made, part)  # ids of keys must be unique: named ones are not
    return (path,)
