"""What a package says of its items from the journal alone: a verifier makes it again from the excerpt and compares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pipeline.evidence.archive import CAPTURE_KINDS, Archive, known_capture
from pipeline.evidence.entries import Entry, utc_text
from pipeline.evidence.package.exhibit import Attempt, CrawlEnd, CustodyEntry, Hop, Place, Seen
from pipeline.evidence.warc.record_reader import split_address
from pipeline.model import Capture

CRAWL_ENDS = ("crawl_finished", "crawl_failed")
ACTS = {"import_file": "import", "block": "hold", "unblock": "release", "export": "export"}
Role = Literal["ad", "redirect"]
POLICY = [
    "Images, video, sound and fonts are not collected: a response of such a type is broken off at its headers. "
    "Each item says how many of them the page names.",
    "Scripts are not run and what scripts would have fetched is not collected: the record holds the page as the server "
    "sent it.",
    "Style sheets and frames are collected only where the crawl asked for their address as a page of its own.",
    "What robots rules, the site's profile, a log-in or a bot wall kept the collector from is counted per crawl below.",
]


@dataclass
class Background:
    """What the journal holds about the wanted captures beyond the request for them."""

    found: dict[str, Entry] = field(default_factory=dict)  # capture id -> its entry, of the wanted ones
    seen: dict[tuple[str, str], Seen] = field(default_factory=dict)  # (site, url)
    redirects: dict[tuple[str, str], Entry] = field(default_factory=dict)  # (crawl id, url) -> last 3xx capture
    chains: dict[str, list[Entry]] = field(default_factory=dict)  # capture id -> hops, oldest first
    context: list[Entry] = field(default_factory=list)  # crawl_started, warc_file, import_file
    attempts: list[Entry] = field(default_factory=list)
    ends: list[Entry] = field(default_factory=list)
    acts: list[Entry] = field(default_factory=list)


def look_up(archive: Archive, wanted: Iterable[Capture]) -> Background:
    """Find the wanted captures, the redirects that led to them and what was seen at their addresses."""
    about = Background()
    ids = set()
    for capture in wanted:
        ids.add(capture.capture_id)
        about.seen[capture.site, capture.url] = Seen(first="", last="", captures=0)
    for entry in archive.journal.entries(CAPTURE_KINDS):
        facts = entry.body.get("capture")
        if not facts:
            continue
        if seen := about.seen.get((facts["site"], facts["url"])):
            _count(seen, facts, archive)
        if facts["capture_id"] in archive.purges.captures:
            continue
        if 300 <= facts["status"] < 400:
            about.redirects[str(entry.body.get("crawl_id")), facts["url"]] = entry
        if facts["capture_id"] in ids and facts["capture_id"] not in about.found:
            about.found[facts["capture_id"]] = entry
            about.chains[facts["capture_id"]] = chain(entry, about.redirects)
    return about


def _count(seen: Seen, facts: Mapping[str, Any], archive: Archive) -> None:
    """Captures that gave a page; held and purged ones are not told."""
    capture_id = facts["capture_id"]
    if archive.is_blocked(capture_id) or capture_id in archive.purges.captures:
        return
    if facts["status"] and not 200 <= facts["status"] < 300:
        return
    when = facts["captured_at"]
    seen["first"] = min(seen["first"] or when, when)
    seen["last"] = max(seen["last"], when)
    seen["captures"] += 1


def chain(entry: Entry, redirects: Mapping[tuple[str, str], Entry]) -> list[Entry]:
    """The redirects of the same crawl that led to a capture, oldest first; ends where the journal names none."""
    found: list[Entry] = []
    crawl, before = str(entry.body.get("crawl_id")), entry
    while url := before.body.get("meta", {}).get("redirected-from"):
        hop = redirects.get((crawl, url))
        if hop is None or hop.seq >= before.seq:
            break
        found.append(hop)
        before = hop
    return found[::-1]


def complete(archive: Archive, about: Background, entries: Sequence[Entry]) -> None:
    """Find how the chosen captures came about, what failed at their addresses, and what was done with them."""
    bodies = [e.body for e in entries]
    ids = {b["capture"]["capture_id"] for b in bodies}
    crawls = {b.get("crawl_id") for b in bodies} - {None, ""}
    files, imports = {b.get("file") for b in bodies}, {e.body["sha256"] for e in entries if e.kind == "imported"}
    urls = {(b["capture"]["site"], b["capture"]["url"]) for b in bodies}
    kinds = ("crawl_started", "warc_file", "import_file", "failure", *CRAWL_ENDS, "block", "unblock", "export")
    for entry in archive.journal.entries(kinds):
        body = entry.body
        if entry.kind == "failure":
            if (body.get("site"), body.get("url")) in urls:
                about.attempts.append(entry)
        elif entry.kind in CRAWL_ENDS:
            if body["crawl_id"] in crawls:
                about.ends.append(entry)
        elif entry.kind in {"block", "unblock"}:
            if body["capture_id"] in ids:
                about.acts.append(entry)
        elif entry.kind == "export":
            if not ids.isdisjoint(body.get("captures", ())):
                about.acts.append(entry)
        elif (
            (entry.kind == "crawl_started" and body["crawl_id"] in crawls)
            or (entry.kind == "warc_file" and body["file"] in files)
            or (entry.kind == "import_file" and body["sha256"] in imports)
        ):
            about.context.append(entry)


def place(entry: Entry) -> Place:
    return Place(seq=entry.seq, hash=entry.hash, kind=entry.kind)


def sources(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Entries on crawls and imports, by crawl id or file digest."""
    kinds = {"crawl_started": "crawl_id", "import_file": "sha256"}
    return {e.body[kinds[e.kind]]: e for e in entries if e.kind in kinds}


