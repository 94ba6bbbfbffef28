"""Read copies of seals that were kept outside a home: folders of seals, saved mails, what a web address received."""

from __future__ import annotations

import email
import email.policy
import json
import mailbox
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import FixInput
from pipeline.evidence.entries import canonical
from pipeline.evidence.sealing.files import FORMAT, SEAL

MAX_FILE = 64 << 20


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of a seal. `text` is the seal.json that was kept; `folder` is set when all files of the seal were."""

    origin: str
    text: bytes
    body: dict[str, Any]
    folder: Path | None = None

    @property
    def number(self) -> int:
        return int(self.body["number"])

    @property
    def head(self) -> int:
        return int(self.body["head"]["seq"])

    @property
    def hash(self) -> str:
        return str(self.body["head"]["hash"])


def read_copies(path: Path) -> Iterator[Copy]:
    """Every copy of a seal, of whatever home, in a file or in all files of a folder. Raises FixInput."""
    if not path.exists():
        raise FixInput(f"{path} is not there. Name a file or folder with copies of seals.")
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    for file in files:
        try:
            yield from _in_file(file)
        except OSError as error:
            raise FixInput(f"{file} cannot be read ({error}). Make it readable, or name another.") from error


def _in_file(file: Path) -> Iterator[Copy]:
    if file.stat().st_size > MAX_FILE:
        return
    data = file.read_bytes()
    for text in _texts(file, data):
        body = _parsed(text)
        if body is not None:
            whole = file.name == SEAL and file.parent.name.isdigit()
            yield Copy(str(file), text, body, file.parent if whole else None)


def _texts(file: Path, data: bytes) -> Iterator[bytes]:
    """What in a file may be a seal.json: the file itself, its lines, a mail's attachments, those of a mailbox."""
    start = data.lstrip()[:5]
    if start.startswith(b"{"):
        yield from data.splitlines() if b"\n" in data.strip() and _parsed(data) is None else [data]
    elif start == b"From ":
        for message in mailbox.mbox(file, create=False):
            yield from _attachments(message.as_bytes())
    elif b":" in data[:200]:
        yield from _attachments(data)


def _attachments(data: bytes) -> Iterator[bytes]:
    for part in email.message_from_bytes(data, policy=email.policy.default).walk():
        if part.get_content_type() == "application/json":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield content


def _parsed(text: bytes) -> dict[str, Any] | None:
    """A seal's body, or None. White space that a mail system or an editor adds at the end does not matter."""
    try:
        body = json.loads(text)
        if body["format"] != FORMAT or canonical(body) != text.strip():
            return None
        int(body["number"]), int(body["head"]["seq"]), str(body["head"]["hash"]), str(body["home"])
    except (ValueError, KeyError, TypeError):
        return None
    return dict(body)
