"""Compare the journal's entries with the hashes that one seal was made over."""

from __future__ import annotations

from pipeline.evidence.check import Report
from pipeline.evidence.entries import Entry
from pipeline.evidence.problem import Problem
from pipeline.evidence.sealing.files import LEAVES, Seal

JOURNAL = "archive/journal.jsonl"
WIDTH = 32  # bytes of a SHA-256


def sealed_hashes(seal: Seal) -> bytes:
    """The hashes in leaves.bin, WIDTH bytes each; empty when it is not there."""
    path = seal.folder / LEAVES
    return path.read_bytes() if path.is_file() else b""


class Coverage:
    """Told of the entries that a seal covers, in the journal's order."""

    def __init__(self, seal: Seal) -> None:
        self.seal = seal
        self._leaves = sealed_hashes(seal)
        self._seen = bytearray(seal.head - seal.first + 1)  # 1 for each entry that was there
        self._wrong: list[int] = []

    def entry(self, entry: Entry) -> None:
        place = entry.seq - self.seal.first
        if 0 <= place < len(self._seen):
            self._seen[place] = 1
            if entry.hash != self._leaves[place * WIDTH : (place + 1) * WIDTH].hex():
                self._wrong.append(entry.seq)

    def close(self, report: Report) -> bool:
        """Report what is altered or missing, each entry by its number. Returns whether all is there as sealed."""
        missing = [self.seal.first + place for place, seen in enumerate(self._seen) if not seen]
        for what, seqs in (("altered", self._wrong), ("missing", missing)):
            if seqs:
                more = f"; {what} of this seal: entries {spans(seqs)}" if len(seqs) > 1 else ""
                detail = f"sealed {self.seal.body.get('made_at')} (seal {self.seal.number}), {what} since{more}"
                report.add(Problem(JOURNAL, f"entry {seqs[0]}", "sealed", detail))
        return not (self._wrong or missing)


def spans(numbers: list[int], most: int = 20) -> str:
    """Numbers in ascending order, neighbors joined: "3, 5-9, 12"; cut after `most` spans."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    texts = [str(a) if a == b else f"{a}-{b}" for a, b in found]
    return ", ".join(texts[:most]) + (f" and {len(texts) - most} more spans" if len(texts) > most else "")
