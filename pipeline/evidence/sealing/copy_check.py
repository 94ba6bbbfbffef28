"""Compare a home with copies of its seals that lie outside: what was rolled back, cut off or written anew shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.evidence.check import Report
from pipeline.evidence.entries import Entry
from pipeline.evidence.problem import Problem
from pipeline.evidence.sealing.copies import Copies
from pipeline.evidence.sealing.copy_reading import Copy, read_copies
from pipeline.evidence.sealing.destinations import Folder, copies_folders, destinations
from pipeline.evidence.sealing.files import FILES, SEAL, home_id, numbers, seal_folder
from pipeline.evidence.sealing.notes import Notes
from pipeline.home import Home

JOURNAL = "archive/journal.jsonl"


class CopyCheck:
    """Told of each journal entry in order, then asked to `finish`. `against`: files and folders with copies; without
    them the folders of the settings. Raises FixInput for one that was named and is not there."""

    def __init__(self, home: Home, report: Report, against: Sequence[Path] = ()) -> None:
        self.home, self.report = home, report
        self._copies: list[Copy] = []
        self._heads: dict[int, str] = {}  # seq -> the hash that a copy names
        self._last: Entry | None = None
        for path in against or self._folders():
            self._take(path)

    def _folders(self) -> Iterator[Path]:
        """The folders of the settings that are there; what cannot be compared is said."""
        folders = copies_folders(self.home)
        for folder in folders:
            if folder.parent.is_dir():
                yield folder.parent
            else:
                self._note(f"Seals were not compared with copies in {folder.parent}: it is not there.")
        if elsewhere := [p.name for p in destinations(self.home) if not isinstance(p, Folder)]:
            self._note(f"Compare with what was sent elsewhere by --against FILE: {', '.join(elsewhere)}.")
        elif not folders:
            self._note("Seals were not compared with copies outside the home: none are kept (seal_copies).")

    def _take(self, path: Path) -> None:
        own = home_id(self.home)
        folder = path / own if (path / own).is_dir() else path
        found, others = [], 0
        for copy in read_copies(folder):
            if copy.body["home"] == own:
                found.append(copy)
            else:
                others += 1
        if not found:
            more = f", only {others} of other homes" if others else ""
            self._note(f"{path} holds no copy of any seal of this home{more}.")
        self._copies += found
        self._heads.update({c.head: c.hash for c in found})

    def entry(self, entry: Entry) -> None:
        """Compare one entry with the copies that name it."""
        self._last = entry
        if self._heads.get(entry.seq, entry.hash) != entry.hash:
            copy = next(c for c in self._copies if c.head == entry.seq and c.hash != entry.hash)
            self._problem(JOURNAL, f"entry {entry.seq}", "copy", f"is not the entry that {_named(copy)} has")

    def finish(self) -> None:
        """Say what the home lacks, and what it has otherwise."""
        here, last = set(numbers(seal_folder(self.home))), self._last.seq if self._last else 0
        for copy in sorted(self._copies, key=lambda c: (c.number, c.origin)):
            self._compare(copy, copy.number in here)
        if self._copies and (newest := max(self._copies, key=lambda c: c.head)).head > last:
            self._problem(
                JOURNAL, f"after entry {last}", "rolled back", f"ends there; {_named(newest)} has entry {newest.head}"
            )
        self._late(here)
        self._own_word(here)

    def _compare(self, copy: Copy, is_here: bool) -> None:
        place = f"archive/seals/{copy.number:06d}"
        if not is_here:
            self._problem(f"{place}/{SEAL}", f"seal {copy.number}", "rolled back", f"not there; {_named(copy)}")
            return
        self.report.count("copies")
        names = FILES if copy.folder else (SEAL,)
        for name in names:
            own = self.home.root / place / name
            kept = _kept(copy, name)
            if kept is not None and (not own.is_file() or own.read_bytes() != kept):
                self._problem(f"{place}/{name}", f"seal {copy.number}", "copy", f"differs; {_named(copy)}")

    def _late(self, here: set[int]) -> None:
        copied = {c.number for c in self._copies if c.folder}
        if late := sorted(n for n in here - copied if copied and n > min(copied)):
            which = ", ".join(map(str, late[:20])) + (f" and {len(late) - 20} more" if len(late) > 20 else "")
            self._note(f"No copy outside of seals {which}.")

    def _own_word(self, here: set[int]) -> None:
        """The home itself notes what it has sent: a careless rollback contradicts that."""
        for name, has in Copies(self.home, Notes(seal_folder(self.home))).arrived().items():
            if has.number > max(here, default=0):
                detail = f"was sent to {name}, and the home does not have it any more"
                self._problem(f"archive/seals/{has.number:06d}/{SEAL}", f"seal {has.number}", "rolled back", detail)

    def _problem(self, file: str, place: str, prop: str, detail: str) -> None:
        self.report.add(Problem(file, place, prop, detail))

    def _note(self, text: str) -> None:
        self.report.notes.append(text)


def _kept(copy: Copy, name: str) -> bytes | None:
    if name == SEAL:
        return copy.text.strip()
    path = copy.folder / name if copy.folder else None
    return path.read_bytes() if path and path.is_file() else None


def _named(copy: Copy) -> str:
    return f"the copy in {copy.origin} (seal {copy.number}, signed {copy.body.get('made_at')}, up to entry {copy.head})"
