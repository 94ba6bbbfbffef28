"""What people are told of a package, as pairs of label and text. Pure functions of the package; times are UTC."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.evidence.package.exhibit import ExhibitItem, ExhibitPackage

Rows = Iterator[tuple[str, str]]
FACTS = ("exhibit", "case", "requester", "authority", "purpose", "exporter")
ESCAPED = re.compile(r"\\([ \"#+,;<=>\\])")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def title(package: ExhibitPackage) -> str:
    exhibit, case = package["facts"].get("exhibit", ""), package["facts"].get("case", "")
    return " · ".join(
        ["Archived web pages", *([f"Exhibit {exhibit}"] if exhibit else []), *([f"Case {case}"] if case else [])]
    )


def front(package: ExhibitPackage) -> Rows:
    """What the package is, who made it for whom."""
    facts, items = package["facts"], package["items"]
    for name in [*FACTS, *sorted(set(facts) - set(FACTS))]:
        yield name.capitalize(), facts.get(name) or "not stated"
    yield "Exported (UTC)", moment(package["exported_at"])
    yield "Office's collector account", package["operator"]
    yield "Program", f"imb {package['software']['version']} {package['software']['commit'][:12]}".strip()
    ads = sum(item["role"] == "ad" for item in items)
    steps = len(items) - ads
    yield "Captures", f"{ads}{f', and {steps} redirects on the way to them' if steps else ''}"
    yield "Period (UTC)", _period(items)
    yield "Refused and listed below", str(len(package["not_included"]))
    yield "Sealed", sealed_sentence(package)


def _period(items: list[ExhibitItem]) -> str:
    times = sorted(item["times"]["response_received"][:10] for item in items)
    return f"{times[0]} to {times[-1]}" if times else "none"


def sealed_sentence(package: ExhibitPackage) -> str:
    """How far seals and time-stamps reach, in one sentence."""
    items = package["items"]
    if not package["sealed"]:
        return "no: nobody signed or time-stamped the journal of this office"
    stamped = sum(bool(item["seal"].get("token")) for item in items)
    return f"all {len(items)} items under a signed seal; {stamped} of them under an authority's time-stamp"


def is_received(item: ExhibitItem) -> bool:
    """Whether somebody else captured it: its request, response and their times are that collector's word."""
    return item["journal"]["kind"] == "imported"


def distinguished(name: str) -> str:
    """A certificate's name (RFC 4514) as people read it, without the signs that only programs need."""
    return ESCAPED.sub(r"\1", name)


def item_rows(item: ExhibitItem) -> Rows:
    """Where a capture comes from."""
    original = item["original"]
    yield "Address asked", item["url_asked"]
    for number, hop in enumerate(item["redirects"], 1):
        where = f"item {hop['item']}" if hop["item"] else hop["missing"]
        yield f"Redirect {number}", f"{hop['status']} at {hop['url']}, {moment(hop['captured_at'])} ({where})"
    yield "Address reached", item["url_reached"]
    yield "HTTP status", str(item["status"] or "stored by its collector without the HTTP exchange")
    yield "Why collected", item["why_collected"] or "not recorded"
    yield "First and last captured at this address", _seen(item)
    yield "Collected by", item["collector"]
    if original["received_as"]:
        yield "Received as file", f"{original['received_as']} (SHA-256 {original['file_sha256']})"
    yield "Server's IP address", item["ip"] or "not recorded"
    if item["certificate_sha256"]:
        yield "TLS certificate, SHA-256", item["certificate_sha256"]
    yield "Named by the page, not collected", _counted(item["not_collected"]) or "nothing"
    for damage in item["damage"]:
        yield "Damage in the received file", damage


def _seen(item: ExhibitItem) -> str:
    seen = item["seen"]
    if not seen["captures"]:
        return "never with a page in answer"
    if seen["captures"] == 1:
        return f"{moment(seen['first'])}, once with a page in answer"
    return f"{moment(seen['first'])} to {moment(seen['last'])}, {seen['captures']} captures with a page in answer"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name.removesuffix('s') if count == 1 else name}" for name, count in counts.items())


