"""What is derived from items and records: made at export, and made again when a package is verified."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from pipeline.evidence.package.exhibit import CustodyEntry, ExhibitItem, ExhibitPackage
from pipeline.evidence.package.guide import render_verify
from pipeline.evidence.package.pages import render_index, render_item
from pipeline.evidence.package.records import WACZ, response_record
from pipeline.evidence.package.rows import items_csv, title
from pipeline.evidence.package.seals import render_commands
from pipeline.evidence.package.still import still_page
from pipeline.evidence.package.wacz import Label, Replayed
from pipeline.evidence.provenance import collector_name
from pipeline.evidence.warc.payload import HttpMessage, decode_payload

JOURNAL, COMMANDS = "data/journal.jsonl", "data/seals/commands.txt"


def page_names(number: int) -> dict[str, str]:
    """Where an item's page and text lie."""
    return {"page": f"data/pages/{number:04d}.html", "text": f"data/pages/{number:04d}.txt"}


def sealed_times(seal: Mapping[str, Any]) -> dict[str, str]:
    return {"batch_sealed": seal.get("signed_at", ""), "time_stamped": (seal.get("token") or {}).get("time", "")}


def acts_by_object(package: ExhibitPackage) -> dict[str, list[CustodyEntry]]:
    found: dict[str, list[CustodyEntry]] = defaultdict(list)
    for act in package["custody"]:
        found[act["object"]].append(act)
    return found


def item_page(
    package: ExhibitPackage, item: ExhibitItem, message: HttpMessage, acts: Iterable[CustodyEntry]
) -> tuple[bytes, bytes, str]:
    """Page, text and title of one capture. Sets what the item says from its content alone."""
    payload, _ = decode_payload(message)
    still = still_page(payload, message.header(b"content-type").decode("latin-1"))
    item["times"]["server_date_header"] = message.header(b"date").decode("latin-1")
    item["not_collected"] = still.left_out
    return text_bytes(render_item(package, item, still, acts)), text_bytes(still.text), still.title


def text_bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def replayed(package: ExhibitPackage, titles: Mapping[str, str]) -> Iterator[Replayed]:
    """What the WACZ's index and pages list: the responses of all items that it holds, in order of the items."""
    for item in package["items"]:
        record = response_record(item)
        if record["file"].startswith(WACZ):
            yield Replayed(
                url=item["url_reached"],
                captured_at=datetime.fromisoformat(item["times"]["response_received"]),
                status=item["status"],
                content_type=item["content_type"],
                payload_sha256=item["payload_sha256"],
                file=record["file"].rpartition("/")[2],
                offset=record["offset"],
                length=record["length"],
                sha256=record["sha256"],
                record_id=record["id"],
                title=titles.get(item["capture_id"], ""),
            )


def label(package: ExhibitPackage) -> Label:
    return Label(title(package), package["exported_at"], collector_name())


def bag_info(package: ExhibitPackage) -> dict[str, str]:
    """The facts of bag-info.txt."""
    facts = package["facts"]
    return {
        "Source-Organization": package["operator"],
        "Contact-Name": facts.get("exporter", ""),
        "External-Description": " ".join(filter(None, (title(package), package["watermark"]))),
        "External-Identifier": facts.get("exhibit", ""),
        "Bag-Group-Identifier": facts.get("case", ""),
        "Bagging-Date": package["signed_at"][:10],
        "Bag-Software-Agent": f"imb {package['software']['version']}",
    }


READABLE: dict[str, Callable[[ExhibitPackage], str]] = {
    "index.html": render_index,
    "data/items.csv": items_csv,
    "VERIFY.md": render_verify,
    COMMANDS: render_commands,
}
