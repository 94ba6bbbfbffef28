from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.trends import COLUMNS, Seen, Span, Trend, cell, chart, monday, trends
from flows.stages.trending import rows_of, write_trends
from pipeline.errors import FixInput

START = date(2026, 1, 5)
ADS = [
    Seen("a1", "board", "Springfield", START), Seen("a1", "board", "Springfield", START + timedelta(weeks=2)),
    Seen("a2", "other", "", START + timedelta(weeks=2)),
]  # fmt: skip
SHOPS = [
    Span("b1", "Springfield", ("board", "other"), START, START + timedelta(days=15)),
    Span("b2", "", ("other",), START + timedelta(days=14), START + timedelta(days=16)),
]
END = START + timedelta(days=36)


def counts(by: str) -> dict[str, tuple[int, ...]]:
    return {t.key: tuple(t.counts[c] for c in COLUMNS) for t in trends(ADS, SHOPS, by, END, 21)}


def test_each_week_has_a_row_even_without_a_crawl() -> None:
    assert counts("week") == {"2026-01-05": (1, 1, 1, 0), "2026-01-12": (0, 0, 0, 0), "2026-01-19": (2, 1, 1, 1)}


def test_by_city_and_site_an_ad_counts_once() -> None:
    assert counts("city") == {"Springfield": (1, 1, 1, 1), "(unknown)": (1, 1, 1, 0)}
    assert counts("site") == {"board": (1, 1, 1, 1), "other": (1, 1, 2, 1)}


def test_unseen_for_too_short_a_time_is_not_closed() -> None:
    (row,) = (t for t in trends(ADS, SHOPS, "city", END, 22) if t.key == "Springfield")
    assert row.counts["closures"] == 0


@pytest.mark.parametrize(
    ("recent", "before", "hot"),
    [
        (5, 0, True),
        (5, 1, False),
        (5, 4, False),
        (4, 0, False),
        (14, 9, False),
        (14, 5, True),
        (150, 100, True),
        (149, 100, False),
    ],
)
def test_hot_spots(recent: int, before: int, hot: bool) -> None:
    assert Trend("x", {}, recent, before).hot is hot
    new = [Seen(f"n{n}", "board", "X", monday(END)) for n in range(recent)]
    old = [Seen(f"o{n}", "board", "X", monday(END) - timedelta(weeks=10)) for n in range(before)]
    ((row),) = trends(new + old, [], "city", END, 21)
    assert (row.recent, row.before) == (recent, before)


@pytest.mark.parametrize(("count", "said"), [(0, "0"), (1, "fewer than 5"), (4, "fewer than 5"), (5, "5")])
def test_small_cells_are_not_published(count: int, said: str) -> None:
    assert cell(count, public=True) == said
    assert cell(count, public=False) == str(count)


def test_what_is_published_has_no_small_count_anywhere(tmp_path: Path) -> None:
    found = [Trend("X", dict.fromkeys(COLUMNS, 3), 9, 1), Trend("Y", dict.fromkeys(COLUMNS, 12), 9, 1)]
    path = write_trends(found, "city", tmp_path / "t.csv", public=True)
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert [r["ads"] for r in rows] == ["fewer than 5", "12"]
    assert "hot" not in rows[0]
    for by in ("week", "city"):
        few = chart([Trend("2026-01-05", dict.fromkeys(COLUMNS, 3))], by, "t", public=True)
        assert few == chart([Trend("2026-01-05", dict.fromkeys(COLUMNS, 1))], by, "t", public=True)


@pytest.mark.parametrize("suffix", ["csv", "svg", "html"])
@pytest.mark.parametrize("by", ["week", "city", "site"])
def test_files(suffix: str, by: str, tmp_path: Path) -> None:
    found = trends(ADS, SHOPS, by, END, 21)
    text = write_trends(found, by, tmp_path / f"t.{suffix}", public=False).read_text(encoding="utf-8")
    assert found[0].key in text
    if suffix == "svg":
        ET.fromstring(text)
    if suffix == "html":
        assert "<script" not in text
    with pytest.raises(FixInput, match="csv"):
        write_trends(found, by, tmp_path / "t.xyz", public=False)


def test_no_data_is_no_error(tmp_path: Path) -> None:
    assert rows_of(trends([], [], "week", END, 21), "week", public=False) == []
    write_trends([], "city", tmp_path / "t.csv", public=False)
    ET.fromstring(chart([], "city", "t", public=False))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 30), st.sampled_from(["", "X", "Y"])), max_size=30))
def test_counts_add_up(found: list[tuple[int, int, str]]) -> None:
    ads = [Seen(f"a{n}", "board", city, START + timedelta(weeks=w)) for n, w, city in found]
    ids = {a.ad_id for a in ads}
    for by in ("week", "city", "site"):
        rows = trends(ads, [], by, END, 21)
        assert sum(r.counts["new_ads"] for r in rows) == len(ids)
        if by == "week":
            weeks = [date.fromisoformat(r.key) for r in rows]
            assert all((b - a).days == 7 for a, b in pairwise(weeks))
