"""Rows of applications read and screened; those of a long file by several processes, which take them as they stand."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path

from analysis.screening.half_read import with_given
from analysis.screening.index import ScreeningIndex
from analysis.screening.passing import packed, uncollected
from analysis.screening.saved_index import open_index
from analysis.screening.screen import BATCH, WORTH_A_POOL, screen
from pipeline.model import Flag, Record
from pipeline.records.given import Given, applications_of
from pipeline.records.importing import Group, Layout, Rejected, fold_group

# An application without a possible match is left out: nobody asks for it again, and to hand it on to another process
# costs a tenth of screening it.
Part = tuple[list[Given | None], list[Flag], list[Rejected]]


def screen_rows(
    rows: Iterable[Group | Rejected],
    layout: Layout,
    index: ScreeningIndex,
    progress: Callable[[int, int], None],
    workers: int = 1,
) -> Part:
    """The applications with a possible match, None for the others; one flag each, in the order of their first lines;
    and the rows kept back.

    Many rows against a saved index are shared among `workers` processes, which read their rows too: reading costs as
    much as screening. `progress` is told how many groups of rows are done, and of how many.
    """
    asked: list[Given | None] = []
    flags: list[Flag] = []
    rejected: list[Rejected] = []
    given = [0]  # groups in each part, added up
    parts = _counted(iter(rows), given)
    with uncollected():
        for done, part in enumerate(_screened(parts, layout, index, workers), 1):
            asked += part[0]
            flags += part[1]
            rejected += part[2]
            progress(given[done], given[-1])
    return asked, flags, rejected


def _counted(rows: Iterator[Group | Rejected], given: list[int]) -> Iterator[list[Group | Rejected]]:
    while part := list(islice(rows, BATCH)):
        given.append(given[-1] + len(part))
        yield part


def _screened(
    parts: Iterator[list[Group | Rejected]], layout: Layout, index: ScreeningIndex, workers: int
) -> Iterator[Part]:
    """Processes start afresh ("spawn"): forking one that has threads may hang."""
    first = list(islice(parts, WORTH_A_POOL // BATCH + 1))
    if workers == 1 or not index.saved_at or len(first) <= WORTH_A_POOL // BATCH:
        yield from (read_and_screen(part, layout, index) for part in chain(first, parts))
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), _open_here, (index.saved_at, layout)) as pool:
        yield from map(pickle.loads, pool.map(_part_here, chain(first, parts)))


def read_and_screen(rows: Iterable[Group | Rejected], layout: Layout, index: ScreeningIndex) -> Part:
    """Some of the rows, in this process."""
    rejected: list[Rejected] = []
    records: list[Record] = []
    for row in rows:
        for item in (row,) if isinstance(row, Rejected) else fold_group(layout, row):
            if isinstance(item, Record):
                records.append(item)
            else:
                rejected.append(item)
    given = applications_of(records)
    flags = [with_given(screen(g.application, index), g) for g in given]
    asked = [g if f.result == "possible_match" else None for g, f in zip(given, flags, strict=True)]
    return asked, flags, rejected


_here: dict[str, tuple[Layout, ScreeningIndex]] = {}  # of this worker process


def _open_here(saved: Path, layout: Layout) -> None:
    gc.disable()  # as `uncollected`, in the whole process
    index = open_index(saved)
    assert index is not None, saved
    _here["it"] = layout, index


def _part_here(rows: list[Group | Rejected]) -> bytes:
    return packed(read_and_screen(rows, *_here["it"]))