def source_of(entry: Entry, about: Mapping[str, Entry]) -> Entry | None:
    """The entry on the crawl or import that a capture's entry belongs to."""
    return about.get(str(entry.body.get("crawl_id") or entry.body.get("sha256") or ""))


def source_facts(entry: Entry) -> dict[str, Any]:
    """How captures came about: the provenance of a crawl, or of a file received from others."""
    return {"journal": place(entry), "at": entry.at, "facts": entry.body}


def item_facts(number: int, role: Role, entry: Entry, source: Entry | None) -> dict[str, Any]:
    """What an item says from its own entry and that of its crawl or import. `times` holds the journal's four."""
    known = known_capture(entry)
    if known is None:
        raise ValueError(f"entry {entry.seq} names no capture")
    capture, body = known.capture, entry.body
    meta, crawl = body.get("meta", {}), source.body if source and source.kind == "crawl_started" else {}
    received = source.body if source and source.kind == "import_file" else {}
    return {
        "item": number,
        "role": role,
        "capture_id": capture.capture_id,
        "site": capture.site,
        "url_reached": capture.url,
        "method": body.get("method", ""),
        "status": capture.status,
        "content_type": capture.content_type,
        "why_collected": meta.get("why", ""),
        "collector": capture.collector,
        "crawl_id": body.get("crawl_id", ""),
        "lane": body.get("lane", ""),
        "ip": body.get("ip", ""),
        "certificate_sha256": body.get("certificate_sha256", ""),
        "meta": meta,
        "times": {
            "request_started": body.get("started", ""),
            "response_received": utc_text(capture.captured_at),
            "journalled": entry.at,
            "clock": "of the other collector, not known to us" if received else str(crawl.get("clock", "")),
        },
        "payload_sha256": capture.sha256,
        "damage": list(known.damage),
        "original": {
            "file": f"archive/{split_address(capture.warc_file)[0]}",
            "address": capture.warc_file,
            "offset": capture.offset,
            "length": capture.length,
            "file_sha256": received.get("sha256", ""),
            "received_as": received.get("name", ""),
        },
        "journal": place(entry),
    }


def hop_facts(entry: Entry, item: int, missing: str) -> Hop:
    capture = entry.body["capture"]
    url, status, when = capture["url"], capture["status"], capture["captured_at"]
    return Hop(capture_id=capture["capture_id"], item=item, url=url, status=status, captured_at=when, missing=missing)


def attempt_facts(entry: Entry) -> Attempt:
    said = entry.body
    return Attempt(
        url=said["url"], at=said["failed"], reason=said["reason"], detail=said["detail"], journal=place(entry)
    )


def end_facts(entry: Entry) -> CrawlEnd:
    body = entry.body
    return CrawlEnd(
        crawl_id=body["crawl_id"],
        site=body["site"],
        ended=entry.kind,
        counts=body.get("counts", {}),
        problems=body.get("problems", []),
        journal=place(entry),
    )


def custody_facts(entry: Entry, operator: str) -> CustodyEntry:
    """A journal entry as a line of the custody log."""
    body, facts = entry.body, entry.body.get("facts", {})
    if capture := body.get("capture"):
        action, object_, after = "capture" if entry.kind != "imported" else "import", capture["capture_id"], capture
        reason, actor = body.get("meta", {}).get("why", ""), operator or capture["collector"]
        return _act(entry, actor, action, object_, reason, after["sha256"])
    object_ = body.get("capture_id") or body.get("name") or ""
    reason = body.get("reason") or facts.get("purpose") or body.get("collector") or ""
    actor = body.get("by") or facts.get("exporter") or operator
    return _act(entry, actor, ACTS[entry.kind], object_, reason, body.get("sha256", ""))


def _act(entry: Entry, actor: str, action: str, object_: str, reason: str, after: str) -> CustodyEntry:
    return CustodyEntry(
        at=entry.at,
        actor=actor,
        role="",
        action=action,
        object=object_,
        reason=reason,
        hash_before="",
        hash_after=after,
        log="journal",
        number=entry.seq,
    )
