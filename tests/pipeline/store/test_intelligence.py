"""Tables hold what was put in; digests depend on rows alone; snapshots keep sealed columns apart."""

from __future__ import annotations

import stat
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import FixHome, NotFound
from pipeline.home import create_home
from pipeline.schema import TABLES
from pipeline.store.intelligence import Store, open_snapshot, open_working, scratch_beside
from pipeline.store.snapshot import publish, read_manifest
from pipeline.store.views import OUT_VIEWS

SECRET = "1971-05-19"


def pair(a: str, b: str, weight: float = 1.0) -> dict[str, Any]:
    return {"ref_a": a, "ref_b": b, "role": "business", "weight": weight, "probability": 0.5}


def record(key: str, seq: int = 1) -> dict[str, Any]:
    return {
        "record_id": f"r{key}",
        "version": "v",
        "dataset": "d",
        "kind": "license",
        "natural_key": key,
        "source_id": f"s{key}",
        "file_sha256": "f",
        "line": 2,
        "lane": "regulatory",
        "intake_seq": seq,
        "known_at": datetime(2026, 1, 1, tzinfo=UTC),
        "entity_name": "Quiet Pond Spa",
        "status": "active",
        "received": date(2026, 1, 1),
        "payload": f'{{"dob": "{SECRET}"}}',
    }


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), unique=True, max_size=12), st.randoms())
def test_digest_is_independent_of_order(rows: list[tuple[str, str]], random: Any) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert _digest(rows) == _digest(shuffled)
    if rows:
        assert _digest(rows) != _digest(rows[:-1])


def _digest(rows: list[tuple[str, str]]) -> str:
    store = Store(duckdb.connect(":memory:"), Path(":memory:"))
    for table in TABLES:
        store.connection.execute(table.ddl())
    store.insert("core_pairs", [pair(a, b) for a, b in rows])
    return store.digests()["core_pairs"]


def test_content_digest_leaves_arrival_out(tmp_path: Path) -> None:
    found = []
    for seq in (1, 2):
        with open_working(tmp_path / f"{seq}.duckdb") as store:
            store.insert("core_records", [record("1", seq)])
            found.append((store.digests()["core_records"], store.digests(content_only=False)["core_records"]))
    assert found[0][0] == found[1][0]
    assert found[0][1] != found[1][1]


def test_unknown_column_is_an_error(tmp_path: Path) -> None:
    with open_working(tmp_path / "w.duckdb") as store, pytest.raises(KeyError, match="no column"):
        store.insert("core_pairs", [{"ref_a": "a", "colour": "red"}])


def test_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    with open_working(tmp_path / "w.duckdb") as store:
        with pytest.raises(RuntimeError), store.transaction():
            store.insert("core_pairs", [pair("a", "b")])
            raise RuntimeError
        assert store.count("core_pairs") == 0


def test_damaged_working_database_says_how_to_rebuild(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(FixHome, match="imb build --full"), open_working(path):
        pass


def test_snapshot_keeps_sealed_columns_apart(tmp_path: Path) -> None:
    home = create_home(tmp_path / "h")
    with open_working(home.working_database) as store:
        store.insert("core_records", [record("1")])
        folder = publish(home, store, "first", {"inputs": "x"})
    assert home.current_snapshot() == folder
    for name in ("intelligence", "regulatory"):
        assert SECRET.encode() not in (folder / f"{name}.duckdb").read_bytes()
    assert stat.S_IMODE((folder / "sealed.duckdb").stat().st_mode) == 0o600
    with open_snapshot(folder, "sealed") as sealed:
        assert SECRET in sealed.value("SELECT payload FROM core_records")
    assert set(read_manifest(folder)["files"]) == {"intelligence.duckdb", "regulatory.duckdb", "sealed.duckdb"}


def test_public_views_open_in_any_client(tmp_path: Path) -> None:
    home = create_home(tmp_path / "h")
    with open_working(home.working_database) as store:
        folder = publish(home, store, "first", {})
    with duckdb.connect(str(folder / "intelligence.duckdb"), read_only=True) as client:
        for view in OUT_VIEWS:
            assert client.execute(f"SELECT * FROM {view}").fetchall() == []


def test_as_of_snapshot_leaves_the_current_one_in_force(tmp_path: Path) -> None:
    home = create_home(tmp_path / "h")
    with open_working(home.working_database) as store:
        first = publish(home, store, "first", {})
        publish(home, store, "as-of-x", {}, current=False)
    assert home.current_snapshot() == first


def test_no_snapshot_yet_says_what_to_type(tmp_path: Path) -> None:
    home = create_home(tmp_path / "h")
    with pytest.raises(FixHome, match="imb build"):
        home.current_snapshot()
    with pytest.raises(NotFound, match="imb build"), open_snapshot(tmp_path):
        pass


def test_memory_is_limited_and_what_does_not_fit_is_written_beside(tmp_path: Path) -> None:
    path, limits = tmp_path / "it's.duckdb", "SELECT current_setting('memory_limit'), current_setting('temp_directory')"
    with open_working(path, 0.5) as store:
        with scratch_beside(store) as scratch:
            for connection, spill in ((store.connection, f"{path}.tmp"), (scratch, f"{path}.scratch.tmp")):
                (memory, beside), *_ = connection.execute(limits).fetchall()
                assert memory.startswith("238.")  # MiB
                assert beside == spill
        assert store.value("SELECT current_setting('memory_limit')").startswith("476.")
    with pytest.raises(FixHome, match="database_gigabytes"), open_working(path, 0.05) as store:
        store.connection.execute("SET temp_directory = ''")
        store.rows("SELECT list(repeat(i::VARCHAR, 40)) FROM range(3000000) t(i)")


def test_rows_appended_in_a_transaction_after_nothing_was_found_are_found(tmp_path: Path) -> None:
    many = 130_000  # more than a row group, of texts longer than 12 letters
    with open_working(tmp_path / "w.duckdb") as store:
        store.connection.execute(
            "CREATE TABLE numbers AS SELECT lpad(i::VARCHAR, 36, '0') AS n FROM range(?) r(i)", [many]
        )
        with store.transaction():
            store.connection.execute("CREATE TEMP TABLE later (n VARCHAR)")
            assert store.append_found("later", "FROM numbers WHERE n > 'z'") == 0
            assert store.append_found("later", "FROM numbers") == many
            rows = store.connection.sql("FROM numbers").to_arrow_table()
            store.connection.execute("CREATE TEMP TABLE other (n VARCHAR)")
            store.insert_arrow("other", rows.slice(0, 0))
            store.insert_arrow("other", rows)
            for table in ("later", "other"):
                assert store.value(f"SELECT count(*) FROM {table} WHERE length(n) = 36") == many
        assert store.value("SELECT count(*) FROM later WHERE length(n) = 36") == many
