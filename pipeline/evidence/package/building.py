"""Build an exhibit package: a BagIt bag with the archived records in a WACZ and all that it takes to check and read it.

  index.html, VERIFY.md             to read first: what it is, how a stranger checks it
  bagit.txt, bag-info.txt, manifest-sha256.txt, tagmanifest-sha256.txt, tagmanifest-sha256.txt.p7s     see `bag`
  data/exhibit.wacz                 the records, untouched, with an index for replay; see `wacz`
  data/records/                     records that a WACZ cannot hold: ARC, damaged
  data/items.json                   the items with provenance, times, places and digests; see `exhibit`
  data/journal.jsonl, data/seals/   the journal's entries that name them, their seals; see `seals`
  data/pages/0001.html, .txt        each capture as a page without script, and its text (DERIVED)
  data/items.csv                    the items as a table (DERIVED)
  data/derived/, data/certificates/ what the caller's maker of documents gives

A zip holds one folder with this. A redacted copy is another package beside it, never a part of it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from pipeline.errors import FixInput, NotAllowed
from pipeline.evidence import bag
from pipeline.evidence.archive import Archive, known_capture
from pipeline.evidence.check import file_sha256
from pipeline.evidence.entries import Entry, utc_text
from pipeline.evidence.package.derived import (
    JOURNAL,
    READABLE,
    acts_by_object,
    bag_info,
    item_page,
    label,
    page_names,
    replayed,
    sealed_times,
    text_bytes,
)
from pipeline.evidence.package.exhibit import (
    FORMAT,
    CustodyEntry,
    EvidenceFile,
    ExhibitItem,
    ExhibitPackage,
    Hop,
    MakeDocuments,
    NotCaptured,
    Seen,
)
from pipeline.evidence.package.items import (
    POLICY,
    Background,
    Role,
    attempt_facts,
    complete,
    custody_facts,
    end_facts,
    hop_facts,
    item_facts,
    look_up,
    source_facts,
    source_of,
    sources,
)
from pipeline.evidence.package.records import LOOSE, WACZ, Copier
from pipeline.evidence.package.seals import ITEMS, item_seal, seal_before_export, sign_bag, write_seals
from pipeline.evidence.package.wacz import WaczWriter, zip_entry
from pipeline.evidence.provenance import software
from pipeline.evidence.sealing.keys import has_key
from pipeline.evidence.warc.writing import FIDELITY
from pipeline.home import Home, full_disk_named, sync_folder
from pipeline.model import Capture

WATERMARK = "SIMULATED CLOCK — DEMONSTRATION"
HELD = "held: access to this capture is blocked in the archive; it is neither copied nor exported"
PURGED = "purged under certificate {}: its records are no more in the archive"
UNKNOWN = "the journal names no such capture"
DOCUMENT = re.compile(r"(derived|certificates)(/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){1,3}")
SHOWN_ELSEWHERE = {"capture_id", "url", "site", "captured_at", "posted_earliest", "posted_latest", "mentions"}
Descriptions = Mapping[str, Mapping[str, Any] | Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class PackageResult:
    """`sha256` is that of tagmanifest-sha256.txt, which stands for every other byte. `items` counts the captures asked
    for, without redirects on the way to them. `refused` lists "capture id: reason"."""

    path: Path
    items: int
    sha256: str
    refused: tuple[str, ...]


def build_package(
    home: Home,
    archive: Archive,
    captures: Iterable[Capture],
    out: Path,
    facts: Mapping[str, str],
    describe: Descriptions | None = None,
    custody: Iterable[CustodyEntry] = (),
    documents: MakeDocuments | None = None,
) -> PackageResult:
    """Write a package to `out`, a new directory or FILE.zip, and journal the export. The caller holds the lock.

    `facts`: exhibit, case, requester, authority, exporter, purpose. `describe` maps a capture id to what is known of
    it (one mapping, or one per ad on the page; its "mentions" are `exhibit.Quoted`). `custody` adds to what the journal
    tells. Held captures are refused and listed. Raises FixInput when `out` is taken, NotAllowed when nothing is left to
    export, EvidenceBroken when a record cannot be read or is not what was sealed, FixHome when the home's key cannot
    sign.
    """
    if out.exists():
        raise FixInput(f"{out} exists. Choose another name: a package is never written over.")
    wanted = sorted({c.capture_id: c for c in captures}.values(), key=lambda c: (c.captured_at, c.capture_id))
    about = look_up(archive, wanted)
    refused = [(c.capture_id, reason) for c in wanted if (reason := _refusal(archive, about, c.capture_id))]
    left_out = {capture_id for capture_id, _ in refused}
    chosen = [about.found[c.capture_id] for c in wanted if c.capture_id not in left_out]
    if not chosen:
        why = "; ".join(f"{i}: {r}" for i, r in refused) or "no capture was named"
        raise NotAllowed(f"Nothing to export: {why}. Choose other captures: imb evidence find")
    seal_before_export(archive)
    part = out.with_name(out.name + ".part")
    with full_disk_named(out):
        shutil.rmtree(part, ignore_errors=True)
        (part / "data" / "pages").mkdir(parents=True)
        try:
            builder = _Builder(home, archive, part, dict(facts), about)
            builder.write(chosen, refused, describe or {}, list(custody), documents)
            digest = file_sha256(part / bag.TAG_MANIFEST)
            _put_in_place(part, out)
        finally:
            shutil.rmtree(part, ignore_errors=True)  # nothing half made, nothing unsigned stays behind
    ids = [e.body["capture"]["capture_id"] for e in chosen]
    archive.journal.append(
        "export", name=out.name, sha256=digest, facts=dict(facts), captures=ids, refused=sorted(left_out)
    )
    return PackageResult(out, len(chosen), digest, tuple(f"{i}: {r}" for i, r in refused))


def _refusal(archive: Archive, about: Background, capture_id: str) -> str:
    """Why a capture cannot be handed out, "" when it can."""
    if purge_id := archive.purges.captures.get(capture_id):
        return PURGED.format(purge_id)
    if archive.is_blocked(capture_id):
        return HELD
    return "" if capture_id in about.found else UNKNOWN


class _Builder:
    def __init__(self, home: Home, archive: Archive, folder: Path, facts: dict[str, str], about: Background) -> None:
        self.home, self.archive, self.folder, self.facts, self.about = home, archive, folder, facts, about

    def write(
        self,
        chosen: list[Entry],
        refused: list[tuple[str, str]],
        describe: Descriptions,
        custody: list[CustodyEntry],
        documents: MakeDocuments | None,
    ) -> None:
        entries = [*chosen, *self._steps(chosen)]
        complete(self.archive, self.about, entries)
        wacz = WaczWriter(self.folder / WACZ)
        try:
            copier = Copier(self.archive, self.folder, wacz)
            for entry in entries:
                copier.plan(entry)
            copier.copy(self.about.context)
            package = self._package(chosen, entries, refused, describe, copier, custody)
            titles = self._pages(package, entries)
            wacz.finish(replayed(package, titles), label(package))
        finally:
            wacz.close()
        package["evidence"] = list(self._evidence())
        made = documents(package, self._read) if documents else {}
        for name, data in made.items():
            self._document(name, data)
        package["documents"] = sorted(f"data/{name}" for name in made)
        self._bytes(ITEMS, (json.dumps(package, indent=1, sort_keys=True, ensure_ascii=True) + "\n").encode())
        package = json.loads((self.folder / ITEMS).read_bytes())  # what a verifier will read, in its order
        for name, render in READABLE.items():
            if text := render(package):
                self._bytes(name, text_bytes(text))
        bag.finish_bag(self.folder, bag_info(package))
        if has_key(self.home):
            sign_bag(self.home, self.folder)

    def _steps(self, chosen: list[Entry]) -> list[Entry]:
        """Redirects that led to the chosen captures and are not held, oldest first, each once."""
        have = {e.seq for e in chosen}
        hops = (hop for e in chosen for hop in self.about.chains[e.body["capture"]["capture_id"]])
        found = {hop.seq: hop for hop in hops if hop.seq not in have}
        return [found[seq] for seq in sorted(found) if not self.archive.is_blocked(_capture_id(found[seq]))]

    def _package(
        self,
        chosen: list[Entry],
        entries: list[Entry],
        refused: list[tuple[str, str]],
        describe: Descriptions,
        copier: Copier,
        custody: list[CustodyEntry],
    ) -> ExhibitPackage:
        about = self.about
        excerpt = sorted([*about.context, *entries, *about.attempts, *about.ends, *self._holds()], key=lambda e: e.seq)
        self._bytes(JOURNAL, b"".join(e.line() for e in excerpt))
        sealing = write_seals(self.archive, self.folder, excerpt)
        items = self._items(chosen, entries, describe, copier, sealing["seals"])
        head = self.archive.journal.head()
        return ExhibitPackage(
            format=FORMAT,
            watermark=self._watermark(),
            facts=self.facts,
            exported_at=utc_text(self.home.now()),
            signed_at=utc_text(datetime.now(UTC)),  # by the system's clock, also in a demonstration
            operator=self.home.settings.operator,
            software=software(),
            fidelity=FIDELITY,
            items=items,
            sources=[source_facts(e) for e in about.context if e.kind != "warc_file"],
            context=copier.context,
            not_included=[{"capture_id": i, "reason": r} for i, r in refused],
            not_captured=NotCaptured(
                policy=POLICY,
                attempts=[attempt_facts(e) for e in about.attempts],
                crawls=[end_facts(e) for e in about.ends],
            ),
            custody=self._custody(entries, custody),
            sealed=sealing["sealed"],
            seals=sealing["seals"],
            journal_head={"seq": head.seq, "hash": head.hash} if head else {},
            evidence=[],
        )

    def _holds(self) -> list[Entry]:
        return [e for e in self.about.acts if e.kind in {"block", "unblock"}]

    def _custody(self, entries: list[Entry], given: list[CustodyEntry]) -> list[CustodyEntry]:
        """The journal's acts and the given ones, in order of time; what both logs tell is told by the given ones."""
        operator = self.home.settings.operator
        told = {e["hash_after"] for e in given}
        files = [e for e in self.about.context if e.kind == "import_file"]
        acts = [e for e in self.about.acts if told.isdisjoint((e.hash, e.body.get("sha256")))]
        own = [custody_facts(e, operator) for e in [*entries, *files, *acts]]
        return sorted([*own, *given], key=lambda a: (a["at"], a["log"], a["number"]))

    def _items(
        self,
        chosen: list[Entry],
        entries: list[Entry],
        describe: Descriptions,
        copier: Copier,
        seals: list[dict[str, Any]],
    ) -> list[ExhibitItem]:
        numbers = {_capture_id(e): n for n, e in enumerate(entries, 1)}
        crawls, asked = sources(self.about.context), {e.seq for e in chosen}
        items = []
        for number, entry in enumerate(entries, 1):
            role: Role = "ad" if entry.seq in asked else "redirect"
            item = item_facts(number, role, entry, source_of(entry, crawls))
            given = _rows(describe.get(item["capture_id"], ()))
            hops = self._hops(entry, numbers)
            seal = item_seal(entry.seq, seals)
            item["url_asked"] = hops[0]["url"] if hops else item["meta"].get("asked", item["url_reached"])
            item["redirects"] = hops
            item["times"] |= {**sealed_times(seal), "server_date_header": "", **_claimed(given)}
            item["seen"] = self.about.seen.get((item["site"], item["url_reached"]), Seen(first="", last="", captures=0))
            item |= {"seal": seal, "records": copier.placed(entry), "description": _shown(given), "not_collected": {}}
            item |= {
                "mentions": [mention for row in given for mention in row.get("mentions", ())],
                **page_names(number),
            }
            items.append(cast(ExhibitItem, item))
        return items

    def _hops(self, entry: Entry, numbers: Mapping[str, int]) -> list[Hop]:
        chain = self.about.chains.get(_capture_id(entry), [])
        return [hop_facts(h, n, "" if n else HELD) for h in chain for n in [numbers.get(_capture_id(h), 0)]]

    def _watermark(self) -> str:
        simulated = any(str(e.body.get("clock", "")).startswith("SIMULATED") for e in self.about.context)
        return WATERMARK if self.home.demo or simulated else ""

    def _pages(self, package: ExhibitPackage, entries: list[Entry]) -> dict[str, str]:
        """Write each capture's page and text, and note in the item what only its content tells. Returns titles."""
        titles, acts = {}, acts_by_object(package)
        by_id = {_capture_id(e): e for e in entries}
        for item in sorted(package["items"], key=lambda i: (i["original"]["address"], i["original"]["offset"])):
            known = known_capture(by_id[item["capture_id"]])
            assert known is not None
            page, text, titles[item["capture_id"]] = item_page(
                package, item, self.archive.message(known.capture), acts.get(item["capture_id"], [])
            )
            self._bytes(item["page"], page)
            self._bytes(item["text"], text)
        return titles

    def _evidence(self) -> Iterator[EvidenceFile]:
        loose = sorted((self.folder / LOOSE).glob("*"))
        for path in [self.folder / WACZ, *loose, self.folder / JOURNAL]:
            name = path.relative_to(self.folder).as_posix()
            yield EvidenceFile(path=name, bytes=path.stat().st_size, sha256=file_sha256(path))

    def _document(self, name: str, data: bytes) -> None:
        if not DOCUMENT.fullmatch(name):
            raise ValueError(f"a document may not be called {name!r}")
        (self.folder / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        self._bytes(f"data/{name}", data)

    def _read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def _bytes(self, name: str, data: bytes) -> None:
        (self.folder / name).write_bytes(data)


def _capture_id(entry: Entry) -> str:
    return str(entry.body["capture"]["capture_id"])


def _rows(given: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [given] if isinstance(given, Mapping) else list(given)


def _shown(given: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """In the order that items.json will have: a verifier makes the pages again from that."""
    rows = [sorted((k, v) for k, v in row.items() if k not in SHOWN_ELSEWHERE and v not in (None, "")) for row in given]
    return [{name: _plain(value) for name, value in row} for row in rows]


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _claimed(given: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The earliest and latest date that the ads on a page claim."""
    rows = list(given)
    earliest = sorted(str(r["posted_earliest"]) for r in rows if r.get("posted_earliest"))
    latest = sorted(str(r["posted_latest"]) for r in rows if r.get("posted_latest"))
    return {"claimed_earliest": (earliest or [""])[0], "claimed_latest": (latest or [""])[-1]}


def _put_in_place(part: Path, out: Path) -> None:
    if out.suffix.lower() != ".zip":
        part.replace(out)
    else:
        packed = out.with_name(out.name + ".zip.part")
        with packed.open("wb") as sink:
            write_zip(part, sink, out.stem)
            sink.flush()
            os.fsync(sink.fileno())
        packed.replace(out)
    sync_folder(out.parent)


def write_zip(folder: Path, sink: BinaryIO, top: str) -> None:
    """A zip of one folder called `top`, with sorted names and fixed dates: the same files give the same bytes."""
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name in names:
            entry = zip_entry(f"{top}/{name}")
            entry.file_size = (folder / name).stat().st_size
            with (folder / name).open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)
