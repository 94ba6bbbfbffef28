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
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from pipeline.errors import FixHome, FixInput, NotAllowed, NotFound
from pipeline.model import Contribution, Flag
from pipeline.store.casework import Casework
from pipeline.store.casework_engine import HEAD, MIGRATIONS
from pipeline.store.casework_tables import APPEND_ONLY, METADATA
from pipeline.store.codec import to_json
from pipeline.store.frozen import agreed, frozen, latest_matches, shown_matches
from tests.pipeline.store.filled_casework import fill


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
        ([("amy", "designated"), (" Amy ", "designated")], None),
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
    assert [(c.pair, [d.user for d in c.said]) for c in casework.conflicts()] == [(("a", "x"), ["amy", "bob"])]
    casework.revoke(second.decision_id, "sue", "mistake")
    assert [d.same for d in casework.decisions()] == [True]
    assert casework.conflicts() == []
    with pytest.raises(NotFound):
        casework.revoke("nothing", "sue", "mistake")


SAME, NOT = True, False


@pytest.mark.parametrize(
    ("said", "holds", "open_"),
    [
        ([("amy", SAME), ("bob", NOT)], NOT, True),
        ([("amy", NOT), ("bob", SAME)], NOT, True),
        ([("amy", NOT), ("bob", SAME), (" Amy ", SAME)], SAME, False),
        ([("amy", NOT), ("amy", SAME)], SAME, False),
        ([("amy", NOT), ("bob", SAME), ("sue", SAME)], SAME, False),
        ([("sue", SAME), ("amy", NOT), ("bob", NOT)], SAME, False),
        ([("amy", SAME), ("bob", SAME)], SAME, False),
    ],
)
def test_what_users_say_both_ways_waits_for_a_supervisor(
    casework: Casework, said: list[tuple[str, bool]], holds: bool, open_: bool
) -> None:
    casework.add_user("sue", "supervisor", "sue")
    for user, same in said:
        casework.decide(same, "a", "x", [], user, "because")
    assert [d.same for d in casework.decisions()] == [holds]
    assert bool(casework.conflicts()) == open_


def test_decisions_that_contradict_each_other_over_third_ones_wait_for_a_supervisor(casework: Casework) -> None:
    casework.add_user("sue", "supervisor", "sue")
    casework.decide(True, "a", "b", ["a", "a2", "b"], "amy", "one lease")
    casework.decide(True, "b", "c", ["b", "c"], "bob", "one owner")
    casework.decide(False, "c", "d", ["c", "d"], "bob", "two owners")
    assert casework.conflicts() == []
    casework.decide(False, "c", "a2", ["c", "a2"], "cat", "seen both open")
    (found,) = casework.conflicts()
    assert (found.pair, [d.user for d in found.said]) == (("a2", "c"), ["amy", "bob", "cat"])
    casework.decide(False, "a2", "c", ["c", "a2"], "sue", "seen both")
    assert casework.conflicts() == []


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


def test_registered_users_keep_to_their_role_and_the_log_names_it(casework: Casework) -> None:
    casework.add_user("amy", "analyst", "root")
    casework.add_user("ada", "auditor", "root")
    with pytest.raises(NotAllowed, match="registered as auditor and may not set a standing"):
        casework.set_standing("b1", "suspected", "Ada", "because")
    with pytest.raises(NotAllowed, match="register a user"):
        casework.add_user("eve", "admin", "amy")
    with pytest.raises(FixInput, match="exists already"):
        casework.add_user("AMY", "supervisor", "root")
    casework.set_standing("b1", "suspected", "amy", "because")
    assert casework.users() == {"ada": "auditor", "amy": "analyst"}
    assert [(e["actor"], e["role"], e["action"]) for e in casework.entries()][-1] == (
        "amy",
        "analyst",
        "standing suspected",
    )


