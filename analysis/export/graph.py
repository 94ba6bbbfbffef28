"""Networks as nodes and edges of plain scalars, redacted for a reader: what every exchange format is written from.

A detail is one network as the store gives it: the columns of `out_networks` and lists of rows,
`members` (entity_id, kind, role, name, and for businesses address, city, state, zip, phones, standing,
observed_first, observed_last; other_names and previous_names where known), `links` (the columns of `core_links`) and,
where known, `successions` (the columns of `out_successions`) and `built_on` (ISO day of the snapshot it is read from).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.redact import Profile, leaks, redact_text
from analysis.tabular_text import plain
from pipeline.errors import NotAllowed

Detail = Mapping[str, Any]
Row = dict[str, str | float]
SMALLEST_CELL = 5  # counts below are not published

NODE_COLUMNS = (
    "id", "kind", "label", "role", "network_ids", "address", "city", "state", "zip", "phones", "standing",
    "first_seen", "last_seen", "other_names", "previous_names",
)  # fmt: skip
EDGE_COLUMNS = (
    "from_id", "to_id", "kind", "binding", "probability", "first_seen", "last_seen", "sources", "sentence",
)  # fmt: skip
SUCCEEDED = "succeeded_by"  # kind of the edge from a business to the one that took its place


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes with NODE_COLUMNS and edges with EDGE_COLUMNS, sorted by id; every value is a string or a float."""

    nodes: tuple[Row, ...]
    edges: tuple[Row, ...]

    @property
    def by_id(self) -> dict[str, Row]:
        return {str(n["id"]): n for n in self.nodes}


def graph_of(details: Iterable[Detail], profile: Profile) -> Graph:
    """All networks in one graph. Raises NotAllowed for a landlord, who gets a letter and no network, and for what the
    reader must not see and redaction has left."""
    if profile.name == "landlord":
        raise NotAllowed("A landlord gets a letter on the own premises, no network. Choose another --profile.")
    details = list(details)
    if not profile.shows("business"):
        return Graph(_areas(details), ())
    hidden = {"operator"} if not profile.shows("operator") else set()
    nodes = _nodes(details, profile, hidden)
    edges = _edges(details, profile, nodes)
    if not profile.shows("network"):
        nodes, edges = _one_step(nodes, edges)
    ordered = tuple(nodes[i] for i in sorted(nodes))
    made = Graph(ordered, tuple(sorted(edges, key=lambda e: (e["from_id"], e["to_id"], e["kind"]))))
    _refuse_leaks(made, profile)
    return made


def _refuse_leaks(graph: Graph, profile: Profile) -> None:
    for row in (*graph.nodes, *graph.edges):
        for column, value in row.items():
            if isinstance(value, str) and column not in {"id", "from_id", "to_id"} and leaks(value, profile):
                where = row.get("id") or row.get("from_id")
                raise NotAllowed(
                    f"Nothing was exported: the {column} of {where} still shows what a {profile.name} must not see. "
                    "Report it to whoever maintains the program; choose another --profile meanwhile."
                )


def _nodes(details: Iterable[Detail], profile: Profile, hidden: set[str]) -> dict[str, Row]:
    nodes: dict[str, Row] = {}
    networks: dict[str, set[str]] = defaultdict(set)
    for detail in details:
        for member in detail["members"]:
            entity = str(member["entity_id"])
            if member["kind"] in hidden:
                continue
            networks[entity].add(str(detail["network_id"]))
            nodes.setdefault(entity, _node(member, profile))
    for entity, node in nodes.items():
        node["network_ids"] = "; ".join(sorted(networks[entity]))
    return nodes


