"""What an exhibit package holds, what it tells, and what it refuses."""

from __future__ import annotations

import csv
import json
import random
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
from pipeline.evidence.importing import import_archive
from pipeline.evidence.package.building import build_package
from pipeline.evidence.package.exhibit import CustodyEntry, ExhibitPackage
from pipeline.evidence.verify import verify_home, verify_package
from pipeline.evidence.warc.writing import Exchange, Failure
from pipeline.home import Home, create_home
from tests.pipeline.evidence.packaging import STRANGE, captures_of

Make = Callable[..., Exchange]


def host(url: str) -> str:
    return url.split("/")[2]


def items(package: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((package / "data/items.json").read_bytes())["items"]
    return found


def warcs(package: Path) -> dict[str, bytes]:
    """The WARC files of the package's WACZ."""
    with zipfile.ZipFile(package / "data/exhibit.wacz") as packed:
        return {name: packed.read(name) for name in packed.namelist() if name.startswith("archive/")}


def test_a_package_of_own_captures_checks_out(home: Home, archive: Archive, tmp_path: Path) -> None:
    result = build_package(home, archive, captures_of(archive)[1:3], tmp_path / "ex12", STRANGE)
    assert (result.items, result.refused) == (2, ())
    report = verify_package(result.path, result.sha256)
    assert (report.problems, report.records) == ([], 6)
    [packed] = warcs(result.path).values()
    original = next((home.archive / "warc").glob("*/*/*.gz")).read_bytes()
    for capture in captures_of(archive)[1:3]:
        assert archive.record_bytes(capture) in packed
        assert archive.record_bytes(capture) in original
    assert [e.body["sha256"] for e in archive.journal.entries("export")] == [result.sha256]
    assert verify_home(home).ok


def test_items_keep_times_and_provenance_apart(home: Home, archive: Archive, tmp_path: Path) -> None:
    ad = {"title": "<b>Spa</b>", "business_name": "+1 Lotus", "ad_id": None, "posted_earliest": "2026-02-27"}
    described = {captures_of(archive)[0].capture_id: {**ad, "posted_latest": "2026-02-28"}}
    result = build_package(home, archive, captures_of(archive)[:1], tmp_path / "ex", STRANGE, described)
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
    found = captures_of(archive)
    first = build_package(home, archive, found, tmp_path / "one", STRANGE).path
    second = build_package(home, archive, reversed(found), tmp_path / "two", STRANGE).path
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
    result = build_package(home, archive, [end], tmp_path / "ex", STRANGE)
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
    held = build_package(home, archive, [end], tmp_path / "held", STRANGE).path
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
    end = captures_of(archive)[-1]
    out = build_package(home, archive, [end], tmp_path / "ex", STRANGE).path
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
    out = build_package(home, archive, [kept], tmp_path / "ex", STRANGE).path
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
    [item] = items(build_package(home, archive, [found[1]], tmp_path / "ex", STRANGE).path)
    assert item["seen"] == {
        "first": "2026-03-01T12:00:01.373456Z",
        "last": "2026-03-01T12:00:02.373456Z",
        "captures": 2,
    }


def test_custody_tells_capture_holds_and_earlier_exports(home: Home, archive: Archive, tmp_path: Path) -> None:
    first, *_ = captures_of(archive)
    archive.block(first.capture_id, "looked young", "amy")
    archive.unblock(first.capture_id, "two users agreed", "bob")
    build_package(home, archive, [first], tmp_path / "earlier", STRANGE)
    viewed = CustodyEntry(
        at="2099-01-01T00:00:00.000000Z", actor="eve", role="analyst", action="view", object=first.capture_id,
        reason="review", hash_before="", hash_after="", log="custody log", number=7,
    )  # fmt: skip
    out = build_package(home, archive, [first], tmp_path / "ex", STRANGE, custody=[viewed]).path
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

    out = build_package(home, archive, captures_of(archive)[:1], tmp_path / "ex", STRANGE, documents=documents).path
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
                home, archive, captures_of(archive), tmp_path / "no", STRANGE, documents=lambda *_, n=name: {n: b""}
            )
    assert set(tmp_path.iterdir()) == before


def test_held_and_unknown_captures_are_refused_and_listed(home: Home, archive: Archive, tmp_path: Path) -> None:
    first, second, *_ = captures_of(archive)
    archive.block(first.capture_id, "suspected minor")
    stranger = replace(second, capture_id="no-such-id")
    result = build_package(home, archive, [first, second, stranger], tmp_path / "ex", STRANGE)
    assert result.items == 1
    assert len(result.refused) == 2
    everything = b"".join(p.read_bytes() for p in result.path.rglob("*") if p.is_file())
    assert first.url.encode() not in everything
    assert archive.record_bytes(second) in everything
    assert first.capture_id in (result.path / "index.html").read_text()
    assert verify_package(result.path).ok
    with pytest.raises(NotAllowed, match="held"):
        build_package(home, archive, [first], tmp_path / "none", STRANGE)
    assert not (tmp_path / "none").exists()


def test_purged_captures_are_refused_with_the_certificate(home: Home, archive: Archive, tmp_path: Path) -> None:
    first, second, *_ = captures_of(archive)
    archive.journal.append("purge", purge_id="P-1", captures=[first.capture_id])
    result = build_package(home, archive, [first, second], tmp_path / "ex", STRANGE)
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
    build_package(home, archive, captures_of(archive)[:1], tmp_path / "first", STRANGE)  # loads what is loaded once
    tracemalloc.start()
    result = build_package(home, archive, captures_of(archive), tmp_path / "ex", STRANGE)
    report = verify_package(result.path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (result.items, report.problems) == (ads, [])
    assert (result.path / "data/exhibit.wacz").stat().st_size > ads * 100_000
    assert peak < 10_000_000 + ads * 30_000  # a few KB of facts for each item, nothing of its 200 KB


def test_a_package_is_never_written_over(home: Home, archive: Archive, tmp_path: Path) -> None:
    build_package(home, archive, captures_of(archive), tmp_path / "ex", STRANGE)
    with pytest.raises(FixInput, match="another name"):
        build_package(home, archive, captures_of(archive), tmp_path / "ex", STRANGE)


def test_demonstrations_are_marked_on_every_page(tmp_path: Path, exchange: Make) -> None:
    home = create_home(tmp_path / "demo", demo=True, settings_text='simulated_today = "2026-03-01"\n')
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {})
    found = [archive.write("board", crawl_id, exchange(n)) for n in range(3)]
    archive.end_crawl(crawl_id, {}, True, [])
    result = build_package(home, archive, found, tmp_path / "ex", STRANGE)
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
    found = captures_of(archive)
    result = build_package(home, archive, found, tmp_path / "ex.zip", STRANGE)
    assert result.items == len(found) > 10
    assert verify_package(result.path, result.sha256).problems == []
    with zipfile.ZipFile(result.path) as packed:
        packed.extractall(tmp_path)
    loose = (tmp_path / "ex/data/records").iterdir()
    blob = b"".join([*warcs(tmp_path / "ex").values(), *(p.read_bytes() for p in loose)])
    for capture in found:
        parts = archive.stored_records(archive.find([capture.capture_id])[capture.capture_id])
        assert all(data in blob for _, data in parts)
