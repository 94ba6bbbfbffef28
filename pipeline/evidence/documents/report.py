"""The report that a judge can read: what `typst/report.typ` sets, made from the package's data alone.

A row is [label, text, style]; style "id" is set in fixed width. All text is made plain here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.evidence.documents.annexes import annexes
from pipeline.evidence.documents.picture import Picture
from pipeline.evidence.documents.plain import one_line, plain, utc
from pipeline.evidence.documents.seal_words import (
    counted,
    is_internal,
    item_sentence,
    package_sentences,
    received_sentence,
)
from pipeline.evidence.package.exhibit import ExhibitItem, ExhibitPackage
from pipeline.evidence.package.rows import is_received

Row = list[str]


@dataclass(frozen=True, slots=True)
class VolumeSet:
    """A volume that has been set: its file, first and last item, pages, and the page where each item begins."""

    number: int
    file: str
    first: int
    last: int
    pages: int
    starts: Mapping[str, int]


ADDRESS_LIMIT = 600  # characters of an address shown; the whole stands in data/items.json and in the record
TEXT_LIMIT = 6_000  # characters of a page's text shown where there is no picture
HEAD_LIMIT = 60  # characters of exhibit and case at the top of each page
FACTS = ("exhibit", "case", "requester", "authority", "purpose", "exporter")
CLOCKS = (
    ("request_started", "Request sent", "this office's collector"),
    ("response_received", "Answer received", "this office's collector"),
    ("journalled", "Entered in the journal", "this office's program"),
    ("batch_sealed", "Journal sealed (signed)", "this office's system clock"),
    ("time_stamped", "Seal time-stamped", "the time-stamp authority"),
)


def item_views(
    package: ExhibitPackage, read: Callable[[str], bytes], pictures: Mapping[int, Picture], note: str
) -> list[dict[str, Any]]:
    """`pictures` by item number; `note` says why items have none. `read` gives a file of the package by its path."""
    return [_item(package, item, read, pictures.get(item["item"]), note) for item in package["items"]]


def report_view(
    package: ExhibitPackage, items: Sequence[Mapping[str, Any]], volumes: Sequence[VolumeSet] = ()
) -> dict[str, Any]:
    """The report with its items, or without them when they are in volumes."""
    places = {n: f"vol. {v.number}, p. {page}" for v in volumes for n, page in v.starts.items()}
    listed = [{name: item[name] for name in ("n", "captured", "name", "address")} for item in items]
    return {
        **_frame(package),
        "facts": list(_facts(package)),
        "summary": list(_summary(package)),
        "items": [] if volumes else list(items),
        "listed": [{**one, "place": places.get(str(one["n"]), "")} for one in listed],
        "volumes": [
            {"number": v.number, "first": v.first, "last": v.last, "file": v.file, "pages": v.pages} for v in volumes
        ],
        "annexes": annexes(package),
    }


def volume_view(package: ExhibitPackage, items: Sequence[Mapping[str, Any]], number: int, of: int) -> dict[str, Any]:
    """One volume of items."""
    name = f"Volume {number} of {of}"
    return {
        **_frame(package),
        "title": f"{report_title(package)}, {name.lower()}",
        "volume": f"{name}: items {items[0]['n']} to {items[-1]['n']}",
        "page-name": f"Volume {number}, page",
        "items": list(items),
    }


def _frame(package: ExhibitPackage) -> dict[str, Any]:
    return {"mark": one_line(package["watermark"]), "title": report_title(package), "head": _head(package)}


def report_title(package: ExhibitPackage) -> str:
    exhibit = one_line(package["facts"].get("exhibit"))
    return f"Exhibit {exhibit}: archived web pages" if exhibit else "Archived web pages"


def _head(package: ExhibitPackage) -> str:
    facts = package["facts"]
    told = {name: one_line(facts.get(name)) for name in ("exhibit", "case")}
    named = [(name, f"{text[:HEAD_LIMIT]}…" if len(text) > HEAD_LIMIT else text) for name, text in told.items()]
    return " · ".join(f"{name.capitalize()} {text}" for name, text in named if text)


def _facts(package: ExhibitPackage) -> Iterator[Row]:
    facts, software = package["facts"], package["software"]
    for name in [*FACTS, *sorted(set(facts) - set(FACTS))]:
        yield [one_line(name).capitalize(), one_line(facts.get(name)) or "not stated", ""]
    yield ["Exported", utc(package["exported_at"]), ""]
    yield ["Collector's account", one_line(package["operator"]), ""]
    yield ["Program", one_line(f"imb {software['version']}, revision {software['commit'] or 'not known'}"), ""]


def _summary(package: ExhibitPackage) -> Iterator[str]:
    items = package["items"]
    times = sorted(item["times"]["response_received"] for item in items)
    sites = sorted({item["site"] for item in items})
    period = f"on {times[0][:10]}" if times[0][:10] == times[-1][:10] else f"from {times[0][:10]} to {times[-1][:10]}"
    steps = sum(item["role"] == "redirect" for item in items)
    way = f" and {counted(steps, 'redirect')} on the way to them," if steps else ""
    yield (
        f"This package holds {counted(len(items) - steps, 'archived page')}{way} captured {period} (UTC) from "
        f"{one_line(', '.join(sites[:8]))}{' and others' if len(sites) > 8 else ''}."
    )
    if others := received_sentence(package):
        yield others
    yield from package_sentences(package)
    left_out = len(package["not_included"])
    were = "was" if left_out == 1 else "were"
    refused = f"{counted(left_out, 'capture')} {were} asked for and refused: see Annex B."
    yield refused if left_out else "No capture that was asked for was refused. Annex B tells what was never captured."
    yield (
        "This report is DERIVED: a program made it from the records when they were exported. The records themselves "
        "are in the package, byte for byte as they were archived or received; where the two differ, the records count."
    )


def _item(
    package: ExhibitPackage, item: ExhibitItem, read: Callable[[str], bytes], picture: Picture | None, note: str
) -> dict[str, Any]:
    text = "" if picture else _text(item, read)
    return {
        "n": item["item"],
        "name": _name(item),
        "captured": utc(item["times"]["response_received"])[:19],
        "address": one_line(item["url_reached"], 140),
        "front": list(_front(item)),
        "picture": picture_view(picture, item["item"]) if picture else None,
        "text": text,
        "text_note": _text_note(item, note, text),
        "times": list(_times(item)),
        "way": [
            [str(n), utc(hop["captured_at"]), str(hop["status"]), one_line(hop["url"]), _hop_place(hop)]
            for n, hop in enumerate(item["redirects"], 1)
        ],
        "read": [[[_label(k), one_line(v), ""] for k, v in one.items()] for one in item["description"]],
        "mentions": [_mention(mention) for mention in item["mentions"]],
        "identity": list(_identity(item)),
        "seal": item_sentence(item, internal=is_internal(package)),
        "records": list(_records(item)),
    }


def _records(item: ExhibitItem) -> Iterator[dict[str, Any]]:
    """The item's records by the file of the package that they lie in."""
    for file in dict.fromkeys(record["file"] for record in item["records"]):
        rows = [
            [
                one_line(record["type"]),
                f"{record['length']:,} bytes from byte {record['offset']:,}",
                record["sha256"],
                one_line(record["id"]),
            ]
            for record in item["records"]
            if record["file"] == file
        ]
        yield {"file": f"In {one_line(file)}", "rows": rows}


