"""The rows of a record file, read by several processes where there are many: to make a record of a row costs ten times
what it costs to find the row."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from pipeline.garbage import cycles_left_for_later
from pipeline.home import Home
from pipeline.model import Record, RecordKind
from pipeline.records.importing import Group, Layout, Rejected, choose_layout, fold_group, read_groups

BATCH = 2_000  # groups of rows that a process takes at once
WORTH_A_POOL = 20_000  # groups from which starting processes pays
MOST_WORKERS = 8  # more wait for the one that finds the rows
AHEAD = 3  # batches waiting for each process, so that a file of any size fits into memory

Items = list[Record | Rejected]
T = TypeVar("T")


def layout_in(home: Home, path: Path, kind: RecordKind, map_id: str | None = None, office: str = "") -> Layout:
    """How a file is read in this home, whose settings say which phones count. Raises as `choose_layout`."""
    settings = home.settings
    return choose_layout(
        path,
        kind,
        map_id=map_id,
        office=office,
        fictional=settings.fictional_numbers,
        generated=settings.generated_numbers,
    )


def read_file(layout: Layout, work: Callable[[Items], T], workers: int = 0) -> Iterator[T]:
    """What `work`, a function of a module, makes of the records and rejected rows of each part of the file, in the
    order of `read_records`. `workers`: how many processes; 0 for `processes_here`. Raises as `read_records`."""
    rows = read_groups(layout)
    parts = iter(lambda: list(islice(rows, BATCH)), [])
    first = list(islice(parts, WORTH_A_POOL // BATCH + 1))
    count = workers or processes_here()
    if count == 1 or len(first) <= WORTH_A_POOL // BATCH:
        yield from (work(_read(layout, part)) for part in chain(first, parts))
        return
    with ProcessPoolExecutor(count, get_context("spawn")) as pool:  # forking a process that has threads may hang
        waiting: deque[Future[T]] = deque()
        for part in chain(first, parts):
            waiting.append(pool.submit(_work, layout, work, part))
            if len(waiting) >= AHEAD * count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def processes_here() -> int:
    """One for each processor that this process may use, MOST_WORKERS at most."""
    return min(len(os.sched_getaffinity(0)), MOST_WORKERS)


def _work(layout: Layout, work: Callable[[Items], T], part: list[Group | Rejected]) -> T:
    return work(_read(layout, part))


def _read(layout: Layout, part: Iterable[Group | Rejected]) -> Items:
    with cycles_left_for_later():
        return [item for row in part for item in ((row,) if isinstance(row, Rejected) else fold_group(layout, row))]
