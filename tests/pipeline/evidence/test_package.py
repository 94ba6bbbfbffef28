"""A package checks out, refuses what is held, and shows every changed byte."""

from __future__ import annotations

import contextlib
import csv
import json
import random
import shutil
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import FixInput, NotAllowed
from pipeline.evidence.archive import Archive
from pipeline.evidence.bag import write_manifests
from pipeline.evidence.documents.making import make_documents
from pipeline.evidence.documents.picture import Picture
from pipeline.evidence.exhibit import CustodyEntry, ExhibitPackage
from pipeline.evidence.importing import import_archive
from pipeline.evidence.package import build_package
from pipeline.evidence.verify import verify_home, verify_package
from pipeline.evidence.warc import Exchange, Failure
from pipeline.home import Home, create_home
from pipeline.model import Capture
from tests.pipeline.evidence.documents.conftest import JPEG
from tests.pipeline.evidence.forging import rewrapped

Make = Callable[..., Exchange]
FACTS = {"exhibit": "12", "case": "=CASE<1>", "requester": "County", "authority": "order", "exporter": "clerk"}


def host(url: str) -> str:
    return url.split("/")[2]


@pytest.fixture
def archive(home: Home, exchange: Make) -> Archive:
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {"robots": "obeyed"})
    for number in range(4):
        archive.write("board", crawl_id, exchange(number))
    archive.end_crawl(crawl_id, {"pages": 4}, True, [])
    return archive


def items(package: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((package / "data/items.json").read_bytes())["items"]
    return found


def warcs(package: Path) -> dict[str, bytes]:
    """The WARC files of the package's WACZ."""
    with zipfile.ZipFile(package / "data/exhibit.wacz") as packed:
        return {name: packed.read(name) for name in packed.namelist() if name.startswith("archive/")}


def captures(archive: Archive) -> list[Capture]:
    return [known.capture for known in archive.captures()]


def test_a_package_of_own_captures_checks_out(home: Home, archive: Archive, tmp_path: Path) -> None:
    result = build_package(home, archive, captures(archive)[1:3], tmp_path / "ex12", FACTS)
    assert (result.items, result.refused) == (2, ())
    report = verify_package(result.path, result.sha256)
    assert (report.problems, report.records) == ([], 6)
    [packed] = warcs(result.path).values()
    original = next((home.archive / "warc").glob("*/*/*.gz")).read_bytes()
    for capture in captures(archive)[1:3]:
        assert archive.record_bytes(capture) in packed
        assert archive.record_bytes(capture) in original
    assert [e.body["sha256"] for e in archive.journal.entries("export")] == [result.sha256]
    assert verify_home(home).ok


def test_items_keep_times_and_provenance_apart(home: Home, archive: Archive, tmp_path: Path) -> None:
    ad = {"title": "<b>Spa</b>", "business_name": "+1 Lotus", "ad_id": None, "posted_earliest": "2026-02-27"}
    described = {captures(archive)[0].capture_id: {**ad, "posted_latest": "2026-02-28"}}
    result = build_package(home, archive, captures(archive)[:1], tmp_path / "ex", FACTS, described)
    [item] = items(result.path)
    times = item["times"]
    assert times["request_started"] == "2026-03-01T12:00:00.123456Z"
    assert times["response_received"] == "2026-03-01T12:00:00.373456Z"
    assert (times["claimed_earliest"], times["claimed_latest"]) == ("2026-02-27", "2026-02-28")
    assert times["server_date_header"] == "Sun, 01 Mar 2026 12:00:07 GMT"
    assert item["why_collected"] == "listed on page 1"
    assert [r["type"] for r in item["records"]] == ["request", "response", "metadata"]
    assert item["description"] == [{"title": "<b>Spa</b>", "business_name": "+1 Lotus"}]
    assert verify_package(result.path).problems == []
    index, page = (result.path / "index.html").read_text(), (result.path / item["page"]).read_text()
    assert "&lt;b&gt;Spa" in index
    assert "=CASE&lt;1&gt;" in index
    assert "<script" not in index + page
    assert "Sun, 01 Mar 2026 12:00:07 GMT" in page
    [_, row] = list(csv.reader((result.path / "data/items.csv").open(newline="")))
    assert "'+1 Lotus" in row


def test_packages_of_the_same_captures_differ_only_in_their_time(home: Home, archive: Archive, tmp_path: Path) -> None:
    found = captures(archive)
    first = build_package(home, archive, found, tmp_path / "one", FACTS).path
    second = build_package(home, archive, reversed(found), tmp_path / "two", FACTS).path
    assert warcs(first) == warcs(second)
    assert [i["payload_sha256"] for i in items(first)] == [i["payload_sha256"] for i in items(second)]


def test_redirects_come_along_as_steps(home: Home, exchange: Make, tmp_path: Path) -> None:
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {})
    urls = [f"http://ads.example/{name}" for name in ("old", "moved", "here")]
    moved = [
        archive.write("board", crawl_id, exchange(1, url=urls[0], status=302, body=b"")),
        archive.write("board", crawl_id, exchange(2, url=urls[1], status=301, meta={"redirected-from": urls[0]})),
    ]
    end = archive.write("board", crawl_id, exchange(3, url=urls[2], meta={"redirected-from": urls[1]}))
    archive.end_crawl(crawl_id, {}, True, [])
    result = build_package(home, archive, [end], tmp_path / "ex", FACTS)
    assert result.items == 1
    ad, *steps = items(result.path)
    assert (ad["url_asked"], ad["url_reached"]) == (urls[0], urls[2])
    assert [(h["capture_id"], h["status"], h["item"]) for h in ad["redirects"]] == [
        (moved[0].capture_id, 302, 2),
        (moved[1].capture_id, 301, 3),
    ]
    assert [(s["role"], s["url_reached"]) for s in steps] == [("redirect", urls[0]), ("redirect", urls[1])]
    assert verify_package(result.path).problems == []
    archive.block(moved[0].capture_id, "suspected minor")
    held = build_package(home, archive, [end], tmp_path / "held", FACTS).path
    assert [(h["item"], "held" in h["missing"]) for h in items(held)[0]["redirects"]] == [(0, True), (2, False)]
    assert moved[0].capture_id not in {i["capture_id"] for i in items(held)}
    assert verify_package(held).problems == []


