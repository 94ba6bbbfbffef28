"""Two readings compared place by place, and one put in force."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.store.intelligence import Store, open_working
from pipeline.store.readings import compare_readings, put_in_force

Said = tuple[str, int, int, str]  # kind, start, end, value


def write(store: Store, said: list[Said], *, version: str, page_kind: str = "ad") -> None:
    """One capture of one site with its mentions."""
    capture: dict[str, Any] = dict.fromkeys(("status", "byte_offset", "byte_length", "journal_seq", "intake_seq"))
    capture |= dict.fromkeys(("content_type", "sha256", "warc_file", "collector", "damage"), "")
    capture |= {"capture_id": "c1", "site": "board", "url": "https://board.example/1"}
    store.insert("raw_captures", [capture | {"captured_at": datetime(2026, 1, 2, tzinfo=UTC)}])
    row = {"capture_id": "c1", "extractor_version": version, "page_kind": page_kind, "ads": 1, "items": 0}
    store.insert("core_extractions", [row | {"held": False, "problem": ""}])
    place = {"capture_id": "c1", "ad_id": "a1", "extractor_version": version, "field": "text", "node": "body"}
    store.insert(
        "core_mentions",
        [
            place
            | {"n": n, "kind": kind, "start": start, "end": end, "value": value, "quote": value}
            | {"style": "plain", "confidence": 1.0}
            for n, (kind, start, end, value) in enumerate(said)
        ],
    )


def compared(folder: Path, before: list[Said], after: list[Said], page_kind: str = "ad") -> dict[str, Any]:
    with open_working(folder / "other.duckdb") as store:
        write(store, after, version="2", page_kind=page_kind)
    with open_working(folder / "working.duckdb") as store:
        write(store, before, version="1")
        return compare_readings(store, folder / "other.duckdb", folder / "changes.csv")


PHONE: Said = ("phone", 5, 17, "+14175550123")


@pytest.mark.parametrize(
    ("before", "after", "counts"),
    [
        ([PHONE], [PHONE], (1, 0, 0, 0)),
        ([], [PHONE], (0, 1, 0, 0)),
        ([PHONE], [], (0, 0, 1, 0)),
        ([PHONE], [("phone", 5, 17, "+14175550124")], (0, 0, 0, 1)),
        ([PHONE], [("phone", 5, 19, "+14175550123")], (0, 0, 0, 1)),
        ([PHONE], [("phone", 3, 17, "+14175550123")], (0, 0, 0, 1)),
        ([PHONE], [("phone", 30, 42, "+14175550123")], (0, 1, 1, 0)),
        ([PHONE, PHONE], [PHONE], (1, 0, 1, 0)),
    ],
)
def test_changes(tmp_path: Path, before: list[Said], after: list[Said], counts: tuple[int, ...]) -> None:
    found = compared(tmp_path, before, after)
    assert found["mentions"] == [
        {"site": "board", "kind": "phone"} | dict(zip(("same", "gained", "lost", "changed"), counts, strict=True))
    ]
    assert len(found["examples"]) == sum(counts[1:])


def test_another_kind_at_the_same_place_is_no_change_of_it(tmp_path: Path) -> None:
    found = compared(tmp_path, [PHONE], [("handle", 5, 17, "line:x")])
    assert [(e["kind"], e["what"], e["before"], e["after"]) for e in found["examples"]] == [
        ("handle", "gained", None, "line:x"),
        ("phone", "lost", "+14175550123", None),
    ]


def test_pages_that_are_read_as_another_kind(tmp_path: Path) -> None:
    assert compared(tmp_path, [], [], page_kind="listing")["pages"] == [{"site": "board", "pages": 1, "differ": 1}]


def test_the_new_reading_takes_the_place_of_the_old_one_which_is_kept(tmp_path: Path) -> None:
    compared(tmp_path, [PHONE], [("email", 0, 9, "a@b.example")])
    with open_working(tmp_path / "kept.duckdb"):
        pass
    with open_working(tmp_path / "working.duckdb") as store:
        put_in_force(store, tmp_path / "other.duckdb", tmp_path / "kept.duckdb")
        assert store.rows("SELECT value, extractor_version FROM core_mentions") == [
            {"value": "a@b.example", "extractor_version": "2"}
        ]
        assert store.rows("SELECT extractor_version FROM core_extractions") == [{"extractor_version": "2"}]
    with open_working(tmp_path / "kept.duckdb") as store:
        assert store.rows("SELECT value, extractor_version FROM core_mentions") == [
            {"value": "+14175550123", "extractor_version": "1"}
        ]


def test_every_difference_is_listed_and_no_cell_is_a_formula(tmp_path: Path):
    name: Said = ("business_name", 0, 9, "=1+1 Spa")
    compared(tmp_path, [PHONE], [name])
    with (tmp_path / "changes.csv").open(newline="") as file:
        rows = [(r["kind"], r["what"], r["before"], r["after"]) for r in csv.DictReader(file)]
    assert rows == [("business_name", "gained", "", "'=1+1 Spa"), ("phone", "lost", "+14175550123", "")]
