from __future__ import annotations

from pathlib import Path

import pytest

from analysis.rules import SHIPPED, load_rules
from pipeline.errors import FixProfile


def test_the_shipped_rules_load() -> None:
    assert 0 < load_rules().binding.threshold < 1


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("near_days = 60 ", 'near_days = "60" ', "phone.near_days"),
        ("oversized = 40 ", "oversize = 40 ", "binding.oversize"),
        ("[ad]", "[ads]", "ads"),
        ('version = "2026-11"', 'version = "', "rules.toml"),
    ],
)
def test_a_wrong_rule_is_named(tmp_path: Path, old: str, new: str, names: str) -> None:
    path = tmp_path / "rules.toml"
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(FixProfile, match=names.replace(".", r"\.")):
        load_rules(path)
