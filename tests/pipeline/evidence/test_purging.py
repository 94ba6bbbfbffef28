"""Purge: what goes is gone, what stays verifies, a kill at any moment does no harm, and nothing goes uncertified."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from pipeline.errors import EvidenceBroken, FixHome, NotFound
from pipeline.evidence.archive import Archive
from pipeline.evidence.entries import Entry
from pipeline.evidence.importing import import_archive
from pipeline.evidence.legal_holds import set_legal_hold
from pipeline.evidence.purge_plan import plan_purge, planned_files
from pipeline.evidence.purging import Order, folder_of, purge
from pipeline.evidence.sealing.keys import make_key
from pipeline.evidence.verify import verify_home
from pipeline.evidence.warc.writing import Exchange
from pipeline.home import Home
from pipeline.model import Capture

STEPS = {"open", "os.rename", "os.remove", "os.truncate", "os.mkdir", "os.rmdir", "shutil.rmtree"}
SECRET = b"a page that has to go"


@pytest.fixture
def archive(home: Home) -> Archive:
    make_key(home)
    return Archive(home)


@pytest.fixture
def captures(archive: Archive, exchange: Callable[..., Exchange]) -> list[Capture]:
    """Five pages of one crawl, sealed; the second and the fourth hold what will be purged."""
    crawl = archive.begin_crawl("ads.example", {})
    found = [
        archive.write("ads.example", crawl, exchange(n, body=SECRET + bytes([n]) * 300 if n in (2, 4) else b"kept"))
        for n in range(1, 6)
    ]
    archive.end_crawl(crawl, {}, True, [])
    archive.close()
    return found


def order(archive: Archive, ids: Sequence[str], *, whole_files: bool = False) -> Order:
    plan = plan_purge(archive, ids, whole_files=whole_files)
    first = Order(plan.captures, (), "retention", "amy", "root", {})
    files = planned_files(archive, plan, first.purge_id, first.when)
    return Order(plan.captures, files, "retention", "amy", "root", {}, (), first.purge_id, first.when)


def carry_out(archive: Archive, ids: Sequence[str], *, whole_files: bool = False) -> Entry:
    archive.recover()
    entry = purge(archive.home, archive.journal, order(archive, ids, whole_files=whole_files))
    archive.close()
    return entry


def stored(home: Home) -> bytes:
    """Everything in the archive's files, inflated member by member by the shell's own tool."""
    import gzip

    found = b""
    for path in sorted(home.archive.rglob("*.warc.gz*")):
        found += gzip.decompress(path.read_bytes())
    return found


def test_purged_records_are_gone_and_everything_else_verifies_as_before(
    archive: Archive, captures: list[Capture]
) -> None:
    home, before = archive.home, archive.journal.path.read_bytes()
    assert SECRET in stored(home)
    entry = carry_out(archive, [captures[1].capture_id, captures[3].capture_id])
    assert SECRET not in stored(home)
    assert archive.journal.path.read_bytes().startswith(before), "the journal is only added to"
    report = verify_home(home)
    assert report.problems == []
    assert report.checked["purged"] == 6
    assert any(entry.body["purge_id"] in note and "root" in note for note in report.notes)
    fresh = Archive(home)
    assert fresh.read(captures[0]).body == b"kept"
    with pytest.raises(NotFound, match=entry.body["purge_id"]):
        fresh.read(captures[1])
    assert [known.capture for known in fresh.captures()] == [captures[0], captures[2], captures[4]]


def test_the_certificate_says_what_was_destroyed_on_whose_word(archive: Archive, captures: list[Capture]) -> None:
    entry = carry_out(archive, [captures[1].capture_id])
    folder = folder_of(archive.home, entry.body["purge_id"])
    said = json.loads((folder / "certificate.json").read_text())
    assert (said["requested_by"], said["approved_by"], said["reason"]) == ("amy", "root", "retention")
    assert [c["sha256"] for c in said["captures"]] == [captures[1].sha256]
    assert "http" not in (folder / "certificate.txt").read_text(), "no address of what was destroyed"
    (folder / "certificate.json").write_text((folder / "certificate.json").read_text().replace("amy", "eve"))
    assert [p.prop for p in verify_home(archive.home).problems] == ["certificate"]


def test_a_record_that_goes_without_a_certificate_is_a_fault(archive: Archive, captures: list[Capture]) -> None:
    """The same tombstone bytes, put there by hand."""
    made = order(archive, [captures[1].capture_id])
    from pipeline.evidence.purging import _write_anew

    path = archive.home.archive / made.files[0].file
    _write_anew(path, path.with_suffix(".new"), made.files[0], {"purge_id": made.purge_id, "when": made.when})
    path.with_suffix(".new").replace(path)
    problems = verify_home(archive.home).problems
    assert {p.prop for p in problems} == {"stored bytes"}
    assert len(problems) == 3


def test_a_certified_purge_that_did_not_happen_is_a_fault(archive: Archive, captures: list[Capture]) -> None:
    path = archive.home.archive / captures[1].warc_file
    before = path.read_bytes()
    carry_out(archive, [captures[1].capture_id])
    path.write_bytes(before)
    assert {p.prop for p in verify_home(archive.home).problems} == {"purged"}


def test_without_a_key_nothing_is_purged(home: Home, exchange: Callable[..., Exchange]) -> None:
    archive = Archive(home)
    crawl = archive.begin_crawl("ads.example", {})
    capture = archive.write("ads.example", crawl, exchange(1, body=SECRET))
    archive.end_crawl(crawl, {}, True, [])
    with pytest.raises(FixHome):
        carry_out(archive, [capture.capture_id])
    assert SECRET in stored(home)
    assert verify_home(home).ok


def test_what_is_held_or_under_legal_hold_is_blocked_with_the_reason(archive: Archive, captures: list[Capture]) -> None:
    archive.block(captures[0].capture_id, "suspected minor")
    set_legal_hold(archive, [captures[1].capture_id], "", "hearing in May", "root")
    archive.journal.append("export", name="p", sha256="", facts={"case": "26-7"}, captures=[captures[2].capture_id])
    set_legal_hold(archive, [], "26-7", "appeal", "root")
    plan = plan_purge(archive, [c.capture_id for c in captures])
    assert [c["capture_id"] for c in plan.captures] == [captures[3].capture_id, captures[4].capture_id]
    reasons = list(plan.blocked.values())
    assert ["suspected minor" in reasons[0], "hearing in May" in reasons[1], "26-7" in reasons[2]] == [True] * 3
    set_legal_hold(archive, [captures[1].capture_id], "", "over", "root", lifted=True)
    assert captures[1].capture_id not in plan_purge(archive, [captures[1].capture_id]).blocked


def test_a_second_purge_of_the_same_file_leaves_the_first_in_place(archive: Archive, captures: list[Capture]) -> None:
    carry_out(archive, [captures[1].capture_id])
    carry_out(archive, [captures[3].capture_id])
    report = verify_home(archive.home)
    assert report.problems == []
    assert report.checked["purged"] == 6


def test_imported_files_in_place_or_as_a_whole(archive: Archive, captures: list[Capture], tmp_path: Path) -> None:
    import gzip

    source = archive.home.archive / captures[0].warc_file
    other = tmp_path / "other.warc.gz"
    other.write_bytes(source.read_bytes())
    lump = tmp_path / "lump.warc.gz"  # one gzip member around all records: nothing can be replaced in it
    lump.write_bytes(gzip.compress(gzip.decompress(source.read_bytes())))
    reports = [import_archive(archive, path, "other tool", lambda _: "ads.example") for path in (other, lump)]
    ids = {
        r.sha256: [k.capture.capture_id for k in archive.captures() if r.sha256 in k.capture.warc_file] for r in reports
    }
    carry_out(archive, [ids[reports[0].sha256][1]])
    assert verify_home(archive.home).problems == []
    assert archive.read(
        next(k.capture for k in archive.captures() if k.capture.capture_id == ids[reports[0].sha256][2])
    )
    one = plan_purge(archive, ids[reports[1].sha256][:1], whole_files=True)
    assert "4 other captures" in next(iter(one.blocked.values()))
    assert "--whole-files" in next(iter(plan_purge(archive, ids[reports[1].sha256]).blocked.values()))
    carry_out(archive, ids[reports[1].sha256], whole_files=True)
    assert SECRET not in reports[1].stored.read_bytes()
    report = verify_home(archive.home)
    assert report.problems == []
    assert import_archive(archive, lump, "other tool", lambda _: "ads.example").already, "a purge is not undone"


def test_killed_at_any_moment_a_purge_never_happened_or_is_finished(
    home: Home, archive: Archive, captures: list[Capture], tmp_path: Path
) -> None:
    """SIGKILL before the n-th thing that the purge does to the disk, for every n."""
    ids = [captures[1].capture_id, captures[3].capture_id]
    started = finished = 0
    for n in range(1, 400):
        copy = _copy(home, tmp_path / f"copy{n}")
        ended = _killed_at(n, partial(carry_out, Archive(copy), ids))
        early = verify_home(copy)
        assert early.problems == [] or {p.prop for p in early.problems} <= {"journalled", "whole line"}, (n, early)
        again = Archive(copy)
        again.recover()
        again.close()
        report = verify_home(copy)
        assert report.problems == [], n
        assert list(copy.archive.rglob("*.purging")) == []
        was_ordered = bool(again.purges.entries)
        assert (SECRET in stored(copy)) is not was_ordered, n
        started += was_ordered
        if ended:
            finished = n
            break
    assert finished > 30, "the hook saw the purge's steps"
    assert 0 < started < finished


def _copy(home: Home, target: Path) -> Home:
    import shutil
    from dataclasses import replace

    return replace(home, root=Path(shutil.copytree(home.root, target)))


def _killed_at(n: int, act: Callable[[], object]) -> bool:
    """Run in a forked child that kills itself at its n-th opening, rename, removal …; True when it got through."""
    child = os.fork()
    if child == 0:
        seen = 0

        def hook(event: str, _arguments: object) -> None:
            nonlocal seen
            if event not in STEPS:
                return
            seen += 1
            if seen == n:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        try:
            act()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


def test_a_record_that_was_altered_stops_the_purge(archive: Archive, captures: list[Capture]) -> None:
    made = order(archive, [captures[1].capture_id])
    path = archive.home.archive / captures[1].warc_file
    data = bytearray(path.read_bytes())
    data[captures[1].offset + 40] ^= 1
    path.write_bytes(data)
    with pytest.raises(EvidenceBroken, match="not the record"):
        purge(archive.home, archive.journal, made)
    assert path.read_bytes() == bytes(data)
