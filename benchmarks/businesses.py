"""Two restaurant guides without labels: the business model as the pipeline uses it, beside plain Splink.

Data: Fodor's and Zagat's guides (864 rows, 112 links; RIDDLE repository), read from the shared data folder.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.plain_splink import clusters_of, make_linker, restaurant_settings
from benchmarks.table import Table, quality
from pipeline.extract.addresses import parse_address
from pipeline.extract.phones import normalize_phone
from pipeline.model import Record, Ref, Source
from pipeline.resolve.cluster import cluster
from pipeline.resolve.corpus import score_pairs
from pipeline.resolve.model import MatchModel, declared_model
from pipeline.resolve.refs import refs_from_record
from pipeline.resolve.training import train

DATA = Path(__file__).parents[1] / "../shared/data/matching/fodors_zagats"
TITLE = "Businesses: Fodor's and Zagat's, no labels used"
GUIDES = ("fodors", "zagats")
Rows = dict[str, dict[str, str]]  # "fodors:534" -> row
Pairs = set[tuple[str, str]]


def run(small: bool = False) -> Table:
    """F1 of the links between the guides, ours declared and trained, and Splink's."""
    if not DATA.is_dir():
        return Table.skipped(TITLE, f"the guides are not there ({DATA.name} in the shared data folder)")
    rows, true = read_guides()
    refs = {key: make_ref(key, row, seq) for seq, (key, row) in enumerate(rows.items())}
    with duckdb.connect() as connection:
        pool = list(refs.values())
        declared = declared_model()
        measured = {
            "ours, declared weights": our_links(connection, refs, declared),
            "ours, trained on the pool": our_links(connection, refs, train(pool, declared)),
        }
        for threshold in (0.5, 0.9) if not small else (0.9,):
            measured[f"Splink, plain, at {threshold}"] = splink_links(connection, rows, threshold)
    lines = tuple(
        (name, q.precision, q.recall, q.f1) for name, q in ((n, quality(f, true)) for n, f in measured.items())
    )
    return Table(TITLE, ("method", "precision", "recall", "F1"), lines, (f"{len(rows)} rows, {len(true)} links",))


def read_guides() -> tuple[Rows, Pairs]:
    rows: Rows = {}
    for guide in GUIDES:
        with (DATA / f"{guide}.csv").open(encoding="utf-8", newline="") as lines:
            rows |= {f"{guide}:{row['id']}": row for row in csv.DictReader(lines)}
    with (DATA / "matches_fodors_zagats.csv").open(encoding="utf-8", newline="") as lines:
        true = {(f"fodors:{r['fodors_id']}", f"zagats:{r['zagats_id']}") for r in csv.DictReader(lines)}
    return rows, true


def make_ref(key: str, row: dict[str, str], seq: int) -> Ref:
    """The business ref of one row, by the same readers as an imported file."""
    phone = normalize_phone(row["phone"], fictional=True, generated=True)
    guide, _, number = key.partition(":")
    record = Record(
        "inspection",
        guide,
        number,
        seq,
        entity_name=row["name"],
        phones=(phone,) if phone else (),
        premises=parse_address(row["addr"], city=row["city"]),
    )
    source = Source(key, "row", "regulatory", seq, "", datetime(2026, 1, 1, tzinfo=UTC))
    return next(ref for ref in refs_from_record(record, source) if ref.role == "business")


def our_links(connection: duckdb.DuckDBPyConnection, refs: dict[str, Ref], model: MatchModel) -> Pairs:
    pool = list(refs.values())
    keys = {ref.ref_id: key for key, ref in refs.items()}
    entities = cluster(pool, score_pairs(connection, pool, "business", model), [], model)
    return links({keys[member]: e.entity_id for e in entities for member in e.members})


def splink_links(connection: duckdb.DuckDBPyConnection, rows: Rows, threshold: float) -> Pairs:
    tables = []
    for guide in GUIDES:
        own = {key: row for key, row in rows.items() if key.startswith(guide)}
        columns = {
            "name": [r["name"] for r in own.values()],
            "addr": [r["addr"] for r in own.values()],
            "city": [r["city"] for r in own.values()],
            "phone": ["".join(c for c in r["phone"] if c.isdigit()) or None for r in own.values()],
        }
        tables.append(pa.table({"unique_id": list(own), **columns}))
    return links(clusters_of(make_linker(connection, tables, restaurant_settings()), connection, threshold))


def links(cluster_of: dict[str, str]) -> Pairs:
    """Pairs of one row of each guide that share a cluster."""
    groups: dict[str, list[str]] = {}
    for key, name in sorted(cluster_of.items()):
        groups.setdefault(name, []).append(key)
    return {(a, b) for g in groups.values() for a in g for b in g if a.startswith("fodors") and b.startswith("zagats")}
