"""A seal on the disk: which files it has, what they say, how they are written.

archive/seals/000001/seal.json      which entries, their tree's root, the head, the seal before; canonical JSON
                     seal.p7s       CMS signature over seal.json, detached
                     leaves.bin     the hashes of the entries sealed, 32 bytes each: names the entry that was altered
                     request.tsq    what the time-stamp authority is asked: over seal.p7s
                     token.tsr      its answer, once it was checked
                     chain.pem      certificates from the authority's signer to the trusted root
                     crls.pem       revocation lists of the authority, where the operator has saved some
archive/seals/pending/000001.json   what is left to do for a seal, and why it failed so far
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.errors import EvidenceBroken
from pipeline.home import Home
from pipeline.model import stable_id

FORMAT = "imb seal 1"
SEAL, SIGNATURE, LEAVES, QUERY, TOKEN, CHAIN, CRLS = (
    "seal.json",
    "seal.p7s",
    "leaves.bin",
    "request.tsq",
    "token.tsr",
    "chain.pem",
    "crls.pem",
)
FILES = (SEAL, SIGNATURE, LEAVES, QUERY, TOKEN, CHAIN, CRLS)
BOOKKEEPING = frozenset({"sealed", "stamped"})  # kinds of journal entries that call for no seal of their own


@dataclass(frozen=True, slots=True)
class Seal:
    """A complete seal on the disk."""

    folder: Path
    body: Mapping[str, Any]

    @property
    def number(self) -> int:
        return int(self.body["number"])

    @property
    def first(self) -> int:
        return int(self.body["first_seq"])

    @property
    def head(self) -> int:
        return int(self.body["head"]["seq"])

    def digest(self, name: str) -> str:
        """SHA-256 of one of its files, "" when it is not there."""
        path = self.folder / name
        return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def seal_folder(home: Home) -> Path:
    return home.archive / "seals"


def home_id(home: Home) -> str:
    """Names the home where copies of its seals are kept outside of it."""
    return stable_id("home", repr(home.opened_at))


def numbers(folder: Path) -> list[int]:
    """The numbers of the seals in a folder, in order."""
    return sorted(int(p.name) for p in folder.iterdir() if p.name.isdigit()) if folder.is_dir() else []


def load_seal(folder: Path, number: int) -> Seal:
    """One seal, unchecked. Raises EvidenceBroken when it cannot be read."""
    place = folder / f"{number:06d}"
    try:
        body = json.loads((place / SEAL).read_bytes())
        seal = Seal(place, body)
        if seal.number != number or seal.first > seal.head:
            raise ValueError("its numbers do not fit")
        return seal
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvidenceBroken(f"{place / SEAL} is no seal ({error}). Restore it from a backup or its copy.") from error


def last_seal(folder: Path) -> Seal | None:
    """The newest seal in a folder."""
    found = numbers(folder)
    return load_seal(folder, found[-1]) if found else None


def sealed_facts(seal: Seal) -> dict[str, Any]:
    """What the journal says of a seal."""
    return {
        "number": seal.number,
        "head": dict(seal.body["head"]),
        "seal_sha256": seal.digest(SEAL),
        "signature_sha256": seal.digest(SIGNATURE),
        "leaves_sha256": seal.digest(LEAVES),
        "query_sha256": seal.digest(QUERY),
        "certificate_sha256": seal.body["certificate_sha256"],
        "made_at": seal.body["made_at"],
    }


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, and flush it."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
