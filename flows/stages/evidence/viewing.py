"""Look at one archived page, or take its bytes out: each with a reason and an entry in the custody log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flows.stages.evidence.custody import note
from pipeline.errors import FixInput, NotFound
from pipeline.evidence.archive import Archive, ArchivedResponse, known_capture
from pipeline.extract.protected import find_protected
from pipeline.extract.text import decode, parse, visible_text
from pipeline.home import Home, full_disk_named
from pipeline.model import Capture
from pipeline.store.casework import Casework

BLOCK = "█"


def view_capture(home: Home, capture_id: str, reason: str, user: str, *, reveal: bool = False) -> dict[str, Any]:
    """The page as text; names, ages and looks of workers are blocked out unless `reveal`.

    Returns {capture_id, url, captured_at, status, sha256, text, withheld}. Raises NotAllowed for a held capture.
    """
    capture, response = _opened(home, capture_id, reason, user)
    text = _text(response)
    spans = [] if reveal else [(found.start, found.end) for found in find_protected(text)]
    for start, end in reversed(spans):
        text = text[:start] + BLOCK * (end - start) + text[end:]
    action = "view, names revealed" if reveal else "view"
    note(home, user, action, capture_id, reason, before=capture.sha256, after=capture.sha256)
    return {**_facts(capture), "text": text, "withheld": len(spans)}


def copy_capture(
    home: Home, capture_id: str, reason: str, user: str, target: Path, *, records: bool = False
) -> dict[str, Any]:
    """Write the body as received or, with `records`, the WARC records to a new file. Raises FixInput, NotAllowed."""
    if target.exists():
        raise FixInput(f"{target} exists. Choose another name: nothing is written over.")
    capture, response = _opened(home, capture_id, reason, user)
    data = Archive(home).record_bytes(capture) if records else response.body
    with full_disk_named(target), target.open("xb") as file:
        file.write(data)
    what = "WARC records" if records else "body as received"
    note(
        home, user, "copy", capture_id, f"{reason} ({what}: {target.name})", before=capture.sha256, after=capture.sha256
    )
    return {**_facts(capture), "file": str(target), "bytes": len(data)}


def _opened(home: Home, capture_id: str, reason: str, user: str) -> tuple[Capture, ArchivedResponse]:
    if not reason.strip():
        raise FixInput("A reason is needed: it is logged and may be read in court. Give it with --reason.")
    Casework(home.casework_url).may(user, "read evidence")
    archive = Archive(home)
    archive.refuse_purged(capture_id)
    entry = archive.find([capture_id]).get(capture_id)
    known = known_capture(entry) if entry else None
    if known is None:
        raise NotFound(f"The journal names no capture {capture_id!r}. Look it up: imb evidence find")
    return known.capture, archive.read(known.capture)


def _text(response: ArchivedResponse) -> str:
    kind = response.content_type.partition(";")[0].strip().lower()
    if kind and not (kind.startswith("text/") or "html" in kind or "xml" in kind or "json" in kind):
        raise FixInput(f"A page of type {kind} cannot be shown as text. Take it out with: -o FILE")
    source = decode(response.payload, response.content_type)
    if ("html" not in kind and kind.startswith("text/")) or "json" in kind:
        return source
    tree = parse(source)
    root = tree.body or tree.root
    return visible_text(root) if root is not None else ""


def _facts(capture: Capture) -> dict[str, Any]:
    names = ("capture_id", "url", "captured_at", "status", "sha256")
    return {name: getattr(capture, name) for name in names}
