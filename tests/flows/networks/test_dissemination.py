"""What leaves the house: to whom, on what authority, until when; in the manifest and in the log, or not at all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from analysis.export.files import check_manifest, digest
from flows.stages.networks.exporting import Dissemination, export_networks
from pipeline.home import open_home
from pipeline.store.casework import Casework
from tests.flows.command_line import imb


@pytest.fixture
def home(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "home"))


def test_an_export_is_logged_with_all_that_was_agreed(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "n.csv"
    said = ["--recipient", "County prosecutor", "--authority", "RSMo 56.060", "--purpose", "suit 12", "--user", "amy"]
    imb(home, "network", "export", "--format", "csv", "-o", str(out), "--expires", "2099-01-01", *said)
    path = tmp_path / "n.csv.manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    assert check_manifest(path) == []
    assert {k: manifest[k] for k in ("recipient", "authority", "purpose", "expires", "profile", "user")} == {
        "recipient": "County prosecutor", "authority": "RSMo 56.060", "purpose": "suit 12", "expires": "2099-01-01",
        "profile": "analyst", "user": "amy",
    }  # fmt: skip
    entry = Casework(open_home(home).casework_url).entries("audit")[-1]
    assert (entry["action"], entry["actor"]) == ("export", "amy")
    for words in ("County prosecutor", "RSMo 56.060", "suit 12", "2099-01-01", digest(path)):
        assert words in entry["reason"]


def test_nothing_leaves_without_authority_or_for_a_day_that_is_past(home: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "n.gexf")
    refused = imb(home, "network", "export", "--format", "gexf", "-o", out, "--recipient", "a board", check=3)
    assert "--authority" in refused.stderr
    past = imb(home, "network", "export", "--format", "gexf", "-o", out, "--expires", "2020-01-01", check=3)
    assert "is past" in past.stderr
    assert list(tmp_path.glob("n.*")) == []


def test_what_cannot_be_logged_is_not_left_behind(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(Casework, "audit", broken)
    with pytest.raises(OSError, match="disk"):
        export_networks(open_home(home), [], "csv", tmp_path / "n.csv", "analyst", Dissemination("amy"))
    assert list(tmp_path.glob("n*")) == []
