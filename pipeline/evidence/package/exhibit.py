"""The plain data of an exhibit package: what `data/items.json` holds, and what is handed to the maker of documents.

Everything in it is JSON. Times are ISO 8601 UTC with microseconds, digests lower-case hex; "" means not known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NotRequired, TypedDict

FORMAT = "imb exhibit package 2"


class Hop(TypedDict):
    """One capture on the way from the address asked to the address reached, oldest first."""

    capture_id: str
    item: int  # its own item in this package, 0 when it is not in it (`missing` says why)
    url: str
    status: int
    captured_at: str
    missing: str


class Times(TypedDict):
    """Times that different clocks tell, never mixed."""

    request_started: str
    response_received: str
    clock: str  # state of the clock that told these two
    journalled: str
    batch_sealed: str  # signed, by the system's clock; "" when not sealed
    time_stamped: str  # by the authority's clock; "" when no token covers the item
    server_date_header: str  # as the server wrote it
    claimed_earliest: str  # the ad's own claimed date (derived), a day
    claimed_latest: str


class Seen(TypedDict):
    """First and last capture of the same address in the office's journal, up to the export."""

    first: str
    last: str
    captures: int


class Place(TypedDict):
    """Where something stands in the journal."""

    seq: int
    hash: str
    kind: str


class StoredRecord(TypedDict):
    """A record of an item, its stored bytes untouched. `file`: "data/exhibit.wacz!archive/…" or "data/records/…"."""

    type: str
    id: str
    block: str  # SHA-256 of its block
    file: str
    offset: int
    length: int
    sha256: str  # of the stored bytes
    original_address: str
    original_offset: int


class Quoted(TypedDict):
    """DERIVED: a value that this program reads on the page, as it is written there and where it stands."""

    kind: str  # phone, address, email …
    value: str  # normal form
    quote: str  # as written
    field: str  # text, attr:<name>, url
    node: str  # CSS path of the element
    start: int  # code points in that field
    end: int


class ExhibitItem(TypedDict):
    """One capture."""

    item: int
    role: Literal["ad", "redirect"]  # "redirect": only here as a step to another item
    capture_id: str
    site: str
    url_asked: str
    url_reached: str
    redirects: list[Hop]
    method: str
    status: int  # 0: stored by its collector without the HTTP exchange
    content_type: str
    why_collected: str
    collector: str
    crawl_id: str
    lane: str
    ip: str
    certificate_sha256: str  # of the TLS leaf certificate
    meta: dict[str, str]
    times: Times
    seen: Seen
    payload_sha256: str  # of the body as received
    damage: list[str]
    original: dict[str, Any]  # file, address, offset, length, file_sha256, received_as
    journal: Place
    seal: dict[str, Any]  # seal, signed_at, signer, token; {} when not sealed
    records: list[StoredRecord]
    description: list[dict[str, str]]  # DERIVED: what this program reads in the page, one per ad on it
    mentions: list[Quoted]
    not_collected: dict[str, int]  # what the page names and the office does not collect: images, scripts …
    page: str  # DERIVED: the page without script, "data/pages/0001.html"
    text: str  # DERIVED: its visible text, "data/pages/0001.txt"


class Attempt(TypedDict):
    """A request for the address of an item that gave nothing."""

    url: str
    at: str
    reason: str  # one word
    detail: str
    journal: Place


class CrawlEnd(TypedDict):
    """How a crawl that items come from ended, with its own counts of what it did not fetch."""

    crawl_id: str
    site: str
    ended: str  # crawl_finished or crawl_failed
    counts: dict[str, Any]
    problems: list[str]
    journal: Place


class NotCaptured(TypedDict):
    """What was not captured, and why."""

    policy: list[str]
    attempts: list[Attempt]
    crawls: list[CrawlEnd]


class CustodyEntry(TypedDict):
    """One act on the evidence. `log`: "journal" or "custody log"; `number` is the entry's in that log."""

    at: str
    actor: str
    role: str
    action: str
    object: str
    reason: str
    hash_before: str
    hash_after: str
    log: str
    number: int


class EvidenceFile(TypedDict):
    """A file that holds evidence, for certificates that cite hashes."""

    path: str
    bytes: int
    sha256: str


class ExhibitPackage(TypedDict):
    """The whole of `data/items.json`."""

    format: str
    watermark: str  # "" unless the package comes from a demonstration
    facts: dict[str, str]  # exhibit, case, requester, authority, purpose, exporter …
    exported_at: str  # by the home's clock
    signed_at: str  # by the system's clock
    operator: str
    software: dict[str, str]
    fidelity: str
    items: list[ExhibitItem]
    sources: list[dict[str, Any]]  # crawls and received files: journal, at, facts
    context: list[dict[str, Any]]  # warcinfo records that came along
    not_included: list[dict[str, str]]  # capture_id, reason: asked for and refused
    not_captured: NotCaptured
    custody: list[CustodyEntry]
    sealed: bool
    seals: list[dict[str, Any]]
    journal_head: dict[str, Any]  # seq, hash
    evidence: list[EvidenceFile]
    documents: NotRequired[list[str]]  # DERIVED: report, renderings, certificates; not yet there when they are made


# Given the package and a reader of its files ("data/pages/0001.txt" -> bytes): derived files by their name, which
# begins with "derived/" or "certificates/"; they are put under data/ and come into the manifest.
MakeDocuments = Callable[[ExhibitPackage, Callable[[str], bytes]], Mapping[str, bytes]]
