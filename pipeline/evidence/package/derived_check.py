"""Check what a package derives: pages, tables, the WACZ's index and descriptions, made again and compared.

Only the program that wrote them can make them again, typeset documents only on the same system; of another version's
package the WACZ is checked against its own digests, and a note says what was not compared.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.errors import EvidenceBroken
from pipeline.evidence import bag
from pipeline.evidence.check import Report, file_sha256
from pipeline.evidence.documents.making import make_documents_again
from pipeline.evidence.documents.picture import DESCRIBED
from pipeline.evidence.package.derived import READABLE, acts_by_object, bag_info, item_page, label, replayed, text_bytes
from pipeline.evidence.package.exhibit import ExhibitItem, ExhibitPackage
from pipeline.evidence.package.items import POLICY
from pipeline.evidence.package.records import WACZ, response_record
from pipeline.evidence.package.seals import ITEMS
from pipeline.evidence.package.wacz import (
    INDEX,
    PACKAGE,
    PACKAGE_DIGEST,
    PAGES,
    datapackage,
    datapackage_digest,
    index,
    pages,
    resource,
)
from pipeline.evidence.problem import Problem
from pipeline.evidence.provenance import software
from pipeline.evidence.warc.payload import HttpMessage, decode_payload, read_message
from pipeline.evidence.warc.record_reader import RecordReader
from pipeline.extract.text import field_text

PROGRAM = ("version", "commit", "lock_sha256")
PARTS = {INDEX, PAGES, PACKAGE, PACKAGE_DIGEST}
DIFFERS = f"does not say what {ITEMS} and the records say"


class DerivedCheck:
    """Checks one package; problems go to the report."""

    def __init__(self, folder: Path, package: ExhibitPackage, report: Report) -> None:
        self.folder, self.package, self.report = folder, package, report
        self._reader = RecordReader(folder)
        self._same_program = all(package["software"].get(name) == software()[name] for name in PROGRAM)

    def run(self) -> None:
        """Compare everything that can be."""
        titles: dict[str, str] = {}
        if self._same_program:
            self._readable()
            titles = self._item_pages()
            if self.package["software"] == software():
                self._documents()
            else:
                report = "made on another system: report and certificates not compared with the items"
                self.report.notes.append(report)
        else:
            note = "written by another version of the program: pages, tables and index not compared with the records"
            self.report.notes.append(note)
        self._evidence()
        try:
            self._wacz(titles)
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            self._problem(WACZ, "zip", "readable", str(error))

    def _problem(self, file: str, place: str, prop: str, detail: str) -> None:
        self.report.add(Problem(file, place, prop, detail))

    def _compare(self, name: str, data: bytes) -> None:
        path = self.folder / name
        if path.is_file() and path.read_bytes() != data:
            self._problem(name, "content", "derived", DIFFERS)

    def _readable(self) -> None:
        for name, render in READABLE.items():
            self._compare(name, text_bytes(render(self.package)))
        if self.package["not_captured"]["policy"] != POLICY:
            self._problem(ITEMS, "not_captured", "policy", "not the sentences of this program")
        info = self.folder / bag.INFO
        told = info.read_bytes().decode("utf-8", "replace").splitlines()[:-1] if info.is_file() else []
        if told != bag.info_lines(bag_info(self.package)):
            self._problem(bag.INFO, "content", "derived", DIFFERS)

    def _item_pages(self) -> dict[str, str]:
        """Make each capture's page again from its record. Returns titles."""
        acts, titles = acts_by_object(self.package), {}
        for item in sorted(self.package["items"], key=_place):
            again: ExhibitItem = {**item, "times": {**item["times"]}}
            try:
                message = self._message(item)
            except (EvidenceBroken, OSError):
                continue  # the record's own check has said so
            own = acts.get(item["capture_id"], [])
            page, text, titles[item["capture_id"]] = item_page(self.package, again, message, own)
            self._quoted(item, message)
            self._compare(item["page"], page)
            self._compare(item["text"], text)
            if again["times"] != item["times"] or again["not_collected"] != item["not_collected"]:
                place = f"item {item['item']} ({item['capture_id']})"
                self._problem(ITEMS, place, "content", "server's date or what the page names is not as in the record")
        return titles

    def _quoted(self, item: ExhibitItem, message: HttpMessage) -> None:
        """What the item quotes stands where it says, in the record."""
        payload, _ = decode_payload(message)
        content_type = message.header(b"content-type").decode("latin-1")
        for said in item["mentions"]:
            in_address = said["field"] == "url"
            text = item["url_reached"] if in_address else field_text(payload, content_type, said["field"], said["node"])
            if text[said["start"] : said["end"]] != said["quote"]:
                place = f"item {item['item']} ({item['capture_id']})"
                self._problem(ITEMS, place, "mentions", f"{said['quote']!r} does not stand where it says in the page")

    def _message(self, item: ExhibitItem) -> HttpMessage:
        record = response_record(item)
        span, block = self._reader.span(record["file"], record["offset"], record["length"])
        message = read_message(block, span.headers.get("content-type", ""), bare=span.type == "resource")
        if sha256(message.body).hexdigest() != item["payload_sha256"]:
            place = f"item {item['item']} ({item['capture_id']})"
            self._problem(record["file"], place, "payload", "the page's body is not what the journal names")
        return message

    def _documents(self) -> None:
        """Make report and certificates again from items and renderings."""
        there = {p.relative_to(self.folder / "data").as_posix() for p in self._made_files()}
        if not there:
            return
        if DESCRIBED not in there:
            self.report.notes.append("data/derived and data/certificates are not this program's: not compared")
            return
        try:
            again = make_documents_again(self.package, lambda name: (self.folder / name).read_bytes())
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            self._problem("data/derived", "documents", "derived", f"cannot be made again: {error}")
            return
        if self.package.get("documents") != sorted(f"data/{name}" for name in again):
            self._problem(ITEMS, "documents", "derived", "does not list report and certificates as they are made")
        for name in sorted(there ^ set(again)):
            self._problem(f"data/{name}", "whole file", "derived", "missing, or no document of this package")
        for name, data in again.items():
            self._compare(f"data/{name}", data)

    def _made_files(self) -> Iterator[Path]:
        for name in ("derived", "certificates"):
            yield from (p for p in (self.folder / "data" / name).rglob("*") if p.is_file())

    def _evidence(self) -> None:
        for told in self.package["evidence"]:
            path = self.folder / told["path"]
            if path.is_file() and (path.stat().st_size, file_sha256(path)) != (told["bytes"], told["sha256"]):
                self._problem(told["path"], "whole file", "sha256", f"differs from the one that {ITEMS} names")

    def _wacz(self, titles: dict[str, str]) -> None:
        with zipfile.ZipFile(self.folder / WACZ) as packed:
            names = packed.namelist()
            if len(names) != len(set(names)):
                self._problem(WACZ, "zip", "form", "a name appears twice")
            for name in sorted(set(names) - PARTS):
                if not name.startswith("archive/"):
                    self._problem(f"{WACZ}!{name}", "whole file", "listed", "no part of a WACZ of this program")
            found = [_hashed(packed, n) for n in names if n not in {PACKAGE, PACKAGE_DIGEST}]
            described = packed.read(PACKAGE) if PACKAGE in names else b"{}"
            digest = packed.read(PACKAGE_DIGEST) if PACKAGE_DIGEST in names else b""
            listed = list(replayed(self.package, titles)) if self._same_program else []
            if self._same_program:
                for name, data in ((INDEX, index(listed)), (PAGES, pages(listed))):
                    if name not in names or packed.read(name) != data:
                        self._problem(f"{WACZ}!{name}", "content", "derived", DIFFERS)
        if digest != datapackage_digest(described):
            self._problem(f"{WACZ}!{PACKAGE_DIGEST}", "content", "hash", f"not that of {PACKAGE}")
        told = {r["path"]: r for r in json.loads(described).get("resources", [])}
        for one in found:
            if told.pop(one["path"], None) != one:
                self._problem(f"{WACZ}!{one['path']}", "whole file", "sha256", f"not as {PACKAGE} names it")
        for path in told:
            self._problem(f"{WACZ}!{path}", "whole file", "present", f"{PACKAGE} names it; it is not there")
        if self._same_program and described != datapackage(found, label(self.package)):
            self._problem(f"{WACZ}!{PACKAGE}", "content", "derived", DIFFERS)


def _place(item: ExhibitItem) -> tuple[str, int]:
    record = response_record(item)
    return record["file"], record["offset"]


def _hashed(packed: zipfile.ZipFile, name: str) -> dict[str, Any]:
    digest, size = sha256(), 0
    with packed.open(name) as source:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
    return resource(name, digest.hexdigest(), size)
