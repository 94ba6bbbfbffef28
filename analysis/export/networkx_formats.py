"""The graph in networkx, the way GraphML and GEXF want it: scalars only, several edges between two nodes."""

from __future__ import annotations

from typing import Any

import networkx as nx

from analysis.export.graph import Graph


def multigraph(graph: Graph) -> Any:
    """A networkx MultiDiGraph; no None, no lists; characters that XML cannot hold are dropped."""
    made = nx.MultiDiGraph()
    for node in graph.nodes:
        made.add_node(node["id"], **{k: legal(v) for k, v in node.items() if k != "id"})
    for number, edge in enumerate(graph.edges):
        more = {k: legal(v) for k, v in edge.items() if k not in {"from_id", "to_id"}}
        made.add_edge(edge["from_id"], edge["to_id"], key=str(number), **more, weight=edge["probability"])
    return made


def legal(value: str | float) -> str | float:
    """A value without the characters that XML cannot hold."""
    if isinstance(value, float):
        return value
    return "".join(c for c in value if c in "\t\n" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "�" or c > "\uffff")
