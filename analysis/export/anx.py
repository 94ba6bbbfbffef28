"""ANX, the exchange format of i2 Analyst's Notebook, by the library anxwritter (MIT).

Entities and links with their types, periods as attributes (a chart item holds one moment, a use lasts for months).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from anxwritter import ANXChart
from loguru import logger

from analysis.export.files import replacing
from analysis.export.graph import Detail, Graph, Row, graph_of
from analysis.export.i2 import TYPES
from analysis.export.networkx_formats import legal
from analysis.redact import Profile

ICONS = {"business": "office", "operator": "person", "phone": "phone", "premises": "house", "area": "place"}
NODE_ATTRIBUTES = {
    "role": "Role", "standing": "Standing", "address": "Address", "city": "City", "state": "State", "zip": "ZIP",
    "phones": "Phones", "other_names": "Other names", "previous_names": "Previous names", "first_seen": "First seen",
    "last_seen": "Last seen", "network_ids": "Networks",
}  # fmt: skip
EDGE_ATTRIBUTES = {
    "probability": "Probability", "binding": "Binds", "first_seen": "From", "last_seen": "To", "sources": "Sources",
}  # fmt: skip
CREATED = "1970-01-01T00:00:00"  # the library would put the clock: the same networks give the same file

logger.disable("anxwritter")


def write(details: Iterable[Detail], path: Path, profile: Profile) -> tuple[Path, ...]:
    """Write one file; returns it. Raises anxwritter's ANXValidationError for what Analyst's Notebook would refuse."""
    made = chart(graph_of(details, profile))
    with replacing(path) as part, part.open("wb") as file:
        file.writelines(made.iter_anx_bytes())
    return (path,)


def chart(graph: Graph) -> Any:
    """An anxwritter chart; a link is solid when it binds and dashed when it is context."""
    made = ANXChart(settings={"summary": {"title": "Networks", "created": CREATED}})
    made.add_strength(name="Binding", dot_style="solid")
    made.add_strength(name="Context", dot_style="dashed")
    for kind, name in TYPES.items():
        made.add_entity_type(name=name, icon_file=ICONS[kind], representation="icon")
    for node in graph.nodes:
        kind = TYPES.get(str(node["kind"]), str(node["kind"]))
        made.add_icon(
            id=str(node["id"]), type=kind, label=legal(str(node["label"])), attributes=_named(node, NODE_ATTRIBUTES)
        )
    for edge in graph.edges:
        if edge["from_id"] == edge["to_id"]:
            continue
        made.add_link(
            from_id=str(edge["from_id"]), to_id=str(edge["to_id"]), type=str(edge["kind"]), label=str(edge["kind"]),
            description=legal(str(edge["sentence"])), strength="Binding" if edge["binding"] == "yes" else "Context",
            attributes=_named(edge, EDGE_ATTRIBUTES), arrow="head",
        )  # fmt: skip
    return made


def _named(row: Row, names: dict[str, str]) -> dict[str, str | float]:
    return {name: legal(row[column]) for column, name in names.items() if row[column] != ""}
