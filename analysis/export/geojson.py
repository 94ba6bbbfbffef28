"""GeoJSON points of businesses at the center of their ZIP code: no geocoding service, no house on a map."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import zipcodes

from analysis.export.files import replacing
from analysis.export.graph import Detail, Row, graph_of
from analysis.redact import Profile


@lru_cache(maxsize=10_000)
def zip_center(zip_code: str) -> tuple[float, float] | None:
    """(longitude, latitude) of a ZIP code; None for an unknown one."""
    if len(zip_code) != 5 or not zip_code.isdigit():
        return None
    found = zipcodes.matching(zip_code)
    return (float(found[0]["long"]), float(found[0]["lat"])) if found and found[0]["lat"] else None


def write(details: Iterable[Detail], path: Path, profile: Profile) -> tuple[Path, ...]:
    """Write one FeatureCollection; businesses without a known ZIP have a null geometry, as the standard allows."""
    graph = graph_of(details, profile)
    features = [_feature(n) for n in graph.nodes if n["kind"] in {"business", "area"}]
    collection = {"type": "FeatureCollection", "features": features}
    with replacing(path) as part:
        part.write_text(json.dumps(collection, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return (path,)


def _feature(node: Row) -> dict[str, Any]:
    center = zip_center(str(node["zip"]))
    geometry = {"type": "Point", "coordinates": list(center)} if center else None
    properties = {k: v for k, v in node.items() if k != "id" and v != ""}
    properties["precision"] = "ZIP code center" if center else "unknown"
    return {"type": "Feature", "id": node["id"], "geometry": geometry, "properties": properties}