def test_captures_that_recovery_journalled_bring_steps_attempts_and_their_file_along(
    home: Home, exchange: Make, tmp_path: Path
) -> None:
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {"clock": "by NTP"})
    urls = [f"http://ads.example/{name}" for name in ("old", "here")]
    page = exchange(3, url=urls[1], meta={"why": "listed", "asked": urls[0], "redirected-from": urls[0]})
    now = page.received_at
    archive.put("board", crawl_id, exchange(1, url=urls[0], status=302, body=b""))
    archive.put("board", crawl_id, Failure(urls[1], "GET", [], b"", "timeout", "no answer in 30 s", now, now))
    archive.put("board", crawl_id, page)
    archive = Archive(home)
    archive.recover()
    end = captures(archive)[-1]
    out = build_package(home, archive, [end], tmp_path / "ex", FACTS).path
    [ad, step], missing = items(out), json.loads((out / "data/items.json").read_bytes())["not_captured"]
    assert (ad["url_asked"], ad["url_reached"], ad["why_collected"]) == (*urls, "listed")
    assert (ad["times"]["clock"], ad["crawl_id"], step["role"]) == ("by NTP", crawl_id, "redirect")
    assert [a["reason"] for a in missing["attempts"]] == ["timeout"]
    [(_, packed)] = warcs(out).items()
    original = next((home.archive / "warc").glob("*/*/*.gz")).read_bytes()
    assert packed[:100] == original[:100]  # the file's own first record
    assert verify_package(out).problems == []


def test_what_was_not_captured_is_told(home: Home, exchange: Make, tmp_path: Path) -> None:
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {})
    page = b'<p>Spa<img src="http://cdn.example/a.jpg" alt="door"><script src="x.js"></script></p>'
    kept = archive.write("board", crawl_id, exchange(1, body=page))
    now = kept.captured_at
    for url in (kept.url, "http://ads.example/other"):
        failed = Failure(url, "GET", [], b"", "timeout", "no answer in 30 s", now, now)
        archive.write_failure("board", crawl_id, failed)
    archive.end_crawl(crawl_id, {"captures": 1, "failures": 2}, False, ["2 failures"])
    out = build_package(home, archive, [kept], tmp_path / "ex", FACTS).path
    package = json.loads((out / "data/items.json").read_bytes())
    missing = package["not_captured"]
    assert [(a["url"], a["reason"]) for a in missing["attempts"]] == [(kept.url, "timeout")]
    assert [(c["ended"], c["counts"]["failures"]) for c in missing["crawls"]] == [("crawl_failed", 2)]
    assert package["items"][0]["not_collected"] == {"images": 1, "scripts": 1}
    everything = b"".join(p.read_bytes() for p in out.rglob("*") if p.is_file())
    assert b"ads.example/other" not in everything
    assert "no answer in 30 s" in (out / "index.html").read_text()
    assert verify_package(out).problems == []


