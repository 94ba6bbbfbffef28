"""The refs of every owner as tables, page by page and on all processors: never all refs at once in memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from typing import Any

import pyarrow as pa

from flows.stages.resolution.refs import ad_refs, latest_sql, ref_row
from pipeline.model import Record, Ref, Role, Source
from pipeline.resolve.exact import exact_keys, street_of
from pipeline.resolve.refs import refs_from_record
from pipeline.resolve.settled import kept_keys
from pipeline.store.codec import from_json
from pipeline.store.intelligence import Store, arrow_schema

SCORED_ROLES: tuple[Role, ...] = ("business", "operator")
EXACT_ROLES: tuple[Role, ...] = ("premises", "phone")
PAGE = 5_000  # owners
WORTH_A_POOL = 50_000  # records; fewer are done before another process has started
AHEAD = 2  # pages that wait for each process
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class RefTables:
    """Arrow tables of some refs: rows of `core_refs`; of keys, by role, made without hubs; of `settled_exact`.

    The key of a premises is right unless its street has addresses with a ZIP and without one.
    """

    refs: Any
    keys: dict[Role, Any]
    exact: Any


def tables_of_all(store: Store, as_of: datetime | None) -> Iterator[RefTables]:
    """The refs of all owners known at `as_of`. The caller may write to other tables than `core_records` meanwhile."""
    yield from map(_tables_of, _pages_of_ads(store, as_of))
    pages, count = _pages_of_records(store, as_of)
    processes = len(os.sched_getaffinity(0)) if count > WORTH_A_POOL else 1
    yield from _in_processes(pages, processes)


def _pages_of_ads(store: Store, as_of: datetime | None) -> Iterator[list[Ref]]:
    store.connection.execute(
        """CREATE TEMP TABLE every_ad AS SELECT ad_id AS owner_id, row_number() OVER (ORDER BY ad_id) - 1 AS place
           FROM (SELECT DISTINCT ad_id FROM core_ad_captures) ORDER BY place"""
    )
    for start in range(0, store.value("SELECT count(*) FROM every_ad"), PAGE):
        store.connection.execute(
            "CREATE TEMP TABLE some_ads AS SELECT owner_id FROM every_ad WHERE place BETWEEN ? AND ?",
            [start, start + PAGE - 1],
        )
        yield ad_refs(store, as_of, "some_ads")
        store.connection.execute("DROP TABLE some_ads")
    store.connection.execute("DROP TABLE every_ad")


def _pages_of_records(store: Store, as_of: datetime | None) -> tuple[Iterator[list[Row]], int]:
    store.connection.execute(
        f"""CREATE TEMP TABLE latest_records AS SELECT n, row_number() OVER (ORDER BY n) - 1 AS place
            FROM ({latest_sql("rowid AS n")}) ORDER BY place""",
        {"as_of": as_of},
    )
    return _records_by_page(store), store.value("SELECT count(*) FROM latest_records")


def _records_by_page(store: Store) -> Iterator[list[Row]]:
    for start in range(0, store.value("SELECT count(*) FROM latest_records"), PAGE):
        page = f"(SELECT n FROM latest_records WHERE place BETWEEN {start} AND {start + PAGE - 1})"
        first, last = store.connection.execute(f"SELECT min(n), max(n) FROM {page}").fetchall()[0]
        yield store.connection.execute(
            f"""SELECT payload, source_id, lane, intake_seq, file_sha256, known_at FROM core_records
                WHERE rowid BETWEEN {first} AND {last} AND rowid IN {page}"""
        ).fetchall()
    store.connection.execute("DROP TABLE latest_records")


def _in_processes(pages: Iterable[list[Row]], processes: int) -> Iterator[RefTables]:
    if processes == 1:
        yield from map(tables_of_records, pages)
        return
    # spawn: a forked copy of a process that has DuckDB's threads can hang.
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        running: deque[Future[RefTables]] = deque()
        for page in pages:
            running.append(pool.submit(tables_of_records, page))
            if len(running) > AHEAD * processes:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def tables_of_records(rows: Iterable[Row]) -> RefTables:
    """`rows`: payload, source id, lane, intake_seq, SHA-256 of the file, when it was known."""
    refs: list[Ref] = []
    for payload, source_id, lane, intake_seq, sha256, known_at in rows:
        source = Source(source_id, "row", lane, intake_seq, sha256, known_at)
        refs += refs_from_record(from_json(Record, payload), source)
    return _tables_of(refs)


def _tables_of(refs: Sequence[Ref]) -> RefTables:
    refs = list({ref.ref_id: ref for ref in refs}.values())
    by_role: dict[Role, list[Ref]] = {role: [] for role in (*SCORED_ROLES, *EXACT_ROLES)}
    for ref in refs:
        by_role[ref.role].append(ref)
    return RefTables(
        pa.Table.from_pylist([ref_row(ref) for ref in refs], schema=arrow_schema("core_refs")),
        {role: kept_keys(by_role[role], role) for role in SCORED_ROLES},
        pa.concat_tables(exact_table(by_role[role], role) for role in EXACT_ROLES),
    )


def exact_table(refs: Sequence[Ref], role: Role) -> Any:
    """Rows of `settled_exact` for refs of one role."""
    keys = exact_keys(refs, role)
    columns = {
        "ref_id": [ref.ref_id for ref in refs],
        "role": [role] * len(refs),
        "street": [street_of(ref) for ref in refs],
        "key": [keys[ref.ref_id] for ref in refs],
    }
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
