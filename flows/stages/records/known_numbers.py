"""Numbers that an earlier file holds already: a row under one is a newer version of that record, or another license."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.model import Record
from pipeline.records.folding import clash
from pipeline.records.same_number import APART, is_another, set_apart, shared_with
from pipeline.store.codec import from_json
from pipeline.store.intelligence import Store


@dataclass(frozen=True, slots=True)
class _Known:
    dataset: str
    record_id: str
    version: str
    name: str


def keep_apart(store: Store, records: Sequence[Record]) -> list[Record]:
    """The records of one data set, each under the id of the record that it is a newer version of. What holds the number
    of another license gets a data set beside its own, so that both are kept."""
    known = _known(store, records)
    if not known:
        return list(records)
    told = _payloads(store, records, known)
    placed: list[Record] = []
    taken: set[str] = set()  # by applications of this file that share a number
    for record in records:
        free = [one for one in known.get(record.natural_key, []) if one.record_id not in taken]
        if not shared_with(record):
            placed.append(_placed(record, free, told))
            continue
        placed.append(_placed_beside_others(record, free, told))
        taken.add(placed[-1].record_id)
    return placed


def _placed(record: Record, known: Iterable[_Known], told: dict[tuple[str, str], Record]) -> Record:
    seen = False
    for one in known:
        seen = True
        if _same_name(record, one) or not is_another(told[one.record_id, one.version], record):
            return replace(record, dataset=one.dataset)
    return set_apart(record) if seen else record


def _placed_beside_others(record: Record, known: list[_Known], told: dict[tuple[str, str], Record]) -> Record:
    """Of several with one number in one file each goes to the record whose names it bears, whatever their order."""
    for one in known:
        if not clash(told[one.record_id, one.version], record):
            return replace(record, dataset=one.dataset)
    return set_apart(record) if known else record


def _same_name(record: Record, known: _Known) -> bool:
    return bool(known.name) and known.name == (record.entity_name or record.dba_name)


def _known(store: Store, records: Sequence[Record]) -> dict[str, list[_Known]]:
    """By number the newest version of each record of it, that of the plain data set first."""
    if not records:
        return {}
    rows = store.rows(
        """SELECT natural_key, dataset, record_id, version, entity_name FROM core_records
           WHERE split_part(dataset, $apart, 1) = $dataset AND natural_key IN (SELECT unnest($numbers))
           QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY known_at DESC, version DESC) = 1
           ORDER BY natural_key, dataset""",
        {
            "apart": APART,
            "dataset": records[0].dataset.partition(APART)[0],
            "numbers": [r.natural_key for r in records],
        },
    )
    found: dict[str, list[_Known]] = defaultdict(list)
    for row in rows:
        found[row["natural_key"]].append(
            _Known(row["dataset"], row["record_id"], row["version"], row["entity_name"] or "")
        )
    return found


def _payloads(store: Store, records: Sequence[Record], known: dict[str, list[_Known]]) -> dict[tuple[str, str], Record]:
    """What the records say whose name alone does not show that they are the same."""
    asked = [
        one.record_id
        for r in records
        for one in known.get(r.natural_key, [])
        if shared_with(r) or not _same_name(r, one)
    ]
    if not asked:
        return {}
    rows = store.rows(
        "SELECT record_id, version, payload FROM core_records WHERE record_id IN (SELECT unnest($asked))",
        {"asked": asked},
    )
    return {(row["record_id"], row["version"]): from_json(Record, row["payload"]) for row in rows}
