"""The journal: entries as lines (`entries.py`), each holding the hash of the line before it. Lines are only added."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.errors import EvidenceBroken
from pipeline.evidence.entries import (
    ENDING,
    GENESIS,
    Entry,
    canonical,
    faults,
    make_entry,
    parse_entry,
    read_line,
    utc_text,
)
from pipeline.evidence.problem import Problem
from pipeline.home import full_disk_named, sync_folder

SEQ = re.compile(rb'"seq":(\d+)\}\s*$')
CLOCK_SET_BACK = "clock_set_back"
CLOCK_SLACK = 1.0  # seconds; a clock that is being synchronized goes back by less
BATCH_BYTES = 1 << 20  # of an open batch, kept in memory
MAX_LINE = 256 * 1024 * 1024


class Journal:
    """Append, read and check one journal file. The home's lock keeps writers apart; a crawl's subprocess may write
    while its parent waits, so every append first looks whether the file has grown."""

    def __init__(self, path: Path, now: Callable[[], datetime], fsync: bool = True) -> None:
        self.path = path
        self._now = now
        self._fsync = fsync
        self._handle: int | None = None
        self._size = -1  # length of the file after our last look; -1 before the first
        self._head: Entry | None = None
        self._lines: list[bytes] = []  # added, not written yet
        self._waiting = 0  # bytes of these
        self._in_batch = False
        self._synced = time.monotonic()
        self.writing = (
            threading.Lock()
        )  # while lines are written and flushed: what a sealing thread sees is on the disk

    def append(self, kind: str, /, **body: Any) -> Entry:
        """Add one entry; it is on the disk when this returns (with `fsync`, and outside a batch)."""
        return self.append_all([(kind, body)])[0]

    def append_all(self, entries: Iterable[tuple[str, dict[str, Any]]]) -> list[Entry]:
        """Add entries (kind and body of each), written and flushed together; otherwise like `append`."""
        try:
            self._look()
            made = [self._add(kind, body) for kind, body in entries]
            if not self._in_batch:
                self._write_lines(flush=self.is_due)
            return made
        except BaseException as error:
            if not self._in_batch:
                self._forget()
            if isinstance(error, OSError):
                with full_disk_named(self.path):
                    raise
            raise

    def _add(self, kind: str, body: dict[str, Any]) -> Entry:
        at = utc_text(self._now())
        if self._head and at < self._head.at and kind != CLOCK_SET_BACK:
            self._note_clock(at)
        seq, prev = (self._head.seq + 1, self._head.hash) if self._head else (1, GENESIS)
        entry, line = make_entry(seq, at, kind, prev, body)
        self._lines.append(line)
        self._waiting += len(line)
        self._head = entry
        if self._in_batch and self._waiting > BATCH_BYTES:
            self._write_lines()
        return entry

    def _note_clock(self, at: str) -> None:
        """Say that the clock stands earlier than when the entry before was written: order is that of `seq`."""
        assert self._head is not None
        seconds = (self._head.when - datetime.fromisoformat(at)).total_seconds()
        if seconds > CLOCK_SLACK:
            self._add(CLOCK_SET_BACK, {"before": self._head.at, "after": at, "seconds": round(seconds)})

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Appends inside reach the disk together, at the end. A crash inside keeps a whole number of them."""
        if self._in_batch:
            yield
            return
        with full_disk_named(self.path):
            self._look()
        self._in_batch = True
        try:
            yield
        finally:
            try:
                with full_disk_named(self.path):
                    self._write_lines(flush=True)
            finally:
                self._in_batch = False

    def _write_lines(self, flush: bool = False) -> None:
        """Write what was added, in one piece. What could not be written or flushed is taken back: a full disk must not
        leave half a line before the next one, and no entry may follow one of which the disk is not sure."""
        data, self._lines, self._waiting = b"".join(self._lines), [], 0
        if not data:
            if flush:
                self.sync()
            return
        handle = self._handle or self._open()
        with self.writing:
            try:
                done = os.write(handle, data)
                while done < len(data):
                    done += os.write(handle, data[done:])
                if flush:
                    self.sync()
            except BaseException:
                os.ftruncate(handle, self._size)
                self._forget()
                raise
        self._size += len(data)

    def _forget(self) -> None:
        """Drop what was added and not written; the file says where the chain ends."""
        self._lines, self._waiting, self._head, self._size = [], 0, None, -1

    @property
    def is_durable(self) -> bool:
        """Whether every append is flushed to the disk before it returns."""
        return self._fsync

    @property
    def is_due(self) -> bool:
        """Whether the next append will be flushed to the disk."""
        return self._fsync or time.monotonic() - self._synced >= 1.0

    def sync(self) -> None:
        """Flush to the disk."""
        if self._handle is not None:
            os.fsync(self._handle)
            self._synced = time.monotonic()

    def _open(self) -> int:
        if self._handle is None:
            is_new = not self.path.exists()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            if is_new:
                sync_folder(self.path.parent)
        return self._handle

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
            self._size = -1

    def _look(self) -> None:
        """Learn the head anew when another process has written; cut and report a torn last line."""
        is_ours = self._in_batch and self._size >= 0  # nobody else writes meanwhile
        if is_ours or os.fstat(self._handle or self._open()).st_size == self._size:
            return
        self._size = os.fstat(self._open()).st_size
        self._head, end = _last_entry(self.path)
        if end < self._size:
            self._repair(end)

    def _repair(self, end: int) -> None:
        with self.path.open("rb") as file:
            file.seek(end)
            torn = file.read(4096)
        cut = self._size - end
        os.ftruncate(self._open(), end)
        self._size = end
        what = {"what": "torn last line of the journal cut", "bytes": cut, "text": torn.decode("latin-1")}
        self._add("repaired", {"file": "archive/journal.jsonl", "offset": end, **what})
        self._write_lines(flush=self.is_due)

    def repair(self) -> None:
        """Cut a torn last line (said in a 'repaired' entry). Every append does so by itself."""
        if self.path.exists():
            with full_disk_named(self.path):
                self._look()

    def head(self) -> Entry | None:
        """The last whole entry, or None in an empty journal."""
        if self._in_batch:
            return self._head
        return _last_entry(self.path)[0] if self.path.exists() else None

    def size(self) -> int:
        """Length in bytes: changes with every append by any process."""
        return self.path.stat().st_size if self.path.exists() else 0

    def entries(
        self, kind: str | tuple[str, ...] | None = None, after: int = 0, containing: bytes = b""
    ) -> Iterator[Entry]:
        """Whole entries of the kind(s), in order, with seq > `after`. A torn last line is passed over.

        `containing` skips lines without these bytes before they are read as JSON.

        Raises EvidenceBroken with the line when one cannot be read; hashes are checked by `verify`, not here.
        """
        if not self.path.exists():
            return
        kinds = (kind,) if isinstance(kind, str) else kind
        marks = [b'"kind":' + canonical(k) for k in kinds or ()]
        with self.path.open("rb") as file:
            if after:
                file.seek(_offset_after(file, after))
            while (line := file.readline()).endswith(b"\n"):
                if containing not in line or (marks and not any(mark in line for mark in marks)):
                    continue
                entry = self._parsed(line, file.tell() - len(line))
                if entry.seq > after and (kinds is None or entry.kind in kinds):
                    yield entry

    def hashes(self, after: int = 0) -> Iterator[tuple[int, str, str]]:
        """(seq, kind, hash) of the whole entries with seq > `after`, without reading their bodies.

        Raises EvidenceBroken for a line that does not end like an entry.
        """
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(_offset_after(file, after) if after else 0)
            while (line := file.readline()).endswith(b"\n"):
                found = ENDING.search(line)
                if found is None:
                    self._parsed(line, file.tell() - len(line))
                    raise EvidenceBroken(
                        f"{self.path}, byte {file.tell() - len(line)}: this program did not write this line. "
                        "Restore the journal from a backup; do not edit it."
                    )
                if int(found[3]) > after:
                    yield int(found[3]), found[2].decode("ascii"), found[1].decode("ascii")

    def _parsed(self, line: bytes, offset: int) -> Entry:
        try:
            return parse_entry(line)
        except ValueError as error:
            raise EvidenceBroken(
                f"{self.path}, byte {offset}: this line is no journal entry ({error}). "
                "Restore the journal from a backup; do not edit it."
            ) from error

    def verify(self) -> Iterator[Problem]:
        """Every fault of the chain, line by line, in flat memory. An empty or missing journal has none."""
        for _, problems in self.check():
            yield from problems

    def check(self, upto: int | None = None) -> Iterator[tuple[Entry | None, list[Problem]]]:
        """Each line as an entry (None when it is unreadable) with its faults; only those that begin before the offset
        `upto`. A last line that somebody is writing meanwhile is no fault."""
        if not self.path.exists():
            return
        previous: Entry | None = None
        with self.path.open("rb") as file:
            position = 0
            for number, line in enumerate(iter(lambda: file.readline(MAX_LINE), b""), 1):
                if upto is not None and position >= upto:
                    return
                position += len(line)
                problems = []
                if not line.endswith(b"\n"):
                    time.sleep(0.1)
                    if self.size() > position:
                        return
                    problems.append(("whole line", "the last line is torn (no line end)"))
                entry: Entry | None = None
                try:
                    entry, is_canonical = read_line(line)
                    problems += faults(entry, line, is_canonical, previous)
                    previous = entry
                except ValueError as error:
                    problems.append(("readable", str(error)))
                yield entry, [Problem(self.path.name, f"line {number}", *problem) for problem in problems]


def _last_entry(path: Path) -> tuple[Entry | None, int]:
    """The last whole entry, and the offset at which it ends (0 when there is none)."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        tail, start = b"", end
        while start > 0 and tail.count(b"\n") < 2:
            step = min(start, 65536)
            start -= step
            file.seek(start)
            tail = file.read(step) + tail
    cut = tail.rfind(b"\n") + 1
    if cut == 0:
        return None, 0
    line = tail[tail.rfind(b"\n", 0, cut - 1) + 1 : cut]
    try:
        return parse_entry(line), start + cut
    except ValueError as error:
        raise EvidenceBroken(
            f"{path}: the last whole line is no journal entry ({error}). Restore the journal from a backup; do not "
            "edit it."
        ) from error


def _offset_after(file: BinaryIO, seq: int) -> int:
    """Byte offset of a line at or before the first entry with a higher seq, by bisection."""
    low, high = 0, file.seek(0, os.SEEK_END)
    while high - low > 65536:
        middle = (low + high) // 2
        file.seek(middle)
        file.readline()
        start = file.tell()
        found = SEQ.search(file.readline())
        if found is None or start >= high or int(found[1]) > seq:
            high = middle
        else:
            low = start
    return low
