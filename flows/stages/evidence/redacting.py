"""A redacted copy of an exhibit package, beside the sealed original: pages as one kind of reader may see them.

  REDACTED.md, index.html           what it is, of which original, for whom, what was taken out
  data/redaction.json               the same for machines; per item the place and digest of its page
  data/pages/0001.html, .txt, .json the pages
  bagit.txt … tagmanifest-sha256.txt.p7s, signer.pem     a bag of its own, signed

It never holds a WARC record. It is searched for every protected value before it is put in place, and refused on a hit.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis.redact import Profile, leaks, profile_named
from analysis.redaction.documents import index_page, read_me
from analysis.redaction.leaks import find_leaks
from analysis.redaction.page import Editor, redact_document, redact_page, texts_of
from analysis.redaction.protected_values import Collector, Protected
from analysis.redaction.structured import parse_data
from flows.stages.evidence.custody import note, package_digest
from flows.stages.evidence.exhibit_sources import Exhibit, Source, opened, plain_texts
from flows.stages.progress import Progress, silent
from pipeline.errors import EvidenceBroken, FixInput, NotAllowed
from pipeline.evidence import bag
from pipeline.evidence.archive import Archive
from pipeline.evidence.check import file_sha256
from pipeline.evidence.entries import utc_text
from pipeline.evidence.package.check import verify_package
from pipeline.evidence.package.redacted_check import FACTS, SIGNER
from pipeline.evidence.package.seals import sign_bag
from pipeline.evidence.sealing.keys import load_signer
from pipeline.extract.addresses import parse_address
from pipeline.extract.text import parse, visible_text
from pipeline.home import Home, full_disk_named, locked, sync_folder
from pipeline.store.casework import Casework

FORMAT = "imb redacted copy 1"
OWN = (FACTS, "index.html", "REDACTED.md", bag.MANIFEST, bag.TAG_MANIFEST, bag.INFO)
SHOWN_KINDS = frozenset({"business_name", "phone", "address"})
OWN_PREMISES = frozenset({"landlord"})  # readers who see only what is on their own premises


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be made. `premises` is the reader's own address, for profiles that see nothing else."""

    package: Path
    profile: Profile
    out: Path
    user: str
    reason: str
    premises: str = ""