def _name(item: ExhibitItem) -> str:
    if item["role"] == "redirect":
        return "A step on the way to another item"
    told = [described.get(name) for described in item["description"][:1] for name in ("business_name", "title")]
    told += [
        mention["quote"]
        for kind in ("business_name", "phone")
        for mention in item["mentions"]
        if mention["kind"] == kind
    ]
    return one_line(next(filter(None, told), f"a page of {item['site']}"), 90)


def _front(item: ExhibitItem) -> Iterator[Row]:
    yield ["Captured", utc(item["times"]["response_received"]), ""]
    yield ["Address asked", one_line(item["url_asked"], ADDRESS_LIMIT), ""]
    yield ["Address reached", one_line(item["url_reached"], ADDRESS_LIMIT), ""]
    status = str(item["status"]) if item["status"] else "stored by its collector without the HTTP exchange"
    yield ["HTTP status", status, ""]
    yield ["Why collected", one_line(item["why_collected"]) or "not recorded", ""]
    for damage in item["damage"]:
        yield ["Damage in the received file", one_line(damage), ""]


def _times(item: ExhibitItem) -> Iterator[Row]:
    times = item["times"]
    clocks: dict[str, str] = dict(times)  # type: ignore[arg-type]
    for name, label, clock in CLOCKS:
        by_others = is_received(item) and name in {"request_started", "response_received"}
        told_by = "the collector that made the received file" if by_others else clock
        missing = "not recorded" if name in {"request_started", "response_received"} else "none"
        yield [label, utc(clocks[name]) or missing, told_by]
    yield ["Server's own Date header", one_line(times["server_date_header"]) or "none", "the web server"]
    claimed = {one_line(times["claimed_earliest"]), one_line(times["claimed_latest"])} - {""}
    yield ["Date that the ad itself claims", " to ".join(sorted(claimed)) or "none", "whoever wrote the ad"]
    yield ["State of the collector's clock", one_line(times["clock"]) or "not recorded", ""]
    seen = item["seen"]
    if seen["captures"]:
        period = f"{utc(seen['first'])} to {utc(seen['last'])}" if seen["captures"] > 1 else utc(seen["first"])
        yield [
            "This address in the archive",
            f"{counted(seen['captures'], 'capture')}, {period}",
            "as each was captured",
        ]