def test_first_and_last_seen_count_pages_that_are_not_held(home: Home, exchange: Make, tmp_path: Path) -> None:
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {})
    url = "http://ads.example/same"
    answers = [200, 200, 200, 404]
    found = [archive.write("board", crawl_id, exchange(n, url=url, status=s)) for n, s in enumerate(answers)]
    archive.end_crawl(crawl_id, {}, True, [])
    archive.block(found[0].capture_id, "suspected minor")
    [item] = items(build_package(home, archive, [found[1]], tmp_path / "ex", FACTS).path)
    assert item["seen"] == {
        "first": "2026-03-01T12:00:01.373456Z",
        "last": "2026-03-01T12:00:02.373456Z",
        "captures": 2,
    }


def test_custody_tells_capture_holds_and_earlier_exports(home: Home, archive: Archive, tmp_path: Path) -> None:
    first, *_ = captures(archive)
    archive.block(first.capture_id, "looked young", "amy")
    archive.unblock(first.capture_id, "two users agreed", "bob")
    build_package(home, archive, [first], tmp_path / "earlier", FACTS)
    viewed = CustodyEntry(
        at="2099-01-01T00:00:00.000000Z", actor="eve", role="analyst", action="view", object=first.capture_id,
        reason="review", hash_before="", hash_after="", log="custody log", number=7,
    )  # fmt: skip
    out = build_package(home, archive, [first], tmp_path / "ex", FACTS, custody=[viewed]).path
    acts = json.loads((out / "data/items.json").read_bytes())["custody"]
    assert [(a["action"], a["actor"]) for a in acts] == [
        ("capture", "unit 7"),
        ("hold", "amy"),
        ("release", "bob"),
        ("export", "clerk"),
        ("view", "eve"),
    ]
    assert "two users agreed" in (out / "data/pages/0001.html").read_text()
    assert verify_package(out).problems == []


def test_documents_are_derived_from_the_package_and_come_into_it(home: Home, archive: Archive, tmp_path: Path) -> None:
    def documents(package: ExhibitPackage, read: Callable[[str], bytes]) -> dict[str, bytes]:
        text = read(package["items"][0]["text"])
        evidence = package["evidence"][0]
        return {"derived/report.pdf": text, "certificates/902-14.docx": evidence["sha256"].encode()}

    out = build_package(home, archive, captures(archive)[:1], tmp_path / "ex", FACTS, documents=documents).path
    assert b"Call 417-555-01" in (out / "data/derived/report.pdf").read_bytes()
    digest = sha256((out / "data/exhibit.wacz").read_bytes()).hexdigest()
    assert (out / "data/certificates/902-14.docx").read_text() == digest
    assert verify_package(out).problems == []
    report = out / "data/derived/report.pdf"
    report.write_bytes(report.read_bytes()[::-1])
    assert {p.file for p in verify_package(out).problems} == {"data/derived/report.pdf"}
    before = set(tmp_path.iterdir())
    for name in ("../outside", "derived", "items.json", "derived/.x"):
        with pytest.raises(ValueError, match="may not be called"):
            build_package(
                home, archive, captures(archive), tmp_path / "no", FACTS, documents=lambda *_, n=name: {n: b""}
            )
    assert set(tmp_path.iterdir()) == before


def test_held_and_unknown_captures_are_refused_and_listed(home: Home, archive: Archive, tmp_path: Path) -> None:
    first, second, *_ = captures(archive)
    archive.block(first.capture_id, "suspected minor")
    stranger = replace(second, capture_id="no-such-id")
    result = build_package(home, archive, [first, second, stranger], tmp_path / "ex", FACTS)
    assert result.items == 1
    assert len(result.refused) == 2
    everything = b"".join(p.read_bytes() for p in result.path.rglob("*") if p.is_file())
    assert first.url.encode() not in everything
    assert archive.record_bytes(second) in everything
    assert first.capture_id in (result.path / "index.html").read_text()
    assert verify_package(result.path).ok
    with pytest.raises(NotAllowed, match="held"):
        build_package(home, archive, [first], tmp_path / "none", FACTS)
    assert not (tmp_path / "none").exists()


def test_purged_captures_are_refused_with_the_certificate(home: Home, archive: Archive, tmp_path: Path) -> None:
    first, second, *_ = captures(archive)
    archive.journal.append("purge", purge_id="P-1", captures=[first.capture_id])
    result = build_package(home, archive, [first, second], tmp_path / "ex", FACTS)
    assert [r for r in result.refused if "purged under certificate P-1" in r] == list(result.refused)
    assert first.capture_id not in {i["capture_id"] for i in items(result.path)}
    assert verify_package(result.path).problems == []


