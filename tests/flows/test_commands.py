"""Every command of the front door on a built home: exit code, one JSON value, and what an operator would look for."""

from __future__ import annotations

import csv
import json
import shutil
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook

from flows.stages.networks.showing import holding_links
from pipeline.home import open_home
from pipeline.model import Ref
from pipeline.store.casework import Casework
from pipeline.store.codec import from_json
from pipeline.store.intelligence import open_snapshot
from pipeline.store.snapshot import read_manifest
from tests.flows.command_line import answer, imb

SCREEN_COLUMNS = [
    "application_id",
    "result",
    "band",
    "score",
    "known_entity_id",
    "network_id",
    "matched_kinds",
    "sentence",
    "contributions",
    "path",
    "exhibits",
    "contrary",
    "missing",
    "coverage",
    "surname_band",
    "snapshot_id",
    "model_version",
]
VIEWS = {
    "out_businesses": "business_id name names address city state zip phones standing observed_first observed_last "
    "network_id",
    "out_networks": "network_id size cities first_seen last_seen cohesion summary",
    "out_network_members": "network_id entity_id kind role",
    "out_links": "from_id to_id kind probability first_seen last_seen sources",
    "out_successions": "from_business to_business kind gap_days confidence reasons",
    "out_flags": " ".join(SCREEN_COLUMNS),
    "out_ads": "ad_id site posting_id url title business_name phones address claimed observed_first observed_last "
    "versions business_id",
}


@pytest.mark.parametrize("name", VIEWS)
def test_public_views_have_their_columns(built: Path, name: str) -> None:
    path = open_home(built).current_snapshot() / "intelligence.duckdb"
    with duckdb.connect(str(path), read_only=True) as client:
        cursor = client.execute(f"SELECT * FROM {name}")
        assert [d[0] for d in cursor.description or []] == VIEWS[name].split()
        assert cursor.fetchall()


def test_sealed_values_stay_out_of_the_shared_files(built: Path) -> None:
    folder = open_home(built).current_snapshot()
    with duckdb.connect(str(folder / "sealed.duckdb"), read_only=True) as sealed:
        rows = sealed.execute("SELECT payload FROM core_records").fetchall()
    births = {p["dob"] for (text,) in rows for p in json.loads(text)["parties"] if p["dob"]}
    assert len(births) > 20
    for name in ("intelligence", "regulatory"):
        data = (folder / f"{name}.duckdb").read_bytes()
        assert not [dob for dob in births if dob.encode() in data]