def _hop_place(hop: Mapping[str, Any]) -> str:
    return f"item {hop['item']}" if hop["item"] else one_line(hop["missing"]) or "not in this package"


def _mention(mention: Mapping[str, Any]) -> Row:
    field = "text of the element" if mention["field"] == "text" else one_line(mention["field"])
    where = f"{field}, characters {mention['start']}–{mention['end']}"
    node = one_line(mention["node"], 300)
    return [
        one_line(mention["kind"]).replace("_", " "),
        one_line(mention["quote"], 300),
        one_line(mention["value"], 300),
        f"{where}, in {node}" if node else where,
    ]


def _identity(item: ExhibitItem) -> Iterator[Row]:
    original = item["original"]
    yield ["Record (capture id)", one_line(item["capture_id"]), "id"]
    yield ["SHA-256 of the page as received", one_line(item["payload_sha256"]), "id"]
    yield ["Journal entry", f"{item['journal']['seq']}", ""]
    yield ["SHA-256 of the journal entry", one_line(item["journal"]["hash"]), "id"]
    yield ["Place in the archive", f"{one_line(original['address'])}, byte {original['offset']}", ""]
    if original.get("received_as"):
        yield ["Received as file", one_line(original["received_as"]), ""]
        yield ["SHA-256 of that file", one_line(original["file_sha256"]), "id"]
    yield ["Collected by", one_line(item["collector"]), ""]
    if item["crawl_id"]:
        yield ["Crawl", one_line(item["crawl_id"]), "id"]
    yield ["Server's IP address", one_line(item["ip"]) or "not recorded", ""]
    if item["certificate_sha256"]:
        yield ["SHA-256 of the server's TLS certificate", one_line(item["certificate_sha256"]), "id"]
    yield ["Not collected from this page", _not_collected(item), ""]


def _not_collected(item: ExhibitItem) -> str:
    counts = {one_line(kind): count for kind, count in sorted(item["not_collected"].items()) if count}
    named = [counted(count, kind.removesuffix("s")) for kind, count in counts.items()]
    return f"{', '.join(named)} (named on the page; never requested)" if named else "nothing else is named on the page"


def _label(name: str) -> str:
    return one_line(name, 40).replace("_", " ").capitalize()


def _text(item: ExhibitItem, read: Callable[[str], bytes]) -> str:
    if not item["text"]:
        return ""
    return plain(read(item["text"]).decode("utf-8", "replace"), TEXT_LIMIT).strip()


def _text_note(item: ExhibitItem, note: str, text: str) -> str:
    if not text:
        kind = one_line(item["content_type"], 100) or "no stated type"
        return (
            f"Nothing is shown here: the record holds no text that can be read ({kind}). The record is in the package."
        )
    told = f"The page's visible text, read from the archived record by this program ({item['text']})."
    return f"{told} {one_line(note)}".strip()


def picture_view(picture: Picture, number: int) -> dict[str, Any]:
    """Facts of a picture with its caption."""
    shown = f"{picture.width} × {picture.height}"
    cut = f"; the page is {picture.cut}, the rest is not shown" if picture.cut else ""
    return {
        "file": picture.file_name(number),
        "width": picture.width,
        "height": picture.height,
        "sha256": picture.sha256,
        "caption": f"Rendering of the archived page as data/pages/{number:04d}.html has it, without scripts, images "
        f"marked where they are missing. Made at export, without a network, by {one_line(picture.renderer)}. "
        f"{shown} CSS pixels{cut}. File data/{picture.path(number)}",
    }
