"""What a snapshot holds resolved: its entities and its refs."""

from __future__ import annotations

from pathlib import Path

from pipeline.model import Entity, Ref
from pipeline.store.codec import from_json
from pipeline.store.intelligence import Store, open_snapshot


def load_entities(store: Store) -> list[Entity]:
    rows = store.rows("SELECT entity_id, kind, name, members FROM core_entities ORDER BY entity_id")
    return [Entity(r["entity_id"], r["kind"], r["name"], tuple(r["members"])) for r in rows]


def load_refs(folder: Path) -> dict[str, Ref]:
    with open_snapshot(folder, "sealed") as sealed:
        payloads = sealed.rows("SELECT payload FROM core_refs ORDER BY ref_id")
    return {ref.ref_id: ref for ref in (from_json(Ref, row["payload"]) for row in payloads)}
