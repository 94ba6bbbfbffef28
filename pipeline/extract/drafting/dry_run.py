"""A dry run of a profile over a saved page, for whoever writes the profile."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from selectolax.lexbor import LexborNode

from pipeline.extract.drafting.trial import compare_with_plain
from pipeline.extract.listing import read_items
from pipeline.extract.page import extract_page
from pipeline.extract.profile import AdFields, ListingFields, Rules, Selectors, SiteProfile
from pipeline.extract.selection import Reading, holds, select
from pipeline.extract.text import decode, parse, visible_text

Row = tuple[str, str, int, str]


def check(profile: SiteProfile, body: bytes, content_type: str, url: str, captured_at: datetime) -> list[Row]:
    """What each selector and page rule of a profile finds on a saved page.

    Rows (name, selector, matches, first value), e.g. ("ad.phone", "span._phone", 1, "417-555-0101"). Selectors of the
    listing and the ad are tried below every item and every root, as the extractor does. Last come what the page is
    read as, and what it says with the profile, without one, or both: ("read.phone", "only without the profile", …).
    """
    tree = parse(decode(body, content_type))
    page = tree.root
    if page is None:
        return []
    rows = [
        _rule_row(f"pages.{f.name}", getattr(profile.pages, f.name), page, url)
        for f in fields(profile.pages)
        if getattr(profile.pages, f.name)
    ]
    rows += [_row("consent.link", profile.consent.link, [page], url)] if profile.consent.link else []
    reading = Reading(tree, url, captured_at, profile)
    if profile.listing.item:
        rows += _field_rows("listing", profile.listing, profile.listing.item, page, reading)
    rows += _field_rows("ad", profile.ad, profile.ad.root, page, reading)
    return rows + _read_rows(profile, body, content_type, url, captured_at)


def _read_rows(profile: SiteProfile, body: bytes, content_type: str, url: str, captured_at: datetime) -> list[Row]:
    """What the page is read as, and the ads' facts beside those of a reading without a profile."""
    by_profile = extract_page(body, content_type, url, captured_at, profile)
    remark = by_profile.problem or ("signs of a minor: nothing of it is kept" if by_profile.suspected_minor else "")
    rows: list[Row] = [("read.kind", remark, max(len(by_profile.ads), len(by_profile.items)), by_profile.kind)]
    if by_profile.suspected_minor or by_profile.kind not in {"ad", "other"}:
        return rows
    _, both, more, less = compare_with_plain(profile, body, content_type, url, captured_at)
    for where, facts in (
        ("with and without the profile", both),
        ("only with the profile", more),
        ("only without the profile", less),
    ):
        rows += [(f"read.{kind}", where, 1, value) for kind, value in sorted(facts)]
    return rows


def _rule_row(name: str, rules: Rules, page: LexborNode, url: str) -> Row:
    written = "; ".join(
        ", ".join(x for x in (r.css, f"url {r.url.pattern}" if r.url else "", f"text {r.text}" if r.text else "") if x)
        for r in rules
    )
    matching = [r for r in rules if holds((r,), page, url)]
    nodes = [n for r in matching if r.css for n in page.css(r.css)[:1]]
    return name, written, len(matching), visible_text(nodes[0])[:80] if nodes else ""


def _field_rows(
    part: str, declared: ListingFields | AdFields, anchor: Selectors, page: LexborNode, reading: Reading
) -> list[Row]:
    anchors = [v.node for v in select(page, anchor, reading.url) if v.node is not None] if anchor else [page]
    rows = []
    for f in fields(declared):
        selectors = getattr(declared, f.name)
        if not selectors or not isinstance(selectors, tuple) or not hasattr(selectors[0], "css"):
            continue
        name = f"{part}.{f.name}"
        if hasattr(selectors[0], "text"):
            rows.append(_rule_row(name, selectors, page, reading.url))
            continue
        whole_page = f.name in {"item", "root", "next"} or (part == "listing" and f.name == "date")
        row = _row(name, selectors, [page] if whole_page else anchors, reading.url, getattr(declared, "sentinels", ()))
        if name == "listing.posting_id" and isinstance(declared, ListingFields):
            ids = [i.posting_id for i in read_items(declared, reading) if i.posting_id]
            row = (row[0], row[1], len(ids), ids[0] if ids else "")
        rows.append(row)
    return rows


def _row(name: str, selectors: Selectors, roots: list[LexborNode], url: str, sentinels: tuple[str, ...] = ()) -> Row:
    values = [v.text for root in roots for v in select(root, selectors, url, sentinels)]
    first = " ".join(values[0].split())[:80] if values else ""
    return name, " | ".join(s.source for s in selectors), len(values), first
