"""What an analyst types into `imb search`, on a home that a nightly run built."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.stages.queries.searching import _by_phone, search
from flows.stages.queries.timelines import stays_at
from pipeline.home import open_home
from pipeline.store.intelligence import Store, open_snapshot
from tests.flows.command_line import imb


@pytest.fixture(scope="module")
def store(built: Path) -> Iterator[Store]:
    with open_snapshot(open_home(built).current_snapshot()) as opened:
        yield opened


def found(built: Path, text: str, **how: Any) -> dict[str, dict[str, Any]]:
    rows, count = search(open_home(built), text, limit=10_000, **how)
    assert len(rows) == count == len({(r["kind"], r["id"]) for r in rows})
    return {r["id"]: r for r in rows}


def test_a_number_of_a_paper_with_and_without_its_punctuation(built: Path, store: Store) -> None:
    rows = store.rows(
        """SELECT kind, any_value(record_id) AS id, any_value(natural_key) AS key FROM core_records
           GROUP BY kind ORDER BY kind"""
    )
    assert len(rows) > 3
    written = (str.lower, lambda key: key.replace("-", " "), lambda key: f" {key} ")
    for row, write in zip(rows, cycle(written), strict=False):
        hit = found(built, write(row["key"])).get(row["id"])
        assert hit and (hit["kind"], hit["why"], hit["score"]) == (row["kind"], "number", 1.0), row["key"]


def test_contacts_lead_to_the_business_and_its_ads(built: Path, store: Store) -> None:
    rows = store.rows(
        """SELECT m.kind, any_value(m.value) AS value, any_value(o.business_id) AS business, any_value(o.ad_id) AS ad,
                  any_value(CAST(a.captured_at AS DATE)) AS day
           FROM core_mentions m JOIN out_ads o USING (ad_id) JOIN core_ad_captures a USING (capture_id, ad_id)
           WHERE m.kind IN ('email', 'handle', 'website') AND o.business_id IS NOT NULL GROUP BY m.kind, m.value"""
    )
    assert {r["kind"] for r in rows} == {"email", "handle", "website"}
    for row in {r["kind"]: r for r in rows}.values():
        hits = found(built, row["value"].upper())
        assert hits[row["business"]]["why"] == row["kind"] and row["ad"] in hits
        assert row["ad"] in found(built, row["value"], on=row["day"])
    handle = next(r for r in rows if r["kind"] == "handle")
    name = handle["value"].partition(":")[2]
    assert handle["business"] in found(built, f"@{name}")
    spelled = next(r for r in rows if r["kind"] == "email")
    assert spelled["business"] in found(built, spelled["value"].replace("@", " (at) "))


def test_one_street_in_two_cities_is_two_places(built: Path, store: Store) -> None:
    row = store.rows(
        """SELECT l.from_id, r.name, r.city, r.state, r.zip
           FROM core_links l JOIN core_entities e ON e.entity_id = l.to_id,
           unnest(e.members) AS u(ref_id) JOIN core_refs r ON r.ref_id = u.ref_id
           WHERE l.kind = 'at_premises' AND r.city <> '' AND r.zip <> '' ORDER BY l.from_id LIMIT 1"""
    )[0]
    here = f"{row['name']}, {row['city']}, {row['state']} {row['zip']}"
    assert found(built, here)[row["from_id"]]["why"] == "address"
    assert row["from_id"] in {s["business_id"] for s in stays_at(store, row["name"])}
    for elsewhere in ("Kirksville, MO 63501", "Kirksville, MO", "Topeka, KS"):
        assert stays_at(store, f"{row['name']}, {elsewhere}") == []
    assert stays_at(store, f"1{row['name']}, {row['city']}, {row['state']}") == []


def test_who_was_at_a_premises_on_a_day(built: Path, store: Store) -> None:
    stays = store.rows(
        """SELECT l.from_id, l.first_seen, any_value(concat_ws(', ', r.name, r.city, r.state, r.zip)) AS place
           FROM core_links l JOIN core_entities e ON e.entity_id = l.to_id, unnest(e.members) AS u(ref_id)
           JOIN core_refs r ON r.ref_id = u.ref_id
           WHERE l.kind = 'at_premises' AND l.first_seen IS NOT NULL AND r.city <> '' GROUP BY ALL
           ORDER BY l.first_seen DESC, l.from_id LIMIT 3"""
    )
    assert stays
    for stay in stays:
        assert stay["from_id"] in found(built, stay["place"], on=stay["first_seen"])
        assert stay["from_id"] not in found(built, stay["place"], on=stay["first_seen"] - timedelta(days=1))


def test_part_of_a_name_finds_it_below_the_whole(built: Path, store: Store) -> None:
    name = store.value("SELECT name FROM core_entities WHERE kind = 'operator' AND name LIKE '% %' ORDER BY entity_id")
    ids = {r["entity_id"] for r in store.rows("SELECT entity_id FROM core_entities WHERE name = ?", [name])}
    whole, part = found(built, name), found(built, name.replace(",", " ").split()[0])
    assert all(whole[i]["score"] == 1.0 > part[i]["score"] for i in ids)
    assert all(" · " in whole[i]["name"] for i in ids)


def test_words_of_an_ad_in_any_order(built: Path, store: Store) -> None:
    row = store.rows(
        "SELECT ad_id, title FROM core_ad_captures WHERE title LIKE '% % %' ORDER BY capture_id, ad_id LIMIT 1"
    )[0]
    turned = " ".join(reversed(row["title"].split()))
    straight, back = found(built, row["title"]), found(built, turned)
    assert (straight[row["ad_id"]]["score"], back[row["ad_id"]]["score"]) == (0.6, 0.5)
    assert row["ad_id"] not in found(built, f"{turned} zyxwvu")


def test_nothing_is_found_for_nothing(built: Path) -> None:
    assert [search(open_home(built), blank) for blank in ("", "  \t ")] == [([], 0), ([], 0)]


def test_what_is_not_shown_is_said(built: Path) -> None:
    shown = imb(built, "search", "massage", "--limit", "3").stdout
    assert "3 of " in shown and "--limit " in shown


def test_who_looked_up_what_is_logged_and_a_clerk_may_not(built: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(built, tmp_path / "home"))
    imb(home, "user", "add", "amy", "analyst", "--user", "root")
    imb(home, "user", "add", "clerk", "board", "--user", "root")
    network = json.loads(imb(home, "network", "list", "--json").stdout)[0]["network_id"]
    asked = (
        ("search", ("search", "Wei Li")),
        ("view network", ("network", "show", network)),
        ("view timeline", ("timeline", network)),
        ("view successions", ("succession", "--at", "1 Nowhere Road, Springfield, MO 65801")),
        ("search captures", ("evidence", "find", "--phone", "417-555-0100")),
    )
    handed_out = (
        ("network", "export", network, "--format", "csv", "-o", str(tmp_path / "n.csv")),
        ("evidence", "export", "--network", network, "--case", "1", "-o", str(tmp_path / "p.zip")),
        ("evidence", "rotate-key"),
    )
    for command in handed_out:
        assert "registered as board" in imb(home, *command, "--user", "clerk", check=None).stderr
    assert list(tmp_path.glob("[np].*")) == []
    for _, command in asked:
        imb(home, *command, "--user", "amy", check=None)
        assert "registered as board" in imb(home, *command, "--user", "clerk", check=None).stderr
    log = json.loads(imb(home, "audit", "list", "--actor", " AMY ", "--json").stdout)
    assert [(e["action"], e["role"]) for e in log] == [(action, "analyst") for action, _ in asked]
    about = imb(home, "audit", "list", "--about", "wei li").stdout
    assert "Wei Li" in about and "Nowhere" not in about
    assert json.loads(imb(home, "audit", "verify", "--json").stdout) == {"problems": []}


def test_numbers_that_are_not_the_ads_own_are_found_as_such(built: Path, tmp_path: Path) -> None:
    snapshot = Path(shutil.copytree(open_home(built).current_snapshot(), tmp_path / "snapshot"))
    with duckdb.connect(str(snapshot / "intelligence.duckdb")) as written:
        written.execute(
            """UPDATE core_mentions SET kind = 'page_phone', value = '+18165550177'
               WHERE ad_id = (SELECT min(ad_id) FROM core_mentions WHERE kind = 'phone') AND kind = 'phone'"""
        )
    with open_snapshot(snapshot) as opened:
        ad = opened.value("SELECT DISTINCT ad_id FROM core_mentions WHERE kind = 'page_phone'")
        hits = {(m.kind, m.id, m.why) for m in _by_phone(opened, "(816) 555-0177")}
    assert hits == {("ad", ad, "number beside the ad, not its own")}