@dataclass
class _Made:
    items: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[dict[str, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def redact_package(
    home: Home, package: Path, profile: str, out: Path, user: str, reason: str, *, premises: str = "",
    progress: Progress = silent,
) -> dict[str, Any]:  # fmt: skip
    """Write the redacted copy to `out`, a new folder. The caller does not hold the lock.

    Returns {path, profile, items, left_out, spans, sha256, original_sha256}. Raises EvidenceBroken when the original
    does not verify, NotAllowed when a protected value is still in the copy or nothing is left, FixHome when the home
    cannot sign. Nothing stands at `out` then.
    """
    request = Request(package, profile_named(profile), out, user, reason, premises)
    _refuse(home, request)
    report = verify_package(package)
    if report.problems:
        raise EvidenceBroken(
            f"{package} does not verify, so no copy is made of it: {report.problems[0]}. "
            "Make the package again, or use another copy of it."
        )
    load_signer(home)
    with locked(home, "imb evidence redact"), full_disk_named(out), opened(package) as folder:
        archive = Archive(home)
        archive.recover()
        part = out.with_name(out.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        try:
            facts = _Copy(home, archive, folder, part, request, progress).write()
            part.rename(out)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        sync_folder(out.parent)
        digest = file_sha256(out / bag.TAG_MANIFEST)
        original = str(facts["original"]["sha256"])
        ids = [i["capture_id"] for i in facts["items"]]
        archive.journal.append("redact", name=out.name, profile=profile, original=original, sha256=digest, captures=ids)
        words = f"{reason} (profile {profile}, {len(ids)} items: {out.name})"
        note(home, user, "redact", package.name, words, before=original, after=digest)
        archive.close()
    return {
        "path": str(out),
        "profile": profile,
        "items": len(ids),
        "left_out": facts["left_out"],
        "spans": facts["spans"],
        "sha256": digest,
        "original_sha256": original,
    }


def _refuse(home: Home, request: Request) -> None:
    if request.out.exists():
        raise FixInput(f"{request.out} exists. Choose another name: a copy is never written over.")
    if not request.reason.strip():
        raise FixInput("A reason is needed: who gets the copy, and why. Give it with --reason.")
    if request.profile.name in OWN_PREMISES and not parse_address(request.premises).street_key:
        raise FixInput(f"A copy for a {request.profile.name} shows their own premises only: name them with --premises.")
    Casework(home.casework_url).may(request.user, "read evidence")


class _Copy:
    def __init__(
        self, home: Home, archive: Archive, folder: Path, part: Path, request: Request, progress: Progress
    ) -> None:
        self.home, self.part, self.request, self.progress = home, part, request, progress
        only = request.premises if request.profile.name in OWN_PREMISES else ""
        self._exhibit = Exhibit(archive, folder, only)

    def write(self) -> dict[str, Any]:
        """All files of the copy, checked and signed. Returns what redaction.json says."""
        (self.part / "data" / "pages").mkdir(parents=True)
        protected = self._collect()
        made = self._pages(protected)
        if not made.items:
            why = "; ".join(f"{o['capture_id']}: {o['reason']}" for o in made.left_out)
            raise NotAllowed(
                f"No copy was made: nothing is left to show ({why}). Choose another package, or another --profile."
            )
        facts = self._facts(protected, made)
        self._text(FACTS, json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
        self._text("REDACTED.md", read_me(facts))
        self._text("index.html", index_page(facts))
        bag.finish_bag(
            self.part, {"External-Description": "redacted copy, not the original", "Profile": facts["profile"]}
        )
        self._check(protected)
        self._text(SIGNER, load_signer(self.home).pem())
        bag.write_manifests(self.part)
        sign_bag(self.home, self.part)
        return facts

    def _text(self, name: str, text: str) -> None:
        (self.part / name).write_bytes(text.encode("utf-8", "replace"))

    def _collect(self) -> Protected:
        collector = Collector(self.request.profile)
        for n, source in enumerate(self._exhibit.sources(), 1):
            if not source.left_out:
                self._look(source, collector)
            self.progress("find what is protected", n, len(self._exhibit))
        return collector.done()

    def _look(self, source: Source, collector: Collector) -> None:
        for ad in source.ads:
            for mention in ad.mentions:
                if mention.kind == "business_name":
                    collector.trade_name(mention.quote)
        if source.kind == "html":
            texts_of(source.text, collector.text)
            root = parse(source.text).body
            collector.text(visible_text(root) if root is not None else "")
        else:
            for text in plain_texts(source):
                collector.text(text)

    def _pages(self, protected: Protected) -> _Made:
        made = _Made()
        for n, source in enumerate(self._exhibit.sources(), 1):
            if source.left_out:
                made.left_out.append({"capture_id": source.item["capture_id"], "reason": source.left_out})
            else:
                made.items.append(self._page(n, source, protected, made.counts))
            self.progress("redact", n, len(self._exhibit))
        return made

    def _page(self, number: int, source: Source, protected: Protected, counts: Counter[str]) -> dict[str, Any]:
        item, profile, own = source.item, self.request.profile, Counter[str]()
        keep = None if profile.shows("review") else self._keep(source)
        edit = Editor(protected, own, keep)
        if source.kind == "html":
            made = redact_page(source.text, protected, self._notice(number), keep)
            text, own = made.html, made.counts
            edit.counts = own
        elif source.kind == "json":
            text = json.dumps(redact_document(parse_data(source.text), edit), ensure_ascii=False, indent=1) + "\n"
        else:
            text = f"{self._notice(number)}\n\n{edit.text(source.text)}"
        name = f"data/pages/{number:04d}.{source.kind}"
        self._text(name, text)
        shown = profile.shows("business")
        facts = {
            "item": number,
            "capture_id": item["capture_id"],
            "site": item["site"] if shown else "",
            "url": edit.url(item["url_reached"]) if shown else "",
            "captured_at": item["times"]["response_received"],
            "status": item["status"],
            "payload_sha256": item["payload_sha256"],
            "page": name,
            "page_sha256": file_sha256(self.part / name),
        }
        counts.update(own)
        return {**facts, "spans": {kind: count for kind, count in sorted(own.items()) if count}}

    def _keep(self, source: Source) -> list[str]:
        """The phrases of a page that such a reader may see: trade names, phones, addresses."""
        if not self.request.profile.shows("business"):
            return []
        found = {m.quote for ad in source.ads for m in ad.mentions if m.kind in SHOWN_KINDS and self._is_shown(m)}
        return sorted(found, key=lambda quote: (-len(quote), quote))

    def _is_shown(self, mention: Any) -> bool:
        if mention.kind != "address" or self.request.profile.name not in OWN_PREMISES:
            return True
        return self._exhibit.is_own(parse_address(mention.quote))

    def _notice(self, number: int) -> str:
        return (
            f"REDACTED COPY, not the original. Item {number}, made for: {self.request.profile.name}. "
            "What was taken out and of which original: see REDACTED.md."
        )

    def _facts(self, protected: Protected, made: _Made) -> dict[str, Any]:
        edit = Editor(protected, Counter())
        said = {name: edit.text(str(self._exhibit.said["facts"].get(name, ""))) for name in ("exhibit", "case")}
        digest = package_digest(self.request.package)
        return {
            "format": FORMAT,
            "watermark": self._exhibit.said.get("watermark", ""),
            "profile": self.request.profile.name,
            "premises": self.request.premises if self.request.profile.name in OWN_PREMISES else "",
            "original": {"name": edit.text(self.request.package.name), "sha256": digest, **said},
            "made_at": utc_text(datetime.now(UTC)),
            "made_by": self.home.settings.operator,
            "items": made.items,
            "left_out": made.left_out,
            "spans": {kind: count for kind, count in sorted(made.counts.items()) if count},
            "persons": len(protected.names),
        }

    def _check(self, protected: Protected) -> None:
        """Raises NotAllowed when anything protected can still be found in any byte of the copy."""
        values = protected.values()
        found = [f"{leak.file}: {leak.kind}" for leak in find_leaks(self.part, values, protected.trade_names, OWN)]
        for path in sorted((self.part / "data" / "pages").iterdir()):
            if leaks(path.read_text(encoding="utf-8"), self.request.profile):
                found.append(f"data/pages/{path.name}: an e-mail address, a date of birth or a phone")
        if found:
            raise NotAllowed(
                f"No copy was made: protected values would still be in it ({'; '.join(found[:5])}; "
                f"{len(found)} in all). Report it to whoever maintains the program; redact these pages by hand."
            )
