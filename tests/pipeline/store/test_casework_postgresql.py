"""The casework on a real PostgreSQL server, where its programs and the psycopg driver are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from pipeline.errors import FixHome
from pipeline.model import Flag
from pipeline.store.casework import Casework
from pipeline.store.casework_copy import copy_casework
from pipeline.store.casework_tables import APPEND_ONLY, METADATA
from pipeline.store.frozen import freeze, frozen, latest_matches, shown_matches
from tests.pipeline.store.filled_casework import fill

pytest.importorskip("psycopg", reason="needs the PostgreSQL driver: pip install 'psycopg[binary]'")
PROGRAMS = shutil.which("initdb"), shutil.which("pg_ctl")


def _run(*command: str) -> None:
    """PostgreSQL refuses to run as root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    initdb, pg_ctl = PROGRAMS
    if not (initdb and pg_ctl):
        pytest.skip("needs initdb and pg_ctl of a PostgreSQL server")
    folder = Path(tempfile.mkdtemp(prefix="imb-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = str(folder / "data")
    try:
        _run(initdb, "-D", data, "-A", "trust", "-U", "imb", "--no-sync")
        _run(pg_ctl, "-D", data, "-w", "-o", f"-c listen_addresses= -k {folder}", "-l", f"{folder}/log", "start")
        yield f"postgresql://imb@/postgres?host={folder}"
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            _run(pg_ctl, "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def test_everything_works_on_postgresql(server: str) -> None:
    casework = Casework(server)
    casework.add_user("amy", "analyst", "root")
    for user in ("amy", "bob"):
        casework.set_standing("b2", "designated", user, "seen")
    one = casework.decide(True, "x", "a", ["m"], "amy", "same")
    casework.decide(False, "x", "a", ["m"], "bob", "other")
    casework.revoke(one.decision_id, "amy", "mistake")
    casework.suppress("a", "k", "amy", "other person")
    freeze(casework, "r", [Flag("A-1", "possible_match", "strong", 1.0)], "amy")
    casework.add_aliases([("b2", "b1")], "s")
    casework.custody("amy", "export", "package", "case 1", "0", "1")
    again = Casework(server)
    assert again.standings() == {"b1": "designated"}
    assert [(d.ref_a, d.ref_b, d.same) for d in again.decisions()] == [("a", "x", False)]
    assert again.suppressed() == {("a", "k")}
    assert [f.application_id for f in frozen(again, "r")] == ["A-1"]
    assert {a for a, *_ in shown_matches(again)} == {"A-1"}
    assert [f.band for f in latest_matches(again)] == ["strong"]
    assert again.verify_logs(again.log_head()) == []
    fill(casework)
    for table in APPEND_ONLY:
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with again.engine.connect() as connection, pytest.raises(sa.exc.DatabaseError, match="append-only"):
                connection.execute(sa.text(statement))
    with again.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_a_newer_casework_is_refused(server: str) -> None:
    casework = Casework(server)
    with casework.engine.begin() as connection:
        before = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(FixHome, match="newer"):
        Casework(server)
    with casework.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :v"), {"v": before})


def test_a_casework_moves_to_postgresql_and_back(server: str, tmp_path: Path) -> None:
    """Rows that are added afterwards get numbers after the copied ones, and the log goes on."""
    with sa.create_engine(server.replace("postgresql:", "postgresql+psycopg:")).connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("CREATE DATABASE moved"))
    here, there, back = (
        f"sqlite:///{tmp_path / 'a'}",
        server.replace("/postgres?", "/moved?"),
        f"sqlite:///{tmp_path / 'b'}",
    )
    source = Casework(here)
    fill(source)
    copy_casework(here, there)
    moved = Casework(there)
    assert moved.verify_logs(source.log_head()) == []
    moved.set_standing("b7", "suspected", "amy", "after the move")
    moved.custody("amy", "export", "package", "case 1", "0", "1")
    copy_casework(there, back)
    assert Casework(back).verify_logs(moved.log_head()) == []
    assert Casework(back).standings() == moved.standings()
