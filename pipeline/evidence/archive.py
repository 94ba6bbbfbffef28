"""The archive of a home: write exchanges, recover after a crash, read captures back, hold some of them.

Order of every write: the WARC records reach the disk, then the journal entries that name them. With `fsync = "record"`
both are flushed before anything is handed on, once for what arrived within a moment (`put`, `commit`); with `"batch"`
at most once a second, WARC first; a power cut can then take what was handed on within that second.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from hashlib import sha256
from typing import Any

from pipeline.errors import EvidenceBroken, NotFound
from pipeline.evidence import recovery
from pipeline.evidence.crawls import Crawl
from pipeline.evidence.entries import Entry, utc_text
from pipeline.evidence.holds import Holds
from pipeline.evidence.journal import Journal
from pipeline.evidence.provenance import collector_name, crawl_facts
from pipeline.evidence.purging import Purges, finish_purges
from pipeline.evidence.sealing.seals import Sealer
from pipeline.evidence.warc.members import MAGIC, members
from pipeline.evidence.warc.payload import HttpMessage, decode_payload, read_message
from pipeline.evidence.warc.record_reader import RecordReader
from pipeline.evidence.warc.writing import Exchange, Failure, WrittenRecord, certificate_fields
from pipeline.home import Home
from pipeline.model import Capture, Lane

ROLL_AT = 64 * 1024 * 1024
CAPTURE_KINDS = ("capture", "recovered", "imported")
CUT_SHORT = frozenset({"disconnect", "time"})  # before the other side had sent everything
CAPTURE_FIELDS = tuple(f.name for f in fields(Capture))
SITE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True, slots=True)
class KnownCapture:
    """A capture with what the journal says of it; unpacks as (seq, capture)."""

    seq: int  # of the journal: the order in which the home learned it
    capture: Capture
    lane: Lane
    known_at: datetime
    damage: tuple[str, ...] = ()  # a body that broke off; faults of the record in an imported file

    def __iter__(self) -> Iterator[Any]:
        return iter((self.seq, self.capture))


@dataclass(frozen=True, slots=True)
class ArchivedResponse:
    """A response out of the archive. `body` as received, `payload` without content coding, bounded.

    `status` is 0 for a page that another tool stored without its HTTP exchange (a WARC resource record).
    `problem` says why `payload` is not the whole decoded body, "" when it is.
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    payload: bytes
    content_type: str
    url: str
    captured_at: datetime
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CrawlInfo:
    crawl_id: str
    site: str
    started_at: datetime
    finished_at: datetime
    counts: dict[str, Any]


