"""An invented package with everything in it that makes typesetting hard."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from pipeline.evidence.package.exhibit import ExhibitPackage

HOSTILE = (
    'Lotus #strong[Spa] $x^2$ *b* _i_ `c` @ref <label> \\ // /* "q" [x] {y} [[blank]] {items}'
    "\x00\x07\x1b[31m \u202eesrever\u202c \u2066iso\u2069 A\u200bB z" + "\u0301" * 40 + " \ufeff\ue000\ud800"
)
SCRIPTS = "春天按摩 스파 マッサージ שלום مرحبا สวัสดี नमस्ते Ω Ж 😀📞❤️"
LONG = "x" * 700
ADDRESS = "https://city-board.example/ad/" + "a1" * 90 + "?q=" + "%E6%98%A5" * 40

JPEG = bytes.fromhex(  # one gray pixel
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "01" * 64 + "ffc0000b080001000101011100"
    "ffc4001f0000010501010101010100000000000000000102030405060708090a0b"
    "ffc400b5100002010303020403050504040000017d01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282"
    "090a161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788"
    "898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9ea"
    "f1f2f3f4f5f6f7f8f9faffda0008010100003f00d2cfffd9"
)


def digest(*parts: object) -> str:
    return sha256(repr(parts).encode()).hexdigest()


def made_item(number: int, **changes: Any) -> dict[str, Any]:
    """One captured ad; `changes` replace its fields."""
    item = {
        "item": number,
        "role": "ad",
        "capture_id": f"00000000-0000-4000-8000-{number:012d}",
        "site": "city-board",
        "url_asked": f"https://city-board.example/ad/{number}?from=list",
        "url_reached": f"https://city-board.example/ad/{number}",
        "redirects": [],
        "method": "GET",
        "status": 200,
        "content_type": "text/html; charset=utf-8",
        "why_collected": "linked from https://city-board.example/springfield, page 1",
        "collector": "imb 0.1.0",
        "crawl_id": digest("crawl")[:32],
        "lane": "regulatory",
        "ip": "192.0.2.7",
        "certificate_sha256": digest("tls"),
        "meta": {},
        "times": {
            "request_started": "2026-03-01T12:00:00.123456Z",
            "response_received": "2026-03-01T12:00:00.373456Z",
            "clock": "system clock, synchronized (systemd-timesyncd)",
            "journalled": "2026-03-01T12:00:00.401000Z",
            "batch_sealed": "2026-03-01T12:00:41.000000Z",
            "time_stamped": "2026-03-01T12:00:42.000000Z",
            "server_date_header": "Sun, 01 Mar 2026 12:00:00 GMT",
            "claimed_earliest": "2026-02-27",
            "claimed_latest": "2026-02-27",
        },
        "seen": {"first": "2026-02-20T09:00:00.000000Z", "last": "2026-03-04T09:00:00.000000Z", "captures": 4},
        "payload_sha256": digest("payload", number),
        "damage": [],
        "original": {"file": "archive/warc/a.warc.gz", "address": "warc/city-board/2026-03-01/0001.warc.gz",
                     "offset": 4711, "length": 2048, "file_sha256": "", "received_as": ""},
        "journal": {"seq": 100 + number, "hash": digest("entry", number), "kind": "capture"},
        "seal": {"seal": 3, "signed_at": "2026-03-01T12:00:41.000000Z", "signer": "CN=Example task force INTERNAL",
                 "token": {"stamped_by_seal": 3, "time": "2026-03-01T12:00:42.000000Z", "signer": "CN=Stamper",
                           "root": "CN=Root", "root_sha256": digest("root"), "serial": "77"}},
        "records": [
            {"type": kind, "id": f"00000000-0000-4000-9000-{number:012d}", "block": digest(kind, number),
             "file": "data/exhibit.wacz!archive/0001-city-board.warc.gz", "offset": 1000 * n, "length": 900,
             "sha256": digest("stored", kind, number), "original_address": "a", "original_offset": n}
            for n, kind in enumerate(("request", "response", "metadata"))
        ],
        "description": [{"title": f"Lotus Garden {number}", "business_name": "Lotus Garden", "ad_id": digest(number)}],
        "mentions": [
            {"kind": "phone", "value": "+14175550142", "quote": "(417) 555-0142", "field": "text",
             "node": "html > body > div.ad:nth-child(3) > p", "start": 120, "end": 134},
            {"kind": "address", "value": "1200 N MAIN ST|65806|5", "quote": "1200 N Main St Ste 5", "field": "text",
             "node": "html > body > address", "start": 140, "end": 160},
        ],
        "not_collected": {"images": 3, "scripts": 2},
        "page": f"data/pages/{number:04d}.html",
        "text": f"data/pages/{number:04d}.txt",
    }  # fmt: skip
    return {**item, **changes}


def made_package(items: list[dict[str, Any]], **changes: Any) -> ExhibitPackage:
    """A package around items; `changes` replace its fields."""
    seal = {"seal": 3, "folder": "seals/000003", "first_seq": 1, "head": {"seq": 5000, "hash": digest("head")},
            "signed_at": "2026-03-01T12:00:41.000000Z", "journal_clock": "2026-03-01T12:00:41.000000Z",
            "signer": "CN=Example task force INTERNAL", "signer_sha256": digest("signer"), "internal": True,
            "token": {"time": "2026-03-01T12:00:42.000000Z", "signer": "CN=Stamper", "root": "CN=Root",
                      "root_sha256": digest("root"), "serial": "77"}}  # fmt: skip
    crawl = {
        "operator": "service account", "host": "collector-1", "user_agent": "imb-collector/0.1", "robots": "obeyed",
        "lawful_basis": "public advertisements", "clock": "system clock, synchronized", "egress": "direct",
        "software": {"version": "0.1.0", "commit": "c" * 40, "lock_sha256": digest("lock"), "python": "3.11.2"},
        "site": "city-board", "crawl_id": digest("crawl")[:32],
    }  # fmt: skip
    package = {
        "format": "imb exhibit package 2",
        "watermark": "",
        "facts": {"exhibit": "12", "case": "26-CR-0001", "requester": "County prosecutor", "authority": "request",
                  "purpose": "trial", "exporter": "A. Clerk"},
        "exported_at": "2026-04-01T08:00:00.000000Z",
        "signed_at": "2026-04-01T08:00:00.000000Z",
        "operator": "service account",
        "software": {"version": "0.1.0", "commit": "c" * 40, "lock_sha256": digest("lock"), "python": "3.11.2",
                     "system": "Linux"},
        "fidelity": "header names are written as the client normalizes them; bodies as received before decompression",
        "items": items,
        "sources": [{"journal": {"seq": 90, "hash": digest("crawl entry"), "kind": "crawl_started"},
                     "at": "2026-03-01T11:59:00.000000Z", "facts": crawl}],
        "context": [],
        "not_included": [{"capture_id": "00000000-0000-4000-8000-00000000beef", "reason": "held in the archive"}],
        "not_captured": {
            "policy": ["Images, video and data: bodies are not collected."],
            "attempts": [{"url": "https://city-board.example/ad/9", "at": "2026-03-01T12:01:00.000000Z",
                          "reason": "timeout", "detail": "no answer in 30 seconds",
                          "journal": {"seq": 300, "hash": digest("f"), "kind": "failure"}}],
            "crawls": [{"crawl_id": digest("crawl")[:32], "site": "city-board", "ended": "crawl_finished",
                        "counts": {"pages": 40, "failed": 1}, "problems": [],
                        "journal": {"seq": 301, "hash": digest("e"), "kind": "crawl_finished"}}],
        },
        "custody": [
            {"at": "2026-03-01T12:00:00.401000Z", "actor": "service account", "role": "collector", "action": "capture",
             "object": "00000000-0000-4000-8000-000000000001", "reason": "crawl", "hash_before": "",
             "hash_after": digest("payload", 1), "log": "journal", "number": 101},
            {"at": "2026-04-01T08:00:00.000000Z", "actor": "A. Clerk", "role": "analyst", "action": "export",
             "object": "exhibit-12", "reason": "case 26-CR-0001", "hash_before": digest("x"), "hash_after": digest("y"),
             "log": "custody log", "number": 7},
        ],
        "sealed": True,
        "seals": [seal],
        "journal_head": {"seq": 5010, "hash": digest("journal head")},
        "evidence": [{"path": "data/exhibit.wacz", "bytes": 123456, "sha256": digest("wacz")}],
        "documents": [],
    }  # fmt: skip
    return {**package, **changes}  # type: ignore[return-value,typeddict-item]


@pytest.fixture
def read() -> Callable[[str], bytes]:
    """A reader of the package's derived files: every page says the same."""
    return lambda path: f"Lotus Garden\n(417) 555-0142\n1200 N Main St Ste 5\n{path}\n".encode()
