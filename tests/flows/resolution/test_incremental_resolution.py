"""What a build settles beside what stood is what a build from nothing settles, whatever came, changed and went."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Literal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.stages.captures.extraction import page_rows
from flows.stages.networks.updating import update_networks
from flows.stages.resolution.resolving import resolve, settle
from pipeline.model import Ad, Address, Capture, Decision, Mention, Page, Party, Record, RecordKind, stable_id
from pipeline.resolve.model import base_model
from pipeline.schema import TABLES
from pipeline.store.codec import to_json
from pipeline.store.intelligence import Store, memory_connection
from tests.pipeline.resolve.in_process import score_in_process

MODEL = base_model()
SOURCES = ("core_sources", "raw_captures", "core_extractions", "core_ad_captures", "core_mentions", "core_records")
RESULTS = (
    "core_refs", "core_pairs", "core_entities", "core_links", "core_hubs", "core_networks", "core_network_members",
    "core_successions", "core_standings", "core_businesses",
)  # fmt: skip
NAMES = ("Golden Lotus Spa", "Golden Lotus Massage LLC", "Lucky Foot Spa", "Jade Crane", "Jaide Crane", "")
PEOPLE = ("Hongbo Qi", "QI, HONG BO", "Wei Li", "LI WEI", "Donna Quistgard", "Dona Quistgard", "Wei Lin")
START = datetime(2026, 1, 1, tzinfo=UTC)


def empty_store() -> Store:
    store = Store(memory_connection(), Path())
    store.connection.execute("SET TimeZone = 'UTC'")
    for table in TABLES:
        store.connection.execute(table.ddl())
    return store


class World:
    """Records and ads that change from day to day, in a store that settles incrementally."""

    def __init__(self, seed: int) -> None:
        self.rng, self.store, self.day, self.decisions = Random(seed), empty_store(), 0, list[Decision]()
        self.standings: dict[str, tuple[str, str]] = {}

    def phone(self) -> str:
        return f"+1417555{self.rng.randrange(100, 106):04d}"

    def place(self) -> Address:
        street, unit, zip_ = self.rng.choice(("1 A ST", "2 B ST")), self.rng.choice(("", "5", "6")), "65801"
        return Address(
            f"{street} {unit}", street, unit, "Springfield", "MO", self.rng.choice((zip_, zip_, "", "65804"))
        )

    def add_record(self, number: int) -> None:
        rng = self.rng
        kind: RecordKind = rng.choice(("license", "license", "application", "tip"))
        people = tuple(
            Party("owner", rng.choice(PEOPLE), dob=rng.choice((None, date(1980, 2, 13), date(1991, 7, 25))))
            for _ in range(rng.randrange(3))
        )
        record = Record(
            kind, "roster", str(number), number, entity_name=rng.choice(NAMES), parties=people,
            phones=tuple({self.phone() for _ in range(rng.randrange(3))}),
            premises=rng.choice((None, self.place(), self.place())), license_number=rng.choice(("", "BL-1", "BL-2")),
        )  # fmt: skip
        self.put_record(record)

    def put_record(self, record: Record) -> None:
        payload = to_json(record)
        source = stable_id("row", payload, str(self.day))
        at = START + timedelta(days=self.day)
        self.store.insert("core_records", [{
            "record_id": record.record_id, "version": sha256(payload.encode()).hexdigest(), "dataset": "roster",
            "kind": record.kind, "natural_key": record.natural_key, "source_id": source, "file_sha256": "f",
            "line": record.line,
            "lane": "intelligence" if record.kind == "tip" else "regulatory", "intake_seq": self.day, "known_at": at,
            "payload": payload,
        }])  # fmt: skip

    def add_ad(self, number: int) -> None:
        rng, at = self.rng, START + timedelta(days=self.day)
        capture = Capture(f"c{number}-{self.day}", "board", f"http://board.example/{number}", at, 200, "text/html",
                          "0", "a.warc.gz", 0, 1, "spider")  # fmt: skip
        said = [Mention("phone", self.phone(), "text", "body", n, n + 1, "x", "plain", 1.0, "1") for n in range(2)]
        ad = Ad("board", str(number), capture.url, "t", "b", rng.choice(NAMES),
                status=rng.choice(("live", "live", "closed")), mentions=tuple(said[: rng.randrange(3)]),
                addresses=(self.place(),) if rng.random() < 0.7 else (),
                other_ads=(f"http://board.example/{number ^ 1}",) if (number + self.day) % 5 == 0 else ())  # fmt: skip
        source = {"source_id": capture.capture_id, "kind": "capture", "lane": "regulatory", "intake_seq": self.day,
                  "sha256": "0", "known_at": at}  # fmt: skip
        raw = {"capture_id": capture.capture_id, "site": "board", "url": capture.url, "captured_at": at, "status": 200,
               "content_type": "text/html", "sha256": "0", "warc_file": "a", "byte_offset": 0, "byte_length": 1,
               "collector": "spider", "damage": "", "journal_seq": self.day, "intake_seq": self.day}  # fmt: skip
        rows = {"core_sources": [source], "raw_captures": [raw], **page_rows(capture, Page("ad", (ad,)), "illicit")}
        for table, values in rows.items():
            self.store.insert(table, values)

    def purge(self) -> None:
        """Lose a few captures and records, as a purge or a hold does."""
        for table, key in (("core_ad_captures", "capture_id"), ("core_records", "record_id")):
            ids = [
                r[0] for r in self.store.connection.execute(f"SELECT DISTINCT {key} FROM {table} ORDER BY 1").fetchall()
            ]
            for lost in self.rng.sample(ids, min(len(ids), self.rng.randrange(3))):
                self.store.connection.execute(f"DELETE FROM {table} WHERE {key} = ?", [lost])

    def decide(self) -> None:
        ids = [r[0] for r in self.store.connection.execute("SELECT ref_id FROM core_refs ORDER BY 1").fetchall()]
        if len(ids) > 1:
            one, two = self.rng.sample(ids, 2)
            at, number = START + timedelta(days=self.day), len(self.decisions)
            scope: Literal["entity", "network"] = self.rng.choice(("entity", "network"))
            same = self.rng.random() < 0.5
            self.decisions.append(Decision(f"d{number}", same, one, two, (), "u1", "seen", at, scope=scope))

    def judge(self) -> None:
        rows = self.store.connection.execute("SELECT business_id FROM core_businesses ORDER BY 1").fetchall()
        if rows:
            standing = self.rng.choice(("designated", "cleared"))
            self.standings = {self.rng.choice(rows)[0]: (standing, "seen")}

    def settle(self, as_of: datetime | None = None) -> int:
        """Bring refs, entities and networks up to date; returns how many businesses were computed anew."""
        settle(self.store, MODEL, self.decisions, as_of)
        return update_networks(self.store, self.standings, self.decisions)[0]

    def step(self) -> None:
        self.day += self.rng.choice((1, 1, 9, 20))
        for number in self.rng.sample(range(12), self.rng.randrange(5)):
            self.add_record(number)
        for number in self.rng.sample(range(8), self.rng.randrange(4)):
            self.add_ad(number)
        if self.rng.random() < 0.4:
            self.purge()
        if self.rng.random() < 0.6:
            self.decide()
        if self.rng.random() < 0.3:
            self.judge()
        if self.decisions and self.rng.random() < 0.2:
            self.decisions.pop(0)

    def full(self, as_of: datetime | None = None) -> dict[str, str]:
        """Digests of everything settled from nothing."""
        store = empty_store()
        with closing(store.connection):
            for table in SOURCES:
                rows: pa.Table = self.store.connection.sql(f"FROM {table}").to_arrow_table()
                store.connection.register("rows_now", rows)
                store.connection.execute(f"INSERT INTO {table} FROM rows_now")
                store.connection.unregister("rows_now")
            update_networks(store, self.standings, self.decisions, resolve(store, MODEL, self.decisions, as_of))
            return store.digests(content_only=False, only=RESULTS)

    def settled(self) -> dict[str, str]:
        return self.store.digests(content_only=False, only=RESULTS)


def check_nights(seed: int, nights: int) -> None:
    world = World(seed)
    with closing(world.store.connection), pytest.MonkeyPatch.context() as patched:
        patched.setattr("flows.stages.resolution.refs.MOSTLY", 1.0)
        patched.setattr("flows.stages.networks.reach.MOSTLY", 1.0)
        patched.setattr("pipeline.resolve.settled.score_keys", score_in_process)
        for number in range(12):
            world.add_record(number)
        for number in range(6):
            world.add_ad(number)
        world.settle()
        for _ in range(nights):
            world.step()
            world.settle()
            assert world.settled() == world.full()


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 100_000))
def test_any_sequence_of_nights(seed: int) -> None:
    check_nights(seed, 3)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@settings(max_examples=150, deadline=None)
@given(st.integers(0, 100_000))
def test_a_hundred_and_fifty_sequences_of_nights(seed: int) -> None:
    check_nights(seed, 6)


def test_nothing_new_touches_nothing_and_a_view_of_the_past_can_be_left_again() -> None:
    world = World(1)
    with closing(world.store.connection):
        for number in range(12):
            world.add_record(number)
        first = resolve(world.store, MODEL, [])
        again = resolve(world.store, MODEL, [])
        assert again.changed == 0
        assert (again.refs, again.entities, again.pairs) == (first.refs, first.entities, first.pairs)
        world.day = 5
        world.add_record(3)
        assert world.settle() > 0 and world.settle() == 0
        now = world.settled()
        past = START + timedelta(days=2)
        world.settle(past)
        assert world.settled() == world.full(past) != now
        world.settle()
        assert world.settled() == now


def test_a_large_change_and_another_program_settle_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(2)
    with closing(world.store.connection):
        for number in range(8):
            world.add_record(number)
        assert settle(world.store, MODEL, []).everything
        world.add_record(9)
        assert not settle(world.store, MODEL, []).everything
        monkeypatch.setattr("flows.stages.resolution.resolving.program_digest", lambda files: "another")
        world.store.connection.execute("ALTER TABLE settled_operator_keys ADD COLUMN of_another_program VARCHAR")
        assert settle(world.store, MODEL, []).everything
        world.settle()
        assert world.settled() == world.full()


def test_a_new_record_joins_its_business_among_pairs_by_the_hundred_thousand() -> None:
    def license_of(number: int) -> Record:
        name, phone = "Jade Crane", "+14175550111"
        return Record("license", "roster", str(number), number, entity_name=name, phones=(phone,))

    world = World(4)
    with closing(world.store.connection), pytest.MonkeyPatch.context() as patched:
        patched.setattr("pipeline.resolve.settled.score_keys", score_in_process)
        for number in range(8):
            world.add_record(number)
        world.put_record(license_of(20))
        world.settle()
        # More than a row group of DuckDB holds, of refs that nothing else here names.
        world.store.connection.execute(
            """INSERT INTO core_pairs BY NAME SELECT 'a' || i AS ref_a, 'b' || i AS ref_b, role, 30.0 AS weight,
               1.0 AS probability FROM range(130_000) numbers (i), (VALUES ('business'), ('operator')) roles (role)"""
        )
        world.day = 5
        world.put_record(license_of(21))
        assert not settle(world.store, MODEL, []).everything
        assert world.settled()["core_entities"] == world.full()["core_entities"]