class Archive:
    """Opened for reading by anyone; writers hold the home's lock and call `recover` before their first write."""

    def __init__(self, home: Home, roll_at: int = ROLL_AT) -> None:
        self.home = home
        self.journal = Journal(home.journal, home.now, fsync=home.settings.fsync != "batch")
        self.reader = RecordReader(home.archive)
        self.sealer = Sealer(home, self.journal)
        self._roll_at = roll_at
        self._crawls: dict[str, Crawl] = {}  # open ones of this process, by id
        self.holds = Holds(self.journal)
        self.purges = Purges(self.journal)

    # -- writing ----------------------------------------------------------------------------------------------------

    def begin_crawl(self, site: str, facts: Mapping[str, Any]) -> str:
        """Journal the start of a crawl with its provenance; `facts` adds to or replaces the defaults."""
        if not SITE.fullmatch(site):
            raise ValueError(f"site id {site!r} must be letters, digits, '.', '_' and '-'")
        self.sealer.start()
        crawl_id = str(uuid.uuid4())
        provenance = {**crawl_facts(self.home), **facts}
        self.journal.append("crawl_started", crawl_id=crawl_id, site=site, **provenance)
        self._crawls[crawl_id] = Crawl(crawl_id, site, str(facts.get("lane", "regulatory")), provenance)
        return crawl_id

    def write(self, site: str, crawl_id: str, exchange: Exchange) -> Capture:
        """Archive one exchange, then journal it. Raises DiskFull; what was complete before is kept."""
        capture = self.put(site, crawl_id, exchange)
        self.commit(crawl_id)
        assert capture is not None
        return capture

    def write_failure(self, site: str, crawl_id: str, failure: Failure) -> None:
        """Archive a request that gave no response, then journal it."""
        self.put(site, crawl_id, failure)
        self.commit(crawl_id)

    def put(self, site: str, crawl_id: str, kept: Exchange | Failure) -> Capture | None:
        """Write the records of an exchange (its Capture is returned) or a failure (None) into the archive.

        They outlive this process from now on. They must not be handed on before `commit`, which puts several of them
        on the disk at the price of one. Raises DiskFull.
        """
        crawl = self._crawl(site, crawl_id)
        assert crawl.writer is not None
        records = crawl.writer.write(kept)
        if isinstance(kept, Failure):
            crawl.remember("failure", records, {**_failure_facts(site, kept), "meta": dict(kept.meta)})
            return None
        facts = _capture_facts(site, crawl.file, kept, records[1])
        crawl.remember("capture", records, {**_exchange_facts(kept), "capture": facts, "meta": dict(kept.meta)})
        return Capture(**{**facts, "captured_at": kept.received_at})

    def commit(self, crawl_id: str) -> None:
        """Flush and journal, in this order, what was put since the last time.

        Raises DiskFull, OSError: nothing of it may be handed on then, and recovery journals what is whole.
        """
        crawl = self._crawls[crawl_id]
        if not crawl.unsaid:
            return
        try:
            self._flush_files(crawl)
            self.journal.append_all(crawl.unsaid)
        except BaseException:
            crawl.forget_file()  # nothing may follow a record that the journal lacks: recovery reads tails
            raise
        crawl.note_said()
        if self.sealer.has_news:
            self.sealer.try_to_journal()

    def _flush_files(self, crawl: Crawl) -> None:
        if crawl.writer:
            crawl.writer.refuse_failed()
        if self.journal.is_due:
            for busy in [crawl] if self.journal.is_durable else self._crawls.values():
                if busy.writer:
                    busy.writer.sync()

    def end_crawl(self, crawl_id: str, counts: Mapping[str, Any], healthy: bool, problems: Iterable[str]) -> None:
        """Close the crawl's files and journal how it ended ('crawl_finished' or 'crawl_failed')."""
        if crawl_id in self._crawls:
            self.commit(crawl_id)
        crawl = self._crawls.pop(crawl_id, None) or self._journalled_crawl(crawl_id)
        crawl.close_file()
        kind = "crawl_finished" if healthy else "crawl_failed"
        facts = {"crawl_id": crawl_id, "site": crawl.site, "files": crawl.files}
        self.journal.append(kind, **facts, counts=dict(counts), problems=list(problems))
        self.journal.sync()
        self.sealer.try_to_seal()

    def recover(self) -> None:
        """Put archive and journal in order after a crash; everything done is journalled. The caller holds the lock."""
        self.journal.repair()
        finish_purges(self.home, self.journal)
        crawls = self._crawls.values()
        busy = {crawl.writer.path for crawl in crawls if crawl.writer}
        busy |= {self.home.archive / body["file"] for crawl in crawls for _, body in crawl.unsaid}
        recovery.recover(self.home, self.journal, busy, set(self._crawls))
        self.sealer.recover()

    def close(self) -> None:
        """Journal what was put, close files, seal what is left, give the time-stamp authority a moment."""
        for crawl in self._crawls.values():
            self.commit(crawl.crawl_id)
            crawl.close_file()
        self.sealer.close()
        self.journal.close()

    def _crawl(self, site: str, crawl_id: str) -> Crawl:
        """The crawl, with a file open for its next record."""
        crawl = self._crawls.get(crawl_id)
        if crawl is None:
            crawl = self._crawls[crawl_id] = Crawl(crawl_id, site)
        now = self.home.now()
        if crawl.is_full(now, self._roll_at):
            writer = crawl.open_file(self.home.archive, site, now)
            crawl.remember("warc_file", [writer.info], {"site": site, "capture": None})
        return crawl

    def _journalled_crawl(self, crawl_id: str) -> Crawl:
        for entry in self.journal.entries("crawl_started", containing=crawl_id.encode()):
            files = recovery.journalled_sizes(self.journal, crawl_id)
            return Crawl(crawl_id, entry.body["site"], files=files)
        raise NotFound(f"No crawl {crawl_id} was begun in {self.home.root}.")

    # -- reading ----------------------------------------------------------------------------------------------------

    def captures(self, after_seq: int = 0) -> Iterator[KnownCapture]:
        """Every capture once, in the order in which the home learned it: held ones included, purged ones not."""
        seen: set[str] = set()
        for entry in self.journal.entries(CAPTURE_KINDS, after=after_seq):
            known = known_capture(entry)
            if known is None or known.capture.capture_id in self.purges.captures:
                continue
            if known.capture.capture_id not in seen:
                seen.add(known.capture.capture_id)
                yield known

    def read(self, capture: Capture) -> ArchivedResponse:
        """The archived response, decoded. Raises as `message` does."""
        message, cut = self._stored(capture)
        payload, problem = decode_payload(message)
        if cut:
            said = "" if cut == "unspecified" else f" ({cut})"
            problem = "; ".join(filter(None, (f"cut off when it was collected{said}", problem)))
        kind, url = message.header(b"content-type").decode("latin-1"), capture.url
        moment = capture.captured_at
        return ArchivedResponse(message.status, message.headers, message.body, payload, kind, url, moment, problem)

    def message(self, capture: Capture) -> HttpMessage:
        """The archived response as received, checked against the capture's digest.

        Raises NotAllowed for a held capture, NotFound for a purged one, EvidenceBroken when the bytes are not those
        that were journalled.
        """
        return self._stored(capture)[0]

    def _stored(self, capture: Capture) -> tuple[HttpMessage, str]:
        """The same, with what its record says of why it is not whole."""
        self.holds.refuse(capture.capture_id, "read")
        self.refuse_purged(capture.capture_id)
        span, block = self.reader.span(capture.warc_file, capture.offset, capture.length)
        message = read_message(block, span.headers.get("content-type", ""), bare=span.type == "resource")
        if sha256(message.body).hexdigest() != capture.sha256:
            raise EvidenceBroken(
                f"{capture.warc_file}, offset {capture.offset}: the body of capture {capture.capture_id} is not what "
                "was archived. Run: imb evidence verify"
            )
        return message, span.headers.get("warc-truncated", "")

    def record_bytes(self, capture: Capture) -> bytes:
        """The stored bytes of the capture's records (request, response, metadata), untouched, in file order."""
        entry = self.find([capture.capture_id]).get(capture.capture_id)
        if entry is None:
            raise NotFound(f"The journal names no capture {capture.capture_id}. Look it up: imb evidence find")
        return b"".join(data for _, data in self.stored_records(entry))

    def record_bytes_plain(self, capture: Capture) -> bytes:
        """The same records, inflated."""
        data = self.record_bytes(capture)
        return b"".join(bytes(m.data) for m in members(data, 0, len(data))) if data[:3] == MAGIC else data

    def stored_records(self, entry: Entry) -> list[tuple[dict[str, Any], bytes]]:
        """Each record of a capture's journal entry with its stored bytes. Raises NotAllowed for a held capture."""
        self.holds.refuse(entry.body["capture"]["capture_id"], "copied")
        file = entry.body["capture"]["warc_file"]
        records: list[dict[str, Any]] = entry.body["records"]
        places = [(r, r.get("file", file)) for r in records]
        return [(r, self.reader.stored(place, r["offset"], r["length"])) for r, place in places]

    def find(self, capture_ids: Iterable[str], *, purged: bool = False) -> dict[str, Entry]:
        """The journal entries of captures, by id, in the journal's order; unknown ids, and purged ones unless they are
        asked for, are left out."""
        wanted = set(capture_ids) - (set() if purged else self.purges.captures.keys())
        only = next(iter(wanted)).encode() if len(wanted) == 1 else b""
        found: dict[str, Entry] = {}
        for entry in self.journal.entries(CAPTURE_KINDS, containing=only) if wanted else ():
            capture = entry.body.get("capture")
            if capture and capture["capture_id"] in wanted:
                found.setdefault(capture["capture_id"], entry)
        return found

    def last_crawl(self, site: str) -> CrawlInfo | None:
        """The last crawl of the site that ended healthy, or None."""
        starts: dict[str, Entry] = {}
        last: CrawlInfo | None = None
        for entry in self.journal.entries(("crawl_started", "crawl_finished"), containing=site.encode()):
            body = entry.body
            if body["site"] != site:
                continue
            if entry.kind == "crawl_started":
                starts[body["crawl_id"]] = entry
            elif start := starts.get(body["crawl_id"]):
                last = CrawlInfo(body["crawl_id"], site, start.when, entry.when, body["counts"])
        return last

    def captured_since(self, site: str, time: datetime) -> set[str]:
        """Addresses of the site captured at or after a time."""
        found = set()
        for entry in self.journal.entries(CAPTURE_KINDS, containing=site.encode()):
            known = known_capture(entry)
            if known and known.capture.site == site and known.capture.captured_at >= time:
                found.add(known.capture.url)
        return found

    # -- holds ------------------------------------------------------------------------------------------------------

    def block(self, capture_id: str, reason: str, by: str = "") -> None:
        """Hold a capture: it stays in place and can no longer be read, copied or exported."""
        if not self.is_blocked(capture_id):
            self._known(capture_id)
            self.journal.append("block", capture_id=capture_id, reason=reason, by=by or self.home.settings.operator)

    def unblock(self, capture_id: str, reason: str, by: str = "") -> None:
        """Release a held capture, with the reason."""
        if self.is_blocked(capture_id):
            self.journal.append("unblock", capture_id=capture_id, reason=reason, by=by or self.home.settings.operator)

    def is_blocked(self, capture_id: str) -> bool:
        return capture_id in self.holds.held

    def refuse_purged(self, capture_id: str) -> None:
        """Raises NotFound for a capture that was purged."""
        if purge_id := self.purges.captures.get(capture_id):
            raise NotFound(f"Capture {capture_id} was purged under certificate {purge_id} (archive/purges).")

    def _known(self, capture_id: str) -> None:
        if not self.find([capture_id]):
            raise NotFound(
                f"The journal names no capture {capture_id}; nothing was held. Look it up: imb evidence find"
            )


