"""Every fixture under tests/sites: the whole Page as expected.json. UPDATE_FIXTURES=1 rewrites them; read the diff."""

import json
import os
import tomllib
from pathlib import Path

import pytest

from pipeline.extract.drafting.fixture import expected_json
from pipeline.extract.page import extract_page
from pipeline.extract.profile import SiteProfile, load_profile
from pipeline.extract.text import field_text
from pipeline.model import Page

ROOT = Path(__file__).parents[3]
CASES = sorted(p.parent for p in (ROOT / "tests" / "sites").glob("*/*/input.html"))


def profile_of(case: Path, meta: dict[str, object]) -> SiteProfile | None:
    name = str(meta.get("profile", ""))
    if not name:
        return None
    return load_profile(case.parent / name if name.endswith(".toml") else ROOT / "spiders" / "sites" / f"{name}.toml")


def read(case: Path) -> tuple[bytes, dict[str, object], Page]:
    meta = tomllib.loads((case / "meta.toml").read_text(encoding="utf-8"))
    body = (case / "input.html").read_bytes()
    page = extract_page(body, meta["content_type"], meta["url"], meta["captured_at"], profile_of(case, meta))
    return body, meta, page


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.parent.name}/{c.name}")
def test_page_is_read_as_expected(case: Path):
    _, _, page = read(case)
    expected = case / "expected.json"
    if os.environ.get("UPDATE_FIXTURES"):
        expected.write_text(expected_json(page) + "\n", encoding="utf-8")
    assert json.loads(expected_json(page)) == json.loads(expected.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.parent.name}/{c.name}")
def test_every_mention_reproduces_its_quote_from_the_bytes(case: Path):
    body, meta, page = read(case)
    for mention in (m for ad in page.ads for m in ad.mentions):
        field = meta["url"] if mention.field == "url" else None
        text = field or field_text(body, meta["content_type"], mention.field, mention.node)
        assert text[mention.start : mention.end] == mention.quote, mention


def test_there_are_fixtures():
    assert len(CASES) >= 18
