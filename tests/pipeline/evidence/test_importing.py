"""Archives by others: good ones wholly, broken ones as far as they are readable, with the damage named."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import FixInput
from pipeline.evidence.archive import Archive
from pipeline.evidence.importing import ImportReport, import_archive
from pipeline.evidence.verify import verify_home
from pipeline.home import Home, create_home


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_archives", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE = _load(Path(__file__).parents[2] / "evidence" / "make_archives.py")
GOOD, BROKEN = MAKE.good(), MAKE.broken()


def host(url: str) -> str:
    return url.split("/")[2] if url.count("/") > 1 else "?"


def run(home: Home, path: Path) -> tuple[Archive, ImportReport]:
    archive = Archive(home)
    return archive, import_archive(archive, path, "another office", host)


def bodies(archive: Archive) -> dict[str, bytes]:
    return {k.capture.url: archive.read(k.capture).payload for k in archive.captures()}


@pytest.mark.parametrize("name", GOOD)
def test_good_files_import_wholly(home: Home, tmp_path: Path, name: str) -> None:
    path = MAKE.write(tmp_path, name, GOOD[name])
    archive, report = run(home, path)
    assert not [d for d in report.damages if d.lost]
    assert {d.prop for d in report.damages} <= {"gzip members"}
    assert bodies(archive) == {MAKE.url(n): MAKE.page(n) for n in range(MAKE.PAGES)}
    assert report.stored.read_bytes() == GOOD[name]
    for known in archive.captures():
        assert known.capture.collector == "another office"
        assert known.capture.captured_at.year == 2025
        assert known.known_at >= known.capture.captured_at
        assert archive.record_bytes(known.capture)
    assert verify_home(home).problems == []


def test_requests_travel_with_their_responses(home: Home, tmp_path: Path) -> None:
    archive, _ = run(home, MAKE.write(tmp_path, "x.warc", GOOD["plain.warc"]))
    for known in archive.captures():
        records = archive.find([known.capture.capture_id])[known.capture.capture_id].body["records"]
        assert sorted(r["type"] for r in records) == ["request", "response"]
        number = known.capture.url.split("/")[4].split("?")[0].encode()
        assert b"GET /ad/%s HTTP" % number in archive.record_bytes(known.capture)


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_give_what_is_readable(home: Home, tmp_path: Path, name: str) -> None:
    data, captures, prop = BROKEN[name]
    archive, report = run(home, MAKE.write(tmp_path, name, data))
    assert report.captures >= captures
    assert prop in {d.prop for d in report.damages}
    read = bodies(archive)
    assert len(read) == report.captures
    assert sum(read.get(MAKE.url(n)) == MAKE.page(n) for n in range(MAKE.PAGES)) >= min(captures, MAKE.PAGES - 1)
    assert report.stored.read_bytes() == data
    again = import_archive(archive, tmp_path / name, "another office", host)
    assert (again.already, again.captures, again.damages) == (True, report.captures, report.damages)
    assert verify_home(home).problems == []


SHARED = {
    "bad.arc": (0, {"length", "date", "HTTP status"}),
    "example-bad-non-chunked.warc.gz": (1, {"gzip members", "WARC-Block-Digest"}),
    "example-bad.warc.gz.bad": (2, {"gzip members"}),
    "example-digest.warc": (0, {"WARC-Payload-Digest"}),
    "example-iana.org-chunked.warc": (1, set()),
    "example-resource.warc.gz": (1, set()),
    "example-space-in-target-uri.warc.gz": (0, {"WARC-Target-URI"}),
    "example-trunc.warc": (1, {"Content-Length"}),
    "example-wget-bad-target-uri.warc.gz": (1, {"WARC-Target-URI"}),
    "example-wrong-chunks.warc.gz": (1, {"record end", "gzip members", "WARC-Block-Digest"}),
    "example.arc.gz": (1, set()),
    "example.warc.gz": (1, set()),
    "post-test.warc.gz": (3, set()),
}


def test_every_shared_file_is_expected_here(shared_warc: Path) -> None:
    assert {p.name for p in shared_warc.glob("*arc*")} == set(SHARED)


@pytest.mark.parametrize("name", SHARED)
def test_shared_files(home: Home, shared_warc: Path, name: str) -> None:
    captures, props = SHARED[name]
    archive, report = run(home, shared_warc / name)
    assert (report.captures, {d.prop for d in report.damages}) == (captures, props)
    for known in archive.captures():
        response = archive.read(known.capture)
        assert b"<" in response.payload or b"{" in response.payload
        assert not response.problem
    assert verify_home(home).problems == []


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damage_anywhere_never_crashes_and_what_is_captured_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(GOOD)))
    raw, is_cut = bytearray(GOOD[name]), False
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(raw) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "drop", "insert", "number"])):
            case "flip":
                raw[place] ^= 1 << data.draw(st.integers(0, 7))
            case "cut" if place:
                del raw[place:]
                is_cut = True
            case "drop":
                del raw[place : place + data.draw(st.integers(1, 40))]
            case "insert":
                raw[place:place] = data.draw(st.binary(min_size=1, max_size=60))
            case _:
                digit = next((n for n in range(place, len(raw)) if 48 <= raw[n] <= 57), place)
                raw[digit] = data.draw(st.integers(48, 57))
        if not raw:
            return
    folder = tmp_path_factory.mktemp("damaged")
    home = create_home(folder / "home", settings_text='fsync = "batch"\n')
    try:
        archive, report = run(home, MAKE.write(folder, name, bytes(raw)))
    except FixInput:
        return
    known = list(archive.captures())
    assert len(known) == report.captures
    payloads = {archive.read(each.capture).payload for each in known}
    is_checkable = ".arc" not in name  # ARC has no digests
    pages = {MAKE.page(n) for n in range(MAKE.PAGES)}
    # A cut may fall between two records, which leaves no sign; a page that is there is whole or told.
    whole = payloads <= pages if is_cut or GOOD[name].startswith(raw) else payloads == pages
    assert report.damages or not is_checkable or whole
    assert verify_home(home).problems == []


def test_bytes_are_kept_once_under_any_name(home: Home, tmp_path: Path) -> None:
    first = MAKE.write(tmp_path, "a.warc.gz", GOOD["records.warc.gz"])
    second = MAKE.write(tmp_path, "b.bin", GOOD["records.warc.gz"])
    archive, report = run(home, first)
    again = import_archive(archive, second, "another office", host)
    assert (report.already, again.already) == (False, True)
    assert again.captures == report.captures
    assert len(list((home.archive / "imports").iterdir())) == 1
    assert len(list(archive.captures())) == MAKE.PAGES


@pytest.mark.parametrize(
    ("name", "data"), [("empty.warc", b""), ("table.csv", b"a,b\n1,2\n"), ("x.gz", b"\x1f\x8b\x08rubbish")]
)
def test_what_is_no_web_archive_is_refused(home: Home, tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(FixInput):
        run(home, MAKE.write(tmp_path, name, data))
    assert list(Archive(home).journal.entries()) == []
    assert list((home.archive / "imports").iterdir()) == []


@pytest.mark.parametrize("name", MAKE.wrapped())
def test_what_must_be_unpacked_first_is_refused_with_how(home: Home, tmp_path: Path, name: str) -> None:
    data, advice = MAKE.wrapped()[name]
    with pytest.raises(FixInput, match=advice):
        run(home, MAKE.write(tmp_path, name, data))
    assert list(Archive(home).journal.entries()) == []


def test_a_directory_is_refused(home: Home, tmp_path: Path) -> None:
    with pytest.raises(FixInput, match="directory"):
        run(home, tmp_path)


WORKER = """
import sys
from pathlib import Path
from pipeline.evidence.archive import Archive
from pipeline.evidence.importing import import_archive
from pipeline.home import open_home
archive = Archive(open_home(Path(sys.argv[1])))
archive.recover()
print("begin", flush=True)
import_archive(archive, Path(sys.argv[2]), "another office", lambda url: "board")
"""


def test_killed_in_the_middle_and_run_again_gives_the_same_captures(tmp_path: Path) -> None:
    path = MAKE.write(tmp_path, "big.warc", MAKE.warc(600, gz=False))
    undisturbed = create_home(tmp_path / "one")
    whole, _ = run(undisturbed, path)
    killed = create_home(tmp_path / "two")
    for delay in (0.0, 0.02, 0.05, 0.1):
        worker = subprocess.Popen([sys.executable, "-c", WORKER, killed.root, path], stdout=subprocess.PIPE)
        assert worker.stdout is not None
        worker.stdout.readline()
        time.sleep(delay)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
    archive = Archive(killed)
    archive.recover()
    report = import_archive(archive, path, "another office", host)
    assert report.captures == 600
    entries = [e.body["capture"]["capture_id"] for e in archive.journal.entries("imported")]
    assert len(entries) == len(set(entries)) == 600
    assert set(entries) == {k.capture.capture_id for k in whole.captures()}
    assert verify_home(killed).problems == []
