"""`imb evidence redact`: copies of a real package for each reader, and what is refused."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from analysis.redact import profiles
from pipeline.evidence.bag import check_bag, write_manifests
from pipeline.evidence.problem import Problem
from tests.flows.command_line import imb
from tests.flows.evidence.test_custody import archive_pages, built

MORE = ("Open daily. Lily and Coco work late, full body.", "Write to owner@lotus.example. My name is Coco.")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("redact") / "home"
    imb(folder, "init")
    with (folder / "imb.toml").open("a") as settings:
        settings.write("fictional_numbers = true\ngenerated_numbers = true\n")
    archive_pages(folder, *MORE)
    built(folder)
    imb(
        folder,
        "evidence",
        "export",
        "-o",
        str(folder / "exports" / "package"),
        "--business",
        "Lotus Spa",
        "--case",
        "7",
    )
    return folder


def redact(root: Path, out: Path, profile: str, *more: str, check: int = 0) -> Any:
    package = root / "exports" / "package"
    options = ["--profile", profile, "-o", str(out), "--reason", "hearing", "--user", "amy", "--json", *more]
    done = imb(root, "evidence", "redact", str(package), *options, check=check)
    return json.loads(done.stdout) if check == 0 else done.stderr


def texts(folder: Path) -> str:
    return "".join(p.read_text() for p in sorted((folder / "data" / "pages").iterdir()))


@pytest.mark.parametrize("profile", sorted(profiles()))
def test_each_reader_gets_a_signed_copy_that_says_what_it_is(root: Path, tmp_path: Path, profile: str) -> None:
    out = tmp_path / "copy"
    more = ["--premises", "100 E Walnut St, Springfield, MO 65806"] if profile == "landlord" else []
    report = redact(root, out, profile, *more)
    assert report["items"] == 2
    assert not [found for found in check_bag(out) if isinstance(found, Problem)]
    command = "openssl cms -verify -binary -inform DER -in tagmanifest-sha256.txt.p7s -content tagmanifest-sha256.txt"
    subprocess.run(
        [*command.split(), "-CAfile", "signer.pem", "-purpose", "any"], cwd=out, check=True, capture_output=True
    )
    said = json.loads((out / "data" / "redaction.json").read_text())
    assert said["original"]["sha256"] == report["original_sha256"]
    assert said["profile"] == profile
    everything = b"".join(p.read_bytes() for p in out.rglob("*") if p.is_file())
    for gone in (b"Lily", b"Coco", b"24 years", b"owner@lotus", b"WARC/1.1", b"\x1f\x8b\x08"):
        assert gone not in everything
    shown = texts(out)
    business = profile != "public"
    assert ("Lotus Spa" in shown, "(417) 555-0110" in shown, "Walnut" in shown) == (business,) * 3
    assert ("full body" in shown) is (profile in {"analyst", "prosecutor"})
    assert ("W-001" in shown) is (profile in {"analyst", "prosecutor"})


def test_the_copy_is_in_the_custody_of_the_capture_and_the_original_is_untouched(root: Path, tmp_path: Path) -> None:
    package = root / "exports" / "package"
    before = {p: p.read_bytes() for p in package.rglob("*") if p.is_file()}
    redact(root, tmp_path / "copy", "board")
    assert {p: p.read_bytes() for p in package.rglob("*") if p.is_file()} == before
    item = json.loads((tmp_path / "copy" / "data" / "redaction.json").read_text())["items"][0]
    rows = json.loads(imb(root, "evidence", "custody", item["capture_id"], "--json").stdout)
    assert ("redact", "amy") in {(r["action"], r["actor"]) for r in rows}


def test_our_own_verify_knows_a_copy_and_finds_what_is_altered_in_it(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "copy"
    redact(root, out, "prosecutor")
    said = imb(root, "evidence", "verify", str(out)).stdout
    assert "A redacted copy for: prosecutor" in said
    assert "0 problems" in said
    page = next((out / "data" / "pages").iterdir())
    page.write_bytes(page.read_bytes().replace(b"W-001", b"W-002"))
    write_manifests(out)
    told = imb(root, "evidence", "verify", str(out), check=8).stdout
    assert "not the page that data/redaction.json lists" in told
    assert "signature" in told


def test_a_landlord_sees_their_own_premises_only(root: Path, tmp_path: Path) -> None:
    assert "--premises" in redact(root, tmp_path / "a", "landlord", check=3)
    refused = redact(root, tmp_path / "b", "landlord", "--premises", "200 W Elm St, Springfield, MO 65806", check=10)
    assert "own premises" in refused
    assert not (tmp_path / "b").exists()


def test_export_with_a_redacted_copy_beside_it(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "package"
    wanted = ["--business", "Lotus Spa", "--user", "amy", "--redacted", "board", "--renderings", "0"]
    imb(root, "evidence", "export", "-o", str(out), *wanted)
    assert (out / "data" / "exhibit.wacz").exists()
    assert "full body" not in texts(tmp_path / "package-redacted-board")


def test_a_leak_an_altered_original_and_a_held_item_are_refused(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("flows.stages.evidence.redacting.redact_page", lambda text, *_: _Unedited(text))
        refused = redact(root, tmp_path / "leak", "prosecutor", check=10)
    assert "worker_name" in refused
    assert "Lily" not in refused
    assert sorted(p.name for p in tmp_path.iterdir()) == []
    page = next((root / "exports" / "package" / "data" / "pages").glob("*.html"))
    before = page.read_bytes()
    page.write_bytes(before + b" ")
    redact(root, tmp_path / "altered", "prosecutor", check=8)
    page.write_bytes(before)
    ids = [i["capture_id"] for i in json.loads((root / "exports/package/data/items.json").read_text())["items"]]
    imb(root, "evidence", "hold", ids[0], "--reason", "look", "--user", "amy")
    report = redact(root, tmp_path / "one", "prosecutor")
    assert report["items"] == 1
    assert [left["capture_id"] for left in report["left_out"]] == [ids[0]]
    imb(root, "evidence", "hold", ids[1], "--reason", "look", "--user", "amy")
    assert "held" in redact(root, tmp_path / "none", "prosecutor", check=10)


class _Unedited:
    """A page as an editor with a bug would leave it."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.counts = Counter[str]()
