"""FollowTheMoney JSON lines, for Aleph and yente. Hand-written: the schemata used are few and stable.

No topic is ever set: whether somebody is to be called a criminal is for a court.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from analysis.export.files import replacing
from analysis.export.graph import SUCCEEDED, Detail, Graph, Row, graph_of
from analysis.export.networkx_formats import legal
from analysis.redact import Profile
from pipeline.model import stable_id

SCHEMATA = {"business": "Company", "operator": "Person", "premises": "Address", "area": "Address"}
_E164 = re.compile(r"\+[1-9]\d{7,14}\Z")


def write(details: Iterable[Detail], path: Path, profile: Profile) -> tuple[Path, ...]:
    """One entity per line."""
    graph = graph_of(details, profile)
    with replacing(path) as part, part.open("w", encoding="utf-8") as file:
        for entity in entities(graph):
            file.write(json.dumps(entity, ensure_ascii=False, sort_keys=True) + "\n")
    return (path,)


def entities(graph: Graph) -> Iterator[dict[str, Any]]:
    """Companies, people, addresses; then what relates them."""
    nodes = graph.by_id
    numbers = {i: str(n["label"]) for i, n in nodes.items() if n["kind"] == "phone"}
    phones: dict[str, list[str]] = {}
    places: dict[str, list[str]] = {}
    for edge in graph.edges:
        if edge["kind"] == "uses_phone":
            phones.setdefault(str(edge["from_id"]), []).append(numbers.get(str(edge["to_id"]), ""))
        elif edge["kind"] == "at_premises":
            places.setdefault(str(edge["from_id"]), []).append(str(edge["to_id"]))
    for node_id, node in nodes.items():
        if schema := SCHEMATA.get(str(node["kind"])):
            yield _entity(node_id, schema, _properties(node, phones.get(node_id, []), places.get(node_id, [])))
    for edge in graph.edges:
        if made := _relation(edge, nodes):
            yield made


def _entity(entity_id: str, schema: str, properties: dict[str, list[str]]) -> dict[str, Any]:
    kept = {k: sorted({str(legal(v)) for v in values if v}) for k, values in properties.items()}
    return {"id": entity_id, "schema": schema, "properties": {k: v for k, v in kept.items() if v}}


def _properties(node: Row, phones: list[str], places: list[str]) -> dict[str, list[str]]:
    label, city, state = str(node["label"]), str(node["city"]), str(node["state"])
    if node["kind"] in {"premises", "area"}:
        return {"full": [label], "city": [city], "state": [state], "postalCode": [str(node["zip"])], "country": ["us"]}
    if node["kind"] == "operator":
        return {"name": [label]}
    whole = ", ".join(p for p in (str(node["address"]), city, f"{state} {node['zip']}".strip()) if p)
    own = [*str(node["phones"]).split("; "), *phones]
    return {
        "name": [label],
        "weakAlias": str(node["other_names"]).split("; "),  # a trade name is shared by strangers
        "previousName": str(node["previous_names"]).split("; "),
        "phone": [p for p in own if _E164.match(p)],  # others would be dropped by a reader without a word
        "address": [whole],
        "addressEntity": places,
        "jurisdiction": ["us"],
    }


def _relation(edge: Row, nodes: dict[str, Row]) -> dict[str, Any] | None:
    a, b, kind = str(edge["from_id"]), str(edge["to_id"]), str(edge["kind"])
    times = {"startDate": [str(edge["first_seen"])], "endDate": [str(edge["last_seen"])]}
    told = {**times, "summary": [str(edge["sentence"])]}
    if kind == SUCCEEDED:
        ends = {"predecessor": [a], "successor": [b], "date": [str(edge["last_seen"])]}
        return _entity(stable_id("succession", a, b), "Succession", {**ends, "summary": told["summary"]})
    relation_id = stable_id("link", a, b, kind)
    if kind == "operates":
        return _entity(relation_id, "Directorship", {"director": [a], "organization": [b], **told})
    if {nodes[a]["kind"], nodes[b]["kind"]} <= {"business", "operator"}:
        return _entity(relation_id, "UnknownLink", {"subject": [a], "object": [b], "role": [kind], **told})
    return None