def test_a_standing_follows_its_business_when_ids_merge_and_split_again(casework: Casework) -> None:
    casework.set_standing("b2", "cleared", "amy", "not related")
    head = casework.head()
    assert casework.add_aliases([("b2", "b1"), ("b3", "b3")], "s1") == 1
    assert casework.standings() == {"b1": "cleared"}
    assert casework.add_aliases([("b2", "b1")], "s2") == 0
    casework.add_aliases([("b1", "b0")], "s3")
    assert casework.aliases() == {"b1": "b0", "b2": "b0"}
    assert casework.standings() == {"b0": "cleared"}
    casework.add_aliases([("b0", "b2")], "s4")
    assert casework.aliases() == {"b0": "b2", "b1": "b2"}
    assert casework.standings() == {"b2": "cleared"}
    assert casework.add_aliases([("b2", "b1")], "s5") == 1  # said again after it was taken back
    assert casework.head() == head


def test_where_standings_of_merged_ids_disagree_the_least_accusing_holds(casework: Casework) -> None:
    for user in ("amy", "bob"):
        casework.set_standing("b1", "designated", user, "seen")
    casework.set_standing("b2", "cleared", "amy", "not related")
    casework.add_aliases([("b2", "b1")], "s1")
    assert casework.standings() == {"b1": "cleared"}
    assert casework.standing_conflicts() == {"b1": {"b1": "designated", "b2": "cleared"}}


def test_what_was_decided_at_an_earlier_moment(casework: Casework) -> None:
    before = datetime.now(UTC)
    casework.set_standing("b1", "suspected", "amy", "because")
    one = casework.decide(True, "a", "b", [], "amy", "same")
    between = datetime.now(UTC)
    casework.set_standing("b1", "cleared", "amy", "because")
    casework.revoke(one.decision_id, "amy", "mistake")
    assert (casework.standings(before), casework.decisions(before)) == ({}, [])
    assert casework.standings(between) == {"b1": "suspected"}
    assert [d.same for d in casework.decisions(between)] == [True]
    assert (casework.standings(), casework.decisions()) == ({"b1": "cleared"}, [])
    assert len({casework.head(before), casework.head(between), casework.head()}) == 3


def test_a_decision_is_revoked_once(casework: Casework) -> None:
    one = casework.decide(True, "a", "b", [], "amy", "same")
    casework.revoke(one.decision_id, "amy", "mistake")
    with pytest.raises(FixInput, match="revoked already"):
        casework.revoke(one.decision_id, "bob", "mistake")


def test_aliases_are_kept_once(casework: Casework) -> None:
    casework.add_aliases([("old", "new")], "s1")
    casework.add_aliases([("old", "new")], "s2")
    assert casework.aliases() == {"old": "new"}


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_append_only_tables_refuse_change(casework: Casework, path: Path, table: str) -> None:
    fill(casework)
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


def test_a_log_that_was_cut_off_is_found_by_a_head_kept_elsewhere(casework: Casework, path: Path) -> None:
    assert casework.log_head() == (0, "")
    for n in range(4):
        casework.audit("amy", "view", f"item {n}")
    kept = casework.log_head()
    assert casework.verify_logs(kept) == []
    with sqlite3.connect(path) as raw:
        raw.execute("DROP TRIGGER log_no_delete")
        raw.execute("DELETE FROM log WHERE seq = 4")
    assert casework.verify_logs() == []
    assert casework.verify_logs(kept) == ["entry 4, noted elsewhere, is missing: the log was cut off or set back"]
    casework.audit("amy", "view", "something else")
    assert casework.verify_logs(kept) == ["entry 4 is not the one noted elsewhere"]


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


def test_two_processes_open_a_new_casework_at_once(path: Path) -> None:
    children = [_writer(path, name, 3) for name in ("amy", "bob", "cy")]
    assert [child.wait(60) for child in children] == [0, 0, 0]
    opened = Casework(f"sqlite:///{path}")
    assert opened.verify_logs() == []
    assert len(opened.entries()) == 9


def test_a_reader_does_not_wait_for_a_writer(casework: Casework, path: Path) -> None:
    casework.set_standing("b1", "cleared", "amy", "because")
    with sqlite3.connect(path, isolation_level=None) as raw:
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("INSERT INTO users VALUES ('x', 'analyst', '2026-01-01')")
        assert Casework(f"sqlite:///{path}").standings() == {"b1": "cleared"}
        raw.execute("ROLLBACK")


