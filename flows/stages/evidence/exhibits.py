"""Exhibit packages from found captures, with their custody entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from flows.stages.queries.finding import mentions
from pipeline.evidence.archive import Archive
from pipeline.evidence.entries import utc_text
from pipeline.evidence.package.building import build_package
from pipeline.evidence.package.exhibit import CustodyEntry, MakeDocuments
from pipeline.home import Home, locked
from pipeline.store.casework import Casework


def export_exhibits(
    home: Home,
    rows: Sequence[Mapping[str, Any]],
    out: Path,
    facts: Mapping[str, str],
    documents: MakeDocuments | None = None,
) -> dict[str, Any]:
    """Package the captures of `find_captures` rows. Returns {path, items, refused, sha256}. Raises NotAllowed."""
    casework = Casework(home.casework_url)
    casework.may(facts.get("exporter") or "unknown", "export evidence")
    wanted = {row["capture_id"] for row in rows}
    with locked(home, "imb evidence export"):
        archive = Archive(home)
        captures = [known.capture for known in archive.captures() if known.capture.capture_id in wanted]
        described: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        quoted = mentions(home, wanted)
        for row in rows:
            described[row["capture_id"]].append({**row, "mentions": quoted[row["capture_id"], row["ad_id"]]})
        custody = list(_custody(archive, casework, wanted))
        result = build_package(home, archive, captures, out, dict(facts), described, custody, documents)
        casework.custody(
            facts.get("exporter") or "unknown",
            "export",
            result.path.name,
            f"case {facts.get('case', '')} exhibit {facts.get('exhibit', '')}: {result.items} items",
            after=result.sha256,
        )
        archive.close()
    return {"path": str(result.path), "items": result.items, "refused": list(result.refused), "sha256": result.sha256}


def _custody(archive: Archive, casework: Casework, wanted: set[str]) -> Iterator[CustodyEntry]:
    """The custody log's entries on the wanted captures, and on packages that held one of them."""
    digests = {
        e.body["sha256"] for e in archive.journal.entries("export") if not wanted.isdisjoint(e.body.get("captures", ()))
    }
    for row in casework.entries("custody"):
        if row["object"] in wanted or row["hash_after"] in digests:
            yield CustodyEntry(
                at=utc_text(datetime.fromisoformat(row["at"])),
                actor=row["actor"],
                role=row["role"],
                action=row["action"],
                object=row["object"],
                reason=row["reason"],
                hash_before=row["hash_before"],
                hash_after=row["hash_after"],
                log="custody log",
                number=row["seq"],
            )
