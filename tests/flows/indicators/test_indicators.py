"""Indicators and trends on a built home: what an analyst sees, and that a full build finds the same."""

from __future__ import annotations

import csv
from pathlib import Path

from pipeline.home import open_home
from pipeline.store.intelligence import open_snapshot
from tests.flows.command_line import answer, imb


def test_indicators_have_words_places_and_sources(built: Path) -> None:
    rows = answer(built, "indicators")
    assert {r["group"] for r in rows} >= {"ads", "network", "tip"}
    with open_snapshot(open_home(built).current_snapshot()) as store:
        known = {r["source_id"] for r in store.rows("SELECT source_id FROM core_sources")}
        said = {r["span"] for r in store.rows(
            """SELECT capture_id || ' | ' || field || ' | ' || start || '-' || "end" || ' | ' || quote AS span
               FROM core_mentions""")}  # fmt: skip
    for row in rows:
        assert row["sentence"]
        assert row["sources"]
        assert set(row["sources"]) <= known
        assert set(row["spans"]) <= said
    leads = answer(built, "indicators", "--leads")
    assert leads
    assert {r["business_id"] for r in leads} == {r["business_id"] for r in rows if r["lead"]}
    assert all(len({r["group"] for r in leads if r["business_id"] == b}) > 1 for b in {r["business_id"] for r in leads})
    one = leads[0]["business_id"]
    assert {r["business_id"] for r in answer(built, "indicators", one[:13])} == {one}
    imb(built, "indicators", "ffffffff-none", check=11)


def test_a_network_shows_its_indicators(built: Path) -> None:
    first = answer(built, "network", "list")[0]["network_id"]
    assert answer(built, "network", "show", first)["indicators"]
    assert "Indicators" in imb(built, "network", "show", first).stdout


def test_trends(built: Path, tmp_path: Path) -> None:
    weeks = answer(built, "trends")
    cities = answer(built, "trends", "--by", "city")
    assert sum(r["new_ads"] for r in weeks) == sum(r["new_ads"] for r in cities) > 0
    assert {r["site"] for r in answer(built, "trends", "--by", "site")}
    imb(built, "trends", "--by", "city", "-o", str(tmp_path / "t.csv"), "--profile", "public")
    rows = list(csv.DictReader((tmp_path / "t.csv").open(encoding="utf-8")))
    shown = [int(r[c]) for r in rows for c in ("ads", "new_businesses", "closures") if r[c].isdigit()]
    assert all(n == 0 or n >= 5 for n in shown)
    imb(built, "trends", "--by", "moon", check=3)
