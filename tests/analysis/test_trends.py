from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.trends import COLUMNS, Seen, Span, Trend, chart, monday, published, trends
from flows.stages.queries.trending import rows_of, write_trends
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
    return {t.key: tuple(t.counts[c] or 0 for c in COLUMNS) for t in trends(ADS, SHOPS, by, END, 21)}


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


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ((0, 5, 40), set()),
        ((3, 12, 7), {0, 2}),  # alone it were the total less the rest
        ((1, 1, 12, 7), {0, 1, 3}),  # two of together two are one each
        ((2, 2, 12), {0, 1, 2}),  # together they are small
        ((4, 4, 12), {0, 1}),
        ((1,) * 5 + (30,), {0, 1, 2, 3, 4, 5}),  # five of together five
        ((2, 0, 0), {0, 1, 2}),
    ],
)
def test_small_cells_are_not_published_and_no_total_tells_them(counts: tuple[int, ...], hidden: set[int]) -> None:
    shown = published([Trend(f"{n}", dict.fromkeys(COLUMNS, count)) for n, count in enumerate(counts)])
    for column in COLUMNS:
        assert {n for n, row in enumerate(shown) if row.counts[column] is None} == hidden


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), max_size=7))
def test_whoever_knows_the_total_cannot_compute_a_small_count(counts: list[int]) -> None:
    rows = published([Trend(f"{n}", dict.fromkeys(COLUMNS, count)) for n, count in enumerate(counts)])
    hidden = [n for n, row in enumerate(rows) if row.counts["ads"] is None]
    assert {n for n, count in enumerate(counts) if 0 < count < 5} <= set(hidden)
    total = sum(counts[n] for n in hidden)
    if hidden and max(counts) >= 5:
        assert len(hidden) > 1 and total >= 5
        assert total > len(hidden), "all of them were one"


def test_what_is_published_has_no_small_count_anywhere(tmp_path: Path) -> None:
    found = [Trend(key, dict.fromkeys(COLUMNS, n), 9, 1) for key, n in (("X", 3), ("Y", 12), ("Z", 40))]
    path = write_trends(found, "city", tmp_path / "t.csv", public=True)
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert [r["ads"] for r in rows] == ["not published", "not published", "40"]
    assert "hot" not in rows[0]
    page = write_trends(found, "city", tmp_path / "t.html", public=True).read_text(encoding="utf-8")
    assert "hot" not in page and "where a total would tell them" in page
    for by in ("week", "city"):
        few, fewer = ([Trend("2026-01-05", dict.fromkeys(COLUMNS, n)), *found[1:]] for n in (3, 1))
        assert chart(published(few), by, "t") == chart(published(fewer), by, "t")


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
    ET.fromstring(chart([], "city", "t"))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 30), st.sampled_from(["", "X", "Y"])), max_size=30))
def test_counts_add_up(found: list[tuple[int, int, str]]) -> None:
    ads = [Seen(f"a{n}", "board", city, START + timedelta(weeks=w)) for n, w, city in found]
    ids = {a.ad_id for a in ads}
    for by in ("week", "city", "site"):
        rows = trends(ads, [], by, END, 21)
        assert sum(r.counts["new_ads"] or 0 for r in rows) == len(ids)
        if by == "week":
            weeks = [date.fromisoformat(r.key) for r in rows]
            assert all((b - a).days == 7 for a, b in pairwise(weeks))
