"""Read new captures: archive in, pages out, rows into the working database, chunk by chunk."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from flows.stages.progress import Progress
from flows.stages.sites.profiles import site_profiles
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
from pipeline.store.readings import READ_TABLES

CHUNK = 200
AHEAD = 2  # chunks a process that are read or wait for the writer: what a run holds in memory
Rows = dict[str, list[dict[str, Any]]]


def extract_new(home: Home, archive: Archive, store: Store, progress: Progress, processes: int | None = None) -> int:
    """Extract every capture that this extractor version has not read; returns how many. Safe to interrupt.

    `processes` defaults to one for each processor this program may use.
    """
    waiting = _waiting(store)
    if not waiting:
        return 0
    chunks = [waiting[i : i + CHUNK] for i in range(0, len(waiting), CHUNK)]
    done = 0
    for chunk, rows in zip(chunks, _in_processes(home, chunks, processes or len(os.sched_getaffinity(0))), strict=True):
        held = [r["capture_id"] for r in rows["core_extractions"] if r["held"]]
        for capture_id in held:
            archive.block(capture_id, SUSPECTED_MINOR)
        with store.transaction():
            for table in READ_TABLES:
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


def _in_processes(home: Home, chunks: Sequence[Sequence[Capture]], processes: int) -> Iterator[Rows]:
    """The rows of each chunk, in order; never more than a few chunks ahead of who takes them."""
    workers = min(processes, len(chunks))
    if workers == 1:
        yield from map(_Reader(home.root).read, chunks)
        return
    # spawn: a forked copy of a process that has DuckDB's threads can hang.
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (home.root,)) as pool:
        running: deque[Future[Rows]] = deque()
        for chunk in chunks:
            running.append(pool.submit(_read_chunk, chunk))
            if len(running) > AHEAD * workers:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


class _Reader:
    """Reads the captures of one home. Opened once: it learns from the whole journal what is held or purged."""

    def __init__(self, root: Path) -> None:
        self._home = open_home(root)
        self._archive, self._profiles = Archive(self._home), site_profiles(self._home)

    def read(self, captures: Sequence[Capture]) -> Rows:
        rows: Rows = {name: [] for name in READ_TABLES}
        for capture in captures:
            profile = self._profiles.get(capture.site)
            page = _read_page(self._archive, capture, profile, self._home.settings)
            for table, found in page_rows(capture, page, profile.site_class if profile else "").items():
                rows[table].extend(found)
        return rows


_readers: list[_Reader] = []  # of a process of the pool: its one


def _begin(root: Path) -> None:
    _readers.append(_Reader(root))


def _read_chunk(captures: Sequence[Capture]) -> Rows:
    return _readers[-1].read(captures)


def _read_page(archive: Archive, capture: Capture, profile: SiteProfile | None, settings: Settings) -> Page:
    try:
        response = archive.read(capture)
    except NotAllowed:
        return Page("other", suspected_minor=True)
    except EvidenceBroken as error:
        return Page("other", problem=str(error))
    page = extract_page(
        response.payload,
        response.content_type,
        capture.url,
        capture.captured_at,
        profile,
        fictional=settings.fictional_numbers,
        generated=settings.generated_numbers,
        reviewed=capture.capture_id in archive.holds.released,
    )
    return (
        replace(page, problem="; ".join(filter(None, (response.problem, page.problem)))) if response.problem else page
    )


def page_rows(capture: Capture, page: Page, site_class: str) -> Rows:
    """The rows of one page. A held page leaves its extraction row only."""
    rows: Rows = {name: [] for name in READ_TABLES}
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