@pytest.mark.parametrize("ads", [100, pytest.param(1000, marks=pytest.mark.soak)])
def test_memory_does_not_grow_with_what_the_records_hold(home: Home, exchange: Make, tmp_path: Path, ads: int) -> None:
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {})
    padding = random.Random(ads).randbytes(100_000).hex().encode()
    for number in range(ads):
        archive.write("board", crawl_id, exchange(number, body=b"<p>Lotus</p><script>%s</script>" % padding))
    archive.end_crawl(crawl_id, {}, True, [])
    tracemalloc.start()
    result = build_package(home, archive, captures(archive), tmp_path / "ex", FACTS)
    report = verify_package(result.path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (result.items, report.problems) == (ads, [])
    assert (result.path / "data/exhibit.wacz").stat().st_size > ads * 100_000
    assert peak < 10_000_000 + ads * 30_000  # a few KB of facts for each item, nothing of its 200 KB


def test_a_package_is_never_written_over(home: Home, archive: Archive, tmp_path: Path) -> None:
    build_package(home, archive, captures(archive), tmp_path / "ex", FACTS)
    with pytest.raises(FixInput, match="another name"):
        build_package(home, archive, captures(archive), tmp_path / "ex", FACTS)


def test_demonstrations_are_marked_on_every_page(tmp_path: Path, exchange: Make) -> None:
    home = create_home(tmp_path / "demo", demo=True, settings_text='simulated_today = "2026-03-01"\n')
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {})
    found = [archive.write("board", crawl_id, exchange(n)) for n in range(3)]
    archive.end_crawl(crawl_id, {}, True, [])
    result = build_package(home, archive, found, tmp_path / "ex", FACTS)
    mark = "SIMULATED CLOCK — DEMONSTRATION"
    pages = [result.path / item["page"] for item in items(result.path)]
    assert len(pages) == 3
    for path in [*pages, result.path / "index.html", result.path / "VERIFY.md", result.path / "bag-info.txt"]:
        assert mark in path.read_text()
    assert mark in json.loads((result.path / "data/items.json").read_text())["watermark"]


def test_imported_records_are_packed_as_they_are(home: Home, shared_warc: Path, tmp_path: Path) -> None:
    archive = Archive(home)
    for path in sorted(shared_warc.glob("*arc*")):
        import_archive(archive, path, "another office", host)
    found = captures(archive)
    result = build_package(home, archive, found, tmp_path / "ex.zip", FACTS)
    assert result.items == len(found) > 10
    assert verify_package(result.path, result.sha256).problems == []
    with zipfile.ZipFile(result.path) as packed:
        packed.extractall(tmp_path)
    loose = (tmp_path / "ex/data/records").iterdir()
    blob = b"".join([*warcs(tmp_path / "ex").values(), *(p.read_bytes() for p in loose)])
    for capture in found:
        parts = archive.stored_records(archive.find([capture.capture_id])[capture.capture_id])
        assert all(data in blob for _, data in parts)


def test_any_changed_byte_in_a_zip_is_found(home: Home, archive: Archive, tmp_path: Path) -> None:
    result = build_package(home, archive, captures(archive)[:1], tmp_path / "ex.zip", FACTS)
    good = result.path.read_bytes()
    assert verify_package(result.path).problems == []
    rng, changed = random.Random(5), tmp_path / "changed.zip"
    for place in [*rng.sample(range(4, len(good)), 60), len(good) - 1]:
        changed.write_bytes(good[:place] + bytes([good[place] ^ (1 << rng.randrange(8))]) + good[place + 1 :])
        with contextlib.suppress(FixInput):
            assert not verify_package(changed).ok, place


NAMES = ["items.json", "journal.jsonl", "index.html", "items.csv", "VERIFY.md", "0001.html", "0001.txt", "bag-info.txt"]


@pytest.mark.parametrize("name", NAMES)
def test_a_change_with_new_digests_is_found(home: Home, archive: Archive, tmp_path: Path, name: str) -> None:
    result = build_package(home, archive, captures(archive), tmp_path / "ex", FACTS)
    [path] = result.path.rglob(name)
    raw = path.read_bytes()
    place = raw.index(b"ads.example") if b"ads.example" in raw else len(raw) // 2
    path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
    write_manifests(result.path)
    problems = verify_package(result.path).problems
    assert any(p.file.endswith((name, "items.json")) for p in problems)


