"""Make one seal: sign the journal's head and what leads to it from the seal before."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.errors import EvidenceBroken
from pipeline.evidence.entries import canonical, utc_text
from pipeline.evidence.journal import Journal
from pipeline.evidence.provenance import clock_state
from pipeline.evidence.sealing import merkle
from pipeline.evidence.sealing.clocks import system_now
from pipeline.evidence.sealing.files import (
    BOOKKEEPING,
    FORMAT,
    LEAVES,
    QUERY,
    SEAL,
    SIGNATURE,
    Seal,
    home_id,
    last_seal,
    seal_folder,
    write_bytes,
)
from pipeline.evidence.sealing.keys import Signer
from pipeline.evidence.sealing.notes import Notes, Pending
from pipeline.evidence.sealing.stamping import authorities
from pipeline.evidence.sealing.timestamp import make_request
from pipeline.home import Home, sync_folder

WITH_FILES = ("warc_file", "capture", "failure", "recovered")


def make_seal(home: Home, journal: Journal, signer: Signer, notes: Notes) -> Seal | None:
    """Sign what the journal holds behind the last seal; None when there is nothing but entries on seals.

    Writes no journal entry: any thread may call it. Raises FixHome, EvidenceBroken.
    """
    with notes.lock:
        last = last_seal(seal_folder(home))
        rows = _unsealed(journal, last)
        if all(kind in BOOKKEEPING for _, kind, _ in rows):
            return None
        _flush(home, journal, last.head if last else 0)
        leaves = [merkle.leaf(digest) for _, _, digest in rows]
        body = {
            "format": FORMAT,
            "home": home_id(home),
            "number": last.number + 1 if last else 1,
            "first_seq": rows[0][0],
            "head": {"seq": rows[-1][0], "hash": rows[-1][2]},
            "merkle_root": merkle.root(leaves).hex(),
            "previous_sha256": last.digest(SEAL) if last else "",
            "certificate_sha256": signer.fingerprint,
            "made_at": utc_text(system_now()),
            "journal_clock": clock_state(home),
        }
        return _store(home, signer, notes, body, b"".join(bytes.fromhex(digest) for _, _, digest in rows))


def _unsealed(journal: Journal, last: Seal | None) -> list[tuple[int, str, str]]:
    """The journal's (seq, kind, hash) behind the last seal. Raises EvidenceBroken when its head is not there."""
    with journal.writing:
        rows = list(journal.hashes(last.head - 1 if last else 0))
    if last is None:
        return rows
    if not rows or (rows[0][0], rows[0][2]) != (last.head, last.body["head"]["hash"]):
        raise EvidenceBroken(
            f"The journal does not hold entry {last.head} as seal {last.number} sealed it: it was altered or "
            "rolled back. Nothing more is sealed. See what is wrong: imb evidence verify; keep the disk as it is."
        )
    return rows[1:]


def _flush(home: Home, journal: Journal, after: int) -> None:
    """What a seal names must outlive a power cut."""
    if journal.is_durable:
        return
    files = {e.body["file"] for e in journal.entries(WITH_FILES, after=after)}
    for path in [*(home.archive / f for f in sorted(files)), journal.path]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _store(home: Home, signer: Signer, notes: Notes, body: Mapping[str, Any], leaves: bytes) -> Seal:
    """Write all files of a seal, then make it appear at once."""
    folder, text = seal_folder(home), canonical(body)
    signature = signer.sign(text)
    asks = bool(authorities(home))
    files = {SEAL: text, SIGNATURE: signature, LEAVES: leaves}
    if asks:
        files[QUERY] = make_request(signature)
    place = folder / f"{int(body['number']):06d}"
    part = _write_beside(place, files)
    waiting = notes.unstamped() if asks else []
    notes.mark(_note(body, waiting, asks))
    part.rename(place)
    sync_folder(folder)
    for state in waiting:  # the token of the newest will cover them: an absent authority leaves one note, not many
        notes.mark(replace(state, stamp="covered", reason=""))
    return Seal(place, body)


def _write_beside(place: Path, files: Mapping[str, bytes]) -> Path:
    part = place.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name, data in files.items():
        write_bytes(part / name, data)
    return part


def _note(body: Mapping[str, Any], waiting: list[Pending], asks: bool) -> Pending:
    note = Pending(int(body["number"]), str(body["made_at"]), stamp="wanted" if asks else "none")
    if waiting:
        note = replace(note, since=waiting[0].since, attempts=waiting[-1].attempts, reason=waiting[-1].reason)
    return note
