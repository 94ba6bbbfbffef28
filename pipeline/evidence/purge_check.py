"""Verify a home in which records were purged: each tombstone under its certificate, each certificate signed."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509

from pipeline.evidence.check import Report
from pipeline.evidence.entries import Entry
from pipeline.evidence.journal import Journal
from pipeline.evidence.problem import Problem
from pipeline.evidence.purging import CERTIFICATE, PART, SIGNATURE, Purges, folder_of
from pipeline.evidence.sealing.cms import BadSignature, verify_detached
from pipeline.evidence.sealing.keys import fingerprint
from pipeline.home import Home


class PurgeCheck:
    """Knows, before the journal is gone through, what its 'purge' entries say."""

    def __init__(self, home: Home, report: Report) -> None:
        self.home, self.report = home, report
        purges = Purges(Journal(home.journal, home.now))
        try:
            self._entries = list(purges.entries.values())
            self._open = {e.body["purge_id"] for e in purges.unfinished()}
            self._records = {
                (f["file"], r["offset"]): (r["after"], e.body["purge_id"])
                for e in self._entries
                for f in e.body["files"]
                for r in f["records"]
            }
            self._files = {
                f"archive/{f['file']}": (f["sha256_after"], e.body["purge_id"])
                for e in self._entries
                for f in e.body["files"]
                if f["sha256_after"]
            }
        except Exception as error:  # an altered journal: the check of its lines says where
            report.notes.append(f"Entries on purges cannot be read: {error}")
            self._entries, self._open, self._records, self._files = [], set(), {}, {}

    def is_tombstone(self, file: str, offset: int, data: bytes) -> bool:
        """Whether the bytes are those that a certified purge put there."""
        after, _ = self._records.get((file, offset), ("", ""))
        if after and sha256(data).hexdigest() == after:
            self.report.count("purged")
            return True
        return False

    def still_there(self, file: str, offset: int) -> str:
        """The purge that should have destroyed the record at this place and was carried out to its end, or ""."""
        _, purge_id = self._records.get((file, offset), ("", ""))
        return "" if purge_id in self._open else purge_id

    def digest_after(self, name: str, digest: str) -> bool:
        """Whether an imported file that changed is what the last purge of it left."""
        after, _ = self._files.get(name, ("", ""))
        return bool(after) and after == digest

    def should_differ(self, name: str) -> str:
        """The finished purge that should have changed an imported file, or ""."""
        _, purge_id = self._files.get(name, ("", ""))
        return "" if purge_id in self._open else purge_id

    def known(self, name: str) -> bool:
        """Whether a file belongs to a purge; `name` relative to the home."""
        if self._open and name.endswith(PART):
            return True
        parts = name.split("/")
        return (
            len(parts) == 4
            and parts[:2] == ["archive", "purges"]
            and any(parts[2] == e.body["purge_id"] and parts[3] in e.body["certificate"] for e in self._entries)
        )

    def finish(self) -> None:
        """Check the certificates, say what was purged."""
        certificates = self._signers()
        for entry in self._entries:
            purge_id = entry.body["purge_id"]
            self._certificate(entry, certificates)
            state = "" if purge_id not in self._open else " (not finished: any writing command goes on with it)"
            self.report.notes.append(
                f"{len(entry.body['captures'])} captures purged under certificate {purge_id}, approved by "
                f"{entry.body['approved_by']}{state}."
            )

    def _signers(self) -> dict[str, x509.Certificate]:
        if not self._entries:
            return {}
        found = {}
        for entry in Journal(self.home.journal, self.home.now).entries("signing_key"):
            certificate = x509.load_pem_x509_certificate(entry.body["certificate"].encode())
            found[fingerprint(certificate)] = certificate
        return found

    def _certificate(self, entry: Entry, signers: dict[str, x509.Certificate]) -> None:
        body, folder = entry.body, folder_of(self.home, entry.body["purge_id"])
        for name, digest in body["certificate"].items():
            data = _read(folder / name)
            if data is None or sha256(data).hexdigest() != digest:
                what = "is not there" if data is None else "differs from the one journalled"
                self._problem(body, name, "certificate", f"{what} (entry {entry.seq})")
                return
        text, signature = _read(folder / CERTIFICATE) or b"", _read(folder / SIGNATURE) or b""
        signer = signers.get(body["signer_sha256"])
        try:
            if signer is None:
                raise BadSignature("the journal names no such signing certificate")
            verify_detached(signature, text, signer)
        except BadSignature as error:
            self._problem(body, SIGNATURE, "signature", f"does not hold: {error}")
        said: dict[str, Any] = json.loads(text)
        if said["files"] != body["files"] or [c["capture_id"] for c in said["captures"]] != body["captures"]:
            self._problem(body, CERTIFICATE, "content", f"does not say what entry {entry.seq} says")

    def _problem(self, body: dict[str, Any], file: str, prop: str, detail: str) -> None:
        place = f"purge {body['purge_id']}"
        self.report.add(Problem(f"archive/purges/{body['purge_id']}/{file}", place, prop, detail))


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