@pytest.mark.parametrize("name", ["archive/", "indexes/index.cdxj", "pages/pages.jsonl", "extra"])
def test_a_changed_wacz_with_good_digests_is_found(home: Home, archive: Archive, tmp_path: Path, name: str) -> None:
    out = build_package(home, archive, captures(archive), tmp_path / "ex", FACTS).path

    def change(parts: dict[str, bytes]) -> None:
        found = next((n for n in parts if n.startswith(name)), name)
        parts[found] = parts.get(found, b"x").replace(b"ads.example", b"ads.exampla") + b"\n"

    rewrapped(out / "data/exhibit.wacz", lambda parts: None)
    write_manifests(out)
    assert {p.prop for p in verify_package(out).problems} <= {"sha256", "payload"}  # of the whole file
    rewrapped(out / "data/exhibit.wacz", change)
    write_manifests(out)
    assert any(name in p.file for p in verify_package(out).problems)


@pytest.mark.parametrize(
    ("name", "said", "found"),
    [
        ("system", "made on another system", {"data/pages/0001.html"}),
        ("version", "another version of the program", set()),
    ],
)
def test_other_systems_compare_pages_and_other_versions_say_that_they_do_not(
    home: Home, archive: Archive, tmp_path: Path, name: str, said: str, found: set[str]
) -> None:
    out = build_package(home, archive, captures(archive), tmp_path / "ex", FACTS).path
    package = json.loads((out / "data/items.json").read_bytes())
    package["software"][name] = "9"
    (out / "data/items.json").write_text(json.dumps(package, indent=1, sort_keys=True) + "\n")
    page = out / "data/pages/0001.html"
    page.write_text(page.read_text().replace("Lotus", "Orchid"))
    write_manifests(out)
    report = verify_package(out)
    assert any(said in note for note in report.notes)
    assert {p.file for p in report.problems if p.prop != "payload"} == found


def test_missing_and_added_files_are_named(home: Home, archive: Archive, tmp_path: Path) -> None:
    result = build_package(home, archive, captures(archive), tmp_path / "ex", FACTS)
    (result.path / "extra.txt").write_text("added")
    (result.path / "data/more.txt").write_text("added")
    (result.path / "data/items.csv").unlink()
    found = {(p.file, p.prop) for p in verify_package(result.path).problems}
    assert found == {
        ("extra.txt", "listed"),
        ("data/more.txt", "listed"),
        ("data/items.csv", "present"),
        ("bag-info.txt", "payload"),
    }


def test_what_is_no_package_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    (tmp_path / "folder").mkdir()
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../outside", "x")
    for name in ("file", "folder", "missing", "evil.zip"):
        with pytest.raises(FixInput):
            verify_package(tmp_path / name)
    assert not (tmp_path.parent / "outside").exists()
    shutil.rmtree(tmp_path / "folder")


def test_a_document_that_does_not_say_what_the_package_says_is_found(
    home: Home, archive: Archive, tmp_path: Path
) -> None:
    def documents(package: ExhibitPackage, read: Callable[[str], bytes]) -> dict[str, bytes]:
        return make_documents(package, read, {1: Picture(JPEG, 800, 600, 600, "Chromium 1")}, "Only the first.")

    made = build_package(home, archive, captures(archive)[:2], tmp_path / "ex", FACTS, documents=documents).path
    assert verify_package(made).problems == []
    for name in ("derived/report.pdf", "certificates/fre-902-14.docx", "derived/renderings/0001.jpg"):
        wrong = tmp_path / "wrong"
        shutil.copytree(made, wrong)
        (wrong / "data" / name).write_bytes((made / "data" / name).read_bytes() + b" ")
        write_manifests(wrong)
        assert "derived" in {p.prop for p in verify_package(wrong).problems}, name
        shutil.rmtree(wrong)


def test_a_quote_that_does_not_stand_in_the_page_is_found(home: Home, archive: Archive, tmp_path: Path) -> None:
    capture = captures(archive)[0]
    body = archive.read(capture).payload.decode()
    start = body.index("417-555-01") - body.index(">", body.index("<p")) - 1
    said = {"kind": "phone", "value": "", "field": "text", "node": "p", "start": start}
    for quote, found in (("417-555-01", 0), ("417-555-02", 1)):
        mention = {**said, "quote": quote, "end": start + len(quote)}
        out = build_package(
            home, archive, [capture], tmp_path / quote, FACTS, {capture.capture_id: {"mentions": [mention]}}
        ).path
        assert [p.prop for p in verify_package(out).problems] == ["mentions"] * found
