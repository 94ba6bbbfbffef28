"""What happens to stored bytes: flips, cuts, and nine ways to alter a WARC file; and what must be named then."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.evidence.check import Report
from pipeline.evidence.entries import parse_entry
from pipeline.evidence.verify import verify_home
from pipeline.home import Home
from tests.pipeline.evidence.forging import edited, other_body, with_digests, without_digests


@dataclass(frozen=True)
class Piece:
    """A stretch of a file that has a name of its own in reports. Any of `names` begins the place of a problem."""

    file: str  # as reports name it
    start: int
    end: int
    names: tuple[str, ...]
    kind: str = ""

    def is_named(self, report: Report) -> bool:
        return any(p.file == self.file and p.place.startswith(self.names) and p.prop for p in report.problems)


def record_pieces(home: Home) -> dict[Path, list[Piece]]:
    """The records of each WARC file, as far as they are under a seal."""
    found: dict[Path, list[Piece]] = {}
    sealed_seq = verify_home(home).seals["sealed_seq"]
    for line in home.journal.read_bytes().splitlines()[:sealed_seq]:
        entry = parse_entry(line)
        for record in entry.body.get("records", ()):
            file = f"archive/{entry.body['file']}"
            end = record["offset"] + record["length"]
            piece = Piece(file, record["offset"], end, (f"record {record['id']} ",), record["type"])
            found.setdefault(home.root / file, []).append(piece)
    return found


def sealed_pieces(home: Home) -> dict[Path, list[Piece]]:
    """All evidence of a home in pieces, up to the last sealed head; a piece without names is named by its file."""
    found = record_pieces(home)
    sealed_seq, start = verify_home(home).seals["sealed_seq"], 0
    for number, line in enumerate(home.journal.read_bytes().splitlines(keepends=True)[:sealed_seq], 1):
        names = (f"line {number}", f"entry {number}")
        found.setdefault(home.journal, []).append(Piece("archive/journal.jsonl", start, start + len(line), names))
        start += len(line)
    for folder in (home.archive, home.intake):
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.parent.name != "pending"):
            if path not in found:
                found[path] = [Piece(path.relative_to(home.root).as_posix(), 0, path.stat().st_size, ("",))]
    return found


def chosen(pieces: dict[Path, list[Piece]], rng: random.Random) -> tuple[Path, int]:
    """A place in a file; large files are hit more often, small ones often enough."""
    paths = list(pieces)
    path = rng.choices(paths, [pieces[p][-1].end ** 0.5 for p in paths])[0]
    return path, rng.randrange(pieces[path][-1].end)


def flipped(data: bytes, place: int, rng: random.Random) -> bytes:
    return data[:place] + bytes([data[place] ^ (1 << rng.randrange(8))]) + data[place + 1 :]


def behind(pieces: Iterable[Piece], place: int) -> list[Piece]:
    """What is lost when a file is cut there."""
    return [piece for piece in pieces if piece.end > place]


Altered = tuple[bytes, list[Piece]]


def _edit(data: bytes, piece: Piece, change: Callable[[bytes], bytes]) -> bytes:
    return data[: piece.start] + edited(data[piece.start : piece.end], change) + data[piece.end :]


def bit_flip(data: bytes, pieces: list[Piece], rng: random.Random) -> Altered:
    piece = rng.choice(pieces)
    return flipped(data, rng.randrange(piece.start, piece.end), rng), [piece]


def body_with_old_digests(data: bytes, pieces: list[Piece], rng: random.Random) -> Altered:
    piece = rng.choice([p for p in pieces if p.kind == "response"])
    return _edit(data, piece, other_body), [piece]


def body_with_new_digests(data: bytes, pieces: list[Piece], rng: random.Random) -> Altered:
    piece = rng.choice([p for p in pieces if p.kind == "response"])
    return _edit(data, piece, lambda record: with_digests(other_body(record))), [piece]


def date_edited(data: bytes, pieces: list[Piece], rng: random.Random) -> Altered:
    piece = rng.choice(pieces)
    year = str(rng.randrange(2010, 2024)).encode()
    old = gzip.decompress(data[piece.start : piece.end]).partition(b"WARC-Date: ")[2][:4]
    return _edit(data, piece, lambda r: r.replace(b"WARC-Date: " + old, b"WARC-Date: " + year)), [piece]


def digests_stripped(data: bytes, pieces: list[Piece], rng: random.Random) -> Altered:
    piece = rng.choice(pieces)
    return _edit(data, piece, without_digests), [piece]


def deleted(data: bytes, pieces: list[Piece], rng: random.Random) -> Altered:
    piece = rng.choice(pieces)
    return data[: piece.start] + data[piece.end :], [piece]


def reordered(data: bytes, pieces: list[Piece], rng: random.Random) -> Altered:
    place = rng.randrange(len(pieces) - 1)
    one, two = pieces[place], pieces[place + 1]
    return data[: one.start] + data[two.start : two.end] + data[one.start : one.end] + data[two.end :], [one, two]


def cut_between_records(data: bytes, pieces: list[Piece], rng: random.Random) -> Altered:
    place = rng.randrange(1, len(pieces))
    return data[: pieces[place].start], pieces[place:]


def cut_in_a_record(data: bytes, pieces: list[Piece], rng: random.Random) -> Altered:
    place = rng.randrange(len(pieces))
    return data[: rng.randrange(pieces[place].start + 1, pieces[place].end)], pieces[place:]


NINE: dict[str, Callable[[bytes, list[Piece], random.Random], Altered]] = {
    "bit flip": bit_flip,
    "body edited, old digests": body_with_old_digests,
    "body edited, new digests": body_with_new_digests,
    "WARC-Date edited": date_edited,
    "record deleted": deleted,
    "records reordered": reordered,
    "cut between records": cut_between_records,
    "cut in a record": cut_in_a_record,
    "digest headers stripped": digests_stripped,
}