def test_a_board_gets_no_intelligence(built: Path) -> None:
    folder = open_home(built).current_snapshot()
    with duckdb.connect(str(folder / "regulatory.duckdb"), read_only=True) as board:
        tables = {row[0] for row in board.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        assert tables == {"out_businesses", "out_ads", "out_successions", "out_flags", "core_sources"}
        lanes = board.execute("SELECT DISTINCT lane FROM core_sources").fetchall()
        standings = {row[0] for row in board.execute("SELECT DISTINCT standing FROM out_businesses").fetchall()}
        assert lanes == [("regulatory",)]
        assert standings <= {"suspected", "designated"}


def test_network_members_and_reasons(network: dict[str, Any]) -> None:
    kinds = {m["kind"] for m in network["members"]}
    assert {"business", "phone"} <= kinds
    bindings = [link for link in network["links"] if link["binding"]]
    assert bindings
    assert all(link["sentence"] and link["sources"] and 0 < link["probability"] <= 1 for link in bindings)
    assert network["summary"]


def test_the_holding_links_reach_every_business(network: dict[str, Any]) -> None:
    bindings = [link for link in network["links"] if link["binding"]]
    shown = holding_links(bindings)
    businesses = {m["entity_id"] for m in network["members"] if m["kind"] == "business"}
    assert len(shown) == len(businesses) - 1
    assert {x for link in shown for x in (link["from_id"], link["to_id"])} == businesses
    assert [k["probability"] for k in shown] == sorted(k["probability"] for k in shown)


@pytest.mark.parametrize("style", ["{a} {b} {c}", "({a}) {b}-{c}", "{a}.{b}.{c}", "+1{a}{b}{c}"])
def test_search_finds_a_phone_in_any_punctuation(built: Path, network: dict[str, Any], style: str) -> None:
    business = next(m for m in network["members"] if m["phones"])
    digits = business["phones"][0].removeprefix("+1")
    found = answer(built, "search", style.format(a=digits[:3], b=digits[3:6], c=digits[6:]))
    assert business["entity_id"] in {row["id"] for row in found}


def test_search_finds_names_in_any_order_and_addresses(built: Path, network: dict[str, Any]) -> None:
    operator = next(m for m in network["members"] if m["kind"] == "operator" and " " in m["name"])
    turned = " ".join(reversed(operator["name"].replace(",", " ").split()))
    assert operator["entity_id"] in {row["id"] for row in answer(built, "search", turned)}
    business = next(m for m in network["members"] if m["kind"] == "business" and m["address"])
    where = f"{business['address']}, {business['city']}, {business['state']} {business['zip']}"
    assert business["entity_id"] in {row["id"] for row in answer(built, "search", where)}


@pytest.mark.parametrize("format_", ["graphml", "gexf", "ftm", "i2", "anx", "geojson", "csv", "parquet"])
def test_network_export_in_every_format(home: Path, network: dict[str, Any], tmp_path: Path, format_: str) -> None:
    target = tmp_path / "out" / f"network.{format_}"
    report = answer(home, "network", "export", network["network_id"], "--format", format_, "-o", str(target))
    assert report["networks"] == 1
    assert all(Path(f).stat().st_size for f in report["files"])
    assert Path(report["manifest"]).exists()
    if format_ == "gexf":
        built_on = str(read_manifest(open_home(home).current_snapshot())["built_at"])[:10]
        assert f'lastmodifieddate="{built_on}"' in target.read_text(encoding="utf-8")
    assert answer(home, "audit", "verify") == {"problems": []}


def test_network_picture(built: Path, network: dict[str, Any], tmp_path: Path) -> None:
    imb(built, "network", "show", network["network_id"], "-o", str(tmp_path / "n.svg"))
    assert (tmp_path / "n.svg").read_text().lstrip().startswith("<")


def test_successions_have_reasons(built: Path) -> None:
    rows = answer(built, "succession", "--minimum", "0")
    assert rows
    assert all(row["reasons"] and row["from_business"] != row["to_business"] for row in rows)


@pytest.mark.parametrize("suffix", [".csv", ".json", ".xlsx", ".html"])
def test_screen_a_file(home: Path, files: dict[str, Path], tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"results{suffix}"
    rows = answer(home, "screen", str(files["applications"]), "-o", str(target))
    hits = [r for r in rows if r["result"] == "possible_match"]
    assert hits
    assert all(len(r["matched_kinds"]) >= 2 and r["sentence"] and r["exhibits"] for r in hits)
    assert list(rows[0]) == SCREEN_COLUMNS
    if suffix == ".csv":
        with target.open(encoding="utf-8", newline="") as file:
            assert next(csv.reader(file)) == SCREEN_COLUMNS
    elif suffix == ".xlsx":
        assert [c.value for c in next(load_workbook(target).active.iter_rows(max_row=1))] == SCREEN_COLUMNS
    else:
        assert target.stat().st_size > 1000


def test_an_application_is_answered_also_where_another_bears_its_number(
    home: Path, files: dict[str, Path], tmp_path: Path
) -> None:
    hit = next(r for r in answer(home, "screen", str(files["applications"])) if r["result"] == "possible_match")
    with files["applications"].open(encoding="utf-8-sig", newline="") as file:
        asked = next(r for r in csv.DictReader(file) if r["application_id"] == hit["application_id"])
    stranger = dict.fromkeys(asked, "") | {
        "application_id": hit["application_id"],
        "business_name": "Fern Orchard Books",
    }
    with (tmp_path / "twice.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, asked)
        table.writeheader()
        table.writerows((stranger, asked))
    other, found = answer(home, "screen", str(tmp_path / "twice.csv"))
    assert (other["result"], found["result"]) == ("insufficient_information", "possible_match")
    assert found["known_entity_id"] == hit["known_entity_id"]
    assert {r["application_id"].partition(" (")[0] for r in (other, found)} == {hit["application_id"]}
    assert other["application_id"] != found["application_id"]
    assert "The same number stands on another row of the file, for Fern Orchard Books." in found["sentence"]
    said = " ".join(imb(home, "screen", str(tmp_path / "twice.csv")).stdout.split())
    assert "a number that another row bears too, each answered for itself: 2, such as" in said


def test_screen_one_says_what_is_missing(home: Path) -> None:
    (alone,) = answer(home, "screen", "one", "--name", "Wei Li")
    assert alone["result"] == "insufficient_information"
    assert {"dob", "phone", "premises"} <= set(alone["missing"])
    (dated,) = answer(home, "screen", "one", "--name", "Wei Li", "--dob", "1999-09-09")
    assert dated["result"] == "no_relevant_result"
    assert dated["coverage"]


def test_screen_one_answers_as_the_file_does(home: Path, files: dict[str, Path]) -> None:
    flagged = answer(home, "screen", str(files["applications"]))
    known = {r["application_id"]: r for r in flagged if "dob" in r["matched_kinds"]}
    with files["applications"].open(encoding="utf-8-sig", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["application_id"] in known]
    assert rows
    for row in rows[:2]:
        (alone,) = answer(home, "screen", "one", "--name", row["applicant_name"], "--dob", row["dob"])
        assert alone["known_entity_id"] == known[row["application_id"]]["known_entity_id"]


def test_results_never_replace_the_applications(home: Path, files: dict[str, Path], tmp_path: Path) -> None:
    mine = Path(shutil.copy(files["applications"], tmp_path / "mine.csv"))
    done = imb(home, "screen", str(mine), "-o", str(mine), check=3)
    assert "another file" in done.stderr
    assert mine.read_bytes() == files["applications"].read_bytes()


def test_designation_takes_two_users_and_binds_the_next_build(home: Path, network: dict[str, Any]) -> None:
    business = next(m["entity_id"] for m in network["members"] if m["kind"] == "business")
    first = answer(home, "standing", "set", business, "designated", "--why", "ads and filings", "--user", "amy")
    assert "second user" in first["sentence"]
    second = answer(home, "standing", "set", business, "designated", "--why", "reviewed", "--user", "bob")
    assert second["standing"] == "designated"
    assert answer(home, "build")["changed"]
    rows = {r["business_id"]: r["standing"] for r in answer(home, "standing", "list")}
    assert rows[business] == "designated"


def test_decisions_follow_a_business_to_the_id_it_has_now(home: Path, network: dict[str, Any]) -> None:
    one, two = [m["entity_id"] for m in network["members"] if m["kind"] == "business"][:2]
    Casework(open_home(home).casework_url).add_aliases([("0ld0ld00-1111", one)], "earlier")
    said = answer(home, "standing", "set", "0ld0", "suspected", "--why", "seen again", "--user", "amy")
    assert said["business_id"] == one
    pairs = [answer(home, "decide", "same", name, two, "--why", "one lease", "--user", "amy") for name in ("0ld0", one)]
    assert pairs[0]["ref_a"] == pairs[1]["ref_a"] and pairs[0]["ref_b"] == pairs[1]["ref_b"]
    assert (
        "imb search"
        in imb(home, "standing", "set", "0ld1", "suspected", "--why", "x", "--user", "amy", check=None).stderr
    )


def test_not_the_same_holds_across_builds(home: Path) -> None:
    path = open_home(home).current_snapshot() / "intelligence.duckdb"
    query = "SELECT members FROM core_entities WHERE kind = 'business' ORDER BY len(members) DESC, entity_id LIMIT 1"
    with duckdb.connect(str(path), read_only=True) as client:
        found = client.execute(query).fetchall()
    first, second = found[0][0][:2]
    imb(home, "decide", "not-same", first, second, "--why", "another shop", "--user", "amy")
    for full in ((), ("--full",)):
        imb(home, "build", *full)
        path = open_home(home).current_snapshot() / "intelligence.duckdb"
        with duckdb.connect(str(path), read_only=True) as client:
            together = client.execute(
                "SELECT count(*) FROM core_entities WHERE list_has_all(members, ?::VARCHAR[])", [[first, second]]
            ).fetchall()
        assert together == [(0,)]


def test_no_decision_is_taken_that_no_build_could_carry_out(home: Path) -> None:
    path = open_home(home).current_snapshot() / "intelligence.duckdb"
    query = "SELECT kind, list(entity_id ORDER BY entity_id)[:2] FROM core_entities GROUP BY kind"
    with duckdb.connect(str(path), read_only=True) as client:
        ids = dict(client.execute(query).fetchall())
    said = ("--why", "x", "--user", "amy")
    for kind in ("premises", "phone"):
        refused = imb(home, "decide", "same", *ids[kind], *said, check=3).stderr
        assert "written the same" in " ".join(refused.split())
    mixed = imb(home, "decide", "same", ids["business"][0], ids["operator"][0], *said, check=3).stderr
    assert "a business and an operator, which are never one" in " ".join(mixed.split())


def test_what_is_kept_apart_is_listed_with_the_reason(home: Path) -> None:
    folder = open_home(home).current_snapshot()
    with duckdb.connect(str(folder / "sealed.duckdb"), read_only=True) as client:
        rows = client.execute("SELECT payload FROM core_refs ORDER BY ref_id").fetchall()
    refs = [from_json(Ref, payload) for (payload,) in rows]
    people = [ref for ref in refs if ref.role == "operator" and ref.dob]
    one, two = people[0], next(ref for ref in people if f"{ref.dob}"[:4] != f"{people[0].dob}"[:4])
    imb(home, "decide", "same", one.ref_id, two.ref_id, "--why", "one face", "--user", "amy")
    imb(home, "build")
    first, *others = answer(home, "model", "review")
    assert first["why"] == "decided the same, but two dates of birth"
    assert {first["ref_a"], first["ref_b"]} == {one.ref_id, two.ref_id}
    assert all(other["why"] and other["entity_a"] != other["entity_b"] for other in others)
    imb(home, "decide", "not-same", one.ref_id, two.ref_id, "--why", "another face", "--user", "amy")
    pairs = [{row["ref_a"], row["ref_b"]} for row in answer(home, "model", "review")]
    assert {one.ref_id, two.ref_id} not in pairs
    assert "May be one" in imb(home, "model", "review").stdout or not others


def test_as_of_build_leaves_the_current_snapshot(home: Path) -> None:
    before = open_home(home).current_snapshot()
    with open_snapshot(before) as store:
        last = store.value("SELECT max(known_at) FROM core_sources")
    result = answer(home, "build", "--as-of", "2020-01-01")
    assert open_home(home).current_snapshot() == before
    manifest = read_manifest(Path(result["folder"]))
    assert manifest["as_of"] == "2020-01-01"
    assert set(manifest["counts"].values()) == {0}
    with open_snapshot(Path(result["folder"])) as store:
        tables = store.rows("SELECT table_name AS name FROM duckdb_tables() UNION SELECT view_name FROM duckdb_views() "
                            "WHERE view_name LIKE 'out_%'")  # fmt: skip
        assert {t["name"]: store.value(f"SELECT count(*) FROM {t['name']}") for t in tables} == {
            t["name"]: 0 for t in tables
        }
    assert answer(home, "network", "list", "--all", "--snapshot", "as-of-2020-01-01") == []
    assert answer(home, "network", "list", "--all")
    assert "as-of-2020" in imb(home, "network", "list", "--snapshot", "as-of-1999", check=None).stderr
    # All that is known now was known by its last day: the same, and a next build finds nothing to do.
    whole = answer(home, "build", "--as-of", f"{last:%Y-%m-%d}")
    assert read_manifest(Path(whole["folder"]))["content_digests"] == read_manifest(before)["content_digests"]
    assert not answer(home, "build")["changed"]


def test_doubtful_entities_name_a_pair_to_decide(home: Path) -> None:
    found = answer(home, "model", "doubtful")
    for doubt in found:
        assert doubt["reasons"]
        assert doubt["size"] > 1
        assert doubt["pair"] is None or len(set(doubt["pair"])) == 2
    assert "May be two" in imb(home, "model", "doubtful").stdout or not found


def test_dry_run_takes_nothing_over(home: Path, files: dict[str, Path]) -> None:
    before = (home / "archive" / "journal.jsonl").read_bytes()
    (preview,) = answer(home, "import", "records", "applications", str(files["applications"]), "--dry-run")
    assert preview["map"] == "applications"
    assert len(preview["rows"]) == 10
    assert (home / "archive" / "journal.jsonl").read_bytes() == before


def test_the_same_file_twice_changes_nothing(home: Path, files: dict[str, Path]) -> None:
    (report,) = answer(home, "import", "records", "applications", str(files["applications"]))
    assert report["remark"] == "received before"
    assert report["rows"] == report["records"] + report["folded"] + report["quarantined"]
    assert not answer(home, "build")["changed"]


def test_sites_list_check_and_new(home: Path, tmp_path: Path) -> None:
    assert {"parlor-guide", "city-board", "body-forum", "town-pages"} <= {s["id"] for s in answer(home, "sites")}
    page = next(Path("tests/sites").rglob("input.html"))
    drafted = imb(home, "sites", "new", str(page), "--url", "http://new-board.example/ad/1.html")
    assert "allowed_domains" in drafted.stdout
    url, draft, fixture = "http://new-board.example/ad/1.html", tmp_path / "new-board.toml", tmp_path / "fixture"
    imb(home, "sites", "new", str(page), "--url", url, "-o", str(draft), "--fixture", str(fixture))
    assert (fixture / "input.html").is_file()
    assert 'url = "http://new-board.example/ad/' in (fixture / "meta.toml").read_text()
    assert (fixture / "expected.json").is_file()
    checked = imb(home, "sites", "check", str(page), "--url", url, "--profile", str(draft))
    assert "ad.root" in checked.stdout or "listing.item" in checked.stdout


def test_a_site_is_drafted_from_its_address(home: Path, tmp_path: Path) -> None:
    pages = partial(SimpleHTTPRequestHandler, directory=str(Path("tests/sites/yelp-shape/place").resolve()))
    with ThreadingHTTPServer(("127.0.0.1", 0), pages) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address, draft = f"http://127.0.0.1:{server.server_port}/input.html", tmp_path / "loop.toml"
        drafted = imb(home, "sites", "new", address, "-o", str(draft))
        checked = imb(home, "sites", "check", address, "--profile", str(draft))
        server.shutdown()
    assert "is read as ad" in drafted.stdout and "[ad]" in draft.read_text()
    assert "with and without the profile" in checked.stdout


def test_init_is_idempotent(tmp_path: Path) -> None:
    imb(tmp_path / "h", "init")
    before = sorted(p.relative_to(tmp_path) for p in (tmp_path / "h").rglob("*"))
    imb(tmp_path / "h", "init")
    assert sorted(p.relative_to(tmp_path) for p in (tmp_path / "h").rglob("*")) == before
    assert "imb run" in imb(tmp_path / "h", "init").stdout


def test_templates_are_listed_and_shown_with_their_ads(built: Path) -> None:
    for row in answer(built, "template", "list")[:3]:
        shown = answer(built, "template", "show", row["template_id"][:13])
        assert len(shown["ads"]) == row["ads"] >= 2
        assert all(f"{{{n}}}" in shown["text"] for n, _ in enumerate(shown["slots"], 1))
