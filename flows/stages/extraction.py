"""Read new captures: archive in, pages out, rows into the working database, chunk by chunk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from flows.stages.profiles import site_profiles
from flows.stages.progress import Progress
from pipeline.errors import EvidenceBroken, NotAllowed
from pipeline.evidence.archive import Archive
from pipeline.evidence.holds import SUSPECTED_MINOR
from pipeline.extract.page import EXTRACTOR_VERSION, extract_page
from pipeline.extract.profile import SiteProfile
from pipeline.home import Home, open_home
from pipeline.model import Ad, Capture, Page
from pipeline.settings import Settings
from pipeline.store.codec import to_json
from pipeline.store.intelligence import Store

CHUNK = 400
TABLES = ("core_extractions", "core_ad_captures", "core_mentions", "core_listing_items")
Rows = dict[str, list[dict[str, Any]]]


def extract_new(home: Home, archive: Archive, store: Store, progress: Progress) -> int:
    """Extract every capture that this extractor version has not read; returns how many. Safe to interrupt."""
    waiting = _waiting(store)
    if not waiting:
        return 0
    chunks = [waiting[i : i + CHUNK] for i in range(0, len(waiting), CHUNK)]
    done = 0
    for chunk, rows in zip(chunks, _in_processes(home, chunks), strict=True):
        held = [r["capture_id"] for r in rows["core_extractions"] if r["held"]]
        for capture_id in held:
            archive.block(capture_id, SUSPECTED_MINOR)
        with store.transaction():
            for table in TABLES:
                store.insert(table, rows[table])
        done += len(chunk)
        progress("read ads", done, len(waiting))
    return done


def _waiting(store: Store) -> list[Capture]:
    found = store.rows(
        """SELECT c.* FROM raw_captures c ANTI JOIN
           (SELECT capture_id FROM core_extractions WHERE extractor_version = ?) e USING (capture_id)
           ORDER BY c.warc_file, c.byte_offset""",
        [EXTRACTOR_VERSION],
    )
    return [_capture(row) for row in found]


def _capture(row: dict[str, Any]) -> Capture:
    return Capture(
        capture_id=row["capture_id"],
        site=row["site"],
        url=row["url"],
        captured_at=row["captured_at"],
        status=row["status"],
        content_type=row["content_type"],
        sha256=row["sha256"],
        warc_file=row["warc_file"],
        offset=row["byte_offset"],
        length=row["byte_length"],
        collector=row["collector"],
    )


def _in_processes(home: Home, chunks: Sequence[Sequence[Capture]]) -> Iterator[Rows]:
    workers = min(os.cpu_count() or 1, len(chunks))
    if workers == 1:
        yield from (_extract_chunk(home.root, chunk) for chunk in chunks)
        return
    # spawn: a forked copy of a process that has DuckDB's threads can hang.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_extract_chunk, [home.root] * len(chunks), chunks)


def _extract_chunk(root: Path, captures: Sequence[Capture]) -> Rows:
    home = open_home(root)
    archive, profiles = Archive(home), site_profiles(home)
    rows: Rows = {name: [] for name in TABLES}
    for capture in captures:
        profile = profiles.get(capture.site)
        page = _read_page(archive, capture, profile, home.settings)
        for table, found in page_rows(capture, page, profile.site_class if profile else "").items():
            rows[table].extend(found)
    return rows


def _read_page(archive: Archive, capture: Capture, profile: SiteProfile | None, settings: Settings) -> Page:
    try:
        response = archive.read(capture)
    except NotAllowed:
        return Page("other", suspected_minor=True)
    except EvidenceBroken as error:
        return Page("other", problem=str(error))
    return extract_page(
        response.payload,
        response.content_type,
        capture.url,
        capture.captured_at,
        profile,
        fictional=settings.fictional_numbers,
        generated=settings.generated_numbers,
        reviewed=capture.capture_id in archive.holds.released,
    )


def page_rows(capture: Capture, page: Page, site_class: str) -> Rows:
    """The rows of one page. A held page leaves its extraction row only."""
    rows: Rows = {name: [] for name in TABLES}
    rows["core_extractions"].append(
        {
            "capture_id": capture.capture_id,
            "extractor_version": EXTRACTOR_VERSION,
            "page_kind": "other" if page.suspected_minor else page.kind,  # as if it had been held before
            "ads": len(page.ads),
            "items": len(page.items),
            "held": page.suspected_minor,
            "problem": page.problem,
        }
    )
    # Status 0: a page that another tool stored without its HTTP exchange.
    if page.suspected_minor or not (capture.status == 0 or 200 <= capture.status < 300):
        return rows
    for ad in page.ads:
        sited = replace(ad, site=capture.site)
        rows["core_ad_captures"].append(_ad_row(capture, sited, site_class))
        rows["core_mentions"].extend(_mention_rows(capture, sited))
    rows["core_listing_items"] = [
        {
            "capture_id": capture.capture_id,
            "site": capture.site,
            "url": item.url,
            "posting_id": item.posting_id,
            "title": item.title,
            "location": item.location,
            "posted_earliest": item.date.earliest if item.date else None,
            "posted_latest": item.date.latest if item.date else None,
        }
        for item in {i.url: i for i in page.items}.values()
    ]
    return rows


def _ad_row(capture: Capture, ad: Ad, site_class: str) -> dict[str, Any]:
    said = to_json(replace(ad, mentions=())) + "".join(f"\n{m.kind} {m.value} {m.start}" for m in ad.mentions)
    payload = to_json(replace(ad, mentions=(), title=blanked(ad.title, ad), body=""))
    return {
        "ad_id": ad.ad_id,
        "capture_id": capture.capture_id,
        "extractor_version": EXTRACTOR_VERSION,
        "site": ad.site,
        "site_class": site_class,
        "posting_id": ad.posting_id,
        "url": ad.url,
        "title": blanked(ad.title, ad),
        "body": blanked(ad.body, ad),
        "business_name": ad.business_name,
        "status": ad.status,
        "posted_earliest": ad.posted.earliest if ad.posted else None,
        "posted_latest": ad.posted.latest if ad.posted else None,
        "captured_at": capture.captured_at,
        "version": sha256(said.encode()).hexdigest()[:32],
        "payload": payload,
    }


def blanked(text: str, ad: Ad) -> str:
    """The text with every protected span (a worker's name, age, looks) replaced by blocks of the same length."""
    for quote in sorted({m.quote for m in ad.mentions if m.kind == "protected" and m.quote}, key=len, reverse=True):
        text = text.replace(quote, "█" * len(quote))
    return text


def _mention_rows(capture: Capture, ad: Ad) -> list[dict[str, Any]]:
    return [
        {
            "capture_id": capture.capture_id,
            "ad_id": ad.ad_id,
            "extractor_version": EXTRACTOR_VERSION,
            "n": n,
            "kind": m.kind,
            "value": m.value,
            "field": m.field,
            "node": m.node,
            "start": m.start,
            "end": m.end,
            "quote": "" if m.kind == "protected" else m.quote,
            "style": m.style,
            "confidence": m.confidence,
        }
        for n, m in enumerate(ad.mentions)
    ]
