"""Fonts come from packages only, and every one that a template names is there."""

from __future__ import annotations

import re

import pytest

from pipeline.evidence.documents.typesetting import FEW_PAGES, TEMPLATES, fonts, typeset
from tests.pipeline.evidence.documents.conftest import made_item, made_package
from tests.pipeline.evidence.documents.test_report import view_of


def test_every_font_of_the_templates_is_packaged() -> None:
    source = (TEMPLATES / "house.typ").read_text(encoding="utf-8")
    named = set(re.findall(r'"((?:Libertinus|Noto|DejaVu)[A-Za-z ]*)"', source))
    assert {"Noto Sans CJK SC", "Noto Sans Arabic", "Noto Emoji", "DejaVu Sans Mono"} <= named
    assert named <= set(fonts().families())


def test_no_font_of_the_system_is_used() -> None:
    brought = ("manimgx_fonts", "noto_cjk_sans_otc")
    assert all(font.path is None or any(name in font.path for name in brought) for font in fonts().fonts())


@pytest.mark.parametrize("tagged", [True, False])
def test_each_item_knows_its_page(tagged: bool) -> None:
    package = made_package([made_item(n) for n in range(1, 21)])
    done = typeset("report", view_of(package, lambda _: b"text"), tagged=tagged)
    starts = [done.starts[str(n)] for n in range(1, 21)]
    assert starts == sorted(set(starts))
    assert 3 < starts[0] < starts[-1] < done.pages
    assert done.pages > FEW_PAGES
