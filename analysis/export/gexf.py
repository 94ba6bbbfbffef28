"""GEXF 1.2, for Gephi."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from networkx.readwrite.gexf import GEXFWriter

from analysis.export.files import replacing
from analysis.export.graph import Detail, graph_of
from analysis.export.networkx_formats import multigraph
from analysis.redact import Profile


def write(details: Iterable[Detail], path: Path, profile: Profile) -> tuple[Path, ...]:
    """Write one file; returns it. Dated by the snapshot: one snapshot gives the same bytes on every day."""
    details = list(details)
    made = multigraph(graph_of(details, profile))
    for *_, attributes in made.edges(data=True):
        attributes["relation"] = attributes.pop("kind")  # "kind" is a reserved word of the format
    writer = GEXFWriter(version="1.2draft")
    writer.add_graph(made)
    _date(writer, max((d["built_on"] for d in details if d.get("built_on")), default=""))
    with replacing(path) as part, part.open("wb") as file:
        writer.write(file)
    return (path,)


def _date(writer: GEXFWriter, day: str) -> None:
    """networkx puts the day of writing there; the format does without when no other is known."""
    about = writer.xml.find("meta")
    if day:
        about.set("lastmodifieddate", day)
    else:
        del about.attrib["lastmodifieddate"]
