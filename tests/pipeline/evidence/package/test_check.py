"""A package that checks out shows every change afterwards: of a byte, of a digest, of a document, of a quote."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import FixInput
from pipeline.evidence.archive import Archive
from pipeline.evidence.bag import write_manifests
from pipeline.evidence.documents.making import make_documents
from pipeline.evidence.documents.picture import Picture
from pipeline.evidence.package.building import build_package
from pipeline.evidence.package.exhibit import ExhibitPackage
from pipeline.evidence.verify import verify_package
from pipeline.home import Home
from tests.pipeline.evidence.documents.conftest import JPEG
from tests.pipeline.evidence.forging import rewrapped
from tests.pipeline.evidence.packaging import STRANGE, captures_of


def test_any_changed_byte_in_a_zip_is_found(home: Home, archive: Archive, tmp_path: Path) -> None:
    result = build_package(home, archive, captures_of(archive)[:1], tmp_path / "ex.zip", STRANGE)
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
    result = build_package(home, archive, captures_of(archive), tmp_path / "ex", STRANGE)
    [path] = result.path.rglob(name)
    raw = path.read_bytes()
    place = raw.index(b"ads.example") if b"ads.example" in raw else len(raw) // 2
    path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
    write_manifests(result.path)
    problems = verify_package(result.path).problems
    assert any(p.file.endswith((name, "items.json")) for p in problems)


@pytest.mark.parametrize("name", ["archive/", "indexes/index.cdxj", "pages/pages.jsonl", "extra"])
def test_a_changed_wacz_with_good_digests_is_found(home: Home, archive: Archive, tmp_path: Path, name: str) -> None:
    out = build_package(home, archive, captures_of(archive), tmp_path / "ex", STRANGE).path

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
    out = build_package(home, archive, captures_of(archive), tmp_path / "ex", STRANGE).path
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
    result = build_package(home, archive, captures_of(archive), tmp_path / "ex", STRANGE)
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

    made = build_package(home, archive, captures_of(archive)[:2], tmp_path / "ex", STRANGE, documents=documents).path
    assert verify_package(made).problems == []
    for name in ("derived/report.pdf", "certificates/fre-902-14.docx", "derived/renderings/0001.jpg"):
        wrong = tmp_path / "wrong"
        shutil.copytree(made, wrong)
        (wrong / "data" / name).write_bytes((made / "data" / name).read_bytes() + b" ")
        write_manifests(wrong)
        assert "derived" in {p.prop for p in verify_package(wrong).problems}, name
        shutil.rmtree(wrong)


def test_a_quote_that_does_not_stand_in_the_page_is_found(home: Home, archive: Archive, tmp_path: Path) -> None:
    capture = captures_of(archive)[0]
    body = archive.read(capture).payload.decode()
    start = body.index("417-555-01") - body.index(">", body.index("<p")) - 1
    said = {"kind": "phone", "value": "", "field": "text", "node": "p", "start": start}
    for quote, found in (("417-555-01", 0), ("417-555-02", 1)):
        mention = {**said, "quote": quote, "end": start + len(quote)}
        out = build_package(
            home, archive, [capture], tmp_path / quote, STRANGE, {capture.capture_id: {"mentions": [mention]}}
        ).path
        assert [p.prop for p in verify_package(out).problems] == ["mentions"] * found
