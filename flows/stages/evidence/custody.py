"""The custody log: every command that touches evidence makes its entry here, and what it says of one capture.

Entries stand in the casework's hash-chained log (who, role, action, object, reason, hash before and after). What the
journal says itself (captured, imported, held, released, purged, handed out) is read together with them.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.errors import NotFound
from pipeline.evidence.archive import CAPTURE_KINDS, Archive
from pipeline.evidence.bag import TAG_MANIFEST
from pipeline.evidence.check import file_sha256
from pipeline.evidence.entries import Entry
from pipeline.home import Home
from pipeline.store.casework import Casework

JOURNALLED = {"capture": "capture", "recovered": "capture", "imported": "import", "block": "hold", "unblock": "release"}


def head_hash(archive: Archive) -> str:
    """The hash that stands for everything in the archive: the journal's head."""
    head = archive.journal.head()
    return head.hash if head else ""


def package_digest(path: Path) -> str:
    """The hash that stands for a package: SHA-256 of its tag manifest, which names every byte; else of the file."""
    if path.is_dir():
        manifest = path / TAG_MANIFEST
        return file_sha256(manifest) if manifest.is_file() else ""
    if not path.is_file():
        return ""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as zipped:
            names = [n for n in zipped.namelist() if n.rpartition("/")[2] == TAG_MANIFEST]
            if names:
                return sha256(zipped.read(min(names, key=len))).hexdigest()
    return file_sha256(path)


def note(
    home: Home, actor: str, action: str, object_: str, reason: str, *, before: str = "", after: str = "", act: str = ""
) -> None:
    """One custody entry, by the named user or the home's operator. Raises NotAllowed when the role excludes `act`."""
    Casework(home.casework_url).custody(
        actor or home.settings.operator, action, object_, reason, before, after, act=act
    )


def note_holds(home: Home, archive: Archive) -> int:
    """Custody entries for holds that the machine made ('block' in the journal) and that have none yet."""
    casework = Casework(home.casework_url)
    if not archive.holds.held:
        return 0
    noted = {(e["object"], e["hash_after"]) for e in casework.entries("custody") if e["action"] == "hold"}
    fresh = [e for e in archive.holds.held.values() if (e.body["capture_id"], e.hash) not in noted]
    for entry in fresh:
        reason = f"{entry.body['reason']} (journal entry {entry.seq}, {entry.at})"
        casework.custody(entry.body["by"], "hold", entry.body["capture_id"], reason, entry.prev, entry.hash)
    return len(fresh)


def custody_of(home: Home, wanted: str = "") -> list[dict[str, Any]]:
    """The custody of a capture or a package (by its name), or of everything: in order of time.

    Rows: at, actor, role, action, object, reason, hash_before, hash_after, source ("journal 12", "log 3").
    Raises NotFound when nothing is known of it.
    """
    entries = Casework(home.casework_url).entries("custody")
    archive = Archive(home)
    if not wanted:
        return [_logged(e) for e in entries]
    found = archive.find([wanted], purged=True)
    rows = list(_of_capture(archive, wanted, found[wanted], entries)) if wanted in found else []
    rows += [_logged(e) for e in entries if e["object"] == wanted]
    if not rows:
        raise NotFound(f"No capture and no package is named {wanted!r}. Look it up: imb evidence find")
    return sorted(_distinct(rows), key=lambda r: r["at"])


def _of_capture(
    archive: Archive, capture_id: str, entry: Entry, entries: Sequence[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """What the journal says of the capture, and log entries on the crawl, file or package that it was in."""
    yield _journalled(archive, entry)
    kinds = ("block", "unblock", "purge", "export")
    places = {str(entry.body.get("crawl_id") or ""), str(entry.body.get("sha256") or "")} - {""}
    digests = set()
    for other in archive.journal.entries(kinds, containing=capture_id.encode()):
        if other.kind == "export":
            digests.add(other.body["sha256"])
        elif other.kind != "purge":
            yield _journalled(archive, other)
    for logged in entries:
        handed_out = {"export": logged["hash_after"], "redact": logged["hash_before"]}.get(logged["action"])
        if logged["object"] in places or handed_out in digests:
            yield _logged(logged)


def _journalled(archive: Archive, entry: Entry) -> dict[str, Any]:
    body, capture = entry.body, entry.body.get("capture") or {}
    actor = body.get("by") or capture.get("collector") or archive.home.settings.operator
    return {
        "at": entry.at,
        "actor": actor,
        "role": "",
        "action": JOURNALLED[entry.kind],
        "object": body.get("capture_id") or capture.get("capture_id", ""),
        "reason": body.get("reason") or body.get("meta", {}).get("why", "") or capture.get("url", ""),
        "hash_before": "" if entry.kind in CAPTURE_KINDS else entry.prev,
        "hash_after": capture.get("sha256") or entry.hash,
        "source": f"journal {entry.seq}",
    }


def _logged(entry: dict[str, Any]) -> dict[str, Any]:
    names = ("at", "actor", "role", "action", "object", "reason", "hash_before", "hash_after")
    return {**{name: entry[name] for name in names}, "source": f"log {entry['seq']}"}


def _distinct(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the journal's word on a hold that the log repeats."""
    said = {r["hash_after"] for r in rows if r["source"].startswith("log ")}
    kept = [
        r for r in rows if not (r["source"].startswith("journal ") and r["action"] in ("hold", "release"))
        or r["hash_after"] not in said
    ]  # fmt: skip
    return list({r["source"]: r for r in kept}.values())
