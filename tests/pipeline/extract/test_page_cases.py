"""The tables of tests/cases/pages.toml against the pages of tests/sites: each shape with its profile."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline.extract.page import extract_page
from pipeline.extract.profile import load_profile
from pipeline.model import Ad, ClaimedDate

ROOT = Path(__file__).parents[3]
CASES: dict[str, dict[str, Any]] = tomllib.loads((ROOT / "tests/cases/pages.toml").read_text(encoding="utf-8"))
FOLDERS = {f"{p.parts[-3]}/{p.parts[-2]}" for p in (ROOT / "tests" / "sites").glob("*-shape/*/input.html")}
SHAPES = "2backpage adultsearch backpage-classic bedpage cityxguide gfemonkey megapersonals onebackpage rubmaps yelp"


def as_row(ad: Ad) -> dict[str, Any]:
    """An ad as a table of the cases; what is empty is left out."""
    row = {
        "posting_id": ad.posting_id,
        "title": ad.title,
        "business_name": ad.business_name,
        "status": ad.status if ad.status != "live" else "",
        "location": ad.location,
        "phones": list(ad.phones),
        "addresses": [" | ".join((a.street_key, a.unit, a.city, a.zip)) for a in ad.addresses],
        "emails": list(ad.values("email")),
        "handles": list(ad.values("handle")),
        "websites": list(ad.values("website")),
        "posted": day(ad.posted),
        "updated": day(ad.updated),
        "other_ads": list(ad.other_ads),
    }
    return {key: value for key, value in row.items() if value}


def day(claimed: ClaimedDate | None) -> str:
    return claimed.earliest.isoformat() if claimed else ""


@pytest.mark.parametrize("case", CASES)
def test_a_page_holds_what_its_table_says(case: str):
    folder = ROOT / "tests" / "sites" / case
    meta = tomllib.loads((folder / "meta.toml").read_text(encoding="utf-8"))
    name = meta["profile"]
    profile = load_profile(folder.parent / name if name.endswith(".toml") else ROOT / f"spiders/sites/{name}.toml")
    body = (folder / "input.html").read_bytes()
    page = extract_page(body, meta["content_type"], meta["url"], meta["captured_at"], profile)
    expected = CASES[case]
    assert (page.kind, page.next, page.consent) == (expected["kind"], expected.get("next"), expected.get("consent"))
    assert [[i.url, i.title, day(i.date), i.location, i.posting_id] for i in page.items] == expected.get("items", [])
    assert [as_row(ad) for ad in page.ads] == expected.get("ads", [])


def test_every_page_has_a_table_and_every_shape_its_pages():
    assert set(CASES) == FOLDERS
    for shape in SHAPES.split():
        kinds = {CASES[case]["kind"] for case in CASES if case.startswith(f"{shape}-shape/")}
        assert {"ad", "listing"} <= kinds, shape
