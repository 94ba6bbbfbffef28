"""The journal's own entries on seals: 'sealed' behind each head that is sealed, 'stamped' when its token is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from pipeline.errors import FixProfile
from pipeline.evidence.entries import utc_text
from pipeline.evidence.journal import Journal
from pipeline.evidence.sealing.files import CHAIN, CRLS, SEAL, TOKEN, Seal, load_seal, seal_folder, sealed_facts
from pipeline.evidence.sealing.keys import fingerprint
from pipeline.evidence.sealing.notes import Notes, Pending
from pipeline.evidence.sealing.revocation import published_at
from pipeline.evidence.sealing.stamping import read_revocation, read_token
from pipeline.evidence.sealing.timestamp import NoStamp
from pipeline.home import Home


def journal_seals(home: Home, journal: Journal, notes: Notes, *, look: bool = False) -> None:
    """Journal seals and tokens that the journal lacks. With `look`, also those of a process that was killed."""
    with notes.lock:
        for state in notes.all():
            if not (seal_folder(home) / f"{state.number:06d}" / SEAL).is_file():
                notes.drop(state.number)  # killed before the seal was whole
            elif not state.journalled or state.stamp == "got" or (look and state.stamp == "wanted"):
                _journal_one(home, journal, notes, state, look)


def _journal_one(home: Home, journal: Journal, notes: Notes, state: Pending, look: bool) -> None:
    seal = load_seal(seal_folder(home), state.number)
    if not state.journalled:
        if not (look and _is_journalled(journal, "sealed", seal)):
            journal.append("sealed", **sealed_facts(seal))
        state = replace(state, journalled=True)
        notes.mark(state)
    if state.stamp == "got" or (look and state.stamp == "wanted" and (seal.folder / TOKEN).is_file()):
        try:
            if not (look and _is_journalled(journal, "stamped", seal)):
                journal.append("stamped", **_stamped_facts(home, seal, state))
            notes.mark(replace(state, stamp="done"))
        except (NoStamp, FixProfile) as error:
            notes.mark(replace(state, stamp="wanted", reason=str(error)))


def _is_journalled(journal: Journal, kind: str, seal: Seal) -> bool:
    return any(e.body["number"] == seal.number for e in journal.entries(kind, after=seal.head))


def _stamped_facts(home: Home, seal: Seal, state: Pending) -> dict[str, Any]:
    token = read_token(home, seal)
    made = datetime.fromisoformat(seal.body["made_at"])
    return {
        "number": seal.number,
        "authority": state.authority,
        "time": utc_text(token.time),
        "seconds_after_signing": round((token.time - made).total_seconds()),
        "serial": str(token.serial),
        "root": token.root.subject.rfc4514_string(),
        "root_sha256": fingerprint(token.root),
        "token_sha256": seal.digest(TOKEN),
        "chain_sha256": seal.digest(CHAIN),
        "crls_sha256": seal.digest(CRLS),
        "revocation": read_revocation(home, seal, token).sentence(),
        "revocation_published_at": published_at(token.chain),
        "clock_difference_seconds": state.clock_difference,
    }