def time_rows(item: ExhibitItem) -> Rows:
    """Each time with the clock that tells it."""
    times, token = item["times"], item["seal"].get("token") or {}
    whose = "the other collector's clock" if is_received(item) else "our clock"
    yield f"Request started ({whose})", moment(times["request_started"]) or "not recorded"
    yield f"Response received ({whose})", moment(times["response_received"])
    yield "State of that clock", times["clock"] or "not recorded"
    yield "Entered in our journal (our clock)", moment(times["journalled"])
    yield "Batch sealed (our clock)", moment(times["batch_sealed"]) or "not sealed"
    yield "Time-stamped (authority's clock)", moment(times["time_stamped"]) or "no time-stamp"
    if token:
        yield "Time-stamp authority", f"{distinguished(token['signer'])}, under {distinguished(token['root'])}"
    yield "Server's own Date header", times["server_date_header"] or "none"
    yield "Date the ad claims (derived)", _claimed(times["claimed_earliest"], times["claimed_latest"])


def _claimed(earliest: str, latest: str) -> str:
    if not earliest and not latest:
        return "none read"
    return earliest if earliest == latest else f"{earliest or '?'} to {latest or '?'}"


def proof_rows(item: ExhibitItem) -> Rows:
    """Digests and places."""
    original, seal = item["original"], item["seal"]
    yield "Capture id", item["capture_id"]
    yield "SHA-256 of the page as received", item["payload_sha256"]
    yield "Journal entry", f"{item['journal']['seq']} ({item['journal']['hash']})"
    yield "Seal", f"{seal['seal']}, signed by {distinguished(seal['signer'])}" if seal else "not sealed"
    yield "Original place", f"{original['address']}, offset {original['offset']}"
    for record in item["records"]:
        where = f"{record['file']}, offset {record['offset']}, {record['length']} bytes"
        yield f"Record: {record['type']}", f"{where}, SHA-256 {record['sha256']}"


def source_rows(source: Mapping[str, Any]) -> Rows:
    """How a crawl or a received file came about."""
    is_crawl = source["journal"]["kind"] == "crawl_started"
    yield ("Crawl begun (UTC)" if is_crawl else "File received (UTC)"), moment(source["at"])
    for name, value in sorted(source["facts"].items()):
        shown = ", ".join(f"{k} {v}" for k, v in value.items() if v) if isinstance(value, Mapping) else str(value)
        yield name.replace("_", " "), shown
    yield "Journal entry", f"{source['journal']['seq']} ({source['journal']['hash']})"


def notes(package: ExhibitPackage) -> Iterator[str]:
    """What a reader has to know."""
    yield (
        "The records in data/exhibit.wacz (and data/records, where there are some) are copies, byte for byte, of what "
        "this office archived or received. Everything else here is derived from them and from the journal; where they "
        "differ, the records count."
    )
    yield f"Fidelity: {package['fidelity']}. All times are UTC; times of other collectors are as they state them."
    if package["watermark"]:
        yield "This package comes from a demonstration. Its clock is simulated and its contents are invented."


def moment(text: str) -> str:
    """A journal time for people."""
    return text.replace("T", " ").removesuffix("Z")


def items_csv(package: ExhibitPackage) -> str:
    """Items as a table for spreadsheets; no cell can act as a formula."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    names = ("item", "role", "capture_id", "site", "url_asked", "url_reached", "status", "content_type")
    times = ("response_received", "batch_sealed", "time_stamped", "claimed_earliest", "claimed_latest")
    writer.writerow([*names, "why_collected", "captured_utc", *times[1:], "collector", "payload_sha256", *MORE])
    for item in package["items"]:
        described = item["description"][0] if item["description"] else {}
        row: list[object] = [item[name] for name in names]  # type: ignore[literal-required]
        row += [item["why_collected"], *(item["times"][name] for name in times)]  # type: ignore[literal-required]
        row += [item["collector"], item["payload_sha256"]]
        row += [described.get("title", ""), described.get("business_name", ""), package["watermark"]]
        writer.writerow([guarded(value) for value in row])
    return sink.getvalue()


MORE = ["title", "business_name", "note"]


def guarded(value: Any) -> str:
    """A cell's text; with an apostrophe in front when a spreadsheet would take it for a formula."""
    text = str(value)
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA) else text
