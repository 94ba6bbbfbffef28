"""The rows of a record file, read by several processes where there are many: to make a record of a row costs ten times
what it costs to find the row."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from pipeline.garbage import cycles_left_for_later
from pipeline.model import Record
from pipeline.records.binding import Binding
from pipeline.records.importing import Group, Rejected, fold_group, read_groups

BATCH = 2_000  # groups of rows that a process takes at once
WORTH_A_POOL = 20_000  # groups from which starting processes pays
AHEAD = 3  # batches waiting for each process, so that a file of any size fits into memory

Items = list[Record | Rejected]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a file are read; `fictional` and `generated` as in `read_records`."""

    path: Path
    binding: Binding
    fictional: bool
    generated: bool


def read_file(layout: Layout, work: Callable[[Items], T], workers: int = 0) -> Iterator[T]:
    """What `work`, a function of a module, makes of the records and rejected rows of each part of the file, in the
    order of `read_records`. `workers`: how many processes; 0 for one a processor. Raises as `read_records`."""
    rows = read_groups(layout.path, layout.binding)
    parts = iter(lambda: list(islice(rows, BATCH)), [])
    first = list(islice(parts, WORTH_A_POOL // BATCH + 1))
    count = workers or os.cpu_count() or 1
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


def _work(layout: Layout, work: Callable[[Items], T], part: list[Group | Rejected]) -> T:
    return work(_read(layout, part))


def _read(layout: Layout, part: Iterable[Group | Rejected]) -> Items:
    with cycles_left_for_later():
        return [item for row in part for item in ((row,) if isinstance(row, Rejected) else _folded(row, layout))]


def _folded(rows: Group, layout: Layout) -> Iterator[Record | Rejected]:
    return fold_group(layout.path, layout.binding, rows, layout.fictional, layout.generated)
