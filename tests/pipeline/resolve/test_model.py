"""The model file: immutable, versioned by its content, refused when it does not fit the program."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import FixHome
from pipeline.resolve.declaration import COLUMNS, DECLARED
from pipeline.resolve.model import BASE, MatchModel, Pool, base_model, declared_model


def test_the_shipped_file_is_what_the_declaration_says() -> None:
    assert base_model() == declared_model()


def test_a_model_file_comes_back_with_its_version(tmp_path: Path) -> None:
    pool = Pool(100, {"wei li": 0.02}, {"wei": 0.04, "li": 0.1})
    model = replace(base_model(), pools={"business": Pool(), "operator": pool})
    path = tmp_path / "m.json"
    model.save(path)
    model.save(path)
    assert MatchModel.load(path) == model
    assert MatchModel.load(path).version == model.version != base_model().version


def test_a_model_file_is_never_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    base_model().save(path)
    with pytest.raises(FixHome, match="never rewritten"):
        replace(base_model(), match=0.95).save(path)
    assert MatchModel.load(path) == base_model()


@pytest.mark.parametrize(
    "damage",
    ["", "{", '{"format": 1}', "level", "number", "prior", "format"],
)
def test_a_damaged_or_foreign_model_is_refused(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "m.json"
    content = json.loads(BASE.read_text(encoding="ascii"))
    if damage == "level":
        del content["numbers"]["operator"]["name"]["initials"]
    elif damage == "number":
        content["numbers"]["business"]["phone"]["same phone"] = [0.5, 0.0]
    elif damage == "prior":
        content["priors"]["operator"] = 1.0
    elif damage == "format":
        content["format"] = 99
    known = damage in ("level", "number", "prior", "format")
    path.write_text(json.dumps(content) if known else damage, encoding="ascii")
    with pytest.raises(FixHome, match="imb model train"):
        MatchModel.load(path)
    with pytest.raises(FixHome, match="imb model train"):
        MatchModel.load(tmp_path / "missing.json")


def test_frequency_is_the_larger_of_population_and_pool() -> None:
    pool = Pool(100, {"wei li": 0.02}, {"wei": 0.04, "li": 0.1, "bo": 0.05})
    model = replace(base_model(), pools={"operator": pool, "business": Pool()})
    assert base_model().frequency("operator", "james smith") == pytest.approx(8.95e-5, rel=0.02)
    assert base_model().frequency("operator", "smith james") == base_model().frequency("operator", "james smith")
    assert base_model().frequency("operator", "wei li") == 1e-5
    assert model.frequency("operator", "wei li") == 0.02
    assert model.frequency("operator", "bo li") == pytest.approx(0.005)  # expected from its words
    assert base_model().name_frequency("Lucky Massage LLC") == 0.02
    assert base_model().name_frequency("Magnolia Heron Spa") == 1e-4


def test_levels_are_ordered_and_exhaustive() -> None:
    for role, declared in DECLARED.items():
        names = [c.name for c in declared.comparisons]
        assert names[-1] == "corroboration"
        assert len(names) == len(set(names))
        for compared in declared.comparisons:
            assert compared.levels[-1].condition is None
            assert all(level.condition is not None for level in compared.levels[:-1])
            assert set(compared.shows) <= {*COLUMNS[role], "name"}
