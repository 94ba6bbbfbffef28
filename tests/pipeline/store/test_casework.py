"""Casework: two users designate, decisions are append-only, the log shows every alteration, nothing is lost."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.errors import FixHome, FixInput, NotFound
from pipeline.model import Flag
from pipeline.store.casework import Casework
from pipeline.store.casework_tables import APPEND_ONLY


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "casework.sqlite"


@pytest.fixture
def casework(path: Path) -> Casework:
    return Casework(f"sqlite:///{path}")


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ([("amy", "designated")], None),
        ([("amy", "designated"), ("amy", "designated")], None),
        ([("amy", "designated"), ("bob", "designated")], "designated"),
        ([("amy", "designated"), ("bob", "cleared")], "cleared"),
        ([("amy", "designated"), ("bob", "cleared"), ("bob", "designated")], "cleared"),
        ([("amy", "designated"), ("bob", "designated"), ("amy", "cleared")], "cleared"),
        ([("amy", "suspected")], "suspected"),
    ],
)
def test_designation_takes_two_users(casework: Casework, said: list[tuple[str, str]], standing: str | None) -> None:
    for user, word in said:
        casework.set_standing("b1", word, user, "because")
    assert casework.standings().get("b1") == standing


def test_a_reason_is_needed(casework: Casework) -> None:
    with pytest.raises(FixInput, match="reason"):
        casework.set_standing("b1", "cleared", "amy", " ")
    with pytest.raises(FixInput, match="standing"):
        casework.set_standing("b1", "guilty", "amy", "because")


def test_last_decision_on_a_pair_binds_and_revocation_restores(casework: Casework) -> None:
    casework.decide(True, "x", "a", ["m1"], "amy", "same owner")
    second = casework.decide(False, "a", "x", ["m1", "m2"], "bob", "other person")
    assert [(d.ref_a, d.ref_b, d.same, d.members_shown) for d in casework.decisions()] == [
        ("a", "x", False, ("m1", "m2"))
    ]
    assert casework.conflicts() == [("a", "x")]
    casework.revoke(second.decision_id, "sue", "mistake")
    assert [d.same for d in casework.decisions()] == [True]
    assert casework.conflicts() == []
    with pytest.raises(NotFound):
        casework.revoke("nothing", "sue", "mistake")


def test_head_changes_with_what_binds_a_build(casework: Casework) -> None:
    heads = [casework.head()]
    casework.set_standing("b1", "designated", "amy", "first of two")
    heads.append(casework.head())
    casework.set_standing("b1", "designated", "bob", "second")
    heads.append(casework.head())
    casework.decide(True, "a", "b", [], "amy", "same")
    heads.append(casework.head())
    assert heads[0] == heads[1]
    assert len(set(heads)) == 3


def test_suppression_expires(casework: Casework) -> None:
    casework.suppress("a1", "k1", "amy", "another person", days=10)
    now = datetime.now(UTC)
    assert casework.suppressed(now + timedelta(days=9)) == {("a1", "k1")}
    assert casework.suppressed(now + timedelta(days=11)) == set()


def test_frozen_flags_tell_what_was_shown(casework: Casework) -> None:
    flags = [Flag("A-1", "possible_match", "strong", 0.99), Flag("A-2", "no_relevant_result", "", 0.0)]
    assert casework.freeze("run-1", flags, "amy") == 2
    assert casework.shown_before() == {"A-1"}


def test_aliases_are_kept_once(casework: Casework) -> None:
    casework.add_aliases([("old", "new")], "s1")
    casework.add_aliases([("old", "new")], "s2")
    assert casework.aliases() == {"old": "new"}


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_append_only_tables_refuse_change(casework: Casework, path: Path, table: str) -> None:
    casework.set_standing("b1", "suspected", "amy", "because")
    one = casework.decide(True, "a", "b", [], "amy", "because")
    casework.revoke(one.decision_id, "amy", "because")
    casework.suppress("a", "k", "amy", "because")
    casework.freeze("r", [Flag("A-1", "possible_match", "strong", 1.0)], "amy")
    casework.add_aliases([("o", "n")], "s")
    with sqlite3.connect(path) as raw:
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET rowid = rowid + 10"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                raw.execute(statement)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("UPDATE log SET reason = 'nothing' WHERE seq = 2", "entry 2: content"),
        ("DELETE FROM log WHERE seq = 2", "entry 2 is missing"),
        ("UPDATE log SET actor = 'bob' WHERE seq = 3", "entry 3: content"),
    ],
)
def test_an_altered_log_is_found(casework: Casework, path: Path, damage: str, words: str) -> None:
    for n in range(4):
        casework.custody("amy", "export", f"package {n}", "case 1", "", "abc")
    assert casework.verify_logs() == []
    with sqlite3.connect(path) as raw:
        for trigger in ("log_no_update", "log_no_delete"):
            raw.execute(f"DROP TRIGGER {trigger}")
        raw.execute(damage)
    assert any(words in problem for problem in casework.verify_logs())


WRITER = """
    import sys
    from pipeline.store.casework import Casework
    casework = Casework(sys.argv[1])
    for n in range(int(sys.argv[3])):
        casework.audit(sys.argv[2], "view", f"item {n}")
        print(n, flush=True)
"""


def _writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(WRITER), f"sqlite:///{path}", name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_writers_share_one_chain(casework: Casework, path: Path) -> None:
    children = [_writer(path, name, 30) for name in ("amy", "bob")]
    assert [child.wait(60) for child in children] == [0, 0]
    assert casework.verify_logs() == []
    with casework.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM log")).scalar() == 60


def test_a_killed_writer_loses_nothing_it_acknowledged(casework: Casework, path: Path) -> None:
    child = _writer(path, "amy", 10_000)
    assert child.stdout is not None
    for _ in range(25):
        child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.wait()
    time.sleep(0.05)
    assert casework.verify_logs() == []
    with casework.engine.connect() as connection:
        assert (connection.execute(sa.text("SELECT count(*) FROM log")).scalar() or 0) >= 25


def test_a_newer_casework_is_refused(casework: Casework, path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(FixHome, match="newer"):
        Casework(f"sqlite:///{path}")


def test_something_else_is_refused_in_words(path: Path) -> None:
    path.write_bytes(b"this is no database at all" * 400)
    with pytest.raises(FixHome, match="cannot be opened"):
        Casework(f"sqlite:///{path}")
    with pytest.raises(FixHome, match="psycopg"):
        Casework("postgresql+psycopg://nobody@127.0.0.1:1/x")
