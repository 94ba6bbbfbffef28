"""Exhibit packages from found captures, with their custody entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.evidence.archive import Archive
from pipeline.evidence.package import build_package
from pipeline.home import Home, locked
from pipeline.store.casework import Casework


def export_exhibits(
    home: Home, rows: Sequence[Mapping[str, Any]], out: Path, facts: Mapping[str, str]
) -> dict[str, Any]:
    """Package the captures of `find_captures` rows. Returns {path, items, refused, sha256}."""
    wanted = {row["capture_id"] for row in rows}
    with locked(home, "imb evidence export"):
        archive = Archive(home)
        captures = [known.capture for known in archive.captures() if known.capture.capture_id in wanted]
        described: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in rows:
            described[row["capture_id"]].append(row)
        result = build_package(home, archive, captures, out, dict(facts), described)
        Casework(home.casework_url).custody(
            facts.get("exporter") or "unknown",
            "export",
            result.path.name,
            f"case {facts.get('case', '')} exhibit {facts.get('exhibit', '')}: {result.items} items",
            after=result.sha256,
        )
        archive.close()
    return {"path": str(result.path), "items": result.items, "refused": list(result.refused), "sha256": result.sha256}