def _node(member: Mapping[str, Any], profile: Profile) -> Row:
    phones = member.get("phones") or ()
    values = {
        "id": member["entity_id"],
        "kind": member["kind"],
        "label": member.get("name"),
        "role": member.get("role"),
        "network_ids": "",
        "phones": "; ".join(phones),
        "first_seen": member.get("observed_first"),
        "last_seen": member.get("observed_last"),
        "other_names": _joined(member.get("other_names") or ()),
        "previous_names": _joined(member.get("previous_names") or ()),
        **{c: member.get(c) for c in ("address", "city", "state", "zip", "standing")},
    }
    return {c: redact_text(plain(values[c]), profile) for c in NODE_COLUMNS}


def _joined(names: Iterable[str]) -> str:
    return "; ".join(name.replace("; ", ", ") for name in names)


def _edges(details: Iterable[Detail], profile: Profile, nodes: Mapping[str, Row]) -> list[Row]:
    found: dict[tuple[str, str, str], Row] = {}
    for detail in details:
        for link in detail["links"]:
            a, b, kind = str(link["from_id"]), str(link["to_id"]), str(link["kind"])
            if a not in nodes or b not in nodes or link.get("lane", "regulatory") != "regulatory":
                continue
            sentence = redact_text(plain(link.get("sentence")), profile) if profile.shows("network") else ""
            found[a, b, kind] = {
                "from_id": a,
                "to_id": b,
                "kind": kind,
                "binding": "yes" if link.get("binding") else "no",
                "probability": round(float(link.get("probability") or 0.0), 4),
                "first_seen": plain(link.get("first_seen")),
                "last_seen": plain(link.get("last_seen")),
                "sources": "; ".join(link.get("sources") or ()),
                "sentence": sentence,
            }
        for row in detail.get("successions", ()):
            a, b = str(row["from_business"]), str(row["to_business"])
            if a in nodes and b in nodes:
                found[a, b, SUCCEEDED] = _succession(row, nodes, profile)
    return list(found.values())


def _succession(row: Mapping[str, Any], nodes: Mapping[str, Row], profile: Profile) -> Row:
    """One business that gave way to another: no tie, and dated by both."""
    a, b = str(row["from_business"]), str(row["to_business"])
    told = f"{row['kind']}, gap {row['gap_days']} days. {'; '.join(map(str, row.get('reasons') or ()))}"
    return {
        "from_id": a,
        "to_id": b,
        "kind": SUCCEEDED,
        "binding": "no",
        "probability": round(float(row["confidence"]), 4),
        "first_seen": nodes[a]["last_seen"],
        "last_seen": nodes[b]["first_seen"],
        "sources": "",
        "sentence": redact_text(told.strip(), profile) if profile.shows("network") else "",
    }


def _one_step(nodes: dict[str, Row], edges: list[Row]) -> tuple[dict[str, Row], list[Row]]:
    """Businesses of known standing and what they are linked to directly; nothing beyond."""
    known = {i for i, n in nodes.items() if n["standing"] in {"suspected", "designated"}}
    near = [e for e in edges if e["from_id"] in known or e["to_id"] in known]
    kept = known | {str(e[end]) for e in near for end in ("from_id", "to_id")}
    return {i: n for i, n in nodes.items() if i in kept}, near


def _areas(details: Iterable[Detail]) -> tuple[Row, ...]:
    """Businesses per city for the public; small counts are not given."""
    counts: Counter[tuple[str, str]] = Counter()
    seen: set[str] = set()
    for detail in details:
        for member in detail["members"]:
            if member["kind"] == "business" and member["entity_id"] not in seen and member.get("city"):
                seen.add(member["entity_id"])
                counts[plain(member["city"]), plain(member.get("state"))] += 1
    rows = []
    for (city, state), count in sorted(counts.items()):
        said = str(count) if count >= SMALLEST_CELL else f"fewer than {SMALLEST_CELL}"
        row: Row = dict.fromkeys(NODE_COLUMNS, "")
        row.update(id=f"{city}, {state}", kind="area", label=f"{city}: {said} businesses", city=city, state=state)
        rows.append(row)
    return tuple(rows)
