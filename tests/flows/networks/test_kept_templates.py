"""Templates of a later build: what was compared before is kept, and the result is that of a build that begins anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from benchmarks.template_ads import make_ads
from flows.stages.networks.kept_templates import known_templates
from flows.stages.networks.templating import write_templates
from pipeline.extract.templates import AdText
from pipeline.store.intelligence import Store, open_working

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLES = ("core_templates", "core_template_ads")


def sight(store: Store, ads: Sequence[AdText], day: int) -> None:
    """Every ad captured once on a day."""
    at = DAY + timedelta(days=day)
    captures, sightings = [], []
    for ad in ads:
        capture = {"capture_id": f"{ad.ad_id}-{day}", "site": ad.site, "captured_at": at}
        captures.append({**capture, "url": "", "status": 200, "intake_seq": day, "journal_seq": day})
        said = {"ad_id": ad.ad_id, "extractor_version": "1", "title": "", "body": ad.text, "status": "live"}
        sightings.append({**capture, **said, "version": f"{ad.ad_id}-{day}"})
    store.insert("raw_captures", captures)
    store.insert("core_ad_captures", sightings)


@pytest.fixture
def ads(monkeypatch: pytest.MonkeyPatch) -> list[AdText]:
    monkeypatch.setattr("pipeline.extract.templates.finding.STEADY", 100)
    return [x.ad for x in make_ads(Random(8), 120)]


def edited(ad: AdText) -> AdText:
    return AdText(ad.ad_id, ad.site, ad.text + " Closed on the second Monday of the month.")


def test_later_builds_end_where_one_build_of_all_ends(ads: list[AdText], tmp_path: Path) -> None:
    days = [ads[:101], [edited(ads[3]), edited(ads[7]), *ads[101:110]], [ads[3], *ads[110:]]]
    with open_working(tmp_path / "daily.duckdb") as daily, open_working(tmp_path / "once.duckdb") as once:
        for day, captured in enumerate(days):
            sight(once, captured, day)
            sight(daily, captured, day)
            write_templates(daily)
        assert daily.value("SELECT count(DISTINCT part) FROM settled_wording") == 3
        named = write_templates(once)
        assert len(named) > 20
        assert {t: daily.digests()[t] for t in TABLES} == {t: once.digests()[t] for t in TABLES}


def test_a_home_may_begin_without_ads(ads: list[AdText], tmp_path: Path) -> None:
    with open_working(tmp_path / "empty.duckdb") as store:
        assert write_templates(store) == write_templates(store) == {}
        sight(store, ads, 0)
        assert write_templates(store)


def test_what_is_kept_comes_back_as_it_was(ads: list[AdText], tmp_path: Path) -> None:
    with open_working(tmp_path / "kept.duckdb") as store:
        assert known_templates(store) is None
        sight(store, ads, 0)
        write_templates(store)
        before = store.rows("SELECT * FROM settled_templates ORDER BY cluster")
        write_templates(store)
        assert store.rows("SELECT * FROM settled_templates ORDER BY cluster") == before
        assert store.value("SELECT count(DISTINCT part) FROM settled_wording") == 1


def test_what_another_program_kept_is_not_used(ads: list[AdText], tmp_path: Path) -> None:
    with open_working(tmp_path / "kept.duckdb") as store:
        sight(store, ads, 0)
        write_templates(store)
        store.connection.execute("UPDATE settled_wording_by SET program = 'another'")
        assert known_templates(store) is None
