"""A byte changed anywhere is found and the record is named; so are the mutations that WARC digests miss."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from pipeline.evidence.archive import Archive
from pipeline.evidence.importing import import_archive
from pipeline.evidence.intake import keep_file
from pipeline.evidence.verify import verify_home
from pipeline.evidence.warc.writing import Exchange, gzip_member
from pipeline.home import Home

Make = Callable[..., Exchange]


@pytest.fixture
def filled(home: Home, exchange: Make, tmp_path: Path) -> Home:
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {})
    for number in range(4):
        archive.write("board", crawl_id, exchange(number))
    archive.end_crawl(crawl_id, {}, True, [])
    by_others = tmp_path / "other.warc.gz"
    by_others.write_bytes(warc(home).read_bytes())
    import_archive(archive, by_others, "another office", lambda _: "board")
    roster = tmp_path / "roster.csv"
    roster.write_text("license,name\n1,Lotus Spa\n")
    keep_file(home, archive.journal, roster, "license")
    archive.close()
    return home


def warc(home: Home) -> Path:
    return next((home.archive / "warc").glob("*/*/*.gz"))


def members(data: bytes) -> list[bytes]:
    parts = re.split(rb"(?=\x1f\x8b\x08\x00\x00\x00\x00\x00)", data)
    return [p for p in parts if p]


def test_an_untouched_home_is_in_order(filled: Home) -> None:
    report = verify_home(filled)
    assert (report.problems, report.ok) == ([], True)
    assert report.checked["files"] == 2
    assert report.records == 13 + 4
    head = Archive(filled).journal.head()
    assert head is not None
    assert report.head == (head.seq, head.hash)


def test_any_changed_byte_of_any_file_is_found(filled: Home) -> None:
    rng = random.Random(11)
    files = [p for folder in (filled.archive, filled.intake) for p in folder.rglob("*") if p.is_file()]
    assert len(files) == 4
    for path in files:
        good = path.read_bytes()
        for place in rng.sample(range(len(good)), min(25, len(good))):
            path.write_bytes(good[:place] + bytes([good[place] ^ (1 << rng.randrange(8))]) + good[place + 1 :])
            problems = verify_home(filled).problems
            assert any(p.file == path.relative_to(filled.root).as_posix() for p in problems), (path, place)
        path.write_bytes(good)
    assert verify_home(filled).ok


def test_any_truncation_of_an_archive_file_is_found(filled: Home) -> None:
    rng, path = random.Random(12), warc(filled)
    good = path.read_bytes()
    for place in rng.sample(range(len(good)), 25):
        path.write_bytes(good[:place])
        assert not verify_home(filled).ok


def edited(member: bytes, old: bytes, new: bytes) -> bytes:
    """The record with its block edited and its digests made again, as a forger would."""
    text = gzip.decompress(member)
    head, _, block = text.replace(old, new).partition(b"\r\n\r\n")
    block = block[:-4]
    body = block.partition(b"\r\n\r\n")[2]
    head = re.sub(rb"(Block-Digest: sha256:)\w+", rb"\g<1>" + sha256(block).hexdigest().encode(), head)
    head = re.sub(rb"(Payload-Digest: sha256:)\w+", rb"\g<1>" + sha256(body).hexdigest().encode(), head)
    head = re.sub(rb"(Content-Length: )\d+$", rb"\g<1>" + str(len(block)).encode(), head)
    return gzip_member(head + b"\r\n\r\n" + block + b"\r\n\r\n")


@pytest.mark.parametrize(
    ("mutate", "prop"),
    [
        (lambda m: [*m[:2], edited(m[2], b"Lotus Spa", b"Other Spa"), *m[3:]], "stored bytes"),
        (lambda m: [*m[:2], edited(m[2], b"12:00:", b"12:01:"), *m[3:]], "stored bytes"),
        (lambda m: [*m[:1], edited(m[1], b"User-Agent: imb", b"User-Agent: xyz"), *m[2:]], "stored bytes"),
        (lambda m: [*m[:5], *m[6:]], "stored bytes"),
        (lambda m: [*m[:-1]], "whole record"),
        (lambda m: [*m[:4], m[5], m[4], *m[6:]], "stored bytes"),
        (lambda m: [*m, m[-1]], "end of file"),
        (
            lambda m: [*m[:2], gzip_member(re.sub(rb"WARC-\w+-Digest[^\r]+\r\n", b"", gzip.decompress(m[2]))), *m[3:]],
            "stored bytes",
        ),
        (lambda m: [*m[:2], gzip_member(gzip.decompress(m[2]), 3), *m[3:]], "stored bytes"),
    ],
    ids=["body", "date", "request", "deleted", "cut", "reordered", "repeated", "no-digests", "repacked"],
)
def test_forgeries_with_good_digests_are_found(
    filled: Home, mutate: Callable[[list[bytes]], list[bytes]], prop: str
) -> None:
    path = warc(filled)
    path.write_bytes(b"".join(mutate(members(path.read_bytes()))))
    problems = verify_home(filled).problems
    assert prop in {p.prop for p in problems}
    assert {p.file for p in problems} == {path.relative_to(filled.root).as_posix()}


def test_missing_and_unknown_files_are_named(filled: Home) -> None:
    warc(filled).rename(filled.archive / "warc" / "moved.warc.gz")
    (filled.intake / "stray.csv").write_text("x")
    next(p for p in (filled.archive / "imports").iterdir()).unlink()
    found = {(p.file.split("/")[-1], p.prop) for p in verify_home(filled).problems}
    assert {("moved.warc.gz", "journalled"), ("stray.csv", "journalled")} <= found
    assert {p for _, p in found} == {"journalled", "present", "readable", "whole record"}


def test_a_changed_import_names_its_record(filled: Home) -> None:
    path = next((filled.archive / "imports").iterdir())
    parts = members(path.read_bytes())
    parts[5] = edited(parts[5], b"Lotus", b"Lotos")
    path.write_bytes(b"".join(parts))
    problems = verify_home(filled).problems
    assert {p.prop for p in problems} >= {"sha256", "block"}


def test_a_journal_cut_at_a_line_leaves_records_without_entry(filled: Home) -> None:
    lines = filled.journal.read_bytes().splitlines(keepends=True)
    filled.journal.write_bytes(b"".join(lines[:4]))
    assert {p.prop for p in verify_home(filled).problems} == {"end of file", "journalled"}
