"""The table of tests/cases/unprofiled.toml: whose numbers a page without a profile gives, and where they stand."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.extract.page import extract_page
from pipeline.extract.text import field_text

CASES: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[3] / "cases/unprofiled.toml").read_text(encoding="utf-8")
)
WHEN = datetime(2023, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", CASES)
def test_a_page_gives_its_own_business_and_no_other(name: str):
    case = CASES[name]
    body = f"<!doctype html><meta charset=utf-8>{case['html']}".encode()
    url = case.get("url", "https://guide.example/a")
    page = extract_page(body, "text/html", url, WHEN)
    ads = page.ads
    assert [phone for ad in ads for phone in ad.phones] == case["phones"]
    beside = [mention.value for ad in ads for mention in ad.mentions if mention.kind == "page_phone"]
    assert "beside" not in case or beside == case["beside"]
    assert len(ads) == case.get("ads", 1 if ads else 0)
    found = [" | ".join((a.street_key, a.unit, a.city, a.zip)) for ad in ads for a in ad.addresses]
    assert "address" not in case or case["address"] in found
    assert "name" not in case or ads[0].business_name == case["name"]
    for field in ("posted", "updated"):
        claimed = getattr(ads[0], field) if ads else None
        assert field not in case or (claimed and claimed.earliest.isoformat()) == case[field], field
    for mention in (m for ad in ads for m in ad.mentions):
        text = url if mention.field == "url" else field_text(body, "text/html", mention.field, mention.node)
        assert text[mention.start : mention.end] == mention.quote, mention