def test_a_casework_of_the_first_version_is_brought_up_to_date(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(sa.text("INSERT INTO aliases VALUES ('old', 'new', 's1', '2026-01-01 00:00:00')"))
    opened = Casework(f"sqlite:///{path}")
    assert opened.aliases() == {"old": "new"}
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.execute("DELETE FROM aliases")


def test_events_that_an_earlier_version_told_in_words_lose_them_and_nothing_else(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    kept = ("In no network before: {business:b1}.", "The same network; another of its ads or denials counts as its "
            "earliest now.")  # fmt: skip
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        for reason in (kept[0], "Golden Lotus and Jade Garden both used +14175550101.", kept[1]):
            connection.execute(
                sa.text("""INSERT INTO network_events
                               (before_snapshot, snapshot_id, kind, network_id, others, reason, at)
                           VALUES ('s1', 's2', 'grown', 'n1', '["n2"]', :reason, '2026-01-01 00:00:00')"""),
                {"reason": reason},
            )
    opened = Casework(f"sqlite:///{path}")
    events = opened.network_events()
    assert [(e["kind"], e["network_id"], e["others"]) for e in events] == [("grown", "n1", ["n2"])] * 3
    assert (events[0]["reason"], events[2]["reason"]) == kept
    assert "earlier version" in events[1]["reason"]
    with sqlite3.connect(path) as raw, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute("UPDATE network_events SET reason = ''")
    raw.close()
    opened.engine.dispose()
    engine.dispose()
    assert not any(b"Golden Lotus" in file.read_bytes() for file in path.parent.iterdir())


def test_answers_that_an_earlier_version_froze_stay_as_they_were(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    lines = (Contribution("name", "Ana Vale", "Ana Vale", "exact", 9.0),)
    shown = [
        Flag("A-1", "possible_match", "strong", 0.99, "b1", matched_kinds=("name",), contributions=lines,
             coverage=("town-pages: 3 captures",), surname_band="<0.1%", snapshot_id="s1"),
        Flag("A-2", "no_relevant_result", "", 0.0, coverage=("town-pages: 3 captures",), snapshot_id="s1"),
    ]  # fmt: skip
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        statement = "INSERT INTO flags VALUES (:run, :id, 's1', :result, :payload, 'amy', '2026-01-01 00:00:00')"
        for run, flag in ((run, flag) for run in ("r1", "r2") for flag in shown):
            row = {"run": run, "id": flag.application_id, "result": flag.result, "payload": to_json(flag)}
            connection.execute(sa.text(statement), row)
    engine.dispose()
    opened = Casework(f"sqlite:///{path}")
    assert frozen(opened, "r1") == frozen(opened, "r2") == shown
    assert shown_matches(opened) == {("A-1", "b1", agreed(shown[0]))}
    assert [(f.band, f.surname_band) for f in latest_matches(opened)] == [("strong", "<0.1%")]


def test_migrations_lead_to_the_declared_tables(casework: Casework) -> None:
    with casework.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, METADATA) == []


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
    with pytest.raises(FixHome, match=r"psycopg|cannot be opened"):
        Casework("postgresql://nobody@127.0.0.1:1/x")
    with pytest.raises(FixHome, match="casework_url"):
        Casework("no url at all")
    with pytest.raises(FixHome, match="can be reached and written to"):
        Casework(f"sqlite:///{path.parent}/nowhere/casework.sqlite")


def test_network_events_are_told_once_and_in_order(casework: Casework) -> None:
    events = [("merged", "n1", ("n1", "n2"), "one phone"), ("new", "n3", (), "two shops")]
    assert casework.add_network_events(events, "s0", "s1") == 2
    assert casework.add_network_events(events, "s0", "s1-again") == 0  # the build was killed and ran again
    assert casework.add_network_events([("gone", "n3", (), "purged")], "s1", "s2") == 1
    told = casework.network_events()
    assert [(e["kind"], e["network_id"], e["others"], e["snapshot_id"]) for e in told] == [
        ("merged", "n1", ["n1", "n2"], "s1"),
        ("new", "n3", [], "s1"),
        ("gone", "n3", [], "s2"),
    ]


def test_a_decision_on_networks_binds_a_build_and_is_logged_as_such(casework: Casework) -> None:
    before = casework.head()
    casework.decide(False, "a", "b", [], "amy", "other owners", "network")
    (decision,) = casework.decisions()
    assert (decision.same, decision.scope) == (False, "network")
    assert casework.head() != before
    assert casework.entries("audit")[-1]["action"] == "decide not of one network"
