"""A model is trained, compared with the one in force, and described."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.resolve.model import base_model
from tests.flows.command_line import answer, imb


def test_model_train_puts_a_new_model_in_force(home: Path) -> None:
    report = answer(home, "model", "train", "--accept")
    assert report["changed"]
    assert {c["role"] for c in report["change"]} == {"business", "operator"}
    assert all(c["now"] == c["before"] + c["added"] - c["removed"] for c in report["change"])
    assert answer(home, "model", "show")["version"] == report["now"]
    assert answer(home, "build")["changed"]
    assert not answer(home, "model", "train")["changed"]


def test_a_model_that_changes_much_waits_for_a_person(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the first one, which would replace the shipped model."""
    monkeypatch.setattr("pipeline.resolve.model_change.MOST_CHANGED", -1.0)
    monkeypatch.setattr("pipeline.resolve.model_change.FEW", 0)
    report = answer(home, "model", "train")
    assert (report["now"], report["changed"]) == (base_model().version, False)
    assert len(report["worries"]) == 2
    assert "NOT in force" in imb(home, "model", "train").stdout
    assert answer(home, "model", "train", "--accept")["now"] == report["trained"]


def test_model_card_says_what_is_in_force_and_how_it_errs(home: Path, tmp_path: Path) -> None:
    card = answer(home, "model", "card")
    assert card["version"] == answer(home, "model", "show")["version"]
    assert {row["comparison"] for row in card["weights"] if row["role"] == "operator"} >= {"name", "date of birth"}
    assert [row["role"] for row in card["errors"]["joined pairs"]] == ["business", "business", "operator"]
    named, nameless, people = card["errors"]["joined pairs"]
    assert named["joined"] > 0 and people["joined"] > 0
    assert named["rate"] < 0.005 and people["rate"] < 0.005  # what a retrained model may expect at most
    assert nameless["pairs"] == "with an ad without a name"
    assert all(0 <= row["expected wrong"] <= row["joined"] for row in card["errors"]["joined pairs"])
    screened = card["errors"]["screening by surname frequency"]
    assert screened["applications"] == sum(band["n"] for band in screened["bands"]) > 0
    imb(home, "model", "card", "-o", str(tmp_path / "card.md"))
    text = (tmp_path / "card.md").read_text(encoding="utf-8")
    assert card["version"] in text
    for failure in card["known failures"]:
        assert failure["what"] in text and failure["remedy"]
    imb(home, "model", "card", "-o", str(tmp_path / "card.json"))
    assert json.loads((tmp_path / "card.json").read_text(encoding="utf-8")) == card


def test_a_model_of_other_levels_is_no_dead_end(home: Path) -> None:
    models = home / "models"
    broken = models / "0ld.json"
    broken.write_text('{"format": 0}', encoding="ascii")
    (models / "current").write_text("0ld\n", encoding="utf-8")
    assert "imb model train" in " ".join(imb(home, "build", check=None).stderr.split())
    report = answer(home, "model", "train")
    assert not report["changed"] and "shipped model" in report["worries"][-1]
    assert answer(home, "model", "train", "--accept")["now"] == report["trained"]
    assert answer(home, "build")["changed"]
