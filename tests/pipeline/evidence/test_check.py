"""The quick look at a record never passes what the thorough one would name; a home can be checked while it grows."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.evidence.archive import Archive
from pipeline.evidence.check import is_as_written, structure_faults
from pipeline.evidence.verify import verify_home
from pipeline.evidence.warc.writing import Exchange, Failure, WarcWriter, gzip_member
from pipeline.home import Home
from tests.pipeline.evidence.conftest import make_exchange

Made = list[tuple[dict[str, Any], bytes]]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Own records of every kind, as journalled and as stored."""
    path = tmp_path_factory.mktemp("own") / "own.warc.gz"
    plain = make_exchange(1)
    writer = WarcWriter(path, {"software": "imb 0"}, plain.started_at)
    cut = make_exchange(2, truncated="time", ip="2001:db8::1", certificate=b"\x30\x82", body=b"")
    failed = Failure("http://ads.example/é", "GET", [], b"", "dns", "no such", plain.started_at, plain.received_at)
    records = [writer.info, *writer.write(plain), *writer.write(cut), *writer.write(failed)]
    writer.close()
    data = path.read_bytes()
    return [(r.as_dict(), data[r.offset : r.offset + r.length]) for r in records]


def test_every_kind_of_our_own_records_passes_the_quick_look(written: Made) -> None:
    assert len(written) == 9
    for record, data in written:
        assert is_as_written(record, data) and list(structure_faults(record, data)) == []


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 8), st.integers(0, 10**6), st.binary(min_size=0, max_size=3), st.integers(0, 3), st.booleans())
def test_what_passes_the_quick_look_has_no_fault(
    written: Made, which: int, place: int, new: bytes, old: int, rehashed: bool
) -> None:
    record, data = written[which]
    text = gzip.decompress(data)
    place %= text.index(b"\r\n\r\n") + 8
    changed = text[:place] + new + text[place + old :]
    if rehashed:
        block = changed.partition(b"\r\n\r\n")[2][:-4]
        record = {**record, "block": sha256(block).hexdigest()}
    stored = gzip_member(changed)
    if is_as_written(record, stored):
        assert list(structure_faults(record, stored)) == []
    elif changed == text and not rehashed:
        raise AssertionError("nothing was changed")


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"\0",
        lambda data: data + gzip_member(b""),
        lambda data: data[:-1],
        lambda data: gzip_member(gzip.decompress(data)[:-1]),
        lambda data: gzip_member(gzip.decompress(data) + b"\r\n"),
        gzip.decompress,
        lambda data: b"",
    ],
)
def test_other_wrappings_do_not_pass(written: Made, change: Callable[[bytes], bytes]) -> None:
    for record, data in written:
        assert not is_as_written(record, change(data))


def test_a_home_is_in_order_while_it_grows(home: Home) -> None:
    archive = Archive(home, roll_at=20_000)
    crawl_id = archive.begin_crawl("board", {})
    numbers = iter(range(10_000))

    def write(_: int = 0) -> None:
        for _ in range(200):
            archive.write("board", crawl_id, make_exchange(next(numbers)))
        (home.intake / "late.part").unlink(missing_ok=True)

    write()
    (home.intake / "late.part").write_text("x")  # finished before the check ends
    report = verify_home(home, progress=write)
    assert (report.problems, report.ok) == ([], True)
    assert 600 <= report.records < verify_home(home).records


def test_what_is_added_without_an_entry_shows_while_the_home_grows(home: Home) -> None:
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {})
    for number in range(200):
        archive.write("board", crawl_id, make_exchange(number))
    archive.end_crawl(crawl_id, {}, True, [])
    file = next((home.archive / "warc").glob("*/*/*.gz"))
    with file.open("ab") as out:
        out.write(gzip_member(b"WARC/1.1\r\n"))
    (home.archive / "warc" / "stray.gz").write_bytes(b"x")

    def write_on(_: int) -> None:
        other = archive.begin_crawl("other", {})
        archive.write("other", other, make_exchange(1))

    found = {(Path(p.file).name, p.prop) for p in verify_home(home, progress=write_on).problems}
    assert found == {(file.name, "end of file"), ("stray.gz", "journalled")}


def test_a_torn_line_is_a_fault_unless_somebody_is_writing_it(
    home: Home, exchange: Callable[..., Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(home)
    archive.write("board", archive.begin_crawl("board", {}), exchange(1))
    whole = home.journal.read_bytes()
    home.journal.write_bytes(whole + b'{"at":')
    assert "whole line" in {p.prop for p in verify_home(home).problems}

    def write_on(_seconds: float) -> None:
        with home.journal.open("ab") as out:
            out.write(b'"2026')

    monkeypatch.setattr("pipeline.evidence.journal.time.sleep", write_on)
    assert verify_home(home).ok
