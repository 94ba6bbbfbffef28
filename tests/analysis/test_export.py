"""Every format is opened again by somebody else's reader."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import venv
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import networkx as nx
import pytest
from lxml import etree

from analysis.export import anx
from analysis.export.files import check_manifest, replacing, write_manifest
from analysis.export.formats import FORMATS
from analysis.export.geojson import zip_center
from analysis.export.graph import graph_of
from analysis.redact import profile_named
from pipeline.errors import NotAllowed

ANALYST = profile_named("analyst")
SCHEMAS = Path(__file__).with_name("schemas")


def member(entity: str, kind: str, name: str, **more: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("address", "city", "state", "zip", "phones", "standing", "observed_first", "observed_last"))
    return {"entity_id": entity, "kind": kind, "name": name, "role": kind, **empty, **more}


def link(a: str, b: str, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "from_id": a, "to_id": b, "kind": kind, "probability": 0.95, "first_seen": date(2026, 1, 1), "last_seen": None,
        "sources": ["cap-1", "cap-2"], "lane": "regulatory", "binding": False, "sentence": f"{kind} by \x0bsomebody.",
        **more,
    }  # fmt: skip


@pytest.fixture
def details() -> list[dict[str, Any]]:
    place = {"address": "1200 N Larkmoor Ave Ste 5", "city": "Springfield", "state": "MO", "zip": "65801"}
    seen = {"observed_first": date(2026, 1, 1), "observed_last": date(2026, 6, 1)}
    members = [
        member(
            "b1",
            "business",
            "=Golden & Lotus <Spa>",
            phones=["+14175550101"],
            standing="suspected",
            other_names=["Golden Lotus; Spa"],
            previous_names=["Old Lotus"],
            **place,
            **seen,
        ),
        member("b2", "business", "Jade Garden", phones=[], standing="unknown", city="Springfield", state="MO", zip="1"),
        member("b3", "business", "Far Pine", standing="unknown"),
        member("o1", "operator", "Mei Chen"),
        member("p1", "phone", "+14175550101"),
        member("a1", "premises", "1200 N Larkmoor Ave Ste 5"),
    ]
    links = [
        link("b1", "b2", "shared_operator", binding=True, sentence="Golden and Jade both name Mei Chen as owner."),
        link("b2", "b3", "shared_phone", binding=True),
        link("o1", "b1", "operates"),
        link("b1", "p1", "uses_phone"),
        link("b1", "a1", "at_premises"),
        link("b1", "b2", "tipped", lane="intelligence", sentence="secret"),
    ]
    gave_way = [
        {"from_business": "b2", "to_business": "b1", "kind": "same_phone", "gap_days": 9, "confidence": 0.8,
         "reasons": ["The number came back."]},
        {"from_business": "b2", "to_business": "elsewhere", "kind": "same_phone", "gap_days": 9, "confidence": 0.8},
    ]  # fmt: skip
    return [{"network_id": "n1", "summary": "", "members": members, "links": links, "successions": gave_way}]


def write(details: Any, kind: str, folder: Path, profile: str = "analyst") -> tuple[Path, ...]:
    writer, suffix = FORMATS[kind]
    files = writer(details, folder / f"out{suffix}", profile_named(profile))
    assert not list(folder.glob(".*.part"))
    return files


@pytest.mark.parametrize("kind", ["graphml", "gexf", "anx"])
def test_the_schema_of_the_format_holds(details: Any, tmp_path: Path, kind: str) -> None:
    schema = etree.XMLSchema(etree.parse(SCHEMAS / f"{kind}.xsd"))
    (path,) = write(details, kind, tmp_path)
    schema.assertValid(etree.parse(path))
    (board,) = write(details, kind, tmp_path, "board")
    schema.assertValid(etree.parse(board))


@pytest.mark.parametrize(
    ("kind", "damage"),
    [
        ("graphml", (b'target="b1"', b'target="b9"')),
        ("graphml", (b'id="d1"', b'id="d0"')),
        ("gexf", (b'target="b1"', b'target="b9"')),
        ("anx", ('End2Id="1"'.encode("utf-16-le"), 'End2Id="9"'.encode("utf-16-le"))),
    ],
)
def test_the_schemas_refuse_damage(details: Any, tmp_path: Path, kind: str, damage: tuple[bytes, bytes]) -> None:
    (path,) = write(details, kind, tmp_path)
    broken = path.read_bytes().replace(*damage, 1)
    assert broken != path.read_bytes()
    assert not etree.XMLSchema(etree.parse(SCHEMAS / f"{kind}.xsd")).validate(etree.fromstring(broken))


def test_graphml_is_read_by_networkx(details: Any, tmp_path: Path) -> None:
    (path,) = write(details, "graphml", tmp_path)
    graph = nx.read_graphml(path)
    assert set(graph.nodes) == {"b1", "b2", "b3", "o1", "p1", "a1"}
    assert graph.nodes["b1"]["label"] == "=Golden & Lotus <Spa>"
    assert sorted(d["kind"] for *_, d in graph.edges(data=True)) == [
        "at_premises", "operates", "shared_operator", "shared_phone", "succeeded_by", "uses_phone",
    ]  # fmt: skip


def test_gexf_is_read_by_networkx(details: Any, tmp_path: Path) -> None:
    (path,) = write(details, "gexf", tmp_path)
    graph = nx.read_gexf(path)
    assert graph.number_of_nodes() == 6
    assert {d["relation"] for *_, d in graph.edges(data=True)} >= {"operates", "shared_phone", "succeeded_by"}


@pytest.mark.parametrize("kind", list(FORMATS))
def test_one_snapshot_gives_the_same_bytes_on_every_day(
    details: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    dated = [{**d, "built_on": "2026-06-02"} for d in details]
    written = []
    for day in ("2026-06-03", "2027-01-01"):
        monkeypatch.setattr("time.strftime", lambda *_, day=day: day)
        written.append([f.read_bytes() for f in write(dated, kind, tmp_path / day)])
    assert written[0] == written[1]


@pytest.mark.parametrize(("built_on", "said"), [("2026-06-02", "2026-06-02"), (None, None)])
def test_gexf_bears_the_day_of_the_snapshot(
    details: Any, tmp_path: Path, built_on: str | None, said: str | None
) -> None:
    (path,) = write([{**d, "built_on": built_on} for d in details], "gexf", tmp_path)
    written = etree.parse(path)
    etree.XMLSchema(etree.parse(SCHEMAS / "gexf.xsd")).assertValid(written)
    assert written.find("{*}meta").get("lastmodifieddate") == said


def test_anx_passes_its_librarys_validator_and_repeats(details: Any, tmp_path: Path) -> None:
    assert anx.chart(graph_of(details, ANALYST)).validate() == []
    (path,) = write(details, "anx", tmp_path)
    first = path.read_bytes()
    assert first.startswith(b"\xff\xfe"), "Analyst's Notebook reads UTF-16 with a byte-order mark"
    items = etree.fromstring(first).findall(".//ChartItem")
    assert sum(i.find("Link") is not None for i in items) == 6
    assert {i.get("Label") for i in items if i.find("End") is not None} >= {"=Golden & Lotus <Spa>", "Mei Chen"}
    assert write(details, "anx", tmp_path)[0].read_bytes() == first


def ftm_lines(details: Any, folder: Path, profile: str = "analyst") -> list[dict[str, Any]]:
    (path,) = write(details, "ftm", folder, profile)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_ftm_lines(details: Any, tmp_path: Path) -> None:
    lines = ftm_lines(details, tmp_path)
    by_schema = {e["schema"]: e for e in lines}
    assert set(by_schema) == {"Company", "Person", "Address", "Directorship", "UnknownLink", "Succession"}
    company = next(e for e in lines if e["id"] == "b1")["properties"]
    assert company["phone"] == ["+14175550101"]
    assert company["addressEntity"] == ["a1"]
    assert company["previousName"] == ["Old Lotus"]
    assert company["weakAlias"] == ["Golden Lotus, Spa"]
    assert by_schema["Directorship"]["properties"]["director"] == ["o1"]
    succession = by_schema["Succession"]["properties"]
    assert (succession["predecessor"], succession["successor"]) == (["b2"], ["b1"])
    assert "gap 9 days. The number came back." in succession["summary"][0]
    assert not any("topics" in e["properties"] for e in lines), "never a topic of crime"


@pytest.mark.parametrize("profile", ["analyst", "board", "public"])
def test_ftm_says_only_what_the_model_knows(details: Any, tmp_path: Path, profile: str) -> None:
    model = json.loads((SCHEMAS / "followthemoney.json").read_text(encoding="utf-8"))
    for entity in ftm_lines(details, tmp_path, profile):
        known = model[entity["schema"]]
        assert set(model["required"].get(entity["schema"], [])) <= set(entity["properties"]) <= set(known)
        for name, values in entity["properties"].items():
            assert values
            assert all(isinstance(v, str) and v for v in values)
            if known[name] == "date":
                assert all(date.fromisoformat(v) for v in values)


@pytest.mark.soak
def test_ftm_validate_changes_nothing(details: Any, tmp_path: Path) -> None:
    """followthemoney, in an environment of its own: it drops without a word what its model does not know."""
    venv.create(tmp_path / "env", with_pip=True)
    here = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "followthemoney>=4,<5"], check=True, env=here)
    (path,) = write(details, "ftm", tmp_path)
    command = [tmp_path / "env" / "bin" / "ftm", "validate", "-i", path]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=here).stdout
    kept = {e["id"]: e for e in map(json.loads, said.splitlines())}
    for entity in ftm_lines(details, tmp_path):
        found = {k: sorted(v) for k, v in kept[entity["id"]]["properties"].items()}
        assert found == {k: sorted(v) for k, v in entity["properties"].items()}


def test_i2_has_one_link_per_row(details: Any, tmp_path: Path) -> None:
    (path,) = write(details, "i2", tmp_path)
    rows = list(csv.DictReader(path.open(encoding="utf-8-sig", newline="")))
    assert len(rows) == 6
    assert {r["From Type"] for r in rows} == {"Business", "Person"}
    assert next(r for r in rows if r["Link Type"] == "operates")["To Label"].startswith("'=Golden")


def test_geojson_points_lie_at_zip_centers(details: Any, tmp_path: Path) -> None:
    (path,) = write(details, "geojson", tmp_path)
    features = {f["id"]: f for f in json.loads(path.read_text(encoding="utf-8"))["features"]}
    longitude, latitude = features["b1"]["geometry"]["coordinates"]
    assert -95 < longitude < -92
    assert 36 < latitude < 38
    assert features["b2"]["geometry"] is None
    assert zip_center("abc") is None


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_tables_are_read_by_duckdb(details: Any, tmp_path: Path, kind: str) -> None:
    nodes, links = write(details, kind, tmp_path)
    read = "read_parquet" if kind == "parquet" else "read_csv"
    options = "" if kind == "parquet" else ", all_varchar = true"
    with duckdb.connect() as con:
        found = con.execute(f"SELECT id, label, phones FROM {read}(?{options}) ORDER BY id", [str(nodes)]).fetchall()
        count = con.execute(f"SELECT count(*) FROM {read}(?{options})", [str(links)]).fetchall()
    assert count == [(6,)]
    guarded = "=Golden & Lotus <Spa>" if kind == "parquet" else "'=Golden & Lotus <Spa>"
    assert ("b1", guarded, "+14175550101") in found


def text_of(paths: tuple[Path, ...]) -> str:
    """All that a reader could find in the files, whatever their encoding."""
    data = b"".join(p.read_bytes() for p in paths)
    return data.decode("utf-8", "replace") + data.decode("utf-16", "replace")


@pytest.mark.parametrize("kind", list(FORMATS))
def test_a_board_sees_one_step_and_no_operator(details: Any, tmp_path: Path, kind: str) -> None:
    text = text_of(write(details, kind, tmp_path, "board"))
    assert "Mei Chen" not in text
    assert "Far Pine" not in text
    assert "Golden" in text


@pytest.mark.parametrize("kind", list(FORMATS))
def test_intelligence_links_leave_in_no_format(details: Any, tmp_path: Path, kind: str) -> None:
    text = text_of(write(details, kind, tmp_path))
    assert "secret" not in text


@pytest.mark.parametrize("kind", list(FORMATS))
def test_the_public_sees_area_counts_only(details: Any, tmp_path: Path, kind: str) -> None:
    text = text_of(write(details, kind, tmp_path, "public"))
    assert "Springfield: fewer than 5 businesses" in text
    for secret in ("Golden", "Mei Chen", "5550101", "Larkmoor"):
        assert secret not in text


def test_a_landlord_gets_no_network(details: Any, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed, match="letter"):
        write(details, "csv", tmp_path, "landlord")


@pytest.mark.parametrize("place", ["address", "other_names"])
def test_what_redaction_knows_leaves_no_cell(details: Any, tmp_path: Path, place: str) -> None:
    said = "Larkmoor, born 03/04/1980, write to owner@example.org"
    details[0]["members"][0][place] = said if place == "address" else [said]
    text = text_of(write(details, "csv", tmp_path))
    assert "[withheld]" in text
    assert "owner@example.org" not in text
    assert "1980" not in text


def test_empty_networks_still_make_a_readable_file(tmp_path: Path) -> None:
    for kind in FORMATS:
        assert all(p.exists() for p in write([], kind, tmp_path))
    assert nx.read_graphml(tmp_path / "out.graphml").number_of_nodes() == 0


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError), replacing(path) as part:
        part.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.csv"]


def test_manifest_names_every_file_and_a_change_is_seen(details: Any, tmp_path: Path) -> None:
    files = write(details, "csv", tmp_path)
    manifest = tmp_path / "manifest.json"
    made = write_manifest(files, manifest, {"profile": "analyst", "recipient": "own use", "expires": date(2027, 1, 1)})
    assert [f["name"] for f in made["files"]] == ["out.links.csv", "out.nodes.csv"]
    assert check_manifest(manifest) == []
    files[0].write_text("changed")
    files[1].unlink()
    assert sorted(check_manifest(manifest)) == [
        "out.links.csv is missing",
        "out.nodes.csv was changed after it was written",
    ]
