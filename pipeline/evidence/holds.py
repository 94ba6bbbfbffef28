"""Which captures are held or released, as the journal says: 'block' and 'unblock' entries, the last one counts."""

from __future__ import annotations

from pipeline.errors import NotAllowed
from pipeline.evidence.entries import Entry
from pipeline.evidence.journal import Journal

BLOCK, UNBLOCK = "block", "unblock"
SUSPECTED_MINOR = "suspected minor: held for two trained reviewers"


class Holds:
    """The holds of one home; reads only what the journal has gained since the last look."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._held: dict[str, Entry] = {}  # capture id -> the entry that holds it
        self._released: dict[str, Entry] = {}  # capture id -> the entry that released it last
        self._read = (0, 0)  # journal size and seq up to which it was read

    def _look(self) -> None:
        size, seq = self._journal.size(), self._read[1]
        if size == self._read[0]:
            return
        for entry in self._journal.entries((BLOCK, UNBLOCK), after=seq):
            gains, loses = (self._held, self._released) if entry.kind == BLOCK else (self._released, self._held)
            gains[entry.body["capture_id"]] = entry
            loses.pop(entry.body["capture_id"], None)
            seq = entry.seq
        self._read = (size, seq)

    @property
    def held(self) -> dict[str, Entry]:
        """Capture id -> the 'block' entry: reason, by, when."""
        self._look()
        return self._held

    @property
    def released(self) -> dict[str, Entry]:
        """Captures that were held and are free again: two trained people saw no minor in them."""
        self._look()
        return self._released

    def refuse(self, capture_id: str, act: str) -> None:
        """Raises NotAllowed, with the reason, for a held capture."""
        if entry := self.held.get(capture_id):
            raise NotAllowed(
                f"Capture {capture_id} is held since {entry.at} ({entry.body['reason']}); it cannot be {act}. "
                "Two trained users must release it: imb evidence release"
            )
