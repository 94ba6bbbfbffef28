"""Writes the files a real office would receive, with the noise that such files have."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from demo import noise
from demo.paper_rows import (
    CITY_COLUMNS,
    DENIED_COLUMNS,
    FILING_COLUMNS,
    ROSTER_COLUMNS,
    city_row,
    denied_row,
    filing_row,
    roster_row,
)
from demo.papers import CITY, DENIED, FILINGS, ROSTER
from demo.side_rows import INSPECTION_COLUMNS, PARCEL_COLUMNS, TIP_COLUMNS, inspection_rows, parcel_rows, tip_rows
from demo.state import Applied, Paper, World

APPLICATION_COLUMNS = [
    "application_id",
    "application_type",
    "received_date",
    "business_name",
    "dba",
    "applicant_name",
    "dob",
    "other_names",
    "address",
    "unit",
    "city",
    "state",
    "zip",
    "phone",
    "email",
    "website",
    "prior_address",
    "prior_city",
    "prior_state",
    "prior_zip",
    "related_name",
    "related_role",
    "related_dob",
]
Row = list[str]


def write_registers(world: World, folder: Path) -> dict[str, Path]:
    """Writes eight files into `folder`; returns them by name without ending. Same world, same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "missouri-roster": _papers(world, folder, "missouri-roster.tsv", ROSTER, ROSTER_COLUMNS, roster_row),
        "city-licenses": _papers(world, folder, "city-licenses.csv", CITY, CITY_COLUMNS, city_row),
        "denied-register": _papers(world, folder, "denied-register.csv", DENIED, DENIED_COLUMNS, denied_row),
        "business-filings": _papers(world, folder, "business-filings.csv", FILINGS, FILING_COLUMNS, filing_row),
        "applications": _applications(world, folder),
        "parcels": _write(folder / "parcels.csv", PARCEL_COLUMNS, parcel_rows(world)),
        "tips": _write(folder / "tips.csv", TIP_COLUMNS, tip_rows(world)),
        "inspections": _write(folder / "inspections.csv", INSPECTION_COLUMNS, inspection_rows(world)),
    }


def _write(path: Path, columns: Sequence[str], rows: list[Row]) -> Path:
    tabs = path.suffix == ".tsv"
    with path.open("w", encoding="utf-8-sig" if path.stem == "city-licenses" else "utf-8", newline="") as file:
        if tabs:  # the state's files quote nothing: a nickname stands in bare quotes
            file.writelines("\t".join(row) + "\r\n" for row in [list(columns), *rows])
        else:
            csv.writer(file, lineterminator="\n").writerows([columns, *rows])
    return path


def _papers(
    world: World,
    folder: Path,
    file: str,
    dataset: str,
    columns: Sequence[str],
    to_row: Callable[[Random, World, Paper], Row],
) -> Path:
    """One register; about two rows in a hundred appear twice, word for word, as in the state's own files."""
    rng = Random(f"{file} {world.seed}")
    rows: list[Row] = []
    for paper in world.papers:
        if paper.dataset == dataset:
            row = to_row(rng, world, paper)
            rows.extend([row, row] if dataset == ROSTER and rng.random() < 0.02 else [row])
    return _write(folder / file, columns, rows + _broken(rng, rows, 2))


def _broken(rng: Random, rows: list[Row], count: int) -> list[Row]:
    """Rows with too few or too many fields under ids of their own; nobody's truth rests on them."""
    broken = []
    for index in range(min(count, len(rows))):
        row = [f"X{index + 1:05d}", *rng.choice(rows)[1:]]
        broken.append(row[:-3] if index % 2 else [*row, "see attached", ""])
    return broken


def _applications(world: World, folder: Path) -> Path:
    rng = Random(f"applications {world.seed}")
    rows = [_application(rng, world, a) for a in world.applications]
    for row in _broken(rng, rows, max(2, len(rows) // 500)):
        rows.insert(rng.randrange(len(rows)), row)
    return _write(folder / "applications.csv", APPLICATION_COLUMNS, rows)


def _application(rng: Random, world: World, a: Applied) -> Row:
    person = world.people[a.person_id]
    line, unit = noise.street_and_unit(rng, a.premises)
    prior = ["", "", "", ""]
    if a.prior:
        prior = [
            noise.street_and_unit(rng, a.prior, column=False)[0],
            noise.city_name(rng, a.prior.city),
            a.prior.state,
            noise.zip_code(rng, a.prior.zip),
        ]
    related = ["", "", ""]
    if a.related:
        other = world.people[a.related.person_id]
        related = [noise.person_name(rng, other), a.related.role, noise.birth(rng, other, a.related.dob_shown)]
    return [
        a.application_id,
        a.kind,
        noise.day(rng, a.received),
        noise.business_name(rng, a.business_name),
        noise.business_name(rng, a.dba, 0.0),
        noise.person_name(rng, person),
        noise.birth(rng, person, a.dob_shown),
        f"{person.english} {person.surname}" if person.english and rng.random() < 0.6 else "",
        line,
        unit,
        noise.city_name(rng, a.premises.city),
        a.premises.state,
        noise.zip_code(rng, a.premises.zip),
        noise.phone_number(rng, a.phone),
        a.email.upper() if rng.random() < 0.1 else a.email,
        a.website,
        *prior,
        *related,
    ]
