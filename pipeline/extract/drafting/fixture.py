"""What a folder of a page's fixture holds: the masked page, where it was, and the whole of what is read from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime

from pipeline.extract.drafting.masking import masked
from pipeline.extract.drafting.trial import said
from pipeline.extract.page import extract_page
from pipeline.extract.profile import parse_profile
from pipeline.model import Page

CONTENT_TYPE = "text/html; charset=utf-8"


def fixture(html: str, url: str, captured_at: datetime, profile: str, named: str) -> tuple[dict[str, str], list[str]]:
    """File name -> text, and the kinds of facts that the masked page says less of than the page.

    `profile`: the TOML that reads it; `named`: how the fixture names that, as tests/pipeline/extract/test_pages.py
    reads it, "" for a fixture that is read without one.
    """
    page = masked(html, url, profile)
    parsed = parse_profile(profile, "the draft") if named else None
    read = extract_page(page.html.encode(), CONTENT_TYPE, page.url, captured_at, parsed)
    before = extract_page(html.encode("utf-8", "replace"), CONTENT_TYPE, url, captured_at, parsed)
    meta = [f"url = {json.dumps(page.url)}", f"profile = {json.dumps(named)}" if named else '# profile = ""']
    meta += [f"content_type = {json.dumps(CONTENT_TYPE)}", f"captured_at = {captured_at:%Y-%m-%dT%H:%M:%SZ}", ""]
    files = {"input.html": page.html, "meta.toml": "\n".join(meta), "expected.json": expected_json(read) + "\n"}
    less, more = _numbers(read), _numbers(before)
    return files, [kind for kind, number in more.items() if less.get(kind, 0) < number]


def expected_json(page: Page) -> str:
    """The whole of a page as a fixture keeps it."""
    return json.dumps(
        asdict(page), indent=1, ensure_ascii=False, default=lambda v: v.isoformat() if isinstance(v, date) else str(v)
    )


def _numbers(page: Page) -> Mapping[str, int]:
    """How many of each kind of fact a page says."""
    facts = [(page.kind, ""), *said(page), *(("row", item.url) for item in page.items)]
    return {kind: sum(1 for k, _ in facts if k == kind) for kind, _ in sorted(facts)}