def capture_facts(capture: Capture) -> dict[str, Any]:
    """A Capture as the journal holds it."""
    facts = {name: getattr(capture, name) for name in CAPTURE_FIELDS}
    return {**facts, "captured_at": utc_text(capture.captured_at)}


def _capture_facts(site: str, file: str, exchange: Exchange, record: WrittenRecord) -> dict[str, Any]:
    return {
        "capture_id": record.id,
        "site": site,
        "url": exchange.url,
        "captured_at": utc_text(exchange.received_at),
        "status": exchange.status,
        "content_type": exchange.content_type(),
        "sha256": record.payload,
        "warc_file": file,
        "offset": record.offset,
        "length": record.length,
        "collector": collector_name(),
    }


def _exchange_facts(exchange: Exchange) -> dict[str, Any]:
    certificate = exchange.certificate
    return {
        "method": exchange.method,
        "started": utc_text(exchange.started_at),
        "ip": exchange.ip,
        "certificate_sha256": certificate_fields(certificate)["tls-certificate-sha256"] if certificate else "",
    }


def _failure_facts(site: str, failure: Failure) -> dict[str, Any]:
    said = {"url": failure.url, "reason": failure.reason, "detail": failure.detail}
    return {"capture": None, "site": site, "failed": utc_text(failure.failed_at), **said}


def known_capture(entry: Entry) -> KnownCapture | None:
    """The capture that an entry names, or None when its records hold no response."""
    facts = entry.body.get("capture")
    if not facts:
        return None
    capture = Capture(**{**facts, "captured_at": datetime.fromisoformat(facts["captured_at"])})
    cut = entry.body.get("meta", {}).get("truncated")
    damage = (f"the body was cut short ({cut})",) if cut in CUT_SHORT else tuple(entry.body.get("damage", ()))
    return KnownCapture(entry.seq, capture, entry.body.get("lane", "regulatory"), entry.when, damage)
